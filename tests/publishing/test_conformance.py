"""PDF/UA-1 and PDF/A-3a as an independent checker sees them, with clauses that machines elsewhere take on trust.

The checker is ``page`` (PyPI's page-validation); what it says of a file is kept in docs/decisions/publishing.md.
"""

import base64
import json
from io import BytesIO
from typing import Any

import page
import pikepdf
import pytest
from PIL import Image
from weasyprint.images import RasterImage

from drafting.domain.prose import Block, Run, digest, from_json
from drafting.paths import LOCALES, TEMPLATES
from drafting.publishing.making.worker import render
from tests.publishing.conftest import example_edition, text_json

TAGS = ("en", "ar", "hi", "ja", "my")


def rich_edition(tag: str) -> dict[str, Any]:
    """With what a declaration may hold: notes, links, lists in lists, emphasis, quotes, words of another language."""
    edition = example_edition(locales=[*dict.fromkeys(("en", "fr", tag))], sections=5)
    text = (
        Block("t", "heading1", (Run("Title"),)),
        Block("s", "heading2", (Run("A heading within"),)),
        Block("p", "paragraph", (Run("words "), Run("strong", strong=True), Run(" more"), Run("", note="n"))),
        Block(
            "l",
            "paragraph",
            (Run("a link", link="https://a.example/"), Run("told", em=True, link="https://a.example/")),
        ),
        Block("q", "quote", (Run("said by others"),)),
        Block("a", "bullet", (Run("one"),)),
        Block("b", "ordered", (Run("in it"),), depth=1),
        Block("c", "bullet", (Run("two"),)),
        Block("n", "footnote", (Run("the note"),)),
    )
    edition["sections"][5]["texts"][tag] = text_json(text)
    return edition


@pytest.fixture(scope="module", params=TAGS)
def printed(request: pytest.FixtureRequest) -> tuple[str, bytes]:
    edition = rich_edition(request.param)
    return request.param, next(iter(render(edition, request.param, "pdf", TEMPLATES, LOCALES).values()))


@pytest.mark.parametrize("profile", ["ua1", "3a"])
def test_the_checker_lets_it_pass(printed: tuple[str, bytes], profile: str) -> None:
    report = page.validate_pdf_bytes(printed[1], profile=profile)
    assert [(failure.rule_id, failure.message) for failure in report.failures] == []
    assert report.is_compliant
    assert report.rules.total > 90


def with_words(section: int, *blocks: Block, outdated: tuple[str, ...] = ()) -> dict[str, Any]:
    edition = example_edition(locales=["fr", "en"], sections=1)
    text = (Block("t", "heading1", (Run("Title"),)), *blocks)
    status = "outdated" if outdated else "translation"
    edition["sections"][section]["texts"]["en"] = text_json(text, status, outdated)
    return edition


def with_mark(last: bytes) -> dict[str, Any]:
    """With a mark whose picture, as the page maker compresses it, ends with this byte."""
    pictures = (Image.new("RGB", (60, 30), (red, green, 80)) for red in range(256) for green in range(8))
    picture = next(each for each in pictures if RasterImage._get_png_data(each).endswith(last))
    out = BytesIO()
    picture.save(out, "PNG")
    edition = with_words(1)
    edition["look"] = {
        **{
            "design": "quiet",
            "colour": "#0b5966",
            "mark": f"sha256:{'ab' * 32}",
            "width": 60,
            "height": 30,
            "alt": "m",
        },
        "png": base64.b64encode(out.getvalue()).decode(),
    }
    return edition


LISTED = (Block("a", "bullet", (Run("one"),)), Block("b", "ordered", (Run("in it"),), depth=1))
RARE = {
    "a symbol that no face has": with_words(1, Block("p", "paragraph", (Run("We \U0001f91d \u061d"),))),
    "items that are out of date": with_words(1, *LISTED, outdated=("a", "b")),
    "a heading in the front": with_words(0, *LISTED, Block("h", "heading2", (Run("Why now"),))),
    "a picture that ends like a line": with_mark(b"\r"),
    "a picture that ends like another": with_mark(b"\n"),
}


@pytest.mark.parametrize("edition", RARE.values(), ids=RARE)
def test_what_is_rare_passes_too(edition: dict[str, Any]) -> None:
    (data,) = render(edition, "en", "pdf", TEMPLATES, LOCALES).values()
    for profile in ("ua1", "3a"):
        failures = page.validate_pdf_bytes(data, profile=profile).failures
        assert [(failure.rule_id, failure.message) for failure in failures] == []


def test_a_file_that_is_none_does_not_pass() -> None:
    empty = BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(empty)
    assert not page.is_pdf_compliant_bytes(empty.getvalue(), profile="ua1")
    assert not page.is_pdf_compliant_bytes(empty.getvalue(), profile="3a")


def test_the_text_comes_along_with_digests_that_can_be_worked_out(printed: tuple[str, bytes]) -> None:
    tag, data = printed
    with pikepdf.open(BytesIO(data)) as pdf:
        (name,) = pdf.attachments
        kept = pdf.attachments[name]
        assert name == f"open-well-1-{tag}.json"
        assert kept.get_file().mime_type == "application/json"
        assert [str(each.AFRelationship) for each in pdf.Root.AF] == ["/Source"]
        source = json.loads(kept.get_file().read_bytes())
    assert source["locale"] == tag
    assert all(digest(from_json(part["body"])) == part["digest"] for part in source["sections"])


def test_colours_have_a_profile_and_the_packet_names_both_standards(printed: tuple[str, bytes]) -> None:
    with pikepdf.open(BytesIO(printed[1])) as pdf:
        (intent,) = pdf.Root.OutputIntents
        assert intent.S == "/GTS_PDFA1"
        assert int(intent.DestOutputProfile.N) == 3
        metadata = pdf.open_metadata()
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"], metadata["pdfuaid:part"]) == ("3", "A", "1")


def test_all_that_is_drawn_is_tagged_or_an_artifact(printed: tuple[str, bytes]) -> None:
    with pikepdf.open(BytesIO(printed[1])) as pdf:
        for sheet in pdf.pages:
            depth: list[bool] = []
            for each in pikepdf.parse_content_stream(sheet):
                operator = str(each.operator)
                if operator in ("BDC", "BMC"):
                    is_artifact = str(each.operands[0]) == "/Artifact"
                    has_id = operator == "BDC" and "/MCID" in each.operands[1]
                    depth.append(is_artifact or has_id)
                elif operator == "EMC":
                    depth.pop()
                elif operator in ("Tj", "TJ"):
                    assert any(depth)
            assert depth == []

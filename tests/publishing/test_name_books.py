"""The printed list of signatories: all that the public list shows, nothing else, for archives and for everybody."""

import base64
import json
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

import page
import pikepdf
import pytest
from PIL import Image

from drafting.paths import LOCALES, TEMPLATES
from drafting.publishing.making.name_press import print_names
from drafting.publishing.making.press import StaticPress
from drafting.publishing.making.worker import render
from drafting.publishing.paper import name_volumes
from drafting.publishing.paper.collation import in_order
from drafting.publishing.paper.name_volumes import split
from drafting.publishing.paper.pdf import UNSEEN
from tests.publishing.conftest import example_edition
from tests.publishing.reader import pdf_text, squeezed

PEOPLE = (
    ("Amina Said", {"role": "Midwife", "place": "Dakar"}),
    ("محمد الحسن", {"place": "القاهرة"}),
    ("王美玲", {}),
    ("สมชาย ใจดี", {}),
    ("José María O’Connor", {"affiliation": "مدرسة"}),
    ("יוסף כהן", {}),
    ("सीता देवी", {}),
    ("Zoë \U0001f33b Ångström", {}),
    ("Wolfeschlegel" * 15, {}),
    ("<b>Bo</b> & Co", {}),
)


ABOUT = example_edition(1, locales=("en",))["sections"][1]
"""The section that a reservation is about."""


def listed(people: tuple[tuple[str, dict[str, str]], ...] = PEOPLE) -> dict[str, Any]:
    """What the press is told, with three organisations and three people who are only counted."""
    organisations = [
        {"kind": "organisation", "name": "Well Keepers", "place": "Lima", "verified": "dns"},
        {"kind": "organisation", "name": "شبكة البذور"},
        {
            "kind": "organisation",
            "name": "Les Semeurs",
            "verified": "second_contact",
            "joined": {"reservation": "Nous le lisons autrement.", "locale": "fr", "sections": [ABOUT["id"]]},
        },
    ]
    items = [*organisations, *({"kind": "person", "name": name, **facts} for name, facts in people)]
    return {
        "at": "2026-11-21T08:00:00+00:00",
        "people": len(people) + 3,
        "organisations": 3,
        "items": items,
        "places": [["Dakar", 20], ["القاهرة", 10]],
    }


def picture() -> str:
    out = BytesIO()
    Image.new("RGB", (64, 32), "#0b5966").save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


def test_organisations_bring_their_logo_and_who_decided_it() -> None:
    decided = {"by": "Its assembly", "on": "2026-04-30", "text": "We join the wells.", "locale": "en"}
    names = listed(people=())
    names["items"][0] |= {"mandate": decided, "logo": {"file": "well.png", "width": 64, "height": 32}}
    names["items"][1] |= {"mandate": {**decided, "text": ""}, "logo": {"file": "lost.png", "width": 1, "height": 1}}
    data = book("en", {**names, "logos": {"well.png": picture()}})
    with pikepdf.open(BytesIO(data)) as opened:
        assert len({name for each in opened.pages for name in each.get_images()}) == 1
    assert page.validate_pdf_bytes(data, profile="ua1").failures == []
    with tempfile.TemporaryDirectory() as folder:
        text = " ".join(pdf_text(data, Path(folder)).split())
    assert text.count("Decided by Its assembly on 30 April 2026.") == 2
    assert "We join the wells." in text


def test_what_no_face_has_is_shown_as_missing_wherever_it_was_written() -> None:
    lost = "\u0378"
    names = listed(people=((f"Amina {lost}", {}),))
    names["items"][0]["mandate"] = {"by": f"<{lost}>", "on": "2026-04-30", "text": f"We {lost}", "locale": "en"}
    names["items"][2]["joined"]["reservation"] = f"Nous {lost}"
    with tempfile.TemporaryDirectory() as folder:
        text = pdf_text(book("en", names), Path(folder))
    assert (text.count(UNSEEN), f"<{UNSEEN}>" in text) == (4, True)


def book(tag: str, names: dict[str, Any] | None = None) -> bytes:
    edition = example_edition(1, locales=tuple(dict.fromkeys(("en", tag))))
    (volume,) = split(names or listed(), tag)
    ((path, data),) = render({**edition, "signatories": volume}, tag, "names", TEMPLATES, LOCALES).items()
    assert path == f"d/open-well/1/signatures/{tag}/open-well-1-{tag}-signatories.pdf"
    return data


@pytest.fixture(scope="module", params=("en", "ar"))
def printed(request: pytest.FixtureRequest) -> tuple[str, bytes]:
    return request.param, book(request.param)


@pytest.mark.parametrize("profile", ["ua1", "3a"])
def test_the_checker_lets_it_pass(printed: tuple[str, bytes], profile: str) -> None:
    report = page.validate_pdf_bytes(printed[1], profile=profile)
    assert [(failure.rule_id, failure.message) for failure in report.failures] == []


def test_every_name_can_be_copied_out(printed: tuple[str, bytes], tmp_path: Path) -> None:
    # Poppler reads rows of columns whose lines happen to be level; in the order of the file no name is cut by others.
    text = squeezed(pdf_text(printed[1], tmp_path) + pdf_text(printed[1], tmp_path, "-raw"))
    for name, facts in PEOPLE:
        for word in (name, *facts.values()):
            assert all(squeezed(part) in text for part in word.split("\U0001f33b"))


def test_organisations_stand_apart_and_what_is_verified_says_so(tmp_path: Path) -> None:
    text = pdf_text(book("en"), tmp_path)
    organisations, _, people = text.partition("People who signed")
    assert "Organisations that signed" in organisations
    assert organisations.count("verified") == 2
    joined, _, signed = organisations.partition("Organisations that signed")
    assert "Les Semeurs" in joined
    assert "Nous le lisons autrement." in joined
    assert f"1 {ABOUT['texts']['en']['title']}" in " ".join(joined.split())
    assert "Les Semeurs" not in signed
    assert "Well Keepers" not in people
    assert "Amina Said" not in organisations
    assert "13 people · 3 organisations" in text
    assert "Here these are 3 people." in " ".join(text.split())
    assert "Dakar" in text.partition("Where people signed")[2]


async def test_the_same_list_gives_the_same_bytes(press: StaticPress) -> None:
    made = [await press.print_names(example_edition(1, locales=("en", "ar")), "ar", listed()) for _ in range(2)]
    assert made[0] == made[1]


def test_the_names_come_along_for_programs(printed: tuple[str, bytes]) -> None:
    with pikepdf.open(BytesIO(printed[1])) as pdf:
        (name,) = pdf.attachments
        kept = json.loads(pdf.attachments[name].get_file().read_bytes())
        assert str(pdf.Root.Lang) == printed[0]
    assert len(kept["items"]) == len(PEOPLE) + 3


def test_names_follow_each_other_as_a_reader_looks_them_up() -> None:
    names = ["zed", "Øst", "Ola", "محمد", "Émile", "علي", "Ängla"]
    assert in_order(names, str, "en") == ["Ängla", "Émile", "Ola", "Øst", "zed", "علي", "محمد"]
    assert in_order(names, str, "sv")[:5] == ["Émile", "Ola", "zed", "Ängla", "Øst"]
    assert in_order(names, str, "ar")[:2] == ["علي", "محمد"]


async def test_many_names_make_volumes_beside_the_list(
    press: StaticPress, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(name_volumes, "MOST_IN_A_VOLUME", 4)
    names = listed()
    made = await press.print_names(example_edition(1), "en", names)
    assert [Path(each.path).name for each in made] == [f"open-well-1-en-signatories-{n}.pdf" for n in (1, 2, 3)]
    parts = [pdf_text((press.public / each.path).read_bytes(), tmp_path) for each in made]
    assert ["Organisations that signed" in part for part in parts] == [True, False, False]
    assert ["Where people signed" in part for part in parts] == [False, False, True]
    assert "Part 2 of 3" in parts[1]


async def test_the_worker_is_told_no_words_of_the_text(tmp_path: Path) -> None:
    seen: list[dict[str, Any]] = []

    async def run(edition: Any, tag: str, format: str) -> dict[str, bytes]:
        seen.append(edition)
        return {"d/x.pdf": b"%PDF"}

    await print_names(run, tmp_path, example_edition(2), "en", listed())
    assert all(text["body"] == [] for section in seen[0]["sections"] for text in section["texts"].values())
    assert (tmp_path / "d/x.pdf").read_bytes() == b"%PDF"

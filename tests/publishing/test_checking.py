"""The page *Check this text yourself*: what there is to compare, and what it says of each position and translation."""

from typing import Any

from drafting.domain.prose import short_code
from drafting.paths import LOCALES, TEMPLATES
from drafting.publishing.making.worker import render
from tests.publishing.conftest import example_edition
from tests.publishing.reader import parse, words

FINGERPRINT = "SHA256:" + "A" * 43
COVERS = "covers the authentic text"


def check_page(edition: dict[str, Any], tag: str) -> str:
    files = render(edition, tag, "html", TEMPLATES, LOCALES)
    (page,) = [data for name, data in files.items() if name.endswith(f"/{tag}/check.html")]
    return words(parse(page))


def test_the_code_to_read_aloud_and_the_whole_number_are_there() -> None:
    edition = example_edition(2)
    page = check_page(edition, "en")
    assert short_code(edition["manifest"]) in page
    assert page.count(edition["manifest"]) >= 1
    for section in edition["sections"]:
        assert section["revision"]["digest"] in page
        assert section["texts"]["en"]["digest"] in page


def test_a_translation_says_that_the_code_does_not_cover_it() -> None:
    edition = example_edition(2)
    assert edition["authentic_locales"] == ["en"]
    assert COVERS not in check_page(edition, "en")
    # The sentence is looked for in English: what has no translation yet stays so.
    english = {**edition, "authentic_locales": ["fr"]}
    assert COVERS in check_page(english, "en")


def test_who_says_that_a_network_agreed_is_counted_and_named() -> None:
    edition = example_edition(1, sections=1)
    held = [position for section in edition["sections"] for position in section["positions"]]
    assert FINGERPRINT not in check_page(edition, "en")
    assert f"{len(held)} positions: somebody who was signed in" in check_page(edition, "en")
    held[0]["offline_key"] = FINGERPRINT
    page = check_page(edition, "en")
    assert FINGERPRINT in page
    assert f"{len(held) - 1} position" in page
    held[1]["passkey"] = FINGERPRINT.replace("A", "B")
    page = check_page(edition, "en")
    assert held[1]["passkey"] in page
    assert "What this site showed on it, nobody else can say." in page
    assert f"{len(held) - 2} position" in page

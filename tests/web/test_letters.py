"""Every letter, in every language of the interface."""

from datetime import UTC, datetime
from typing import Any

import pytest

from drafting.paths import LOCALES
from drafting.web.i18n import PSEUDO, Languages
from drafting.web.letters import _LETTERS, Letters

LANGUAGES = Languages(LOCALES, pseudo=True)
VALUES: dict[str, Any] = {
    "person": "Anong",
    "declaration": "The Open Well",
    "link": "https://drafting.example/en/desk",
    "network": "Headwater",
    "invited_by": "Marisol",
    "delegate": "Kofi",
    "scopes": ["consent", "edit"],
    "until": datetime(2027, 3, 1, tzinfo=UTC),
    "section": "Water",
    "n": 3,
    "kind": "reservation",
    "count": 1,
    "digest": "sha256:" + "ab" * 32,
    "code": "01234567",
    "fingerprint": "SHA256:" + "A" * 43,
    "minutes": 10,
    "days": 30,
    "own": "https://drafting.example/en/signature/1",
    "leave": "https://drafting.example/en/sign/leave/1",
    "subject": "Parliament has voted",
    "body": "Dear all,\n\nit was close.",
}
# A letter to a signatory brings the link to what is kept of the signature besides, or alone, or the one to leave.
LINKS = {"token": 0, "signature": 2, "signature_reminder": 2, "update": 2}


@pytest.mark.parametrize("locale", [*LANGUAGES.tags, PSEUDO])
@pytest.mark.parametrize("name", sorted(_LETTERS))
def test_letter_is_whole_and_its_link_stands_alone(name: str, locale: str) -> None:
    subject, body = Letters(LANGUAGES).letter(name, locale, **VALUES)
    assert subject
    assert "\n" not in subject
    assert "%(" not in subject + body
    links = [line for line in body.splitlines() if "https://" in line]
    assert all(line in (VALUES["link"], VALUES["own"], VALUES["leave"]) for line in links)
    assert len(links) == LINKS.get(name, 1)


def test_letter_to_somebody_without_name_and_network() -> None:
    values = {**VALUES, "person": "", "network": "", "until": None}
    for name in ("invitation", "grant", "mandate_ended"):
        subject, body = Letters(LANGUAGES).letter(name, "en", **values)
        assert body.startswith("Hello,\n")
        assert "for ." not in body
        assert "  " not in subject


def test_letter_in_a_language_without_catalogue_is_in_english() -> None:
    subject, _ = Letters(LANGUAGES).letter("tabled", "tlh", **VALUES)
    assert subject == "“Water” is tabled"


def test_line_breaks_in_names_cannot_make_headers() -> None:
    subject, _ = Letters(LANGUAGES).letter("tabled", "en", **{**VALUES, "section": "a\r\nBcc: x@y.z"})
    assert "\n" not in subject
    assert "\r" not in subject

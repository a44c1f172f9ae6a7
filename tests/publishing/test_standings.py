"""Who agreed, in sentences that say neither more nor less than is known."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from markupsafe import Markup

from drafting.domain.positions import CellStatus
from drafting.publishing.content import Standing
from drafting.publishing.standings import Tally, label, sentences
from drafting.publishing.words import Words, in_digits, words_for

ENGLISH: Words = words_for(Path("/nowhere"), ("en",))
C, R, A, S, N = (
    CellStatus.CONSENTS,
    CellStatus.RESERVES,
    CellStatus.AD_REFERENDUM,
    CellStatus.STANDS_ASIDE,
    CellStatus.NONE,
)


def said(statuses: Sequence[CellStatus], of: int | None = None) -> str:
    standings = [Standing(f"N{n}", status, None, "", "", None) for n, status in enumerate(statuses)]
    return " ".join(sentences(ENGLISH, Tally(standings, Markup, of or len(standings))))


@pytest.mark.parametrize(
    ("statuses", "of", "sentence"),
    [
        ([C, C, C], 3, "All 3 networks consent."),
        ([C, C, C], 4, "3 networks consent."),
        ([C, R], 2, "All 2 networks consent, one of them with a reservation."),
        ([C, R, R], 4, "3 networks consent, 2 of them with a reservation."),
        ([R], 2, "One network consents, with a reservation."),
        ([C], 1, "One network consents."),
        ([C, S], 2, "One network consents. N1 stands aside: it is not associated with this section."),
        ([C, S, S], 3, "One network consents. N1 and N2 stand aside: they are not associated with this section."),
        ([C, N], 2, "One network consents. N1 has not answered, and has not consented."),
        ([A, C], 2, "All 2 networks consent. N0 consents subject to ratification by its members."),
        ([S], 1, "No network consents. N0 stands aside: it is not associated with this section."),
        ([], 3, ""),
    ],
)
def test_where_networks_stand_is_said_in_one_sentence(statuses: list[CellStatus], of: int, sentence: str) -> None:
    assert said(statuses, of) == sentence


def test_every_status_has_words() -> None:
    assert all(label(ENGLISH, status) for status in CellStatus)


def test_names_in_sentences_are_escaped_once() -> None:
    assert ENGLISH.join(["<a>", Markup("<bdi>b</bdi>")]) == "&lt;a&gt; and <bdi>b</bdi>"


def test_numbers_and_dates_are_those_of_the_language() -> None:
    assert in_digits("12", "ar") == "١٢"
    assert in_digits("12", "fr") == "12"
    assert ENGLISH.date(datetime(2026, 5, 14, 23, tzinfo=UTC)) == "14 May 2026"


CATALOGUE = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Language: ar\\n"
"Plural-Forms: nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);\\n"

#: templates/public/edition.html
msgid "Contents"
msgstr "{contents}"

#: templates/workshop/index.html
msgid "Elsewhere"
msgstr ""
"""


@pytest.mark.parametrize(("translated", "tag"), [("المحتويات", "ar"), ("", "en")])
def test_a_page_speaks_a_language_only_if_it_can(tmp_path: Path, translated: str, tag: str) -> None:
    folder = tmp_path / "ar" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text(CATALOGUE.replace("{contents}", translated), "utf-8")
    words = words_for(tmp_path, ("ar-EG", "fr"))
    assert words.tag == tag
    assert words.gettext("Contents") == (translated or "Contents")
    assert words.direction == ("rtl" if tag == "ar" else "ltr")

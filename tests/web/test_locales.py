"""Catalogues: whole, with every placeholder in its place, and with letters that can be told apart."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from drafting.paths import LOCALES
from drafting.web.i18n import Languages
from drafting.web.words.vocabulary import MARKS, Vocabulary

CATALOGUES = sorted(LOCALES.glob("*/LC_MESSAGES/messages.po"))
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
LETTERED = ("consents", "reserves", "ad_referendum", "stands_aside", "consulting", "objects", "stale", "withdrawn")


def _messages(path: Path) -> dict[tuple[str | None, str], Message]:
    with path.open("rb") as file:
        catalogue = read_po(file)
    return {(m.context, m.id if isinstance(m.id, str) else m.id[0]): m for m in catalogue if m.id}


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_every_sentence_is_translated_with_its_placeholders(path: Path) -> None:
    translated = _messages(path)
    for key, message in _messages(LOCALES / "messages.pot").items():
        assert key in translated, key
        found = translated[key].string
        forms = [found] if isinstance(found, str) else list(found or ())
        given = [message.id] if isinstance(message.id, str) else list(message.id)
        names = set(PLACEHOLDER.findall(" ".join(given)))
        for form in forms:
            assert form, key
            assert set(PLACEHOLDER.findall(form)) <= names, key
            assert "%" not in PLACEHOLDER.sub("", form).replace("%%", ""), key
        if len(forms) == 1:
            assert set(PLACEHOLDER.findall(forms[0])) == names, key


@pytest.mark.parametrize("tag", Languages(LOCALES).tags)
def test_letters_of_the_large_matrix_differ(tag: str) -> None:
    say = Vocabulary(Languages(LOCALES).words(tag))
    letters = [say.letter(status) for status in LETTERED]
    assert len(set(letters)) == len(letters)
    assert set(LETTERED) <= set(MARKS)


@pytest.mark.parametrize("tag", Languages(LOCALES).tags)
def test_what_keeps_a_page_from_being_made_is_a_sentence(tag: str) -> None:
    say = Vocabulary(Languages(LOCALES).words(tag))
    reasons = ("no_pango", "no_font", "too_long", "too_large", "crashed")
    sentences = {say.press_fault(reason) for reason in reasons}
    assert len(sentences) == len(reasons)
    assert not sentences.intersection(reasons)
    if tag != "en":
        english = Vocabulary(Languages(LOCALES).words("en"))
        assert sentences.isdisjoint(english.press_fault(reason) for reason in reasons)

"""What a worker prepares in its spare time makes jobs quicker and changes none of their bytes."""

import pytest

from drafting.actions.release.publication import FORMATS
from drafting.paths import LOCALES, TEMPLATES
from drafting.publishing.making import worker
from drafting.publishing.making.lessons import Lessons
from drafting.publishing.making.worker import render
from drafting.publishing.paper import pdf, warming
from tests.publishing.conftest import example_edition


def test_the_sample_is_made_in_every_format() -> None:
    assert set(worker._chores(TEMPLATES, LOCALES)) == set(FORMATS)


def test_documents_that_share_what_is_known_of_faces_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warming, "_shared", [])
    edition = example_edition(locales=["hi"], sections=1)
    alone = render(edition, "hi", "pdf", TEMPLATES, LOCALES)
    warming.share_faces()
    assert warming.faces() is warming.faces()
    assert [render(edition, "hi", "pdf", TEMPLATES, LOCALES) for _ in range(2)] == [alone, alone]
    pdf.style_sheet.cache_clear()
    assert render(edition, "hi", "pdf", TEMPLATES, LOCALES) == alone


def test_a_process_with_threads_shares_no_faces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warming, "_shared", [object()])
    monkeypatch.setattr(warming, "_threads", lambda: 1)
    warming.keep_to_itself()
    assert warming._shared
    monkeypatch.setattr(warming, "_threads", lambda: 2)
    warming.keep_to_itself()
    assert warming._shared == []


def test_what_was_printed_is_learned_once_and_changes_no_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warming, "_shared", [])
    edition = example_edition(locales=["fr"], sections=1)
    alone = render(edition, "fr", "pdf", TEMPLATES, LOCALES)
    assert len(warming.letters()) == 2, "one Latin letter, and one of the network with an Arabic name"
    lessons = Lessons()
    for _ in range(2):
        lessons.tell(edition["locales"][0], warming.letters())
    lessons.hear()
    assert len(lessons) == 1
    warming.share_faces()
    worker._learn(lessons, TEMPLATES, LOCALES)
    assert not lessons
    assert render(edition, "fr", "pdf", TEMPLATES, LOCALES) == alone


def test_another_book_of_a_language_teaches_nothing_new() -> None:
    lessons, locale = Lessons(), example_edition(locales=["fr"], sections=1)["locales"][0]
    for letters in ("Nش", "Aم", "N"):
        lessons.tell(locale, letters)
    lessons.hear()
    assert [lessons.take()[1] for _ in range(len(lessons))] == ["Nش", "N"]

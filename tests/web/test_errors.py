"""Every code has a status and a sentence, in every language."""

import json
from datetime import UTC, datetime

import pytest

from drafting.domain.errors import Code, Refusal
from drafting.paths import LOCALES
from drafting.web.errors import STATUS, problem, sentence
from drafting.web.i18n import PSEUDO, Languages

LANGUAGES = Languages(LOCALES, pseudo=True)
DATA = {"until": datetime(2030, 1, 2, tzinfo=UTC), "locales": ["fr"], "field": "harms", "file": "en.md", "line": 3}


@pytest.mark.parametrize("tag", [*LANGUAGES.tags, PSEUDO])
@pytest.mark.parametrize("code", list(Code))
def test_every_code_has_status_and_sentence(code: Code, tag: str) -> None:
    assert 400 <= STATUS[code] < 600
    for data in ({}, DATA):
        text = sentence(LANGUAGES.words(tag), Refusal(code, **data))
        assert len(text) > 10  # a whole sentence, even in Chinese
        assert "%(" not in text


def test_problem_holds_code_and_data() -> None:
    answer = problem(Refusal(Code.TEXT_CHANGED, now={"en": "sha256:1"}, at=DATA["until"]), LANGUAGES.words("en"))
    assert answer.status_code == 409
    assert answer.media_type == "application/problem+json"
    body = json.loads(bytes(answer.body))
    assert body["code"] == "text_changed"
    assert body["now"] == {"en": "sha256:1"}
    assert body["at"] == "2030-01-02T00:00:00Z"
    assert body["detail"]


@pytest.mark.parametrize("field", ["slug", "address", "card.who", "limit", ""])
def test_what_cannot_be_used_is_told_by_its_field(field: str) -> None:
    told = sentence(LANGUAGES.words("en"), Refusal(Code.BAD_INPUT, field=field))
    other = sentence(LANGUAGES.words("en"), Refusal(Code.BAD_INPUT, field="title"))
    assert told != other
    assert field not in ("limit",) or field in told

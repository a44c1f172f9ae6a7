"""Language tags: BCP 47 and nothing else, in their usual capitals, with the direction of their script."""

import pytest

from drafting.domain.errors import Code, Refusal
from drafting.domain.locales import Locale, canonical_tag, catalogue_name


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        ("EN", "en"),
        ("pt-br", "pt-BR"),
        ("ZH-hANT-tw", "zh-Hant-TW"),
        ("sr-latn", "sr-Latn"),
        ("es-419", "es-419"),
        ("quy", "quy"),
        ("de-1996", "de-1996"),
        ("en-x-plain", "en-x-plain"),
    ],
)
def test_tags_get_their_usual_capitals(given: str, canonical: str) -> None:
    assert canonical_tag(given) == canonical


@pytest.mark.parametrize("given", ["", "e", "../../x", "en_US", "en--US", "a b", "en-", "x" * 40, "en/../ar", "12"])
def test_anything_else_is_refused(given: str) -> None:
    with pytest.raises(Refusal) as refusal:
        canonical_tag(given)
    assert refusal.value.code is Code.UNKNOWN_LOCALE


def test_direction_comes_from_the_script_alone() -> None:
    assert Locale("ckb-Latn", "Latn", "Kurdî").direction == "ltr"
    assert Locale("ckb", "Arab", "کوردی").direction == "rtl"


def test_gettext_spells_tags_with_an_underscore() -> None:
    assert catalogue_name("pt-BR") == "pt_BR"

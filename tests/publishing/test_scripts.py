"""Forty-five languages in thirty scripts: every letter has a face, no line leaves its column, the words come back."""

import pytest

from drafting.paths import LOCALES, TEMPLATES
from drafting.publishing.content import read_content
from drafting.publishing.paper import preflight
from drafting.publishing.paper.fonts import SCRIPTS, script_of
from drafting.publishing.reading import Reading
from drafting.publishing.words import words_for
from tests import declarations

CODES = (  # noqa: SIM905
    "eng deu_1996 vie quz yor tur fin hau_NG "  # Latin, with and without patterns
    "rus ukr khk abk ell_monotonic ell_polytonic hye kat "
    "arb pes_1 uig_arab urd div heb ydd aii fuf_adlm "
    "hin mar san ben guj pan tam tel kan mal sin "
    "tha lao khm mya bod "
    "cmn_hans cmn_hant jpn kor iii amh tir chr_uppercase ike vai jav_java"
).split()
PARTS = 3
# Poppler takes Adlam for left-to-right, and the numbers of its items for the ends of lines. Nastaliq has a few words
# with vowel marks that it takes apart.
POPPLER_FAILS = {"fuf_adlm": 0.2, "urd": 0.85}


def check(code: str) -> preflight.Preflight:
    content = read_content(declarations.edition(code, PARTS))
    locale = content.locale(content.source_locale)
    words = words_for(LOCALES, (locale.tag,))
    return preflight.check(Reading(content, locale, words, notes_inline=True), TEMPLATES)


@pytest.mark.parametrize("code", CODES)
def test_a_declaration_can_be_printed_and_read_back(code: str) -> None:
    found = check(code)
    assert found.uncovered == ""
    assert found.overflowing == ()
    assert found.verbatim is not None
    assert found.verbatim >= POPPLER_FAILS.get(code, 1.0)


def test_these_are_forty_languages_of_twenty_scripts() -> None:
    scripts = {declarations.language(code).locale.script for code in CODES}
    assert len(CODES) >= 40
    assert len(scripts) >= 20
    assert scripts <= set(SCRIPTS)
    assert script_of(declarations.language("urd").locale) == "Aran"

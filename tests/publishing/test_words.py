"""What the pages know of languages."""

import pytest
from babel import Locale, localedata

from drafting.domain.locales import RIGHT_TO_LEFT
from drafting.publishing.words import NUMBERS, digits_of, direction_in, likely_script


def test_the_direction_of_every_language_is_the_one_that_cldr_gives() -> None:
    others = []
    for name in localedata.locale_identifiers():
        known = Locale.parse(name)
        is_leftward = known.text_direction == "rtl" or known.script in RIGHT_TO_LEFT
        if name != "root" and direction_in(name.replace("_", "-")) != ("rtl" if is_leftward else "ltr"):
            others.append(name)
    assert not others


def test_the_digits_of_every_language_are_those_that_cldr_gives() -> None:
    others = []
    for name in localedata.locale_identifiers():
        known = NUMBERS.get(name) or Locale.parse(name).default_numbering_system
        if digits_of(name.replace("_", "-")) != known:
            others.append(name)
    assert not others


@pytest.mark.parametrize(
    ("tag", "script"),
    [("hi", "Deva"), ("pa-Arab", "Arab"), ("ur-x-private", "Arab"), ("zh-Hant-TW", "Hant"), ("qqq", "Latn")],
)
def test_a_script_is_the_one_that_a_tag_names_or_else_the_likely_one(tag: str, script: str) -> None:
    assert likely_script(tag) == script

"""What is known of a language by its tag: from Babel (CLDR), else from langcodes. The tag itself is never replaced."""

from functools import lru_cache
from typing import Final

import babel
import langcodes

from drafting.domain.errors import Code, Refusal
from drafting.domain.locales import Locale, canonical_tag

_UNKNOWN: Final = "Unknown language"


@lru_cache(maxsize=1024)
def locale_record(tag: str) -> Locale:
    """The record of a BCP 47 tag in its usual capitals.

    Raises ``unknown_locale`` where it is none, or names a language, script or region that nobody has registered.

    The script stands in the tag or is the likely one of the language; the direction follows from it and not from
    Babel, which takes ``ckb-Latn`` for right-to-left.
    """
    known = canonical_tag(tag)
    if not langcodes.tag_is_valid(known):
        raise Refusal(Code.UNKNOWN_LOCALE, locale=tag)
    return Locale(known, langcodes.Language.get(known).maximize().script or "Latn", known_autonym(known))


def known_autonym(tag: str) -> str:
    """The language's name for itself, else its English name, else the tag."""
    return _from_babel(tag) or _from_langcodes(tag) or tag


def _from_babel(tag: str) -> str | None:
    try:
        found = babel.Locale.parse(tag, sep="-")
    except (babel.UnknownLocaleError, ValueError):
        return None
    # Babel answers for a neighbour where it lacks a language, and takes "und" for English.
    return found.get_display_name() if found.language == tag.split("-")[0] else None


def _from_langcodes(tag: str) -> str | None:
    name = str(langcodes.Language.get(tag).autonym())
    return None if name.startswith(_UNKNOWN) else name

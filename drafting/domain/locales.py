"""Languages as BCP 47 tags with what a page needs to set their text: script, direction, name in the language itself."""

import re
from dataclasses import dataclass
from typing import Final

from drafting.domain.errors import Code, Refusal

# The grammar of RFC 5646 without grandfathered tags.
_TAG = re.compile(
    r"(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})(?:-(?P<script>[a-z]{4}))?(?:-(?:[a-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?\Z",
    re.I,
)
MAX_TAG: Final = 35
RIGHT_TO_LEFT: Final = frozenset(
    """
    Adlm Arab Aran Armi Avst Chrs Cprt Elym Garay Hatr Hebr Hung Khar Lydi Mand Mani Mend Merc Mero Narb Nbat Nkoo
    Orkh Ougr Palm Phli Phlp Phnx Prti Rohg Samr Sarb Sogd Sogo Syrc Syre Syrj Syrn Thaa Yezi
    """.split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Locale:
    """A language of a declaration. ``script`` is an ISO 15924 code; ``autonym`` the language's name for itself."""

    tag: str
    script: str
    autonym: str

    @property
    def direction(self) -> str:
        """``rtl`` or ``ltr``, from the script and nothing else."""
        return "rtl" if self.script in RIGHT_TO_LEFT else "ltr"


def canonical_tag(tag: str) -> str:
    """The tag in its usual capitals (``pt-BR``, ``zh-Hant``). Raises ``unknown_locale`` where it is not BCP 47."""
    if len(tag) > MAX_TAG or not _TAG.match(tag):
        raise Refusal(Code.UNKNOWN_LOCALE, locale=tag)
    first, *rest = tag.split("-")
    parts = [first.lower()]
    for part in rest:
        in_extension = any(len(p) == 1 for p in parts)
        parts.append(part.lower() if in_extension else _part(part))
    return "-".join(parts)


def _part(part: str) -> str:
    if len(part) == 4 and part.isalpha():
        return part.title()
    return part.upper() if len(part) == 2 else part.lower()


def catalogue_name(tag: str) -> str:
    """The name of a gettext folder for a tag: ``pt-BR`` → ``pt_BR``. The only place where the two spellings meet."""
    return tag.replace("-", "_")

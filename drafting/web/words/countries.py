"""Countries to choose from, by their names in the reader's language and in its order."""

from typing import Final

from drafting.domain.countries import COUNTRIES
from drafting.publishing.paper.collation import in_order
from drafting.web.i18n import Words

Option = tuple[str, str]

_ORDERED: Final[dict[str, list[Option]]] = {}
"""By language: sorting 250 names for every form would be most of its work."""


def country_options(w: Words) -> list[Option]:
    """(code, name), with the empty answer first."""
    if w.tag not in _ORDERED:
        named = [(code, w.country(code)) for code in sorted(COUNTRIES)]
        _ORDERED[w.tag] = in_order(named, lambda option: option[1], w.tag)
    return [("", w.gettext("Not said")), *_ORDERED[w.tag]]

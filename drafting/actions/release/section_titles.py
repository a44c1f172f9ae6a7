"""The titles of an edition's sections, remembered: forms that anybody opens offer them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from weakref import WeakKeyDictionary

from drafting.actions.ports import Ledger, Ports
from drafting.domain.declaration import FRONT
from drafting.domain.editions import Edition

MOST_REMEMBERED: Final = 64

_Titles = Mapping[str, Mapping[str, str]]
_REMEMBERED: WeakKeyDictionary[Ledger, dict[str, _Titles]] = WeakKeyDictionary()


async def section_titles(ports: Ports, edition: Edition, locale: str) -> Mapping[str, str]:
    """Id → title in this language, or in the first that a section has, in the order of the edition."""
    digest = edition.releases[-1].content
    remembered = _REMEMBERED.setdefault(ports.ledger, {})
    if digest not in remembered:
        if len(remembered) >= MOST_REMEMBERED:
            remembered.clear()
        remembered[digest] = _titles(json.loads(await ports.ledger.content(digest))["sections"])
    titles = remembered[digest]
    return {id: by_locale.get(locale) or next(iter(by_locale.values()), id) for id, by_locale in titles.items()}


def _titles(sections: Sequence[Mapping[str, Any]]) -> _Titles:
    return {
        section["id"]: {tag: text["title"] for tag, text in section["texts"].items() if text["title"]}
        for section in sections
        if section["id"] != FRONT
    }

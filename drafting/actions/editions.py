"""Finding an edition, and reading what it holds."""

import json
from collections.abc import Mapping
from typing import Any

from drafting.actions.ports import Ports
from drafting.domain.declaration import Declaration
from drafting.domain.editions import Edition
from drafting.domain.errors import Code, Refusal


def find_edition(declaration: Declaration, n: int) -> Edition:
    """Raises ``not_found``."""
    if not 1 <= n <= len(declaration.editions):
        raise Refusal(Code.NOT_FOUND, edition=n)
    return declaration.editions[n - 1]


async def read_content(ports: Ports, digest: str) -> Mapping[str, Any]:
    """The content of an edition or release, by its digest."""
    value: Mapping[str, Any] = json.loads(await ports.ledger.content(digest))
    return value


def public_locales(content: Mapping[str, Any]) -> list[str]:
    """The languages in which an edition comes out: authentic ones, and those with a translated section at least."""
    return [
        locale["tag"]
        for locale in content["locales"]
        if any(section["texts"][locale["tag"]]["status"] != "source" for section in content["sections"])
    ]


async def released_content(ports: Ports, edition: Edition) -> Mapping[str, Any]:
    """The content of an edition's last release, with the times at which it was released."""
    content = approved_content(edition, await read_content(ports, edition.releases[-1].content))
    return {**content, "released_at": [release.at.isoformat() for release in edition.releases]}


def approved_content(edition: Edition, content: Mapping[str, Any]) -> Mapping[str, Any]:
    """A frozen content with the approvals that came after the freeze, for the pages to name."""
    approvals = [{"network": a.network, "at": a.at.isoformat()} for a in edition.approvals]
    return {**content, "approvals": approvals}

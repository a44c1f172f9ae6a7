"""Puts a declaration of two sections into DRAFTING_DATA, with people who write in it, and prints their tokens as JSON.

``python -m tests.hostile.furnish NAME…``; all are delegates of one network (mandates m0, m1, …), the last reads.
"""

import asyncio
import json
import os
import sys
from collections.abc import Sequence

from drafting.actions.core import commit_platform
from drafting.actions.membership.sign_in import issue_token
from drafting.actions.writing_ports import Author
from drafting.domain.declaration import Charter, Preset
from drafting.domain.events import Event, Kind
from drafting.domain.prose import Block, Run
from drafting.settings import Settings
from drafting.web.commands.installation import Installation, opened

SLUG, NETWORK = "well", "river"
SECTIONS = ("front", "water")
ONE, TWO = (f"{SLUG}.{section}.en" for section in SECTIONS)


async def furnish(names: Sequence[str]) -> dict[str, str]:
    async with opened(Settings.from_environment(os.environ)) as here:
        tokens, accounts = {}, []
        for name in names:
            address = f"{name}@example.org"
            tokens[name] = await issue_token(here.ports, address=address)
            found = await here.ports.accounts.find(address)
            assert found
            accounts.append(found.id)
        await _declare(here, accounts)
    return tokens


async def _declare(here: Installation, accounts: Sequence[str]) -> None:
    ports, first, charter = here.ports, accounts[0], Charter(Preset.PLAIN, 1, 168, 0)
    await commit_platform(
        ports, lambda _: [Event(Kind.NETWORK_REGISTER, {"slug": NETWORK, "name": "River", "card": {}}, first)]
    )
    events = [
        Event(
            Kind.DECLARATION_CREATE,
            {
                "title": {"en": "The Well"},
                "source_locale": "en",
                "authentic_locales": ["en"],
                "locales": [{"tag": "en", "script": "Latn", "autonym": "English"}],
                "charter": charter.to_json(),
            },
            first,
        ),
        Event(
            Kind.MEMBER_JOIN,
            {"network": NETWORK, "name": "River", "role": "founding", "charter": charter.digest},
            first,
        ),
        *(_mandate(number, account, "edit") for number, account in enumerate(accounts[:-1])),
        _mandate(len(accounts) - 1, accounts[-1], "consent"),
        *(Event(Kind.SECTION_ADD, {"id": id, "holder": first, "network": NETWORK}, first) for id in SECTIONS),
    ]
    await ports.ledger.append(SLUG, events, expected=0, at=ports.clock.now())
    for name in (ONE, TWO):
        await ports.workshops.create(name, (Block("b1", "paragraph", (Run("Begin. "),)),), Author(first, NETWORK))


def _mandate(number: int, account: str, scope: str) -> Event:
    data = {"id": f"m{number}", "network": NETWORK, "account": account, "scopes": [scope]}
    return Event(Kind.MANDATE_GRANT, {**data, "granted_by": account, "until": None}, account)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(furnish(sys.argv[1:]))))

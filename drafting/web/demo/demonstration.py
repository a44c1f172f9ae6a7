"""The demonstration: fictional people whom anybody may be for a while. Nothing of it is reachable anywhere else."""

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from drafting.actions.membership.sign_in import FRESH_HOURS, SESSION
from drafting.actions.ports import Ports
from drafting.paths import DEMO


@dataclass(frozen=True, slots=True)
class Person:
    """One of the people of the demonstration that is offered to visitors."""

    key: str
    name: str
    address: str
    network: str
    locale: str
    role: str


@lru_cache(maxsize=1)
def people() -> tuple[Person, ...]:
    """Everybody offered under “try it as”, in the order of the file."""
    path = DEMO / "people.toml"
    rows = tomllib.loads(path.read_text("utf-8"))["person"] if path.exists() else []
    return tuple(
        Person(r["key"], r["name"], r["address"], r.get("network", ""), r["locale"], r["role"])
        for r in rows
        if r.get("try_as")
    )


def operators() -> frozenset[str]:
    """Addresses of the demonstration's operators."""
    return frozenset(p.address.casefold() for p in people() if p.role == "operator")


async def begin_session(ports: Ports, person: Person) -> str:
    """The secret of a new session of this person; their account is opened where the demonstration has none yet."""
    account, is_new = await ports.accounts.open(person.address, person.name, person.locale)
    if is_new:
        await ports.accounts.describe(account.id, name=person.name, locale=person.locale)
    at = ports.clock.now()
    secret, _ = await ports.passes.issue(SESSION, account.id, at + timedelta(hours=FRESH_HOURS), at, {"agent": ""})
    return secret

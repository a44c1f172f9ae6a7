"""Who is told by mail what; the words are the web layer's, in each reader's language."""

from collections.abc import Iterable, Sequence

from drafting.actions.letter_ports import Letter
from drafting.actions.ports import Account, Ports
from drafting.domain.declaration import Declaration
from drafting.domain.networks import Scope
from drafting.domain.positions import Position, Revision


async def delegates_of(ports: Ports, declaration: Declaration, network: str) -> list[Account]:
    """The accounts with a live mandate for the network."""
    at = ports.clock.now()
    ids = dict.fromkeys(m.account for m in declaration.mandates.values() if m.network == network and m.is_live(at))
    return [await ports.accounts.get(account) for account in ids]


def title_for(declaration: Declaration, locale: str) -> str:
    """The declaration's title in a language, else in its source language."""
    return declaration.title.get(locale) or declaration.title.get(declaration.source_locale) or declaration.slug


async def send(
    ports: Ports, accounts: Iterable[Account], name: str, declaration: Declaration, **values: object
) -> None:
    """One letter each, in the reader's language. ``path`` in values is joined to the origin and that language."""
    written = []
    for account in accounts:
        locale = account.locale or "en"
        filled = {
            **values,
            "person": account.name,
            "declaration": title_for(declaration, locale),
            "link": f"{ports.origin}/{locale}/{values.get('path', '')}",
        }
        subject, body = ports.sentences.letter(name, locale, **filled)
        written.append(Letter(account.address, subject, body, locale))
    if written:
        await ports.mail.send(written, ports.clock.now())


async def tell_tabled(ports: Ports, declaration: Declaration, revision: Revision) -> None:
    """Every delegate who may consent learns that words are before their network; one letter for a series."""
    at = ports.clock.now()
    asked = dict.fromkeys(
        m.account
        for m in declaration.mandates.values()
        if m.network and Scope.CONSENT in m.scopes and m.is_live(at) and m.account != revision.tabled_by
    )
    accounts = [await ports.accounts.get(account) for account in asked]
    path = f"workshop/{declaration.slug}/{revision.section}/revisions/{revision.n}"
    await send(ports, accounts, "tabled", declaration, section=revision.title, n=revision.n, path=path)


async def send_receipts(ports: Ports, declaration: Declaration, network: str, positions: Sequence[Position]) -> None:
    """All delegates of the network get to know what was recorded in its name."""
    if not positions:
        return
    first = positions[0]
    await send(
        ports,
        await delegates_of(ports, declaration, network),
        "receipt",
        declaration,
        network=declaration.members[network].name,
        kind=first.kind.value,
        count=len(positions),
        section=_title(declaration, first.section),
        digest=first.target_digest,
        path=f"workshop/{declaration.slug}/matrix",
    )


async def ask_approval(ports: Ports, declaration: Declaration, n: int) -> None:
    """Everybody who may approve a frozen edition for their network is asked to read and confirm it."""
    at = ports.clock.now()
    asked = dict.fromkeys(
        m.account for m in declaration.mandates.values() if m.network and Scope.SIGN in m.scopes and m.is_live(at)
    )
    accounts = [await ports.accounts.get(account) for account in asked]
    await send(ports, accounts, "approval", declaration, n=n, path=f"workshop/{declaration.slug}/publishing/{n}")


def _title(declaration: Declaration, section: str) -> str:
    revision = declaration.sections[section].revision
    return revision.title if revision else section

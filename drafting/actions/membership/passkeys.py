"""A person's passkeys: asking a device for one, adding it, ending it. Letter: ``key_added``, as for other keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from drafting.actions.core import Actor, commit_platform, load_directory
from drafting.actions.membership.own_keys import send_key_letter
from drafting.actions.names import checked_name, new_id
from drafting.actions.ports import Ports
from drafting.domain.errors import Code, Refusal
from drafting.domain.events import Event, Kind
from drafting.domain.networks import Directory
from drafting.domain.own_keys import MOST_KEYS
from drafting.domain.passkeys import Passkey, passkey_data
from drafting.domain.webauthn import (
    CREATE,
    PasskeyMisfit,
    PasskeyUnfit,
    Registered,
    base64url,
    read_base64url,
    read_client_data,
    read_registration,
)

ASKED: Final = "passkey"
MINUTES: Final = 10
MOST_ASKED: Final = 20


@dataclass(frozen=True, slots=True)
class Asking:
    """What a device is asked for. ``site``: the host that the passkey is bound to; ``challenge``, ``holder`` and
    ``known``, the credentials that the account has already, in base64url."""

    challenge: str
    site: str
    holder: str
    address: str
    name: str
    known: tuple[str, ...]


def site_of(ports: Ports) -> str:
    """The host that passkeys are bound to: the relying party."""
    return urlsplit(ports.origin).hostname or ""


async def list_passkeys(ports: Ports, account: str) -> list[tuple[Passkey, str]]:
    """The account's with their names, also those that were ended; oldest first."""
    own = [passkey for passkey in (await load_directory(ports)).passkeys.values() if passkey.account == account]
    names = await ports.passkeys.names(account) if own else {}
    return [(passkey, names.get(passkey.id, "")) for passkey in own]


async def ask_for_passkey(ports: Ports, actor: Actor) -> Asking:
    """A challenge for one new passkey; it holds ten minutes, on every node. Raises ``sign_in_anew``, ``too_many``."""
    if not actor.fresh:
        raise Refusal(Code.SIGN_IN_ANEW)
    at = ports.clock.now()
    if len(await ports.passes.of_account(ASKED, actor.account, at)) >= MOST_ASKED:
        raise Refusal(Code.TOO_MANY)
    known = [passkey.credential for passkey, _ in await list_passkeys(ports, actor.account) if passkey.is_live]
    account = await ports.accounts.get(actor.account)
    challenge, _ = await ports.passes.issue(ASKED, actor.account, at + timedelta(minutes=MINUTES), at)
    holder = base64url(account.id.encode())
    return Asking(challenge, site_of(ports), holder, account.address, account.name, tuple(known))


async def add_passkey(ports: Ports, actor: Actor, *, name: str, client: str, attestation: str) -> Passkey:
    """Add what a device made to the actor's account, who gets a letter about it.

    ``client``, ``attestation``: clientDataJSON and attestationObject in base64url. Raises ``bad_input`` (``field``
    name, or passkey with a ``reason`` of :class:`PasskeyMisfit`), ``taken`` where this account has it, ``too_many``,
    ``sign_in_anew``.
    """
    if not actor.fresh:
        raise Refusal(Code.SIGN_IN_ANEW)
    name = checked_name(name, "name", may_be_empty=True)
    try:
        made = await _read(ports, actor, client, attestation)
    except PasskeyUnfit as unfit:
        raise Refusal(Code.BAD_INPUT, field="passkey", reason=unfit.misfit.value) from unfit
    id = new_id()

    def decide(directory: Directory) -> Sequence[Event]:
        own = [passkey for passkey in directory.passkeys.values() if passkey.account == actor.account]
        if any(passkey.credential == made.credential for passkey in own):
            raise Refusal(Code.TAKEN, field="passkey")
        if len(own) >= MOST_KEYS:
            raise Refusal(Code.TOO_MANY)
        return [Event(Kind.PASSKEY_ADD, passkey_data(id, made.credential, made.public), actor.account, actor.channel)]

    decide(await load_directory(ports))
    await ports.passkeys.keep(id, actor.account, name, made.counter)
    passkey = (await commit_platform(ports, decide)).passkeys[id]
    await send_key_letter(ports, actor.account, passkey.fingerprint)
    return passkey


async def _read(ports: Ports, actor: Actor, client: str, attestation: str) -> Registered:
    """Spends the challenge last, so that what is wrong with the rest does not use it up. Raises PasskeyUnfit."""
    said = read_client_data(read_base64url(client))
    if said.origin != ports.origin:
        raise PasskeyUnfit(PasskeyMisfit.ORIGIN)
    made = read_registration(said, read_base64url(attestation))
    at = ports.clock.now()
    asked = await ports.passes.find(ASKED, said.challenge, at)
    is_own = asked is not None and asked.account == actor.account
    if said.type != CREATE or not is_own or await ports.passes.spend(ASKED, said.challenge, at) is None:
        raise PasskeyUnfit(PasskeyMisfit.CHALLENGE)
    return made


async def end_passkey(ports: Ports, actor: Actor, *, passkey: str) -> Passkey:
    """From now on nothing that it agrees to is taken. Raises ``not_found`` for what is not the actor's."""

    def decide(directory: Directory) -> Sequence[Event]:
        known = directory.passkeys.get(passkey)
        if known is None or known.account != actor.account:
            raise Refusal(Code.NOT_FOUND, passkey=passkey)
        return [Event(Kind.PASSKEY_END, {"key": passkey}, actor.account, actor.channel)] if known.is_live else []

    return (await commit_platform(ports, decide)).passkeys[passkey]

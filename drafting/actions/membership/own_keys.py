"""A person's own keys: adding one, ending one. Letter: ``key_added`` (``fingerprint``, ``link`` to the account)."""

from collections.abc import Sequence

from drafting.actions.core import Actor, commit_platform, load_directory
from drafting.actions.letter_ports import Letter
from drafting.actions.names import new_id
from drafting.actions.ports import Ports
from drafting.domain.errors import Code, Refusal
from drafting.domain.events import Event, Kind
from drafting.domain.networks import Directory
from drafting.domain.own_keys import MOST_KEYS, KeyUnfit, OwnKey, read_public


async def list_keys(ports: Ports, account: str) -> list[OwnKey]:
    """The account's, also those that were ended; oldest first."""
    return [key for key in (await load_directory(ports)).keys.values() if key.account == account]


async def add_key(ports: Ports, actor: Actor, *, public: str) -> OwnKey:
    """Add an SSH key (Ed25519) to the actor's account, who gets a letter about it.

    It proves nothing: public keys are public, so others may have the same one on theirs, and keep nobody from it.

    Raises ``bad_input`` (``field`` public, ``reason`` private_key, key_type or no_key), ``taken`` where this account
    has or had it, ``too_many``, ``sign_in_anew``.
    """
    if not actor.fresh:
        raise Refusal(Code.SIGN_IN_ANEW)
    try:
        line, fingerprint = read_public(public)
    except KeyUnfit as unfit:
        raise Refusal(Code.BAD_INPUT, field="public", reason=unfit.misfit.value) from unfit
    id = new_id()

    def decide(directory: Directory) -> Sequence[Event]:
        own = [key for key in directory.keys.values() if key.account == actor.account]
        if any(key.fingerprint == fingerprint for key in own):
            raise Refusal(Code.TAKEN, field="public")
        if len(own) >= MOST_KEYS:
            raise Refusal(Code.TOO_MANY)
        data = {"key": id, "public": line, "fingerprint": fingerprint}
        return [Event(Kind.KEY_ADD, data, actor.account, actor.channel)]

    directory = await commit_platform(ports, decide)
    await send_key_letter(ports, actor.account, fingerprint)
    return directory.keys[id]


async def send_key_letter(ports: Ports, id: str, fingerprint: str) -> None:
    """Tell an account that something can sign for it from now on."""
    account = await ports.accounts.get(id)
    locale = account.locale or "en"
    link = f"{ports.origin}/{locale}/account"
    subject, body = ports.sentences.letter("key_added", locale, person=account.name, fingerprint=fingerprint, link=link)
    await ports.mail.send([Letter(account.address, subject, body, locale)], ports.clock.now())


async def end_key(ports: Ports, actor: Actor, *, key: str) -> OwnKey:
    """From now on nothing that it signs is taken. Raises ``not_found`` for what is not the actor's."""

    def decide(directory: Directory) -> Sequence[Event]:
        known = directory.keys.get(key)
        if known is None or known.account != actor.account:
            raise Refusal(Code.NOT_FOUND, key=key)
        return [Event(Kind.KEY_END, {"key": key}, actor.account, actor.channel)] if known.is_live else []

    return (await commit_platform(ports, decide)).keys[key]

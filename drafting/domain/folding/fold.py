"""From the ledger's entries to what they mean. Pure: the same entries give the same declaration, on every machine."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from drafting.domain.declaration import Declaration
from drafting.domain.events import Entry, Kind
from drafting.domain.folding import agreeing as fold_agreeing
from drafting.domain.folding import making as fold_making
from drafting.domain.folding import publishing as fold_publishing
from drafting.domain.folding import signing as fold_signing
from drafting.domain.networks import Directory
from drafting.domain.own_keys import key_from
from drafting.domain.passkeys import passkey_from


def fold(declaration: Declaration, entries: Iterable[Entry]) -> Declaration:
    """Apply entries in order to the declaration, in place, and return it. Kinds it does not know change nothing."""
    for entry in entries:
        apply = _APPLY.get(entry.event.kind)
        if apply is not None:
            apply(declaration, entry, entry.event.data)
        declaration.index = entry.index
    return declaration


def fold_directory(directory: Directory, entries: Iterable[Entry]) -> Directory:
    """The same for the platform's stream."""
    for entry in entries:
        if entry.event.kind is Kind.NETWORK_REGISTER:
            directory.register(entry.event.data, entry.event.actor)
        elif entry.event.kind is Kind.NETWORK_DESCRIBE:
            directory.describe(entry.event.data)
        elif entry.event.kind is Kind.KEY_ADD:
            added = key_from(entry.event.data, entry.event.actor, entry.at)
            directory.keys[added.id] = added
        elif entry.event.kind is Kind.KEY_END:
            ended = entry.event.data["key"]
            directory.keys[ended] = replace(directory.keys[ended], until=entry.at)
        elif entry.event.kind is Kind.PASSKEY_ADD:
            passkey = passkey_from(entry.event.data, entry.event.actor, entry.at)
            directory.passkeys[passkey.id] = passkey
        elif entry.event.kind is Kind.PASSKEY_END:
            ended = entry.event.data["key"]
            directory.passkeys[ended] = replace(directory.passkeys[ended], until=entry.at)
        directory.index = entry.index
    return directory


_APPLY: Final = {**fold_making.APPLY, **fold_agreeing.APPLY, **fold_publishing.APPLY, **fold_signing.APPLY}

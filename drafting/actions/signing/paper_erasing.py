"""Whoever signed on paper and left no address has no link. They ask the people who look after the list."""

import unicodedata
from collections.abc import Sequence

from drafting.actions.core import MAX_TRIES, Actor, authorise
from drafting.actions.ports import Ports
from drafting.actions.signature_ports import SignatureMoved
from drafting.actions.signing.asking import open_edition
from drafting.actions.signing.links import withdrawal
from drafting.domain.errors import Code, Refusal
from drafting.domain.policy import Action, Subject
from drafting.domain.signatures import ON_PAPER, Signature


async def find_on_paper(ports: Ports, actor: Actor, *, slug: str, n: int, name: str) -> Sequence[Signature]:
    """The signatures of this name, as it was typed in, to which no link leads. Raises ``not_allowed``."""
    declaration, _ = await open_edition(ports, slug, n)
    authorise(declaration, actor, Action.MODERATE, Subject(), ports.clock.now())
    wanted = " ".join(unicodedata.normalize("NFC", name).split())
    return await ports.rolls.without_address(slug, n, wanted) if wanted else ()


async def erase_on_paper(ports: Ports, actor: Actor, *, slug: str, id: str) -> Signature:
    """Take a signature back and erase it, as its signatory asked for: what a link lets others do themselves.

    Raises ``not_allowed`` for any that a link leads to, and for those who do not look after the list.
    """
    for _ in range(MAX_TRIES):
        at = ports.clock.now()
        signature = await ports.signatures.get(id)
        if signature.declaration != slug:
            raise Refusal(Code.NOT_FOUND, signature=id)
        declaration, _edition = await open_edition(ports, slug, signature.edition)
        authorise(declaration, actor, Action.MODERATE, Subject(), at)
        if signature.is_erased:
            return signature
        if signature.address or signature.source not in ON_PAPER:
            raise Refusal(Code.NOT_ALLOWED, action="erase_signature")
        try:
            return await ports.signatures.change(withdrawal(signature, at, erase=True, actor=actor.account), at)
        except SignatureMoved:
            continue
    raise Refusal(Code.CANNOT_SAVE)

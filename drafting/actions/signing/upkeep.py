"""What happens to signatures by themselves: one reminder, and the end of what nobody confirmed."""

import secrets
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Final

from drafting.actions.core import load_declaration
from drafting.actions.ports import Ports
from drafting.actions.signature_ports import LinkRole, SignatureChange, SignatureLink, SignatureMoved
from drafting.actions.signing.asking import write_letter

REMIND_AFTER: Final = timedelta(days=3)
KEPT_PREFIX: Final = timedelta(days=30)
"""How long it is known from which network a signature came: as long as somebody may still look into a flood."""
KEPT_UNCONFIRMED: Final = timedelta(days=7)
"""How long an unconfirmed signature stays after its link has ended, so that its bearer is told so and not "unknown"."""


async def remind_signatories(ports: Ports) -> int:
    """One reminder to whoever asked to sign three days ago and has not confirmed; how many."""
    at = ports.clock.now()
    reminded = 0
    for signature in await ports.signatures.unreminded(at - REMIND_AFTER, at):
        declaration = await load_declaration(ports, signature.declaration)
        secret = secrets.token_urlsafe(32)
        letter = write_letter(ports, declaration, signature, "signature_reminder", secret, until=signature.expires)
        change = SignatureChange(
            signature, replace(signature, reminded=at), (), [SignatureLink(secret, LinkRole.OWN, letter)]
        )
        with suppress(SignatureMoved):  # It was confirmed just now, or another node has written.
            await ports.signatures.change(change, at)
            reminded += 1
    return reminded


async def sweep_signatures(ports: Ports) -> int:
    """Delete what was typed by or for people who never confirmed; how many. Forget old networks of the others."""
    await ports.signatures.forget_prefixes(ports.clock.now() - KEPT_PREFIX)
    return await ports.signatures.sweep(ports.clock.now() - KEPT_UNCONFIRMED)

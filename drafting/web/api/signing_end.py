"""The end of signing, by program."""

from datetime import datetime

from drafting.actions.signing import ending as acts
from drafting.domain.editions import Edition
from drafting.web.api import bodies
from drafting.web.api.calls import Call
from drafting.web.api.operations import Operations
from drafting.web.api.signing_bodies import SigningEnd
from drafting.web.api.verdicts import SigningAnswer

signing_end = Operations("Moderation")
add = signing_end.add
SIGNING = "/declarations/{slug}/editions/{n}/signing"


@add("POST", SIGNING + "/close")
async def close_signing(call: Call, body: SigningEnd) -> SigningAnswer:
    """End signing, at once or at a moment to come; what was asked for before can still be confirmed for its days."""
    edition = await acts.close_signing(call.ports, call.actor, slug=call.slug, n=call.count("n"), at=body.at)
    return signing_of(edition, call.ports.clock.now())


@add("POST", SIGNING + "/reopen")
async def reopen_signing(call: Call, body: bodies.Empty) -> SigningAnswer:
    """Open signing again, or take back a moment at which it would have ended."""
    edition = await acts.reopen_signing(call.ports, call.actor, slug=call.slug, n=call.count("n"))
    return signing_of(edition, call.ports.clock.now())


def signing_of(edition: Edition, at: datetime) -> SigningAnswer:
    return SigningAnswer(state=edition.signing(at).value, closes=edition.closes)

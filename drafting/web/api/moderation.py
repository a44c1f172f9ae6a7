"""Looking after the list of signatures, by program."""

from drafting.actions.signing import moderation as acts
from drafting.actions.signing.links import LOGO
from drafting.domain.organisations import adherence_of
from drafting.domain.signatures import Signature
from drafting.web.api import signing_bodies as bodies
from drafting.web.api.calls import Call
from drafting.web.api.operations import Operations

moderation = Operations("Moderation")
add = moderation.add
EDITION = "/declarations/{slug}/editions/{n}"
ONE = EDITION + "/signatures/{signature}"


@add("GET", EDITION + "/moderation")
async def look_over_signatures(call: Call) -> bodies.DeskAnswer:
    """What is held back, what was confirmed last, what was refused, and what stands out in the last hour."""
    desk = await acts.look_over(call.ports, call.actor, slug=call.slug, n=call.count("n"))
    return bodies.DeskAnswer(
        waiting=[_item(signature) for signature in desk.waiting],
        latest=[_item(signature) for signature in desk.latest],
        refused=[_item(signature) for signature in desk.refused],
        trends=[bodies.TrendAnswer(of=t.of, value=t.value, count=t.count, held_back=t.is_flood) for t in desk.trends],
        bounced=[_item(signature) for signature in desk.bounced],
        bounces=desk.bounces,
    )


@add("POST", ONE + "/quarantine")
async def quarantine_signature(call: Call, body: bodies.Decision) -> bodies.ModeratedAnswer:
    """Hold a signature back until somebody has looked."""
    return _item(await acts.quarantine(call.ports, call.actor, **_decision(call, body)))


@add("POST", ONE + "/invalidate")
async def invalidate_signature(call: Call, body: bodies.Decision) -> bodies.ModeratedAnswer:
    """Say that a signature does not count."""
    return _item(await acts.invalidate(call.ports, call.actor, **_decision(call, body)))


@add("POST", ONE + "/restore")
async def restore_signature(call: Call, body: bodies.Decision) -> bodies.ModeratedAnswer:
    """Let a signature count again."""
    return _item(await acts.restore(call.ports, call.actor, **_decision(call, body)))


@add("POST", ONE + "/take-logo-down")
async def take_logo_down(call: Call, body: bodies.Decision) -> bodies.ModeratedAnswer:
    """Show an organisation without its logo, and take no other one."""
    return _item(await acts.take_logo_down(call.ports, call.actor, **_decision(call, body)))


@add("POST", ONE + "/admit-network")
async def admit_network(call: Call, body: bodies.Decision) -> bodies.ModeratedAnswer:
    """Show an organisation that wants to join as a network among the networks that joined."""
    return _item(await acts.admit_network(call.ports, call.actor, **_decision(call, body)))


@add("POST", ONE + "/dismiss-network")
async def dismiss_network(call: Call, body: bodies.Decision) -> bodies.ModeratedAnswer:
    """Show it among the organisations again."""
    return _item(await acts.dismiss_network(call.ports, call.actor, **_decision(call, body)))


def _decision(call: Call, body: bodies.Decision) -> dict[str, str]:
    return {"slug": call.slug, "id": call.part("signature"), "reason": body.reason, "note": body.note}


def _item(signature: Signature) -> bodies.ModeratedAnswer:
    """Of an address its domain alone."""
    adherence = adherence_of(signature.details)
    return bodies.ModeratedAnswer(
        id=signature.id,
        state=signature.state.value,
        kind=signature.kind.value,
        name=signature.name,
        affiliation=signature.affiliation,
        place=signature.place,
        domain=acts.domain_of(signature),
        prefix=signature.prefix,
        reason=signature.reason,
        note=str(signature.details.get("note", "")),
        verified=signature.verified.value if signature.verified else "",
        proven_domain=signature.domain if "proof" in signature.details else "",
        has_logo=LOGO in signature.details,
        adheres=adherence is not None,
        admitted=adherence is not None and adherence.is_admitted,
        reservation=adherence.reservation if adherence else "",
        reservation_sections=list(adherence.sections) if adherence else [],
        at=signature.confirmed or signature.requested,
    )

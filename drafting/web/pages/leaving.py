"""Leaving the updates: a page with a button for people, and the same address for the button of a mail program.

A mail program (RFC 8058) posts ``List-Unsubscribe=One-Click`` without a visit and follows no redirect, so the answer to
the form is the page itself. Reading the address changes nothing, whoever does it.
"""

from typing import Any

from starlette.responses import Response

from drafting.actions.signature_ports import LinkRole
from drafting.actions.signing import asking as signing
from drafting.actions.signing.links import read_signature
from drafting.actions.signing.mailing import leave_updates
from drafting.domain.errors import Code, Refusal
from drafting.domain.signatures import Signature
from drafting.web.errors import STATUS
from drafting.web.visits import Visit


async def show(visit: Visit) -> Response:
    try:
        signature, role = await read_signature(visit.ports, visit.part("token"))
    except Refusal:
        return _unknown(visit)
    if role is LinkRole.SECOND:
        raise Refusal(Code.NOT_ALLOWED, action="leave_updates")
    return visit.page("signing/leave.html", **await _about(visit, signature), is_done=not signature.updates)


async def leave(visit: Visit) -> Response:
    try:
        signature = await leave_updates(visit.ports, visit.part("token"))
    except Refusal as refusal:
        if refusal.code is not Code.LINK_USED:
            raise
        return _unknown(visit)
    return visit.page("signing/leave.html", **await _about(visit, signature), is_done=True)


def _unknown(visit: Visit) -> Response:
    """Who is erased gets no letters, so there is nothing left to do."""
    return visit.page("signing/leave.html", STATUS[Code.LINK_USED], signed=None, is_done=False)


async def _about(visit: Visit, signature: Signature) -> dict[str, Any]:
    declaration, edition = await signing.open_edition(visit.ports, signature.declaration, signature.edition)
    return {"signed": declaration, "edition": edition}

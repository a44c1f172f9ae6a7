"""Every operation of the API in one list, and what is answered where there is none."""

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route

from drafting.domain.errors import Code, Refusal
from drafting.web.api.calls import Call
from drafting.web.api.consent import consent
from drafting.web.api.declarations import declarations
from drafting.web.api.moderation import moderation
from drafting.web.api.openapi import describe, descriptions
from drafting.web.api.operations import Operation, refused, refused_method
from drafting.web.api.organisations import organisations
from drafting.web.api.passkeys import passkeys
from drafting.web.api.people import people
from drafting.web.api.printing import printing
from drafting.web.api.proofs import proofs
from drafting.web.api.publication import publication
from drafting.web.api.rolls import rolls
from drafting.web.api.signatures import signatures
from drafting.web.api.signing_end import signing_end
from drafting.web.api.texts import texts
from drafting.web.api.updates import updates

METHODS: Final = ["GET", "POST", "PUT", "PATCH", "DELETE"]


@descriptions.add("GET", "/openapi.json", is_public=True)
async def openapi(call: Call) -> dict[str, Any]:
    """This description."""
    return describe(operations, "Joint declarations", f"{call.settings.base}/api/v1")


operations: Final[list[Operation]] = [
    *declarations.all,
    *texts.all,
    *people.all,
    *consent.all,
    *publication.all,
    *signatures.all,
    *organisations.all,
    *moderation.all,
    *signing_end.all,
    *rolls.all,
    *printing.all,
    *updates.all,
    *proofs.all,
    *passkeys.all,
    *descriptions.all,
]


async def nothing_here(request: Request) -> Response:
    """404 for an unknown path, 405 with ``Allow`` for a known one that is asked in another way."""
    allowed = sorted(
        {m for route in _acting if route.matches(request.scope)[0] is not Match.NONE for m in route.methods or ()}
    )
    response = refused(request, Refusal(Code.NOT_FOUND))
    if not allowed:
        return response
    return refused_method(request, allowed)


_acting: Final = [operation.route for operation in operations]
routes: Final[list[BaseRoute]] = [*_acting, Route("/{path:path}", nothing_here, methods=METHODS, name="nothing_here")]

"""What an organisation does on the page of its own signature: prove its domain, send or remove its logo."""

from typing import Final

from starlette.responses import RedirectResponse, Response

from drafting.actions.names import SIGNATURE
from drafting.actions.signing import domain_proofs, logos
from drafting.actions.signing import links as signing_links
from drafting.domain.errors import Code, Refusal
from drafting.web.api.uploads import logo_limit, read_upload
from drafting.web.errors import STATUS, sentence
from drafting.web.pages.signing import own_page
from drafting.web.visits import Form, Visit

MENDED: Final = frozenset({Code.BAD_INPUT, Code.TOO_MANY})
"""What is told on the page itself, beside its field."""


async def choose_domain(visit: Visit) -> Response:
    form = await visit.form()
    try:
        await domain_proofs.choose_domain(visit.ports, visit.part("token"), form.text("domain"))
    except Refusal as refusal:
        return await _mend(visit, form, refusal)
    return _back(visit, "prove")


async def prove_domain(visit: Visit) -> Response:
    try:
        signature = await domain_proofs.prove_domain(visit.ports, visit.part("token"))
    except Refusal as refusal:
        return await _mend(visit, Form(), refusal)
    return _back(visit, "prove" if signature.awaits_second else "")


async def put_logo(visit: Visit) -> Response:
    """A form with a file. Whose link it is comes first: nobody else's file is read."""
    token = visit.part("token")
    try:
        await logos.require_logo(visit.ports, token)
        file = await read_upload(visit.request, "logo", logo_limit(visit.settings))
        await logos.put_logo(visit.ports, token, file.data)
    except Refusal as refusal:
        return await _mend(visit, Form(), refusal)
    return _back(visit, "logo")


async def remove_logo(visit: Visit) -> Response:
    await logos.remove_logo(visit.ports, visit.part("token"))
    return _back(visit, "logo")


def _back(visit: Visit, place: str) -> Response:
    """To the same page, at its part of which this was."""
    path = visit.path("sign", "own", visit.part("token"))
    return RedirectResponse(f"{path}#{place}" if place else path, 303)


async def _mend(visit: Visit, form: Form, refusal: Refusal) -> Response:
    if refusal.code not in MENDED:
        raise refusal
    if "of" not in refusal.data and refusal.data.get("field") == "logo":  # A form without a file.
        refusal = Refusal(Code.BAD_INPUT, of=SIGNATURE, field="logo", reason="empty")
    form.errors[str(refusal.data.get("field", ""))] = sentence(visit.words, refusal)
    signature, _ = await signing_links.read_signature(visit.ports, visit.part("token"))
    return await own_page(visit, signature, form, STATUS[refusal.code])

"""What an organisation that signs does by its letter's link: prove its domain, send or remove its logo."""

from typing import Final

from drafting.actions import domain_proofs, logos
from drafting.actions.signing_links import LOGO
from drafting.domain.organisations import page_address, record_name
from drafting.domain.signatures import Signature
from drafting.web.api import signing_bodies as bodies
from drafting.web.api.bodies import Token
from drafting.web.api.calls import Call
from drafting.web.api.operations import Operations
from drafting.web.api.signatures import status_of
from drafting.web.api.uploads import read_upload

organisations = Operations("Signatures")
add = organisations.add
AROUND_A_FILE: Final = 65_536
"""Bytes that a form has beside the file in it."""


@add("POST", "/signatures/domain", is_public=True)
async def choose_domain(call: Call, body: bodies.NewDomain) -> bodies.ProofAnswer:
    """Name the domain that proves an organisation instead of its second contact; the answer says what to publish."""
    return _proof(await domain_proofs.choose_domain(call.ports, body.token, body.domain))


@add("POST", "/signatures/prove", is_public=True)
async def prove_domain(call: Call, body: Token) -> bodies.ProofAnswer:
    """Look for the proof now; the server looks by itself every hour too. Not more often than every ten seconds."""
    return _proof(await domain_proofs.prove_domain(call.ports, body.token))


@add("POST", "/signatures/logo", is_public=True, takes="multipart/form-data")
async def put_logo(call: Call) -> bodies.LogoAnswer:
    """A form with the link's ``token`` and the ``logo``, PNG, JPEG or WebP; it is drawn anew at a small size."""
    data, fields = await read_upload(call.request, "logo", call.settings.logo_bytes + AROUND_A_FILE)
    return _logo(await logos.put_logo(call.ports, fields.get("token", ""), data))


@add("POST", "/signatures/logo/remove", is_public=True)
async def remove_logo(call: Call, body: Token) -> bodies.LogoAnswer:
    """Show no logo any more."""
    return _logo(await logos.remove_logo(call.ports, body.token))


def _proof(signature: Signature) -> bodies.ProofAnswer:
    domain, line = signature.domain, domain_proofs.line_of(signature)
    return bodies.ProofAnswer(
        status=status_of(signature),
        domain=domain,
        record=record_name(domain) if line else "",
        page=page_address(domain) if line else "",
        line=line,
        found=dict(signature.details.get(domain_proofs.PROVING, {}).get("found", {})),
        until=signature.expires,
    )


def _logo(signature: Signature) -> bodies.LogoAnswer:
    kept = signature.details.get(LOGO, {"width": 0, "height": 0})
    return bodies.LogoAnswer(width=kept["width"], height=kept["height"])

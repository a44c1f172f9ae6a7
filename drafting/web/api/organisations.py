"""What an organisation that signs does by its letter's link: prove its domain, send or remove its logo."""

from drafting.actions.signing import domain_proofs, logos
from drafting.actions.signing.links import LOGO
from drafting.domain.organisations import page_address, record_name
from drafting.domain.signatures import Signature
from drafting.web.api import signing_bodies as bodies
from drafting.web.api.bodies import Token
from drafting.web.api.calls import Call
from drafting.web.api.operations import Operations
from drafting.web.api.signatures import status_of
from drafting.web.api.uploads import Fields, Upload, Uploaded, logo_limit

organisations = Operations("Signatures")
add = organisations.add


@add("POST", "/signatures/domain", is_public=True)
async def choose_domain(call: Call, body: bodies.NewDomain) -> bodies.ProofAnswer:
    """Name the domain that proves an organisation instead of its second contact; the answer says what to publish."""
    return _proof(await domain_proofs.choose_domain(call.ports, body.token, body.domain))


@add("POST", "/signatures/prove", is_public=True)
async def prove_domain(call: Call, body: Token) -> bodies.ProofAnswer:
    """Look for the proof now; the server looks by itself every hour too. Not more often than every ten seconds."""
    return _proof(await domain_proofs.prove_domain(call.ports, body.token))


async def _has_link(call: Call, fields: Fields) -> bool:
    if "token" not in fields:
        return False
    await logos.require_logo(call.ports, fields["token"])
    return True


@add("POST", "/signatures/logo", is_public=True, upload=Upload("logo", logo_limit, _has_link))
async def put_logo(call: Call, file: Uploaded) -> bodies.LogoAnswer:
    """A form with the link's ``token``, then the ``logo``, PNG, JPEG or WebP; it is drawn anew at a small size."""
    return _logo(await logos.put_logo(call.ports, file.fields.get("token", ""), file.data))


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

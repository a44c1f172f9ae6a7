"""Signing an edition, without an account: ask, confirm, withdraw; and the public list."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from msgspec import UNSET
from starlette.responses import Response

from drafting.actions.signing import asking as signing
from drafting.actions.signing import links as acts
from drafting.actions.signing.lists import shown
from drafting.domain.errors import Code, Refusal
from drafting.domain.geography import told
from drafting.domain.lines import line
from drafting.domain.signatures import SignatoryKind, Signature, SignatureState, Source
from drafting.web.api import signing_bodies as bodies
from drafting.web.api.answers import Page
from drafting.web.api.bodies import Token
from drafting.web.api.calls import MOST_ITEMS, USUAL_ITEMS, Call
from drafting.web.api.operations import Operations
from drafting.web.api.signing_end import signing_of
from drafting.web.api.verdicts import Counts
from drafting.web.late_mail import is_late
from drafting.web.visits import Site

signatures = Operations("Signatures")
add = signatures.add
EDITION = "/declarations/{slug}/editions/{n}"
MOST_ENTRIES = 1000


@add("POST", EDITION + "/signatures", 202, is_public=True)
async def sign(call: Call, body: bodies.NewSignature) -> bodies.AskedAnswer:
    """Ask to sign a released edition; a letter holds the link that confirms. Known addresses get the same answer."""
    site: Site = call.request.app.state.site
    at = call.ports.clock.now()
    prefix = site.signing_gate.admit(call.request, at, is_proven=site.proofs.take(body.proof, at))
    asked = signing.Asked(
        kind=body.kind,
        name=body.name,
        address=body.address,
        locale=body.locale,
        affiliation=body.affiliation,
        role=body.role,
        place=body.place,
        country=body.country,
        shown=body.shown,
        publish=body.consents.publish,
        updates=body.consents.updates,
        second_contact=body.second_contact or "",
        **_mandate(body.mandate),
        **_adherence(body.adherence),
        prefix=prefix,
    )
    await signing.sign(call.ports, slug=call.slug, n=call.count("n"), asked=asked, source=Source.API)
    outlook = await site.outlook()
    return bodies.AskedAnswer(letter=bodies.LetterAnswer(minutes=outlook.minutes) if is_late(outlook) else UNSET)


def _mandate(said: bodies.Mandate | None) -> dict[str, Any]:
    if said is None:
        return {}
    return {
        "mandate_by": said.by,
        "mandate_on": said.on,
        "mandate": said.text,
        "mandate_locale": said.locale,
    }


@add("GET", "/signatures/challenge", is_public=True, answer=dict[str, Any])
async def pose_challenge(call: Call) -> Response:
    """A puzzle in ALTCHA's form; its solution, sent as ``proof``, lets more sign from one network address."""
    site: Site = call.request.app.state.site
    posed = site.proofs.pose(call.ports.clock.now())
    return Response(json.dumps(posed), 200, {"cache-control": "no-store"}, "application/json")


@add("POST", "/signatures/confirm", is_public=True)
async def confirm_signature(call: Call, body: Token) -> bodies.ConfirmedAnswer:
    """Spend the link of a letter; an organisation counts once its second contact has confirmed too."""
    signature = await acts.confirm_signature(call.ports, body.token)
    return bodies.ConfirmedAnswer(
        status=status_of(signature), id=signature.id, index=signature.index, commitment=signature.commitment
    )


def _adherence(said: bodies.NewAdherence | None) -> dict[str, Any]:
    if said is None:
        return {}
    return {
        "adheres": True,
        "reservation": said.reservation,
        "reservation_locale": said.locale,
        "reservation_sections": said.sections,
    }


def status_of(signature: Signature) -> str:
    return "awaiting_second" if signature.awaits_second else signature.state.value


@add("POST", "/signatures/withdraw", is_public=True)
async def withdraw_signature(call: Call, body: bodies.Withdrawal) -> bodies.WithdrawnAnswer:
    """Take a signature back, and with ``erase`` have everything deleted that was said."""
    signature = await acts.withdraw_signature(call.ports, body.token, erase=body.erase)
    return bodies.WithdrawnAnswer(status=SignatureState.WITHDRAWN.value, erased=signature.is_erased)


@add("POST", "/signatures/read", is_public=True, answer=dict[str, Any])
async def read_signature(call: Call, body: Token) -> Response:
    """Everything that is kept of a signatory, for themselves; the token stands in the body, so that no log has it."""
    own = await acts.export_signature(call.ports, body.token)
    return Response(json.dumps(own, ensure_ascii=False), 200, {"cache-control": "no-store"}, "application/json")


@add(
    "GET",
    EDITION + "/signatures",
    is_public=True,
    queries={"after": "index of the last one seen", "limit": "number", "kind": "person or organisation alone"},
)
async def list_signatures(call: Call) -> bodies.SignaturesAnswer:
    """The count, and those who want to be shown, in the order of their confirmation."""
    n = call.count("n")
    kind = _kind(call)
    _, edition = await signing.open_edition(call.ports, call.slug, n)
    limit = min(max(call.number("limit", USUAL_ITEMS), 1), MOST_ITEMS)
    found = await call.ports.signatures.listed(call.slug, n, call.number("after", 0), limit + 1, kind=kind)
    counts = await acts.count_signatures(call.ports, call.slug, n)
    geography = await call.ports.signatures.geography(call.slug, n)
    items, following = found[:limit], None
    if len(found) > limit:
        asked = {"after": items[-1].index or 0, "limit": limit, **({"kind": kind.value} if kind else {})}
        following = f"{call.request.url.path}?{urlencode(asked)}"
    return bodies.SignaturesAnswer(
        count=Counts(people=counts.people, organisations=counts.organisations),
        on_paper=Counts(people=counts.people_on_paper, organisations=counts.organisations_on_paper),
        countries=[
            bodies.CountryAnswer(code=country.name, about=country.count) for country in told(geography.countries)
        ],
        items=[_item(signature) for signature in items],
        signing=signing_of(edition, call.ports.clock.now()),
        next=following,
    )


def _kind(call: Call) -> SignatoryKind | None:
    raw = call.query("kind")
    try:
        return SignatoryKind(raw) if raw else None
    except ValueError as error:
        raise Refusal(Code.BAD_INPUT, field="kind") from error


def _item(signature: Signature) -> bodies.SignatureAnswer:
    """As the public list shows it; with initials nothing else is shown that could tell who it is."""
    row = shown(signature)
    mandate, joined, logo = row.get("mandate"), row.get("joined"), row.get("logo")
    folder = f"/d/{signature.declaration}/{signature.edition}/signatures/logos/"
    return bodies.SignatureAnswer(
        index=row["index"],
        kind=row["kind"],
        name=row["name"],
        affiliation=row["affiliation"],
        role=row["role"],
        place=row["place"],
        at=signature.confirmed or signature.requested,
        commitment=row["commitment"],
        verified=row.get("verified", ""),
        domain=row.get("domain", ""),
        mandate=bodies.MandateAnswer(**mandate) if mandate else None,
        joined=bodies.JoinedAnswer(**joined) if joined else None,
        logo=folder + logo["file"] if logo else "",
    )


@add(
    "GET",
    "/declarations/{slug}/signatures/ledger",
    queries={"after": "index of the last entry seen"},
    media="application/jsonl",
    is_public=True,
    answer=Page[Mapping[str, Any]],
)
async def read_signatures_ledger(call: Call) -> Response:
    """The entries of a declaration's signatures, at most a thousand at a time: commitments, and no personal data."""
    entries = await call.ports.signatures.entries(call.slug, call.number("after", 0), MOST_ENTRIES)
    lines = b"".join(line(entry) + b"\n" for entry in entries)
    return Response(lines, 200, {"cache-control": "no-store"}, "application/jsonl")

"""Passkeys: those of the caller's account, and positions that one of their devices agrees to (strength B)."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from drafting.actions.consent import assertions
from drafting.actions.membership import passkeys as acts
from drafting.domain.passkeys import Passkey
from drafting.stores.secrets.signing_keys import is_signed
from drafting.web.api.answers import Answer, Page
from drafting.web.api.bodies import Body
from drafting.web.api.calls import Call
from drafting.web.api.operations import Operations
from drafting.web.api.verdicts import OfflineKey

passkeys = Operations("Passkeys")
add = passkeys.add
ASSERTION = "/declarations/{slug}/sections/{section}/positions/{position}/assertion"

Part = Annotated[str, Meta(max_length=6000)]
"""Bytes in base64url without padding, as ``PublicKeyCredential.toJSON()`` writes them."""


class NewPasskey(Body):
    """What ``navigator.credentials.create()`` gave: clientDataJSON and attestationObject. Only the caller sees the
    name."""

    client: Part
    attestation: Part
    name: Annotated[str, Meta(max_length=300)] = ""


class NewAssertion(Body):
    """What ``navigator.credentials.get()`` gave: the credential's id, authenticatorData, clientDataJSON, signature."""

    credential: Part
    authenticator: Part
    client: Part
    signature: Part


class AskingAnswer(Answer):
    """For ``navigator.credentials.create()``: ``site`` is ``rp.id``, ``holder`` is ``user.id``, ``address`` and
    ``name`` are ``user.name`` and ``user.displayName``, ``known`` are credentials to leave out. A device has to check
    who holds it."""

    challenge: str
    site: str
    holder: str
    address: str
    name: str
    known: list[str]


class PasskeyAnswer(Answer):
    """``until``: when it was ended."""

    id: str
    name: str
    credential: str
    fingerprint: str
    since: datetime
    until: datetime | None


class QuestionAnswer(Answer):
    """For ``navigator.credentials.get()``: the challenge is SHA-256 of the position's statement."""

    challenge: str
    site: str
    credentials: list[str]


@add("GET", "/account/passkeys")
async def list_passkeys(call: Call) -> Page[PasskeyAnswer]:
    """The caller's passkeys, also those that were ended."""
    return call.page([_told(passkey, name) for passkey, name in await acts.list_passkeys(call.ports, call.known.id)])


@add("POST", "/account/passkeys/challenge", 201)
async def ask_for_passkey(call: Call) -> AskingAnswer:
    """A challenge for one new passkey; it holds ten minutes."""
    asking = await acts.ask_for_passkey(call.ports, call.actor)
    return AskingAnswer(
        challenge=asking.challenge,
        site=asking.site,
        holder=asking.holder,
        address=asking.address,
        name=asking.name,
        known=list(asking.known),
    )


@add("POST", "/account/passkeys", 201)
async def add_passkey(call: Call, body: NewPasskey) -> PasskeyAnswer:
    """Add a passkey that a device made."""
    made = await acts.add_passkey(
        call.ports, call.actor, name=body.name, client=body.client, attestation=body.attestation
    )
    return _told(made, body.name)


@add("DELETE", "/account/passkeys/{id}", 204)
async def end_passkey(call: Call) -> None:
    """End a passkey; what a device agreed to with it stands."""
    await acts.end_passkey(call.ports, call.actor, passkey=call.part("id"))


@add("GET", ASSERTION)
async def read_question(call: Call) -> QuestionAnswer:
    """What a device of the caller is asked to agree to."""
    place = {name: call.part(name) for name in ("slug", "section", "position")}
    question = await assertions.read_question(call.ports, call.actor, **place)
    return QuestionAnswer(challenge=question.challenge, site=question.site, credentials=list(question.credentials))


@add("POST", ASSERTION, 201)
async def assert_position(call: Call, body: NewAssertion) -> OfflineKey:
    """Add to a position that a device of the caller agrees to it (strength B)."""
    await call.declaration()
    key = await assertions.assert_position(
        call.ports,
        call.actor,
        slug=call.slug,
        section=call.part("section"),
        position=call.part("position"),
        answer=assertions.Answer(body.credential, body.authenticator, body.client, body.signature),
        check=is_signed,
    )
    return OfflineKey(strength="B", key=key)


def _told(passkey: Passkey, name: str) -> PasskeyAnswer:
    return PasskeyAnswer(
        id=passkey.id,
        name=name,
        credential=passkey.credential,
        fingerprint=passkey.fingerprint,
        since=passkey.since,
        until=passkey.until,
    )

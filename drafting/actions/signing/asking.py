"""Asking to sign a released edition: what is checked, what is kept until the address is confirmed, what is mailed.

Letters: ``signature`` (link, own, days), ``signature_known`` (own), ``signature_second`` (link, days),
``signature_reminder`` (link, own, until) and ``signature_proven`` (own), all with ``declaration`` (its title) and
``n``.
"""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from drafting.actions.core import load_declaration, recall_declaration
from drafting.actions.letter_ports import Letter
from drafting.actions.letters import title_for
from drafting.actions.names import SIGNATURE, checked_address, checked_line, new_id
from drafting.actions.ports import Ports
from drafting.actions.release.section_titles import section_titles
from drafting.actions.signature_ports import SignatureRequest
from drafting.domain.countries import COUNTRIES
from drafting.domain.declaration import Declaration
from drafting.domain.editions import Edition, EditionStatus
from drafting.domain.errors import Code, Refusal
from drafting.domain.locales import canonical_tag
from drafting.domain.organisations import ADHERES, Mandate
from drafting.domain.prose import digest_of_bytes
from drafting.domain.signatures import (
    SALT_BYTES,
    Shown,
    SignatoryKind,
    Signature,
    SignatureState,
    Source,
    commitment,
    folded,
)

LINK_DAYS: Final = 7
MAX_NAME: Final = 200
MAX_PLACE: Final = 120
MAX_MANDATE: Final = 600
MAX_RESERVATION: Final = 1000
CONSENTS: Final = ("publish", "updates")


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody typed who wants to sign; unchecked. ``prefix``: the network prefix that the request came from.
    ``country``: its code in ISO 3166-1.

    Of organisations: ``mandate_by`` and ``mandate_on`` (a date in ISO 8601) say who decided it and when, ``mandate`` in
    which words and ``mandate_locale`` in which language. ``adheres``: it joins as a network, with a ``reservation``
    about these ``reservation_sections`` (ids), or about the whole where it names none.
    """

    kind: str
    name: str
    address: str
    locale: str
    affiliation: str = ""
    role: str = ""
    place: str = ""
    country: str = ""
    shown: str = Shown.NAME.value
    publish: bool = False
    updates: bool = False
    second_contact: str = ""
    mandate_by: str = ""
    mandate_on: str = ""
    mandate: str = ""
    mandate_locale: str = ""
    adheres: bool = False
    reservation: str = ""
    reservation_locale: str = ""
    reservation_sections: Sequence[str] = ()
    prefix: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


async def open_edition(ports: Ports, slug: str, n: int) -> tuple[Declaration, Edition]:
    """An edition that is public. Raises ``not_found``, and ``not_released`` where it is not public (yet)."""
    known = recall_declaration(ports, slug)
    if known and 1 <= n <= len(known.editions) and known.editions[n - 1].status is EditionStatus.RELEASED:
        return known, known.editions[n - 1]  # what is released stays so; hundreds a second ask this
        # (an end that another node has set is known here within seconds, since the lists follow the ledger)
    declaration = await load_declaration(ports, slug)
    if not 1 <= n <= len(declaration.editions):
        raise Refusal(Code.NOT_FOUND, edition=n)
    edition = declaration.editions[n - 1]
    if edition.status is not EditionStatus.RELEASED:
        raise Refusal(Code.NOT_RELEASED, edition=n)
    return declaration, edition


async def sign(ports: Ports, *, slug: str, n: int, asked: Asked, source: Source = Source.WEB) -> None:
    """Keep a pending signature and its letter, durable when this returns. Nobody learns whether the address is known.

    Raises what :func:`misfits` names first, ``not_released``, and ``signing_ended`` with ``ended``.
    """
    declaration, edition = await open_edition(ports, slug, n)
    at = ports.clock.now()
    if not edition.can_be_signed(at):
        raise Refusal(Code.SIGNING_ENDED, ended=edition.closes)
    if refusals := misfits(asked, at):
        raise refusals[0]
    if asked.reservation_sections and not set(asked.reservation_sections) <= {
        *await section_titles(ports, edition, "")
    }:
        raise Refusal(Code.BAD_INPUT, of=SIGNATURE, field="reservation_sections", reason="choice")
    contents: dict[str, bytes] = {}
    signature = _pending(ports, slug, n, asked, source, at, contents)
    secret = secrets.token_urlsafe(32)
    letter, known = (
        write_letter(ports, declaration, signature, name, secret, days=LINK_DAYS)
        for name in ("signature", "signature_known")
    )
    await ports.signatures.request(SignatureRequest(signature, secret, letter, known, contents), at)


def misfits(asked: Asked, at: datetime) -> list[Refusal]:
    """Everything that cannot be used as it is: ``bad_input`` with ``field`` and ``reason``, which is one of empty,
    too_long (with ``longest``), characters, address, choice, same, date, future."""
    checks: tuple[Callable[[], Any], ...] = (
        lambda: _chosen(SignatoryKind, asked.kind, "kind"),
        lambda: checked_line(asked.name, "name", MAX_NAME, needed=True),
        lambda: checked_line(asked.affiliation, "affiliation", MAX_NAME),
        lambda: checked_line(asked.role, "role", MAX_NAME),
        lambda: checked_line(asked.place, "place", MAX_PLACE),
        lambda: checked_country(asked.country),
        lambda: _address(asked.address, "address"),
        lambda: _second(asked),
        lambda: _chosen(Shown, asked.shown, "shown"),
        lambda: canonical_tag(asked.locale),
        lambda: _decided_by(asked),
        lambda: _decided_on(asked, at),
        lambda: checked_line(" ".join(asked.mandate.split()), "mandate", MAX_MANDATE),
        lambda: canonical_tag(asked.mandate_locale or asked.locale),
        lambda: _adherence(asked),
    )
    found = []
    for check in checks:
        try:
            check()
        except Refusal as refusal:
            found.append(refusal)
    return found


def _pending(
    ports: Ports, slug: str, n: int, asked: Asked, source: Source, at: datetime, contents: dict[str, bytes]
) -> Signature:
    locale = canonical_tag(asked.locale)
    publish, updates = (
        kept_wording(ports, name, locale, contents) if getattr(asked, name) else "" for name in CONSENTS
    )
    signature = Signature(
        id=new_id(),
        declaration=slug,
        edition=n,
        kind=SignatoryKind(asked.kind),
        state=SignatureState.PENDING,
        name=checked_line(asked.name, "name", MAX_NAME),
        address=checked_address(asked.address),
        shown=Shown(asked.shown),
        locale=locale,
        salt=secrets.token_bytes(SALT_BYTES),
        commitment="",
        requested=at,
        expires=at + timedelta(days=LINK_DAYS),
        affiliation=checked_line(asked.affiliation, "affiliation", MAX_NAME),
        role=checked_line(asked.role, "role", MAX_NAME),
        place=checked_line(asked.place, "place", MAX_PLACE),
        country=checked_country(asked.country),
        publish=publish,
        updates=updates,
        source=source,
        second_address=_second(asked),
        prefix=asked.prefix,
        details={**asked.details, **_mandate(asked, at), **_adherence(asked)},
    )
    return bound(signature)


def bound(signature: Signature) -> Signature:
    """The signature with the commitment to what it says now."""
    return replace(signature, commitment=commitment(signature.salt, signature.said()))


def checked_country(value: str) -> str:
    """A code of ISO 3166-1 in capitals, or nothing. Raises ``bad_input`` with ``reason`` choice."""
    code = value.strip().upper()
    if code and code not in COUNTRIES:
        raise Refusal(Code.BAD_INPUT, of=SIGNATURE, field="country", reason="choice")
    return code


def _address(value: str, field: str) -> str:
    try:
        return checked_address(value)
    except Refusal as refusal:
        raise Refusal(Code.BAD_INPUT, of=SIGNATURE, field=field, reason="address") from refusal


def _second(asked: Asked) -> str:
    """An organisation's second contact, where one is named. Raises ``bad_input`` where it is the first once more."""
    if asked.kind != SignatoryKind.ORGANISATION or not asked.second_contact.strip():
        return ""
    second = _address(asked.second_contact, "second_contact")
    if folded(second) == folded(asked.address):
        raise Refusal(Code.BAD_INPUT, of=SIGNATURE, field="second_contact", reason="same")
    return second


def _has_mandate(asked: Asked) -> bool:
    said = (asked.mandate_by, asked.mandate_on, asked.mandate)
    return asked.kind == SignatoryKind.ORGANISATION and any(part.strip() for part in said)


def _mandate(asked: Asked, at: datetime) -> dict[str, Any]:
    """What an organisation's details hold of its mandate; nothing where it says nothing."""
    on = _decided_on(asked, at)
    if on is None:
        return {}
    words = checked_line(" ".join(asked.mandate.split()), "mandate", MAX_MANDATE)
    locale = canonical_tag(asked.mandate_locale or asked.locale)
    return {"mandate": Mandate(_decided_by(asked), on, words, locale).to_json()}


def _adherence(asked: Asked) -> dict[str, Any]:
    """What the details hold of an organisation that joins as a network."""
    words = checked_line(" ".join(asked.reservation.split()), "reservation", MAX_RESERVATION)
    if asked.kind != SignatoryKind.ORGANISATION or not (asked.adheres or words):
        return {}
    said: dict[str, Any] = {"reservation": words, "locale": canonical_tag(asked.reservation_locale or asked.locale)}
    if words and asked.reservation_sections:
        said["sections"] = list(dict.fromkeys(asked.reservation_sections))
    return {ADHERES: said}


def _decided_by(asked: Asked) -> str:
    return checked_line(asked.mandate_by, "mandate_by", MAX_NAME, needed=_has_mandate(asked))


def _decided_on(asked: Asked, at: datetime) -> date | None:
    """None where no mandate is told. Raises ``bad_input`` with ``reason`` date or future."""
    if not _has_mandate(asked):
        return None
    try:
        on = date.fromisoformat(asked.mandate_on.strip())
    except ValueError as error:
        raise Refusal(Code.BAD_INPUT, of=SIGNATURE, field="mandate_on", reason="date") from error
    if on > at.date() + timedelta(days=1):  # East of Greenwich it is tomorrow already.
        raise Refusal(Code.BAD_INPUT, of=SIGNATURE, field="mandate_on", reason="future")
    return on


def _chosen(choices: Any, value: str, field: str) -> Any:
    try:
        return choices(value)
    except ValueError as error:
        raise Refusal(Code.BAD_INPUT, of=SIGNATURE, field=field, reason="choice") from error


def kept_wording(ports: Ports, name: str, locale: str, contents: dict[str, bytes]) -> str:
    """The digest of a consent's wording, and the wording itself among the contents to keep."""
    text, tag = ports.sentences.wording(name, locale)
    value = {"consent": name, "locale": tag, "text": text}
    data = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    digest = digest_of_bytes(data)
    contents[digest] = data
    return digest


def write_letter(
    ports: Ports, declaration: Declaration, signature: Signature, name: str, secret: str, *, to: str = "", **values: Any
) -> Letter:
    """A letter of this signature with the link of a secret, to its own address where no other is named."""
    locale = signature.locale
    place = f"{ports.origin}/{ports.sentences.wording('publish', locale)[1]}/sign"
    subject, body = ports.sentences.letter(
        name,
        locale,
        declaration=title_for(declaration, locale),
        n=signature.edition,
        link=f"{place}/confirm/{secret}",
        own=f"{place}/own/{secret}",
        **values,
    )
    return Letter(to or signature.address, subject, body, locale)

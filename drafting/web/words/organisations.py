"""What is said to an organisation: what its logo or its domain lacks, and what a look at its domain has shown."""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from drafting.actions.organisation_ports import Finding
from drafting.actions.ports import Ports
from drafting.actions.signing.domain_proofs import PROVING, line_of
from drafting.actions.signing.links import LOGO
from drafting.domain.organisations import Verified, page_address, record_name
from drafting.domain.signatures import Signature
from drafting.web.i18n import Words

MEGABYTE: Final = 1_048_576
Sentence = Callable[[Words], str]

_IN_DNS: Final[Mapping[str, Sentence]] = {
    Finding.ABSENT: lambda w: w.gettext(
        "The DNS holds no TXT record under this name yet. New records may take an hour to be seen."
    ),
    Finding.OTHER: lambda w: w.gettext("The DNS holds a TXT record under this name, but it says something else."),
    Finding.UNREACHABLE: lambda w: w.gettext("The DNS of this domain did not answer in time."),
}
_ON_PAGE: Final[Mapping[str, Sentence]] = {
    Finding.ABSENT: lambda w: w.gettext("The website has no page at this address yet."),
    Finding.OTHER: lambda w: w.gettext("The page is there, but none of its lines is the one that is needed."),
    Finding.MOVED: lambda w: w.gettext(
        "The page sends on to another address, which is not followed. Put it where it is asked for, or name the other "
        "domain."
    ),
    Finding.CERTIFICATE: lambda w: w.gettext("The website's certificate does not prove that it is this domain."),
    Finding.UNREACHABLE: lambda w: w.gettext("The website did not answer in time, or not from a public address."),
}


@dataclass(frozen=True, slots=True)
class Proof:
    """What an organisation has to publish, and what the last look at it has shown. ``at``: when that was."""

    domain: str
    record: str
    page: str
    line: str
    found: Sequence[str]
    at: datetime | None


def proof_of(w: Words, signature: Signature) -> Proof | None:
    """None where no domain was named, or nothing is left to prove."""
    line = line_of(signature)
    if not line:
        return None
    domain, at = signature.domain, signature.details[PROVING]["at"]
    return Proof(
        domain,
        record_name(domain),
        page_address(domain),
        line,
        findings(w, signature),
        datetime.fromisoformat(at) if at else None,
    )


async def logo_of(ports: Ports, signature: Signature) -> str:
    """The logo as a ``data:`` address: it is shown to its owner before the public list has it."""
    data = await ports.signatures.logo(signature.id) if LOGO in signature.details else None
    return f"data:image/png;base64,{base64.b64encode(data).decode()}" if data else ""


def findings(w: Words, signature: Signature) -> Sequence[str]:
    """What the last look has shown, of each place; empty before the first one."""
    found: Mapping[str, str] = signature.details.get(PROVING, {}).get("found", {})
    places = ((Verified.DNS, _IN_DNS), (Verified.WEB, _ON_PAGE))
    return [sentences[found[place]](w) for place, sentences in places if found.get(place) in sentences]


def section_names(w: Words, titles: Mapping[str, str]) -> dict[str, str]:
    """The numbers and titles of sections by their ids, as readers of this language meet them."""
    return {id: f"{w.digits(n)}. {title}" for n, (id, title) in enumerate(titles.items(), start=1)}


def organisation_misfit(w: Words, data: Mapping[str, Any]) -> str | None:
    """The sentence for what an organisation said of itself; None for other fields."""
    field, reason = data.get("field"), data.get("reason")
    if field == "domain":
        return w.gettext("Write a domain like keepers.example, without anything before or after it.")
    if field == "mandate_on":
        if reason == "future":
            return w.gettext("This day is still to come. Write the day on which it was decided.")
        return w.gettext("Write the day on which it was decided, like 2026-11-21.")
    if field == "mandate_by" and reason == "empty":
        return w.gettext("Write who decided it, for example the board or the assembly.")
    return _of_logo(w, data) if field == "logo" else None


def _of_logo(w: Words, data: Mapping[str, Any]) -> str:
    match data.get("reason"):
        case "kind":
            return _pretender(w, str(data.get("looks_like", "")))
        case "too_large":
            return w.gettext(
                "The picture is larger than %(megabytes)s MB. Send a smaller one; nothing was changed.",
                megabytes=w.number(round(int(data["longest"]) / MEGABYTE, 1)),
            )
        case "pixels":
            return w.gettext(
                "The picture has more than %(millions)s million pixels. Send a smaller one; nothing was changed.",
                millions=w.number(round(int(data["most"]) / 1_000_000, 1)),
            )
        case "broken":
            return w.gettext("The picture cannot be read to its end. Save it anew as PNG or JPEG and send that.")
    return w.gettext("Choose a picture first: PNG, JPEG or WebP.")


def _pretender(w: Words, looks_like: str) -> str:
    match looks_like:
        case "html":
            return w.gettext("This is a web page and no picture. Send the logo as PNG, JPEG or WebP.")
        case "svg":
            return w.gettext("This is an SVG, which can hold more than a picture. Send the logo as PNG, JPEG or WebP.")
    return w.gettext("This is no picture that can be used here. Send the logo as PNG, JPEG or WebP.")

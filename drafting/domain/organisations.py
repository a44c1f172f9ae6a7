"""What an organisation says beyond its name: who decided that it signs, and the domain that it proves to be its own.

A proof is one line, :func:`proof_line`, which only whoever runs a domain can put into its DNS as a TXT record at
:func:`record_name` or serve at :func:`page_address`. The line holds nothing secret: it works for one signature alone.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit

RECORD: Final = "_drafting"
PAGE: Final = "/.well-known/drafting-proof.txt"
TOKEN_BYTES: Final = 16
LONGEST_DOMAIN: Final = 253 - len(RECORD) - 1
ADHERES: Final = "adheres"
ADMITTED: Final = "admitted"
_WORD: Final = "drafting-proof="
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN: Final = re.compile(rf"(?:{_LABEL}\.)+(?!\d+\Z){_LABEL}\Z")
# RFC 6761, 6762, 7686, 8375 and 9476, and what ICANN set aside for private use: nobody owns a name there.
_NOBODYS: Final = ("localhost", "local", "internal", "onion", "arpa", "alt", "invalid", "test")


class Verified(StrEnum):
    """Through what it is known that an organisation, and not somebody in its name, has signed."""

    SECOND_CONTACT = "second_contact"
    DNS = "dns"
    WEB = "web"


@dataclass(frozen=True, slots=True)
class Mandate:
    """Who in the organisation decided that it signs, and when. ``text``: their words, in the language ``locale``."""

    by: str
    on: date
    text: str = ""
    locale: str = ""

    def to_json(self) -> dict[str, str]:
        return {"by": self.by, "on": self.on.isoformat(), "text": self.text, "locale": self.locale}


@dataclass(frozen=True, slots=True)
class Adherence:
    """A network that did not write the text joins it, with its own ``reservation`` or without (empty).

    ``sections``: the ids of those that the reservation is about; empty where it is about the whole.
    ``is_admitted``: whoever looks after the declaration agrees that it is one.
    """

    reservation: str
    locale: str
    is_admitted: bool
    sections: tuple[str, ...] = ()


def adherence_of(details: Mapping[str, Any]) -> Adherence | None:
    """The adherence that a signature's details hold."""
    found = details.get(ADHERES)
    if not found:
        return None
    return Adherence(
        found["reservation"], found["locale"], bool(details.get(ADMITTED)), tuple(found.get("sections", ()))
    )


def mandate_of(details: Mapping[str, Any]) -> Mandate | None:
    """The mandate that a signature's details hold."""
    found = details.get("mandate")
    return Mandate(found["by"], date.fromisoformat(found["on"]), found["text"], found["locale"]) if found else None


def canonical_domain(typed: str) -> str:
    """A domain in lower-case ASCII (IDNA), out of what somebody typed or pasted; empty where it is none.

    An address of a page does as well: ``https://www.Müller.example/about`` is ``www.xn--mller-kva.example``.
    """
    words = unicodedata.normalize("NFKC", typed).strip()
    if not words.isprintable():
        return ""
    try:
        host = urlsplit(words if "//" in words else f"//{words}").hostname or ""
        domain = host.rstrip(".").encode("idna").decode("ascii").casefold()
    except (UnicodeError, ValueError):
        return ""
    is_usable = len(domain) <= LONGEST_DOMAIN and bool(_DOMAIN.match(domain))
    return domain if is_usable and domain.rpartition(".")[2] not in _NOBODYS else ""


def record_name(domain: str) -> str:
    """Where the TXT record stands."""
    return f"{RECORD}.{domain}"


def page_address(domain: str) -> str:
    """Where the page lies, as plain text."""
    return f"https://{domain}{PAGE}"


def proof_line(token: str) -> str:
    """What the record, or a line of the page, says."""
    return _WORD + token

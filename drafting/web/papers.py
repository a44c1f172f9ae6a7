"""What a request says about who sends it, read from its head alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs

from drafting.web.addresses import NONE, Proxies, counted

BEARER: Final = "bearer"


@dataclass(frozen=True, slots=True)
class Papers:
    """The session cookie's value, or the token, that came with the handshake; and the network address that it came
    from, empty where that tells nobody apart."""

    cookie: str | None
    token: str | None
    address: str = ""


def papers_of(
    headers: Iterable[tuple[bytes, bytes]], query: bytes, *, cookie: str, host: str = "", proxies: Proxies = NONE
) -> Papers:
    """``headers`` with lower-case names; ``cookie``: the name of the session's; ``host``: whom the connection is with;
    ``proxies``: who may say with whom they have one. Who has a token needs no cookie."""
    said = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}
    address = proxies.client(host, said.get(proxies.header, ""))
    where = counted(address) if address else ""
    kind, _, bearer = said.get("authorization", "").partition(" ")
    token = parse_qs(query.decode("latin-1")).get("token", [""])[0]
    if kind.lower() == BEARER:
        token = token or bearer.strip()
    if token:
        return Papers(None, token, where)
    return Papers(cookie_of([said.get("cookie", "")], cookie), None, where)


def cookie_of(headers: Iterable[str], name: str) -> str | None:
    """The value of a cookie of ours in ``Cookie`` headers. Values that quote or escape something are none of ours, and
    Python's own reader takes ten seconds of the processor for 64 kB of backslashes."""
    for header in headers:
        for part in header.split(";"):
            key, _, value = part.partition("=")
            if key.strip() == name and value.strip():
                return value.strip()
    return None

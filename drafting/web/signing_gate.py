"""How often one network address may ask to sign, and what is remembered of where a request came from.

A browser with scripts sends a proof of work; who has none may sign all the same, a fifth as often from one address.

An address of one's own machine is not counted, nor one of a proxy that the settings name: it is in front. Where they
name the header in which it writes for whom it asks, that address counts; else the proxy has to keep floods out itself.
"""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

from starlette.requests import Request

from drafting.domain.errors import Code, Refusal
from drafting.web.addresses import NONE, Address, Proxies, counted, prefix

HOUR: Final = timedelta(hours=1)
MOST_KNOWN: Final = 50_000
PREFIX_4: Final = 24
PREFIX_6: Final = 48
UNPROVEN: Final = 5


class SigningGate:
    """Counts requests of each address by the hour, in one process; several together let several times as many in."""

    def __init__(self, most: int, proxies: Proxies = NONE) -> None:
        self._most = most
        self._proxies = proxies
        self._counts: OrderedDict[str, tuple[datetime, int]] = OrderedDict()

    def admit(self, request: Request, at: datetime, *, is_proven: bool = False) -> str:
        """The network prefix to keep with the signature; empty where it says nothing. Raises ``too_many``.

        ``is_proven``: the request came with a proof of work; one without weighs as much as :data:`UNPROVEN`.
        """
        address = self._address(request)
        if address is None:
            return ""
        self._count(counted(address), at, 1 if is_proven else UNPROVEN)
        return prefix(address, PREFIX_4 if address.version == 4 else PREFIX_6)

    def _address(self, request: Request) -> Address | None:
        said = request.headers.get(self._proxies.header, "")
        return self._proxies.client(request.client.host, said) if request.client else None

    def _count(self, key: str, at: datetime, weight: int) -> None:
        since, count = self._counts.pop(key, (at, 0))
        if at - since >= HOUR:
            since, count = at, 0
        self._counts[key] = since, count + weight
        if len(self._counts) > MOST_KNOWN:
            self._counts.popitem(last=False)
        if count + weight > max(self._most, weight):
            raise Refusal(Code.TOO_MANY, limit=self._most)

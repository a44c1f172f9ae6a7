"""What the actions need to put up who signed, as a protocol."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from drafting.domain.editions import Signing
from drafting.domain.geography import Place
from drafting.domain.signatures import Counts


@dataclass(frozen=True, slots=True)
class ListFront:
    """The first page of an edition's list. ``newest``: people; items as ``actions/signing/lists.py`` shows them.

    ``index``: how far the ledger of signatures was read; ``gone``: ids that were taken back since the last time;
    ``back``: of those that were told as gone earlier, the ones that were let in again; ``erased``: those gone of which
    nothing is left, and of each whether it went with its list. ``closes`` and ``settles``: of the edition's signing,
    where its end was set.
    """

    index: int
    pages: int
    counts: Counts
    newest: Sequence[Mapping[str, Any]]
    organisations: Sequence[Mapping[str, Any]]
    gone: Sequence[str]
    back: Sequence[str]
    erased: Mapping[str, bool]
    at: datetime
    places: Sequence[Place] = ()
    countries: Sequence[Place] = ()
    signing: Signing = Signing.OPEN
    closes: datetime | None = None
    settles: datetime | None = None


class SignatureLists(Protocol):
    """The public lists of signatures, as files. ``edition``: the content of a released edition, by value."""

    async def seen(self, edition: Mapping[str, Any]) -> int | None:
        """How far the ledger was read when the lists were written; None where they are not, or not in every locale."""

    async def put_page(
        self, edition: Mapping[str, Any], page: int, last: int, items: Sequence[Mapping[str, Any]]
    ) -> None:
        """Write one page of names in every locale, and as data."""

    async def missing_logos(self, edition: Mapping[str, Any], names: Sequence[str]) -> Sequence[str]:
        """Those of these files of logos that are not there yet."""

    async def put_logo(self, edition: Mapping[str, Any], name: str, data: bytes) -> None:
        """Write one; those that no organisation of the first page names are taken away when that is written."""

    async def erased(self) -> Collection[str]:
        """The ids of all signatures that were ever erased here, also of those that an older backup does not know."""

    async def put_front(self, edition: Mapping[str, Any], front: ListFront) -> None:
        """Write the first page and the counts; from then on :meth:`seen` answers ``front.index``."""

    async def printed(self, edition: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """What :meth:`put_printed` was told last, or None."""

    async def put_printed(self, edition: Mapping[str, Any], told: Mapping[str, Any]) -> None:
        """Say which printed lists there are (``at``, ``index``, ``names``, ``files``), and take others away."""

"""Public lists of signatures as files: rewritten a few seconds after something changed, so that readers cost nothing.

A page holds the confirmations of :data:`PAGE` places of the ledger, whatever became of them later. A name that is taken
back therefore changes its own page and no other, and a new one the last: the work is that of what changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from drafting.actions.core import list_declarations, load_declaration
from drafting.actions.editions import released_content
from drafting.actions.ports import Ports
from drafting.actions.signature_list_ports import ListFront
from drafting.actions.signing.geographies import told_geography
from drafting.actions.signing.links import LOGO
from drafting.actions.signing.logos import file_of
from drafting.actions.signing.moderation import hold_back_floods
from drafting.domain.editions import Edition, Signing
from drafting.domain.events import Entry, Kind
from drafting.domain.geography import Geography, told
from drafting.domain.organisations import adherence_of
from drafting.domain.signatures import Shown, SignatoryKind, Signature

PAGE: Final = 500
NEWEST: Final = 60
MOST_ORGANISATIONS: Final = 5_000
AT_A_TIME: Final = 1000
COUNTS_PLACES: Final = timedelta(minutes=15)
LOOKS_FOR_FLOODS: Final = timedelta(seconds=30)
LOOKS_FOR_NEW: Final = timedelta(seconds=60)
GONE: Final = frozenset({Kind.SIGNATURE_WITHDRAW, Kind.SIGNATURE_ERASE, Kind.SIGNATURE_INVALIDATE})


def page_of(index: int) -> int:
    """The page on which a confirmation stands that has this place in the ledger; pages count from 1."""
    return max(1, (index + PAGE - 1) // PAGE)


def shown(signature: Signature) -> dict[str, Any]:
    """What the public list says of a signature; with initials nothing else is shown that could tell who it is."""
    is_named = signature.shown is Shown.NAME
    return {
        "index": signature.index or 0,
        "id": signature.id,
        "kind": signature.kind.value,
        "name": signature.shown_name,
        "affiliation": signature.affiliation if is_named else "",
        "role": signature.role if is_named else "",
        "place": signature.place if is_named else "",
        "at": (signature.confirmed or signature.requested).isoformat().replace("+00:00", "Z"),
        "commitment": signature.commitment,
        **(_of_organisation(signature) if signature.kind is SignatoryKind.ORGANISATION else {}),
    }


def _of_organisation(signature: Signature) -> dict[str, Any]:
    """``joined``: of a network that joined after the text was written, and was admitted. ``verified``: second_contact,
    dns, web, or empty where somebody vouches for it otherwise."""
    is_named = signature.shown is Shown.NAME
    details = signature.details if is_named else {}
    logo, adherence = details.get(LOGO), adherence_of(details)
    joined = (
        {
            "reservation": adherence.reservation,
            "locale": adherence.locale,
            "sections": list(adherence.sections),
        }
        if adherence
        else None
    )
    return {
        "verified": signature.verified.value if signature.verified else "",
        "domain": signature.domain if "proof" in details else "",
        "mandate": details.get("mandate"),
        "joined": joined if adherence and adherence.is_admitted else None,
        "logo": {"file": file_of(signature), "width": logo["width"], "height": logo["height"]} if logo else None,
    }


@dataclass
class Lister:
    """Keeps the lists of every released edition up to date; remembers between calls which declarations there are."""

    ports: Ports
    _slugs: Sequence[str] = ()
    _looked: datetime | None = None
    _guarded: dict[tuple[str, int], datetime] = field(default_factory=dict)
    _counted: dict[tuple[str, int], tuple[datetime, Geography]] = field(default_factory=dict)
    _contents: dict[tuple[str, int], tuple[str, Mapping[str, Any]]] = field(default_factory=dict)
    _ends: dict[tuple[str, int], tuple[Signing, datetime | None]] = field(default_factory=dict)
    _read: dict[tuple[str, int], tuple[int | None, int]] = field(default_factory=dict)
    """For an edition's list that goes up to the first of these, how far the ledger was read without finding more: what
    came since is another edition's, and would be read again every time."""

    async def refresh(self, *, anew: bool = False) -> int:
        """Bring every list up to date; how many pages were written. ``anew``: look also for declarations that had none
        released a moment ago."""
        pages = 0
        if anew:
            self._looked = None
        for slug in await self._released():
            declaration = await load_declaration(self.ports, slug)
            for edition in declaration.released:
                content = await self._content(slug, edition)
                pages += await self._refresh_list(slug, edition.n, content)
                await self._tell_end(slug, edition, content)
                await self._guard(slug, edition.n)
        return pages

    async def _refresh_list(self, slug: str, n: int, content: Mapping[str, Any]) -> int:
        """Rewrite what changed of one edition's lists; how many pages were written."""
        seen = await self.ports.lists.seen(content)
        before, read = self._read.get((slug, n), (None, 0))
        changes = await _changes(self.ports, slug, n, read if before == seen else seen or 0)
        if seen is not None and not changes.is_any:
            self._read[slug, n] = seen, changes.index
            return 0
        last = page_of(changes.index)
        pages = set(range(1, last + 1)) if seen is None else changes.pages
        if seen is not None and last > page_of(seen):
            pages |= set(range(page_of(seen), last + 1))
        for page in sorted(pages):
            found = await self.ports.signatures.listed(slug, n, (page - 1) * PAGE, PAGE)
            items = [shown(signature) for signature in found if (signature.index or 0) <= page * PAGE]
            await self.ports.lists.put_page(content, page, last, items)
        front = await _front(self.ports, slug, n, last, changes, await self._geography(slug, n))
        await _put_logos(self.ports, content, front)
        await self.ports.lists.put_front(content, front)
        return len(pages)

    async def _tell_end(self, slug: str, edition: Edition, content: Mapping[str, Any]) -> None:
        """The end of signing is told when it comes, also where nobody signs any more, and once after a start."""
        told = edition.signing(self.ports.clock.now()), edition.closes
        if self._ends.get((slug, edition.n)) != told:
            await renew_front(self.ports, slug, content)
            self._ends[slug, edition.n] = told

    async def _geography(self, slug: str, n: int) -> Geography:
        """Counted anew now and then only: it means going through all of them."""
        now = self.ports.clock.now()
        at, found = self._counted.get((slug, n), (None, Geography()))
        if at is None or now - at >= COUNTS_PLACES:
            found = await told_geography(self.ports, slug, n)
            self._counted[slug, n] = now, found
        return found

    async def _guard(self, slug: str, n: int) -> None:
        now = self.ports.clock.now()
        if now - self._guarded.get((slug, n), datetime.min.replace(tzinfo=now.tzinfo)) >= LOOKS_FOR_FLOODS:
            self._guarded[slug, n] = now
            await hold_back_floods(self.ports, slug, n)

    async def _content(self, slug: str, edition: Edition) -> Mapping[str, Any]:
        """Read once for each release: it is large, and looked at every few seconds."""
        digest, content = self._contents.get((slug, edition.n), ("", {}))
        if digest != edition.releases[-1].content:
            digest, content = edition.releases[-1].content, await released_content(self.ports, edition)
            self._contents[slug, edition.n] = digest, content
        return content

    async def _released(self) -> Sequence[str]:
        now = self.ports.clock.now()
        if self._looked is None or now - self._looked >= LOOKS_FOR_NEW:
            self._slugs = [d.slug for d in await list_declarations(self.ports) if d.released]
            self._looked = now
        return self._slugs


@dataclass
class _Changes:
    """What the ledger says since the lists were written."""

    index: int
    pages: set[int] = field(default_factory=set)
    gone: dict[str, bool] = field(default_factory=dict)
    erased: dict[str, bool] = field(default_factory=dict)
    is_any: bool = False


async def _put_logos(ports: Ports, content: Mapping[str, Any], front: ListFront) -> None:
    files = {each["logo"]["file"]: each["id"] for each in front.organisations if each["logo"]}
    for name in await ports.lists.missing_logos(content, list(files)):
        if data := await ports.signatures.logo(files[name]):
            await ports.lists.put_logo(content, name, data)


async def _changes(ports: Ports, slug: str, n: int, seen: int) -> _Changes:
    changes = _Changes(seen)
    while entries := await ports.signatures.entries(slug, changes.index, AT_A_TIME):
        own = [entry for entry in entries if entry.event.data.get("edition") == n]
        # Of all of them at once: where a list was taken back there are as many as it had rows.
        indexes = await ports.signatures.indexes([entry.event.data["id"] for entry in own])
        for entry in own:
            _note(changes, entry, indexes)
        changes.index = entries[-1].index
    return changes


def _note(changes: _Changes, entry: Entry, indexes: Mapping[str, int]) -> None:
    kind, id = entry.event.kind, entry.event.data["id"]
    changes.is_any = True
    if kind is Kind.SIGNATURE_CONFIRM:
        changes.pages.add(page_of(entry.index))
        return
    if id not in indexes:
        return
    if indexes[id]:
        changes.pages.add(page_of(indexes[id]))
    if kind in GONE:
        changes.gone[id] = True
    if kind is Kind.SIGNATURE_RESTORE:
        changes.gone[id] = False
    if kind is Kind.SIGNATURE_ERASE:
        changes.erased[id] = "roll" in entry.event.data


async def renew_front(ports: Ports, slug: str, content: Mapping[str, Any]) -> None:
    """Write the first page again, which tells of what was printed since; the names stay as they are."""
    seen = await ports.lists.seen(content)
    if seen is not None:
        geography = await told_geography(ports, slug, content["n"])
        front = await _front(ports, slug, content["n"], page_of(seen), _Changes(seen), geography)
        await ports.lists.put_front(content, front)


async def _front(ports: Ports, slug: str, n: int, last: int, changes: _Changes, geography: Geography) -> ListFront:
    newest = await ports.signatures.listed(slug, n, limit=NEWEST, newest_first=True)
    organisations = await ports.signatures.listed(slug, n, limit=MOST_ORGANISATIONS, kind=SignatoryKind.ORGANISATION)
    edition = (await load_declaration(ports, slug)).editions[n - 1]
    at = ports.clock.now()
    return ListFront(
        index=changes.index,
        pages=last,
        counts=await ports.signatures.counts(slug, n),
        newest=[shown(signature) for signature in newest if signature.kind is SignatoryKind.PERSON],
        organisations=[shown(signature) for signature in organisations],
        gone=[id for id, is_gone in changes.gone.items() if is_gone],
        back=[id for id, is_gone in changes.gone.items() if not is_gone],
        erased=changes.erased,
        at=at,
        places=told(geography.places),
        countries=told(geography.countries),
        signing=edition.signing(at),
        closes=edition.closes,
        settles=edition.settles,
    )

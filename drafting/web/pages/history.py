"""How a text came about: who wrote what, in the colours of the networks; any moment, any two of them, and back."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from starlette.responses import Response

from drafting.actions.core import load_directory
from drafting.actions.writing.texts import (
    compare_moments,
    count_edits,
    may_write,
    read_authorship,
    restore_moment,
    text_history,
)
from drafting.actions.writing_ports import Edit, WrittenBlock
from drafting.domain.declaration import Declaration
from drafting.domain.differences import diff_texts
from drafting.domain.errors import Code, Refusal
from drafting.domain.prose import digest
from drafting.web.outline import Part, outline, part_of
from drafting.web.visits import Visit

QUIET: Final = 300
"""Seconds without an edit that end a stretch of writing."""
SHOWN: Final = 50
"""Stretches on a page."""
WINDOW: Final = 3000
"""Edits that are read for a page of them."""
NO_NETWORK: Final = 11
"""The colour of those who write for no network."""
_TAGS: Final = {"heading1": "h2", "heading2": "h3", "heading3": "h4", "quote": "blockquote"}


@dataclass(frozen=True, slots=True)
class Moment:
    """A stretch of one person's writing, from edit ``first`` to ``sequence``."""

    first: int
    sequence: int
    at: datetime
    since: datetime
    account: str
    network: str

    @property
    def edits(self) -> int:
        return self.sequence - self.first + 1


def stretches(edits: Sequence[Edit]) -> list[Moment]:
    """Oldest first."""
    moments: list[Moment] = []
    for edit in edits:
        last = moments[-1] if moments else None
        who = (edit.account, edit.network)
        if last and (last.account, last.network) == who and (edit.at - last.at).total_seconds() < QUIET:
            moments[-1] = Moment(last.first, edit.sequence, edit.at, last.since, *who)
        else:
            moments.append(Moment(edit.sequence, edit.sequence, edit.at, edit.at, *who))
    return moments


@dataclass(frozen=True, slots=True)
class Line:
    """A block of the coloured text; ``networks`` where they are others than in the block before."""

    tag: str
    kind: str
    depth: int
    pieces: tuple[tuple[str, str, int], ...]
    networks: tuple[str, ...]


class Colours:
    """Network → its colour and its short name; the empty slug stands for nobody's."""

    def __init__(self, declaration: Declaration, shorts: Mapping[str, str]) -> None:
        self.shorts = shorts
        self.hues = {slug: member.place % 12 for slug, member in declaration.members.items()}

    def hue(self, network: str) -> int:
        return self.hues.get(network, NO_NETWORK)

    def lines(self, blocks: Sequence[WrittenBlock]) -> Iterator[Line]:
        before: tuple[str, ...] = ()
        for found in blocks:
            pieces = tuple(
                (each.run.text.replace("\u2028", "\n"), each.author.network, self.hue(each.author.network))
                for each in found.words
                if each.run.text
            )
            networks = tuple(dict.fromkeys(network for _, network, _ in pieces))
            if not pieces:
                continue
            kind = found.block.kind
            yield Line(_TAGS.get(kind, "p"), kind, found.block.depth, pieces, networks if networks != before else ())
            before = networks

    def shares(self, blocks: Sequence[WrittenBlock]) -> list[tuple[str, int, int]]:
        """Network, its colour, and how many characters of the text are its own; most first."""
        counted: Counter[str] = Counter()
        for block in blocks:
            for each in block.words:
                counted[each.author.network] += len(each.run.text)
        return [(network, self.hue(network), count) for network, count in counted.most_common() if count]


@dataclass(frozen=True, slots=True)
class _Place:
    declaration: Declaration
    parts: list[Part]
    part: Part
    locale: str
    colours: Colours

    @property
    def where(self) -> dict[str, str]:
        return {"slug": self.declaration.slug, "section": self.part.id, "locale": self.locale}

    def shared(self) -> dict[str, Any]:
        return {
            "declaration": self.declaration,
            "parts": self.parts,
            "part": self.part,
            "locale": self.locale,
            "colours": self.colours,
        }


async def _place(visit: Visit) -> _Place:
    declaration = await visit.declaration()
    parts = await outline(visit, declaration)
    part, locale = part_of(parts, visit.part("section")), visit.part("locale")
    if part is None:
        raise Refusal(Code.NOT_FOUND, section=visit.part("section"))
    if locale not in declaration.locales:
        raise Refusal(Code.NOT_FOUND, locale=locale)
    known = (await load_directory(visit.ports)).networks
    shorts = {slug: known[slug].short if slug in known else m.name for slug, m in declaration.members.items()}
    return _Place(declaration, parts, part, locale, Colours(declaration, shorts))


def _asked(visit: Visit, name: str) -> int | None:
    """A number of the query, or None. Raises ``bad_input``."""
    raw = visit.query(name)
    if not raw:
        return None
    if not (raw.isascii() and raw.isdigit()) or len(raw) > 10:
        raise Refusal(Code.BAD_INPUT, field=name)
    return int(raw)


async def _moments(visit: Visit, place: _Place, until: int) -> list[Moment]:
    edits = await text_history(visit.ports, visit.actor, **place.where, after=max(0, until - WINDOW), until=until)
    return stretches(edits)[::-1][:SHOWN]


async def history(visit: Visit) -> Response:
    """The text of today with its authors, and the stretches of writing that led to it, newest first."""
    place = await _place(visit)
    total = await count_edits(visit.ports, visit.actor, **place.where)
    until = min(_asked(visit, "until") or total, total)
    moments = await _moments(visit, place, until)
    blocks = await read_authorship(visit.ports, visit.actor, **place.where, sequence=None)
    first = moments[-1].first if moments else 1
    return visit.page(
        "workshop/history.html",
        **place.shared(),
        moments=moments,
        total=total,
        until=until,
        earlier=first - 1,
        blocks=blocks,
        names=await visit.ports.accounts.names(sorted({m.account for m in moments})),
    )


async def moment(visit: Visit) -> Response:
    """The text as it was, against today's or that of any other moment, with the button that brings it back."""
    place = await _place(visit)
    total = await count_edits(visit.ports, visit.actor, **place.where)
    sequence, other = visit.number("sequence"), _asked(visit, "with") or total
    if not 1 <= sequence <= total or not 1 <= other <= total:
        raise Refusal(Code.NOT_FOUND, sequence=sequence)
    edit, *_ = await text_history(visit.ports, visit.actor, **place.where, after=sequence - 1, until=sequence)
    compared, *_ = await text_history(visit.ports, visit.actor, **place.where, after=other - 1, until=other)
    blocks = await read_authorship(visit.ports, visit.actor, **place.where, sequence=sequence)
    older, newer = min(sequence, other), max(sequence, other)
    before, after = await compare_moments(visit.ports, visit.actor, **place.where, older=older, newer=newer)
    around = await _moments(visit, place, min(total, sequence + WINDOW // 2))
    later = [m.sequence for m in around if m.sequence > sequence]
    sooner = [m.sequence for m in around if m.sequence < sequence]
    name = place.declaration.text_name(place.part.id, place.locale)
    account = visit.account
    return visit.page(
        "workshop/moment.html",
        **place.shared(),
        edit=edit,
        compared=compared,
        total=total,
        blocks=blocks,
        name=(await visit.ports.accounts.names([edit.account])).get(edit.account, ""),
        names=await visit.ports.accounts.names(sorted({m.account for m in around})),
        around=around,
        later=later[-1] if later else None,
        sooner=sooner[0] if sooner else None,
        is_older=sequence < other,
        is_same=digest(before) == digest(after),
        changes=await asyncio.to_thread(diff_texts, before, after),
        is_editable=account is not None and may_write(place.declaration, account.id, name, visit.at),
    )


async def restore(visit: Visit) -> Response:
    """An ordinary edit that brings a moment's words back; nothing of the history goes."""
    slug, section, locale = visit.part("declaration"), visit.part("section"), visit.part("locale")
    await restore_moment(
        visit.ports, visit.actor, slug=slug, section=section, locale=locale, sequence=visit.number("sequence")
    )
    return visit.go("workshop", slug, section, locale)

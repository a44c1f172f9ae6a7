"""The press: makes the public files of an edition in worker processes, and puts them up."""

import asyncio
import hashlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from drafting.actions.publishing_ports import Made
from drafting.actions.release.publication import FORMATS, SHEETS
from drafting.domain.errors import Code, Refusal
from drafting.paths import LOCALES, TEMPLATES
from drafting.publishing import site
from drafting.publishing.making import name_press
from drafting.publishing.making.known import File, Known
from drafting.publishing.making.limits import Limits
from drafting.publishing.making.narrowing import narrowed
from drafting.publishing.making.workers import Workers
from drafting.publishing.writing import Arrival, refusing, sweep, with_twins, write_all

# Findings that are remembered, one for a language of a declaration.
MOST_CHECKED: Final = 128
# Of the folder beside the public one, what tells of former renderings.
KNOWN: Final = "known"


# What comes with the approvals and the releases of a content, and does not make it another one.
_LATER: Final = ("approvals", "released_at")


def cores() -> int:
    """The processors that this process may use, where the system says so."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class StaticPress:
    """Implements the port ``Press`` over a folder of static files, which any web server or USB stick can carry.

    ``public`` is the folder that is served below ``/``. What is made waits in a folder beside it, ``{public}.making``,
    which nobody serves, until :meth:`open` moves it. Workers start with the first job; :meth:`close` ends them. For
    ``prepares`` see :class:`Workers`.
    """

    formats: Final = FORMATS

    def __init__(
        self,
        public: Path,
        *,
        templates: Path = TEMPLATES,
        locales: Path = LOCALES,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        concurrency: int | None = None,
        prepares: bool = False,
    ) -> None:
        self.public = public
        self.making = public.with_name(f"{public.name}.making")
        self.templates = templates
        self.locales = locales
        self._known = Known(self.making / KNOWN)
        self._checked: dict[str, dict[str, bytes]] = {}
        self.at_once = concurrency or cores()
        self._workers = Workers(templates, locales, limits, self.at_once, prepares=prepares)

    async def make(self, edition: Mapping[str, Any], locale: str, format: str) -> Made:
        """One file of an edition, with what belongs to it (for ``html`` the pages beside it and the style sheet).

        What was made before from the same words is not made again.

        Raises ``rendering_failed`` with ``reason``: no_pango, no_font (and ``characters``), too_long, too_large,
        crashed, no_text (and ``section``), disk_full, cannot_write; ``unknown_locale``; ``bad_input`` for another
        format.
        """
        if format not in self.formats:
            raise Refusal(Code.BAD_INPUT, field="format")
        own, staged = narrowed(edition, locale), self.staged(edition)
        return Made(locale, format, *(await self._make(own, locale, format, staged))[0])

    async def _make(self, own: Mapping[str, Any], locale: str, format: str, target: Path) -> list[File]:
        """The files of a rendering, brought into the target, or made where they are not known or not whole."""
        key = await self._workers.name(own, locale, format)
        with refusing():
            made = await asyncio.to_thread(self._known.bring, key, [target, self.public], target)
            if made is None:
                files = await asyncio.to_thread(with_twins, await self._workers.run(own, locale, format))
                await asyncio.to_thread(write_all, target, files)
                made = await asyncio.to_thread(self._known.keep, key, files)
        return made

    async def render(self, edition: Mapping[str, Any], locale: str, format: str) -> bytes:
        """The same file's bytes; the public folder stays as it is."""
        return next(iter((await self._render(edition, locale, format)).values()))

    async def print_names(self, edition: Mapping[str, Any], locale: str, names: Mapping[str, Any]) -> Sequence[Made]:
        """The list of signatories, in volumes; with limits of its own, since each has thousands of lines."""
        return await name_press.print_names(self._workers.run_long, self.public, edition, locale, names)

    async def rehearse(self, editions: Sequence[Mapping[str, Any]], files: Mapping[int, Sequence[Made]]) -> None:
        """Bring everything beside its place that :meth:`open` would put up, and take it away again."""
        with refusing():
            pages = await self._entry_pages(editions, files)
            await asyncio.to_thread(self._rehearse, [self.staged(edition) for edition in editions], pages)

    async def open(self, editions: Sequence[Mapping[str, Any]], files: Mapping[int, Sequence[Made]]) -> None:
        """Put up the entry pages of a declaration: choosers, feed, and each edition's list of SHA-256 sums."""
        if editions:
            with refusing():
                pages = await self._entry_pages(editions, files)
                await asyncio.to_thread(self._put_up, [self.staged(edition) for edition in editions], pages)

    async def compare(self, editions: Sequence[Mapping[str, Any]]) -> None:
        """Put up the pages that say what changed between editions, newest last, where they are others by now."""
        for former, now in pairwise(editions):
            known = {locale["tag"] for locale in former["locales"]}
            for tag in (tag for tag in site.languages_of(now) if tag in known):
                await self._make(narrowed({**now, "former": former}, tag), tag, "changes", self.public)

    async def _entry_pages(
        self, editions: Sequence[Mapping[str, Any]], files: Mapping[int, Sequence[Made]]
    ) -> Mapping[str, bytes]:
        return await asyncio.to_thread(site.entry_pages, editions, files, self.templates, self.locales)

    def staged(self, edition: Mapping[str, Any]) -> Path:
        """Where an edition's files wait, in the shape of the public tree. Another content of it waits elsewhere."""
        own = {key: value for key, value in edition.items() if key not in _LATER}
        name = hashlib.sha256(json.dumps(own, sort_keys=True).encode()).hexdigest()
        return self.making / f"{edition['declaration']}-{edition['n']}-{name[:16]}"

    async def close(self) -> None:
        """End the workers."""
        await asyncio.to_thread(self._workers.close)

    async def _render(self, edition: Mapping[str, Any], locale: str, format: str) -> dict[str, bytes]:
        if format == "preflight":
            return await self._check(edition, locale)
        if format not in (*self.formats, SHEETS):
            raise Refusal(Code.BAD_INPUT, field="format")
        return await self._workers.run(narrowed(edition, locale), locale, format)

    async def _check(self, edition: Mapping[str, Any], locale: str) -> dict[str, bytes]:
        """What :mod:`drafting.publishing.paper.preflight` finds; remembered while the content stays the same."""
        own = narrowed(edition, locale)
        key = await self._workers.name(own, locale, "preflight")
        if key not in self._checked:
            found = await self._workers.run(own, locale, "preflight")
            while len(self._checked) >= MOST_CHECKED:
                self._checked.pop(next(iter(self._checked)))
            self._checked[key] = found
        return self._checked[key]

    def _put_up(self, staged: Sequence[Path], pages: Mapping[str, bytes]) -> None:
        """Put up what waits and the pages that lead there: all of it, or where the disk is full nothing."""
        with Arrival() as arrival:
            self._bring(arrival, staged, pages)
            arrival.move()
        for folder in staged:
            shutil.rmtree(folder, ignore_errors=True)
        self._known.forget_old()
        for declaration in {Path(name).parts[1] for name in pages}:
            sweep(self.public / "d" / declaration)

    def _rehearse(self, staged: Sequence[Path], pages: Mapping[str, bytes]) -> None:
        with Arrival() as arrival:
            self._bring(arrival, staged, pages)

    def _bring(self, arrival: Arrival, staged: Sequence[Path], pages: Mapping[str, bytes]) -> None:
        for folder in staged:
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    arrival.bring(path, self.public / path.relative_to(folder))
        for name, data in with_twins(pages).items():
            arrival.write(self.public / name, data)

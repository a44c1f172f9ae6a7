"""The press: makes the public files of an edition in worker processes, and puts them up."""

import asyncio
import errno
import gzip
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from drafting.actions.publication import FORMATS
from drafting.actions.publishing_ports import Made
from drafting.domain.errors import Code, Refusal
from drafting.paths import LOCALES, TEMPLATES
from drafting.publishing import site
from drafting.publishing.limits import Limits
from drafting.publishing.pages import CHANGES
from drafting.publishing.workers import Workers

# Findings that are remembered, one for a language of a declaration.
MOST_CHECKED: Final = 128


def write_whole(path: Path, data: bytes) -> None:
    """The file with these bytes, or as it was: never half of it. Files that already are so stay untouched."""
    if path.is_file() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(handle, 0o644)
            os.fsync(handle)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


# Text that browsers may have compressed; its twin stands beside it for web servers that look for one.
COMPRESSED: Final = frozenset({".html", ".css", ".atom", ".json", ".svg", ".md", ".txt"})
# What comes with the approvals and the releases of a content, and does not make it another one.
_LATER: Final = ("approvals", "released_at")


def cores() -> int:
    """The processors that this process may use, where the system says so."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def with_twins(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files, and ``{path}.gz`` of those that compress well: the same bytes for the same file."""
    twins = {
        f"{path}.gz": gzip.compress(data, 9, mtime=0) for path, data in files.items() if Path(path).suffix in COMPRESSED
    }
    return {**files, **twins}


def move_whole(source: Path, target: Path) -> None:
    """Put a finished file where it belongs, in one step. One that is there already and the same stays untouched."""
    if target.is_file() and target.read_bytes() == source.read_bytes():
        source.unlink()
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        source.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        write_whole(target, source.read_bytes())
        source.unlink()


class StaticPress:
    """Implements the port ``Press`` over a folder of static files, which any web server or USB stick can carry.

    ``public`` is the folder that is served below ``/``. What is made waits in a folder beside it, ``{public}.making``,
    which nobody serves, until :meth:`open` moves it. Workers start with the first job; :meth:`close` ends them.
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
    ) -> None:
        self.public = public
        self.making = public.with_name(f"{public.name}.making")
        self.templates = templates
        self.locales = locales
        self._checked: dict[str, dict[str, bytes]] = {}
        self.at_once = concurrency or cores()
        self._workers = Workers(templates, locales, limits, self.at_once)

    async def make(self, edition: Mapping[str, Any], locale: str, format: str) -> Made:
        """One file of an edition, with what belongs to it (for ``html`` the pages beside it and the style sheet).

        Raises ``rendering_failed`` with ``reason``: no_pango, no_font (and ``characters``), too_long, too_large,
        crashed, no_text (and ``section``); ``unknown_locale``; ``bad_input`` for another format.
        """
        files = await self._render(edition, locale, format)
        path, data = next(iter(files.items()))
        await asyncio.to_thread(_write, self.staged(edition), files)
        return Made(locale, format, path, len(data), hashlib.sha256(data).hexdigest())

    async def render(self, edition: Mapping[str, Any], locale: str, format: str) -> bytes:
        """The same file's bytes; the public folder stays as it is."""
        return next(iter((await self._render(edition, locale, format)).values()))

    async def open(self, editions: Sequence[Mapping[str, Any]], files: Mapping[int, Sequence[Made]]) -> None:
        """Put up the entry pages of a declaration: choosers, feed, and each edition's list of SHA-256 sums."""
        if editions:
            await self._compare(editions)
            pages = await asyncio.to_thread(site.entry_pages, editions, files, self.templates, self.locales)
            await asyncio.to_thread(self._put_up, [self.staged(edition) for edition in editions], pages)

    async def _compare(self, editions: Sequence[Mapping[str, Any]]) -> None:
        """Make the pages that say what changed between editions, where one of the two is new."""
        for former, now in pairwise(editions):
            known = {locale["tag"] for locale in former["locales"]}
            for tag in (tag for tag in site.languages_of(now) if tag in known):
                page = self.public / f"d/{now['declaration']}/{now['n']}/{tag}/{CHANGES}"
                if page.is_file() and not self.staged(former).exists() and not self.staged(now).exists():
                    continue
                made = await self._workers.run({**now, "former": former}, tag, "changes")
                await asyncio.to_thread(_write, self.staged(now), made)

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
        if format not in self.formats:
            raise Refusal(Code.BAD_INPUT, field="format")
        return await self._workers.run(edition, locale, format)

    async def _check(self, edition: Mapping[str, Any], locale: str) -> dict[str, bytes]:
        """What :mod:`drafting.publishing.preflight` finds; remembered while the content stays the same."""
        key = hashlib.sha256(json.dumps([edition, locale], sort_keys=True).encode()).hexdigest()
        if key not in self._checked:
            found = await self._workers.run(edition, locale, "preflight")
            while len(self._checked) >= MOST_CHECKED:
                self._checked.pop(next(iter(self._checked)))
            self._checked[key] = found
        return self._checked[key]

    def _put_up(self, staged: Sequence[Path], pages: Mapping[str, bytes]) -> None:
        """Move what waits, then write the pages that lead there."""
        for folder in staged:
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    move_whole(path, self.public / path.relative_to(folder))
            shutil.rmtree(folder, ignore_errors=True)
        _write(self.public, pages)


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for path, data in with_twins(files).items():
        write_whole(folder / path, data)

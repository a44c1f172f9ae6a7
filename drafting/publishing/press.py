"""The press: makes the public files of an edition in worker processes, and puts them up."""

import asyncio
import hashlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from drafting.actions.ports import Made
from drafting.domain.errors import Code, Refusal
from drafting.paths import LOCALES, TEMPLATES
from drafting.publishing import site
from drafting.publishing.limits import Limits
from drafting.publishing.workers import Workers


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


class StaticPress:
    """Implements the port ``Press`` over a folder of static files, which any web server or USB stick can carry.

    ``public`` is the folder that is served below ``/``. Workers start with the first job; :meth:`close` ends them.
    """

    formats: Final = ("html", "pdf")

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
        self.templates = templates
        self.locales = locales
        self._workers = Workers(templates, locales, limits, concurrency or os.cpu_count() or 1)

    async def make(self, edition: Mapping[str, Any], locale: str, format: str) -> Made:
        """One file of an edition, with what belongs to it (for ``html`` the pages beside it and the style sheet).

        Raises ``rendering_failed`` with ``reason``: no_pango, no_font (and ``characters``), too_long, too_large,
        crashed, no_text (and ``section``); ``unknown_locale``; ``bad_input`` for another format.
        """
        files = await self._render(edition, locale, format)
        path, data = next(iter(files.items()))
        await asyncio.to_thread(self._keep, files)
        return Made(locale, format, path, len(data), hashlib.sha256(data).hexdigest())

    async def render(self, edition: Mapping[str, Any], locale: str, format: str) -> bytes:
        """The same file's bytes; the public folder stays as it is."""
        return next(iter((await self._render(edition, locale, format)).values()))

    async def open(self, editions: Sequence[Mapping[str, Any]], files: Mapping[int, Sequence[Made]]) -> None:
        """Put up the entry pages of a declaration: choosers, feed, and each edition's list of SHA-256 sums."""
        if editions:
            pages = site.entry_pages(editions, files, self.templates, self.locales)
            await asyncio.to_thread(self._keep, pages)

    async def close(self) -> None:
        """End the workers."""
        await asyncio.to_thread(self._workers.close)

    async def _render(self, edition: Mapping[str, Any], locale: str, format: str) -> dict[str, bytes]:
        if format not in self.formats:
            raise Refusal(Code.BAD_INPUT, field="format")
        return await self._workers.run(edition, locale, format)

    def _keep(self, files: Mapping[str, bytes]) -> None:
        for path, data in files.items():
            write_whole(self.public / path, data)

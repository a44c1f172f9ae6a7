"""The public tree below ``/d/``: plain files, no cookie, no database. Only the language is chosen here."""

import os
from collections.abc import Mapping
from mimetypes import guess_type
from pathlib import Path
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from drafting.web.i18n import best_match

SHORT: Final = "public, max-age=60"
LONG: Final = "public, max-age=31536000, immutable"


class PublicFiles(StaticFiles):
    """Serves ``DATA/public/d``; ``/d/{slug}/`` leads to the newest edition in the reader's language, where there is."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, html=True, check_dir=False)
        self.folder = folder

    async def check_config(self) -> None:
        """Before the first release there is no folder, and so there is nothing in it."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        parts = Path(path).parts
        if len(parts) == 1 and scope["path"].endswith("/") and "choose" not in scope["query_string"].decode("latin-1"):
            found = self.choose(parts[0], _header(scope, b"accept-language"))
            if found:
                headers = {"vary": "accept-language", "cache-control": "no-cache"}
                return RedirectResponse(f"/d/{parts[0]}/{found}/", 302, headers)
        if not self.is_open(parts):
            raise HTTPException(404)
        response = await self._small(path, scope) or await super().get_response(path, scope)
        response.headers["cache-control"] = LONG if "assets" in parts else SHORT
        response.headers["vary"] = "accept-encoding"
        return response

    async def _small(self, path: str, scope: Scope) -> Response | None:
        """The compressed twin that lies beside a file, for browsers that take one."""
        name = path if Path(path).suffix else f"{path}/index.html"
        is_folder = not scope["path"].endswith((Path(name).name, "/"))
        if is_folder or "gzip" not in _header(scope, b"accept-encoding"):
            return None
        try:
            full, stat = await run_in_threadpool(self.lookup_path, f"{name}.gz")
        except (OSError, ValueError):  # a name that no file can have
            return None
        if stat is None:
            return None
        response = self.file_response(full, stat, scope)
        if response.status_code == 200:
            response.headers["content-type"] = _type_of(name)
            response.headers["content-encoding"] = "gzip"
        return response

    def is_open(self, parts: tuple[str, ...]) -> bool:
        """Files of an edition are put up one by one, its entry page last: until then none of them is public."""
        if len(parts) < 3 or not parts[1].isdigit():
            return True
        return (self.folder / parts[0] / parts[1] / "index.html").is_file()

    def choose(self, slug: str, accepted: str) -> str | None:
        """``{edition}/{locale}`` of the newest edition, or None where the chooser has to ask."""
        base = self.folder / slug
        if not (base / "index.html").is_file():
            return None
        editions = sorted((int(name) for name in os.listdir(base) if name.isdigit()), reverse=True)
        for n in editions:
            if not self.is_open((slug, str(n), "")):
                continue
            locales = [p.name for p in (base / str(n)).iterdir() if (p / "index.html").is_file()]
            found = best_match(accepted, tuple(sorted(locales)))
            if locales:
                return f"{n}/{found}" if found else None
        return None


def _type_of(name: str) -> str:
    """As for the file itself."""
    kind = guess_type(name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


def _header(scope: Mapping[str, Any], name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")

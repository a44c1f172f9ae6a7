"""The built static files: their hashed names, and how long a browser may keep them."""

import json
from pathlib import Path
from typing import Final

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOREVER: Final = "public, max-age=31536000, immutable"


class Assets:
    """Logical name → address. The manifest is written by the build of the front end; without it names stay plain."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        manifest = folder / "manifest.json"
        self._names: dict[str, str] = json.loads(manifest.read_text("utf-8")) if manifest.exists() else {}

    def url(self, name: str) -> str:
        """``site.css`` → ``/static/site.3fb2….css``."""
        return f"/static/{self._names.get(name, name)}"

    def has(self, name: str) -> bool:
        return name in self._names or (self.folder / name).is_file()


class HashedFiles(StaticFiles):
    """``/static``: what has its hash in its name never changes."""

    def __init__(self, assets: Assets) -> None:
        super().__init__(directory=assets.folder, check_dir=False)
        self._hashed = frozenset(assets._names.values())

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = FOREVER if path in self._hashed else "no-cache"
        return response

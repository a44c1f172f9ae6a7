"""Where things lie: what ships with the package, and what is below the data folder of an installation."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

PACKAGE: Final = Path(__file__).resolve().parent


def _shipped(name: str) -> Path:
    """A wheel holds the folder inside the package; in a checkout it lies beside the package."""
    packed = PACKAGE / name
    return packed if packed.is_dir() else PACKAGE.parent / name


TEMPLATES: Final = _shipped("templates")
LOCALES: Final = _shipped("locales")
STATIC: Final = PACKAGE / "static"
DEMO: Final = PACKAGE / "demo"


@dataclass(frozen=True, slots=True)
class DataPaths:
    """The data folder. ``public`` is the static tree served below ``/``; ``mail`` holds letters without SMTP."""

    root: Path

    @property
    def public(self) -> Path:
        return self.root / "public"

    @property
    def mail(self) -> Path:
        return self.root / "mail"

    @property
    def database(self) -> Path:
        return self.root / "drafting.sqlite"

    @property
    def demonstration(self) -> Path:
        """A marker file: here lives a demonstration, where anybody may act as one of its fictional people."""
        return self.root / "demonstration"

    @property
    def erasures(self) -> Path:
        """The ids of erased signatures, one a line: a restored backup is rid of them again."""
        return self.root / "erasures"

    @property
    def keys(self) -> Path:
        """Secrets of this installation; no other account of the machine reads them."""
        return self.root / "keys"

    @property
    def log_key(self) -> Path:
        """What checkpoints of the public logs are signed with."""
        return self.keys / "log"

    @property
    def witnesses(self) -> Path:
        """The public keys of witnesses whose cosignatures are kept, one a line."""
        return self.keys / "witnesses.txt"

"""The designs and colours of what is published, as style sheets; ``drafting/domain/looks.py`` says which there are."""

from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from drafting.domain.looks import DARK_PAPER, OWN_COLOUR, PAPER, Design, Look, readable, tint
from drafting.publishing.content import Content

SHARED: Final = ("tokens.css", "public.css")
MARK: Final = "mark.png"


@lru_cache(maxsize=64)
def stylesheet(templates: Path, look: Look) -> tuple[str, bytes]:
    """The style sheet of published pages, and a name that changes with it."""
    sheets = [templates / "assets" / name for name in SHARED]
    if look.design is not Design.QUIET:
        sheets.append(templates / "assets" / f"design-{look.design}.css")
    data = b"".join(sheet.read_bytes() for sheet in sheets) + colours(look).encode()
    return f"public-{sha256(data).hexdigest()[:12]}.css", data


def colours(look: Look) -> str:
    """The colour by day and by night; nothing where it is the platform's own."""
    if look.colour == OWN_COLOUR:
        return ""
    light, dark = look.colour, readable(look.colour, DARK_PAPER)
    return (
        f":root{{--accent:{light};--accent-2:{light};--on-accent:#fff;--accent-tint:{tint(light, PAPER)}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{--accent:{dark};--accent-2:{dark};"
        f"--on-accent:{DARK_PAPER};--accent-tint:{tint(dark, DARK_PAPER)}}}}}\n"
    )


def printed(look: Look, templates: Path, names: tuple[str, ...]) -> list[str]:
    """Style sheets of print by their names, then the design's, in the look's colour."""
    own = () if look.design is Design.QUIET else (f"design-{look.design}.css",)
    return [coloured(look, (templates / "print" / name).read_text("utf-8")) for name in (*names, *own)]


def coloured(look: Look, sheet: str) -> str:
    """A style sheet that is written in the platform's colour, in another one."""
    return sheet.replace(OWN_COLOUR, look.colour)


def assets(content: Content, templates: Path) -> dict[str, bytes]:
    """What the pages of an edition draw on, below the declaration's folder."""
    name, sheet = stylesheet(templates, content.look)
    files = {f"assets/{name}": sheet}
    return files | {f"assets/{content.mark_name}": content.mark} if content.mark else files

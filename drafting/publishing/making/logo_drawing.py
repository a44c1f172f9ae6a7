"""Draws anew a picture that a stranger has sent; a program of its own (``python -m``).

Standard input: a line of JSON (:class:`Limits`), then the picture. Standard output: a line of JSON, which holds
``width`` and ``height`` and is followed by a PNG, or holds ``reason`` with its data. The system ends it when it takes
too much.
"""

import json
import resource
import sys
import warnings
from dataclasses import asdict, dataclass
from io import BytesIO
from typing import Any, Final

from PIL import Image, ImageOps

WIDTH: Final = 320
HEIGHT: Final = 160
LARGEST_RESULT: Final = 49_152
FORMATS: Final = ("PNG", "JPEG", "WEBP")
_COLOURS: Final = 256
_HEAD: Final = 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """``pixels``: the most that a picture may have. ``memory``: bytes beyond what the program itself takes."""

    pixels: int
    memory: int = 268_435_456
    processor_seconds: int = 5

    def to_json(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"


class Unusable(Exception):
    """Why a picture is not drawn, with data for the sentence."""

    def __init__(self, reason: str, **data: Any) -> None:
        super().__init__(reason)
        self.data = {"reason": reason, **data}


def looks_like(data: bytes) -> str:
    """``picture`` where the first bytes are those of a format that is taken, else ``html``, ``svg`` or ``other``."""
    is_webp = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    if data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")) or is_webp:
        return "picture"
    head = data[:_HEAD].decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "replace").casefold()
    if "<svg" in head:
        return "svg"
    return "html" if any(mark in head for mark in ("<!doctype html", "<html", "<script", "<body")) else "other"


def draw(data: bytes, most_pixels: int) -> tuple[bytes, int, int]:
    """PNG of the first picture in the file, at most :data:`WIDTH` × :data:`HEIGHT`, and its size in pixels.

    Raises :class:`Unusable` with kind, pixels or broken.
    """
    if (found := looks_like(data)) != "picture":
        raise Unusable("kind", looks_like=found)
    Image.MAX_IMAGE_PIXELS = None  # Counted here, before anything is unpacked, and against our own limit.
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > most_pixels:
                raise Unusable("pixels", most=most_pixels)
            return _drawn(image)
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, IndexError, TypeError) as error:
        raise Unusable("broken") from error  # What Pillow raises for files that are not what they say.


def _drawn(image: Image.Image) -> tuple[bytes, int, int]:
    image.draft("RGB", (WIDTH * 2, HEIGHT * 2))  # JPEG can be unpacked at a smaller size; others take no notice.
    pixels = ImageOps.exif_transpose(image).convert("RGBA")
    pixels.thumbnail((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    fresh = Image.new("RGBA", pixels.size)  # Knows nothing of the file: no profile, no camera, no words.
    fresh.paste(pixels)
    png = _png(fresh)
    if len(png) > LARGEST_RESULT:
        png = _png(fresh.quantize(_COLOURS, method=Image.Quantize.FASTOCTREE))
    return png, *fresh.size


def _png(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _restrain(limits: Limits) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.processor_seconds, limits.processor_seconds + 1))
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
    try:
        with open("/proc/self/statm", encoding="ascii") as statm:
            size = int(statm.read().split()[0]) * resource.getpagesize()
    except FileNotFoundError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (size + limits.memory, size + limits.memory))


def main() -> None:
    limits = Limits(**json.loads(sys.stdin.buffer.readline()))
    data = sys.stdin.buffer.read()
    warnings.simplefilter("ignore")  # What Pillow warns of is judged here.
    Image.init()  # Load what knows the formats, before files can no longer be opened.
    _restrain(limits)
    png = b""
    head: dict[str, Any]
    try:
        png, width, height = draw(data, limits.pixels)
        head = {"width": width, "height": height}
    except Unusable as unusable:
        head = unusable.data
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + png)


if __name__ == "__main__":
    main()

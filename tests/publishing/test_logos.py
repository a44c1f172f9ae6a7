"""Logos are drawn anew: what is no picture gets a reason, what is too much is stopped, nothing of the file is left."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin

from drafting.domain.errors import Code, Refusal
from drafting.publishing.making import logos
from drafting.publishing.making.logo_drawing import HEIGHT, LARGEST_RESULT, WIDTH
from drafting.publishing.making.logos import Logos

PIXELS = 4_000_000
SECRET = b"taken at home by Amina"


def make(format: str = "PNG", size: tuple[int, int] = (640, 480), **options: object) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, (0, 90, 80)).save(out, format, **options)
    return out.getvalue()


async def reason(data: bytes, maker: Logos | None = None) -> dict[str, object]:
    with pytest.raises(Refusal) as refused:
        await (maker or Logos(longest=1_000_000, pixels=PIXELS)).make_small(data)
    assert (refused.value.code, refused.value.data["field"]) == (Code.BAD_INPUT, "logo")
    return {name: value for name, value in refused.value.data.items() if name not in ("of", "field")}


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
async def test_a_picture_becomes_a_small_png(format: str) -> None:
    drawn = await Logos(longest=1_000_000, pixels=PIXELS).make_small(make(format))
    assert drawn.data.startswith(b"\x89PNG")
    with Image.open(BytesIO(drawn.data)) as image:
        assert (image.format, image.size) == ("PNG", (drawn.width, drawn.height)) == ("PNG", (213, HEIGHT))


async def test_nothing_of_the_file_is_left_but_its_pixels() -> None:
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", SECRET.decode())
    exif = Image.Exif()
    exif[0x013B] = SECRET.decode()
    jpeg = make("JPEG", exif=exif, comment=SECRET)
    for data in (make(pnginfo=words, exif=exif, icc_profile=SECRET * 9), jpeg, jpeg + b"<script>alert(1)</script>"):
        assert SECRET in data
        drawn = await Logos(longest=1_000_000, pixels=PIXELS).make_small(data)
        assert SECRET not in drawn.data
        assert b"<script" not in drawn.data
        assert chunks(drawn.data) <= {b"IHDR", b"IDAT", b"IEND", b"PLTE", b"tRNS"}


def chunks(png: bytes) -> set[bytes]:
    found, place = set(), 8
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        found.add(png[place + 4 : place + 8])
        place += length + 12
    return found


async def test_a_picture_of_noise_stays_small() -> None:
    out = BytesIO()
    Image.effect_noise((1600, 800), 100).convert("RGB").save(out, "PNG")
    drawn = await Logos(longest=4_000_000, pixels=PIXELS).make_small(out.getvalue())
    assert len(drawn.data) <= LARGEST_RESULT + 4096
    assert (drawn.width, drawn.height) == (WIDTH, HEIGHT)


@pytest.mark.parametrize(
    ("data", "looks_like"),
    [
        (b"<!DOCTYPE html><html><script>alert(1)</script>", "html"),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "svg"),
        ("\ufeff<svg onload='alert(1)'/>".encode("utf-16"), "svg"),
        (b"GIF89a<script>alert(1)</script>", "html"),
        (b"%PDF-1.7", "other"),
    ],
)
async def test_what_only_pretends_is_told_what_it_looks_like(data: bytes, looks_like: str) -> None:
    assert await reason(data) == {"reason": "kind", "looks_like": looks_like}


async def test_what_begins_as_a_picture_and_is_none_is_broken() -> None:
    for data in (
        b"\x89PNG\r\n\x1a\n<html><script>alert(1)</script>",
        make("JPEG")[:200],
        make()[:-600],
        b"RIFF0000WEBPVP8 ",
    ):
        assert await reason(data) == {"reason": "broken"}


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def bomb(width: int, height: int) -> bytes:
    """A PNG of some hundred bytes whose picture is larger than any memory."""

    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    rows = chunk(b"IDAT", zlib.compress(bytes(100_000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + rows + chunk(b"IEND", b"")


async def test_a_picture_that_unpacks_to_too_much_is_not_unpacked() -> None:
    assert await reason(bomb(60_000, 60_000)) == {"reason": "pixels", "most": PIXELS}


async def test_a_picture_that_takes_the_memory_ends_its_own_process() -> None:
    assert await reason(bomb(60_000, 60_000), Logos(longest=1_000_000, pixels=10**10)) == {"reason": "broken"}


async def test_words_that_unpack_to_too_much_are_not_kept() -> None:
    plain = make()
    packed = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(50_000_000)))
    assert await reason(plain[:33] + packed + plain[33:]) == {"reason": "broken"}


async def test_files_are_bounded_before_anything_looks_at_them() -> None:
    small = Logos(longest=100, pixels=PIXELS)
    assert await reason(make(), small) == {"reason": "too_large", "longest": 100}
    assert await reason(b"", small) == {"reason": "empty"}


async def test_what_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logos, "SECONDS", 0.0)
    assert await reason(make()) == {"reason": "broken"}

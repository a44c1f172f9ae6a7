"""Files appear whole, the same each time, and a rendering that goes wrong harms nobody else."""

import asyncio
import errno
import gzip
import hashlib
import os
import time
from pathlib import Path

import pytest

from drafting.domain.errors import Code, Refusal
from drafting.publishing import writing
from drafting.publishing.making.limits import Limits
from drafting.publishing.making.press import KNOWN, StaticPress
from drafting.publishing.writing import write_whole
from tests.publishing.conftest import example_edition

MANY_SECTIONS = 30


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {str(f.relative_to(folder)): (f.read_bytes(), f.stat().st_ino) for f in folder.rglob("*") if f.is_file()}


async def test_made_files_are_what_the_press_says_they_are(press: StaticPress) -> None:
    edition = example_edition(2)
    for format in press.formats:
        made = await press.make(edition, "fr", format)
        data = (press.staged(edition) / made.path).read_bytes()
        assert (made.bytes, made.sha256) == (len(data), hashlib.sha256(data).hexdigest())
        assert data == await press.render(edition, "fr", format)


async def test_a_machine_without_fonts_makes_pages_and_says_why_it_prints_none(
    press: StaticPress, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Pango ends a process that lays out a word without any face."""
    nothing = tmp_path / "fonts.conf"
    nothing.write_text(f"<fontconfig><dir>{tmp_path}</dir><cachedir>{tmp_path}</cachedir></fontconfig>", "utf-8")
    monkeypatch.setenv("FONTCONFIG_FILE", str(nothing))
    edition = example_edition(1)
    assert (await press.make(edition, "en", "html")).bytes
    with pytest.raises(Refusal) as refused:
        await press.make(edition, "en", "pdf")
    assert (refused.value.code, refused.value.data["reason"]) == (Code.RENDERING_FAILED, "no_font")


async def test_the_addresses_are_those_that_were_promised(press: StaticPress) -> None:
    edition = example_edition(1)
    files = [await press.make(edition, "en", format) for format in press.formats]
    await press.open([edition], {1: files})
    here = press.public / "d" / "open-well"
    names = ["index.html", *(f"open-well-1-en.{format}" for format in press.formats[1:])]
    assert [made.path for made in files] == [f"d/open-well/1/en/{name}" for name in names]
    for path in (
        "index.html",
        "feed.atom",
        "1/index.html",
        "1/en/index.html",
        "1/en/positions.html",
        "1/en/check.html",
    ):
        assert (here / path).is_file()
    sums = (here / "1" / "SHA256SUMS").read_text("utf-8").splitlines()
    assert sums == sorted(
        (f"{made.sha256}  {made.path.removeprefix('d/open-well/1/')}" for made in files), key=lambda s: s[66:]
    )


async def test_making_it_again_changes_nothing(press: StaticPress) -> None:
    edition = example_edition(2)

    async def everything() -> None:
        files = [await press.make(edition, tag, format) for tag in ("en", "fr") for format in ("html", "pdf")]
        await press.open([edition], {1: files})

    await everything()
    before = snapshot(press.public)
    await everything()
    assert snapshot(press.public) == before


async def test_another_process_makes_the_same_bytes(press: StaticPress, tmp_path: Path) -> None:
    other = StaticPress(tmp_path / "other")
    edition = example_edition(3)
    try:
        for format in ("html", "pdf", "epub", "png"):
            assert await press.render(edition, "ar", format) == await other.render(edition, "ar", format)
    finally:
        await other.close()


async def test_what_is_made_waits_beside_the_public_folder_until_it_is_opened(press: StaticPress) -> None:
    """A web server that reads the public folder meets nothing that is not released."""
    edition = example_edition(1)
    made = await press.make(edition, "en", "html")
    assert not press.public.exists()
    released = {**edition, "released_at": ["2026-05-15T08:00:00Z"]}
    await press.open([released], {1: [made]})
    assert (press.public / made.path).is_file()
    assert [path.name for path in press.making.iterdir()] == [KNOWN]


async def test_another_content_of_the_same_edition_waits_apart(press: StaticPress) -> None:
    first = example_edition(1)
    second = {**first, "title": {"en": "Put right"}}
    made = await press.make(first, "en", "html")
    again = await press.make(second, "en", "html")
    await press.open([first], {1: [made]})
    assert hashlib.sha256((press.public / made.path).read_bytes()).hexdigest() == made.sha256
    await press.open([second], {1: [again]})
    assert hashlib.sha256((press.public / made.path).read_bytes()).hexdigest() == again.sha256


async def test_text_has_a_compressed_twin_that_says_the_same(press: StaticPress) -> None:
    edition = example_edition(1)
    await press.open([edition], {1: [await press.make(edition, "en", "html")]})
    here = press.public / "d" / "open-well"
    twins = sorted(path.relative_to(here).as_posix() for path in here.rglob("*.gz"))
    assert {"index.html.gz", "feed.atom.gz", "1/en/index.html.gz"} <= set(twins)
    for twin in here.rglob("*.gz"):
        assert gzip.decompress(twin.read_bytes()) == twin.with_suffix("").read_bytes()


async def test_a_public_folder_on_another_disk_gets_its_files_too(
    press: StaticPress, monkeypatch: pytest.MonkeyPatch
) -> None:
    def on_another_disk(source: Path, target: Path) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", on_another_disk)
    edition = example_edition(1)
    made = await press.make(edition, "en", "html")
    await press.open([edition], {1: [made]})
    assert (press.public / made.path).stat().st_size == made.bytes


async def test_rendering_leaves_the_public_folder_alone(press: StaticPress) -> None:
    await press.render(example_edition(1), "en", "html")
    assert not press.public.exists()


async def test_the_loop_goes_on_meanwhile(press: StaticPress) -> None:
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    counting = asyncio.create_task(count())
    await asyncio.gather(*(press.render(example_edition(2), tag, "pdf") for tag in ("en", "fr")))
    counting.cancel()
    assert turns > 100


@pytest.mark.parametrize("limits", [Limits(processor_seconds=1), Limits(seconds=0.3)], ids=["processor", "clock"])
async def test_what_takes_too_long_is_killed_and_says_so(limits: Limits, tmp_path: Path) -> None:
    """Check 29."""
    press = StaticPress(tmp_path, limits=limits)
    edition = example_edition(1, sections=MANY_SECTIONS)
    edition["sections"] += [{**part, "id": f"{part['id']}-{n}"} for n in range(12) for part in edition["sections"][1:]]
    try:
        with pytest.raises(Refusal) as refused:
            await press.make(edition, "en", "pdf")
        assert (refused.value.code, refused.value.data["reason"]) == (Code.RENDERING_FAILED, "too_long")
        assert snapshot(tmp_path) == {}
        if limits.seconds > 1:
            assert (await press.make(example_edition(1, sections=1), "en", "html")).bytes
    finally:
        await press.close()


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="only Linux limits a process's memory")
async def test_what_takes_too_much_memory_fails_and_the_press_goes_on(tmp_path: Path) -> None:
    press = StaticPress(tmp_path, limits=Limits(memory=1024 * 1024))
    try:
        with pytest.raises(Refusal) as refused:
            await press.make(example_edition(locales=["ja"], sections=MANY_SECTIONS), "ja", "pdf")
        assert refused.value.code is Code.RENDERING_FAILED
    finally:
        await press.close()


async def test_what_the_worker_refuses_arrives(press: StaticPress) -> None:
    with pytest.raises(Refusal) as refused:
        await press.make(example_edition(1), "fr", "html")
    assert refused.value.code is Code.UNKNOWN_LOCALE
    with pytest.raises(Refusal) as refused:
        await press.make(example_edition(1), "en", "doc")
    assert refused.value.code is Code.BAD_INPUT


async def test_a_press_that_lost_its_process_starts_another(press: StaticPress) -> None:
    edition = example_edition(1)
    before = await press.render(edition, "en", "html")
    process = press._workers._process
    assert process is not None
    process.kill()
    process.wait()
    assert await press.render(edition, "en", "html") == before


async def test_a_closed_press_leaves_nothing_behind(tmp_path: Path) -> None:
    press = StaticPress(tmp_path)
    await press.render(example_edition(1), "en", "html")
    folder, process = press._workers._folder, press._workers._process
    assert process is not None
    await press.close()
    assert process.returncode is not None
    assert snapshot(Path(folder)) == {}


def test_what_a_killed_process_left_is_swept_away_and_what_is_being_written_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (".index.html.0123.part", "ar/.a.pdf.4567.part", "index.html", ".lock"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"words")
    writing.sweep(tmp_path)
    assert len([each for each in tmp_path.rglob("*") if each.is_file()]) == 4
    later = time.time() + writing.LEFT + 60
    monkeypatch.setattr(time, "time", lambda: later)
    writing.sweep(tmp_path)
    assert {each.name for each in tmp_path.rglob("*") if each.is_file()} == {"index.html", ".lock"}


def test_a_file_is_written_whole_or_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a" / "file"
    write_whole(path, b"one")

    def fail(handle: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        write_whole(path, b"two")
    assert path.read_bytes() == b"one"
    assert [each.name for each in path.parent.iterdir()] == ["file"]

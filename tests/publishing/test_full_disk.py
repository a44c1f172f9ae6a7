"""A disk that fills up in the middle of publishing: a clear word, what was public stays as it was, and it can go on."""

import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from drafting.domain.errors import Code, Refusal
from drafting.publishing.making.press import StaticPress
from tests.publishing.conftest import example_edition

SIZE = 3 * 1024 * 1024
FORMATS = ("html", "epub", "json")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0 or not mount("-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)):
        pytest.skip("a small disk can be mounted by root alone")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
async def press(disk: Path) -> AsyncIterator[StaticPress]:
    made = StaticPress(disk / "public")
    yield made
    await made.close()


def public_bytes(press: StaticPress) -> dict[str, bytes]:
    return {str(f.relative_to(press.public)): f.read_bytes() for f in press.public.rglob("*") if f.is_file()}


def mount(*words: str) -> bool:
    return subprocess.run(["mount", *words], capture_output=True).returncode == 0


def parts(disk: Path) -> list[Path]:
    return list(disk.rglob("*.part"))


def leave(disk: Path, size: int) -> None:
    """Fill the disk but for so many bytes."""
    filler = disk / "filler"
    filler.unlink(missing_ok=True)
    free = os.statvfs(disk)
    filler.write_bytes(bytes(max(0, free.f_bavail * free.f_bsize - size)))


async def release(press: StaticPress, *editions: dict[str, Any]) -> None:
    made = [await press.make(editions[-1], tag, format) for tag in ("en", "fr") for format in FORMATS]
    await press.open(list(editions), {editions[-1]["n"]: made})


async def refusal_of(press: StaticPress, *editions: dict[str, Any]) -> Refusal | None:
    try:
        await release(press, *editions)
    except Refusal as refusal:
        return refusal
    return None


async def test_a_full_disk_is_told_and_harms_no_former_edition(press: StaticPress, disk: Path) -> None:
    first, second = example_edition(2, sections=4), {**example_edition(2, sections=6), "n": 2}
    await release(press, first)
    before = public_bytes(press)
    refused = 0
    for left in range(0, 512 * 1024, 48 * 1024):
        leave(disk, left)
        refusal = await refusal_of(press, first, second)
        assert parts(disk) == []
        if refusal is None:
            break
        assert (refusal.code, refusal.data["reason"]) == (Code.RENDERING_FAILED, "disk_full")
        assert public_bytes(press) == before
        refused += 1
    assert refused >= 3
    now = public_bytes(press)
    assert {"d/open-well/2/en/index.html", "d/open-well/2/fr/open-well-2-fr.epub"} <= now.keys() - before.keys()
    assert all(now[name] == data for name, data in before.items() if "/1/en/" in name)


async def test_a_disk_that_takes_nothing_any_more_is_told_apart(press: StaticPress, disk: Path) -> None:
    assert mount("-o", "remount,ro", str(disk))
    with pytest.raises(Refusal) as refused:
        await press.make(example_edition(1, sections=1), "en", "json")
    assert refused.value.data["reason"] == "cannot_write"
    assert mount("-o", "remount,rw", str(disk))
    assert (await press.make(example_edition(1, sections=1), "en", "json")).bytes

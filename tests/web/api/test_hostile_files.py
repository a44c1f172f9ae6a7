"""Files that somebody hands in: archives that unpack without end or lead out, and XML, which nothing here reads."""

import ast
import io
import struct
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import drafting
from drafting.domain import archives
from drafting.domain.archives import ArchiveInvalid, pack
from drafting.domain.errors import Code, Refusal
from drafting.web.archives import MAX_BYTES, unpack
from tests.web.api.conftest import Installation

PARSERS = {
    "xml.etree",
    "xml.dom",
    "xml.sax",
    "xml.parsers",
    "lxml",
    "defusedxml",
    "html5lib",
    "bs4",
    "docx",
    "openpyxl",
}
WRITERS = {"Element", "SubElement", "ElementTree", "indent", "register_namespace", "tostring"}
"""Of xml.etree: what makes XML and cannot read any."""
XXE = b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/hostname">]><w:document>&e;</w:document>'
LAUGHS = b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><l>&b;</l>'
CHUNK = b'<w:document><w:body><w:altChunk r:id="r1"/></w:body></w:document>'
LINK = (
    b'<Relationships><Relationship Id="r1" TargetMode="External" Type="http://schemas.openxmlformats.org/officeDocument/'
    b'2006/relationships/aFChunk" Target="http://127.0.0.1:9/a.html"/></Relationships>'
)


def imports() -> Iterator[tuple[str, str, str]]:
    """(file, module, name) of everything that the program imports."""
    root = Path(drafting.__file__).parent
    for file in root.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((file.name, alias.name, "") for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield from ((file.name, node.module, alias.name) for alias in node.names)


def test_nothing_here_reads_xml() -> None:
    """Check 26. What cannot be read can name no entity, no file and no address; XML is written, and that is all."""
    reading = [
        (file, module, name)
        for file, module, name in imports()
        if any(module == p or module.startswith(f"{p}.") for p in PARSERS)
        and not (module == "xml.etree.ElementTree" and name in WRITERS)
        and (module, name) != ("xml.sax.saxutils", "escape")
    ]
    assert reading == []


@pytest.mark.parametrize("body", [XXE, LAUGHS, CHUNK], ids=["entity of a file", "entities of entities", "altChunk"])
async def test_a_word_processors_file_is_refused_whole(
    body: bytes, here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Check 26: as the file itself, and as what an import unpacks."""
    opened: list[object] = []
    monkeypatch.setattr("socket.socket.connect", lambda *address: opened.append(address))
    anong = await here.program("anong")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        archive.writestr("word/document.xml", body)
        archive.writestr("word/_rels/document.xml.rels", LINK)
    for data in (body, file.getvalue()):
        problem = await anong("POST", "/declarations/import", 422, files={"folder": ("text.docx", data)})
        assert problem["code"] == "folder_refused"
        assert "127.0.0.1" not in str(problem)
    assert opened == []
    assert [entry.event.kind for entry in await here.app.state.ports.ledger.read("document", 0)] == []


def overlapping(data: bytes, times: int, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """One file, listed many times: each entry of the directory leads to the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("en.md", data)
    single = out.getvalue()
    start = single.rindex(b"PK\x01\x02")
    end = single.rindex(b"PK\x05\x06")
    directory = single[start:end] * times
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, times, times, len(directory), start, 0)
    return single[:start] + directory + tail


ZEROS = bytes(21_000_000)
HALF = b"".join(bytes([n % 256, n // 256 % 256]) + bytes(30) for n in range(100_000))
"""3.2 MB that shrink to a twentieth: no file of them is suspicious by itself."""


@pytest.mark.parametrize(
    "archive",
    [overlapping(ZEROS, 1), overlapping(ZEROS, 200), overlapping(HALF, 250)],
    ids=["a thousandth of its size", "4 GB in 42 kB", "much of little"],
)
def test_what_unpacks_without_end_is_stopped(archive: bytes) -> None:
    """Check 27."""
    tracemalloc.start()
    try:
        with pytest.raises(Refusal) as refused:
            unpack(archive)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert refused.value.code in (Code.TOO_LARGE, Code.FOLDER_REFUSED)
    assert peak < MAX_BYTES + len(archive) + 8_000_000


def test_a_size_that_is_not_true_is_not_believed() -> None:
    """Check 27: the directory says ten bytes of a file that has twenty million."""
    archive = bytearray(overlapping(ZEROS, 1))
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = archive.rindex(mark) + place
        archive[at : at + 4] = (10).to_bytes(4, "little")
    with pytest.raises(Refusal) as refused:
        unpack(bytes(archive))
    assert refused.value.code in (Code.TOO_LARGE, Code.FOLDER_REFUSED)


def test_a_bundle_that_lists_a_file_many_times_is_not_read_many_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check 27, for whoever verifies what a stranger sent."""
    read: list[str] = []
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda self, entry: read.append(entry.filename) or b"")
    with pytest.raises(ArchiveInvalid):
        archives.unpack(overlapping(bytes(1_000_000), 5_000, zipfile.ZIP_STORED))
    assert read == []


@pytest.mark.parametrize("name", ["../out", "/out", "a/../../out", "..\\out", "c:\\out"])
def test_a_bundle_is_read_in_memory_wherever_its_names_lead(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Check 26. Names are names there: nothing is written."""
    inner = tmp_path / "inner"
    inner.mkdir()
    monkeypatch.chdir(inner)
    assert archives.unpack(pack({name: b"x"})) == {name: b"x"}
    assert list(tmp_path.rglob("*")) == [inner]

"""Files that are whole or not there, inside their folder and nowhere else."""

import hashlib
from pathlib import Path

import pytest

from drafting.actions.ports import CannotSave
from drafting.domain.errors import Code, Refusal
from drafting.stores.files import Files, write_atomically


def test_writes_and_reads(tmp_path: Path) -> None:
    files = Files(tmp_path / "public")
    kept = files.write("d/water/1/fr/index.html", b"<p>")
    assert (kept.path, kept.bytes, kept.sha256) == ("d/water/1/fr/index.html", 3, hashlib.sha256(b"<p>").hexdigest())
    assert files.read(kept.path) == b"<p>"
    files.write(kept.path, b"<q>")
    assert files.read(kept.path) == b"<q>"
    assert [path.name for path in (tmp_path / "public/d/water/1/fr").iterdir()] == ["index.html"]
    assert files.remove(kept.path)
    assert not files.remove(kept.path)
    assert files.is_writable()


def test_bytes_stand_at_the_address_of_their_hash(tmp_path: Path) -> None:
    files = Files(tmp_path)
    kept = files.write_hashed("files", b"pdf", ".pdf")
    assert kept.path == f"files/{hashlib.sha256(b'pdf').hexdigest()}.pdf"
    (tmp_path / kept.path).write_bytes(b"cut")
    assert files.write_hashed("files", b"pdf", ".pdf") == kept
    (tmp_path / kept.path).write_bytes(b"cut off")
    files.write_hashed("files", b"pdf", ".pdf")
    assert files.read(kept.path) == b"pdf"


@pytest.mark.parametrize(
    "path",
    ["", "/etc/passwd", "../x", "a/../../x", "a//b", "a/./b", ".hidden", "a/.part", "a\\b", "a\0b", "a\n", "é", "a/"],
)
def test_a_path_that_leads_elsewhere_is_refused(tmp_path: Path, path: str) -> None:
    files = Files(tmp_path / "public")
    for attempt in (lambda: files.write(path, b""), lambda: files.read(path), lambda: files.remove(path)):
        with pytest.raises(Refusal) as refused:
            attempt()
        assert refused.value.code is Code.NOT_FOUND
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    files = Files(tmp_path / "public")
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "public/link").symlink_to(tmp_path)
    with pytest.raises(Refusal):
        files.read("link/secret")


def test_what_is_not_there_is_not_found(tmp_path: Path) -> None:
    files = Files(tmp_path)
    files.write("a/b", b"")
    for path in ("none", "a", "a/b/c"):
        with pytest.raises(Refusal):
            files.read(path)


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "taken"
    (target / "inside").mkdir(parents=True)
    with pytest.raises(CannotSave):
        write_atomically(target, b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]

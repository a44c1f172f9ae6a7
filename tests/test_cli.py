"""The command line as operators meet it: the real program, on a data folder of its own."""

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.processes import Process, answers, find_free_port

TOML = """slug = "wells"
source_locale = "en"
locales = ["en", "fr"]
sections = ["front", "water"]

[title]
en = "Wells"
"""
ENGLISH = "# Wells\n\nA summary.\n\n## Water {#water}\n\nWater is common.\n"
FRENCH = "# Puits\n\nUn résumé.\n\n## L’eau {#water}\n\nL’eau est commune.\n"


@dataclass
class Program:
    """``drafting`` on one data folder."""

    data: Path

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DRAFTING_")}
        return {**kept, "DRAFTING_DATA": str(self.data), "LC_ALL": "C.UTF-8"}

    def __call__(self, *arguments: object, exit: int = 0) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "drafting.cli", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, env=self.environment, check=False, timeout=300)
        assert done.returncode == exit, done.stderr
        assert "Traceback" not in done.stderr
        if exit:
            assert done.stdout == ""
            assert done.stderr.count("\n") >= 1
        return done


def folder(path: Path, **changes: str) -> Path:
    path.mkdir()
    files = {"declaration.toml": TOML, "en.md": ENGLISH, "fr.md": FRENCH, **changes}
    for name, text in files.items():
        (path / name).write_text(text, "utf-8")
    return path


def contents(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(path.iterdir())}


@pytest.fixture
def drafting(tmp_path: Path) -> Program:
    return Program(tmp_path / "data")


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Program:
    program = Program(tmp_path_factory.mktemp("demonstration"))
    told = program("demo")
    assert "edition 1 is released" in told.stderr
    return program


def test_the_demonstration_fills_an_empty_folder_once(demonstration: Program) -> None:
    assert (demonstration.data / "demonstration").exists()
    assert (demonstration.data / "public/d/open-well/index.html").exists()
    assert (demonstration.data / "public/d/open-well/1/ar/index.html").exists()
    assert (demonstration.data / "public/d/open-well/1/ar/open-well-1-ar.pdf").read_bytes().startswith(b"%PDF-")
    assert any("/invitation/" in file.read_text("utf-8") for file in (demonstration.data / "mail").glob("*.eml"))
    assert "nothing was changed" in demonstration("demo").stdout


def test_the_demonstration_leaves_other_work_alone(drafting: Program, tmp_path: Path) -> None:
    drafting("import", folder(tmp_path / "wells"))
    assert "nothing was changed" in drafting("demo").stdout
    assert not (drafting.data / "demonstration").exists()


def test_a_folder_goes_in_and_comes_out_the_same(drafting: Program, tmp_path: Path) -> None:
    assert drafting("import", folder(tmp_path / "wells")).stdout == "wells\n"
    drafting("export", "wells", tmp_path / "first")
    assert drafting("import", tmp_path / "first", "--slug", "other").stdout == "other\n"
    drafting("export", "other", tmp_path / "second")
    first, second = contents(tmp_path / "first"), contents(tmp_path / "second")
    assert first.keys() == {"declaration.toml", "en.md", "fr.md"}
    assert [first["en.md"], first["fr.md"]] == [second["en.md"], second["fr.md"]]
    assert first["en.md"].decode() == ENGLISH


def test_what_is_wrong_in_a_folder_is_named_with_its_line(drafting: Program, tmp_path: Path) -> None:
    wrong = folder(tmp_path / "wells", **{"fr.md": FRENCH.replace("{#water}", "{#eau}")})
    said = drafting("import", wrong, exit=1).stderr
    assert "fr.md" in said
    assert "line 5" in said
    assert "declaration.toml" in drafting("import", tmp_path / "data", exit=1).stderr


def test_states_that_do_not_permit_it(drafting: Program, demonstration: Program, tmp_path: Path) -> None:
    drafting("import", folder(tmp_path / "wells"))
    drafting("import", tmp_path / "wells", exit=3)
    drafting("export", "wells", tmp_path / "wells", exit=3)
    drafting("publish", "wells", "--edition", 1, exit=3)
    drafting("publish", "unknown", "--edition", 1, exit=1)
    drafting("export", "unknown", tmp_path / "out", exit=1)
    demonstration("publish", "open-well", "--edition", 2, exit=3)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["unknown"],
        ["import"],
        ["token"],
        ["token", "no address"],
        ["render", "wells"],
        ["serve", "--port", "70000"],
        ["export", "wells", "out", "--edition", "0"],
        ["render", "wells", "--edition", "1", "--locale", "en", "--format", "odt", "--output", "x"],
    ],
)
def test_wrong_calls_say_so_by_their_exit_code(drafting: Program, arguments: list[str]) -> None:
    drafting(*arguments, exit=2)


def test_a_wrong_setting_is_named(drafting: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {**drafting.environment, "DRAFTING_PORT": "many"}
    command = [sys.executable, "-m", "drafting.cli", "check"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=60)
    assert done.returncode == 2
    assert "DRAFTING_PORT" in done.stderr


def test_a_token_stands_alone_on_its_line(drafting: Program) -> None:
    first, second = drafting("token", "anong@people.example").stdout, drafting("token", "anong@people.example").stdout
    assert len(first.split()) == 1
    assert first.endswith("\n")
    assert first != second
    letters = [file.read_text("utf-8") for file in (drafting.data / "mail").glob("*.eml")]
    assert len(letters) == 2
    assert not any(first.strip() in letter for letter in letters)


def test_an_edition_is_rendered_and_made_again(demonstration: Program, tmp_path: Path) -> None:
    for format, begins in (("html", b"<!"), ("pdf", b"%PDF-"), ("epub", b"PK"), ("md", b"# ")):
        output = tmp_path / f"en.{format}"
        place = ("open-well", "--edition", 1, "--locale", "en", "--format", format, "--output", output)
        demonstration("render", *place)
        assert output.read_bytes().lower().startswith(begins.lower())
    place = ("open-well", "--edition", 1, "--locale", "de", "--format", "html", "--output", tmp_path / "de.html")
    demonstration("render", *place, exit=2)
    page = demonstration.data / "public/d/open-well/1/fr/index.html"
    before = page.read_bytes()
    page.unlink()
    assert str(page) in demonstration("publish", "open-well", "--edition", 1).stdout.splitlines()
    assert page.read_bytes() == before


def test_a_bundle_is_verified_anywhere(demonstration: Program, tmp_path: Path) -> None:
    bundle, packed = tmp_path / "bundle", demonstration.data / "public/d/open-well/1/open-well-1-bundle.zip"
    demonstration("export", "open-well", bundle, "--edition", 1)
    elsewhere = Program(tmp_path / "nowhere")
    for form in (bundle, packed):
        assert elsewhere("verify", form).stdout.startswith("Valid")
    assert not elsewhere.data.exists()
    made_anew = tmp_path / "bundle.zip"
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(made_anew, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in old.namelist():
            assert (bundle / name).read_bytes() == old.read(name)
            archive.writestr(name, old.read(name))
    assert "bundle.zip" in elsewhere("verify", made_anew, exit=1).stderr
    words = (bundle / "fr.md").read_bytes()
    (bundle / "fr.md").write_bytes(words.replace(b"puits", b"puitz", 1))
    assert "fr.md" in elsewhere("verify", bundle, exit=1).stderr
    (bundle / "fr.md").unlink()
    assert "fr.md: is missing" in elsewhere("verify", bundle, exit=2).stderr
    elsewhere("verify", tmp_path / "no-such-bundle", exit=2)


def test_a_bundle_is_believed_where_its_key_is(demonstration: Program, tmp_path: Path) -> None:
    packed = demonstration.data / "public/d/open-well/1/open-well-1-bundle.zip"
    keys = json.loads((demonstration.data / "public/d/open-well/log/keys.json").read_bytes())["keys"]
    trust = tmp_path / "keys.txt"
    trust.write_text(f"# the network of the well\n\n{keys[0]}\n")
    assert "that you trust" in demonstration("verify", packed, "--trust", trust).stdout
    trust.write_text("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n")
    assert "keys.json" in demonstration("verify", packed, "--trust", trust, exit=1).stderr
    trust.write_text("no key\n")
    demonstration("verify", packed, "--trust", trust, exit=2)


def test_a_bundle_is_verified_without_any_network(demonstration: Program) -> None:
    packed = demonstration.data / "public/d/open-well/1/open-well-1-bundle.zip"
    command = ["unshare", "--net", "--map-root-user", sys.executable, "-m", "drafting.cli", "verify", str(packed)]
    done = subprocess.run(
        command, capture_output=True, text=True, env=demonstration.environment, check=False, timeout=120
    )
    if "unshare failed" in done.stderr or "Operation not permitted" in done.stderr:
        pytest.skip("this machine allows nobody a network namespace of their own")
    assert done.returncode == 0, done.stderr


def test_check_says_what_is_wrong_and_what_mends_it(drafting: Program) -> None:
    found = json.loads(drafting("check", "--json").stdout)
    assert found["ok"] is True
    checks = {check["name"]: check for check in found["checks"]}
    assert {"database", "disk", "mail", "origin", "clock", "backups", "pango", "faces"} <= checks.keys()
    assert checks["mail"]["status"] == "warning"
    assert "DRAFTING_SMTP" in checks["mail"]["remedy"]
    assert "DRAFTING_SMTP" in drafting("check").stdout
    drafting("backup", drafting.data.parent / "backup.zip")
    checks = {check["name"]: check for check in json.loads(drafting("check", "--json").stdout)["checks"]}
    assert checks["backups"]["status"] == "ok"


def test_check_fails_where_something_must_be_mended(drafting: Program) -> None:
    port = find_free_port()
    environment = {**drafting.environment, "DRAFTING_SMTP": f"smtp://127.0.0.1:{port}"}
    command = [sys.executable, "-m", "drafting.cli", "check", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=120)
    assert done.returncode == 1
    assert {c["status"] for c in json.loads(done.stdout)["checks"] if c["name"] == "mail"} == {"failed"}


def test_check_sees_an_entry_that_was_changed_behind_its_checkpoint(demonstration: Program, tmp_path: Path) -> None:
    copy = Program(tmp_path / "copy")
    shutil.copytree(demonstration.data, copy.data)
    command = [sys.executable, "-m", "drafting.cli", "check", "--json"]

    def logs() -> str:
        done = subprocess.run(command, capture_output=True, text=True, env=copy.environment, check=False, timeout=120)
        return str(next(c["status"] for c in json.loads(done.stdout)["checks"] if c["name"] == "logs"))

    assert logs() == "ok"
    with contextlib.closing(sqlite3.connect(copy.data / "drafting.sqlite")) as database, database:
        changed = database.execute("UPDATE ledger SET actor = 'somebody' WHERE stream = 'open-well' AND place = 41")
        assert changed.rowcount == 1
    assert logs() == "failed"


def test_a_backup_restores_everything_elsewhere(demonstration: Program, tmp_path: Path) -> None:
    backup = tmp_path / "backup.zip"
    demonstration("backup", backup)
    assert backup.stat().st_mode & 0o077 == 0
    other = Program(tmp_path / "other")
    witness = ("--state", tmp_path / "witness", "--name", "river.example/witness")
    demonstration("witness", demonstration.data / "public/d/open-well/log", *witness)
    other("restore", backup)
    # Nobody who saw the former log sees another one now, and the bundle is the same to the byte.
    assert "river.example/witness" in other("witness", other.data / "public/d/open-well/log", *witness).stdout
    bundle = "public/d/open-well/1/open-well-1-bundle.zip"
    assert (other.data / bundle).read_bytes() == (demonstration.data / bundle).read_bytes()
    assert (other.data / "keys/log").read_bytes() == (demonstration.data / "keys/log").read_bytes()
    demonstration("export", "open-well", tmp_path / "here")
    other("export", "open-well", tmp_path / "there")
    assert contents(tmp_path / "here") == contents(tmp_path / "there")
    assert (other.data / "public/d/open-well/1/sw/index.html").exists()
    other("restore", backup, exit=3)
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(backup.read_bytes()[:-1000])
    Program(tmp_path / "third")("restore", damaged, exit=1)


def test_the_server_serves_and_leaves_when_told(demonstration: Program, tmp_path: Path) -> None:
    port = find_free_port()
    base = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "drafting.cli", "serve", "--port", str(port)]
    server = Process(
        command,
        log=tmp_path / "log",
        is_ready=lambda: answers(f"{base}/healthz"),
        environment=demonstration.environment,
    )
    server.start()
    try:
        token = demonstration("token", "anong@headwater.example").stdout.strip()
        request = Request(f"{base}/api/v1/declarations/open-well", headers={"Authorization": f"Bearer {token}"})
        with urlopen(request, timeout=30) as answer:
            declaration = json.loads(answer.read())
        assert declaration["status"] == "asking"
        assert declaration["sections"][2]["texts"]["ar"]["outdated"] > 0
        assert token not in server.output
    finally:
        code = server.stop()
    assert code == 0

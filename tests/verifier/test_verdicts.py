"""What ``drafting verify`` says: in the language of the terminal, and for programs."""

import json
from pathlib import Path

import pytest

from drafting.domain.archives import pack
from drafting.domain.bundled_editions import Shown
from drafting.domain.bundles import Verdict
from drafting.domain.faults import Fault, Reason
from drafting.paths import LOCALES
from drafting.web.commands.bundle import check_bundle, read_keys
from drafting.web.commands.outcomes import Exit
from drafting.web.commands.speaking import speech
from drafting.web.commands.verdicts import SENTENCES, sentence, told
from drafting.web.i18n import PSEUDO, Languages
from tests.verifier.released import WITNESS_KEY, bundle_of, release

DATA = {"index": 3, "section": "water", "locale": "en", "network": "river"}


@pytest.fixture
async def archive(tmp_path: Path) -> Path:
    (tmp_path / "bundle.zip").write_bytes(pack(await bundle_of(await release(tmp_path / "logs"))))
    return tmp_path / "bundle.zip"


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_a_sentence_that_can_be_translated(reason: Reason) -> None:
    assert SENTENCES.keys() == set(Reason)
    said = sentence(Languages(LOCALES, pseudo=True).words(PSEUDO), Fault("acts.jsonl", reason, DATA))
    assert said.startswith("[")
    assert "%(" not in said


def test_a_name_in_a_bundle_cannot_drive_the_terminal() -> None:
    fault = Fault("acts.jsonl", Reason.NOT_JOINED, {"network": "river\x1b[2J"})
    assert "\x1b" not in sentence(Languages(LOCALES).words("en"), fault)


def test_nothing_that_a_stranger_signed_drives_the_terminal() -> None:
    passkey = ("salt\x1b", "water\n", "SHA256:key", "https://salt.example")
    shown = Shown(offline=(("river\x1b", "front\n", "SHA256:key"),), passkeys=(passkey,))
    release = {"n": 1, "declaration": "wells.\nSigned by a key that you trust\x1b[8m", "index": 1, "size": 1}
    for line in told(Languages(LOCALES).words("en"), Verdict((), release, WITNESS_KEY, shown=shown)):
        assert not {"\x1b", "\n"} & {*line}


@pytest.mark.parametrize(
    ("environment", "tag"),
    [
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "es_MX.UTF-8"}, "es"),
        ({"LANG": "fr_FR.UTF-8", "LANGUAGE": "tlh:ar:es"}, "ar"),
        ({"LANG": "zh_CN.UTF-8"}, "zh-Hans"),
        ({"LANG": "tlh"}, "en"),
        ({"LC_ALL": "C", "LANGUAGE": "fr"}, "en"),
        ({"LC_ALL": "C.UTF-8", "LANGUAGE": "fr"}, "en"),
        ({"LANG": "fr_FR.UTF-8@euro", "LC_MESSAGES": ""}, "fr"),
        ({}, "en"),
    ],
)
def test_commands_speak_the_language_of_the_terminal(
    environment: dict[str, str], tag: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert speech().tag == tag


@pytest.mark.parametrize("separator", ["\u2028", "\x85", "\x0b", "\r"])
def test_what_stands_in_a_comment_is_no_key(separator: str, tmp_path: Path) -> None:
    """Both verifiers read such a file alike."""
    (tmp_path / "keys.txt").write_bytes(f"\ufeff# old:{separator}{WITNESS_KEY.line}\r\n\r\n".encode())
    assert read_keys(tmp_path / "keys.txt") == []
    (tmp_path / "keys.txt").write_bytes(f"\ufeff{WITNESS_KEY.line}\r\n# old\n".encode())
    assert read_keys(tmp_path / "keys.txt") == [WITNESS_KEY]


def test_a_verdict_for_programs(
    archive: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    assert check_bundle(archive, None, as_json=True) is Exit.DONE
    valid = json.loads(capsys.readouterr().out)
    assert (valid["verdict"], valid["release"]["n"], valid["positions"], valid["trusted"]) == ("valid", 1, 12, False)
    assert [each["network"] for each in valid["offline"]] == ["river"]
    assert {each["network"]: each["origin"] for each in valid["passkeys"]} == dict.fromkeys(
        ("salt", "night", "dune"), "https://drafting.example"
    )
    check_bundle(archive, None)
    said = capsys.readouterr().out
    assert "A device agreed to the position of salt on front when https://drafting.example asked, with the pa" in said
    assert "8 positions rest on this server's word alone." in said
    archive.write_bytes(archive.read_bytes()[:-1])
    assert check_bundle(archive, None, as_json=True) is Exit.FAILED
    assert json.loads(capsys.readouterr().out)["faults"][0]["reason"] == "archive"


async def test_faults_for_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, data in (await bundle_of(await release(tmp_path / "logs"))).items():
        file = tmp_path / "bundle" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    (tmp_path / "bundle/.DS_Store").write_bytes(b"left by a system")
    (tmp_path / "bundle/en.md").unlink()
    assert check_bundle(tmp_path / "bundle", None, as_json=True) is Exit.USAGE
    missing = json.loads(capsys.readouterr().out)
    assert (missing["verdict"], [(f["file"], f["reason"]) for f in missing["faults"]]) == (
        "incomplete",
        [("en.md", "missing")],
    )
    (tmp_path / "bundle/ar.md").write_bytes(b"other")
    assert check_bundle(tmp_path / "bundle", None) is Exit.FAILED
    assert capsys.readouterr().err.splitlines() == ["ar.md: was changed after the release", "en.md: is missing"]

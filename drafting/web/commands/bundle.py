"""``drafting verify``: is a bundle what was released? No network, no server, no database."""

import json
import sys
from pathlib import Path
from typing import Final

from drafting.domain.archives import ArchiveInvalid, unpack
from drafting.domain.bundles import verify
from drafting.domain.notes import Key, NoteInvalid, read_key
from drafting.stores.secrets.signing_keys import is_signed
from drafting.web.commands.outcomes import Exit
from drafting.web.commands.speaking import speech
from drafting.web.commands.verdicts import as_value, exit_of, sentence, told, visible
from drafting.web.i18n import Words

COMMENT: Final = "#"


def check_bundle(path: Path, trust: Path | None, *, as_json: bool = False) -> Exit:
    """Name each file that is wrong on standard error, or say what was shown and what cannot be.

    ``as_json``: both on standard output, for programs.
    """
    words = speech()
    try:
        trusted = read_keys(trust) if trust else None
        files = read_bundle(path)
    except (OSError, NoteInvalid, UnicodeDecodeError) as error:
        print(error, file=sys.stderr)
        return Exit.USAGE
    except ArchiveInvalid as error:
        return _no_archive(words, error.file or path.name, as_json=as_json)
    verdict = verify(files, is_signed, trusted)
    if as_json:
        print(json.dumps(as_value(words, verdict), ensure_ascii=False, indent=1))
    else:
        for fault in verdict.faults:
            print(f"{visible(fault.file)}: {sentence(words, fault)}", file=sys.stderr)
        for said in told(words, verdict) if verdict.is_valid else ():
            print(said)
    return exit_of(verdict)


def _no_archive(words: Words, name: str, *, as_json: bool) -> Exit:
    said = words.gettext("the archive is not as it was made; of one made anew, verify the unpacked folder")
    if as_json:
        fault = {"file": name, "reason": "archive", "data": {}, "said": said}
        print(json.dumps({"verdict": "invalid", "faults": [fault]}, ensure_ascii=False, indent=1))
    else:
        print(f"{visible(name)}: {said}", file=sys.stderr)
    return Exit.FAILED


def read_bundle(path: Path) -> dict[str, bytes]:
    """The files of a bundle: of the archive as it came, or of a folder. Raises ``ArchiveInvalid``, OSError."""
    if not path.is_dir():
        return unpack(path.read_bytes())
    files = [file for file in sorted(path.rglob("*")) if file.is_file() and not file.name.startswith(".")]
    return {file.relative_to(path).as_posix(): file.read_bytes() for file in files}


def read_keys(file: Path) -> list[Key]:
    """Public keys, one a line; empty lines and those that begin with # are passed over. Raises ``NoteInvalid``."""
    # Only a line feed ends a line: what an odd separator would begin inside a comment is no key.
    lines = [line.strip() for line in file.read_bytes().decode("utf-8-sig").split("\n")]
    return [read_key(line) for line in lines if line and not line.startswith(COMMENT)]

"""``drafting verify``: is a bundle what was released? No network, no server, no database."""

import sys
from pathlib import Path
from typing import Final

from drafting.domain.archives import ArchiveInvalid, unpack
from drafting.domain.bundles import Verdict, verify
from drafting.domain.notes import Key, NoteInvalid, read_key
from drafting.stores.signing_keys import is_signed
from drafting.web.commands.outcomes import Exit
from drafting.web.commands.speaking import speech
from drafting.web.i18n import Words

COMMENT: Final = "#"


def check_bundle(path: Path, trust: Path | None) -> Exit:
    """Name each file that is wrong on standard error, or say what was shown and what cannot be."""
    words = speech()
    try:
        trusted = read_keys(trust) if trust else None
        files = read_bundle(path)
    except (OSError, NoteInvalid, UnicodeDecodeError) as error:
        print(error, file=sys.stderr)
        return Exit.USAGE
    except ArchiveInvalid as error:
        said = words.gettext("the archive is not as it was made; of one made anew, verify the unpacked folder")
        print(f"{error.file or path.name}: {said}", file=sys.stderr)
        return Exit.FAILED
    verdict = verify(files, is_signed, trusted)
    for fault in verdict.faults:
        print(f"{fault.file}: {fault.what}", file=sys.stderr)
    if verdict.faults:
        return Exit.USAGE if verdict.is_incomplete else Exit.FAILED
    for sentence in told(words, verdict):
        print(sentence)
    return Exit.DONE


def read_bundle(path: Path) -> dict[str, bytes]:
    """The files of a bundle: of the archive as it came, or of a folder. Raises ``ArchiveInvalid``, OSError."""
    if not path.is_dir():
        return unpack(path.read_bytes())
    files = [file for file in sorted(path.rglob("*")) if file.is_file() and not file.name.startswith(".")]
    return {file.relative_to(path).as_posix(): file.read_bytes() for file in files}


def read_keys(file: Path) -> list[Key]:
    """Public keys, one a line; empty lines and those that begin with # are passed over. Raises ``NoteInvalid``."""
    lines = [line.strip() for line in file.read_text("utf-8").splitlines()]
    return [read_key(line) for line in lines if line and not line.startswith(COMMENT)]


def told(words: Words, verdict: Verdict) -> list[str]:
    """What a valid bundle shows, and what it does not."""
    shown, release = verdict.shown, verdict.release
    sentences = [
        words.gettext(
            "Valid: every word, the order, the networks and their positions are those of edition %(n)s of %(name)s.",
            n=release["n"],
            name=release["declaration"],
        ),
        words.gettext(
            "%(positions)s positions of %(networks)s networks on %(sections)s sections. The ledger has "
            "%(last)s entries; %(hidden)s of them are here as hashes alone.",
            positions=shown.positions,
            networks=shown.networks,
            sections=shown.sections,
            last=release["size"],
            hidden=verdict.hidden,
        ),
    ]
    assert verdict.key is not None
    line = verdict.key.line
    if verdict.is_trusted:
        sentences.append(words.gettext("Signed by a key that you trust: %(key)s", key=line))
    else:
        sentences.append(
            words.gettext(
                "Signed by a key that the bundle itself brings; compare it, or use --trust: %(key)s", key=line
            )
        )
    sentences += [words.gettext("Witnessed by %(name)s", name=name) for name in verdict.witnesses]
    for network, section, key in shown.offline:
        sentences.append(
            words.gettext(
                "%(network)s signed its position on %(section)s with a key of its own: %(key)s",
                network=network,
                section=section,
                key=key,
            )
        )
    attested = shown.positions - len(shown.offline)
    if attested:
        sentences.append(
            words.ngettext(
                "%(num)s position rests on this server's word alone.",
                "%(num)s positions rest on this server's word alone.",
                attested,
            )
        )
    sentences.append(words.gettext("Not shown: that signatories are distinct real people."))
    return sentences

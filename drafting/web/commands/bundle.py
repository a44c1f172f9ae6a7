"""``drafting verify``: is a bundle what was released? No network, no server, no database."""

import sys
from pathlib import Path

from drafting.web.archives import read_folder
from drafting.web.bundles import verify
from drafting.web.commands.outcomes import Exit
from drafting.web.commands.speaking import speech


def check_bundle(path: Path, trust: Path | None) -> Exit:
    """Name each file that is wrong on standard error."""
    words = speech()
    if trust is not None:
        print(words.gettext("This bundle holds no signed checkpoint, so there is nothing to trust."), file=sys.stderr)
        return Exit.USAGE
    try:
        files = read_folder(path)
    except OSError as error:
        print(error, file=sys.stderr)
        return Exit.USAGE
    faults = verify(files)
    for fault in faults:
        print(f"{fault.file}: {fault.what}", file=sys.stderr)
    if not faults:
        print(words.gettext("Valid: every word, the order and the networks are those of the manifest."))
        return Exit.DONE
    return Exit.USAGE if all(fault.is_missing for fault in faults) else Exit.FAILED

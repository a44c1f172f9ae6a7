"""What commands say, in the language of the terminal."""

import os
from http import HTTPStatus

from drafting.domain.errors import Code, Refusal
from drafting.paths import LOCALES
from drafting.web.commands.outcomes import Exit, Failure
from drafting.web.errors import STATUS, sentence
from drafting.web.i18n import Languages, Words


def speech() -> Words:
    """The language of the terminal, as far as there is a catalogue for it."""
    names = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    wanted = next((name for name in names if name), "").partition(".")[0].replace("_", "-")
    return Languages(LOCALES).words(wanted if wanted not in ("C", "POSIX", "") else "en")


def failure_of(refusal: Refusal, words: Words) -> Failure:
    """A refusal as a failure: what a conflict is on the web is not permitted in this state here."""
    status = STATUS[refusal.code]
    if status == HTTPStatus.CONFLICT:
        exit = Exit.NOT_NOW
    elif refusal.code in (Code.BAD_INPUT, Code.UNKNOWN_LOCALE):
        exit = Exit.USAGE
    else:
        exit = Exit.FAILED
    data = ", ".join(f"{name}: {value}" for name, value in refusal.data.items() if value not in (None, ""))
    said = sentence(words, refusal)
    return Failure(exit, f"{said} ({refusal.code.value}; {data})" if data else f"{said} ({refusal.code.value})")

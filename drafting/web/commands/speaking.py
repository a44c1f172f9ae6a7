"""What commands say, in the language of the terminal."""

import os
from http import HTTPStatus

from drafting.domain.errors import Code, Refusal
from drafting.paths import LOCALES
from drafting.web.commands.outcomes import Exit, Failure
from drafting.web.errors import STATUS, sentence
from drafting.web.i18n import Languages, Words


def speech() -> Words:
    """The language of the terminal, as far as there is a catalogue for it: as gettext does, by ``LANGUAGE`` first,
    unless the terminal speaks none (``C``)."""
    names = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    named = _tag(next((name for name in names if name), ""))
    listed = [_tag(name) for name in os.environ.get("LANGUAGE", "").split(":")]
    wanted = [] if named in ("C", "POSIX") else [tag for tag in (*listed, named) if tag]
    return Languages(LOCALES).negotiate(",".join(wanted))


def _tag(locale: str) -> str:
    """``pt_BR.UTF-8@euro`` is ``pt-BR``."""
    return locale.partition(".")[0].partition("@")[0].replace("_", "-")


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

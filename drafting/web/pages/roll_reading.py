"""The form by which a person says how a list is read: encoding, separators, columns, beside the first rows."""

import re
from dataclasses import replace
from typing import Any, Final

from drafting.actions.editions import find_edition
from drafting.actions.rolls import uploads as acts
from drafting.domain.errors import Code, Refusal
from drafting.domain.roll_columns import Column
from drafting.domain.rolls import Reading, Roll
from drafting.domain.signatures import ON_PAPER, SignatoryKind
from drafting.domain.spreadsheets import DELIMITERS
from drafting.web.errors import sentence
from drafting.web.visits import Form, Visit
from drafting.web.words import rolls as roll_words

_BEFORE_AT: Final = re.compile(r"(?<![^\s,;|<>\"'@])[^\s,;|<>\"'@]++@")
_LOOKED_AT: Final = 300
_SHOWN: Final = 60


async def reading_values(visit: Visit, roll: Roll, typed: Reading | None) -> dict[str, Any]:
    """The form by which a person says how the file is read, with its first rows."""
    w = visit.words
    encoding, delimiter = visit.query("encoding"), _delimiter(visit.query("delimiter"))
    if typed:
        encoding, delimiter = typed.encoding, typed.delimiter
    try:
        look = await acts.look_at_roll(visit.ports, roll, encoding=encoding, delimiter=delimiter)
    except Refusal as refusal:
        if refusal.code is not Code.BAD_INPUT:
            raise
        look = await acts.look_at_roll(visit.ports, roll)
    reading = replace(typed, delimiter=look.reading.delimiter) if typed and look.reading else look.reading
    edition = find_edition(await visit.declaration(), roll.edition)
    if reading and not typed and not roll.reading and visit.lang in edition.releases[-1].locales:
        reading = replace(reading, locale=visit.lang)
    widest = max((len(cells) for _, cells in look.rows), default=0)
    columns = [*reading.columns, *[""] * widest][:widest] if reading else []
    return {
        "look": look,
        "unread": sentence(w, look.fault) if look.fault else "",
        "reading": reading,
        "columns": columns,
        "column_options": [("", w.gettext("leave out")), *((c.value, roll_words.column_name(w, c)) for c in Column)],
        "delimiter_options": [(_spelled(d), _delimiter_name(visit, d)) for d in DELIMITERS],
        "locale_options": [(tag, w.language(tag)) for tag in edition.releases[-1].locales],
        "source_options": [(s.value, roll_words.source(w, s), "") for s in ON_PAPER],
        "kind_options": [(k.value, roll_words.kind(w, k), "") for k in SignatoryKind],
        "spelled": _spelled,
        "veiled": _veiled,
    }


def _veiled(text: str) -> str:
    """The beginning of a cell or line. Of addresses that is shown which is shown of them elsewhere, what stands behind
    the @: it tells what a column holds, and whoever looks after a list need not know more."""
    return _BEFORE_AT.sub("…@", text[:_LOOKED_AT])[:_SHOWN]


def _spelled(delimiter: str) -> str:
    return "tab" if delimiter == "\t" else delimiter


def _delimiter(spelled: str) -> str:
    return "\t" if spelled == "tab" else spelled if spelled in DELIMITERS else ""


def _delimiter_name(visit: Visit, delimiter: str) -> str:
    gettext = visit.words.gettext
    names = {",": gettext("comma"), ";": gettext("semicolon"), "\t": gettext("tab"), "|": gettext("vertical bar")}
    return names[delimiter]


def typed_reading(form: Form) -> Reading:
    """What was sent, unchecked."""
    return Reading(
        encoding=form.text("encoding"),
        delimiter=_delimiter(form.text("delimiter")),
        has_header=form.has("has_header", "yes"),
        columns=tuple(form.text(f"column.{n}") for n in range(_width(form))),
        locale=form.text("locale"),
        source=form.text("source"),
        kind=form.text("kind"),
    )


def _width(form: Form) -> int:
    """Empty choices are sent too, so the greatest number tells."""
    numbers = [int(name) for name in form.starting("column.") if name.isascii() and name.isdigit() and len(name) < 3]
    return max(numbers, default=-1) + 1

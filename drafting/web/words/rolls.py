"""Names on paper and lists in words: their letters, the wording of the sheets' boxes, what is wrong with a line.

No letter says a name that was typed in, as with all letters of signing.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from drafting.domain.roll_columns import Column
from drafting.domain.rolls import Doubt, Outcome, RollState
from drafting.domain.signatures import SignatoryKind, Source
from drafting.domain.spreadsheets import ROLL
from drafting.web.i18n import Words

Written = tuple[str, Sequence[str]]
Values = Mapping[str, Any]


def _signature_on_paper(w: Words, v: Values) -> Written:
    said = {"declaration": v["declaration"], "n": v["n"], "networks": w.plain_list(list(v.get("networks", ())))}
    if v.get("source") == Source.LIST:
        first = w.gettext(
            "you stand on a list of those who sign “%(declaration)s”, edition %(n)s. These networks vouch for it: "
            "%(networks)s. The signature counts now.",
            **said,
        )
    else:
        first = w.gettext(
            "a signature under “%(declaration)s”, edition %(n)s, was given on paper with this address, and typed in. "
            "These networks vouch for it: %(networks)s. The signature counts now.",
            **said,
        )
    return w.gettext("Your signature under “%(declaration)s” counts", declaration=v["declaration"]), [
        first,
        w.gettext("If that is right, there is nothing to do."),
        w.gettext(
            "If you did not sign, or want to see what is kept, take it back or have it erased, now or later, open this "
            "link:"
        ),
        v["own"],
    ]


def _approval_of_list(w: Words, v: Values) -> Written:
    first = w.ngettext(
        "one name under edition %(n)s of “%(declaration)s” was given on paper or in a list. It counts when your "
        "network vouches for it, too.",
        "%(num)s names under edition %(n)s of “%(declaration)s” were given on paper or in a list. They count when "
        "your network vouches for them, too.",
        v.get("rows", 1),
        n=v["n"],
        declaration=v["declaration"],
    )
    subject = w.gettext("“%(declaration)s”: a list of names waits for you", declaration=v["declaration"])
    return subject, [first, w.gettext("Look at it, and approve or decline it here:"), v["link"]]


def _list_asked_back(w: Words, v: Values) -> Written:
    first = w.ngettext(
        "somebody wants a list under edition %(n)s of “%(declaration)s” taken back. %(num)s name of it would not count "
        "any more. It goes on counting until your network agrees.",
        "somebody wants a list under edition %(n)s of “%(declaration)s” taken back. %(num)s names of it would not "
        "count any more. They go on counting until your network agrees.",
        v.get("rows", 1),
        n=v["n"],
        declaration=v["declaration"],
    )
    subject = w.gettext("“%(declaration)s”: should a list of names be taken back?", declaration=v["declaration"])
    return subject, [first, w.gettext("Look at it, and agree or let it count here:"), v["link"]]


ROLL_LETTERS: Final[Mapping[str, Callable[[Words, Values], Written]]] = {
    "signature_on_paper": _signature_on_paper,
    "approval_of_list": _approval_of_list,
    "list_asked_back": _list_asked_back,
}


def _publish_on_paper(w: Words) -> str:
    return w.gettext(
        "My name and what else I write on this line, but not my e-mail address, may be published under this edition, "
        "on its website and on copies of it."
    )


def _updates_on_paper(w: Words) -> str:
    return w.gettext("I want to hear by e-mail what becomes of this declaration. Each letter holds a link to leave.")


CONSENTS_ON_PAPER: Final[Mapping[str, Callable[[Words], str]]] = {
    "publish_on_paper": _publish_on_paper,
    "updates_on_paper": _updates_on_paper,
}


# ---- what is wrong


def roll_misfit(w: Words, data: Mapping[str, Any]) -> str | None:
    """The sentence for a ``bad_input`` of a roll; None for any other."""
    if data.get("of") != ROLL:
        return None
    table: dict[str, Callable[[], str]] = {
        "nothing": lambda: w.gettext("There is no row in this file. Nothing was kept; choose another file."),
        "workbook": lambda: w.gettext(
            "This is a workbook of a spreadsheet program. Save it there as CSV, then bring that file in. Nothing was "
            "kept."
        ),
        "binary": lambda: w.gettext(
            "This is no table in plain text. Save the list as CSV, then bring that file in. Nothing was kept."
        ),
        "encoding": lambda: w.gettext(
            "The file cannot be read in this encoding. Choose another one, until the names below look right."
        ),
        "columns": lambda: w.gettext(
            "Line %(line)s has more than %(most)s columns. Perhaps another sign stands between the cells; choose it.",
            line=data.get("line", 0),
            most=data.get("most", 0),
        ),
        "quotes": lambda: w.gettext(
            "A quotation mark in line %(line)s is opened and never closed, so the rest cannot be told apart. Mend the "
            "line in the file and bring it in again.",
            line=data.get("line", 0),
        ),
        "too_many": lambda: w.ngettext(
            "A list may have %(num)s row at most. Nothing was lost: bring this one in as several files.",
            "A list may have %(num)s rows at most. Nothing was lost: bring this one in as several files.",
            int(data.get("most", 0)),
        ),
        "no_name": lambda: w.gettext("Say which column holds the names. Without one nobody can be counted."),
        "same_column": lambda: w.gettext(
            "Two columns are said to hold the same thing: %(column)s. Leave one of them out.",
            column=column_name(w, str(data.get("column", ""))),
        ),
        "none_fits": lambda: w.gettext("No row of this list can be counted, so there is nothing to hand in."),
        "moved": lambda: w.gettext(
            "Somebody did something with this list meanwhile. Nothing was changed; look at it again."
        ),
    }
    reason = str(data.get("reason", ""))
    if reason in table:
        return table[reason]()
    return w.gettext("Choose one of the answers for “%(field)s”.", field=data.get("field", ""))


def column_name(w: Words, column: str) -> str:
    """What a column holds, in words; empty columns are left out."""
    names = {
        Column.NAME: w.gettext("Name"),
        Column.GIVEN: w.gettext("Given name"),
        Column.FAMILY: w.gettext("Family name"),
        Column.PLACE: w.gettext("Place"),
        Column.ADDRESS: w.gettext("E-mail address"),
        Column.AFFILIATION: w.gettext("Organisation or trade"),
        Column.ROLE: w.gettext("Role there"),
        Column.PUBLISH: w.gettext("May be published (a tick)"),
        Column.UPDATES: w.gettext("Wants news (a tick)"),
        Column.SHEET: w.gettext("Number of the sheet"),
    }
    return names[Column(column)] if column else w.gettext("left out")


def fault(w: Words, what: str) -> str:
    """Why a line is left out, in a sentence. ``what``: as :class:`drafting.actions.rolls.rows.Fault` says it."""
    column, _, reason = what.partition(":")
    name = column_name(w, column)
    match reason:
        case "empty":
            return w.gettext("There is no name.")
        case "too_long":
            return w.gettext("%(column)s: this is too long.", column=name)
        case "address":
            return w.gettext("%(column)s: this is no e-mail address.", column=name)
        case "formula":
            return w.gettext(
                "%(column)s: this begins like a formula of a spreadsheet program, with = + - or @.", column=name
            )
    return w.gettext("%(column)s: there is an invisible character.", column=name)


def outcome(w: Words, of: str, what: str = "", other: int = 0) -> str:
    """What became of a line that is told apart."""
    match of:
        case Outcome.FAULT:
            return fault(w, what)
        case Outcome.TWICE:
            if other:
                return w.gettext("The same address stands in line %(line)s.", line=other)
            return w.gettext("The same address stands in an earlier line.")
        case Outcome.SIGNED:
            return w.gettext("This address has signed already.")
        case Outcome.LEFT:
            return w.gettext("Whoever has this address signed and took it back.")
        case Outcome.NAMESAKE if other:
            return w.gettext("Same name and place as line %(line)s, without an address. It counts.", line=other)
        case Outcome.NAMESAKE:
            return w.gettext("Same name and place as a signature that is there, without an address. It counts.")
    return w.gettext("It is unclear whether a box is ticked. It counts as not ticked.")


def state(w: Words, of: RollState) -> str:
    return {
        RollState.NEW: w.gettext("not read yet"),
        RollState.CHECKING: w.gettext("being checked"),
        RollState.CHECKED: w.gettext("checked, not handed in"),
        RollState.WAITING: w.gettext("waits for a second network"),
        RollState.COUNTING: w.gettext("being counted"),
        RollState.COUNTED: w.gettext("counted"),
        RollState.DROPPED: w.gettext("deleted, nothing of it counts"),
        RollState.ASKED_BACK: w.gettext("counted, and a network wants it taken back"),
        RollState.LEAVING: w.gettext("being taken back"),
        RollState.TAKEN_BACK: w.gettext("taken back, nothing of it counts"),
    }[of]


def doubts(w: Words) -> dict[str, str]:
    """Why a list is taken back, each in words."""
    return {
        Doubt.MADE_UP: w.gettext("The names look made up"),
        Doubt.NOT_THEIRS: w.gettext("These people did not sign"),
        Doubt.TWICE: w.gettext("The same list was counted already"),
        Doubt.MISREAD: w.gettext("The file was read wrongly"),
        Doubt.OTHER: w.gettext("Another reason"),
    }


def source(w: Words, of: str) -> str:
    return w.gettext("on paper") if of == Source.PAPER else w.gettext("a list")


def kind(w: Words, of: str) -> str:
    return w.gettext("people") if of == SignatoryKind.PERSON else w.gettext("organisations")

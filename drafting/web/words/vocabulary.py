"""The words for what the domain computes: statuses, kinds, scopes; and the mark that goes with a word."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from drafting.domain.positions import Cell
from drafting.web.i18n import Words

MARKS: Final[Mapping[str, str]] = {
    "consents": "y",
    "reserves": "r",
    "ad_referendum": "f",
    "stands_aside": "a",
    "consulting": "c",
    "objects": "o",
    "stale": "s",
    "withdrawn": "w",
    "none": "n",
    "disputed": "w",
    # the same shapes serve elsewhere with the same sense
    "consent": "y",
    "reservation": "r",
    "stand_aside": "a",
    "objection": "o",
    "withdrawal": "w",
    "agreed": "y",
    "frozen": "y",
    "published": "y",
    "contested": "o",
    "tabled": "c",
    "drafting": "n",
    "bracketed": "f",
    "retired": "w",
    "approved": "y",
    "in_review": "c",
    "draft": "f",
    "untranslated": "n",
    "outdated": "s",
    "done": "y",
    "running": "f",
    "queued": "n",
    "failed": "o",
}


class Vocabulary:
    """``say`` in templates. Every method takes a value of the domain's and gives a word of the reader's language."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def mark(self, status: str) -> str:
        """The mark's letter, which is its symbol's id and its class."""
        return MARKS.get(str(status), "n")

    def cell(self, cell: Cell) -> str:
        """A crossing of the matrix: “consents”, “consulting until 27 Nov.”."""
        w = self._words
        if cell.status == "consulting" and cell.due:
            return w.pgettext("standing", "consulting until %(day)s", day=w.short_day(cell.due))
        if cell.status == "ad_referendum" and cell.due:
            return w.pgettext("standing", "ad referendum until %(day)s", day=w.short_day(cell.due))
        if cell.status == "stands_aside" and cell.older_words:
            return w.pgettext("standing", "stands aside, on older words")
        return self.standing(cell.status)

    def standing(self, status: str) -> str:
        """Where a network stands on a section."""
        pgettext = self._words.pgettext
        table: dict[str, Callable[[], str]] = {
            "none": lambda: pgettext("standing", "no position yet"),
            "consulting": lambda: pgettext("standing", "consulting"),
            "ad_referendum": lambda: pgettext("standing", "ad referendum"),
            "consents": lambda: pgettext("standing", "consents"),
            "reserves": lambda: pgettext("standing", "consents with reservation"),
            "stands_aside": lambda: pgettext("standing", "stands aside"),
            "objects": lambda: pgettext("standing", "objects"),
            "stale": lambda: pgettext("standing", "stale"),
            "withdrawn": lambda: pgettext("standing", "withdrawn"),
            "disputed": lambda: pgettext("standing", "mandate disputed"),
        }
        return table[str(status)]()

    def letter(self, status: str) -> str:
        """One letter for a cell of a large matrix; a language's nine letters differ."""
        pgettext = self._words.pgettext
        table: dict[str, Callable[[], str]] = {
            # Translators: one letter for each standing in large tables; all nine must differ.
            "consents": lambda: pgettext("one letter for consents", "C"),
            "reserves": lambda: pgettext("one letter for consents with reservation", "R"),
            "ad_referendum": lambda: pgettext("one letter for ad referendum", "F"),
            "stands_aside": lambda: pgettext("one letter for stands aside", "A"),
            "consulting": lambda: pgettext("one letter for consulting", "D"),
            "objects": lambda: pgettext("one letter for objects", "O"),
            "stale": lambda: pgettext("one letter for stale", "S"),
            "withdrawn": lambda: pgettext("one letter for withdrawn", "W"),
            "disputed": lambda: pgettext("one letter for mandate disputed", "M"),
        }
        return table[str(status)]() if str(status) in table else "–"

    def position(self, kind: str) -> str:
        """The name of a position: “consent with reservation”."""
        pgettext = self._words.pgettext
        table: dict[str, Callable[[], str]] = {
            "consent": lambda: pgettext("position", "consent"),
            "reservation": lambda: pgettext("position", "consent with reservation"),
            "stand_aside": lambda: pgettext("position", "stand aside"),
            "objection": lambda: pgettext("position", "objection"),
            "consulting": lambda: pgettext("position", "consulting"),
            "withdrawal": lambda: pgettext("position", "withdrawal"),
        }
        return table[str(kind)]()

    def position_hint(self, kind: str) -> str:
        """What a position does, in a sentence or two."""
        gettext = self._words.gettext
        table: dict[str, Callable[[], str]] = {
            "consent": lambda: gettext("Counts. Your network stands behind these exact words."),
            "reservation": lambda: gettext("Counts. Your statement is published beside the text."),
            "stand_aside": lambda: gettext(
                "Does not block. Your network is named as not associated with this section."
            ),
            "objection": lambda: gettext("Blocks. Say which shared aim it harms, and what would remove it."),
            "consulting": lambda: gettext("Your base decides first. Say until when; no reason is asked."),
            "withdrawal": lambda: gettext("Takes your network's position back. It stays in the record, with its date."),
        }
        return table[str(kind)]()

    def section(self, status: str) -> str:
        """Where a section stands."""
        pgettext = self._words.pgettext
        table: dict[str, Callable[[], str]] = {
            "drafting": lambda: pgettext("section", "in writing"),
            "tabled": lambda: pgettext("section", "tabled"),
            "agreed": lambda: pgettext("section", "agreed"),
            "frozen": lambda: pgettext("section", "frozen"),
            "published": lambda: pgettext("section", "published"),
            "contested": lambda: pgettext("section", "contested"),
            "bracketed": lambda: pgettext("section", "in brackets"),
            "retired": lambda: pgettext("section", "no longer part of it"),
        }
        return table[str(status)]()

    def declaration(self, status: str) -> str:
        """Where a declaration stands."""
        pgettext = self._words.pgettext
        table: dict[str, Callable[[], str]] = {
            "drafting": lambda: pgettext("declaration", "in writing"),
            "asking": lambda: pgettext("declaration", "before the networks"),
            "frozen": lambda: pgettext("declaration", "frozen"),
            "released": lambda: pgettext("declaration", "released"),
        }
        return table[str(status)]()

    def translation(self, state: str) -> str:
        """The state of a translated block or text."""
        pgettext = self._words.pgettext
        table: dict[str, Callable[[], str]] = {
            "untranslated": lambda: pgettext("translation", "untranslated"),
            "draft": lambda: pgettext("translation", "draft"),
            "in_review": lambda: pgettext("translation", "in review"),
            "approved": lambda: pgettext("translation", "approved"),
            "outdated": lambda: pgettext("translation", "outdated"),
        }
        return table[str(state)]()

    def scope(self, scope: str) -> str:
        """What a mandate allows, as a verb."""
        pgettext = self._words.pgettext
        table: dict[str, Callable[[], str]] = {
            "edit": lambda: pgettext("mandate to", "edit"),
            "consent": lambda: pgettext("mandate to", "take positions"),
            "translate": lambda: pgettext("mandate to", "translate"),
            "sign": lambda: pgettext("mandate to", "release"),
            "speak": lambda: pgettext("mandate to", "speak in its name"),
        }
        return table[str(scope)]()

    def scopes(self, scopes: frozenset[str]) -> str:
        """“edit, take positions and sign and release”, in the usual order."""
        order = ("edit", "consent", "translate", "sign", "speak")
        return self._words.plain_list([self.scope(s) for s in order if s in scopes])

    def role(self, role: str) -> str:
        pgettext = self._words.pgettext
        table: dict[str, Callable[[], str]] = {
            "founding": lambda: pgettext("network", "founding member"),
            "joined": lambda: pgettext("network", "member"),
            "observer": lambda: pgettext("network", "observer"),
        }
        return table[str(role)]()

    def blocked(self, code: str) -> str:
        """Why a section keeps the whole from being frozen."""
        gettext = self._words.gettext
        table: dict[str, Callable[[], str]] = {
            "not_tabled": lambda: gettext("No words have been tabled yet."),
            "objection": lambda: gettext("An objection stands."),
            "too_few_consents": lambda: gettext("Too few networks consent so far."),
            "still_answering": lambda: gettext("Not every network has answered, and there is still time to."),
            "no_sections": lambda: gettext("There is no section yet."),
        }
        return table[str(code)]()

    def preset(self, preset: str) -> str:
        pgettext = self._words.pgettext
        table: dict[str, Callable[[], str]] = {
            "plain": lambda: pgettext("charter", "Plain"),
            "urgent": lambda: pgettext("charter", "Urgent"),
            "full": lambda: pgettext("charter", "Full"),
        }
        return table[str(preset)]()

    def preset_hint(self, preset: str) -> str:
        """What a ready charter means, in a sentence or two."""
        gettext = self._words.gettext
        table: dict[str, Callable[[], str]] = {
            "plain": lambda: gettext(
                "7 days to answer, then 24 hours for objections after the freeze. Fits most texts."
            ),
            "urgent": lambda: gettext("6 hours to answer, no further wait. Translations follow as they are ready."),
            "full": lambda: gettext(
                "14 days to answer, then 72 hours for objections. For texts that many stand behind."
            ),
        }
        return table[str(preset)]()

    def step(self, status: str) -> str:
        """The state of a piece of long work."""
        pgettext = self._words.pgettext
        table: dict[str, Callable[[], str]] = {
            "queued": lambda: pgettext("work", "waiting"),
            "running": lambda: pgettext("work", "under way"),
            "done": lambda: pgettext("work", "done"),
            "failed": lambda: pgettext("work", "stopped"),
        }
        return table[str(status)]()

    def press_fault(self, reason: str) -> str:
        """Why a page or a PDF was not made; the reason itself where no sentence is known."""
        gettext = self._words.gettext
        table: dict[str, Callable[[], str]] = {
            "no_pango": lambda: gettext("The server lacks Pango, which sets the pages. The operator can install it."),
            "no_font": lambda: gettext("The server lacks a font for some letters. The operator can install it."),
            "too_long": lambda: gettext("Making it took too long and was stopped. The operator can allow more."),
            "too_large": lambda: gettext(
                "Making it took too much memory and was stopped. The operator can allow more."
            ),
            "crashed": lambda: gettext("Making it broke off. The text is safe; try again."),
            "disk_full": lambda: gettext("The server's disk is full. Nothing is lost; the operator can make room."),
            "cannot_write": lambda: gettext("The server cannot write to its disk. The operator can mend it."),
        }
        return table[reason]() if reason in table else reason

    def hours(self, count: int) -> str:
        """A span of the charter's: whole days where it is, else hours."""
        ngettext = self._words.ngettext
        if count and count % 24 == 0:
            return ngettext("%(num)s day", "%(num)s days", count // 24)
        return ngettext("%(num)s hour", "%(num)s hours", count)

    def until(self, value: datetime | None) -> str:
        """How long a mandate runs."""
        if value is None:
            return self._words.gettext("without an end date")
        return self._words.gettext("until %(day)s", day=self._words.day(value))

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
        p = self._words.pgettext
        table: dict[str, Callable[[], str]] = {
            "none": lambda: p("standing", "no position yet"),
            "consulting": lambda: p("standing", "consulting"),
            "ad_referendum": lambda: p("standing", "ad referendum"),
            "consents": lambda: p("standing", "consents"),
            "reserves": lambda: p("standing", "consents with reservation"),
            "stands_aside": lambda: p("standing", "stands aside"),
            "objects": lambda: p("standing", "objects"),
            "stale": lambda: p("standing", "stale"),
            "withdrawn": lambda: p("standing", "withdrawn"),
            "disputed": lambda: p("standing", "mandate disputed"),
        }
        return table[str(status)]()

    def letter(self, status: str) -> str:
        """One letter for a cell of a large matrix; a language's nine letters differ."""
        p = self._words.pgettext
        table: dict[str, Callable[[], str]] = {
            # Translators: one letter for each standing in large tables; all nine must differ.
            "consents": lambda: p("one letter for consents", "C"),
            "reserves": lambda: p("one letter for consents with reservation", "R"),
            "ad_referendum": lambda: p("one letter for ad referendum", "F"),
            "stands_aside": lambda: p("one letter for stands aside", "A"),
            "consulting": lambda: p("one letter for consulting", "D"),
            "objects": lambda: p("one letter for objects", "O"),
            "stale": lambda: p("one letter for stale", "S"),
            "withdrawn": lambda: p("one letter for withdrawn", "W"),
            "disputed": lambda: p("one letter for mandate disputed", "M"),
        }
        return table[str(status)]() if str(status) in table else "–"

    def position(self, kind: str) -> str:
        """The name of a position: “consent with reservation”."""
        p = self._words.pgettext
        table: dict[str, Callable[[], str]] = {
            "consent": lambda: p("position", "consent"),
            "reservation": lambda: p("position", "consent with reservation"),
            "stand_aside": lambda: p("position", "stand aside"),
            "objection": lambda: p("position", "objection"),
            "consulting": lambda: p("position", "consulting"),
            "withdrawal": lambda: p("position", "withdrawal"),
        }
        return table[str(kind)]()

    def position_hint(self, kind: str) -> str:
        """What a position does, in a sentence or two."""
        g = self._words.gettext
        table: dict[str, Callable[[], str]] = {
            "consent": lambda: g("Counts. Your network stands behind these exact words."),
            "reservation": lambda: g("Counts. Your statement is published beside the text."),
            "stand_aside": lambda: g("Does not block. Your network is named as not associated with this section."),
            "objection": lambda: g("Blocks. Say which shared aim it harms, and what would remove it."),
            "consulting": lambda: g("Your base decides first. Say until when; no reason is asked."),
            "withdrawal": lambda: g("Takes your network's position back. It stays in the record, with its date."),
        }
        return table[str(kind)]()

    def section(self, status: str) -> str:
        """Where a section stands."""
        p = self._words.pgettext
        table: dict[str, Callable[[], str]] = {
            "drafting": lambda: p("section", "in writing"),
            "tabled": lambda: p("section", "tabled"),
            "agreed": lambda: p("section", "agreed"),
            "frozen": lambda: p("section", "frozen"),
            "published": lambda: p("section", "published"),
            "contested": lambda: p("section", "contested"),
            "bracketed": lambda: p("section", "in brackets"),
            "retired": lambda: p("section", "no longer part of it"),
        }
        return table[str(status)]()

    def declaration(self, status: str) -> str:
        """Where a declaration stands."""
        p = self._words.pgettext
        table: dict[str, Callable[[], str]] = {
            "drafting": lambda: p("declaration", "in writing"),
            "asking": lambda: p("declaration", "before the networks"),
            "frozen": lambda: p("declaration", "frozen"),
            "released": lambda: p("declaration", "released"),
        }
        return table[str(status)]()

    def translation(self, state: str) -> str:
        """The state of a translated block or text."""
        p = self._words.pgettext
        table: dict[str, Callable[[], str]] = {
            "untranslated": lambda: p("translation", "untranslated"),
            "draft": lambda: p("translation", "draft"),
            "in_review": lambda: p("translation", "in review"),
            "approved": lambda: p("translation", "approved"),
            "outdated": lambda: p("translation", "outdated"),
        }
        return table[str(state)]()

    def scope(self, scope: str) -> str:
        """What a mandate allows, as a verb."""
        p = self._words.pgettext
        table: dict[str, Callable[[], str]] = {
            "edit": lambda: p("mandate to", "edit"),
            "consent": lambda: p("mandate to", "take positions"),
            "translate": lambda: p("mandate to", "translate"),
            "sign": lambda: p("mandate to", "release"),
            "speak": lambda: p("mandate to", "speak in its name"),
        }
        return table[str(scope)]()

    def scopes(self, scopes: frozenset[str]) -> str:
        """“edit, take positions and sign and release”, in the usual order."""
        order = ("edit", "consent", "translate", "sign", "speak")
        return self._words.plain_list([self.scope(s) for s in order if s in scopes])

    def role(self, role: str) -> str:
        p = self._words.pgettext
        table: dict[str, Callable[[], str]] = {
            "founding": lambda: p("network", "founding member"),
            "joined": lambda: p("network", "member"),
            "observer": lambda: p("network", "observer"),
        }
        return table[str(role)]()

    def blocked(self, code: str) -> str:
        """Why a section keeps the whole from being frozen."""
        g = self._words.gettext
        table: dict[str, Callable[[], str]] = {
            "not_tabled": lambda: g("No words have been tabled yet."),
            "objection": lambda: g("An objection stands."),
            "too_few_consents": lambda: g("Too few networks consent so far."),
            "still_answering": lambda: g("Not every network has answered, and there is still time to."),
            "no_sections": lambda: g("There is no section yet."),
        }
        return table[str(code)]()

    def preset(self, preset: str) -> str:
        p = self._words.pgettext
        table: dict[str, Callable[[], str]] = {
            "plain": lambda: p("charter", "Plain"),
            "urgent": lambda: p("charter", "Urgent"),
            "full": lambda: p("charter", "Full"),
        }
        return table[str(preset)]()

    def preset_hint(self, preset: str) -> str:
        """What a ready charter means, in a sentence or two."""
        g = self._words.gettext
        table: dict[str, Callable[[], str]] = {
            "plain": lambda: g("7 days to answer, then 24 hours for objections after the freeze. Fits most texts."),
            "urgent": lambda: g("6 hours to answer, no further wait. Translations follow as they are ready."),
            "full": lambda: g("14 days to answer, then 72 hours for objections. For texts that many stand behind."),
        }
        return table[str(preset)]()

    def step(self, status: str) -> str:
        """The state of a piece of long work."""
        p = self._words.pgettext
        table: dict[str, Callable[[], str]] = {
            "queued": lambda: p("work", "waiting"),
            "running": lambda: p("work", "under way"),
            "done": lambda: p("work", "done"),
            "failed": lambda: p("work", "stopped"),
        }
        return table[str(status)]()

    def hours(self, count: int) -> str:
        """A span of the charter's: whole days where it is, else hours."""
        n = self._words.ngettext
        if count and count % 24 == 0:
            return n("%(num)s day", "%(num)s days", count // 24)
        return n("%(num)s hour", "%(num)s hours", count)

    def until(self, value: datetime | None) -> str:
        """How long a mandate runs."""
        if value is None:
            return self._words.gettext("without an end date")
        return self._words.gettext("until %(day)s", day=self._words.day(value))

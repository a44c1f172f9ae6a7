"""What the networks' positions on a section come to, in sentences and in marks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from drafting.domain.positions import COUNTS, CellStatus
from drafting.publishing.content import Standing
from drafting.publishing.words import Words

# The letter of each mark's symbol in the sprite, as in the matrix.
MARKS: Final = {
    CellStatus.CONSENTS: "y",
    CellStatus.RESERVES: "r",
    CellStatus.AD_REFERENDUM: "f",
    CellStatus.STANDS_ASIDE: "a",
    CellStatus.CONSULTING: "d",
    CellStatus.OBJECTS: "o",
    CellStatus.STALE: "s",
    CellStatus.WITHDRAWN: "w",
    CellStatus.NONE: "n",
    CellStatus.DISPUTED: "n",
}
_ORDER: Final = {status: place for place, status in enumerate(MARKS)}
UNANSWERED: Final = frozenset({CellStatus.NONE, CellStatus.CONSULTING, CellStatus.STALE, CellStatus.DISPUTED})


@dataclass(frozen=True, slots=True)
class Tally:
    """Standings on one section; ``name`` turns a network's slug into its name as markup.

    ``of`` counts the networks of the declaration. One that did not answer may not be listed at all.
    """

    standings: Sequence[Standing]
    name: Callable[[str], Markup]
    of: int

    def names(self, words: Words, *statuses: CellStatus) -> tuple[int, Markup]:
        found = [self.name(each.network) for each in self.standings if each.status in statuses]
        return len(found), words.join(found)

    @property
    def marks(self) -> list[str]:
        """The letters of the marks, those that agree first."""
        return [MARKS[each.status] for each in sorted(self.standings, key=lambda each: _ORDER[each.status])]


def label(words: Words, status: CellStatus) -> str:
    """A position in two or three words, as it stands beside a network's name."""
    _ = words.gettext
    return {
        CellStatus.CONSENTS: _("consents"),
        CellStatus.RESERVES: _("consents with reservation"),
        CellStatus.AD_REFERENDUM: _("consents, subject to ratification"),
        CellStatus.STANDS_ASIDE: _("stands aside"),
        CellStatus.CONSULTING: _("is consulting"),
        CellStatus.OBJECTS: _("objects"),
        CellStatus.STALE: _("consented to earlier words"),
        CellStatus.WITHDRAWN: _("withdrew"),
        CellStatus.NONE: _("has not answered"),
        CellStatus.DISPUTED: _("disputed"),
    }[status]


def sentences(words: Words, tally: Tally) -> list[Markup]:
    """Whole sentences: how many consent, then the others by name. A network that has not answered has not consented."""
    if not tally.standings:
        return []
    return [_consents(words, tally), *_exceptions(words, tally)]


def _consents(words: Words, tally: Tally) -> Markup:
    yes = sum(each.status in COUNTS for each in tally.standings)
    reserved = sum(each.status is CellStatus.RESERVES for each in tally.standings)
    values = {"count": words.number(yes), "reserved": words.number(reserved)}
    if yes == 0:
        return Markup.escape(words.gettext("No network consents."))
    if yes == tally.of > 1:
        return _fill(_all(words, yes, reserved), values)
    return _fill(_some(words, yes, reserved), values)


def _some(words: Words, yes: int, reserved: int) -> str:
    if reserved == 0:
        return words.ngettext("One network consents.", "%(count)s networks consent.", yes)
    if yes == 1:
        return words.gettext("One network consents, with a reservation.")
    return words.ngettext(
        "%(count)s networks consent, one of them with a reservation.",
        "%(count)s networks consent, %(reserved)s of them with a reservation.",
        reserved,
    )


def _all(words: Words, yes: int, reserved: int) -> str:
    if reserved == 0:
        return words.ngettext("The network consents.", "All %(count)s networks consent.", yes)
    return words.ngettext(
        "All %(count)s networks consent, one of them with a reservation.",
        "All %(count)s networks consent, %(reserved)s of them with a reservation.",
        reserved,
    )


def _exceptions(words: Words, tally: Tally) -> list[Markup]:
    groups = {
        (CellStatus.AD_REFERENDUM,): _ratifying,
        (CellStatus.STANDS_ASIDE,): _standing_aside,
        (CellStatus.OBJECTS,): _objecting,
        (CellStatus.WITHDRAWN,): _withdrawn,
        tuple(sorted(UNANSWERED)): _unanswered,
    }
    found = ((sentence, tally.names(words, *statuses)) for statuses, sentence in groups.items())
    return [_fill(sentence(words, count), {"names": names}) for sentence, (count, names) in found if count]


def _ratifying(words: Words, count: int) -> str:
    return words.ngettext(
        "%(names)s consents subject to ratification by its members.",
        "%(names)s consent subject to ratification by their members.",
        count,
    )


def _standing_aside(words: Words, count: int) -> str:
    return words.ngettext(
        "%(names)s stands aside: it is not associated with this section.",
        "%(names)s stand aside: they are not associated with this section.",
        count,
    )


def _objecting(words: Words, count: int) -> str:
    return words.ngettext("%(names)s objects.", "%(names)s object.", count)


def _withdrawn(words: Words, count: int) -> str:
    return words.ngettext("%(names)s withdrew its position.", "%(names)s withdrew their positions.", count)


def _unanswered(words: Words, count: int) -> str:
    return words.ngettext(
        "%(names)s has not answered, and has not consented.",
        "%(names)s have not answered, and have not consented.",
        count,
    )


def _fill(sentence: str, values: dict[str, str]) -> Markup:
    return Markup.escape(sentence) % values

"""What one keystroke costs before it is stored: the check of its bytes, beside what applying it takes anyway."""

from typing import Any

from pycrdt import Doc, Text, TransactionEvent

from benchmarks.measuring import Row, by_turns
from drafting.sync.check import Known, check
from drafting.sync.keystroke import check_keystroke

WORDS = "We, who drink from one river, have met to say what we want, and by when. "
KEYS = 5_000


def typed(words: str) -> list[bytes]:
    """The updates of somebody who types `words` into an empty text, one a character."""
    doc: Doc[Any] = Doc(client_id=7)
    body = doc.get("body", type=Text)
    updates: list[bytes] = []

    def keep(event: TransactionEvent) -> None:
        updates.append(event.update)

    watching = doc.observe(keep)
    for place, letter in enumerate(words):
        body.insert(place, letter, {})
    doc.unobserve(watching)
    return updates


def measure() -> list[Row]:
    updates = typed((WORDS * (KEYS // len(WORDS) + 1))[:KEYS])

    def closely() -> None:
        known = Known()
        for update in updates:
            known.take(check(update, known))

    def quickly() -> None:
        known = Known()
        for update in updates:
            known.take(check_keystroke(update, known) or check(update, known))

    def apply() -> None:
        doc: Doc[Any] = Doc()
        doc.get("body", type=Text)
        for update in updates:
            doc.apply_update(update)

    works = {
        "a keystroke: checked closely": closely,
        "a keystroke: checked the quick way": quickly,
        "a keystroke: applied by pycrdt": apply,
    }
    return by_turns(works, KEYS, "µs")

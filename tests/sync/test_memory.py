"""Texts leave memory when nobody has them any more: pycrdt's observers would keep them for ever."""

import gc
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from drafting.domain.prose import Block, Run
from drafting.sync.authorship import play
from drafting.sync.markup import Roots
from drafting.sync.replica import Broken, Replica

WELL = (Block("a", "paragraph", (Run("We drink from one well."),)),)


@pytest.fixture
def seed() -> bytes:
    made = Replica().draft_text(7, WELL)
    assert made is not None
    return made


def left_over(make: Callable[[], Any]) -> int:
    """How many docs more there are when what is made has been let go of."""
    make()
    gc.collect()
    before = count_docs()
    for _ in range(5):
        make()
    gc.collect()
    return count_docs() - before


def count_docs() -> int:
    return sum(type(thing).__name__ == "Doc" for thing in gc.get_objects())


def test_a_replica_is_gone_when_nobody_has_it(seed: bytes) -> None:
    replica = Replica([seed])
    doc = weakref.ref(replica.doc)
    del replica
    gc.collect()
    assert doc() is None


def test_proving_and_drafting_leave_nothing_behind(seed: bytes) -> None:
    replica = Replica([seed])
    assert left_over(replica.prove) == 0
    assert left_over(lambda: replica.draft_text(8, ())) == 0


def test_what_is_applied_leaves_nothing_behind(seed: bytes) -> None:
    def apply() -> None:
        replica = Replica()
        replica.known.take(replica.check(seed))
        assert replica.apply([seed], is_doubtful=True)

    assert left_over(apply) == 0


def test_a_draft_that_fails_leaves_nothing_behind(seed: bytes) -> None:
    replica = Replica([seed])

    def stumble(roots: Roots) -> None:
        raise ValueError("stumbled")

    def draft() -> None:
        with pytest.raises(Broken):
            replica.draft(8, stumble)

    assert left_over(draft) == 0


def test_reading_who_wrote_what_leaves_nothing_behind() -> None:
    assert left_over(lambda: play(None, [])) == 0

"""The rules of consent, over any history of acts."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from drafting.domain.positions import (
    COUNTS,
    Cell,
    CellStatus,
    Position,
    PositionKind,
    Statement,
    decide,
    revision_digest,
    standing,
)

START = datetime(2030, 1, 1, tzinfo=UTC)
DIGESTS = ("sha256:a", "sha256:b", "sha256:c")
NETWORKS = ("river", "salt")


def act(index: int, kind: PositionKind, target: str, network: str = "river", **changes: object) -> Position:
    defaults = {
        "statement": Statement("en", "words") if kind is PositionKind.RESERVATION else None,
        "until": START + timedelta(days=1000) if kind is PositionKind.CONSULTING else None,
    }
    return Position(
        f"p{index}",
        index,
        START + timedelta(hours=index),
        network,
        "m",
        "a",
        kind,
        "water",
        target,
        "en",
        target,
        **{**defaults, **changes},  # type: ignore[arg-type]
    )


ACTS = st.lists(
    st.tuples(st.sampled_from(list(PositionKind)), st.sampled_from(DIGESTS), st.sampled_from(NETWORKS)), max_size=12
).map(lambda rows: [act(n, kind, target, network) for n, (kind, target, network) in enumerate(rows, start=1)])
LATER = START + timedelta(days=100)


@given(ACTS, st.sampled_from(DIGESTS))
def test_nobody_counts_as_consenting_without_a_yes_of_their_own_to_these_words(acts: list[Position], now: str) -> None:
    cell = standing("river", "water", acts, now, LATER)
    if cell.status in COUNTS:
        mine = [a for a in acts if a.network == "river"]
        assert mine[-1].kind in (PositionKind.CONSENT, PositionKind.RESERVATION)
        assert mine[-1].target_digest == now


@given(ACTS, st.sampled_from(DIGESTS), st.sampled_from(DIGESTS))
def test_an_objection_stands_whatever_becomes_of_the_words(acts: list[Position], now: str, later: str) -> None:
    if standing("river", "water", acts, now, LATER).status is CellStatus.OBJECTS:
        assert standing("river", "water", acts, later, LATER).status is CellStatus.OBJECTS


@given(ACTS, st.sampled_from(DIGESTS))
def test_what_others_do_changes_nothing_for_a_network(acts: list[Position], now: str) -> None:
    alone = [a for a in acts if a.network == "river"]
    assert standing("river", "water", acts, now, LATER) == standing("river", "water", alone, now, LATER)


@given(ACTS, st.sampled_from(DIGESTS), st.integers(0, 12))
def test_the_past_can_be_read_as_it_was(acts: list[Position], now: str, hours: int) -> None:
    at = START + timedelta(hours=hours)
    known_then = [a for a in acts if a.at <= at]
    assert standing("river", "water", acts, now, at) == standing("river", "water", known_then, now, at)


def test_a_yes_ad_referendum_counts_until_its_day_and_then_is_no_position() -> None:
    acts = [act(1, PositionKind.CONSENT, "sha256:a", authority="ad_referendum", until=START + timedelta(days=2))]
    day = START + timedelta(days=1)
    assert standing("river", "water", acts, "sha256:a", day).status is CellStatus.AD_REFERENDUM
    assert standing("river", "water", acts, "sha256:a", day + timedelta(days=1)).status is CellStatus.NONE


def test_standing_aside_stays_and_says_that_it_was_on_older_words() -> None:
    cell = standing("river", "water", [act(1, PositionKind.STAND_ASIDE, "sha256:a")], "sha256:b", LATER)
    assert (cell.status, cell.older_words) == (CellStatus.STANDS_ASIDE, True)


def cells(*statuses: CellStatus) -> list[Cell]:
    return [Cell(f"n{n}", "water", status) for n, status in enumerate(statuses)]


STATUSES = st.lists(st.sampled_from(list(CellStatus)), min_size=1, max_size=8)


@given(STATUSES, st.integers(1, 4), st.booleans())
def test_a_section_is_agreed_only_with_enough_explicit_consents_and_no_objection(
    statuses: list[CellStatus], needed: int, is_over: bool
) -> None:
    deadline = LATER - timedelta(days=1) if is_over else LATER + timedelta(days=1)
    verdict = decide(cells(*statuses), needed, deadline, LATER)
    if verdict.is_agreed:
        assert sum(status in COUNTS for status in statuses) >= needed
        assert CellStatus.OBJECTS not in statuses


def test_a_section_from_which_everybody_stood_aside_is_not_agreed() -> None:
    verdict = decide(cells(*[CellStatus.STANDS_ASIDE] * 3), 1, START, LATER)
    assert verdict.code == "too_few_consents"


def test_what_is_not_tabled_is_not_agreed() -> None:
    assert decide(cells(CellStatus.CONSENTS, CellStatus.CONSENTS), 2, None, LATER).code == "not_tabled"


def test_while_somebody_may_still_answer_nothing_is_decided_over_their_head() -> None:
    open_cells = cells(CellStatus.CONSENTS, CellStatus.CONSENTS, CellStatus.STALE)
    before = decide(open_cells, 2, LATER + timedelta(hours=1), LATER)
    assert (before.code, before.networks) == ("still_answering", ("n2",))
    assert decide(open_cells, 2, LATER, LATER).is_agreed


def test_the_digest_of_a_revision_binds_the_section_and_every_authentic_text() -> None:
    base = revision_digest("water", {"en": "sha256:a", "ar": "sha256:b"})
    assert base == revision_digest("water", {"ar": "sha256:b", "en": "sha256:a"})
    assert base != revision_digest("land", {"en": "sha256:a", "ar": "sha256:b"})
    assert base != revision_digest("water", {"en": "sha256:a"})

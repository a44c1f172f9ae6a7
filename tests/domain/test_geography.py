"""Nobody is found by where they signed: not in a table, and not in the difference of two."""

from collections import Counter
from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from drafting.domain.geography import LEAST, Cell, Geography, Place, retold, together, told

COUNTS = st.dictionaries(st.sampled_from(["Dakar", "Quito", "Iten", "Lima"]), st.integers(0, 60))


def first(counts: Mapping[str, int]) -> list[Place]:
    return told(retold({}, counts))


def test_few_are_not_told_apart() -> None:
    assert first({"Dakar": 25, "Quito": 10, "Iten": 9}) == [Place("Dakar", 20), Place("Quito", 10)]


def test_a_place_that_was_never_told_leaves_no_trace() -> None:
    assert retold({}, {"Iten": 9, "Dakar": 10}) == {"Dakar": Cell(10, 10)}


def test_spellings_are_taken_together_under_the_usual_one() -> None:
    assert together({"Dakar": 7, " dakar ": 4, "DAKAR": 2, "": 100}) == {"Dakar": 13}


def test_a_place_keeps_the_spelling_that_was_told() -> None:
    assert together({"Dakar": 7, "DAKAR": 20}, known=["Dakar"]) == {"Dakar": 27}


@given(COUNTS, st.integers(0, 40))
def test_the_whole_less_what_is_told_never_gives_a_small_cell_away(counts: dict[str, int], unsaid: int) -> None:
    """Whatever small number is left could also be the rounding of those that are told, or of who said no place."""
    table = first(counts)
    assert all(place.count >= LEAST and place.count % LEAST == 0 for place in table)
    assert all(place.count <= counts[place.name] < place.count + LEAST for place in table)
    # Had nobody signed in the hidden places, and others in the told ones, the table would be the same.
    hidden = sum(count for name, count in counts.items() if count < LEAST)
    room = sum(place.count + LEAST - 1 - counts[place.name] for place in table)
    if hidden and hidden <= room:
        moved = {place.name: place.count for place in table}
        left = sum(counts.values()) - sum(moved.values())
        for name in moved:
            more = min(LEAST - 1, left)
            moved[name] += more
            left -= more
        assert left == 0
        assert first(moved) == table


@given(st.lists(st.tuples(st.sampled_from(["Dakar", "Quito", "Iten"]), st.booleans()), max_size=200))
def test_two_tables_never_differ_by_fewer_than_ten_people_of_a_place(steps: list[tuple[str, bool]]) -> None:
    """One person after the other comes or goes, and a table is made each time: even so a number that changed stands for
    ten people or more who came or went there."""
    there: Counter[str] = Counter()
    cells: dict[str, Cell] = {}
    when_told: Counter[str] = Counter()
    for name, comes in steps:
        there[name] += 1 if comes or not there[name] else -1
        after = retold(cells, there)
        for changed in {n for n in after if after[n].told != cells.get(n, Cell(0, 0)).told}:
            assert abs(there[changed] - when_told[changed]) >= LEAST
            when_told[changed] = there[changed]
        cells = after


def test_a_table_is_kept_and_read_as_it_was() -> None:
    geography = Geography(7, {"SN": Cell(20, 25)}, {"Dakar": Cell(10, 12)})
    assert Geography.of_json(7, geography.to_json()) == geography

"""Nobody is found by where they signed: not in a table, and not in the difference of two."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from drafting.domain.geography import LEAST, Place, places


def test_few_are_not_told_apart() -> None:
    assert places({"Dakar": 25, "Quito": 10, "Iten": 9, "": 100, "Here": 1}) == [Place("Dakar", 20), Place("Quito", 10)]


def test_spellings_are_taken_together_under_the_usual_one() -> None:
    assert places({"Dakar": 7, " dakar ": 4, "DAKAR": 2}) == [Place("Dakar", 10)]


@given(st.dictionaries(st.sampled_from(["Dakar", "Quito", "Iten", "Lima"]), st.integers(0, 60)), st.integers(0, 40))
def test_the_whole_less_what_is_told_never_gives_a_small_cell_away(counts: dict[str, int], unsaid: int) -> None:
    """Whatever small number is left could also be the rounding of those that are told, or of who said no place."""
    told = places(counts)
    assert all(place.count >= LEAST and place.count % LEAST == 0 for place in told)
    assert all(place.count <= counts[place.name] < place.count + LEAST for place in told)
    # Had nobody signed in the hidden places, and others in the told ones, the table would be the same.
    hidden = sum(count for name, count in counts.items() if count < LEAST)
    room = sum(place.count + LEAST - 1 - counts[place.name] for place in told)
    if hidden and hidden <= room:
        moved = {place.name: place.count for place in told}
        left = sum(counts.values()) - sum(moved.values())
        for name in moved:
            more = min(LEAST - 1, left)
            moved[name] += more
            left -= more
        assert left == 0
        assert places(moved) == told


def test_one_person_more_is_seen_at_most_at_a_ten() -> None:
    tables = [places({"Dakar": count, "Quito": 30}) for count in range(10, 31)]
    assert sum(before != after for before, after in pairwise(tables)) == 2

"""When two addresses are one, how names are shortened, and what a stream of signatures adds up to."""

import hashlib
from datetime import UTC, datetime

import pytest
import rfc8785

from drafting.domain.events import Entry, Event, Kind
from drafting.domain.signatures import Counts, Tally, commitment, folded, initials, is_signature_stream, stream_of


@pytest.mark.parametrize(
    "spelling",
    [
        "amina.said@example.org",
        "AminaSaid@Example.ORG",
        "a.m.i.n.a.said@example.org.",
        "aminasaid+well@example.org",
        " amina.said+a+b@example.org ",
        "ａｍｉｎａsaid@example.org",
    ],
)
def test_spellings_of_one_address_fold_together(spelling: str) -> None:
    assert folded(spelling) == "aminasaid@example.org"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("amina@example.org", "amina@example.com"),
        ("amina@example.org", "amin@example.org"),
        ("+@example.org", "-@example.org"),
        ("...@example.org", "..@example.org"),
    ],
)
def test_different_addresses_stay_apart(one: str, other: str) -> None:
    assert folded(one) != folded(other)


def test_a_domain_has_one_form() -> None:
    assert folded("x@bücher.example") == folded("x@xn--bcher-kva.example")


@pytest.mark.parametrize(
    ("name", "short"),
    [("Amina Bint-Said", "A. B. S."), ("علي حسن", "ع. ح."), ("नीरज कुमार", "नी. कु."), ("o'neill", "O."), ("& Co", "C.")],
)
def test_initials_are_in_the_script_of_the_name(name: str, short: str) -> None:
    assert initials(name) == short


def test_a_commitment_is_salt_and_canonical_words() -> None:
    said = {"name": "Amina", "kind": "person"}
    salt = b"\x07" * 32
    assert commitment(salt, said) == "sha256:" + hashlib.sha256(salt + rfc8785.dumps(said)).hexdigest()


def test_streams_of_signatures_are_told_from_declarations() -> None:
    assert is_signature_stream(stream_of("open-well"))
    assert not is_signature_stream("open-well")


def entries(*facts: tuple[Kind, str, str]) -> list[Entry]:
    at = datetime(2030, 1, 1, tzinfo=UTC)
    events = [Event(kind, {"id": id, "edition": 1, "kind": of}, "signatory") for kind, id, of in facts]
    return [Entry("d/signatures", place, at, event) for place, event in enumerate(events, start=1)]


def test_the_count_is_confirmed_less_withdrawn_less_invalidated() -> None:
    tally = Tally().apply(
        entries(
            (Kind.SIGNATURE_CONFIRM, "a", "person"),
            (Kind.SIGNATURE_CONFIRM, "b", "person"),
            (Kind.SIGNATURE_CONFIRM, "c", "organisation"),
            (Kind.SIGNATURE_CONFIRM, "d", "person"),
            (Kind.SIGNATURE_WITHDRAW, "a", "person"),
            (Kind.SIGNATURE_INVALIDATE, "b", "person"),
            (Kind.SIGNATURE_QUARANTINE, "d", "person"),
            (Kind.SIGNATURE_ERASE, "a", "person"),
            (Kind.SIGNATURE_RESTORE, "b", "person"),
        )
    )
    assert tally.counts(1) == Counts(people=1, organisations=1)
    assert tally.counts(2) == Counts()

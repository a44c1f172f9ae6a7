"""A proof of work is taken once, in its time, and only in the one form that we gave it."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from drafting.domain.altcha import LASTS, MOST, Challenge, Fault, ProofRefused, Proofs, make_challenge

KEY = b"k" * 32
NOW = datetime(2026, 11, 21, 9, 0, 0, 5, tzinfo=UTC)


def challenge(number: int = 4321, at: datetime = NOW, key: bytes = KEY) -> Challenge:
    return make_challenge(key, b"\x07" * 12, number, at)


def payload(made: Challenge, number: Any = 4321, **changes: Any) -> str:
    value = {**made.to_json(), "number": number, **changes}
    return base64.b64encode(json.dumps(value).encode()).decode()


@pytest.fixture
def proofs() -> Proofs:
    return Proofs(KEY, NOW)


def refused(proofs: Proofs, sent: str, at: datetime = NOW) -> Fault:
    with pytest.raises(ProofRefused) as raised:
        proofs.take(sent, at)
    return raised.value.fault


def test_a_found_number_is_taken_once(proofs: Proofs) -> None:
    sent = payload(challenge())
    proofs.take(sent, NOW)
    assert refused(proofs, sent) is Fault.USED
    assert refused(proofs, sent, NOW + LASTS) is Fault.EXPIRED


def test_a_challenge_ends_after_its_time(proofs: Proofs) -> None:
    proofs.take(payload(challenge()), NOW + LASTS - timedelta(seconds=1))
    assert refused(proofs, payload(challenge(1), 1), NOW + LASTS) is Fault.EXPIRED


def test_one_of_a_former_process_may_have_been_used(proofs: Proofs) -> None:
    assert refused(proofs, payload(challenge(at=NOW - timedelta(minutes=1)))) is Fault.EXPIRED


def test_whoever_has_not_looked_for_the_number_is_refused(proofs: Proofs) -> None:
    assert refused(proofs, payload(challenge(), 4322)) is Fault.WRONG
    assert refused(proofs, payload(challenge(key=b"other"))) is Fault.WRONG


def test_a_longer_life_cannot_be_borrowed_from_the_number(proofs: Proofs) -> None:
    made = challenge(4321)
    head, _, _ = made.salt.partition("&")
    for salt, number in ((head + "4&", 321), (head, 4321), (head[:-1] + "&", 4321)):
        assert refused(proofs, payload(made, number, salt=salt)) in (Fault.FORM, Fault.WRONG)


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "x",
        "é",
        "AAAA",
        base64.b64encode(b"[]").decode(),
        base64.b64encode(b"[" * 1400).decode(),
        base64.b64encode(b"{}" + b" " * 5000).decode(),
        payload(challenge(), True),
        payload(challenge(), "4321"),
        payload(challenge(), -1),
        payload(challenge(), MOST + 1),
        payload(challenge(), 4321.0),
        payload(challenge(), algorithm="SHA-1"),
        payload(challenge(), salt=7),
        payload(challenge(), signature="é"),
    ],
)
def test_what_is_no_proof_is_refused(proofs: Proofs, sent: str) -> None:
    assert refused(proofs, sent) is Fault.FORM

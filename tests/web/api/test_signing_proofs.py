"""Proof of work at the door of signing: with it more come in from one address, without it some still do."""

import base64
import hashlib
import json
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request

from drafting.domain.errors import Code, Refusal
from tests.web.signing import OpenEdition, open_edition


@pytest.fixture
async def edition(tmp_path: Path) -> OpenEdition:
    return await open_edition(tmp_path)


def solve(posed: dict[str, Any]) -> str:
    """As a browser does: try one number after the other."""
    number = next(
        n for n in count() if hashlib.sha256(f"{posed['salt']}{n}".encode()).hexdigest() == posed["challenge"]
    )
    solution = {name: posed[name] for name in ("algorithm", "challenge", "salt", "signature")} | {"number": number}
    return base64.b64encode(json.dumps(solution).encode()).decode()


async def test_a_solved_puzzle_is_taken_once(edition: OpenEdition) -> None:
    posed = await edition.client.get("/api/v1/signatures/challenge")
    assert posed.headers["cache-control"] == "no-store"
    proof = solve(posed.json())
    await edition.ask(proof=proof)
    again = await edition.ask(422, proof=proof)
    assert (again["code"], again["field"], again["reason"]) == ("bad_input", "proof", "used")
    assert "once more" in again["detail"]
    await edition.ask(422, proof="nonsense")


async def test_without_one_an_address_is_let_in_less_often(edition: OpenEdition) -> None:
    gate, clock = edition.app.state.site.signing_gate, edition.coalition.fakes.clock

    def admitted(address: str, **proven: bool) -> int:
        request = Request({"type": "http", "client": (address, 1), "headers": []})
        for done in range(1000):
            try:
                gate.admit(request, clock.now(), **proven)
            except Refusal as refusal:
                return done if refusal.code is Code.TOO_MANY else -1
        return 1000

    most = edition.app.state.site.settings.signatures_an_hour
    assert admitted("198.51.100.7", is_proven=True) == most
    assert admitted("198.51.100.8") == most // 5
    assert admitted("2001:db8::1") == most // 5
    assert admitted("2001:db8::2") == 0

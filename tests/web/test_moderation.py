"""The queue of signatures on its page, its decisions by form and by program, and the list as a spreadsheet."""

import csv
import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from drafting.actions.membership.sign_in import SESSION, issue_token
from drafting.domain.signatures import SignatureState
from drafting.web.sessions import cookie_name
from tests.actions.coalition import SLUG
from tests.web.signing import ORIGIN, OpenEdition, open_edition

QUEUE = f"/en/workshop/{SLUG}/publishing/1/signatures"


@pytest.fixture
async def edition(tmp_path: Path) -> OpenEdition:
    return await open_edition(tmp_path)


async def moderator(edition: OpenEdition) -> httpx.AsyncClient:
    coalition = edition.coalition
    at = coalition.fakes.clock.now()
    secret, _ = await coalition.ports.passes.issue(SESSION, coalition.initiator.account, at + timedelta(hours=12), at)
    browser = httpx.AsyncClient(transport=httpx.ASGITransport(edition.app), base_url=ORIGIN)
    browser.cookies.set(cookie_name(edition.app.state.settings), secret)
    return browser


async def confirmed(edition: OpenEdition, **changes: Any) -> str:
    await edition.ask(**changes)
    return str((await edition.post("confirm", 200, token=edition.secret()))["id"])


async def test_a_signature_is_held_back_and_brought_back(edition: OpenEdition) -> None:
    id = await confirmed(edition, name="<b>Amina</b>")
    async with await moderator(edition) as browser:
        page = (await browser.get(QUEUE)).text
        assert "&lt;b&gt;Amina&lt;/b&gt;" in page
        assert "people.example" in page
        assert "amina@" not in page
        headers = {"origin": ORIGIN}
        for act, state in (("quarantine", "QUARANTINED"), ("invalidate", "INVALIDATED"), ("restore", "CONFIRMED")):
            answer = await browser.post(
                f"{QUEUE}/{id}/{act}", data={"reason": "other", "note": "See."}, headers=headers
            )
            assert (answer.status_code, answer.headers["location"]) == (303, QUEUE)
            assert (await edition.coalition.ports.signatures.get(id)).state is SignatureState[state]
        answer = await browser.post(f"{QUEUE}/{id}/restore", data={"reason": "other"}, headers=headers)
        assert answer.status_code == 422
        assert "meanwhile" in answer.text


async def test_strangers_see_no_queue(edition: OpenEdition) -> None:
    assert (await edition.client.get(QUEUE)).status_code == 303
    assert (await edition.client.get(f"{QUEUE}.csv")).status_code == 303
    assert (await edition.client.get(f"/api/v1/declarations/{SLUG}/editions/1/moderation")).status_code == 401


async def test_programs_moderate_too(edition: OpenEdition) -> None:
    id = await confirmed(edition)
    account = await edition.coalition.ports.accounts.get(edition.coalition.initiator.account)
    token = await issue_token(edition.coalition.ports, address=account.address)
    headers = {"authorization": f"Bearer {token}"}
    base = f"/api/v1/declarations/{SLUG}/editions/1"
    answer = await edition.client.post(
        f"{base}/signatures/{id}/quarantine", json={"reason": "made_up"}, headers=headers
    )
    assert (answer.status_code, answer.json()["state"]) == (200, "quarantined")
    (waiting,) = (await edition.client.get(f"{base}/moderation", headers=headers)).json()["waiting"]
    assert (waiting["id"], waiting["domain"], waiting["reason"]) == (id, "people.example", "made_up")


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+cmd", "-1+2", "@SUM(A1)"])
async def test_no_spreadsheet_computes_a_name(edition: OpenEdition, name: str) -> None:
    await confirmed(edition, name=name)
    async with await moderator(edition) as browser:
        text = (await browser.get(f"{QUEUE}.csv")).text
    (row,) = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert row["name"] == f"'{name}"
    assert "@people.example" not in text


async def test_whoever_is_not_counted_reads_why_in_words(edition: OpenEdition) -> None:
    id = await confirmed(edition)
    secret = edition.secret()
    async with await moderator(edition) as browser:
        await browser.post(f"{QUEUE}/{id}/invalidate", data={"reason": "made_up"}, headers={"origin": ORIGIN})
    page = (await edition.client.get(f"/en/sign/own/{secret}")).text
    assert "The name looks made up" in page


async def test_letters_that_came_back_are_shown_without_their_addresses(edition: OpenEdition) -> None:
    await edition.ask()
    kept = edition.coalition.fakes.signatures.by_id
    kept.update({id: replace(s, bounced=edition.coalition.ports.clock.now()) for id, s in kept.items()})
    async with await moderator(edition) as browser:
        page = (await browser.get(QUEUE)).text
        assert "To 1 address no letter can be delivered" in page
        assert "Amina Said" in page
        assert "amina@" not in page

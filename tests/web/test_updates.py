"""Updates on their pages and by program, and the link by which their readers leave: by a button or with one click."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from drafting.actions.core import Actor
from drafting.actions.membership.sign_in import SESSION, issue_token
from drafting.actions.signing.mailing import mail_updates
from drafting.domain.updates import UpdateState
from drafting.web.sessions import cookie_name
from tests.actions.coalition import SLUG
from tests.web.signing import ORIGIN, OpenEdition, open_edition

UPDATES = f"/en/workshop/{SLUG}/publishing/1/updates"
API = f"/api/v1/declarations/{SLUG}/editions/1/updates"
TYPED = {"subject.en": "First <reading>", "body.en": "Dear all,\n\nparliament <b>voted</b>."}
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
async def edition(tmp_path: Path) -> OpenEdition:
    return await open_edition(tmp_path)


async def browser_of(edition: OpenEdition, actor: Actor) -> httpx.AsyncClient:
    coalition = edition.coalition
    at = coalition.fakes.clock.now()
    secret, _ = await coalition.ports.passes.issue(SESSION, actor.account, at + timedelta(hours=12), at)
    browser = httpx.AsyncClient(transport=httpx.ASGITransport(edition.app), base_url=ORIGIN, headers={"origin": ORIGIN})
    browser.cookies.set(cookie_name(edition.app.state.settings), secret)
    return browser


async def program_of(edition: OpenEdition, actor: Actor) -> httpx.AsyncClient:
    account = await edition.coalition.ports.accounts.get(actor.account)
    token = await issue_token(edition.coalition.ports, address=account.address)
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(edition.app), base_url=ORIGIN, headers={"authorization": f"Bearer {token}"}
    )


async def hearer(edition: OpenEdition, **changes: Any) -> None:
    await edition.ask(consents={"publish": True, "updates": True}, **changes)
    await edition.post("confirm", 200, token=edition.secret())
    edition.coalition.fakes.mail.take()


def only(edition: OpenEdition) -> Any:
    (update,) = edition.coalition.fakes.mailings.by_id.values()
    return update


async def test_one_network_writes_another_vouches_and_the_page_counts(edition: OpenEdition) -> None:
    await hearer(edition)
    async with await browser_of(edition, edition.coalition.delegate("river")) as writer:
        form = (await writer.get(UPDATES)).text
        assert 'name="subject.en"' in form
        written = await writer.post(UPDATES, data=TYPED)
        assert written.status_code == 303
        page = written.headers["location"]
        shown = (await writer.get(page)).text
        assert "parliament &lt;b&gt;voted&lt;/b&gt;." in shown
        assert "You have vouched for it" in shown
        assert (await writer.post(f"{page}/approve", data={})).status_code == 403
    assert not edition.coalition.fakes.mailings.by_id
    async with await browser_of(edition, edition.coalition.delegate("salt")) as second:
        assert "Vouch for it and send it" in (await second.get(page)).text
        assert (await second.post(f"{page}/approve", data={"network": "salt"})).status_code == 303
        assert "0 of 1 letters have left" in (await second.get(page)).text
        await mail_updates(edition.app.state.ports)
        done = (await second.get(page)).text
        assert "1 of 1 letters have left" in done
        assert (await second.post(f"{page}/drop", data={})).status_code == 422
        assert "First &lt;reading&gt;" in (await second.get(UPDATES)).text
    (letter,) = (letter for letter in edition.coalition.fakes.mail.take() if letter.about)
    assert letter.subject == "First <reading>"
    assert "parliament <b>voted</b>." in letter.body


async def test_faults_stand_beside_their_fields_and_what_was_typed_stays(edition: OpenEdition) -> None:
    async with await browser_of(edition, edition.coalition.delegate("river")) as writer:
        page = await writer.post(UPDATES, data={"subject.en": "", "body.en": "Words \u202e turned"})
    assert page.status_code == 422
    assert "The subject in English is missing." in page.text
    assert 'id="e-body.en"' in page.text
    assert "Words \u202e turned" in page.text


async def test_strangers_see_and_write_nothing(edition: OpenEdition) -> None:
    assert (await edition.client.get(UPDATES)).status_code == 303
    assert (await edition.client.post(UPDATES, data=TYPED)).status_code == 401
    assert (await edition.client.post(API, json={"texts": {}})).status_code == 401


async def test_programs_do_the_same(edition: OpenEdition) -> None:
    await hearer(edition)
    river, salt = (edition.coalition.delegate(network) for network in ("river", "salt"))
    texts = {"en": {"subject": "News", "body": "Words"}}
    async with await program_of(edition, river) as writer:
        dropped = (await writer.post(API, json={"texts": texts})).json()
        assert (await writer.post(f"{API}/{dropped['id']}/drop")).json()["status"] == "dropped"
        written = await writer.post(API, json={"texts": texts})
        assert written.status_code == 201
        one = f"{API}/{written.json()['id']}"
        refused = await writer.post(f"{one}/approve", json={})
        assert (refused.status_code, refused.json()["code"]) == (403, "second_network_required")
    async with await program_of(edition, salt) as second:
        assert (await second.post(f"{one}/approve", json={"network": "salt"})).json()["status"] == "sending"
        await mail_updates(edition.app.state.ports)
        answer = (await second.get(one)).json()
        assert (answer["status"], answer["texts"]) == ("sent", texts)
        assert {k: answer["progress"][k] for k in ("total", "handed", "left")} == {"total": 1, "handed": 1, "left": 1}
        listed = (await second.get(API)).json()["items"]
    assert [item["status"] for item in listed] == ["sent", "dropped"]


async def leaving_letter(edition: OpenEdition) -> Any:
    await hearer(edition)
    async with await browser_of(edition, edition.coalition.delegate("river")) as writer:
        page = (await writer.post(UPDATES, data=TYPED)).headers["location"]
    async with await browser_of(edition, edition.coalition.delegate("salt")) as second:
        await second.post(f"{page}/approve", data={})
    await mail_updates(edition.app.state.ports)
    (letter,) = (letter for letter in edition.coalition.fakes.mail.take() if letter.about)
    assert edition.coalition.fakes.mailings.by_id
    assert (await edition.coalition.state()).updates[only(edition).id].state is UpdateState.SENT
    return letter


def hears(edition: OpenEdition) -> bool:
    (signature,) = edition.coalition.fakes.signatures.by_id.values()
    return bool(signature.updates)


async def test_the_link_shows_a_button_and_the_button_leaves(edition: OpenEdition) -> None:
    letter = await leaving_letter(edition)
    path = urlsplit(letter.leave).path
    assert letter.leave in letter.body.splitlines()
    for _ in range(20):
        assert (await edition.client.get(path)).status_code == 200
        assert (await edition.client.head(path)).status_code == 200
    assert hears(edition)
    assert "Send me no more letters" in (await edition.client.get(path)).text
    left = await edition.client.post(path, data={}, headers={"origin": ORIGIN})
    assert (left.status_code, "You get no more letters" in left.text) == (200, True)
    assert not hears(edition)
    assert "You get no more letters" in (await edition.client.get(path)).text


async def test_a_mail_program_leaves_with_one_click(edition: OpenEdition) -> None:
    """RFC 8058: a POST of the program's own server, without cookies, origin or visit; it follows no redirect."""
    letter = await leaving_letter(edition)
    answer = await edition.client.post(urlsplit(letter.leave).path, data=ONE_CLICK)
    assert answer.status_code == 200
    assert not hears(edition)
    assert (await edition.client.post(urlsplit(letter.leave).path, data=ONE_CLICK)).status_code == 200


async def test_programs_leave_too_and_guessed_links_lead_nowhere(edition: OpenEdition) -> None:
    letter = await leaving_letter(edition)
    token = letter.leave.rpartition("/")[2]
    assert await edition.post("leave", 200, token=token) == {"updates": False}
    assert not hears(edition)
    await edition.post("leave", 410, token="guessed")
    assert (await edition.client.get("/en/sign/leave/guessed")).status_code == 410
    assert (await edition.client.post("/en/sign/leave/guessed", data=ONE_CLICK)).status_code == 410


async def test_the_link_to_leave_opens_nothing_else(edition: OpenEdition) -> None:
    token = (await leaving_letter(edition)).leave.rpartition("/")[2]
    assert (await edition.client.get(f"/en/sign/own/{token}")).status_code == 403
    assert (await edition.client.get(f"/en/sign/own/{token}/export")).status_code == 403
    await edition.post("withdraw", 403, token=token)
    await edition.post("read", 403, token=token)
    await edition.post("confirm", 410, token=token)

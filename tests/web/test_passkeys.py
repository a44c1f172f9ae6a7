"""Passkeys on the pages and over the API: what a device answers is taken once, for one position, from its owner."""

import html
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from drafting.domain.own_keys import fingerprint
from drafting.domain.webauthn import base64url
from drafting.stores.secrets.signing_keys import SigningKey
from tests.actions.coalition import SLUG, found
from tests.device import KINDS, UP, Device
from tests.verifier.released import ssh_signature
from tests.web.test_own_keys import public
from tests.web.test_workshop import Visitors, W, read

RIVER, SALT = "account-1", "account-3"
ASK, KEYS = "/api/v1/account/passkeys/challenge", "/api/v1/account/passkeys"


@pytest.fixture
async def visitors(tmp_path: Path) -> Visitors:
    made = Visitors(await found(("river", "salt"), ("front", "water")), tmp_path)
    for section in ("front", "water"):
        await made.coalition.table(section)
    return made


@pytest.fixture
def device(visitors: Visitors) -> Device:
    return Device(origin=visitors.ports.origin)


@pytest.fixture
async def place(visitors: Visitors) -> str:
    """Of river's position."""
    taken = await visitors.coalition.take("river", "water")
    return f"{W}/water/positions/{taken.id}"


async def challenge(browser: httpx.AsyncClient) -> str:
    answer = await browser.post(ASK)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["challenge"])


async def add(browser: httpx.AsyncClient, data: dict[str, str], status: int = 303) -> str:
    """As the form hands it in."""
    answer = await browser.post("/en/account/passkeys", data={**data, "passkey_name": data.get("name", "")})
    assert answer.status_code == status, answer.text
    return html.unescape(answer.text)


async def added(browser: httpx.AsyncClient, device: Device, name: str = "") -> None:
    await add(browser, device.added(await challenge(browser), name))


async def agree(browser: httpx.AsyncClient, place: str, data: dict[str, str], status: int = 303) -> str:
    answer = await browser.post(f"{place}/passkey", data=data)
    assert answer.status_code == status, answer.text
    return html.unescape(answer.text)


async def statement(browser: httpx.AsyncClient, place: str) -> bytes:
    return (await browser.get(f"{place}/statement")).content


@pytest.mark.parametrize("kind", KINDS)
async def test_a_passkey_is_added_and_a_position_agreed_to(visitors: Visitors, place: str, kind: str) -> None:
    browser = await visitors.browser(RIVER)
    device = Device(kind, origin=visitors.ports.origin)
    page = await read(browser, f"{place}/sign")
    assert "No passkey is on your account yet" in page
    await added(browser, device, "Télé “phone” <b>")
    letter = visitors.coalition.fakes.mail.sent[-1]
    assert fingerprint(device.public) in letter.body
    account = await read(browser, "/en/account")
    assert "Télé “phone” &lt;b&gt;" in account
    assert fingerprint(device.public) in account
    page = await read(browser, f"{place}/sign")
    asked = re.search(r'data-challenge="([\w-]{43})" data-site="drafting.example" data-credentials="([\w-]+)"', page)
    assert asked is not None
    assert asked[2] == base64url(device.credential)
    await agree(browser, place, device.agreed(await statement(browser, place), challenge=asked[1]))
    page = await read(browser, f"{place}/sign")
    assert "A device agreed to this position" in page
    assert fingerprint(device.public) in page
    assert "data-passkey" not in page
    assert (await visitors.coalition.state()).passkeys == {place.rpartition("/")[2]: fingerprint(device.public)}
    assert "Agreed to with a passkey" in await read(browser, f"{W}/water/revisions/1?network=river")
    assert "with a passkey" in await read(browser, f"{W}/ledger")


async def test_nothing_personal_is_in_the_ledger(visitors: Visitors, device: Device) -> None:
    await added(await visitors.browser(RIVER), device, "Ana's telephone")
    (entry,) = [e for e in await visitors.ports.ledger.read("_platform", 0) if "passkey" in e.event.kind]
    assert set(entry.event.data) == {"key", "credential", "public", "fingerprint"}
    assert "Ana" not in str(entry)


async def test_an_ended_passkey_agrees_no_more_and_what_it_agreed_to_stands(
    visitors: Visitors, place: str, device: Device
) -> None:
    browser = await visitors.browser(RIVER)
    await added(browser, device)
    await agree(browser, place, device.agreed(await statement(browser, place)))
    end = re.search(r"/en/account/passkeys/\w+/end", await read(browser, "/en/account"))
    assert end is not None
    assert (await (await visitors.browser(SALT)).post(end[0])).status_code == 404
    for _ in range(2):
        assert (await browser.post(end[0])).status_code == 303
    assert "ended on" in await read(browser, "/en/account")
    assert "A device agreed to this position" in await read(browser, f"{place}/sign")
    other = f"{W}/front/positions/{(await visitors.coalition.take('river', 'front')).id}"
    assert "No passkey is on your account" in await read(browser, f"{other}/sign")
    answer = device.agreed(await statement(browser, other))
    assert "You ended this passkey" in await agree(browser, other, answer, 422)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"origin": "https://evil.example"}, "another site"),
        ({"origin": "https://drafting.example.evil.example"}, "another site"),
        ({"origin": "http://drafting.example"}, "another site"),
        ({"origin": "https://drafting.example:8443"}, "another site"),
        ({"crossOrigin": True}, "another site"),
        ({"challenge": base64url(bytes(32))}, "something else"),
        ({"type": "webauthn.create"}, "not what a browser hands on"),
    ],
)
async def test_another_site_another_digest_or_another_purpose_is_refused_in_words(
    visitors: Visitors, place: str, device: Device, change: dict[str, Any], said: str
) -> None:
    browser = await visitors.browser(RIVER)
    await added(browser, device)
    answer = device.agreed(await statement(browser, place), **change)
    assert said in await agree(browser, place, answer, 422)
    elsewhere = replace(device, origin=change.get("origin", device.origin))
    assert said in await agree(browser, place, elsewhere.agreed(await statement(browser, place), **change), 422)
    assert (await visitors.coalition.state()).passkeys == {}


@pytest.mark.parametrize("name", ["credential", "authenticator", "client", "signature"])
async def test_what_is_no_answer_is_refused_in_words(visitors: Visitors, place: str, device: Device, name: str) -> None:
    browser = await visitors.browser(RIVER)
    await added(browser, device)
    file = await statement(browser, place)
    for odd in ("", "=", "AAAA", "A" * 9_000, "é", "{}"):
        await agree(browser, place, {**device.agreed(file), name: odd}, 422)
    answer = device.agreed(file)
    del answer[name]
    await agree(browser, place, answer, 422)
    await agree(browser, place, device.agreed(file))


async def test_an_answer_counts_once_and_for_one_position(visitors: Visitors, place: str, device: Device) -> None:
    browser = await visitors.browser(RIVER)
    await added(browser, device)
    answer = device.agreed(await statement(browser, place))
    await agree(browser, place, answer)
    assert "A device agreed to this position already" in await agree(browser, place, answer, 409)
    again = f"{W}/water/positions/{(await visitors.coalition.take('river', 'water')).id}"
    assert "something else" in await agree(browser, again, answer, 422)
    device.counter -= 1
    assert "the passkey was copied" in await agree(browser, again, device.agreed(await statement(browser, again)), 422)
    await agree(browser, again, device.agreed(await statement(browser, again)))


async def test_a_device_that_does_not_ask_who_holds_it_is_told_so(
    visitors: Visitors, place: str, device: Device
) -> None:
    browser = await visitors.browser(RIVER)
    careless = replace(device, flags=UP)
    assert "did not check who holds it" in await add(browser, careless.added(await challenge(browser)), 422)
    await added(browser, device)
    assert "did not check who" in await agree(browser, place, careless.agreed(await statement(browser, place)), 422)


async def test_nobody_agrees_with_somebody_elses_passkey(visitors: Visitors, place: str, device: Device) -> None:
    salt, river = await visitors.browser(SALT), await visitors.browser(RIVER)
    await added(salt, device)
    file = await statement(river, place)
    assert "not on your account" in await agree(river, place, device.agreed(file), 422)
    assert (await salt.post(f"{place}/passkey", data=device.agreed(file))).status_code == 403
    own = Device(seed=8, origin=device.origin, credential=device.credential)
    await added(river, own)  # The same name as salt's: whoever adds it first keeps nobody from it.
    assert "not that of this passkey" in await agree(river, place, device.agreed(file), 422)
    await agree(river, place, own.agreed(file))


async def test_a_challenge_is_for_one_account_for_ten_minutes_and_used_once(visitors: Visitors, device: Device) -> None:
    river, salt = await visitors.browser(RIVER), await visitors.browser(SALT)
    asked = await challenge(river)
    assert "something else" in await add(salt, device.added(asked), 422)
    await add(river, device.added(asked))
    other = Device(seed=8, origin=device.origin)
    assert "something else" in await add(river, other.added(asked), 422)
    asked = await challenge(river)
    visitors.coalition.fakes.clock.step(minutes=10)
    assert "or too late" in await add(river, other.added(asked), 422)
    assert "something else" in await add(river, other.added(base64url(bytes(32))), 422)
    assert "is on your account already" in await add(river, device.added(await challenge(river)), 409)
    assert len((await river.get(KEYS)).json()["items"]) == 1


@pytest.mark.parametrize(
    "data", [{}, {"client": "e30", "attestation": "oA"}, {"client": "A" * 9_000, "attestation": ""}]
)
async def test_a_form_without_what_a_device_made_keeps_the_name(visitors: Visitors, data: dict[str, str]) -> None:
    page = await add(await visitors.browser(RIVER), {**data, "name": "Telephone"}, 422)
    assert "not what a browser hands on" in page
    assert 'value="Telephone"' in page
    page = await add(await visitors.browser(RIVER), {**data, "name": "a\u202eb"}, 422)
    assert "A name is one line" in page


async def test_acts_on_passkeys_need_a_recent_sign_in(visitors: Visitors, place: str, device: Device) -> None:
    browser = await visitors.browser(RIVER)
    await added(browser, device)
    asked = await challenge(browser)
    file = await statement(browser, place)
    visitors.coalition.fakes.clock.step(hours=13)
    assert (await browser.post(ASK)).status_code == 401
    other = Device(seed=8, origin=device.origin).added(asked)
    assert (await browser.post("/en/account/passkeys", data=other)).status_code == 401
    assert (await browser.post(f"{place}/passkey", data=device.agreed(file))).status_code == 401
    assert (await visitors.coalition.state()).passkeys == {}


async def test_who_asks_for_challenges_without_end_has_to_wait(visitors: Visitors) -> None:
    browser = await visitors.browser(RIVER)
    statuses = [(await browser.post(ASK)).status_code for _ in range(21)]
    assert statuses == [201] * 20 + [429]
    visitors.coalition.fakes.clock.step(minutes=11)
    assert (await browser.post(ASK)).status_code == 201


async def test_programs_do_the_same(visitors: Visitors, place: str, device: Device) -> None:
    browser = await visitors.browser(RIVER)
    asking = (await browser.post(ASK)).json()
    assert (asking["site"], asking["known"]) == ("drafting.example", [])
    made = await browser.post(KEYS, json=device.added(asking["challenge"], "Key"))
    assert made.status_code == 201
    assert (made.json()["name"], made.json()["until"]) == ("Key", None)
    assert (await browser.post(ASK)).json()["known"] == [base64url(device.credential)]
    of = f"/api/v1/declarations/{SLUG}/sections/water/positions/{place.rpartition('/')[2]}/assertion"
    question = (await browser.get(of)).json()
    assert question["credentials"] == [base64url(device.credential)]
    answer = device.agreed(await statement(browser, place))
    bad = await browser.post(of, json={**answer, "signature": answer["authenticator"]})
    assert (bad.status_code, bad.json()["field"], bad.json()["reason"]) == (422, "passkey", "signature")
    good = await browser.post(of, json=device.agreed(await statement(browser, place), challenge=question["challenge"]))
    assert (good.status_code, good.json()) == (201, {"strength": "B", "key": fingerprint(device.public)})
    assert (await browser.delete(f"{KEYS}/{made.json()['id']}")).status_code == 204
    (kept,) = (await browser.get(KEYS)).json()["items"]
    assert kept["until"] is not None
    assert (await (await visitors.browser(SALT)).get(of)).status_code == 403


async def test_a_position_can_have_both_and_an_unknown_key_does_not_follow_a_passkey(
    visitors: Visitors, place: str, device: Device
) -> None:
    """A stolen session cannot sign with the thief's key where the delegate has a passkey."""
    browser = await visitors.browser(RIVER)
    await added(browser, device)
    file = await statement(browser, place)
    await agree(browser, place, device.agreed(file))
    key = SigningKey(b"d" * 32)
    signature = {"file": ("a.sig", ssh_signature(key, file).encode())}
    assert (await browser.post(f"{place}/sign", files=signature)).status_code == 422
    await browser.post("/en/account/keys", data={"public": public(key)})
    assert (await browser.post(f"{place}/sign", files=signature)).status_code == 303
    state = await visitors.coalition.state()
    assert state.passkeys.keys() == state.offline_keys.keys()

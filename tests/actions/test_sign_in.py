"""Links and codes work once, soon, and in the browser that asked; nobody learns who has an account."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from unittest.mock import Mock

import pytest

from drafting.actions.core import Actor
from drafting.actions.membership.sign_in import (
    ask_to_sign_in,
    end_session,
    is_fresh,
    issue_token,
    list_sessions,
    session_account,
    sign_in,
    token_account,
)
from drafting.actions.ports import Account, Ports
from drafting.domain.errors import Code, Refusal
from drafting.domain.events import PLATFORM, Kind
from tests.actions.refusals import refused
from tests.fakes import Fakes

ADDRESS = "anong@salt.example"


@pytest.fixture
async def anong(ports: Ports) -> Account:
    return (await ports.accounts.open(ADDRESS, "Anong", "en"))[0]


async def asked(ports: Ports, fakes: Fakes, browser: str = "browser", next: str = "") -> tuple[str, str]:
    """Token and code of the letter."""
    await ask_to_sign_in(ports, address=ADDRESS, browser=browser, locale="en", next=next)
    lines = fakes.mail.sent[-1].body.splitlines()
    link = next_line(lines, "https://")
    return link.removeprefix("https://drafting.example/en/login/").split("?")[0], next_line(lines, "code: ")[6:]


def next_line(lines: list[str], beginning: str) -> str:
    return next(line for line in lines if line.startswith(beginning))


async def test_an_unknown_address_gets_no_letter_and_no_other_answer(ports: Ports, fakes: Fakes) -> None:
    await ask_to_sign_in(ports, address="nobody@salt.example", browser="b", locale="en")
    assert (fakes.mail.sent, fakes.passes.by_hash) == ([], {})
    assert await refused(Code.BAD_INPUT, ask_to_sign_in(ports, address="nobody", browser="b", locale="en")) == {
        "field": "address"
    }


async def test_a_letter_is_written_for_an_unknown_address_too_and_thrown_away(ports: Ports, anong: Account) -> None:
    """Else whatever is asked of the server just behind it waits the longer, and tells a stranger who has an account."""
    spy = Mock(wraps=ports.sentences)
    watched = replace(ports, sentences=spy)
    for address in (ADDRESS, "nobody@salt.example"):
        await ask_to_sign_in(watched, address=address, browser="b", locale="en")
    known, unknown = (set(call.kwargs) for call in spy.letter.call_args_list)
    assert known == unknown


async def test_a_link_begins_a_session_once(ports: Ports, fakes: Fakes, anong: Account) -> None:
    token, _ = await asked(ports, fakes)
    secret, account = await sign_in(ports, browser="browser", token=token, agent="Firefox")
    assert account == anong
    found = await session_account(ports, secret)
    assert found is not None
    assert (found[0].data["agent"], found[1]) == ("Firefox", anong)
    await refused(Code.LINK_USED, sign_in(ports, browser="browser", token=token))


async def test_of_fifty_at_once_one_gets_in(ports: Ports, fakes: Fakes, anong: Account) -> None:
    token, code = await asked(ports, fakes)
    by_link = [sign_in(ports, browser="browser", token=token) for _ in range(25)]
    by_code = [sign_in(ports, browser="browser", code=code, address=ADDRESS) for _ in range(25)]
    outcomes = await asyncio.gather(*by_link, *by_code, return_exceptions=True)
    assert sum(isinstance(outcome, Refusal) for outcome in outcomes) == 49


async def test_a_link_does_nothing_in_another_browser_and_stays_good_in_its_own(
    ports: Ports, fakes: Fakes, anong: Account
) -> None:
    token, _ = await asked(ports, fakes)
    data = await refused(Code.NOT_ALLOWED, sign_in(ports, browser="another", token=token))
    assert data["reason"] == "other_browser"
    await sign_in(ports, browser="browser", token=token)


async def test_a_link_ends_after_ten_minutes(ports: Ports, fakes: Fakes, anong: Account) -> None:
    token, code = await asked(ports, fakes)
    fakes.clock.step(minutes=10)
    await refused(Code.LINK_USED, sign_in(ports, browser="browser", token=token))
    await refused(Code.BAD_INPUT, sign_in(ports, browser="browser", code=code, address=ADDRESS))


async def test_a_code_works_with_its_address_and_browser_and_takes_the_link_along(
    ports: Ports, fakes: Fakes, anong: Account
) -> None:
    token, code = await asked(ports, fakes)
    assert (len(code), code.isdigit()) == (8, True)
    await refused(Code.BAD_INPUT, sign_in(ports, browser="another", code=code, address=ADDRESS))
    await refused(Code.BAD_INPUT, sign_in(ports, browser="browser", code=code, address="nobody@salt.example"))
    _, account = await sign_in(ports, browser="browser", code=f" {code} ", address=ADDRESS.upper())
    assert account == anong
    await refused(Code.LINK_USED, sign_in(ports, browser="browser", token=token))


async def test_after_five_wrong_codes_the_right_one_is_refused_too(ports: Ports, fakes: Fakes, anong: Account) -> None:
    _, code = await asked(ports, fakes)
    wrong = f"{(int(code) + 1) % 10**8:08}"
    guesses = [sign_in(ports, browser="browser", code=wrong, address=ADDRESS) for _ in range(5)]
    await asyncio.gather(*guesses, return_exceptions=True)
    assert await refused(Code.BAD_INPUT, sign_in(ports, browser="browser", code=code, address=ADDRESS)) == {
        "field": "code"
    }


async def test_asking_again_and_again_sends_five_letters_until_the_first_ends(
    ports: Ports, fakes: Fakes, anong: Account
) -> None:
    for _ in range(7):
        await ask_to_sign_in(ports, address=ADDRESS, browser="browser", locale="en")
    assert len(fakes.mail.take()) == 5
    fakes.clock.step(minutes=10)
    await ask_to_sign_in(ports, address=ADDRESS, browser="browser", locale="en")
    assert len(fakes.mail.take()) == 1


async def test_neither_code_nor_browser_is_kept_as_it_is(ports: Ports, fakes: Fakes, anong: Account) -> None:
    token, code = await asked(ports, fakes, browser="the-browsers-secret")
    kept = repr(fakes.passes.by_hash)
    assert not any(secret in kept for secret in (token, code, "the-browsers-secret"))


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "/a\nb"])
async def test_a_link_leads_to_this_site_alone(ports: Ports, fakes: Fakes, anong: Account, path: str) -> None:
    await asked(ports, fakes, next=path)
    assert "next" not in fakes.mail.sent[-1].body


async def test_a_link_carries_where_to_go_on(ports: Ports, fakes: Fakes, anong: Account) -> None:
    await asked(ports, fakes, next="/en/workshop/well?a=b")
    assert "?next=/en/workshop/well%3Fa%3Db" in fakes.mail.sent[-1].body


async def test_sessions_are_listed_seen_and_ended(ports: Ports, fakes: Fakes, anong: Account) -> None:
    secrets = []
    for agent in ("phone", "desk"):
        token, _ = await asked(ports, fakes)
        secrets.append((await sign_in(ports, browser="browser", token=token, agent=agent))[0])
        fakes.clock.step(minutes=6)
    await session_account(ports, secrets[0])
    actor = Actor(anong.id)
    desk, phone = await list_sessions(ports, actor)
    assert [desk.data["agent"], phone.data["agent"]] == ["desk", "phone"]
    assert (desk.seen, phone.seen) == (None, fakes.clock.now())
    await refused(Code.NOT_FOUND, end_session(ports, Actor("account-9"), phone.id))
    assert fakes.workshops.rechecked == []
    await end_session(ports, actor, phone.id)
    assert fakes.workshops.rechecked == [anong.id], "the texts that it held open close"
    assert await session_account(ports, secrets[0]) is None
    assert is_fresh(desk, fakes.clock.now())
    assert not is_fresh(desk, fakes.clock.step(hours=12))
    fakes.clock.step(days=30)
    assert await session_account(ports, secrets[1]) is None


async def test_a_token_opens_an_account_and_is_known_in_the_ledger_and_by_mail(ports: Ports, fakes: Fakes) -> None:
    secret = await issue_token(ports, address="new@salt.example", days=2)
    account = await token_account(ports, secret)
    assert account is not None
    assert account.address == "new@salt.example"
    (entry,) = await ports.ledger.read(PLATFORM)
    until = (fakes.clock.now() + timedelta(days=2)).isoformat()
    assert (entry.event.kind, entry.event.actor) == (Kind.TOKEN_ISSUE, "operator")
    assert entry.event.data == {"account": account.id, "until": until}
    assert [(letter.to, letter.subject) for letter in fakes.mail.sent] == [("new@salt.example", "token")]
    assert await token_account(ports, "x" * 43) is None
    fakes.clock.step(days=2)
    assert await token_account(ports, secret) is None


async def test_a_session_is_no_token_and_a_token_no_session(ports: Ports, fakes: Fakes, anong: Account) -> None:
    token, _ = await asked(ports, fakes)
    session, _ = await sign_in(ports, browser="browser", token=token)
    assert await token_account(ports, session) is None
    assert await session_account(ports, await issue_token(ports, address=ADDRESS)) is None


@pytest.mark.parametrize(("address", "days", "field"), [("nobody", 30, "address"), (ADDRESS, 0, "days")])
async def test_a_token_for_nothing_is_refused(ports: Ports, address: str, days: int, field: str) -> None:
    assert await refused(Code.BAD_INPUT, issue_token(ports, address=address, days=days)) == {"field": field}

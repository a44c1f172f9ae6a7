"""Signing under attack: names that would run, links spent by many at once, and what logs and headers must not hold."""

import asyncio
import logging
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from drafting.actions.signing.mailing import mail_updates
from drafting.actions.signing.updates import Said, approve_update, write_update
from tests.actions.coalition import SLUG
from tests.web.signing import FORM, OpenEdition, open_edition
from tests.web.test_moderation import QUEUE, moderator
from tests.web.test_signing import TYPED

SCRIPT = "<script>alert(1)</script>"
BREAKS_OUT = '"\' onfocus=alert(2) autofocus x="'
PLANTED = "planted.person@people.example"


@pytest.fixture
async def edition(tmp_path: Path) -> OpenEdition:
    return await open_edition(tmp_path)


async def post(edition: OpenEdition, path: str, **data: Any) -> httpx.Response:
    return await edition.client.post(path, data=data)


def assert_inert(page: str) -> None:
    assert SCRIPT not in page
    assert BREAKS_OUT not in page


@pytest.mark.parametrize("words", [SCRIPT, BREAKS_OUT])
async def test_words_of_a_signatory_run_nowhere(edition: OpenEdition, words: str) -> None:
    typed = {**TYPED, "name": f"Amina {words}", "affiliation": words, "role": words, "place": words}
    sent = await post(edition, FORM, **typed)
    broken = await post(edition, FORM, **{**typed, "address": words})
    secret = edition.secret()
    pages = [sent, broken, await edition.client.get(f"/en/sign/confirm/{secret}")]
    await post(edition, f"/en/sign/confirm/{secret}")
    pages += [await edition.client.get(f"/en/sign/own/{secret}"), await post(edition, f"/en/sign/confirm/{secret}")]
    async with await moderator(edition) as browser:
        pages.append(await browser.get(QUEUE))
    for page in pages:
        assert_inert(page.text)
    letters = edition.coalition.fakes.mail.sent
    assert letters
    assert not [letter for letter in letters if words in letter.subject + letter.body]


@pytest.mark.parametrize(
    "character", ["\u202e", "\u2066", "\u200b", "\u2060", "\ufeff", "\u00ad\u202d", "\x00", "\x1b"]
)
@pytest.mark.parametrize("field", ["name", "affiliation", "role", "place"])
async def test_characters_that_deceive_are_refused_in_every_field(
    edition: OpenEdition, field: str, character: str
) -> None:
    page = await post(edition, FORM, **{**TYPED, field: f"Ami{character}na"})
    assert page.status_code == 422
    assert f'id="e-{field}"' in page.text
    assert not edition.coalition.fakes.mail.sent


async def test_of_fifty_who_follow_a_link_at_once_one_confirms(edition: OpenEdition) -> None:
    await post(edition, FORM, **TYPED)
    secret = edition.secret()
    answers = await asyncio.gather(*(post(edition, f"/en/sign/confirm/{secret}") for _ in range(50)))
    assert sorted(answer.status_code for answer in answers) == [303] + [410] * 49
    assert len(await edition.coalition.ports.signatures.entries(SLUG)) == 1


async def journey(edition: OpenEdition) -> list[httpx.Response]:
    """Sign, confirm, confirm again, look, get an update, leave, withdraw, erase; with tokens in addresses."""
    answers = [await post(edition, FORM, **{**TYPED, "address": PLANTED, "updates": "yes"})]
    secret = edition.secret()
    for path in (f"/en/sign/confirm/{secret}", f"/en/sign/confirm/{secret}x"):
        answers += [await edition.client.get(path), await post(edition, path), await post(edition, path)]
    answers.append(await edition.client.get(f"/en/sign/own/{secret}"))
    answers.append(await edition.client.get(f"/en/sign/own/{secret}/nothing"))
    ports, coalition = edition.app.state.ports, edition.coalition
    update = await write_update(ports, coalition.delegate("river"), slug=SLUG, n=1, texts={"en": Said("News", "Words")})
    await approve_update(ports, coalition.delegate("salt"), slug=SLUG, id=update.id)
    await mail_updates(ports)
    leave = coalition.fakes.mail.sent[-1].leave.removeprefix("https://drafting.example")
    answers += [await edition.client.get(leave), await post(edition, leave)]
    answers.append(await edition.client.post("/api/v1/signatures/confirm", json={"token": secret}))
    answers.append(await edition.client.post("/api/v1/signatures/read", json={"token": f"{secret}y"}))
    answers.append(await post(edition, f"/en/sign/own/{secret}/withdraw", erase="yes"))
    answers.append(await edition.client.get(f"/en/sign/own/{secret}"))
    return answers


async def test_no_log_holds_a_token_or_an_address(edition: OpenEdition, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "drafting")
    await journey(edition)
    secrets = edition.coalition.fakes.signatures.links.keys() | {
        found
        for letter in edition.coalition.fakes.mail.sent
        for found in re.findall(r"/([\w-]{43})$", letter.body, re.M)
    }
    assert secrets
    logged = "".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records if record.name != "httpx")
    assert "/sign/own/…" in logged
    assert not [secret for secret in secrets if secret in logged]
    assert "planted" not in logged.lower()


async def test_no_page_with_a_token_tells_others_where_one_came_from(edition: OpenEdition) -> None:
    for answer in await journey(edition):
        assert answer.headers["referrer-policy"] in ("no-referrer", "same-origin")
        assert "set-cookie" not in answer.headers
        assert answer.headers.get("cache-control", "no-store") == "no-store"


async def test_faults_repeat_neither_token_nor_address(edition: OpenEdition) -> None:
    refused = [answer for answer in await journey(edition) if answer.status_code >= 400]
    assert len(refused) >= 5
    for answer in refused:
        assert "planted" not in answer.text.lower()

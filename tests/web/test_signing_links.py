"""Links that confirm nothing (any more): each page says why, and leads on to what can still be done."""

from pathlib import Path

import pytest

from tests.web.signing import FORM, OpenEdition, open_edition
from tests.web.test_moderation import moderator
from tests.web.test_signing import confirmed, only, send

AGAIN = f'href="{FORM}?text=en"'


@pytest.fixture
async def edition(tmp_path: Path) -> OpenEdition:
    return await open_edition(tmp_path)


async def look(edition: OpenEdition, secret: str, place: str = "confirm") -> str:
    answer = await edition.client.get(f"/en/sign/{place}/{secret}")
    assert answer.status_code == (410 if place == "confirm" else 200)
    return answer.text


async def test_an_expired_link_says_so_and_leads_to_a_new_one(edition: OpenEdition) -> None:
    await send(edition)
    secret = edition.secret()
    edition.coalition.fakes.clock.step(days=7)
    for place in ("confirm", "own"):
        page = await look(edition, secret, place)
        assert "The time of this link is over" in page
        assert AGAIN in page
    assert "waits to be confirmed" not in page


async def test_a_second_contact_who_came_too_late_is_not_waited_for(edition: OpenEdition) -> None:
    await send(edition, kind="organisation", name="Well Keepers", second_contact="board@keepers.example")
    first = edition.secret()
    await edition.client.post(f"/en/sign/confirm/{first}", data={})
    assert "Now the second contact has to confirm" in await look(edition, first, "own")
    edition.coalition.fakes.clock.step(days=7)
    page = await look(edition, first, "own")
    assert "Now the second contact" not in page
    assert AGAIN in page


async def test_a_withdrawn_signature_can_be_given_again(edition: OpenEdition) -> None:
    secret = await confirmed(edition)
    await edition.client.post(f"/en/sign/own/{secret}/withdraw", data={"erase": "no"})
    page = await look(edition, secret)
    assert "The signature was withdrawn" in page
    assert AGAIN in page


async def test_one_that_is_held_back_is_not_asked_to_sign_again(edition: OpenEdition) -> None:
    """It would be told that its address has signed."""
    secret = await confirmed(edition)
    queue = f"/en/workshop/{only(edition).declaration}/publishing/1/signatures/{only(edition).id}/quarantine"
    async with await moderator(edition) as browser:
        await browser.post(queue, data={"reason": "other"}, headers={"origin": "https://drafting.example"})
    page = await look(edition, secret)
    assert "The signature was confirmed before." in page
    assert FORM not in page
    assert f"/sign/own/{secret}" in page


async def test_a_link_that_was_cut_off_or_led_to_what_is_erased_says_both(edition: OpenEdition) -> None:
    secret = await confirmed(edition)
    assert "a part of it is missing" in await look(edition, secret[:-4])
    await edition.client.post(f"/en/sign/own/{secret}/withdraw", data={"erase": "yes"})
    assert "what it led to was erased" in await look(edition, secret)

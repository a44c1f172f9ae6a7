"""The pages of signing: what was typed stays, a scanner spends nothing, and whoever has the letter can leave."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from drafting.domain.signatures import SignatureState
from tests.actions.coalition import SLUG
from tests.web.signing import FORM, OpenEdition, open_edition

TYPED: dict[str, Any] = {
    "kind": "person",
    "name": "Amina <b>Said</b>",
    "address": "amina@people.example",
    "shown": "name",
    "publish": "yes",
    "text": "en",
}


@pytest.fixture
async def edition(tmp_path: Path) -> OpenEdition:
    return await open_edition(tmp_path)


async def send(edition: OpenEdition, path: str = FORM, **changes: Any) -> httpx.Response:
    return await edition.client.post(path, data={**TYPED, **changes})


async def confirmed(edition: OpenEdition, **changes: Any) -> str:
    """The secret of a signature that counts."""
    await send(edition, **changes)
    secret = edition.secret()
    answer = await edition.client.post(f"/en/sign/confirm/{secret}", data={})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/en/sign/own/{secret}")
    return secret


def only(edition: OpenEdition) -> Any:
    (signature,) = edition.coalition.fakes.signatures.by_id.values()
    return signature


async def test_the_form_ticks_nothing_by_itself(edition: OpenEdition) -> None:
    page = await edition.client.get(FORM)
    assert page.status_code == 200
    boxes = [line for line in page.text.splitlines() if 'type="checkbox"' in line]
    assert len(boxes) == 4
    assert not [box for box in boxes if " checked" in box]
    assert "My signature may be published" in page.text


async def test_a_letter_a_button_and_thanks(edition: OpenEdition) -> None:
    sent = await send(edition)
    assert "amina@people.example" in sent.text
    secret = edition.secret()
    for _ in range(20):
        look = await edition.client.get(f"/en/sign/confirm/{secret}")
        assert look.status_code == 200
        assert (await edition.client.head(f"/en/sign/confirm/{secret}")).status_code == 200
    assert only(edition).state is SignatureState.PENDING
    assert "Amina &lt;b&gt;Said&lt;/b&gt;" in look.text
    await edition.client.post(f"/en/sign/confirm/{secret}", data={})
    thanks = await edition.client.get(f"/en/sign/own/{secret}")
    assert "Your name stands under the declaration" in thanks.text
    assert only(edition).commitment in thanks.text
    assert "<b>Said" not in thanks.text
    assert f"https://t.me/share/url?url=https%3A%2F%2Fdrafting.example%2Fd%2F{SLUG}%2F1%2Fen%2F" in thanks.text


async def test_a_used_link_says_what_happened(edition: OpenEdition) -> None:
    secret = await confirmed(edition)
    again = await edition.client.post(f"/en/sign/confirm/{secret}", data={})
    assert again.status_code == 410
    assert "it counts" in again.text
    unknown = await edition.client.get("/en/sign/confirm/guessed")
    assert (unknown.status_code, "All declarations" in unknown.text) == (410, True)


async def test_another_letter_of_an_address_that_has_signed(edition: OpenEdition) -> None:
    await send(edition)
    first = edition.secret()
    await send(edition, name="Somebody else")
    second = edition.secret()
    await edition.client.post(f"/en/sign/confirm/{first}", data={})
    refused = await edition.client.post(f"/en/sign/confirm/{second}", data={})
    assert (refused.status_code, "One address signs once" in refused.text) == (410, True)


async def test_every_fault_stands_beside_its_field_and_what_was_typed_stays(edition: OpenEdition) -> None:
    page = await send(edition, name="Am\u202eina", address="nowhere", place="x" * 500, affiliation="School 7")
    assert page.status_code == 422
    for field in ("name", "address", "place"):
        assert f'id="e-{field}"' in page.text
    assert 'value="School 7"' in page.text
    assert not edition.coalition.fakes.mail.sent


async def test_machines_that_fill_the_trap_learn_nothing(edition: OpenEdition) -> None:
    trapped = await send(edition, website="https://spam.example")
    assert (await send(edition)).text == trapped.text
    assert len(edition.coalition.fakes.mail.sent) == 1


async def test_known_addresses_get_the_same_page(edition: OpenEdition) -> None:
    unknown = await send(edition)
    await edition.client.post(f"/en/sign/confirm/{edition.secret()}", data={})
    assert (await send(edition)).text == unknown.text


async def test_letters_come_in_the_language_of_the_text(edition: OpenEdition) -> None:
    await send(edition, f"/ar/sign/{SLUG}/1", text="")
    letter = edition.coalition.fakes.mail.sent[-1]
    assert (letter.locale, only(edition).locale) == ("en", "en")
    assert "Amina" not in letter.body


async def test_an_organisation_needs_two(edition: OpenEdition) -> None:
    await send(edition, kind="organisation", name="Well Keepers", second_contact="board@keepers.example")
    first = edition.secret()
    await edition.client.post(f"/en/sign/confirm/{first}", data={})
    assert "second contact" in (await edition.client.get(f"/en/sign/own/{first}")).text
    second = edition.secret()
    assert "Confirm the signature of your organisation" in (await edition.client.get(f"/en/sign/confirm/{second}")).text
    assert (await edition.client.get(f"/en/sign/own/{second}")).status_code == 403
    done = await edition.client.post(f"/en/sign/confirm/{second}", data={})
    assert "Your organisation stands under the declaration" in done.text
    assert only(edition).state is SignatureState.CONFIRMED


async def test_withdrawing_and_erasing(edition: OpenEdition) -> None:
    secret = await confirmed(edition)
    file = await edition.client.get(f"/en/sign/own/{secret}/export")
    assert json.loads(file.text)["address"] == "amina@people.example"
    await edition.client.post(f"/en/sign/own/{secret}/withdraw", data={"erase": "no"})
    assert "Your signature is withdrawn" in (await edition.client.get(f"/en/sign/own/{secret}")).text
    gone = await edition.client.post(f"/en/sign/own/{secret}/withdraw", data={"erase": "yes"})
    assert gone.headers["location"] == f"/en/sign/{SLUG}/1/erased"
    assert "Everything is erased" in (await edition.client.get(gone.headers["location"])).text
    assert only(edition).is_erased
    assert (await edition.client.get(f"/en/sign/own/{secret}")).status_code == 410


async def test_another_site_cannot_sign_for_a_visitor(edition: OpenEdition) -> None:
    headers = {"origin": "https://elsewhere.example"}
    assert (await edition.client.post(FORM, data=TYPED, headers=headers)).status_code == 403
    assert not edition.coalition.fakes.mail.sent


@pytest.mark.parametrize("path", [f"/en/sign/{SLUG}/2", "/en/sign/nothing/1"])
async def test_what_is_not_there_cannot_be_signed(edition: OpenEdition, path: str) -> None:
    assert (await edition.client.get(path)).status_code == 404

"""Organisations on the page of their signature: proof by a domain, mandate, logo; and the same by program."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from drafting.actions.organisation_ports import Finding
from drafting.domain.organisations import Verified
from drafting.domain.signatures import SignatureState
from drafting.publishing.making.logos import Logos
from tests.actions.coalition import SLUG
from tests.web.signing import FORM, ORIGIN, SIGNATURES, OpenEdition, open_edition
from tests.web.test_moderation import QUEUE, moderator

KEEPERS: dict[str, Any] = {
    "kind": "organisation",
    "name": "Well Keepers",
    "address": "office@keepers.example",
    "shown": "name",
    "publish": "yes",
    "text": "en",
}
NOTHING = {Verified.DNS: Finding.ABSENT, Verified.WEB: Finding.MOVED}


@dataclass
class ScriptedSites:
    """Answers what a test says; ``asked`` holds what was looked for."""

    answer: Mapping[Verified, Finding] = field(default_factory=lambda: NOTHING)
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def look(self, domain: str, line: str) -> Mapping[Verified, Finding]:
        self.asked.append((domain, line))
        return self.answer


@pytest.fixture
def sites() -> ScriptedSites:
    return ScriptedSites()


@pytest.fixture
async def edition(tmp_path: Path, sites: ScriptedSites) -> OpenEdition:
    return await open_edition(tmp_path, sites=sites, pictures=Logos(longest=1_000_000, pixels=1_000_000))


async def asked(edition: OpenEdition, **changes: Any) -> str:
    """The link of an organisation whose first contact has confirmed."""
    assert (await edition.client.post(FORM, data={**KEEPERS, **changes})).status_code == 200
    secret = edition.secret()
    await edition.client.post(f"/en/sign/confirm/{secret}", data={})
    return secret


async def read(edition: OpenEdition, secret: str) -> str:
    page = await edition.client.get(f"/en/sign/own/{secret}")
    assert page.status_code == 200
    return page.text


async def act(edition: OpenEdition, secret: str, name: str, **options: Any) -> httpx.Response:
    return await edition.client.post(f"/en/sign/own/{secret}/{name}", **options)


def only(edition: OpenEdition) -> Any:
    (signature,) = edition.coalition.fakes.signatures.by_id.values()
    return signature


def picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (64, 32), (0, 90, 80)).save(out, "PNG")
    return out.getvalue()


async def test_an_organisation_without_a_second_contact_proves_its_domain(
    edition: OpenEdition, sites: ScriptedSites
) -> None:
    secret = await asked(edition)
    assert "Now the organisation has to be proven" in await read(edition, secret)
    chosen = await act(edition, secret, "domain", data={"domain": "https://www.Keepers.example/about"})
    assert chosen.headers["location"] == f"/en/sign/own/{secret}#prove"
    page = await read(edition, secret)
    line = f"drafting-proof={only(edition).details['proving']['token']}"
    for words in (
        line,
        "_drafting.www.keepers.example",
        "https://www.keepers.example/.well-known/drafting-proof.txt",
    ):
        assert words in page
    await act(edition, secret, "prove", data={})
    assert sites.asked == [("www.keepers.example", line)]
    page = await read(edition, secret)
    assert "The DNS holds no TXT record under this name yet." in page
    assert "The page sends on to another address" in page
    edition.coalition.fakes.clock.step(seconds=11)
    sites.answer = {Verified.DNS: Finding.FOUND, Verified.WEB: Finding.ABSENT}
    proven = await act(edition, secret, "prove", data={})
    assert proven.headers["location"] == f"/en/sign/own/{secret}"
    page = await read(edition, secret)
    assert "Your organisation stands under the declaration" in page
    assert "Look for it now" not in page
    assert only(edition).state is SignatureState.CONFIRMED


async def test_what_is_no_domain_is_told_beside_its_field(edition: OpenEdition) -> None:
    secret = await asked(edition)
    refused = await act(edition, secret, "domain", data={"domain": "127.0.0.1"})
    assert refused.status_code == 422
    assert 'id="e-domain"' in refused.text
    assert 'value="127.0.0.1"' in refused.text


async def test_asking_again_at_once_is_told_on_the_page(edition: OpenEdition, sites: ScriptedSites) -> None:
    secret = await asked(edition)
    await act(edition, secret, "domain", data={"domain": "keepers.example"})
    await act(edition, secret, "prove", data={})
    again = await act(edition, secret, "prove", data={})
    assert (again.status_code, "Wait a while" in again.text) == (429, True)
    assert len(sites.asked) == 1


async def test_where_the_server_asks_nobody_only_second_contacts_are_offered(tmp_path: Path) -> None:
    edition = await open_edition(tmp_path)
    assert "domain" not in (await edition.client.get(FORM)).text
    secret = await asked(edition)
    assert 'id="prove"' not in await read(edition, secret)
    assert (await act(edition, secret, "domain", data={"domain": "keepers.example"})).status_code == 403


async def test_people_prove_and_show_nothing(edition: OpenEdition) -> None:
    secret = await asked(edition, kind="person")
    page = await read(edition, secret)
    assert 'id="logo"' not in page
    assert (await act(edition, secret, "domain", data={"domain": "keepers.example"})).status_code == 403
    assert (await act(edition, secret, "logo", files={"logo": ("a.png", picture())})).status_code == 403


async def test_a_mandate_stands_on_every_page_of_the_signature(edition: OpenEdition) -> None:
    mandate = {
        "mandate_by": "The <b>assembly",
        "mandate_on": "2030-02-01",
        "mandate": "نوقّع معًا",
        "mandate_locale": "ar",
    }
    await edition.client.post(FORM, data={**KEEPERS, **mandate})
    page = (await edition.client.get(f"/en/sign/confirm/{edition.secret()}")).text
    assert "The &lt;b&gt;assembly" in page
    assert "1 February 2030" in page
    assert '<p lang="ar" dir="rtl">نوقّع معًا</p>' in page
    assert only(edition).said()["mandate"]["on"] == "2030-02-01"


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"mandate": "We decided."}, "mandate_by", "Write who decided it"),
        ({"mandate_by": "The board"}, "mandate_on", "Write the day on which it was decided"),
        ({"mandate_by": "The board", "mandate_on": "1 May"}, "mandate_on", "like 2026-11-21"),
        ({"mandate_by": "The board", "mandate_on": "2031-01-01"}, "mandate_on", "still to come"),
        ({"mandate_by": "B", "mandate_on": "2030-02-01", "mandate": "x" * 601}, "mandate", "600 letters at most"),
        ({"mandate_by": "The\u202eboard", "mandate_on": "2030-02-01"}, "mandate_by", "invisible character"),
    ],
)
async def test_a_mandate_that_lacks_something_is_sent_back(
    edition: OpenEdition, typed: dict[str, str], field: str, words: str
) -> None:
    page = await edition.client.post(FORM, data={**KEEPERS, **typed})
    assert page.status_code == 422
    assert f'id="e-{field}"' in page.text
    assert words in page.text
    assert 'value="Well Keepers"' in page.text


async def test_a_person_who_left_words_of_a_mandate_signs_without(edition: OpenEdition) -> None:
    await asked(edition, kind="person", mandate_by="The board")
    assert "mandate" not in only(edition).said()


async def test_a_logo_is_sent_shown_and_removed(edition: OpenEdition) -> None:
    secret = await asked(edition)
    sent = await act(edition, secret, "logo", files={"logo": ("logo.png", picture(), "image/png")})
    assert (sent.status_code, sent.headers["location"]) == (303, f"/en/sign/own/{secret}#logo")
    page = await read(edition, secret)
    assert 'src="data:image/png;base64,' in page
    assert 'width="64" height="32"' in page
    own = (await edition.client.get(f"/en/sign/own/{secret}/export")).json()
    assert own["logo"].startswith("iVBORw0KGgo")
    await act(edition, secret, "remove-logo", data={})
    assert "data:image/png" not in await read(edition, secret)
    assert edition.coalition.fakes.signatures.logos[only(edition).id] == b""


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (b"<!doctype html><script>alert(1)</script>", "This is a web page and no picture."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "This is an SVG, which can hold more than a picture."),
        (b"\x89PNG\r\n\x1a\n<html>", "cannot be read to its end"),
        (b"x" * 1_000_001, "larger than 1 MB"),
        (b"", "Choose a picture first"),
    ],
)
async def test_what_pretends_to_be_a_logo_gets_a_sentence(edition: OpenEdition, file: bytes, words: str) -> None:
    secret = await asked(edition)
    refused = await act(edition, secret, "logo", files={"logo": ("logo.png", file, "image/png")})
    assert refused.status_code == 422
    assert words in refused.text
    assert 'id="e-logo"' in refused.text
    assert not edition.coalition.fakes.signatures.logos


async def test_a_form_without_a_file_gets_a_sentence(edition: OpenEdition) -> None:
    secret = await asked(edition)
    refused = await act(edition, secret, "logo", files={"other": ("a.png", picture())})
    assert (refused.status_code, "Choose a picture first" in refused.text) == (422, True)


async def test_a_foreign_page_changes_no_logo(edition: OpenEdition) -> None:
    secret = await asked(edition)
    refused = await act(
        edition, secret, "logo", files={"logo": ("a.png", picture())}, headers={"sec-fetch-site": "cross-site"}
    )
    assert refused.status_code == 403
    assert not edition.coalition.fakes.signatures.logos


async def test_programs_do_the_same(edition: OpenEdition, sites: ScriptedSites) -> None:
    mandate = {"by": "The board", "on": "2030-02-01"}
    await edition.ask(kind="organisation", name="Well Keepers", address="office@keepers.example", mandate=mandate)
    secret = edition.secret()
    assert (await edition.post("confirm", 200, token=secret))["status"] == "awaiting_second"
    chosen = await edition.post("domain", 200, token=secret, domain="keepers.example")
    assert (chosen["record"], chosen["page"]) == (
        "_drafting.keepers.example",
        "https://keepers.example/.well-known/drafting-proof.txt",
    )
    looked = await edition.post("prove", 200, token=secret)
    assert (looked["status"], looked["found"]) == ("awaiting_second", {"dns": "absent", "web": "moved"})
    await edition.post("prove", 429, token=secret)
    edition.coalition.fakes.clock.step(seconds=11)
    sites.answer = {Verified.DNS: Finding.ABSENT, Verified.WEB: Finding.FOUND}
    assert (await edition.post("prove", 200, token=secret))["status"] == "confirmed"
    path = "/api/v1/signatures/logo"
    sent = await edition.client.post(path, data={"token": secret}, files={"logo": ("a.png", picture())})
    assert (sent.status_code, sent.json()) == (200, {"width": 64, "height": 32})
    listed = (await edition.client.get(f"{SIGNATURES}?kind=organisation")).json()
    (item,) = listed["items"]
    assert (item["verified"], item["domain"]) == ("web", "keepers.example")
    assert item["mandate"] == {"by": "The board", "on": "2030-02-01", "text": "", "locale": "en"}
    assert item["logo"].startswith(f"/d/{SLUG}/1/signatures/logos/")
    assert (await edition.client.get(f"{SIGNATURES}?kind=person")).json()["items"] == []
    assert (await edition.client.get(f"{SIGNATURES}?kind=planet")).status_code == 422
    assert await edition.post("logo/remove", 200, token=secret) == {"width": 0, "height": 0}
    svg = await edition.client.post(path, data={"token": secret}, files={"logo": ("a.png", b"<svg/>")})
    assert (svg.status_code, "This is an SVG" in svg.json()["detail"]) == (422, True)
    unknown = await edition.client.post(path, data={"token": "guessed"}, files={"logo": ("a.png", picture())})
    assert unknown.status_code == 410


async def test_moderators_see_who_decided_and_take_a_logo_down(edition: OpenEdition, sites: ScriptedSites) -> None:
    secret = await asked(edition, mandate_by="The board", mandate_on="2030-02-01")
    await act(edition, secret, "logo", files={"logo": ("logo.png", picture())})
    await act(edition, secret, "domain", data={"domain": "keepers.example"})
    sites.answer = {Verified.DNS: Finding.FOUND, Verified.WEB: Finding.ABSENT}
    await act(edition, secret, "prove", data={})
    async with await moderator(edition) as browser:
        page = (await browser.get(QUEUE)).text
        assert 'src="data:image/png;base64,' in page
        assert "Decided by <bdi>The board</bdi> on 1 February 2030." in page
        assert 'Confirmed by its domain <bdi dir="ltr">keepers.example</bdi>.' in page
        place = f"{QUEUE}/{only(edition).id}/take-logo-down"
        assert f'formaction="{place}"' in page
        headers = {"origin": ORIGIN}
        assert (await browser.post(place, data={"reason": "offensive"}, headers=headers)).status_code == 303
        assert "data:image/png" not in (await browser.get(QUEUE)).text
    assert 'id="logo"' not in await read(edition, secret)


async def test_a_network_joins_with_its_reservation(edition: OpenEdition, sites: ScriptedSites) -> None:
    reservation = {"adheres": "yes", "reservation": "القسم الثاني <b>قصير", "mandate_locale": "ar"}
    form = (await edition.client.get(f"{FORM}?kind=organisation&text=en")).text
    section, title = re.findall(r'name="reservation_sections" value="(\w+)">\s*<span>([^<]+)', form)[0]
    secret = await asked(edition, **reservation, reservation_sections=section)
    assert f"About <bdi>{title}</bdi>" in await read(edition, secret)
    assert '<p lang="ar" dir="rtl">القسم الثاني &lt;b&gt;قصير</p>' in await read(edition, secret)
    await act(edition, secret, "domain", data={"domain": "keepers.example"})
    sites.answer = {Verified.DNS: Finding.FOUND, Verified.WEB: Finding.ABSENT}
    await act(edition, secret, "prove", data={})
    async with await moderator(edition) as browser:
        assert "It wants to join as a network, with this reservation:" in (await browser.get(QUEUE)).text
        place = f"{QUEUE}/{only(edition).id}"
        headers = {"origin": ORIGIN}
        assert (
            await browser.post(f"{place}/admit-network", data={"reason": "looked_at"}, headers=headers)
        ).status_code == 303
        assert f'formaction="{place}/dismiss-network"' in (await browser.get(QUEUE)).text
    (item,) = (await edition.client.get(SIGNATURES)).json()["items"]
    assert item["joined"] == {"reservation": "القسم الثاني <b>قصير", "locale": "ar", "sections": [section]}


async def test_programs_join_too(edition: OpenEdition) -> None:
    adherence = {"reservation": "Section 2.", "locale": "fr", "sections": ["water"]}
    mandate = {"by": "The board", "on": "2030-02-01", "locale": "ar"}
    await edition.ask(kind="organisation", adherence=adherence, mandate=mandate)
    said = only(edition).said()
    assert (said["adheres"], said["mandate"]["locale"]) == (adherence, "ar")

"""The site's own pages, as somebody without scripts meets them."""

import io
import re
import zipfile
from datetime import timedelta

import pytest

from drafting.actions.membership.sign_in import SESSION
from drafting.paths import DEMO
from drafting.web.i18n import PSEUDO
from tests.web.conftest import World

PUBLIC = [
    "",
    "how-we-agree",
    "what-we-keep",
    "help",
    "login",
    "login/code",
    "login/abc",
    "networks/",
    "networks/headwater",
]
OWN = ["desk", "account", "networks/new", "declarations/new", "workshop/open-well/people"]


@pytest.mark.parametrize("lang", ["en", "ar", PSEUDO])
async def test_public_pages_in_each_language(world: World, lang: str) -> None:
    await world.declaration(await world.person("Anong"))
    async with world.browser() as browser:
        for path in PUBLIC:
            answer = await browser.get(f"/{lang}/{path}")
            assert answer.status_code == 200, path
            assert f'<html lang="{lang}" dir="{"rtl" if lang == "ar" else "ltr"}">' in answer.text
            assert len(re.findall("<h1", answer.text)) == 1, path
            assert "style=" not in answer.text
            assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("lang", ["en", "ar", PSEUDO])
async def test_own_pages_in_each_language(world: World, lang: str) -> None:
    account = await world.person("Anong")
    await world.declaration(account)
    async with await world.signed_in(account) as browser:
        for path in OWN:
            answer = await browser.get(f"/{lang}/{path}")
            assert answer.status_code == 200, path
            assert len(re.findall("<h1", answer.text)) == 1, path
            assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", OWN)
async def test_own_pages_lead_to_signing_in_and_back(world: World, path: str) -> None:
    async with world.browser() as browser:
        answer = await browser.get(f"/en/{path}?a=b")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/en/login?next=%2Fen%2F")


async def test_the_root_leads_to_the_language_of_its_reader(world: World) -> None:
    account = await world.person("Salma", "ar")
    async with world.browser(**{"accept-language": "ar-EG, en;q=0.5"}) as browser:
        assert (await browser.get("/")).headers["location"] == "/ar/"
    async with world.browser(**{"accept-language": "tlh"}) as browser:
        assert (await browser.get("/")).headers["location"] == "/en/"
    async with await world.signed_in(account, **{"accept-language": "en"}) as browser:
        assert (await browser.get("/")).headers["location"] == "/ar/"


async def test_language_without_catalogue_leads_to_the_nearest(world: World) -> None:
    async with world.browser() as browser:
        answer = await browser.get("/ar-EG/networks/?a=1")
        assert answer.headers["location"] == "/ar/networks/?a=1"
        assert (await browser.get("/tlh/")).status_code == 404
        assert (await browser.get("/..%2f..%2fx/")).status_code == 404
        assert (await browser.get("/nothing/")).status_code == 404
        assert (await browser.post("/ar-EG/login")).status_code == 404


async def test_nothing_here_is_a_page_in_the_readers_language(world: World) -> None:
    async with world.browser() as browser:
        answer = await browser.get("/ar/nowhere/at/all")
    assert answer.status_code == 404
    assert 'dir="rtl"' in answer.text
    assert "trusted-types" in answer.headers["content-security-policy"]


async def test_a_declaration_is_begun_on_a_page(world: World) -> None:
    account = await world.person("Anong")
    async with await world.signed_in(account) as browser:
        answer = await browser.post(
            "/en/declarations/new",
            data={"title": "A Winter Without Evictions", "source_locale": "en", "locales": ["fr"], "preset": "urgent"},
        )
        assert answer.status_code == 303
        assert answer.headers["location"] == "/en/workshop/a-winter-without-evictions/"
        again = await browser.post("/en/declarations/new", data={"title": "A winter without evictions"})
    assert again.status_code == 422
    assert "A winter without evictions" in again.text


@pytest.mark.parametrize(
    ("field", "value"), [("title", ""), ("slug", "No!"), ("more_locales", "not_a_tag"), ("answer_hours", "soon")]
)
async def test_beginning_a_declaration_says_what_needs_mending(world: World, field: str, value: str) -> None:
    account = await world.person("Anong")
    data = {"title": "Water", "source_locale": "en", "preset": "plain", field: value}
    async with await world.signed_in(account) as browser:
        answer = await browser.post("/en/declarations/new", data=data)
    assert answer.status_code == 422
    assert f'id="e-{field}"' in answer.text
    assert "One thing needs mending" in answer.text


async def test_networks_and_their_cards(world: World) -> None:
    account, other = await world.person("Anong"), await world.person("Kofi")
    card = {"name": "Seed Ring <b>", "slug": "seed-ring", "short": "Seed Ring", "who": "Growers.\n\nAnd eaters."}
    async with await world.signed_in(account) as browser:
        assert (await browser.post("/en/networks/new", data=card)).status_code == 303
        shown = await browser.get("/en/networks/seed-ring")
        assert "<p>And eaters.</p>" in shown.text
        assert "Seed Ring &lt;b&gt;" in shown.text
        changed = await browser.post("/en/networks/seed-ring", data={**card, "who": "All of us."})
        assert changed.status_code == 303
        taken = await browser.post("/en/networks/new", data=card)
        assert taken.status_code == 409
        assert 'id="e-slug"' in taken.text
    async with await world.signed_in(other) as browser:
        assert "Change this card" not in (await browser.get("/en/networks/seed-ring")).text
        assert (await browser.post("/en/networks/seed-ring", data=card)).status_code == 403


async def test_invite_accept_sign_in_and_end(world: World) -> None:
    anong = await world.person("Anong")
    await world.declaration(anong)
    async with await world.signed_in(anong) as browser:
        data = {"for": "headwater", "address": "kofi@new.example", "scopes": ["edit", "consent"], "until": "2031-01-01"}
        answer = await browser.post("/en/workshop/open-well/invitations", data=data)
        assert answer.status_code == 303
        bad = await browser.post("/en/workshop/open-well/invitations", data={**data, "address": "no"})
        assert bad.status_code == 422
        assert 'id="e-address"' in bad.text
    link = _link(world.fakes.mail.to("kofi@new.example")[-1].body)
    async with world.browser() as guest:
        for _ in range(3):
            seen = await guest.get(link)
            assert "Headwater" in seen.text
        asked = await guest.post(link)
        assert asked.status_code == 200
        letter = world.fakes.mail.to("kofi@new.example")[-1].body
        code = re.search(r"^\d{8}$", letter, re.M)
        assert code
        wrong = await guest.post("/en/login/code", data={"address": "kofi@new.example", "code": "12"})
        assert wrong.status_code == 422
        right = await guest.post(
            "/en/login/code",
            data={
                "address": "kofi@new.example",
                "code": f"{code[0][:4]} {code[0][4:]}",
                "next": "/en/account?welcome=yes",
            },
        )
        assert right.headers["location"] == "/en/account?welcome=yes"
        assert "HttpOnly" in right.headers["set-cookie"]
        assert "__Host-session=" in right.headers["set-cookie"]
        named = await guest.post("/en/account", data={"name": "Kofi", "locale": "ar", "welcome": "yes"})
        assert named.headers["location"] == "/ar/desk"
        used = await guest.get(link)
        assert used.status_code == 410
        people = await guest.get("/en/workshop/open-well/people")
        assert "Kofi" in people.text
        own = re.search(r"/en/workshop/open-well/mandates/[^/]+/end", people.text)
        assert own


def _link(body: str) -> str:
    return next(line for line in body.splitlines() if line.startswith("https://"))


async def test_sign_in_by_link_once_and_in_this_browser_only(world: World) -> None:
    await world.person("Anong")
    async with world.browser() as mine, world.browser() as other:
        await mine.post("/en/login", data={"address": "anong@people.example", "next": "/en/desk"})
        link = _link(world.fakes.mail.sent[-1].body)
        assert (await mine.get(link)).status_code == 200
        elsewhere = await other.post(link)
        assert elsewhere.status_code == 403
        assert "browser" in elsewhere.text
        assert (await mine.post(link, data={"next": "//evil.example"})).headers["location"] == "/en/desk"
        assert (await mine.get("/en/desk")).status_code == 200
        first = mine.cookies["__Host-session"]
        assert (await mine.post(link)).status_code == 410
        left = await mine.post("/en/logout")
        assert '"storage"' in left.headers["clear-site-data"]
        assert left.status_code == 303
        mine.cookies.set("__Host-session", first)
        assert (await mine.get("/en/desk")).status_code == 303


async def test_same_answer_for_an_unknown_address(world: World) -> None:
    await world.person("Anong")
    async with world.browser() as browser:
        known = await browser.post("/en/login", data={"address": "anong@people.example"})
        unknown = await browser.post("/en/login", data={"address": "nobody@people.example"})
    assert known.status_code == unknown.status_code == 200
    assert known.text.replace("anong", "nobody") == unknown.text
    assert len(world.fakes.mail.sent) == 1


async def test_sessions_are_listed_and_ended(world: World) -> None:
    account = await world.person("Anong")
    async with await world.signed_in(account) as one, await world.signed_in(account) as two:
        page = await one.get("/en/account")
        ends = re.findall(r"/en/account/sessions/[^/]+/end", page.text)
        assert len(ends) == 2
        for end in ends:
            await one.post(end)
        assert (await two.get("/en/account")).status_code == 303


async def test_operation_is_for_operators(make_world: "object") -> None:
    world: World = make_world(operators=("bram@people.example",))  # type: ignore[operator]
    bram, anong = await world.person("Bram"), await world.person("Anong")
    async with await world.signed_in(anong) as browser:
        assert (await browser.get("/en/operation")).status_code == 403
    async with await world.signed_in(bram) as browser:
        assert (await browser.get("/en/operation")).status_code == 200


async def test_mandate_ended_is_said(world: World) -> None:
    anong = await world.person("Anong")
    await world.declaration(anong)
    stranger = await world.person("Stranger")
    async with await world.signed_in(stranger) as browser:
        answer = await browser.get("/en/workshop/open-well/people")
    assert answer.status_code == 403


async def test_after_twelve_hours_one_signs_in_anew_and_the_old_session_dies(world: World) -> None:
    anong = await world.person("Anong")
    await world.declaration(anong)
    at = world.ports.clock.now()
    secret, _ = await world.ports.passes.issue(SESSION, anong.id, at + timedelta(days=30), at)
    async with world.browser() as browser:
        browser.cookies.set("__Host-session", secret, domain="drafting.example")
        assert (await browser.get("/en/login?next=/en/desk")).headers["location"] == "/en/desk"
        world.fakes.clock.step(hours=13)
        assert "anong@people.example" in (await browser.get("/en/login?next=/en/desk")).text
        await browser.post("/en/login", data={"address": "anong@people.example"})
        await browser.post(_link(world.fakes.mail.sent[-1].body))
        assert browser.cookies["__Host-session"] != secret
    assert await world.ports.passes.find(SESSION, secret, world.ports.clock.now()) is None


async def test_sign_in_page_leads_back_to_the_form(world: World) -> None:
    async with world.browser(referer="https://drafting.example/en/networks/new?a=1") as browser:
        answer = await browser.post("/en/networks/new", data={"name": "X"})
        assert answer.status_code == 401
        assert "/en/login?next=%2Fen%2Fnetworks%2Fnew%3Fa%3D1" in answer.text
    async with world.browser(referer="https://evil.example/en/networks/new") as browser:
        assert "evil" not in (await browser.post("/en/networks/new", data={"name": "X"})).text


async def test_bring_in_a_folder(world: World) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for file in (DEMO / "open-well").iterdir():
            archive.write(file, f"open-well/{file.name}")
    async with await world.signed_in(await world.person("Anong")) as browser:
        form = {"folder": ("open-well.zip", packed.getvalue(), "application/zip")}
        answer = await browser.post("/en/declarations/import", files=form)
        assert answer.headers["location"] == "/en/workshop/open-well/"
        wrong = await browser.post("/en/declarations/import", files={"folder": ("x.zip", b"no", "application/zip")})
    assert wrong.status_code == 422
    assert 'id="e-folder"' in wrong.text

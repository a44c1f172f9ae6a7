"""Names on paper and lists by page, without script, and by program; each bad file gets a sentence."""

import csv
import io
import re
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from drafting.actions.membership.sign_in import SESSION, issue_token
from drafting.actions.rolls.work import work_on_rolls
from drafting.actions.signature_list_ports import SignatureLists
from drafting.domain.events import Event, Kind
from drafting.web.sessions import cookie_name
from tests.actions.coalition import ALL_SCOPES, SLUG
from tests.actions.test_rolls import LIST, Erased
from tests.web.signing import ORIGIN, OpenEdition, open_edition

LISTS = f"/en/workshop/{SLUG}/publishing/1/lists"
API = f"/api/v1/declarations/{SLUG}/editions/1/lists"
OWN = {"origin": ORIGIN}


@pytest.fixture
async def edition(tmp_path: Path) -> OpenEdition:
    return await open_edition(tmp_path)


async def delegate(edition: OpenEdition, network: str, lang: str = "en") -> httpx.AsyncClient:
    coalition = edition.coalition
    at = coalition.fakes.clock.now()
    account = coalition.delegate(network).account
    secret, _ = await coalition.ports.passes.issue(SESSION, account, at + timedelta(hours=12), at)
    browser = httpx.AsyncClient(transport=httpx.ASGITransport(edition.app), base_url=ORIGIN, headers=OWN)
    browser.cookies.set(cookie_name(edition.app.state.settings), secret)
    return browser


async def work(edition: OpenEdition) -> None:
    ports = replace(edition.app.state.site.ports, lists=cast(SignatureLists, Erased(set())))
    await work_on_rolls(ports)


async def upload(browser: httpx.AsyncClient, data: bytes, status: int = 303) -> httpx.Response:
    answer = await browser.post(LISTS, files={"list": ("liste d’été.csv", data, "text/csv")})
    assert answer.status_code == status, answer.text
    return answer


def zipped(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


def chosen(page: str) -> dict[str, str]:
    """What the form of the page would send as it stands."""
    form = page[page.index('/read"') :]
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    for name, options in re.findall(r'<select id="[\w-]+" name="([\w.]+)">(.*?)</select>', form, re.S):
        found[name] = next(iter(re.findall(r'value="([^"]*)" selected', options)), "")
    for name, value in re.findall(r'<input type="(?:radio|checkbox)"[^>]*name="(\w+)" value="(\w+)" checked', form):
        found[name] = value
    found.update(re.findall(r'<select id="f-(\w+)" name="\w+"[^>]*>\s*<option value="([^"]*)" selected', form))
    return found


async def test_a_list_goes_its_whole_way_without_script(edition: OpenEdition) -> None:
    async with await delegate(edition, "river") as first, await delegate(edition, "salt") as second:
        index = (await first.get(LISTS)).text
        assert "Bring in a list" in index
        own = (await upload(first, (LIST + ",nowhere,,,,\n").encode())).headers["location"]
        page = (await first.get(own)).text
        assert "@people.example" in page
        assert "amina@people" not in page, "what is shown of an address elsewhere is enough to tell the column"
        said = chosen(page)
        assert [said[f"column.{n}"] for n in range(6)] == ["name", "place", "address", "publish", "updates", "sheet"]
        answer = await first.post(f"{own}/read", data=said)
        assert (answer.status_code, answer.headers["location"]) == (303, own)
        assert 'http-equiv="refresh"' in (await first.get(own)).text
        await work(edition)
        checked = (await first.get(own)).text
        assert "3 names would count" in checked
        assert "Line 5: There is no name." in checked
        assert "@people.example" in checked
        assert "amina@people" not in checked
        assert (await first.post(f"{own}/hand-in", data={"network": "river"})).status_code == 303
        again = await first.post(f"{own}/approve", data={"digest": _digest(edition)})
        assert again.status_code == 403
        assert "It takes two people of different networks" in again.text
        assert f'href="{own}"' in (await second.get("/en/desk")).text
        waiting = (await second.get(own)).text
        assert "Vouch for 3 names" in waiting
        answer = await second.post(f"{own}/approve", data={"digest": _digest(edition), "network": "salt"})
        assert answer.status_code == 303
        await work(edition)
        assert "3 names count" in (await second.get(own)).text
        rows = list(csv.reader(io.StringIO((await second.get(f"{own}/lines.csv")).text.removeprefix("\ufeff"))))
        assert rows[1:] == [["5", "There is no name."]]
    told = (await edition.client.get(f"/api/v1/declarations/{SLUG}/editions/1/signatures")).json()
    assert told["count"] == told["on_paper"] == {"people": 3, "organisations": 0}


async def test_a_list_that_counts_is_taken_back_without_script(edition: OpenEdition) -> None:
    async with await delegate(edition, "river") as first, await delegate(edition, "salt") as second:
        own = (await upload(first, LIST.encode())).headers["location"]
        await first.post(f"{own}/read", data=chosen((await first.get(own)).text))
        await work(edition)
        await first.post(f"{own}/hand-in", data={"network": "river"})
        await second.post(f"{own}/approve", data={"digest": _digest(edition), "network": "salt"})
        await work(edition)
        page = (await first.get(own)).text
        assert "3 names would leave the count" in page
        assert "2 of them would leave the public list" in page
        assert (await first.post(f"{own}/ask-back", data={"reason": "because"})).status_code == 422
        asked = {"reason": "misread", "note": "Places and names changed places.", "network": "river"}
        assert (await first.post(f"{own}/ask-back", data=asked)).status_code == 303
        assert "Take 3 names back" not in (await first.get(own)).text
        again = await first.post(f"{own}/take-back", data={"reason": "misread"})
        assert again.status_code == 403
        assert "to take a list back" in again.text
        assert "Another network wants a list of names taken back" in (await second.get("/en/desk")).text
        page = (await second.get(own)).text
        assert all(
            words in page
            for words in ("Take 3 names back", "The file was read wrongly", "Places and names changed places.")
        )
        answer = await second.post(f"{own}/take-back", data={"reason": "misread", "network": "salt"})
        assert answer.status_code == 303
        assert 'http-equiv="refresh"' in (await second.get(own)).text
        await work(edition)
        assert "What is kept of these names is erased after 30 days." in (await second.get(own)).text
    secret = next(iter(edition.coalition.fakes.signatures.links))
    page = (await edition.client.get(f"/en/sign/own/{secret}")).text
    assert "two networks have taken the whole list back" in page
    assert "Withdraw my signature" not in page
    told = (await edition.client.get(f"/api/v1/declarations/{SLUG}/editions/1/signatures")).json()
    assert told["count"] == {"people": 0, "organisations": 0}


async def test_a_list_is_asked_back_kept_and_taken_back_by_program(edition: OpenEdition) -> None:
    async with await delegate(edition, "river") as first, await delegate(edition, "salt") as second:
        own = (await upload(first, LIST.encode())).headers["location"]
        await first.post(f"{own}/read", data=chosen((await first.get(own)).text))
        await work(edition)
        await first.post(f"{own}/hand-in", data={"network": "river"})
        await second.post(f"{own}/approve", data={"digest": _digest(edition), "network": "salt"})
        await work(edition)
        one = f"{API}/{own.rpartition('/')[2]}"
        counted = (await first.get(one)).json()
        assert counted["rows"] == {"counting": 3, "published": 2, "held": 0, "gone": 0}
        asked = (await first.post(f"{one}/ask-back", json={"reason": "twice", "note": "It came twice."})).json()
        assert (asked["state"], asked["reason"], asked["note"]) == ("asked_back", "twice", "It came twice.")
        assert [place["network"] for place in asked["doubted"]] == ["river"]
        kept = (await second.post(f"{one}/keep", json={})).json()
        assert (kept["state"], kept["reason"], kept["doubted"]) == ("counted", "", [])
        await first.post(f"{one}/ask-back", json={"reason": "twice"})
        answer = await second.post(f"{one}/take-back", json={"reason": "made_up"})
        assert answer.json()["code"] == "text_changed"
        assert (await second.post(f"{one}/take-back", json={"reason": "twice"})).status_code == 202
        await work(edition)
        gone = (await first.get(one)).json()
        assert (gone["state"], gone["rows"]["gone"]) == ("taken_back", 3)


def _digest(edition: OpenEdition) -> str:
    (roll,) = edition.coalition.fakes.rolls.by_id.values()
    return roll.digest


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "There is no row in this file."),
        (b"\xef\xbb\xbf \r\n", "There is no row in this file."),
        (zipped("[Content_Types].xml", b"<Types/>"), "Save it there as CSV"),
        (zipped("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), "Save it there as CSV"),
        (zipped("names.csv", b"\0" * 10_000_000), "This is no table in plain text."),
        (b"\x89PNG\r\n\x1a\n", "This is no table in plain text."),
        (b"\n%PDF-1.7\n1 0 obj\n", "This is no table in plain text."),
        (b"<html><table><tr><td>Name</td></tr></table></html>", "This is no table in plain text."),
        ("\ufeffName\nAmina\n".encode("utf-16-le")[:-1], "This is no table in plain text."),
    ],
)
async def test_a_file_that_is_no_list_gets_a_sentence(edition: OpenEdition, data: bytes, sentence: str) -> None:
    async with await delegate(edition, "river") as browser:
        answer = await upload(browser, data, 422)
    assert sentence in answer.text


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b",".join([b"a"] * 61) + b"\n", "Line 1 has more than 60 columns."),
        (b'Name,Place\nAmina,"Dakar\nBo,Lima\n', "A quotation mark in line 2 is opened and never closed"),
    ],
)
async def test_what_cannot_be_told_apart_is_said_beside_the_first_rows(
    edition: OpenEdition, data: bytes, sentence: str
) -> None:
    async with await delegate(edition, "river") as browser:
        own = (await upload(browser, data)).headers["location"]
        assert sentence in (await browser.get(own)).text


async def test_an_encoding_that_is_unclear_is_shown_in_each(edition: OpenEdition) -> None:
    async with await delegate(edition, "river") as browser:
        own = (await upload(browser, "Name;Ville\nAmélie;Orléans\n".encode("cp1252"))).headers["location"]
        page = (await browser.get(own)).text
        assert "Check every row" not in page
        assert "Amélie;Orléans" in page
        page = (await browser.get(own, params={"encoding": "windows-1252", "delimiter": ";"})).text
        assert "Check every row" in page
        assert chosen(page)["encoding"] == "windows-1252"
        answer = await browser.post(f"{own}/read", data={**chosen(page), "column.0": "place", "column.1": ""})
        assert answer.status_code == 422
        assert "Say which column holds the names." in answer.text


async def test_what_somebody_typed_runs_nowhere(edition: OpenEdition) -> None:
    async with await delegate(edition, "river") as browser:
        own = (await upload(browser, b"Name,Place\n<script>alert(1)</script>,<b>x</b>\n")).headers["location"]
        page = (await browser.get(own)).text
        await browser.post(f"{own}/read", data=chosen(page))
        await work(edition)
        for text in (page, (await browser.get(own)).text):
            assert "<script>alert" not in text
            assert "&lt;script&gt;" in text


async def test_whoever_vouches_can_read_every_row(edition: OpenEdition) -> None:
    async with await delegate(edition, "river") as browser:
        own = (await upload(browser, b"Name\n" + b"".join(b"P%d\n" % n for n in range(120)))).headers["location"]
        await browser.post(f"{own}/read", data=chosen((await browser.get(own)).text))
        await work(edition)
        seen, page = [], own
        while page:
            text = (await browser.get(page)).text
            seen += re.findall(r">(P\d+)<", text)
            following = re.search(r'rel="next" href="([^"#]+)', text)
            page = following[1] if following else ""
    assert seen == [f"P{n}" for n in range(120)]


async def test_who_left_no_address_is_erased_by_those_they_ask(edition: OpenEdition) -> None:
    async with await delegate(edition, "river") as first, await delegate(edition, "salt") as second:
        own = (await upload(first, LIST.encode())).headers["location"]
        await first.post(f"{own}/read", data=chosen((await first.get(own)).text))
        await work(edition)
        await first.post(f"{own}/hand-in", data={})
        await second.post(f"{own}/approve", data={"digest": _digest(edition)})
        await work(edition)
        page = (await first.post(f"{LISTS}/find", data={"name": "Bo  Li"})).text
        (erase,) = re.findall(r'action="([^"]+/erase)"', page)
        assert "K7QF-1" in page
        assert (await first.post(erase, data={})).status_code == 303
        assert "Nobody of this name" in (await first.post(f"{LISTS}/find", data={"name": "Bo Li"})).text
        assert "Nobody of this name" in (await first.post(f"{LISTS}/find", data={"name": "Amina Said"})).text
    (amina,) = [s.id for s in edition.coalition.fakes.signatures.by_id.values() if s.name == "Amina Said"]
    headers = await programs(edition, "river")
    signatures = f"/api/v1/declarations/{SLUG}/editions/1/signatures"
    answer = await edition.client.post(f"{signatures}/{amina}/erase", json={}, headers=headers)
    assert answer.status_code == 403, "a link leads to this one"
    found = await edition.client.post(f"{signatures}/on-paper", json={"name": "Bo Li"}, headers=headers)
    assert found.json() == {"items": []}
    assert (await edition.client.get(signatures)).json()["on_paper"] == {"people": 2, "organisations": 0}


async def test_strangers_see_no_list(edition: OpenEdition) -> None:
    async with await delegate(edition, "river") as browser:
        own = (await upload(browser, LIST.encode())).headers["location"]
    assert (await edition.client.get(LISTS)).status_code == 303
    assert (await edition.client.get(own)).status_code == 303
    assert (await edition.client.get(API)).status_code == 401


ROUTES = (
    ("GET", LISTS),
    ("POST", f"{LISTS}/find"),
    ("POST", LISTS),
    ("GET", LISTS + "/{list}"),
    ("GET", LISTS + "/{list}?again=1"),
    ("GET", LISTS + "/{list}/lines.csv"),
    ("POST", LISTS + "/{list}/read"),
    ("POST", LISTS + "/{list}/hand-in"),
    ("POST", LISTS + "/{list}/approve"),
    ("POST", LISTS + "/{list}/drop"),
    ("POST", LISTS + "/{list}/ask-back"),
    ("POST", LISTS + "/{list}/take-back"),
    ("POST", LISTS + "/{list}/keep"),
    ("POST", LISTS.removesuffix("lists") + "signatures/{signature}/erase"),
)


@pytest.mark.parametrize("ended", [False, True], ids=["who only writes", "whose mandate ended"])
async def test_lists_are_for_those_who_may_sign_for_a_network_now(edition: OpenEdition, ended: bool) -> None:
    coalition = edition.coalition
    async with await delegate(edition, "river") as first:
        own = (await upload(first, LIST.encode())).headers["location"]
        await first.post(f"{own}/read", data=chosen((await first.get(own)).text))
        await work(edition)
        await first.post(f"{own}/hand-in", data={})
    scopes = ALL_SCOPES if ended else ["edit", "consent", "translate", "speak"]
    account = (await coalition.fakes.accounts.open("writer@example.org", "Writer", "en"))[0].id
    grant: dict[str, Any] = {"id": "of-writer", "network": "salt", "account": account, "scopes": scopes}
    grant |= {"granted_by": account, "until": None}
    events = [Event(Kind.MANDATE_GRANT, grant, account)]
    events += [Event(Kind.MANDATE_END, {"id": "of-writer"}, account)] if ended else []
    ledger, at = coalition.fakes.ledger, coalition.fakes.clock.now()
    await ledger.append(SLUG, events, expected=len(await ledger.read(SLUG)), at=at)
    secret, _ = await coalition.ports.passes.issue(SESSION, account, at + timedelta(hours=12), at)
    list_id, digest = own.rpartition("/")[2], _digest(edition)
    headers = {"authorization": f"Bearer {await issue_token(coalition.ports, address='writer@example.org')}"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(edition.app), base_url=ORIGIN, headers=OWN) as browser:
        browser.cookies.set(cookie_name(edition.app.state.settings), secret)
        for method, path in ROUTES:
            sent: dict[str, Any] = {"data": {"digest": digest, "network": "salt"}} if path != LISTS else {}
            sent = {"files": {"list": ("x.csv", b"Name\nBo\n")}} if (method, path) == ("POST", LISTS) else sent
            sent = sent if method == "POST" else {}
            answer = await browser.request(method, path.format(list=list_id, signature="x"), **sent)
            assert answer.status_code in (403, 404), (method, path, answer.status_code)
            assert "Amina" not in answer.text
    for method, path, body in (
        ("GET", API, None),
        ("GET", f"{API}/{list_id}", None),
        ("GET", f"{API}/{list_id}/lines", None),
        ("POST", API.removesuffix("lists") + "signatures/on-paper", {"name": "Bo Li"}),
        ("POST", f"{API}/{list_id}/hand-in", {"network": "salt"}),
        ("POST", f"{API}/{list_id}/approve", {"network": "salt", "digest": digest}),
        ("POST", f"{API}/{list_id}/drop", {}),
        ("POST", f"{API}/{list_id}/ask-back", {"reason": "other"}),
        ("POST", f"{API}/{list_id}/take-back", {"reason": "other"}),
        ("POST", f"{API}/{list_id}/keep", {}),
    ):
        got = await edition.client.request(method, path, json=body, headers=headers)
        assert got.status_code in (403, 404), (method, path, got.status_code, got.text)
    assert not (await coalition.state()).rolls[list_id].is_approved


async def programs(edition: OpenEdition, network: str) -> dict[str, str]:
    account = await edition.coalition.ports.accounts.get(edition.coalition.delegate(network).account)
    return {"authorization": f"Bearer {await issue_token(edition.coalition.ports, address=account.address)}"}


async def test_programs_bring_lists_in_too(edition: OpenEdition) -> None:
    first, second = await programs(edition, "river"), await programs(edition, "salt")

    async def post(path: str, status: int, headers: dict[str, str], **body: Any) -> Any:
        answer = await edition.client.post(f"{API}{path}", json=body, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    file = {"list": ("x.csv", LIST.encode(), "text/csv")}
    answer = await edition.client.post(API, files=file, headers=first)
    assert answer.status_code == 201
    brought = answer.json()
    assert (brought["state"], brought["encodings"]) == ("new", ["utf-8"])
    own = f"/{brought['id']}"
    await post(f"{own}/read", 202, first, **brought["proposed"])
    await work(edition)
    read = (await edition.client.get(f"{API}{own}", headers=first)).json()
    assert (read["state"], read["numbers"]["fits"]) == ("checked", 3)
    handed = await post(f"{own}/hand-in", 200, first)
    assert (await post(f"{own}/approve", 403, first, digest=handed["digest"]))["code"] == "second_network_required"
    assert (await post(f"{own}/approve", 202, second, digest=handed["digest"]))["vouched"][1]["network"] == "salt"
    await work(edition)
    (done,) = (await edition.client.get(API, headers=second)).json()["items"]
    assert (done["state"], done["counted"]) == ("counted", {"fits": 3})
    assert (await edition.client.get(f"{API}{own}/lines", headers=second)).json() == {"items": []}
    assert (await post(f"{own}/drop", 422, second))["reason"] == "moved"


async def test_sheets_are_made_for_nobody_but_those_who_take_part(edition: OpenEdition) -> None:
    """Each is a PDF made on demand, which strangers could ask for without end."""
    page, program = f"/en/workshop/{SLUG}/publishing/1/sheets?locale=en", f"{API.removesuffix('/lists')}/sheets/en"
    assert "/login?" in (await edition.client.get(page)).headers["location"]
    assert (await edition.client.get(program)).status_code == 401
    stranger, _ = await edition.coalition.ports.accounts.open("stranger@people.example")
    token = await issue_token(edition.coalition.ports, address=stranger.address)
    answer = await edition.client.get(program, headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 403


async def test_sheets_come_in_the_languages_of_the_edition(edition: OpenEdition) -> None:
    sheets = f"/en/workshop/{SLUG}/publishing/1/sheets"
    async with await delegate(edition, "night") as browser:
        answer = await browser.get(sheets, params={"locale": "en", "pages": "3"})
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
        assert re.search(r'well-sheets-[2-9A-Z]{5}\.pdf"', answer.headers["content-disposition"])
        assert (await browser.get(sheets, params={"locale": "tlh"})).status_code == 422
        assert (await browser.get(sheets, params={"locale": "en", "pages": "51"})).status_code == 422

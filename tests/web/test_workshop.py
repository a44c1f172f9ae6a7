"""The pages on which people write, table, answer, translate and publish, without script."""

import re
from pathlib import Path

import httpx
import pytest

from drafting.actions.membership.sign_in import SESSION
from drafting.actions.release.releasing import work_on_jobs
from drafting.domain.positions import CellStatus
from drafting.domain.standing import cell
from drafting.paths import LOCALES
from drafting.settings import Settings
from drafting.web.app import make_app, make_site
from drafting.web.i18n import Languages
from drafting.web.letters import Letters
from drafting.web.sessions import cookie_name
from tests.actions.coalition import SLUG, Coalition, found

ORIGIN = "https://drafting.example"
W = f"/en/workshop/{SLUG}"


class Visitors:
    """A coalition, and browsers of its people."""

    def __init__(self, coalition: Coalition, folder: Path) -> None:
        self.coalition = coalition
        self.settings = Settings(data=folder, origin=ORIGIN)
        languages = Languages(LOCALES, pseudo=True)
        self.ports = coalition.fakes.ports(origin=ORIGIN, sentences=Letters(languages))
        coalition.ports = self.ports
        self.app = make_app(make_site(self.ports, self.settings, languages))

    async def browser(self, account: str) -> httpx.AsyncClient:
        at = self.ports.clock.now()
        secret, _ = await self.ports.passes.issue(SESSION, account, at.replace(year=at.year + 1), at)
        transport = httpx.ASGITransport(self.app)
        headers = {"origin": ORIGIN}
        made = httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers)
        made.cookies.set(cookie_name(self.settings), secret)
        return made

    async def status(self, network: str, section: str = "water") -> CellStatus:
        state = await self.coalition.state()
        return cell(state, state.sections[section], network, self.ports.clock.now()).status


@pytest.fixture
async def visitors(tmp_path: Path) -> Visitors:
    return Visitors(await found(), tmp_path)


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the page's forms."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))


async def read(browser: httpx.AsyncClient, path: str) -> str:
    answer = await browser.get(path)
    assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:2000]}"
    return answer.text


async def test_every_page_of_the_workshop_opens_in_each_language(visitors: Visitors) -> None:
    await visitors.coalition.table("water", why="First words")
    await visitors.coalition.take("salt", "water", "objection", harms="Our aim", remedy="Other words")
    holder = await visitors.browser("account-1")
    pages = [
        "/",
        "/matrix",
        "/matrix?only=open",
        "/matrix?network=salt",
        "/agree",
        "/charter",
        "/ledger",
        "/whole/en",
        "/water/en",
        "/water/ar",
        "/water/en/edit",
        "/water/en/history",
        "/water/en/history/1",
        "/water/shape",
        "/water/table",
        "/water/revisions/1",
        "/water/revisions/1?network=salt",
        "/translations/",
        "/translations/ar/",
        "/translations/ar/water",
        "/publishing",
    ]
    for language in ("en", "ar"):
        for page in pages:
            await read(holder, f"/{language}/workshop/{SLUG}{page}")


async def test_who_has_no_mandate_reads_nothing(visitors: Visitors) -> None:
    stranger, _ = await visitors.ports.accounts.open("stranger@example.org", "Stranger", "en")
    browser = await visitors.browser(stranger.id)
    for page in ("/", "/water/en", "/matrix", "/matrix.csv", "/ledger"):
        assert (await browser.get(W + page)).status_code == 403


async def test_a_holder_tables_what_stands_in_the_form(visitors: Visitors) -> None:
    holder = await visitors.browser("account-1")
    page = await read(holder, f"{W}/water/table")
    answer = await holder.post(f"{W}/water/table", data={**hidden(page), "why": "First words", "change": "substantive"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{W}/water/revisions/1")


async def test_tabling_a_page_that_is_older_than_the_text_shows_the_difference_and_tables_nothing(
    visitors: Visitors,
) -> None:
    holder = await visitors.browser("account-1")
    page = await read(holder, f"{W}/water/table")
    await visitors.coalition.write("water", ("water1", "About water"), ("water2", "Somebody was quicker."))
    answer = await holder.post(f"{W}/water/table", data={**hidden(page), "why": "Mine"})
    assert answer.status_code == 409
    assert "Somebody was quicker." in answer.text
    assert (await visitors.coalition.state()).sections["water"].revisions == []


async def test_a_delegate_consents_to_the_words_above_the_button(visitors: Visitors) -> None:
    await visitors.coalition.table("water")
    delegate = await visitors.browser(visitors.coalition.delegate("salt").account)
    page = await read(delegate, f"{W}/water/revisions/1")
    assert page.index("We speak of water.") < page.index('value="consent"')
    answer = await delegate.post(f"{W}/water/revisions/1/positions", data={**hidden(page), "quick": "consent"})
    assert answer.status_code == 303
    assert await visitors.status("salt") is CellStatus.CONSENTS


async def test_a_stale_consent_shows_what_changed_since_that_networks_own_and_is_renewed_with_one_click(
    visitors: Visitors,
) -> None:
    await visitors.coalition.table("water")
    await visitors.coalition.take("salt", "water")
    for words in ("We speak of many waters.", "We speak of all waters."):
        await visitors.coalition.write("water", ("water1", "About water"), ("water2", words))
        await visitors.coalition.table("water")
    delegate = await visitors.browser(visitors.coalition.delegate("salt").account)
    page = await read(delegate, f"{W}/water/revisions/3?since=consent")
    assert re.search(r"<del>.*water\.", page)
    assert re.search(r"<ins>.*all waters\.", page)
    answer = await delegate.post(f"{W}/water/revisions/3/positions", data={**hidden(page), "quick": "consent"})
    assert answer.status_code == 303
    assert await visitors.status("salt") is CellStatus.CONSENTS


async def test_words_that_changed_while_reading_give_a_409_with_the_newer_ones_and_record_nothing(
    visitors: Visitors,
) -> None:
    await visitors.coalition.table("water")
    delegate = await visitors.browser(visitors.coalition.delegate("salt").account)
    page = await read(delegate, f"{W}/water/revisions/1")
    await visitors.coalition.write("water", ("water1", "About water"), ("water2", "Newer words."))
    await visitors.coalition.table("water")
    answer = await delegate.post(f"{W}/water/revisions/1/positions", data={**hidden(page), "quick": "consent"})
    assert answer.status_code == 409
    assert "Newer words." in answer.text
    assert await visitors.status("salt") is CellStatus.NONE


async def test_an_objection_without_reasons_keeps_what_was_typed(visitors: Visitors) -> None:
    await visitors.coalition.table("water")
    delegate = await visitors.browser(visitors.coalition.delegate("salt").account)
    page = await read(delegate, f"{W}/water/revisions/1")
    form = {**hidden(page), "kind": "objection", "harms": "Our aim of free springs", "remedy": ""}
    answer = await delegate.post(f"{W}/water/revisions/1/positions", data=form)
    assert answer.status_code == 422
    assert "Our aim of free springs" in answer.text
    assert 'aria-invalid="true"' in answer.text


async def test_the_last_day_of_all_is_no_end_of_a_consultation(visitors: Visitors) -> None:
    await visitors.coalition.table("water")
    delegate = await visitors.browser(visitors.coalition.delegate("salt").account)
    page = await read(delegate, f"{W}/water/revisions/1")
    form = {**hidden(page), "kind": "consulting", "until": "9999-12-31"}
    assert (await delegate.post(f"{W}/water/revisions/1/positions", data=form)).status_code == 422


async def test_agreeing_to_all_from_its_page(visitors: Visitors) -> None:
    for section in visitors.coalition.sections:
        await visitors.coalition.table(section)
    delegate = await visitors.browser(visitors.coalition.delegate("night").account)
    page = await read(delegate, f"{W}/agree")
    answer = await delegate.post(f"{W}/agree", data=hidden(page))
    assert answer.status_code == 303
    assert {await visitors.status("night", s) for s in visitors.coalition.sections} == {CellStatus.CONSENTS}


async def test_the_spreadsheet_computes_nothing(visitors: Visitors) -> None:
    await visitors.coalition.write("water", ("water1", "=1+1"))
    delegate = await visitors.browser(visitors.coalition.delegate("night").account)
    await visitors.coalition.write("front", ("front1", "@sum"))
    sheet = await read(delegate, f"{W}/matrix.csv")
    assert "\n'@sum" in sheet or "'@sum" in sheet
    assert "\n=1" not in sheet


async def test_a_section_edited_as_a_form_is_saved_whole(visitors: Visitors) -> None:
    delegate = await visitors.browser(visitors.coalition.delegate("salt").account)
    page = await read(delegate, f"{W}/water/en/edit")
    form = {**hidden(page), "markdown": "## About water\n\nSaved **whole**.\n"}
    answer = await delegate.post(f"{W}/water/en/edit", data=form)
    assert answer.status_code == 303
    assert (await visitors.coalition.words("water"))[1].words == "Saved whole."


async def test_two_who_save_the_same_section_see_both_texts_and_lose_nothing(visitors: Visitors) -> None:
    delegate = await visitors.browser(visitors.coalition.delegate("salt").account)
    page = await read(delegate, f"{W}/water/en/edit")
    await visitors.coalition.write("water", ("water1", "About water"), ("water2", "Theirs was first."))
    form = {**hidden(page), "markdown": "## About water\n\nMine came second.\n"}
    answer = await delegate.post(f"{W}/water/en/edit", data=form)
    assert answer.status_code == 409
    assert "Mine came second." in answer.text
    assert "Theirs was first." in answer.text


@pytest.mark.parametrize("words", ["<b>bold</b>", "| a | b |\n|---|---|\n| 1 | 2 |", "[x](javascript:alert(1))"])
async def test_markdown_that_is_not_permitted_names_its_line_and_stays_in_the_form(
    visitors: Visitors, words: str
) -> None:
    delegate = await visitors.browser(visitors.coalition.delegate("salt").account)
    page = await read(delegate, f"{W}/water/en/edit")
    answer = await delegate.post(f"{W}/water/en/edit", data={**hidden(page), "markdown": f"## Title\n\n{words}\n"})
    assert answer.status_code == 422
    assert "3" in answer.text


async def test_an_earlier_moment_is_brought_back_as_an_edit(visitors: Visitors) -> None:
    before = await visitors.coalition.words("water")
    await visitors.coalition.write("water", ("water1", "About water"), ("water2", "Spoiled."))
    delegate = await visitors.browser(visitors.coalition.delegate("salt").account)
    answer = await delegate.post(f"{W}/water/en/history/1/restore")
    assert answer.status_code == 303
    assert [b.words for b in await visitors.coalition.words("water")] == [b.words for b in before]


async def test_a_translator_approves_blocks_and_sees_what_changed_in_the_source(visitors: Visitors) -> None:
    await visitors.coalition.write(
        "water", ("twater1", "عن الماء"), ("twater2", "نتكلم عن الماء."), locale="ar", of=True
    )
    browser = await visitors.browser("account-1")
    bench = f"{W}/translations/ar/water"
    assert (await browser.post(f"{bench}/approve", data={"block": "water2"})).status_code == 303
    await visitors.coalition.write("water", ("water1", "About water"), ("water2", "We speak of 7 waters."))
    page = await read(browser, bench)
    assert re.search(r"<ins>.*7 waters", page, re.S)
    answer = await browser.post(f"{bench}/reject", data={"block": "water2", "reason": ""})
    assert answer.status_code == 200
    assert 'role="alert"' in answer.text


async def test_from_freeze_to_release_by_two_networks(visitors: Visitors) -> None:
    coalition = visitors.coalition
    for section in coalition.sections:
        await coalition.table(section)
    for network in coalition.networks:
        await coalition.agree(network)
    first = await visitors.browser("account-1")
    page = await read(first, f"{W}/publishing")
    assert (await first.post(f"{W}/editions", data=hidden(page))).status_code == 422
    frozen = await first.post(f"{W}/editions", data={**hidden(page), "read": "yes"})
    assert frozen.headers["location"] == f"{W}/publishing/1"
    await read(first, f"{W}/publishing/1/preview/ar")
    for account, status in (("account-1", 303), ("account-2", 403), ("account-3", 303)):
        browser = await visitors.browser(account)
        page = await read(browser, f"{W}/publishing/1")
        manifest = (await coalition.state()).editions[0].manifest_digest
        answer = await browser.post(f"{W}/publishing/1/approve", data={**hidden(page), "manifest": manifest})
        assert answer.status_code == status, answer.text[:500]
    await work_on_jobs(visitors.ports)
    assert "/d/well/1/en/" in await read(first, f"{W}/publishing/1")


async def test_a_form_sent_from_another_site_is_refused(visitors: Visitors) -> None:
    browser = await visitors.browser("account-1")
    answer = await browser.post(
        f"{W}/order", data={"section": "water"}, headers={"origin": "https://elsewhere.example"}
    )
    assert answer.status_code == 403

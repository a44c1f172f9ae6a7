"""What the platform is for, as people do it with a browser: write together, agree, renew, translate, release, read."""

import re
import subprocess
import unicodedata
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.people import NOTHING_WAITS, SLUG, People, W, editor, expect_saved, until, write_after, write_at_end
from tests.processes import executable
from tests.services import Server

RELEASE_PATIENCE = 300_000
"""Milliseconds in which fourteen files are made, the machine being busy with other things."""
OTHER_WORDS = "unless those who taught us asked us not to"


def cell(page: Page, title: str, network: str) -> str:
    """What the matrix says of a network on a section, in words. The page may be anybody's."""
    page.goto(f"/en/{W}/matrix")
    heads = [head.strip() for head in page.locator("table.matrix thead th").all_inner_texts()]
    row = page.locator("table.matrix tbody tr").filter(has_text=title)
    return row.locator("td").nth(heads.index(network) - 1).inner_text().strip()


def test_a_new_visitor_writes_a_section_together_with_a_second_window(people: People) -> None:
    first = people.visitor()
    expect(first.get_by_text("This is a demonstration.")).to_be_visible()
    first.get_by_role("link", name="Try it as somebody").click()
    first.get_by_role("button", name="Anong Saelee").click()
    expect(first.get_by_role("heading", level=1)).to_contain_text("wait")
    first.get_by_role("link", name="The Open Well").first.click()
    first.get_by_role("link", name="Those who leave and those who stay", exact=True).click()
    second = people.person("marisol", f"{W}/moving/en")
    write_at_end(first, " Their boats are welcome.")
    expect(editor(second)).to_contain_text("Their boats are welcome.")
    expect(second.locator("[data-present]")).to_contain_text("Anong Saelee, Headwater")
    write_at_end(second, " So are their songs.")
    expect(editor(first)).to_contain_text("Their boats are welcome. So are their songs.")
    expect(first.locator("[data-present]")).to_contain_text("Marisol Quiñones Angulo, Orillas")
    for page in (first, second):
        expect_saved(page)


def test_a_delegate_takes_a_position_and_gives_its_reasons(people: People) -> None:
    people.allow("the server responded with a status of 422")
    salma = people.person("salma", f"{W}/why/revisions/1", lang="ar")
    expect(salma.locator("html")).to_have_attribute("dir", "rtl")
    form = salma.locator("form#act")
    form.locator("[name=kind][value=reservation]").check()
    form.locator("button[name=chosen]").click()
    expect(salma.locator("[role=alert]")).to_be_visible()
    form.locator("[name=statement]").fill("نكتب معًا، ونختلف معًا.")
    form.locator("[name=statement_locale]").select_option("ar")
    form.locator("button[name=chosen]").click()
    expect(salma.get_by_text("نكتب معًا، ونختلف معًا.").first).to_be_visible()
    assert cell(salma, "Why we write together", "بذور النهر") == "consents with reservation"


def test_a_stale_consent_says_why_and_is_renewed_with_one_press(people: People) -> None:
    anong = people.person("anong")
    assert cell(anong, "Water is a common", "Headwater") == "stale"
    anong.goto("/en/desk")
    card = anong.locator("article").filter(has_text="“Water is a common” changed after your consent")
    card.get_by_role("link", name="See what changed").click()
    expect(anong.get_by_role("heading", level=1)).to_have_text("The words changed after your consent")
    expect(anong.locator("main")).to_contain_text("Fifty litres keep a person alive")
    expect(anong.locator(".prose del").first).to_contain_text("fifty")
    expect(anong.locator(".prose ins").first).to_contain_text("one hundred")
    anong.get_by_role("button", name="Renew consent to revision 2").click()
    expect(anong.get_by_role("heading", level=1)).to_have_text("Water is a common")
    assert cell(anong, "Water is a common", "Headwater") == "consents"


def test_a_translator_mends_what_is_outdated_and_another_network_approves(people: People) -> None:
    rana = people.person("rana", f"{W}/translations/ar/")
    rana.locator("main table").get_by_role("link", name="Seeds and knowledge stay free").click()
    pair = rana.locator("article.pair").filter(has_text="What we learn we publish")
    expect(pair).to_contain_text("outdated")
    expect(pair.locator("ins")).to_contain_text(OTHER_WORDS)
    target = editor(rana, "seeds.ar")
    assert target.evaluate("mount => getComputedStyle(mount).direction") == "rtl"
    target.focus()
    write_after(rana, "وبلا ثمن", "، إلا إذا طلب من علّمونا غير ذلك", "seeds.ar")
    until(rana, NOTHING_WAITS)
    expect(rana.locator("[data-save]").nth(1)).to_have_text(re.compile("^Saved on the server at "))
    pair.get_by_role("button", name="It follows the source again: submit").click()
    expect(pair).to_contain_text("in review")
    anong = people.person("anong", f"{W}/translations/ar/seeds")
    pair = anong.locator("article.pair").filter(has_text="What we learn we publish")
    expect(pair).to_contain_text("إلا إذا طلب من علّمونا غير ذلك")
    pair.get_by_role("button", name="Approve").click()
    expect(pair).to_contain_text("approved")


# ---- from other words to public pages


def table_other_words(anong: Page) -> None:
    """The holder tables what the workshop says, and says why."""
    anong.goto(f"/en/{W}/seeds/en")
    anong.get_by_role("link", name="Table revision 3").click()
    expect(anong.locator("ins").filter(has_text=OTHER_WORDS)).to_be_visible()
    anong.get_by_label("Why, in your words").fill("Orillas said what would remove its objection. Here it is.")
    anong.get_by_role("button", name="Table these words").click()


def consent(page: Page, button: str) -> None:
    page.goto(f"/en/{W}/seeds/revisions/3?since=consent")
    page.get_by_role("button", name=button).click()
    page.wait_for_load_state()


def approve(page: Page, network: str) -> None:
    page.goto(f"/en/{W}/publishing/2")
    # A name of another direction stands between marks that keep it in its place.
    page.get_by_role("button", name=re.compile(f"^Approve the release for .?{network}")).click()
    page.wait_for_load_state()


@pytest.fixture(scope="module")
def released(chromium: Browser, demonstration: Server) -> Iterator[People]:
    """A second edition: words that lift an objection are tabled, agreed to, frozen, approved by two networks, made."""
    people = People(chromium, demonstration)
    anong, marisol, salma = (people.person(key) for key in ("anong", "marisol", "salma"))
    assert cell(salma, "Seeds and knowledge stay free", "بذور النهر") == "consents"
    table_other_words(anong)
    assert cell(salma, "Seeds and knowledge stay free", "بذور النهر") == "stale"
    salma.goto(f"/en/{W}/seeds/revisions/3?since=consent")
    expect(salma.locator("main")).to_contain_text("Orillas said what would remove its objection.")
    expect(salma.locator("ins").filter(has_text=OTHER_WORDS)).to_be_visible()
    consent(salma, "Renew consent to revision 3")
    consent(marisol, "Consent to revision 3")
    consent(anong, "Renew consent to revision 3")
    anong.goto(f"/en/{W}/publishing")
    anong.get_by_label("I have read the list above").check()
    anong.get_by_role("button", name="Freeze the edition").click()
    expect(anong.get_by_role("heading", level=1)).to_have_text("Edition 2")
    approve(marisol, "Red Orillas Despiertas")
    expect(marisol.locator("main")).to_contain_text("Now somebody of another network has to.")
    approve(salma, "شبكة بذور النهر")
    expect(salma.get_by_text("Released on").first).to_be_visible(timeout=RELEASE_PATIENCE)
    yield people
    people.leave()
    assert people.faults == []


def test_other_words_lift_an_objection_and_the_edition_is_released(released: People) -> None:
    visitor = released.visitor()
    visitor.get_by_role("link", name="Read the declaration").click()
    expect(visitor).to_have_url(re.compile(f"/d/{SLUG}/2/en/$"))
    expect(visitor.locator("main")).to_contain_text(OTHER_WORDS)


def test_the_arabic_page_reads_from_the_right_without_script_or_cookie(released: People) -> None:
    visitor = released.visitor(java_script_enabled=False)
    visitor.goto(f"/d/{SLUG}/2/en/")
    visitor.get_by_role("link", name="العربية").first.click()
    expect(visitor).to_have_url(re.compile(f"/d/{SLUG}/2/ar/"))
    expect(visitor.locator("html")).to_have_attribute("dir", "rtl")
    expect(visitor.locator("html")).to_have_attribute("lang", "ar")
    expect(visitor.get_by_role("heading", name="البذور والمعرفة تبقى حرّة")).to_be_visible()
    expect(visitor.locator('script:not([type="application/ld+json"])')).to_have_count(0)
    assert visitor.context.cookies() == []


def bare(text: str) -> str:
    """Letters alone, without vowel signs and marks of direction: how a PDF orders those is its own affair."""
    kept = (c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) not in ("Mn", "Cf"))
    return "".join(kept)


def test_the_arabic_pdf_holds_the_words_of_the_page(released: People) -> None:
    visitor = released.visitor()
    visitor.goto(f"/d/{SLUG}/2/ar/")
    link = visitor.locator("a[href$='.pdf']").first
    address = link.evaluate("link => link.href")
    answer = visitor.request.get(address)
    assert answer.headers["content-type"] == "application/pdf"
    pdftotext = executable("pdftotext", apt="poppler-utils")
    path = released.server.data / "public" / "d" / SLUG / "2" / "ar" / f"{SLUG}-2-ar.pdf"
    assert answer.body() == path.read_bytes()
    read = subprocess.run([pdftotext, str(path), "-"], capture_output=True, check=True).stdout.decode()
    told = set(bare(visitor.locator("#seeds").inner_text()).split())
    # Lam with alef is one letter in most fonts, and comes back as it likes.
    wanted = [w for w in told if re.fullmatch("[\u0621-\u064a]{3,}", w) and not re.search("ل[اأإآ]", w)]
    found = bare(read)
    missing = [word for word in wanted if word not in found]
    assert len(wanted) > 30
    assert len(missing) <= len(wanted) * 0.2, missing

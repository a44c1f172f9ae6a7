"""Every page, for everybody: axe finds nothing, nothing scrolls sideways, and the policy holds; keys alone suffice."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, expect
from starlette.routing import BaseRoute, Route

from drafting.web.routes import PAGES
from tests.browser.people import People, W, editor, expect_saved
from tests.browser.places import DELEGATE, NO_PAGES, PLACES, PUBLISHED, SIGN, VISITOR, Place
from tests.browser.test_signing import link_of
from tests.journeys.api import invitation_token
from tests.services import Server

AXE = (Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
WIDTHS = (1280, 390)
NARROW = 320
"""The width at which WCAG (1.4.10) asks for one column: 1280 pixels at 400 %."""
HEIGHT = 900
SCHEMES: dict[str, Any] = {"en": "light", "ar": "dark"}
ORIGIN = re.compile("^https?://[^/]+")

# Everything of WCAG 2.2 A and AA that a machine can judge, and what axe's authors call best practice.
RUN = """() => axe.run(document, {
  resultTypes: ["violations"],
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}).then(result => result.violations.flatMap(({ id, nodes }) =>
  nodes.map(({ target, html }) => `${id}: ${target.join(" ")} ${html.slice(0, 120)}`)))"""

SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"

# The editors of a page, if it has any, are what people work with: judged when they are live, not before.
LIVE = """() => [...document.querySelectorAll("[data-text]")].slice(0, 1).every(text =>
  text.querySelector(".ProseMirror") && !text.querySelector("[data-save][data-state=connecting]"))"""


class Walk:
    """Goes from page to page as one person and writes down what is wrong there."""

    def __init__(self, page: Page, lang: str, found: dict[str, str]) -> None:
        self.page = page
        self.lang = lang
        self.found = found
        self.faults: list[str] = []

    def to(self, place: Place) -> None:
        path = place.path.format(**self.found)
        self.look(f"/{self.lang}/{path}", place.status)

    def look(self, address: str, status: int = 200) -> None:
        self.page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
        answer = self.page.goto(address)
        assert answer is not None
        if answer.status != status:
            self.faults.append(f"{address}: {answer.status}")
        self.page.wait_for_function(LIVE)
        self.judge(address)

    def judge(self, where: str) -> None:
        """The page as it stands, at every width."""
        for width in (*WIDTHS, NARROW):
            self.page.set_viewport_size({"width": width, "height": HEIGHT})
            if width in WIDTHS:
                self.faults += [f"{where} {width}: {fault}" for fault in self.page.evaluate(RUN)]
            if (beyond := self.page.evaluate(SIDEWAYS)) > 0:
                self.faults.append(f"{where}: {beyond} px wider than a window of {width}")


@pytest.fixture(scope="module")
def found(demonstration: Server, chromium: Browser) -> Iterator[dict[str, str]]:
    """What stands in addresses and is made by chance: an invitation that nobody accepted, a moment of a text."""
    people = People(chromium, demonstration)
    page = people.person(DELEGATE, f"{W}/people")
    invited = "newcomer@people.example"
    form: dict[str, str | float | bool] = {"address": invited, "for": "headwater", "scopes": "edit"}
    assert page.request.post(f"/en/{W}/invitations", form=form).ok
    page.goto(f"/en/{W}/seeds/en/history")
    moment = page.locator("main ol.rows a").first.get_attribute("href") or ""
    page.goto(f"/en/{W}/water/revisions/2")
    position = page.locator("a[href$='/sign']").first.get_attribute("href") or ""
    yield {
        "invitation": invitation_token(demonstration, invited),
        "moment": moment.removeprefix("/en/"),
        "position": position.removeprefix("/en/"),
        "signature": signature_token(page, demonstration, "undecided@people.example"),
        "signed": signature_token(page, demonstration, "decided@people.example", confirms=True),
        "unread": list_of_names(page, "الاسم;المكان\nأمينة;القاهرة\n".encode("cp1256")),
        "checked": list_of_names(page, b"Name,E-mail,Publish\nAmina,a@people.example,x\n,,\n=1,,\n", reads=True),
        "asked_back": list_asked_back(page, people.person("marisol", f"{W}/people")),
        "unproven": signature_token(page, demonstration, "a@keepers.example", confirms=True, kind="organisation"),
        "proving": proving_token(page, demonstration),
        "update": update_id(page),
    }
    people.leave()


def update_id(page: Page) -> str:
    """The id of a letter to those who signed, which waits for a second network."""
    form: dict[str, str | float | bool] = {
        "subject.en": "News",
        "body.en": "One.\n\nTwo.",
        "subject.ar": "أخبار",
        "body.ar": "سطر.",
    }
    answer = page.request.post(f"/en/{W}/publishing/1/updates", form=form)
    assert answer.ok
    return answer.url.rpartition("/")[2]


def proving_token(page: Page, server: Server) -> str:
    """That of an organisation that was asked to prove its domain, and has a logo."""
    token = signature_token(page, server, "b@keepers.example", confirms=True, kind="organisation")
    assert page.request.post(f"/en/sign/own/{token}/domain", form={"domain": "keepers.example"}).ok
    picture = io.BytesIO()
    Image.new("RGB", (300, 120), (0, 90, 80)).save(picture, "PNG")
    file: FilePayload = {"name": "logo.png", "mimeType": "image/png", "buffer": picture.getvalue()}
    assert page.request.post(f"/en/sign/own/{token}/logo", multipart={"logo": file}).ok
    return token


def list_of_names(page: Page, data: bytes, *, reads: bool = False) -> str:
    """The id of a list that was brought in, and checked or not."""
    lists = f"/en/{W}/publishing/1/lists"
    file: FilePayload = {"name": "names.csv", "mimeType": "text/csv", "buffer": data}
    answer = page.request.post(lists, multipart={"list": file}, max_redirects=0)
    own = answer.headers["location"]
    if reads:
        said: dict[str, str | float | bool] = {"encoding": "utf-8", "delimiter": ",", "has_header": "yes"}
        said |= {"column.0": "name", "column.1": "address", "column.2": "publish"}
        said |= {"locale": "en", "source": "paper", "kind": "person"}
        assert page.request.post(f"{own}/read", form=said).ok
        page.goto(own)
        expect(page.get_by_role("heading", name="would count").first).to_be_visible()
    return own.rpartition("/")[2]


def list_asked_back(page: Page, second: Page) -> str:
    """The id of a list that counts, and that a network wants taken back."""
    id = list_of_names(page, b"Name,E-mail,Publish\nBo,b@people.example,x\n=1,,\n", reads=True)
    own = f"/en/{W}/publishing/1/lists/{id}"
    assert page.request.post(f"{own}/hand-in", form={}).ok
    second.goto(own)
    second.get_by_role("button", name="Vouch for").click()
    expect(second.get_by_role("heading", name="name counts")).to_be_visible()
    form: dict[str, str | float | bool] = {"reason": "misread", "note": "Names and places changed places."}
    assert page.request.post(f"{own}/ask-back", form=form).ok
    return id


def signature_token(page: Page, server: Server, address: str, *, confirms: bool = False, kind: str = "person") -> str:
    """The token of a signature that somebody asked for, and confirmed or not."""
    said: dict[str, str | float | bool] = {"kind": kind, "name": "Zaynab", "address": address, "shown": "name"}
    if kind == "organisation":
        said |= {
            "mandate_by": "مجلس الإدارة",
            "mandate_on": "2026-03-01",
            "mandate": "نوقّع معًا.",
            "mandate_locale": "ar",
        }
    assert page.request.post(f"/en/{SIGN}", form=said).ok
    link = link_of(server, address)
    if confirms:
        assert page.request.post(link).ok
    return link.rpartition("/")[2]


@pytest.mark.parametrize("lang", ["en", "ar"])
@pytest.mark.parametrize(
    "key",
    [VISITOR, DELEGATE, "rana", "bram"],
    ids=["visitor", "delegate", "translator", "operator"],
)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    people: People, found: dict[str, str], key: str, lang: str
) -> None:
    people.allow("the server responded with a status of 4")
    options: dict[str, Any] = {"lang": lang, "scripts": (AXE,), "color_scheme": SCHEMES[lang]}
    page = people.person(key, **options) if key else people.visitor(**options)
    walk = Walk(page, lang, found)
    for place in PLACES:
        if place.person == key:
            walk.to(place)
    assert walk.faults == []


def test_published_pages_are_as_accessible(people: People) -> None:
    walk = Walk(people.visitor(scripts=(AXE,)), "", {})
    for address in PUBLISHED:
        walk.look(address)
    assert walk.faults == []


def test_pages_that_decline_are_as_accessible(people: People) -> None:
    people.allow("the server responded with a status of 4")
    page = people.visitor("login/code", scripts=(AXE,))
    walk = Walk(page, "en", {})
    page.get_by_label("E-mail address").fill("nobody@people.example")
    page.get_by_label("Code of eight digits").fill("12345678")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("[role=alert]")).to_be_visible()
    walk.judge("a wrong code")
    page = people.person(DELEGATE, f"{W}/seeds/revisions/2", scripts=(AXE,))
    walk.page = page
    page.locator("[name=kind][value=objection]").check()
    page.locator("button[name=chosen]").click()
    expect(page.locator("[role=alert]")).to_be_visible()
    walk.judge("an objection without reasons")
    page.goto(f"/en/{W}/water/revisions/2?since=consent")
    page.locator("[name=target]").evaluate("field => { field.value = `sha256:${'0'.repeat(64)}` }")
    page.locator("button[value=consent]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The words changed while you were reading")
    walk.judge("a consent to words that changed")
    assert walk.faults == []


def readable(routes: list[BaseRoute]) -> set[str]:
    return {route.name for route in routes if isinstance(route, Route) and "GET" in (route.methods or ())}


def test_no_page_is_left_out() -> None:
    assert readable(PAGES) - {place.name for place in PLACES} == set(NO_PAGES)
    assert {place.name for place in PLACES} - readable(PAGES) == {"no page"}


# ---- by keyboard alone

IS_FOCUSED = "selector => document.activeElement.matches(selector)"

# Whatever has the focus shows a ring around itself, and is in the window.
IS_SEEN = """() => {
  const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement)
  const { top, bottom, width } = document.activeElement.getBoundingClientRect()
  return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && bottom > 0 && top < innerHeight && width > 0
}"""
MOST_STOPS = 90


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus; every stop on the way has to show that it has it."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        page.wait_for_function(IS_SEEN)
        if page.evaluate(IS_FOCUSED, selector):
            return
    raise AssertionError(f"no key leads to {selector} on {page.url}")


def test_the_skip_link_comes_first_and_leads_to_the_text(people: People) -> None:
    page = people.visitor("how-we-agree")
    page.keyboard.press("Tab")
    assert page.evaluate(IS_FOCUSED, ".skip")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#main$"))


def test_somebody_signs_in_and_consents_by_keyboard(people: People) -> None:
    page = people.visitor()
    tab_to(page, "button[value=anong]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk")
    tab_to(page, "main a.btn")
    page.keyboard.press("Enter")
    page.wait_for_url("**/water/revisions/2**")
    tab_to(page, "button[value=consent]")
    page.keyboard.press("Enter")
    expect(page.locator("main p", has_text="Recorded on")).to_have_css("display", "block")  # one sentence, one line


def test_the_editor_is_reached_used_and_left_by_keyboard(people: People) -> None:
    page = people.person(DELEGATE, f"{W}/care/en")
    editor(page)
    tab_to(page, "[data-toolbar] button")
    page.keyboard.press("End")
    assert page.evaluate(IS_FOCUSED, ".act-redo")
    tab_to(page, ".ProseMirror")
    page.keyboard.press("Control+End")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Shift+8")
    page.keyboard.type("one")
    page.keyboard.press("Enter")
    page.keyboard.type("two")
    # In a list Tab indents; after Escape it leaves, as it does everywhere.
    page.keyboard.press("Tab")
    expect(page.locator(".ProseMirror ul.d-1 > li", has_text="two")).to_be_visible()
    assert page.evaluate(IS_FOCUSED, ".ProseMirror")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert not page.evaluate(IS_FOCUSED, ".ProseMirror")
    page.wait_for_function(IS_SEEN)
    expect_saved(page)

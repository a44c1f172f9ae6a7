"""People in browsers of their own, as the demonstration has them, and what their pages did wrong."""

import re
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, expect

from tests.services import Server

SLUG = "open-well"
W = f"workshop/{SLUG}"
PATIENCE = 75_000
"""Milliseconds: more than the half minute between a client's tries; nothing waits longer than it has to."""
SAVED = re.compile("^Saved on the server at ")
# The page asks before it is left as long as the server lacks something.
NOTHING_WAITS = """() => dispatchEvent(new Event("beforeunload", { cancelable: true }))"""
# The editor's shell and this page are kept by the service worker, so that a reload needs no server.
SHELL_KEPT = """async () => {
  await navigator.serviceWorker.ready
  return Boolean(navigator.serviceWorker.controller) && Boolean(await caches.match(location.href))
}"""

expect.set_options(timeout=PATIENCE)

# Violations are events of the page; as errors on the console they are noted with the rest.
_TELL_VIOLATIONS = """addEventListener("securitypolicyviolation", event =>
  console.error("policy violated:", event.violatedDirective, event.blockedURI, event.sample))"""


class People:
    """Whoever takes part in a test. `faults` collects console errors, exceptions and requests to other sites."""

    def __init__(self, browser: Browser, server: Server) -> None:
        self.browser = browser
        self.server = server
        self.faults: list[str] = []
        self._allowed: list[re.Pattern[str]] = []
        self._contexts: list[BrowserContext] = []

    def visitor(self, path: str = "", lang: str = "en", scripts: tuple[str, ...] = (), **options: Any) -> Page:
        """A browser that nobody used before, at `/{lang}/{path}`. `scripts` run in every page before its own."""
        context = self.browser.new_context(base_url=self.server.url, **options)
        context.set_default_timeout(PATIENCE)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.note(f"{error.page and error.page.url}: {error.error}"))
        context.on("request", self._request)
        if options.get("java_script_enabled", True):
            for script in (_TELL_VIOLATIONS, *scripts):
                context.add_init_script(script)
        self._contexts.append(context)
        page = context.new_page()
        page.goto(f"/{lang}/{path}")
        return page

    def person(self, key: str, path: str = "", lang: str = "en", **options: Any) -> Page:
        """Somebody of the demonstration, signed in by “try it as”, at `/{lang}/{path}` or where that leads."""
        page = self.visitor(lang=lang, **options)
        page.locator(f"form.people button[value={key}]").click()
        page.wait_for_url(re.compile("/(desk|operation)$"))
        if path:
            page.goto(f"/{lang}/{path}")
        return page

    def allow(self, pattern: str) -> None:
        """Messages that match are what this test brings about, not faults: a server that is down, for one."""
        self._allowed.append(re.compile(pattern))

    def allow_outage(self) -> None:
        """The server ends, or the network: sockets close and the stream of news breaks off."""
        self.allow(r"ERR_(CONNECTION_REFUSED|INTERNET_DISCONNECTED|FAILED|INCOMPLETE_CHUNKED_ENCODING)")
        self.allow("WebSocket connection to .* failed")

    def leave(self) -> None:
        for context in self._contexts:
            for page in context.pages:
                # A context that is closed while a page renews itself may never answer.
                page.goto("about:blank")
            context.close()

    def note(self, fault: str) -> None:
        if not any(pattern.search(fault) for pattern in self._allowed):
            self.faults.append(fault)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.note(f"{message.page and message.page.url}: {message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("data", "blob"):
            return
        if f"{address.scheme}://{address.netloc}" != self.server.url:
            self.note(f"asked another site: {request.url}")


# ---- the editor of a page


def editor(page: Page, text: str | None = None) -> Locator:
    """The live editor of a text (its name without the declaration, `water.en`), the first one of the page if None."""
    section = page.locator(f'[data-text="{SLUG}.{text}"]') if text else page.locator("[data-text]").first
    mount = section.locator(".ProseMirror[contenteditable=true]")
    expect(mount.or_(page.locator("[data-edit]")).filter(visible=True).first).to_be_visible()
    if page.locator("[data-edit]:not([aria-busy])").is_visible():  # on a phone the editor comes when it is wanted
        page.locator("[data-edit]").click()
    expect(mount).to_be_visible()
    return mount


def save_line(page: Page) -> Locator:
    return page.locator("[data-save]").first


def expect_saved(page: Page) -> None:
    """The line keeps its former sentence while a change is on its way, so nothing may wait for the server either."""
    until(page, NOTHING_WAITS)
    expect(save_line(page)).to_have_text(SAVED)


def expect_kept(page: Page, changes: int) -> None:
    """The line keeps its former sentence, with a smaller number, while a change is being written on the device."""
    expect(save_line(page)).to_have_text(re.compile(rf"Your {changes} changes? (is|are) kept on this device$"))


def go_offline(page: Page) -> None:
    """When all that a page loads behind its editor has come: else it complains that the rest did not."""
    until(page, SHELL_KEPT)
    page.context.set_offline(True)


def write_at_end(page: Page, words: str, text: str | None = None) -> None:
    """Put the caret behind the last letter and type."""
    mount = editor(page, text)
    mount.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(words)


def write_after(page: Page, found: str, words: str, text: str | None = None) -> None:
    """Put the caret behind the first `found` of the editor, as a click there does, and type."""
    select(page, found, text)
    page.keyboard.press("ArrowLeft" if is_rtl(page, text) else "ArrowRight")
    page.keyboard.type(words)


def is_rtl(page: Page, text: str | None = None) -> bool:
    return bool(editor(page, text).evaluate("mount => getComputedStyle(mount).direction === 'rtl'"))


def select(page: Page, found: str, text: str | None = None) -> None:
    """Select the first `found` in the editor. The browser's selection is set as a drag with the mouse would."""
    mount = editor(page, text)
    mount.focus()
    mount.evaluate(_SELECT, found)


_SELECT = """(mount, words) => {
  const walker = document.createTreeWalker(mount, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const at = node.data.indexOf(words)
    if (at < 0) continue
    return getSelection().setBaseAndExtent(node, at, node, at + words.length)
  }
  throw new Error(`not in the text: ${words}`)
}"""


def words_of(page: Page) -> str:
    """The words of the editor as a reader sees them, block by block; others' carets are not words."""
    words: str = editor(page).evaluate(
        """mount => [...mount.querySelectorAll("[data-id]")].map(block => block.textContent).join("\\n")"""
    )
    return words


def until(page: Page, condition: str, argument: Any = None) -> None:
    """Wait until a JavaScript predicate holds in the page."""
    page.wait_for_function(condition, arg=argument, timeout=PATIENCE)

"""Firefox, driven over WebDriver BiDi, which it speaks itself: no driver, no package beyond the browser.

https://w3c.github.io/webdriver-bidi/ says what the commands mean.
"""

import json
import re
import subprocess
import tempfile
from collections import deque
from contextlib import ExitStack, suppress
from itertools import count
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Any, Final
from urllib.parse import urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

PATIENCE: Final = 60.0
"""Seconds: much, since the machine may be busy."""
ANSWER: Final = 90.0
"""Seconds for the answer to a command: more than what a page may wait for."""
NAMES: Final = ("firefox-esr", "firefox")
KEYS: Final = {
    "Enter": "\ue007",
    "Control": "\ue009",
    "Alt": "\ue00a",
    "Shift": "\ue008",
    "End": "\ue010",
    "ArrowLeft": "\ue012",
    "ArrowRight": "\ue014",
    "Backspace": "\ue003",
}
_QUIET: Final = """user_pref("app.update.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("toolkit.telemetry.reportingpolicy.firstRun", false);
user_pref("extensions.update.enabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("services.settings.server", "data:,none");
"""

_WAIT: Final = """new Promise((done) => {
  const held = () => Boolean(%s);
  if (held()) return done(true);
  const end = (found) => { watch.disconnect(); clearTimeout(timer); done(found); };
  const watch = new MutationObserver(() => held() && end(true));
  const timer = setTimeout(end, %d, false);
  watch.observe(document, { attributes: true, characterData: true, childList: true, subtree: true });
})"""


class Firefox:
    """``with Firefox(program) as firefox``. ``faults``: errors and warnings of all pages."""

    def __init__(self, program: str) -> None:
        self._program = program
        self._numbers = count(1)
        self._open = ExitStack()
        self._loaded: set[str] = set()
        self.faults: list[str] = []

    def __enter__(self) -> "Firefox":
        self._folder = tempfile.TemporaryDirectory(prefix="drafting-firefox-", ignore_cleanup_errors=True)
        (Path(self._folder.name) / "user.js").write_text(_QUIET)
        self._process = subprocess.Popen(
            [
                self._program,
                "--headless",
                "--no-remote",
                "--profile",
                self._folder.name,
                "--remote-debugging-port",
                "0",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        line = connect(self._address() + "/session", max_size=None, open_timeout=PATIENCE)
        self._line: ClientConnection = self._open.enter_context(line)
        self.do("session.new", capabilities={})
        self.do("session.subscribe", events=["log.entryAdded", "browsingContext.load"])
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with suppress(ConnectionClosed, TimeoutError):
            self.do("browser.close")
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._open.close()  # after it, or both wait ten seconds for the other to end the line
        self._reader.join()
        self._folder.cleanup()

    def _address(self) -> str:
        """What it listens at, which it says among other things; a thread reads on, so that it can say more."""
        last, found, has_said = deque[str](maxlen=20), deque[str](maxlen=1), Event()

        def read() -> None:
            assert self._process.stdout
            with self._process.stdout as lines:
                for line in lines:
                    last.append(line)
                    if said := re.search(r"WebDriver BiDi listening on (ws://\S+)", line):
                        found.append(said[1])
                        has_said.set()
            has_said.set()

        self._reader = Thread(target=read, daemon=True)
        self._reader.start()
        has_said.wait(PATIENCE)
        if not found:
            raise RuntimeError(f"{self._program} does not listen:\n{''.join(last)}")
        return found[0]

    def do(self, method: str, **parameters: Any) -> Any:
        """A command, and its result."""
        number = next(self._numbers)
        self._line.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while (message := self._next()).get("id") != number:
            pass
        if message["type"] == "error":
            raise RuntimeError(f"{method}: {message['error']}: {message['message']}")
        return message["result"]

    def loaded(self, context: str) -> None:
        """Wait until a page has loaded in the window, or see that it has since ``forget``."""
        while context not in self._loaded:
            self._next()
        self._loaded.remove(context)

    def forget(self, context: str) -> None:
        """What has loaded by now is none of those that are waited for."""
        self._loaded.discard(context)

    def _next(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self._line.recv(timeout=ANSWER))
        about = message.get("params", {})
        match message.get("method"):
            case "log.entryAdded" if about["level"] in ("error", "warn"):
                self.faults.append(f"{about['level']}: {about['text']}")
            case "browsingContext.load":
                self._loaded.add(about["context"])
        return message

    def person(self, url: str, key: str, path: str, lang: str = "en") -> "Window":
        """Somebody of the demonstration in a window with cookies of its own, signed in by “try it as”."""
        apart = self.do("browser.createUserContext")["userContext"]
        window = Window(self, self.do("browsingContext.create", type="tab", userContext=apart)["context"])
        window.go(f"{url}/{lang}/")
        window.follow(f"form.people button[value={key}]")
        assert window.run("location.pathname").endswith(("desk", "operation"))
        window.go(f"{url}/{lang}/{path}")
        return window


class Window:
    """One page."""

    def __init__(self, firefox: Firefox, context: str) -> None:
        self._firefox = firefox
        self._context = context

    def go(self, url: str) -> None:
        assert urlsplit(url).hostname == "127.0.0.1"
        self._firefox.do("browsingContext.navigate", context=self._context, url=url, wait="complete")

    def run(self, expression: str) -> Any:
        """The value of an expression of JavaScript, which has to be plain; a promise is waited for."""
        answer = self._firefox.do(
            "script.evaluate",
            expression=f"(async () => JSON.stringify(await ({expression})))()",
            target={"context": self._context},
            awaitPromise=True,
            userActivation=True,
        )
        if answer["type"] == "exception":
            raise AssertionError(f"{answer['exceptionDetails']['text']}: {expression}")
        value = answer["result"].get("value")
        return None if value is None else json.loads(value)

    def follow(self, selector: str) -> None:
        """Click what leads to another page, and wait for that."""
        self._firefox.forget(self._context)
        self.run(f"document.querySelector({json.dumps(selector)}).click()")
        self._firefox.loaded(self._context)

    def until(self, condition: str) -> None:
        """Wait until an expression about the page holds; the page looks again whenever it changes."""
        if not self.run(_WAIT % (condition, PATIENCE * 1000)):
            raise AssertionError(f"never: {condition}\n{self.run('document.body.innerText')}")

    def type(self, words: str) -> None:
        self._keys([{"type": kind, "value": letter} for letter in words for kind in ("keyDown", "keyUp")])

    def press(self, chord: str) -> None:
        """As “Control+End”."""
        keys = [KEYS.get(name, name) for name in chord.split("+")]
        down, up = ([{"type": kind, "value": key} for key in keys] for kind in ("keyDown", "keyUp"))
        self._keys([*down, *reversed(up)])

    def _keys(self, actions: list[dict[str, str]]) -> None:
        source = {"type": "key", "id": "keyboard", "actions": actions}
        self._firefox.do("input.performActions", context=self._context, actions=[source])

    def click(self, selector: str) -> None:
        """In the middle of an element, by the mouse."""
        self.run(
            f"document.querySelector({json.dumps(selector)}).scrollIntoView({{block: 'center', behavior: 'instant'}})"
        )
        box = self.run(
            f"(box => [box.x + box.width / 2, box.y + box.height / 2])"
            f"(document.querySelector({json.dumps(selector)}).getBoundingClientRect())"
        )
        moves = [
            {"type": "pointerMove", "x": int(box[0]), "y": int(box[1])},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        source = {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": moves}
        self._firefox.do("input.performActions", context=self._context, actions=[source])

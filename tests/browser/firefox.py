"""Firefox, driven over WebDriver BiDi, which it speaks itself: no driver, no package beyond the browser.

https://w3c.github.io/webdriver-bidi/ says what the commands mean.
"""

import json
import re
import subprocess
import tempfile
import time
from contextlib import ExitStack, suppress
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Final
from urllib.parse import urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

PATIENCE: Final = 60.0
"""Seconds: much, since the machine may be busy."""
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


class Firefox:
    """``with Firefox(program) as firefox``. ``faults``: errors and warnings of all pages."""

    def __init__(self, program: str) -> None:
        self._program = program
        self._numbers = count(1)
        self._open = ExitStack()
        self.faults: list[str] = []

    def __enter__(self) -> "Firefox":
        self._folder = tempfile.TemporaryDirectory(prefix="drafting-firefox-", ignore_cleanup_errors=True)
        (Path(self._folder.name) / "user.js").write_text(_QUIET)
        self._log = (Path(self._folder.name) / "log").open("w+")
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
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        line = connect(self._address() + "/session", max_size=None, open_timeout=PATIENCE)
        self._line: ClientConnection = self._open.enter_context(line)
        self.do("session.new", capabilities={})
        self.do("session.subscribe", events=["log.entryAdded"])
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with suppress(ConnectionClosed, TimeoutError):
            self.do("browser.close")
        self._open.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()
        self._folder.cleanup()

    def _address(self) -> str:
        for _ in range(int(PATIENCE / 0.1)):
            said = Path(self._log.name).read_text(errors="replace")
            if found := re.search(r"WebDriver BiDi listening on (ws://\S+)", said):
                return found[1]
            if self._process.poll() is not None:
                break
            time.sleep(0.1)
        raise RuntimeError(f"{self._program} does not listen:\n{said[-2000:]}")

    def do(self, method: str, **parameters: Any) -> Any:
        """A command, and its result."""
        number = next(self._numbers)
        self._line.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._line.recv(timeout=PATIENCE))
            if message["type"] == "event":
                self._note(message)
            elif message.get("id") == number:
                if message["type"] == "error":
                    raise RuntimeError(f"{method}: {message['error']}: {message['message']}")
                return message["result"]

    def _note(self, message: dict[str, Any]) -> None:
        entry = message["params"]
        if message["method"] == "log.entryAdded" and entry["level"] in ("error", "warn"):
            self.faults.append(f"{entry['level']}: {entry['text']}")

    def person(self, url: str, key: str, path: str, lang: str = "en") -> "Window":
        """Somebody of the demonstration in a window with cookies of its own, signed in by “try it as”."""
        apart = self.do("browser.createUserContext")["userContext"]
        window = Window(self, self.do("browsingContext.create", type="tab", userContext=apart)["context"])
        window.go(f"{url}/{lang}/")
        window.run(f"document.querySelector('form.people button[value={key}]').click()")
        window.until("/(desk|operation)$/.test(location.pathname) && document.readyState === 'complete'")
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

    def until(self, condition: str) -> None:
        """Wait until an expression holds; a page that is being left answers nothing."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                if self.run(f"Boolean({condition})"):
                    return
            except RuntimeError:
                pass
            time.sleep(0.05)
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

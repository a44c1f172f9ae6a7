"""Somebody who uses the platform by its API, as a program of another network would."""

import re
from collections.abc import Iterator
from threading import Event
from typing import Any

import httpx

from tests.services import Server


class Caller:
    """A person with a token. Every call fails the test unless the answer has the status that was expected."""

    def __init__(self, server: Server, address: str) -> None:
        self.server = server
        self.address = address
        issued = server.command_line("token", address)
        assert issued.returncode == 0, issued.stderr
        self._bearer = {"authorization": f"Bearer {issued.stdout.strip()}"}

    def send(self, method: str, path: str, *, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        """One request on a connection of its own: servers are killed in these tests."""
        address = f"{self.server.url}/api/v1{path}"
        return httpx.request(method, address, headers={**self._bearer, **(headers or {})}, timeout=120, **more)

    def get(self, path: str, expected: int = 200, **query: str) -> Any:
        return self._checked(self.send("GET", path, params=query), expected)

    def post(self, path: str, body: Any, expected: int = 201) -> Any:
        return self._checked(self.send("POST", path, json=body), expected)

    def put(self, path: str, body: Any, expected: int = 200, **headers: str) -> Any:
        return self._checked(self.send("PUT", path, json=body, headers=headers), expected)

    @staticmethod
    def _checked(answer: httpx.Response, expected: int) -> Any:
        assert answer.status_code == expected, (
            f"{answer.request.method} {answer.url}: {answer.status_code} {answer.text}"
        )
        return answer.json() if answer.content else None


def patience(seconds: float, step: float = 0.1) -> Iterator[None]:
    """Look again and again, for so long at the most; the test says what it waits for."""
    for _ in range(int(seconds / step)):
        yield
        Event().wait(step)


def invitation_token(server: Server, address: str) -> str:
    """The token of the invitation mailed to an address; letters are delivered in the background, within moments."""
    for _ in patience(seconds=20):
        for path in sorted((server.data / "mail").glob("*.eml"), reverse=True):
            text = path.read_text("utf-8")
            found = re.search(r"/invitation/([A-Za-z0-9_-]{20,})", text)
            if found and f"To: {address}" in text:
                return found.group(1)
    raise AssertionError(f"no invitation was mailed to {address}")

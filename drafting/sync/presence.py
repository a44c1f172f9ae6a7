"""Who is where in a text: each client's newest state, checked, and sent on in shared frames.

Nothing of it is kept or believed: a client speaks for its own client id alone, under the name of its account.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any, Final

from drafting.sync import wire
from drafting.sync.participants import Participant
from drafting.sync.wire import FrameError, Reader

MAX_STATES: Final = 64 * 1024
MAX_STATE: Final = 4 * 1024
MAX_ENTRIES: Final = 1_000
_GONE: Final = "null"


class Presence:
    """``is_owned_by(client, account)`` says whether an account may use a client id, and notes its first use."""

    def __init__(self, is_owned_by: Callable[[int, str], bool]) -> None:
        self._is_owned_by = is_owned_by
        self._states: dict[int, tuple[int, str]] = {}
        self._news: set[int] = set()

    def receive(self, participant: Participant, data: bytes) -> None:
        """Take what it says about itself. What it says about others (that it has not heard of them for long, say) is
        not listened to. Raises :class:`FrameError` for what is malformed or too large.
        """
        for client, clock, state in _entries(data):
            if participant.client is None and state != _GONE and self._is_owned_by(client, participant.guest.account):
                participant.client = client
            if participant.client == client and clock > self._states.get(client, (-1, ""))[0]:
                self._states[client] = (clock, _signed(state, participant.guest.name))
                self._news.add(client)

    def leave(self, participant: Participant) -> None:
        client = participant.client
        if client is not None and client in self._states:
            clock, _ = self._states[client]
            self._states[client] = (clock, _GONE)
            self._news.add(client)

    @property
    def has_news(self) -> bool:
        return bool(self._news)

    def take_news(self) -> bytes:
        """An awareness update of all that changed since the last one."""
        news, self._news = self._news, set()
        data = self._encode(news)
        for client in news:
            if self._states[client][1] == _GONE:
                del self._states[client]
        return data

    def everybody(self) -> bytes | None:
        """An awareness update of all that are here; None where nobody is."""
        return self._encode(self._states) if self._states else None

    def _encode(self, clients: Iterable[int]) -> bytes:
        entries = [(client, *self._states[client]) for client in clients]
        parts = [wire.uint(client) + wire.uint(clock) + wire.string(state) for client, clock, state in entries]
        return wire.uint(len(parts)) + b"".join(parts)


def _entries(data: bytes) -> list[tuple[int, int, str]]:
    if len(data) > MAX_STATES:
        raise FrameError("presence too large")
    reader = Reader(data)
    try:
        count = reader.uint()
        if count > MAX_ENTRIES:
            raise FrameError("presence of too many")
        entries = [(reader.uint(), reader.uint(), reader.string()) for _ in range(count)]
    except (IndexError, UnicodeDecodeError) as error:
        raise FrameError("no presence") from error
    reader.end()
    return entries


def _signed(state: str, name: str) -> str:
    """The state as compact JSON, with the account's name on it; its ``user`` is what other editors show."""
    if state == _GONE:
        return state
    if len(state) > MAX_STATE:
        raise FrameError("presence too large")
    try:
        value: Any = json.loads(state)
        if not isinstance(value, dict):
            raise FrameError("no presence")
        if name:
            shown = value.get("user")
            value["user"] = {**(shown if isinstance(shown, dict) else {}), "name": name}
        return json.dumps(value, separators=(",", ":"), allow_nan=False)
    except (ValueError, RecursionError) as error:
        raise FrameError("no presence") from error

"""Who is where in a text: each client's newest state, checked, and sent on in shared frames.

Nothing of it is kept or believed: a client speaks for its own client id alone, under the name of its account.
"""

import json
from collections.abc import Callable, Iterable, Set
from typing import Any, Final

from drafting.sync import wire
from drafting.sync.participants import Participant
from drafting.sync.wire import FrameError, Reader

MAX_STATES: Final = 64 * 1024
MAX_STATE: Final = 4 * 1024
MAX_ENTRIES: Final = 1_000
_GONE: Final = "null"
NOBODY: Final = b"\x00"
_encode_state: Final = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


class Presence:
    """``is_owned_by(client, account)`` says whether an account may use a client id, and notes its first use."""

    def __init__(self, is_owned_by: Callable[[int, str], bool]) -> None:
        self._is_owned_by = is_owned_by
        self._states: dict[int, tuple[int, str]] = {}
        self._elsewhere: dict[int, tuple[str, float]] = {}
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
                self._elsewhere.pop(client, None)
                self._news.add(client)

    def leave(self, participant: Participant) -> None:
        client = participant.client
        if client is not None and client in self._states and client not in self._elsewhere:
            self._part(client)

    def _part(self, client: int) -> None:
        clock, _ = self._states[client]
        self._states[client] = (clock, _GONE)
        self._news.add(client)

    # ---- on other nodes

    def hear(self, node: str, data: bytes, now: float) -> None:
        """What a node says about clients of its own, ``now`` by the event loop. Raises :class:`FrameError`."""
        for client, clock, state in _entries(data):
            known, seen = self._states.get(client, (-1, "")), self._elsewhere.get(client)
            if state == _GONE:
                if seen is not None and seen[0] == node and clock >= known[0]:
                    self._part(client)
            elif clock > known[0]:
                self._states[client] = (clock, state)
                self._elsewhere[client] = (node, now)
                self._news.add(client)
            elif seen is not None and seen[0] == node:
                self._elsewhere[client] = (node, now)

    def forget(self, silent: Set[str], since: float) -> None:
        """Nobody is any more on those nodes, nor where nothing has been heard of since then."""
        for client, (node, heard) in self._elsewhere.items():
            if (node in silent or heard < since) and self._states[client][1] != _GONE:
                self._part(client)

    def own(self) -> bytes | None:
        """An awareness update of all that are here on this node; None where nobody is."""
        own = self._states.keys() - self._elsewhere.keys()
        return self._encode(own) if own else None

    @property
    def has_news(self) -> bool:
        return bool(self._news)

    def take_news(self) -> tuple[bytes, bytes]:
        """An awareness update of all that changed since the last one, and one of what other nodes do not know yet."""
        news, self._news = self._news, set()
        data = self._encode(news)
        own = data if self._elsewhere.keys().isdisjoint(news) else self._encode(news - self._elsewhere.keys())
        for client in news:
            if self._states[client][1] == _GONE:
                del self._states[client]
                self._elsewhere.pop(client, None)
        return data, own

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
        return _encode_state(value)
    except (ValueError, RecursionError) as error:
        raise FrameError("no presence") from error

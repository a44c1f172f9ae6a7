"""What travels over a socket: the Hocuspocus protocol (v2 and later) and the y-websocket protocol.

Both carry the messages of y-protocols; Hocuspocus puts the text's name before each of them, so that many texts share a
socket, and adds messages of its own. Numbers are those of @hocuspocus/provider's ``MessageType`` and of y-protocols.
"""

from enum import IntEnum
from typing import Final, NamedTuple, TypeAlias

MAX_FRAME: Final = 1 << 20
MAX_NAME: Final = 300
MAX_NUMBER: Final = (1 << 53) - 1


class FrameError(Exception):
    """Bytes that are no message of the protocol: cut short, too long or of an unknown kind."""


class Kind(IntEnum):
    """The kinds of message; the protocol of y-websocket knows the first four."""

    SYNC = 0
    AWARENESS = 1
    AUTH = 2
    QUERY_AWARENESS = 3
    SYNC_REPLY = 4
    STATELESS = 5
    BROADCAST_STATELESS = 6
    CLOSE = 7
    SYNC_STATUS = 8
    PING = 9
    PONG = 10


class Ask(NamedTuple):
    """Sync step 1: what the client has, as an encoded state vector; it wants the rest."""

    state: bytes


class Offer(NamedTuple):
    """An update, or sync step 2 (``is_answer``): a Yjs update (v1) that the client has made, or has and we lack."""

    update: bytes
    is_answer: bool


class Point(NamedTuple):
    """An awareness update: who is where."""

    states: bytes


class QueryPoints(NamedTuple):
    """The client wants to know who is where."""


class Token(NamedTuple):
    """Who the client says it is, for one text of a shared socket."""

    token: str


class Leave(NamedTuple):
    """The client closes one text of a shared socket."""


class Nothing(NamedTuple):
    """A message that asks nothing of us."""


Message: TypeAlias = Ask | Offer | Point | QueryPoints | Token | Leave | Nothing

_NOTHING: Final = Nothing()
UPDATE: Final = b"\x00\x02"
_PONG: Final = bytes([Kind.PONG])


class Reader:
    """A cursor over bytes written by lib0. Reading past the end raises IndexError or :class:`FrameError`."""

    __slots__ = ("at", "data")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def uint(self) -> int:
        """A variable-length unsigned number of at most 53 bits."""
        data, at = self.data, self.at
        number = data[at]
        at += 1
        if number > 127:
            number &= 127
            shift = 7
            while (byte := data[at]) > 127:
                number |= (byte & 127) << shift
                at += 1
                shift += 7
                if shift > 49:
                    raise FrameError("number too long")
            number |= byte << shift
            at += 1
            if number > MAX_NUMBER:
                raise FrameError("number too large")
        self.at = at
        return number

    def blob(self) -> bytes:
        """Bytes behind their length."""
        length = self.uint()
        start = self.at
        end = self.at = start + length
        if end > len(self.data):
            raise FrameError("cut short")
        return self.data[start:end]

    def string(self) -> str:
        """UTF-8 behind its length in bytes. Raises UnicodeDecodeError."""
        return self.blob().decode()

    def end(self) -> None:
        """Raises :class:`FrameError` where anything follows."""
        if self.at != len(self.data):
            raise FrameError("trailing bytes")


def parse_named(data: bytes) -> tuple[str, Message]:
    """A message of the Hocuspocus protocol: the name that it is addressed to as the client wrote it, and the message.

    The name is the text's, possibly followed by NUL and a session id; answers bear the same name. An application-level
    pong has none. Raises :class:`FrameError`.
    """
    if data == _PONG:
        return "", _NOTHING
    reader = Reader(data)
    try:
        name = reader.string()
        if not 0 < len(name) <= MAX_NAME:
            raise FrameError("name")
        return name, _message(reader)
    except (IndexError, UnicodeDecodeError) as error:
        raise FrameError("no message") from error


def short_update(data: bytes, head: bytes) -> bytes | None:
    """What most messages are, without reading them: ``head`` (a name and :data:`UPDATE`), then less than 128 bytes."""
    start = len(head) + 1
    if data.startswith(head) and len(data) >= start and data[start - 1] == len(data) - start < 128:
        return data[start:]
    return None


def parse_plain(data: bytes) -> Message:
    """A message of the y-websocket protocol. Raises :class:`FrameError`."""
    reader = Reader(data)
    try:
        message = _message(reader)
    except (IndexError, UnicodeDecodeError) as error:
        raise FrameError("no message") from error
    if isinstance(message, Token | Leave):
        raise FrameError("not of this protocol")
    return message


def _message(reader: Reader) -> Message:
    kind = reader.uint()
    if kind == Kind.SYNC or kind == Kind.SYNC_REPLY:
        return _sync(reader)
    if kind == Kind.AWARENESS:
        states = reader.blob()
        reader.end()
        return Point(states)
    if kind == Kind.AUTH:
        return _token(reader)
    if kind == Kind.QUERY_AWARENESS:
        return QueryPoints()
    if kind == Kind.CLOSE:
        return Leave()
    if kind > Kind.PONG:
        raise FrameError("kind")
    return _NOTHING


def _sync(reader: Reader) -> Ask | Offer:
    step = reader.uint()
    payload = reader.blob()
    reader.end()
    if step == 0:
        return Ask(payload)
    if step > 2:
        raise FrameError("sync step")
    return Offer(payload, step == 1)


def _token(reader: Reader) -> Token:
    """The provider's own release number may follow the token."""
    if reader.uint() != 0:
        raise FrameError("auth")
    return Token(reader.string())


# ---- what we send; each is the body that follows the name


def uint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def blob(data: bytes) -> bytes:
    return uint(len(data)) + data


def string(text: str) -> bytes:
    return blob(text.encode())


def ask(state: bytes) -> bytes:
    """Sync step 1: we have this, send the rest."""
    return b"\x00\x00" + blob(state)


def answer(update: bytes) -> bytes:
    """Sync step 2."""
    return b"\x00\x01" + blob(update)


def update(data: bytes) -> bytes:
    return UPDATE + blob(data)


def awareness(states: bytes) -> bytes:
    return b"\x01" + blob(states)


def authenticated(may_write: bool) -> bytes:
    return b"\x02\x02" + string("read-write" if may_write else "readonly")


def denied(reason: str) -> bytes:
    return b"\x02\x01" + string(reason)


def stateless(payload: str) -> bytes:
    return b"\x05" + string(payload)


SAVED: Final = b"\x08\x01"
NOT_SAVED: Final = b"\x08\x00"
# An awareness update about nobody: any client takes it, and it keeps the stock providers from giving the socket up.
KEEP_ALIVE: Final = awareness(b"\x00")
EMPTY_UPDATE: Final = b"\x00\x00"


def state_vector(data: bytes) -> dict[int, int]:
    """Client id → how many units of its writing are known. Raises :class:`FrameError`."""
    reader = Reader(data)
    try:
        count = reader.uint()
        if count > len(data):
            raise FrameError("cut short")
        known = {reader.uint(): reader.uint() for _ in range(count)}
    except IndexError as error:
        raise FrameError("cut short") from error
    reader.end()
    return known


def encode_state(known: dict[int, int]) -> bytes:
    """The inverse of :func:`state_vector`."""
    return uint(len(known)) + b"".join(uint(client) + uint(clock) for client, clock in known.items())

"""What nodes tell each other about the texts that they have open. The log is the truth, this is its doorbell.

Every message may be lost, doubled or late: whoever hears of an update that does not follow reads the log.
A message that does not bear the seal of this installation is nobody's. Layout, by lib0: 16 bytes of seal, the node that
speaks, a kind, and what belongs to it.
"""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Final, NamedTuple, Protocol, TypeAlias

from drafting.sync import wire
from drafting.sync.wire import FrameError, Reader

MAX_BYTES: Final = 64 * 1024
NODES: Final = "nodes"
_SEAL: Final = 16
_ROUNDS: Final = 100_000


class Relay(Protocol):
    """Publish and subscribe, at most once. ``is_up``: as far as it knows, what is said now is heard."""

    is_up: bool

    def publish(self, channel: str, message: bytes) -> None:
        """Never waits and never raises; while the relay is down, what is said is lost."""

    def subscribe(self, channel: str, hear: Callable[[bytes], None], opened: Callable[[], None]) -> None:
        """``opened`` is called whenever messages begin to come, so again after each interruption."""

    def unsubscribe(self, channel: str) -> None: ...


class _Kind(IntEnum):
    KEPT = 0
    POINTS = 1
    WHO = 2
    ALIVE = 3
    LEAVING = 4


class News(NamedTuple):
    """An update that the log holds under this number."""

    sequence: int
    account: str
    data: bytes


class Kept(NamedTuple):
    """The log of a text goes up to ``last``. ``news``: what ends there, or nothing where that is large."""

    last: int
    news: Sequence[News] = ()


class Points(NamedTuple):
    """An awareness update about clients of that node."""

    states: bytes


class Who(NamedTuple):
    """Somebody opened the text: who is in it elsewhere?"""


class Alive(NamedTuple):
    """The node is there."""


class Leaving(NamedTuple):
    """The node closes, and nobody is on it any more."""


Said: TypeAlias = Kept | Points | Who | Alive | Leaving


class Seal:
    """What only nodes with the same secret can put on a message; ``channel`` names are unguessable likewise."""

    def __init__(self, secret: str) -> None:
        """Slow, once: nobody who sees a message should find a weak secret by guessing."""
        self._key = hashlib.pbkdf2_hmac("sha256", secret.encode(), b"drafting relay", _ROUNDS)

    def channel(self, name: str) -> str:
        return "drafting:" + hashlib.blake2b(name.encode(), key=self._key, digest_size=16).hexdigest()

    def close(self, name: str, node: str, said: Said) -> bytes:
        content = wire.string(node) + _encode(said)
        return self._seal(name, content) + content

    def open(self, name: str, message: bytes) -> tuple[str, Said]:
        """The node that speaks and what it says about the text. Raises :class:`FrameError`."""
        seal, content = message[:_SEAL], message[_SEAL:]
        if not hmac.compare_digest(seal, self._seal(name, content)):
            raise FrameError("seal")
        reader = Reader(content)
        try:
            node, said = reader.string(), _decode(reader)
        except (IndexError, ValueError) as error:
            raise FrameError("no message between nodes") from error
        reader.end()
        return node, said

    def _seal(self, name: str, content: bytes) -> bytes:
        return hashlib.blake2b(wire.string(name) + content, key=self._key, digest_size=_SEAL).digest()


def _encode(said: Said) -> bytes:
    match said:
        case Kept(last, news):
            small = news if sum(len(one.data) for one in news) <= MAX_BYTES else ()
            kept = b"".join(wire.string(one.account) + wire.blob(one.data) for one in small)
            return wire.uint(_Kind.KEPT) + wire.uint(last) + wire.uint(len(small)) + kept
        case Points(states):
            return wire.uint(_Kind.POINTS) + wire.blob(states)
        case Who():
            return wire.uint(_Kind.WHO)
        case Alive():
            return wire.uint(_Kind.ALIVE)
    return wire.uint(_Kind.LEAVING)


def _decode(reader: Reader) -> Said:
    match _Kind(reader.uint()):
        case _Kind.KEPT:
            last, count = reader.uint(), reader.uint()
            if count > last:
                raise FrameError("count")
            return Kept(last, [News(n, reader.string(), reader.blob()) for n in range(last - count + 1, last + 1)])
        case _Kind.POINTS:
            return Points(reader.blob())
        case _Kind.WHO:
            return Who()
        case _Kind.ALIVE:
            return Alive()
    return Leaving()

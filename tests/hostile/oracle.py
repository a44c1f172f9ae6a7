"""What has to be true of an update that the check let through."""

from collections.abc import Sequence
from typing import Any

from pycrdt import Doc

from drafting.domain import prose
from drafting.sync import markup
from drafting.sync.check import Checked, Known, Refused, check
from drafting.sync.keystroke import check_keystroke
from drafting.sync.replica import Broken, Replica
from drafting.sync.wire import FrameError, uint
from tests.hostile.order import could_be_made

HONEST_CLIENT = 4_000_000_007


class Found(Exception):
    """An update that passes the check and does harm."""


def judge(log: Sequence[bytes], update: bytes, known: Known | None = None, is_deep: bool = True) -> Checked | str:
    """What the check says of an update on a text: a word where it is refused. Raises :class:`Found`.

    ``known``: what the log holds, where that is known already. ``is_deep``: compare with what others read, too.
    """
    known = known if known is not None else Replica(log).known
    try:
        checked = check(update, known)
    except (FrameError, Refused) as error:
        if check_keystroke(update, known) is not None:
            raise Found("only a keystroke") from error
        return str(error)
    quick = check_keystroke(update, known)
    if quick is not None and (quick.written, quick.missing) != (checked.written, checked.missing):
        raise Found("otherwise a keystroke")
    if checked.missing:
        return "missing"
    replica = Replica(log)
    is_seen = is_deep and could_be_made(log, update)
    if not harmless(replica, checked, update, is_seen):
        return "taken in part"
    if is_seen:
        agree(log, update, replica)
        meet(log, update, honest_edit(log), replica)
    return checked


def harmless(replica: Replica, checked: Checked, update: bytes, is_seen: bool) -> bool:
    """It is taken, and the text can be saved, loaded and read; the same words, where an editor could have made it
    (``is_seen``). False where it is not taken and that is seen in time, as it should be."""
    replica.known.take(checked)
    try:
        frame = replica.apply([update], is_doubtful=True)
    except Broken as error:
        if checked.tangled and str(error) == "taken in part":
            return False
        raise Found(f"applied: {error}") from error
    try:
        prove(replica, is_seen)
        if replica.needs_repair:
            replica.draft_repair(HONEST_CLIENT + 1)
        for client, clock in replica.known.clocks.items():
            replica.since(bytes([1]) + uint(client) + uint(max(0, clock - 1)))
    except Broken as error:
        raise Found(f"read: {error}") from error
    if frame is None and checked.written:
        raise Found("nothing came of it")
    return True


def prove(replica: Replica, is_seen: bool) -> None:
    try:
        replica.prove()
    except Broken as error:
        if is_seen or str(error) != "reads otherwise when loaded":
            raise


def agree(log: Sequence[bytes], update: bytes, replica: Replica) -> None:
    """Whoever gets it after the rest, or all at once, reads the same."""
    peer: Doc[Any] = Doc()
    for one in (*log, update):
        peer.apply_update(one)
    if read(peer) != replica.text:
        raise Found("a peer reads otherwise")
    fresh: Doc[Any] = Doc()
    fresh.apply_update(peer.get_update())
    if read(fresh) != replica.text:
        raise Found("who comes later reads otherwise")


def meet(log: Sequence[bytes], update: bytes, honest: bytes, replica: Replica) -> None:
    """Somebody typed meanwhile: in either order it comes to the same."""
    second = Replica([*log, honest])
    for first, then in ((replica, honest), (second, update)):
        try:
            checked = first.check(then)
            first.known.take(checked)
            first.apply([then], is_doubtful=True)
            first.prove()
        except Refused as error:
            raise Found(f"refused beside an honest edit: {error}") from error
        except Broken as error:
            raise Found(f"beside an honest edit: {error}") from error
    if replica.text != second.text:
        raise Found("two orders, two texts")


def honest_edit(log: Sequence[bytes]) -> bytes:
    """What an editor makes that has the text: words at its beginning, middle and end, a mark, a deletion."""
    doc: Doc[Any] = Doc(client_id=HONEST_CLIENT)
    for one in log:
        doc.apply_update(one)
    before, roots = doc.get_state(), markup.roots(doc)
    with doc.transaction():
        for part in (0, 2, 1):
            roots.body.insert(_place(roots.diff, part), "hon", {})
        roots.body.format(0, 3, {"strong": True})
        del roots.body[0:1]
    return doc.get_update(before)


def _place(diff: markup.Diff, part: int) -> int:
    """A place behind ``part`` halves of the text, in bytes, where embeds count as one."""
    ends = [0]
    for piece, _ in diff:
        ends.append(ends[-1] + (len(piece.encode()) if isinstance(piece, str) else 1))
    return ends[part * (len(ends) - 1) // 2]


def read(doc: Doc[Any]) -> prose.Text:
    roots = markup.roots(doc)
    return markup.read(roots.diff, roots.properties)

"""One live text: what its participants and the actions want is done in turns, in the order of arrival.

Whatever arrives while a turn is being saved waits for the next one, so batches grow with the load, and nobody ever sees
a word that is not durable. What a turn does stands in ``turn.py``.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final

from drafting.actions.ports import CannotSave, Clock
from drafting.actions.writing_ports import Author, Standing, Stored, UpdateLog
from drafting.domain import prose
from drafting.domain.errors import Code, Refusal
from drafting.sync import wire
from drafting.sync.alone import ALONE, Others
from drafting.sync.changes import Asked, Errand, Offered, Reading, Repairing, Writing, new_client
from drafting.sync.hearsay import Hearsay
from drafting.sync.notes import UNWATCHED, Notes, Trace
from drafting.sync.pace import Pace, Traffic
from drafting.sync.participants import CloseCode, Participant
from drafting.sync.presence import Presence
from drafting.sync.relay import News
from drafting.sync.replica import Broken, Replica
from drafting.sync.rounds import Alarm, call_later
from drafting.sync.turn import Turn, cannot_save

logger: Final = logging.getLogger(__name__)

MAX_TURN: Final = 2_000
CHECKPOINT_AFTER: Final = 5_000
CHECKPOINT_WHEN_QUIET: Final = 200


@dataclass(frozen=True, slots=True)
class Times:
    """In seconds. ``quiet``: until a text that nobody writes in is repaired. ``presence``: between two shared frames of
    who is where. ``idle``: until an empty room is closed."""

    quiet: float = 5.0
    presence: float = 0.04
    idle: float = 60.0


TIMES: Final = Times()


class Room:
    """``on_rest`` is called whenever the room has nothing to do and nobody is in it, or when it can't go on."""

    def __init__(
        self,
        name: str,
        log: UpdateLog,
        clock: Clock,
        on_rest: Callable[["Room"], None],
        times: Times = TIMES,
        others: Others = ALONE,
        notes: Notes = UNWATCHED,
        traffic: Traffic | None = None,
    ) -> None:
        self.name = name
        self.trace = Trace(notes, name)
        self.log = log
        self.others = others
        self.clock = clock
        self.times = times
        self.pace = Pace(traffic)
        self.participants: set[Participant] = set()
        self.replica: Replica  # From load() on.
        self.epoch = 1
        self.sequence = self.checkpoint = 0
        self.is_retired = self.is_abandoned = False
        self._owners: dict[int, str] = {}
        self._own_clients: dict[str, int] = {}
        self._errands: list[Errand] = []
        self.hearsay = Hearsay(self)
        self._turning: asyncio.Task[None] | None = None
        self._has_turned: asyncio.Event | None = None
        self._presence = Presence(self.owns)
        self._presence_timer: asyncio.TimerHandle | None = None
        self._quiet_timer: Alarm | None = None
        self._quiet_at = 0.0
        self._on_rest = on_rest

    async def load(self) -> None:
        """Build the text from the log. Raises ``not_found``, :class:`CannotSave` and :class:`Broken`."""
        stored = await self.log.load(self.name)
        if stored is None:
            raise Refusal(Code.NOT_FOUND, text=self.name)
        self._build(stored)

    async def reload(self) -> None:
        """The same while people are in it; they see what others have kept meanwhile."""
        before, epoch, was_retired = self.sequence, self.epoch, self.is_retired
        await self.load()
        if self.epoch != epoch:
            raise Broken("restored from a backup")
        if self.sequence > before:
            missed = await self.log.read(self.name, before, self.sequence)
            self.tell_all([wire.update(update.data) for update in missed])
        if self.is_retired and not was_retired:
            self.retire()

    def _build(self, stored: Stored) -> None:
        start = () if stored.checkpoint is None else (stored.checkpoint,)
        self.replica = Replica((*start, *stored.updates), self.trace)
        self._owners = dict(stored.owners)
        self._own_clients.clear()
        self.sequence = stored.sequence
        self.checkpoint = stored.sequence - len(stored.updates)
        self.epoch, self.is_retired = stored.epoch, stored.retired

    def owns(self, client: int, account: str) -> bool:
        """A client id belongs to the account that first used it."""
        return self._owners.setdefault(client, account) == account

    def client_of(self, account: str) -> int:
        """The client id under which the server writes for an account."""
        client = self._own_clients.get(account)
        while client is None or not self.owns(client, account):
            client = self._own_clients[account] = new_client()
        return client

    # ---- what participants do; nothing here waits

    def join(self, participant: Participant) -> None:
        if self.is_abandoned:
            cannot_save(participant)
            return
        self.participants.add(participant)
        self.query_presence(participant)

    def leave(self, participant: Participant) -> None:
        self.participants.discard(participant)
        self._presence.leave(participant)
        self._schedule_presence()
        self._rest_if_idle()

    def offer(self, participant: Participant, update: bytes, is_answer: bool) -> None:
        self._do(Offered(participant, update, is_answer))

    def ask(self, participant: Participant, state: bytes) -> None:
        self._do(Asked(participant, state))

    def point(self, participant: Participant, states: bytes) -> None:
        """Raises :class:`FrameError`."""
        self._presence.receive(participant, states)
        self.pace.note(len(self.participants))
        self._schedule_presence()

    def query_presence(self, participant: Participant) -> None:
        if (states := self._presence.everybody()) is not None:
            participant.tell(wire.awareness(states))

    # ---- what actions do

    async def read(self) -> prose.Text:
        done: asyncio.Future[prose.Text] = asyncio.get_running_loop().create_future()
        self._do(Reading(done))
        return await done

    async def write(self, text: prose.Text, author: Author, seen: str | None) -> prose.Text:
        done: asyncio.Future[prose.Text] = asyncio.get_running_loop().create_future()
        self._do(Writing(text, author, seen, done))
        return await done

    def retire(self) -> None:
        self.is_retired = True
        for participant in self.participants:
            if participant.is_acknowledged:
                participant.tell(wire.authenticated(may_write=False))

    # ---- turns

    @property
    def is_idle(self) -> bool:
        return not self.participants and not self._errands and self._turning is None

    @property
    def is_behind(self) -> bool:
        """So much waits that nothing more should be read from the sockets before :meth:`catch_up` comes back."""
        return len(self._errands) > MAX_TURN

    async def catch_up(self) -> None:
        while self.is_behind and self._turning is not None:
            if self._has_turned is None:
                self._has_turned = asyncio.Event()
            await self._has_turned.wait()

    def _release(self) -> None:
        """Whoever waits for the end of a turn looks again."""
        if self._has_turned is not None:
            self._has_turned.set()
            self._has_turned = None

    async def settle(self) -> None:
        """Come back when everything asked so far is done."""
        while self._turning is not None:
            await asyncio.wait([self._turning])

    # ---- what other nodes do

    def hear(self, last: int, news: Sequence[News] = ()) -> None:
        """The log goes up to ``last``, by other nodes; ``news``: some of it, in order. It is taken in by a turn, and
        where nobody is in the text that has time until somebody wants something."""
        if last <= self.sequence or self.is_abandoned:
            return
        self.hearsay.note(last, news if self.participants else ())
        if self.participants:
            self._start()

    def stand(self, standing: Standing) -> None:
        """What the log says of the text, looked up just now."""
        if standing.epoch != self.epoch and not self.is_abandoned:
            self._abandon(())
        if standing.retired and not self.is_retired:
            self.retire()
        self.hear(standing.sequence)

    def hear_points(self, node: str, states: bytes) -> None:
        """Raises :class:`FrameError`."""
        self._presence.hear(node, states, asyncio.get_running_loop().time())
        self._schedule_presence(self.times.presence / 4)

    def forget_points(self, silent: Set[str], since: float) -> None:
        """``since``: seconds of the event loop's clock."""
        self._presence.forget(silent, since)
        self._schedule_presence()

    def own_points(self) -> bytes | None:
        return self._presence.own()

    def own(self, written: Mapping[int, object], account: str) -> None:
        """The log says so."""
        self._owners.update(dict.fromkeys(written, account))

    # ---- turns, from inside

    def put_back(self, errands: Sequence[Errand]) -> None:
        """For the next turn, before what has come since."""
        self._errands[:0] = errands

    def tell_all(
        self,
        bodies: Sequence[bytes],
        before: Mapping[Participant, Sequence[bytes]] = {},
        skipped: Participant | None = None,
    ) -> None:
        """One frame object each for all whose messages begin alike; ``before``: what some of them are told first."""
        frames: dict[bytes, list[bytes]] = {}
        for participant in self.participants if bodies else self.participants & before.keys():
            prefix = participant.prefix
            shared = frames.get(prefix)
            if shared is None:
                shared = frames[prefix] = [prefix + body for body in bodies]
            if participant in before:
                own = [prefix + body for body in before[participant]]
                participant.outbox.send_all(own if participant is skipped else own + shared)
            elif participant is not skipped:
                participant.outbox.send_all(shared)

    def _do(self, errand: Errand) -> None:
        self._errands.append(errand)
        self._start()

    def _start(self) -> None:
        if self._turning is None:
            self._turning = asyncio.get_running_loop().create_task(self._turn_until_done())

    async def _turn_until_done(self) -> None:
        errands: list[Errand] = []
        is_well = False
        try:
            while self._errands or self.hearsay.is_ahead:
                if rest := self.pace.rest:
                    await asyncio.sleep(rest)
                if self.hearsay.is_ahead:
                    await self.hearsay.catch_up()
                errands, self._errands = self._errands[:MAX_TURN], self._errands[MAX_TURN:]
                self.pace.note(len(errands) * len(self.participants))
                self.pace.begin()
                await Turn(self, errands).take()
                self.pace.end()
                self._release()
                if self.sequence - self.checkpoint >= CHECKPOINT_AFTER:
                    await self.keep_checkpoint()
            is_well = True
        except (CannotSave, Broken) as error:
            logger.error("text %s is given up for now: %s", self.name, error)
        finally:
            self._turning = None
            self._release()
            if not is_well:
                self._abandon(errands)
        self._watch_for_quiet()
        self._rest_if_idle()

    def _abandon(self, errands: Sequence[Errand]) -> None:
        """What is in memory can't be relied upon: everybody has to come again, and gets what the log holds."""
        self.is_abandoned = True
        for errand in (*errands, *self._errands):
            if isinstance(errand, Reading | Writing) and not errand.done.done():
                errand.done.set_exception(CannotSave())
        self._errands.clear()
        for participant in self.participants:
            cannot_save(participant)
        self._on_rest(self)

    async def keep_checkpoint(self) -> None:
        """Spare later loads the replay. It is kept only when the text reads the same from it."""
        try:
            self.replica.prove()
            await self.log.keep_checkpoint(self.name, self.sequence, self.replica.whole)
        except (CannotSave, Broken) as error:
            logger.error("no checkpoint of text %s: %s", self.name, error)
        self.checkpoint = self.sequence

    def _rest_if_idle(self) -> None:
        if self.is_idle:
            self._on_rest(self)

    # ---- timers

    def _watch_for_quiet(self) -> None:
        self._quiet_at = asyncio.get_running_loop().time() + self.times.quiet
        if self._quiet_timer is None:
            self._quiet_timer = call_later(self.times.quiet, self._on_quiet)

    def _on_quiet(self) -> None:
        self._quiet_timer = None
        left = self._quiet_at - asyncio.get_running_loop().time()
        if self._turning or left > 0:
            self._quiet_timer = call_later(max(left, self.times.quiet / 10), self._on_quiet)
        elif self.is_abandoned or self.is_retired:
            return
        elif self.replica.needs_repair:
            self._do(Repairing())

    def _schedule_presence(self, seconds: float | None = None) -> None:
        if self._presence.has_news and self._presence_timer is None:
            loop = asyncio.get_running_loop()
            wait = self.times.presence if seconds is None else seconds
            self._presence_timer = loop.call_later(wait, self._share_presence)

    def _share_presence(self) -> None:
        self._presence_timer = None
        if self._presence.has_news:
            news, own = self._presence.take_news()
            self.tell_all([wire.awareness(news)])
            self.others.point(self, own)

    def stop(self) -> None:
        """No timer of it goes off any more."""
        for timer in (self._quiet_timer, self._presence_timer):
            if timer:
                timer.cancel()

    def close_all(self, code: CloseCode, reason: str) -> None:
        for participant in list(self.participants):
            participant.close(code, reason)

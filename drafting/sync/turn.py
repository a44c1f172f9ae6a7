"""One turn of a room: everything that waited, done in order and made durable at once.

1. check: what each errand wants to change, against what is known so far
2. apply: all of it in one transaction
3. append: one durable commit
4. "saved" to each author, then
5. one shared frame to everybody
6. answers to those who asked or read

Where another node was first with its commit, that is taken in, and what was checked without it is checked again.

An update that breaks the text is found by applying them one by one to a text built from the log anew.
"""

import asyncio
import json
import logging
from typing import TYPE_CHECKING, Any, Final

from drafting.actions.ports import CannotSave
from drafting.actions.writing_ports import Author, LogMoved, Update
from drafting.domain import prose
from drafting.domain.errors import Code, Refusal
from drafting.sync import wire
from drafting.sync.changes import Asked, Change, Errand, Offered, Origin, Reading, Repairing, Writing
from drafting.sync.check import Checked, Refused
from drafting.sync.notes import Stage
from drafting.sync.participants import CloseCode, Participant
from drafting.sync.replica import Broken
from drafting.sync.wire import FrameError

if TYPE_CHECKING:
    from drafting.sync.room import Room

logger: Final = logging.getLogger(__name__)

MAX_UNITS: Final = 4_000_000
MAX_TRIES: Final = 50
SERVER: Final = Author("", "")
CANNOT_SAVE: Final = wire.stateless(json.dumps({"code": Code.CANNOT_SAVE.value}))


class Turn:
    """Of one room, for these errands."""

    def __init__(self, room: "Room", errands: list[Errand]) -> None:
        self.room = room
        self.errands = errands
        self.position = 0
        self.waiting: list[Change] = []
        self.changes: list[Change] = []
        self.frames: list[bytes] = []
        self.known_already: list[Participant] = []
        self.asked: set[Participant] = set()
        self.is_full = sum(room.replica.known.clocks.values()) > MAX_UNITS

    async def take(self) -> None:
        """Raises :class:`CannotSave` and :class:`Broken` only where the room can't go on."""
        try:
            for errand in self.errands:
                self._check(errand)
                self.position += 1
                if self.room.trace.is_careful:
                    self._apply()
            self._apply()
        except Broken as error:
            logger.error("text %s broke in a turn of %d: %s", self.room.name, len(self.errands), error)
            await self._sift()
        if self.changes and not await self._append():
            return
        self._share()
        self._answer()

    # ---- 1. check

    def _check(self, errand: Errand) -> None:
        if isinstance(errand, Offered):
            self._check_offer(errand)
        elif isinstance(errand, Writing):
            self._check_writing(errand)
        elif isinstance(errand, Repairing):
            self._check_repair(errand)

    def _check_offer(self, offer: Offered) -> None:
        participant = offer.participant
        if participant.is_shut_out:
            return
        try:
            if self.room.trace.is_poison(offer.update):
                raise Refused("it ended the server once")
            checked = self.room.replica.check(offer.update)
            if checked.missing:
                self._ask_again(offer)
            elif not participant.may_write or self.room.is_retired:
                self._decline(offer, checked)
            elif not checked.written and self._says_nothing(offer, checked):
                self.known_already.append(participant)
            else:
                self._accept(Change(offer.update, checked, Origin.LOCAL, participant.author, offer))
        except (FrameError, Refused) as error:
            self._refuse(participant, str(error))

    def _ask_again(self, offer: Offered) -> None:
        """It builds on what the log lacks. A client whose full answer still does has nothing better to give."""
        participant = offer.participant
        _acknowledge(participant, is_saved=False)
        if not offer.is_answer and participant not in self.asked:
            self.asked.add(participant)
            participant.tell(wire.ask(self.room.replica.state))

    def _decline(self, offer: Offered, checked: Checked) -> None:
        """Readers too send what they have, and Yjs lets them clean up: where it says nothing new, all is saved."""
        if not checked.written and self.room.replica.deletions.covers(checked.deleted):
            self.known_already.append(offer.participant)
        else:
            _acknowledge(offer.participant, is_saved=False)

    def _says_nothing(self, offer: Offered, checked: Checked) -> bool:
        """Step 2 names everything ever deleted; a deletion sent by itself is worth keeping without a look."""
        if not checked.deleted:
            return True
        self._apply()
        return offer.is_answer and self.room.replica.deletions.covers(checked.deleted)

    def _check_writing(self, writing: Writing) -> None:
        try:
            self._apply()
            replica = self.room.replica
            if self.room.is_retired:
                raise Refusal(Code.TEXT_RETIRED, text=self.room.name)
            if writing.seen is not None and (now := prose.digest(replica.text)) != writing.seen:
                raise Refusal(Code.TEXT_CHANGED, now=now)
            update = self._draft(writing)
            if update is not None:
                self._accept(Change(update, replica.check(update), Origin.ACTION, writing.author, writing))
        except (FrameError, Refused) as error:
            _fail(writing.done, Refusal(Code.TEXT_REFUSED, reason=str(error)))
        except Refusal as refusal:
            _fail(writing.done, refusal)

    def _draft(self, writing: Writing) -> bytes | None:
        """It is made on a copy, so what goes wrong in it breaks nothing here."""
        try:
            return self.room.replica.draft_text(self.room.client_of(writing.author.account), writing.text)
        except Broken as error:
            raise Refused(str(error)) from error

    def _check_repair(self, errand: Repairing) -> None:
        self._apply()
        replica = self.room.replica
        if replica.needs_repair and not self.room.is_retired:
            update = replica.draft_repair(self.room.client_of(SERVER.account))
            if update is not None:
                self._accept(Change(update, replica.check(update), Origin.REPAIR, SERVER, errand))

    def _accept(self, change: Change) -> None:
        """Raises :class:`Refused` where it is written under somebody else's client id, or there is too much of it."""
        if self.is_full:
            raise Refused("text too large")
        for client in change.checked.written:
            if not self.room.owns(client, change.author.account):
                raise Refused("client id of another account")
        self.room.replica.known.take(change.checked)
        self.waiting.append(change)

    # ---- 2. apply

    def _apply(self) -> None:
        if not self.waiting:
            return
        waiting, self.waiting = self.waiting, []
        self.changes += waiting
        trace, replica = self.room.trace, self.room.replica
        is_doubtful = any(change.checked.tangled for change in waiting)
        trace.enter(Stage.READ)
        try:
            frame = replica.apply(
                trace.each([(change.author.account, change.update) for change in waiting]), is_doubtful
            )
            if trace.is_careful:
                replica.prove()
        finally:
            trace.leave()
        if frame is not None:
            self.frames.append(frame)

    async def _sift(self) -> None:
        """Find who broke it and go on without; what was not yet looked at waits for the next turn."""
        suspects = [*self.changes, *self.waiting]
        rest = self.errands[self.position :]
        if rest and not suspects:
            self._turn_away(rest.pop(0), "broken")
        self.room.put_back(rest)
        self.errands = self.errands[: self.position]
        self.changes, self.waiting, self.frames = [], [], []
        await self.room.reload()
        for change in suspects:
            if not self._try(change):
                await self.room.reload()
                self._repeat()

    def _try(self, change: Change) -> bool:
        """Apply it alone and prove that the text can still be saved, loaded and read."""
        replica = self.room.replica
        try:
            change.checked = replica.check(change.update)
            if change.checked.missing:
                self._turn_back(change.errand)
                return True
            replica.known.take(change.checked)
            self.room.trace.enter(Stage.READ)
            try:
                frame = replica.apply(self.room.trace.each([(change.author.account, change.update)]), is_doubtful=True)
                replica.prove()
            finally:
                self.room.trace.leave()
        except (FrameError, Refused, Broken) as error:
            logger.error("refused an update of %s in text %s: %s", change.author.account, self.room.name, error)
            self._turn_away(change.errand, "broken")
            return False
        self.changes.append(change)
        self.frames += [frame] if frame else []
        return True

    def _repeat(self) -> None:
        for change in self.changes:
            self.room.replica.known.take(change.checked)
            self.room.replica.apply([change.update], is_doubtful=False)

    def _turn_back(self, errand: Errand) -> None:
        """It built on what was refused."""
        if isinstance(errand, Offered):
            self._ask_again(errand)
        else:
            self._turn_away(errand, "built on what was refused")

    def _turn_away(self, errand: Errand, reason: str) -> None:
        if isinstance(errand, Offered | Asked):
            self._refuse(errand.participant, reason)
        elif isinstance(errand, Writing | Reading):
            _fail(errand.done, Refusal(Code.TEXT_REFUSED, reason=reason))

    def _refuse(self, participant: Participant, reason: str) -> None:
        logger.warning("refused an update of %s in text %s: %s", participant.guest.account, self.room.name, reason)
        _acknowledge(participant, is_saved=False)
        participant.is_shut_out = True
        participant.close(CloseCode.REFUSED, reason)

    # ---- 3. append

    async def _append(self) -> bool:
        room = self.room
        room.pace.pause()
        try:
            await self._keep()
        except CannotSave:
            logger.error("cannot save %d edits of text %s", len(self.changes), room.name)
            self._fail_changes()
            await room.reload()
            return False
        finally:
            room.pace.resume()
        return True

    async def _keep(self) -> None:
        room = self.room
        for _ in range(MAX_TRIES):
            if not self.changes:
                return
            updates = self._updates()
            try:
                sequences = await room.log.append(updates, room.sequence)
            except LogMoved:
                await self._catch_up()
                continue
            room.sequence = sequences[-1]
            room.others.kept(room, updates)
            return
        raise CannotSave("others were always first")

    def _updates(self) -> list[Update]:
        at = self.room.clock.now()
        return [
            Update(
                self.room.name,
                change.update,
                change.author.account,
                change.author.network,
                at,
                tuple(change.checked.written),
            )
            for change in self.changes
        ]

    async def _catch_up(self) -> None:
        """Another node was first. Updates that participants sent stand beside what it kept, unless the same clients
        wrote there; whatever else was made for the text as it was is made anew."""
        room = self.room
        news = await room.hearsay.read()
        clients = {client for change in self.changes for client in change.checked.written}
        stand_alone = bool(news) and all(change.origin is Origin.LOCAL for change in self.changes)
        if not stand_alone or not room.hearsay.take_in(news, apart_from=clients):
            await self._begin_again()

    async def _begin_again(self) -> None:
        changes, self.changes, self.frames = self.changes, [], []
        await self.room.reload()
        try:
            for change in changes:
                self._check(change.errand)
            self._apply()
        except Broken as error:
            logger.error("text %s broke beside what others wrote: %s", self.room.name, error)
            await self._sift()

    def _fail_changes(self) -> None:
        """None of it is kept. Whoever wrote it is told and has to come again, with all that is not saved by then."""
        for change in self.changes:
            if isinstance(change.errand, Offered):
                _acknowledge(change.errand.participant, is_saved=False)
                cannot_save(change.errand.participant)
            elif isinstance(change.errand, Writing):
                _fail(change.errand.done, CannotSave())
        for participant in self.known_already:
            _acknowledge(participant, is_saved=False)
        self.room.put_back([errand for errand in self.errands if _waits(errand)])

    # ---- 4. to 6.

    def _share(self) -> None:
        """ "Saved" to each author, in the same go as what is shared; an only author knows what it wrote."""
        saved: dict[Participant, list[bytes]] = {}
        authors = [change.participant for change in self.changes]
        for participant in (*self.known_already, *authors):
            if participant is not None and participant.is_acknowledged:
                saved.setdefault(participant, []).append(wire.SAVED)
        only = authors[0] if len(set(authors)) == 1 else None
        skipped = only if only is not None and only.is_acknowledged else None
        if self.frames or saved:
            self.room.tell_all([wire.update(frame) for frame in self.frames], saved, skipped)

    def _answer(self) -> None:
        replica = self.room.replica
        for errand in self.errands:
            if isinstance(errand, Asked):
                self._answer_state(errand)
            elif isinstance(errand, Reading | Writing) and not errand.done.done():
                errand.done.set_result(replica.text)

    def _answer_state(self, asked: Asked) -> None:
        """What it lacks; and the question for what we lack."""
        try:
            asked.participant.tell(wire.answer(self.room.replica.since(asked.state)))
            asked.participant.tell(wire.ask(self.room.replica.state))
        except FrameError as error:
            self._refuse(asked.participant, str(error))


def _waits(errand: Errand) -> bool:
    return isinstance(errand, Asked) or (isinstance(errand, Reading | Writing) and not errand.done.done())


def _acknowledge(participant: Participant, *, is_saved: bool) -> None:
    if participant.is_acknowledged:
        participant.tell(wire.SAVED if is_saved else wire.NOT_SAVED)


def cannot_save(participant: Participant) -> None:
    """The client is told why, and closing makes it come again and send what is not saved."""
    if participant.is_acknowledged:
        participant.tell(CANNOT_SAVE)
    participant.close(CloseCode.TRY_AGAIN, "cannot save")


def _fail(done: "asyncio.Future[Any]", error: Exception) -> None:
    if not done.done():
        done.set_exception(error)

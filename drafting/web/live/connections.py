"""One socket from its acceptance to its end: its texts, and the messages for them."""

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any, Final, TypeAlias

from drafting.actions.ports import CannotSave
from drafting.domain.errors import Refusal
from drafting.sync import wire
from drafting.sync.participants import CloseCode, Guest, Level, Participant, Rights
from drafting.sync.room import Room
from drafting.sync.rooms import Rooms
from drafting.sync.rounds import call_later
from drafting.sync.wire import Ask, FrameError, Leave, Message, Nothing, Offer, Point, QueryPoints, Token
from drafting.web.live.admission import Admission, Crowd, Limits
from drafting.web.live.outbox import Send, SocketOutbox
from drafting.web.live.places import EDITOR, Place, epoch_of
from drafting.web.live.throttle import Share, Throttle
from drafting.web.papers import Papers

Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]

NO_RIGHTS: Final = Rights(Level.NONE)
# Whoever is closed with these has sent what no honest client sends.
FAULTS: Final = frozenset({CloseCode.REFUSED, CloseCode.TOO_BIG, CloseCode.MALFORMED, CloseCode.FLOOD})
# In bytes: what a question weighs, and how much lighter than what is sent here the text is with which it is answered.
QUESTION: Final = 2560
LIGHTER: Final = 16
TOO_OFTEN: Final = "too often"


class Socket:
    """What both protocols share: limits, opening a text, going on with its messages, leaving."""

    __slots__ = (
        "__weakref__",
        "_alive",
        "_asking",
        "_known",
        "_look_again",
        "_sign_in_by",
        "accounts",
        "admission",
        "crowd",
        "limits",
        "outbox",
        "papers",
        "places",
        "rooms",
        "share",
    )

    def __init__(
        self, rooms: Rooms, admission: Admission, limits: Limits, crowd: Crowd, papers: Papers, send: Send
    ) -> None:
        self.rooms = rooms
        self.crowd = crowd
        self.accounts: frozenset[str] = frozenset()
        self.admission = admission
        self.limits = limits
        self.papers = papers
        self.outbox = SocketOutbox(send, self._on_close)
        self.places: dict[str, Place] = {}
        self.share: Share | None = None
        self._known: tuple[tuple[Papers, int], Guest] | None = None
        self._asking: asyncio.Task[None] | None = None

    async def serve(self, receive: Receive) -> None:
        """Until the client or we close."""
        self._sign_in_by = call_later(self.limits.sign_in, self._expect_somebody)
        self._alive = call_later(self.limits.keep_alive, self._keep_alive)
        self._look_again = call_later(self.limits.known, self._ask_again)
        self.crowd.come(self, lambda: self.outbox.close(CloseCode.TRY_AGAIN, "too many sockets"))
        try:
            self.begin()
            await self._listen(receive)
        finally:
            self._forget_accounts()
            self._sign_in_by.cancel()
            self._alive.cancel()
            self._look_again.cancel()
            if self._asking is not None:
                self._asking.cancel()
            self.outbox.is_closed = True
            for place in self.places.values():
                self.leave(place)

    def _count(self, papers: Papers, account: str) -> bool:
        """Once for each account that speaks on this socket; whether it may have one more."""
        if account in self.accounts:
            return True
        if self.crowd.returns.come(papers, account) or not self.crowd.admit(account):
            return False
        self.crowd.go(self)
        self.accounts |= {account}
        self.share = self.share or self.crowd.share(account)
        return True

    def _forget_accounts(self) -> None:
        for account in self.accounts:
            self.crowd.dismiss(account)
        self.crowd.go(self)

    def _on_close(self, code: int) -> None:
        if code in FAULTS:
            self.crowd.returns.cut_off(self.papers, self.accounts)

    def begin(self) -> None:
        """The socket is open."""

    def receive(self, data: bytes) -> Room | None:
        """Take a message; the room that it went to, if any. Raises :class:`FrameError`."""
        raise NotImplementedError

    async def _listen(self, receive: Receive) -> None:
        throttle = Throttle(self.limits.rate)
        while (message := await receive())["type"] == "websocket.receive":
            data = message.get("bytes")
            if data is None:
                self.outbox.close(CloseCode.REFUSED, "text frame")
                continue
            if len(data) > self.limits.frame:
                self.outbox.close(CloseCode.TOO_BIG, "frame too big")
                continue
            if self.share is not None and (wait := self.share.take(len(data))):
                await asyncio.sleep(wait)
            try:
                room = self.receive(data)
            except FrameError as error:
                self.outbox.close(CloseCode.REFUSED, str(error))
                continue
            if room is not None and room.is_behind:
                await room.catch_up()
            if throttle.tick():
                await asyncio.sleep(throttle.rest())
        if not self.outbox.is_closed:
            self._on_close(message.get("code", 0))

    def _expect_somebody(self) -> None:
        if not any(place.participant for place in self.places.values()):
            self.outbox.close(CloseCode.SIGN_IN, "nobody signed in")

    def _keep_alive(self) -> None:
        """An empty message, which every client understands; one text stands for the socket."""
        place = next((place for place in self.places.values() if place.participant), None)
        if place is not None and place.participant is not None:
            place.participant.tell(wire.KEEP_ALIVE)
        self._alive = call_later(self.limits.keep_alive, self._keep_alive)

    def _ask_again(self) -> None:
        self._asking = asyncio.get_running_loop().create_task(self._recheck_all())
        self._look_again = call_later(self.limits.known, self._ask_again)

    async def _recheck_all(self) -> None:
        """One text stands for all that were opened with the same papers. While the database is away, nobody goes."""
        self._known = None
        one_of_each = {place.papers: place for place in self.places.values() if place.participant}
        with suppress(CannotSave):
            for place in one_of_each.values():
                await self._recheck(place)

    # ---- opening a text

    def open(self, place: Place, token: str) -> None:
        self.places[place.key] = place
        place.opening = asyncio.get_running_loop().create_task(self._open(place, token))

    async def _open(self, place: Place, token: str) -> None:
        try:
            await self._admit(place, token)
        except CannotSave:
            self.outbox.close(CloseCode.TRY_AGAIN, "cannot load")
        finally:
            place.opening = None

    async def _admit(self, place: Place, token: str) -> None:
        """Raises :class:`CannotSave` where nobody can say now who it is, or what the text holds."""
        epoch, rechecks = epoch_of(token), self.rooms.rechecks
        if epoch is None:
            self.outbox.close(CloseCode.OUT_OF_DATE, "editor")
            return
        if not self.accounts and self.crowd.returns.pause(place.papers):
            self.outbox.close(CloseCode.TRY_AGAIN, TOO_OFTEN)
            return
        guest = await self._guest(place.papers)
        if guest is None:
            self.outbox.close(CloseCode.SIGN_IN, "sign in")
            return
        if self.rooms.notes.is_shut_out(guest.account):
            self.outbox.close(CloseCode.REFUSED, "shut out")
            return
        if not self.outbox.is_closed and not self._count(place.papers, guest.account):
            self.outbox.close(CloseCode.TRY_AGAIN, "too many sockets")
            return
        rights = await self.admission.rights(guest.account, place.name)
        try:
            if rights.level is Level.NONE:
                self.deny(place)
                return
            room = await self.rooms.open(place.name)
        except Refusal:
            self.deny(place)
            return
        if epoch and epoch != room.epoch:
            self.outbox.close(CloseCode.OUT_OF_DATE, "epoch")
            return
        if self.places.get(place.key) is place and not self.outbox.is_closed:
            self._enter(place, room, guest, rights, is_editor=token.startswith(EDITOR))
            if self.rooms.rechecks != rechecks:
                await self._recheck(place)

    def _enter(self, place: Place, room: Room, guest: Guest, rights: Rights, *, is_editor: bool) -> None:
        async def recheck() -> None:
            await self._recheck(place)

        participant = self.participant(place, guest, rights, recheck)
        place.room, place.participant = room, participant
        self._sign_in_by.cancel()
        if participant.is_acknowledged:
            participant.tell(wire.authenticated(participant.may_write and not room.is_retired))
            if is_editor:
                participant.tell(wire.stateless(json.dumps({"epoch": room.epoch})))
        room.join(participant)
        waiting, place.waiting = place.waiting, []
        try:
            for message in waiting:
                self.go_on(place, message)
        except FrameError as error:
            self.outbox.close(CloseCode.REFUSED, str(error))

    def participant(
        self, place: Place, guest: Guest, rights: Rights, recheck: Callable[[], Awaitable[None]]
    ) -> Participant:
        raise NotImplementedError

    async def _guest(self, papers: Papers) -> Guest | None:
        asked = papers, self.rooms.rechecks
        if self._known is not None and self._known[0] == asked:
            return self._known[1]
        if not (papers.cookie or papers.token):
            return None
        guest = await self.admission.person(cookie=papers.cookie, token=papers.token)
        if guest is not None:
            self._known = asked, guest
        return guest

    def deny(self, place: Place) -> None:
        """Not this text; the socket goes on for others, if there are any."""
        place.is_denied = True
        place.waiting.clear()
        if all(other.is_denied for other in self.places.values()):
            self.outbox.close(CloseCode.NOT_ALLOWED, "not allowed")

    async def _recheck(self, place: Place) -> None:
        """Mandates or sessions changed. Whatever was allowed and is not any more closes the socket."""
        participant = place.participant
        if participant is None:
            return
        rechecks = -1
        while rechecks != self.rooms.rechecks:  # What was asked before the last change may not be so any more.
            rechecks = self.rooms.rechecks
            guest = await self._guest(place.papers)
            if guest is None or guest.account != participant.guest.account:
                self._end(place.papers)
                return
            rights = await self.admission.rights(guest.account, place.name)
        before = participant.rights
        participant.grant(rights)
        if participant.rights.level is Level.NONE:
            self.outbox.close(CloseCode.NOT_ALLOWED, "not allowed")
        elif participant.rights.level is not before.level and participant.is_acknowledged:
            participant.tell(wire.authenticated(participant.may_write))

    def _end(self, papers: Papers) -> None:
        """These are nobody's any more."""
        for place in self.places.values():
            if place.participant is not None and place.papers == papers:
                place.participant.grant(NO_RIGHTS)
        self.outbox.close(CloseCode.SIGN_IN, "sign in")

    # ---- in a text

    def go_on(self, place: Place, message: Message) -> Room | None:
        """A message for a text; it waits while that is being opened. Raises :class:`FrameError`."""
        room, participant = place.room, place.participant
        if room is None or participant is None:
            self._wait(place, message)
            return None
        if type(message) is Offer:
            room.offer(participant, message.update, message.is_answer)
        elif type(message) is Point:
            room.point(participant, message.states)
        elif type(message) is Ask:
            if self.share is not None:
                self.share.take(QUESTION + room.trace.weight // LIGHTER)
            room.ask(participant, message.state)
        elif type(message) is QueryPoints:
            room.query_presence(participant)
        return room

    def _wait(self, place: Place, message: Message) -> None:
        if place.is_denied or isinstance(message, Nothing):
            return
        place.waiting.append(message)
        place.waiting_bytes += sum(len(part) for part in message if isinstance(part, bytes))
        if len(place.waiting) > self.limits.waiting or place.waiting_bytes > self.limits.waiting_bytes:
            raise FrameError("too much before sign-in")

    def leave(self, place: Place) -> None:
        if place.opening is not None:
            place.opening.cancel()
        if place.room is not None and place.participant is not None:
            place.room.leave(place.participant)


class SharedSocket(Socket):
    """Hocuspocus: each message names its text, and the first for a text says who is there."""

    __slots__ = ("_last",)

    def __init__(
        self, rooms: Rooms, admission: Admission, limits: Limits, crowd: Crowd, papers: Papers, send: Send
    ) -> None:
        super().__init__(rooms, admission, limits, crowd, papers, send)
        self._last: Place | None = None

    def receive(self, data: bytes) -> Room | None:
        place = self._last
        if place is not None and (update := wire.short_update(data, place.head)) is not None:
            return self.go_on(place, Offer(update, is_answer=False))
        key, message = wire.parse_named(data)
        place = self.places.get(key)
        if place is not None:
            if isinstance(message, Leave):
                self._last = None
                self.leave(self.places.pop(key))
                return None
            self._last = place
            return None if isinstance(message, Token) else self.go_on(place, message)
        if isinstance(message, Token):
            self._sign_in(key, message.token)
        elif not isinstance(message, Leave | Nothing):
            self.outbox.close(CloseCode.SIGN_IN, "sign in first")
        return None

    def _sign_in(self, key: str, token: str) -> None:
        if len(self.places) >= self.limits.texts:
            raise FrameError("too many texts")
        papers = self.papers if not token or token.startswith(EDITOR) else Papers(None, token, self.papers.address)
        self.open(Place(key, papers), token)

    def participant(
        self, place: Place, guest: Guest, rights: Rights, recheck: Callable[[], Awaitable[None]]
    ) -> Participant:
        return Participant(guest, rights, self.outbox, recheck, prefix=wire.string(place.key), is_acknowledged=True)

    def deny(self, place: Place) -> None:
        self.outbox.send(wire.string(place.key) + wire.denied("permission-denied"))
        super().deny(place)


class SingleSocket(Socket):
    """y-websocket: the address names the text."""

    __slots__ = ("_place",)

    def __init__(
        self,
        rooms: Rooms,
        admission: Admission,
        limits: Limits,
        crowd: Crowd,
        papers: Papers,
        send: Send,
        name: str,
    ) -> None:
        super().__init__(rooms, admission, limits, crowd, papers, send)
        self._place = Place(name, papers)

    def begin(self) -> None:
        self.open(self._place, "")

    def receive(self, data: bytes) -> Room | None:
        return self.go_on(self._place, wire.parse_plain(data))

    def participant(
        self, place: Place, guest: Guest, rights: Rights, recheck: Callable[[], Awaitable[None]]
    ) -> Participant:
        return Participant(guest, rights, self.outbox, recheck)

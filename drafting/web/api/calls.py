"""One request to the API: who makes it, what it names, what it brings, all within bounds."""

import re
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request

from drafting.actions.core import Actor, authorise, load_declaration
from drafting.actions.membership import sign_in
from drafting.actions.ports import Account, Ports
from drafting.domain.declaration import Declaration, Section
from drafting.domain.errors import Code, Refusal
from drafting.domain.policy import Action, Subject
from drafting.settings import Settings
from drafting.web import sessions
from drafting.web.api.answers import Page

MOST_ITEMS: Final = 500
USUAL_ITEMS: Final = 100
MAX_NUMBER: Final = 2**31 - 1
_FIELD: Final = re.compile(r"field `([^`]+)`")
_PLACE: Final = re.compile(r"at `\$\.?([^`]*)`")

B = TypeVar("B")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call:
    """A request with its ports; ``account`` is None for somebody unknown."""

    request: Request
    ports: Ports
    settings: Settings
    account: Account | None
    channel: str
    fresh: bool = True

    # ---- who

    @property
    def known(self) -> Account:
        """The account that calls. Raises ``sign_in`` where nobody is signed in."""
        if self.account is None:
            raise Refusal(Code.SIGN_IN)
        return self.account

    @property
    def actor(self) -> Actor:
        """Who acts. Raises ``sign_in``."""
        return Actor(self.known.id, self.channel, self.fresh)

    # ---- what is named

    def part(self, name: str) -> str:
        """A part of the path."""
        return str(self.request.path_params[name])

    def count(self, name: str) -> int:
        """A part of the path that counts from 1. Raises ``not_found``."""
        found = _number(self.part(name))
        if found is None:
            raise Refusal(Code.NOT_FOUND, **{name: self.part(name)})
        return found

    def query(self, name: str) -> str | None:
        return self.request.query_params.get(name)

    def number(self, name: str, default: int) -> int:
        """A number of the query. Raises ``bad_input``."""
        raw = self.query(name)
        if raw is None:
            return default
        found = _number(raw)
        if found is None:
            raise Refusal(Code.BAD_INPUT, field=name)
        return found

    def moment(self, name: str) -> datetime:
        """A time of the query in RFC 3339, else now. Raises ``bad_input``."""
        raw = self.query(name)
        if raw is None:
            return self.ports.clock.now()
        try:
            found = datetime.fromisoformat(raw.replace(" ", "+"))
            if found.tzinfo is not None:
                return found.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        raise Refusal(Code.BAD_INPUT, field=name)

    @property
    def slug(self) -> str:
        return self.part("slug")

    async def declaration(self) -> Declaration:
        """The declaration of the path, for somebody who takes part in it. Raises ``sign_in``, ``not_allowed``."""
        actor = self.actor
        declaration = await load_declaration(self.ports, self.slug)
        authorise(declaration, actor, Action.READ, Subject(), self.ports.clock.now())
        return declaration

    async def section(self) -> tuple[Declaration, Section]:
        """The section of the path, retired or not. Raises ``not_found``."""
        declaration = await self.declaration()
        found = declaration.sections.get(self.part("section"))
        if found is None:
            raise Refusal(Code.NOT_FOUND, section=self.part("section"))
        return declaration, found

    # ---- what is answered

    def page(self, items: Sequence[T]) -> Page[T]:
        """``limit`` of them after the first ``after``; ``next`` is the address of those that follow, or null."""
        start, limit = self.number("after", 0), min(max(self.number("limit", USUAL_ITEMS), 1), MOST_ITEMS)
        end = start + limit
        following = None
        if end < len(items):
            kept = {k: v for k, v in self.request.query_params.items() if k != "after"}
            following = f"{self.request.url.path}?{urlencode({**kept, 'after': end})}"
        return Page(items=list(items[start:end]), next=following)


def _number(raw: str) -> int | None:
    if not (raw.isascii() and raw.isdigit()) or len(raw) > 10 or int(raw) > MAX_NUMBER:
        return None
    return int(raw)


async def call_of(request: Request) -> Call:
    """Who calls: a token's bearer, else whoever is signed in in this browser. Raises ``sign_in`` for a bad token."""
    state = request.app.state
    ports: Ports = state.ports
    header = request.headers.get("authorization")
    if header is not None:
        scheme, _, secret = header.partition(" ")
        account = await sign_in.token_account(ports, secret.strip()) if scheme.lower() == "bearer" else None
        if account is None:
            raise Refusal(Code.SIGN_IN)
        return Call(request, ports, state.settings, account, "api")
    found = await sessions.account_of(request, ports, state.settings)
    if found is None:
        return Call(request, ports, state.settings, None, "web")
    session, account = found
    return Call(request, ports, state.settings, account, "web", sign_in.is_fresh(session, ports.clock.now()))


# ---- bodies


async def read_body(request: Request, limit: int) -> bytes:
    """The whole body. Raises ``too_large`` as soon as it is known to be longer than ``limit`` bytes."""
    parts = [part async for part in bounded(request, limit)]
    return b"".join(parts)


async def bounded(request: Request, limit: int) -> AsyncGenerator[bytes, None]:
    """The body in pieces, none of it beyond the limit."""
    declared = request.headers.get("content-length", "0")
    size = 0
    if declared.isdigit() and int(declared) > limit:
        raise Refusal(Code.TOO_LARGE, limit=limit)
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise Refusal(Code.TOO_LARGE, limit=limit)
        yield part


def require_json(request: Request) -> None:
    """Forms of foreign pages can send no such type without asking the browser first. Raises ``bad_input``."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Refusal(Code.BAD_INPUT, field="Content-Type", reason="application/json is needed")


def parse_body(data: bytes, kind: type[B]) -> B:
    """JSON as a struct. Raises ``bad_input`` with the name of the field that does not fit, and why."""
    try:
        return msgspec.json.decode(data or b"{}", type=kind)
    except msgspec.ValidationError as error:
        raise Refusal(Code.BAD_INPUT, **_misfit(str(error))) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refusal(Code.BAD_INPUT, field="body", reason="not JSON in UTF-8") from error


def _misfit(message: str) -> dict[str, Any]:
    place = _PLACE.search(message)
    field = _FIELD.search(message)
    names = [found[1] for found in (place, field) if found and found[1]]
    return {"field": ".".join(names) or "body", "reason": message.partition(" - at ")[0]}

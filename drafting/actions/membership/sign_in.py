"""Signing in by a mailed link or code, the sessions that come of it, and tokens for programs.

Letters: ``sign_in`` (link, code, minutes) and ``token`` (until, days), both with ``person``, the reader's name.
"""

import asyncio
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote
from weakref import WeakValueDictionary

from drafting.actions.core import Actor, commit_platform
from drafting.actions.letter_ports import Letter
from drafting.actions.names import checked_address
from drafting.actions.ports import Account, Pass, Ports
from drafting.domain.errors import Code, Refusal
from drafting.domain.events import Event, Kind

SIGN_IN: Final = "sign_in"
SESSION: Final = "session"
TOKEN: Final = "token"  # noqa: S105
LINK_MINUTES: Final = 10
CODE_DIGITS: Final = 8
MAX_LIVE_LINKS: Final = 5
MAX_WRONG_CODES: Final = 5
SESSION_DAYS: Final = 30
FRESH_HOURS: Final = 12
SEEN_EVERY: Final = timedelta(minutes=5)
MAX_TOKEN_DAYS: Final = 366
MAX_NEXT: Final = 500
MAX_AGENT: Final = 200
NOBODY: Final = Account("", "", "", "")
"""For whom a letter is written that nobody gets, so that the server is as long at an address that it does not know."""

_guessing: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()


async def ask_to_sign_in(ports: Ports, *, address: str, browser: str, locale: str, next: str = "") -> None:
    """Mail a link and a code to whoever has an account; nobody learns here whether there is one.

    ``browser``: an opaque secret that the asking browser keeps, without which neither link nor code works. ``next``:
    the path to go to afterwards, put on the link as its query. Web pages answer before this is done, so that its
    duration tells nothing. Raises ``bad_input`` for what is no address; asking too often is silently not answered.
    """
    account = await ports.accounts.find(checked_address(address)) or NOBODY
    at = ports.clock.now()
    if len(await ports.passes.of_account(SIGN_IN, account.id, at)) >= MAX_LIVE_LINKS:
        return
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    data = {"browser": _browser_digest(browser), "code": _code_digest(browser, code), "wrong": 0}
    secret = secrets.token_urlsafe(32)
    if account is not NOBODY:
        secret, _ = await ports.passes.issue(SIGN_IN, account.id, at + timedelta(minutes=LINK_MINUTES), at, data)
    link = f"{ports.origin}/{locale}/login/{secret}"
    if is_local_path(next):
        link += "?next=" + quote(next, safe="/")
    subject, body = ports.sentences.letter(
        "sign_in", locale, person=account.name, link=link, code=code, minutes=LINK_MINUTES
    )
    if account is not NOBODY:
        await ports.mail.send([Letter(account.address, subject, body, locale)], at)


def is_local_path(path: str) -> bool:
    """Whether it leads to a page of this site and nowhere else."""
    return (
        0 < len(path) <= MAX_NEXT
        and path.startswith("/")
        and not path.startswith("//")
        and path.isprintable()
        and "\\" not in path
    )


def _browser_digest(browser: str) -> str:
    return hashlib.sha256(browser.encode()).hexdigest()


def _code_digest(browser: str, code: str) -> str:
    """Keyed by what only the browser knows: eight digits alone could be guessed from their hash."""
    return hmac.new(browser.encode(), code.encode(), hashlib.sha256).hexdigest()


async def sign_in(
    ports: Ports,
    *,
    browser: str,
    token: str | None = None,
    code: str | None = None,
    address: str | None = None,
    agent: str = "",
) -> tuple[str, Account]:
    """Spend a link, or a code together with its address, and begin a session: its secret, and whose it is.

    Raises ``link_used``; ``not_allowed`` in another browser than the one that asked, which spends nothing;
    ``bad_input`` with ``field`` code for a wrong one, of which a link bears five. ``agent``: what to show in the list
    of sessions.
    """
    at = ports.clock.now()
    if token is not None:
        account_id = await _spend_link(ports, browser, token, at)
    else:
        account_id = await _spend_code(ports, browser, (code or "").strip(), address or "", at)
    await _revoke_links(ports, account_id, at)
    account = await ports.accounts.get(account_id)
    data = {"agent": "".join(c for c in agent if c.isprintable())[:MAX_AGENT]}
    secret, _ = await ports.passes.issue(SESSION, account.id, at + timedelta(days=SESSION_DAYS), at, data)
    return secret, account


async def _spend_link(ports: Ports, browser: str, token: str, at: datetime) -> str:
    found = await ports.passes.find(SIGN_IN, token, at)
    if found is None or found.used is not None:
        raise Refusal(Code.LINK_USED)
    if not hmac.compare_digest(found.data["browser"], _browser_digest(browser)):
        raise Refusal(Code.NOT_ALLOWED, action="sign_in", reason="other_browser")
    spent = await ports.passes.spend(SIGN_IN, token, at)
    if spent is None:
        raise Refusal(Code.LINK_USED)
    return spent.account


async def _spend_code(ports: Ports, browser: str, code: str, address: str, at: datetime) -> str:
    """One guess at a time for each account, so that many at once are not more than five."""
    account = await ports.accounts.find(address.strip())
    digest = _code_digest(browser, code)
    if account is None:
        raise Refusal(Code.BAD_INPUT, field="code")
    async with _guessing.setdefault(account.id, asyncio.Lock()):
        asked_here = [
            link
            for link in await ports.passes.of_account(SIGN_IN, account.id, at)
            if hmac.compare_digest(link.data["browser"], _browser_digest(browser))
            and link.data["wrong"] < MAX_WRONG_CODES
        ]
        for link in asked_here:
            # Revoking is the spending that needs no secret: of any number of callers one has it revoked.
            if hmac.compare_digest(link.data["code"], digest) and await ports.passes.revoke(link.id, account.id):
                return account.id
        for link in asked_here:
            await ports.passes.change(link.id, data={**link.data, "wrong": link.data["wrong"] + 1})
    raise Refusal(Code.BAD_INPUT, field="code")


async def _revoke_links(ports: Ports, account: str, at: datetime) -> None:
    for link in await ports.passes.of_account(SIGN_IN, account, at):
        await ports.passes.revoke(link.id, account)


# ---- sessions


async def session_account(ports: Ports, secret: str) -> tuple[Pass, Account] | None:
    """The session of a cookie and whose it is, or None where it ended. Notes now and then that it was seen."""
    at = ports.clock.now()
    found = await ports.passes.find(SESSION, secret, at)
    if found is None or found.used is not None:
        return None
    if at - (found.seen or found.created) >= SEEN_EVERY:
        await ports.passes.change(found.id, seen=at)
    return found, await ports.accounts.get(found.account)


def is_fresh(session: Pass, at: datetime) -> bool:
    """Whether somebody signed in recently enough for acts that bind a network."""
    return at - session.created < timedelta(hours=FRESH_HOURS)


async def list_sessions(ports: Ports, actor: Actor) -> list[Pass]:
    """The actor's live sessions, newest first; ``data["agent"]`` says where."""
    return list(await ports.passes.of_account(SESSION, actor.account, ports.clock.now()))


async def end_session(ports: Ports, actor: Actor, id: str) -> None:
    """The texts that it held open close. Raises ``not_found`` where the actor has no such session."""
    if not await ports.passes.revoke(id, actor.account):
        raise Refusal(Code.NOT_FOUND, session=id)
    await ports.workshops.recheck_account(actor.account)


# ---- tokens


async def issue_token(ports: Ports, *, address: str, days: int = 30, operator: bool = True) -> str:
    """A bearer token for an account, which is opened where there is none: in the ledger and mailed, like any grant.

    Raises ``bad_input`` with ``field`` address or days.
    """
    to = checked_address(address)
    if not 1 <= days <= MAX_TOKEN_DAYS:
        raise Refusal(Code.BAD_INPUT, field="days")
    account, _ = await ports.accounts.open(to)
    at = ports.clock.now()
    until = at + timedelta(days=days)
    data = {"account": account.id, "until": until.isoformat()}
    actor, channel = ("operator", "cli") if operator else (account.id, "web")
    await commit_platform(ports, lambda _: [Event(Kind.TOKEN_ISSUE, data, actor, channel)])
    secret, _ = await ports.passes.issue(TOKEN, account.id, until, at, {"operator": operator})
    locale = account.locale or "en"
    subject, body = ports.sentences.letter("token", locale, person=account.name, until=until, days=days)
    await ports.mail.send([Letter(account.address, subject, body, locale)], at)
    return secret


async def token_account(ports: Ports, secret: str) -> Account | None:
    """Whose token it is, or None where it is unknown, revoked or past its time."""
    found = await ports.passes.find(TOKEN, secret, ports.clock.now())
    return None if found is None or found.used is not None else await ports.accounts.get(found.account)

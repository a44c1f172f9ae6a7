"""Signing in: ask for a letter, follow its link or enter its code, sign out."""

import asyncio
from typing import Final

from starlette.background import BackgroundTask
from starlette.responses import RedirectResponse, Response

from drafting.actions.membership import sign_in as actions
from drafting.actions.names import checked_address
from drafting.actions.ports import Account
from drafting.domain.errors import Code, Refusal
from drafting.web import sessions
from drafting.web.errors import STATUS, sentence
from drafting.web.visits import Form, Visit

WRONG_SECONDS: Final = 0.5
"""A wrong code is answered after so long: of a known address more has to be looked up and kept than of another one."""


async def show(visit: Visit) -> Response:
    if visit.account is None:
        return visit.page("sign_in/ask.html", form=Form(), next=visit.query("next"))
    if visit.actor.fresh:
        return _onward(visit, visit.account, visit.query("next"))
    known = Form({"address": [visit.account.address]})
    return visit.page("sign_in/ask.html", form=known, next=visit.query("next"))


async def ask(visit: Visit) -> Response:
    """The answer is the same for every address, and is given before any letter is written."""
    form = await visit.form()
    try:
        address = checked_address(form.text("address"))
    except Refusal:
        form.errors["address"] = visit.words.gettext("Write an e-mail address like name@example.org.")
        return visit.page("sign_in/ask.html", 422, form=form, next=form.text("next"))
    return send_letter(visit, address, form.text("next"))


def send_letter(visit: Visit, address: str, onward: str) -> Response:
    """The page that asks for the code; behind it the letter is written, bound to this browser."""
    browser = sessions.browser_of(visit.request, visit.settings) or sessions.new_browser()
    answer = visit.page("sign_in/code.html", form=Form({"address": [address]}), next=onward, sent=True)
    answer.background = BackgroundTask(
        actions.ask_to_sign_in, visit.ports, address=address, browser=browser, locale=visit.lang, next=onward
    )
    sessions.remember_browser(answer, visit.settings, browser)
    return answer


async def show_code(visit: Visit) -> Response:
    return visit.page("sign_in/code.html", form=Form(), next=visit.query("next"), sent=False)


async def enter_code(visit: Visit) -> Response:
    form = await visit.form()
    code = "".join(character for character in form.text("code") if character.isalnum())
    answers = asyncio.get_running_loop().time() + WRONG_SECONDS
    browser = sessions.browser_of(visit.request, visit.settings)
    try:
        secret, account = await actions.sign_in(
            visit.ports, browser=browser, code=_western(code), address=form.text("address"), agent=_agent(visit)
        )
    except Refusal as refusal:
        if refusal.code is not Code.BAD_INPUT:
            raise
        form.errors["code"] = visit.words.gettext(
            "This code does not fit, or its ten minutes are over. Look at the newest letter, or ask for another."
        )
        await asyncio.sleep(answers - asyncio.get_running_loop().time())
        return visit.page("sign_in/code.html", 422, form=form, next=form.text("next"), sent=False)
    return await _signed_in(visit, secret, account, form.text("next"))


def _western(code: str) -> str:
    """Digits of any script as 0 to 9; people copy what their keyboard writes."""
    return "".join(str(int(c)) if c.isdecimal() else c for c in code)


async def show_link(visit: Visit) -> Response:
    """A button, so that a scanner that opens links spends nothing."""
    return visit.page("sign_in/link.html", next=visit.query("next"), error="")


async def follow_link(visit: Visit) -> Response:
    form = await visit.form()
    browser = sessions.browser_of(visit.request, visit.settings)
    try:
        secret, account = await actions.sign_in(
            visit.ports, browser=browser, token=visit.part("token"), agent=_agent(visit)
        )
    except Refusal as refusal:
        if refusal.code is not Code.NOT_ALLOWED:
            raise
        text = sentence(visit.words, refusal)
        return visit.page("sign_in/link.html", STATUS[refusal.code], next=form.text("next"), error=text)
    return await _signed_in(visit, secret, account, form.text("next"))


async def leave(visit: Visit) -> Response:
    if visit.session:
        await actions.end_session(visit.ports, visit.actor, visit.session.id)
    answer = visit.go("")
    sessions.forget(answer, visit.settings)
    # Without script too, nothing of the workshop stays on the device: kept words, kept pages, the offline shell.
    answer.headers["clear-site-data"] = '"cache", "storage"'
    return answer


async def _signed_in(visit: Visit, secret: str, account: Account, onward: str) -> Response:
    """A new session; the one that this browser had before is dead."""
    if visit.session:
        await actions.end_session(visit.ports, visit.actor, visit.session.id)
    answer = _onward(visit, account, onward)
    sessions.begin(answer, visit.settings, secret)
    return answer


def _onward(visit: Visit, account: Account, onward: str) -> Response:
    """To the page one came from, else to the desk in one's own language."""
    if actions.is_local_path(onward):
        return RedirectResponse(onward, 303)
    words = visit.site.languages.words(account.locale) if account.locale else visit.words
    return RedirectResponse(f"/{words.tag}/desk", 303)


def _agent(visit: Visit) -> str:
    return visit.request.headers.get("user-agent", "")

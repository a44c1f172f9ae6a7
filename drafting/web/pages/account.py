"""A person's own page: name, language, where they are signed in, keys of their own."""

from starlette.responses import RedirectResponse, Response

from drafting.actions.membership.own_keys import list_keys
from drafting.actions.membership.passkeys import list_passkeys
from drafting.actions.membership.sign_in import end_session as end
from drafting.actions.membership.sign_in import list_sessions
from drafting.actions.names import checked_name
from drafting.domain.errors import Refusal
from drafting.web.visits import Form, Visit


async def show(visit: Visit) -> Response:
    return await page(visit, Form(), 200)


async def page(visit: Visit, form: Form, status: int) -> Response:
    sessions = await list_sessions(visit.ports, visit.actor)
    welcome = visit.query("welcome") == "yes"
    options = [(words.tag, words.autonym) for words in visit.site.languages.all()]
    return visit.page(
        "account.html",
        status,
        form=form,
        sessions=sessions,
        welcome=welcome,
        language_options=options,
        keys=await list_keys(visit.ports, visit.actor.account),
        passkeys=await list_passkeys(visit.ports, visit.actor.account),
    )


async def describe(visit: Visit) -> Response:
    form = await visit.form()
    try:
        name = checked_name(form.text("name"), "name", may_be_empty=True)
    except Refusal:
        form.errors["name"] = visit.words.gettext("This name holds characters that cannot be shown. It was not saved.")
        return await page(visit, form, 422)
    words = visit.site.languages.words(form.text("locale", visit.lang))
    await visit.ports.accounts.describe(visit.actor.account, name=name, locale=words.tag)
    return RedirectResponse(f"/{words.tag}/{'desk' if form.text('welcome') else 'account'}", 303)


async def end_session(visit: Visit) -> Response:
    await end(visit.ports, visit.actor, visit.part("id"))
    return visit.go("account")

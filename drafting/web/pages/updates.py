"""Updates to those who signed an edition: written here, vouched for by a second network, and how far they are."""

from typing import Any

from starlette.responses import Response

from drafting.actions.editions import find_edition
from drafting.actions.signing import updates as acts
from drafting.actions.signing.updates import Said, Shown
from drafting.domain.declaration import Declaration
from drafting.domain.editions import Edition, EditionStatus
from drafting.domain.errors import Code, Refusal
from drafting.domain.networks import Scope
from drafting.domain.policy import Action, Subject, may
from drafting.domain.updates import UpdateState
from drafting.web.errors import STATUS, sentence
from drafting.web.pages.matrix import own_networks
from drafting.web.visits import Form, Visit
from drafting.web.words.updates import update_state


async def index(visit: Visit) -> Response:
    """What was written so far, and the form."""
    return await _index(visit, Form())


async def _index(visit: Visit, form: Form) -> Response:
    declaration = await visit.declaration()
    edition = find_edition(declaration, visit.number("edition"))
    found = await acts.list_updates(visit.ports, visit.actor, slug=declaration.slug, n=edition.n)
    is_released = edition.status is EditionStatus.RELEASED
    may_write = may(declaration, visit.actor.account, Action.FREEZE, Subject(), visit.at)
    return visit.page(
        "workshop/updates.html",
        422 if form.errors else 200,
        declaration=declaration,
        edition=edition,
        updates=found,
        states=_states(visit),
        subject_of=lambda shown: _subject(visit, shown),
        form=form,
        may_write=may_write and is_released,
        locales=_locales(declaration, edition) if is_released else [],
        longest=acts.MAX_BODY,
    )


def _locales(declaration: Declaration, edition: Edition) -> list[str]:
    """The languages of the edition, its source first."""
    others = [tag for tag in edition.releases[-1].locales if tag != declaration.source_locale]
    return [declaration.source_locale, *others]


def _states(visit: Visit) -> dict[UpdateState, str]:
    return {state: update_state(visit.words, state) for state in UpdateState}


def _subject(visit: Visit, shown: Shown) -> tuple[str, str]:
    """In the reader's language or the source, with its tag."""
    tag = visit.lang if visit.lang in shown.texts else shown.source
    return tag, shown.texts[tag].subject


async def write(visit: Visit) -> Response:
    form = await visit.form()
    declaration = await visit.declaration()
    slug, n = declaration.slug, visit.number("edition")
    edition = find_edition(declaration, n)
    texts = {
        tag: Said(form.text(f"subject.{tag}"), form.text(f"body.{tag}"))
        for tag in {**form.starting("subject."), **form.starting("body.")}
    }
    if edition.releases:
        for refusal in acts.misfits(declaration, edition, texts):
            form.errors.setdefault(refusal.data.get("field", ""), sentence(visit.words, refusal))
    if form.errors:
        return await _index(visit, form)
    update = await acts.write_update(visit.ports, visit.actor, slug=slug, n=n, texts=texts)
    return visit.go("workshop", slug, "publishing", n, "updates", update.id)


async def show(visit: Visit) -> Response:
    return await _show(visit, None)


async def _show(visit: Visit, refusal: Refusal | None) -> Response:
    declaration = await visit.declaration()
    shown = await acts.read_update(visit.ports, visit.actor, slug=declaration.slug, id=visit.part("id"))
    return visit.page(
        "workshop/update.html",
        STATUS[refusal.code] if refusal else 200,
        **_facts(visit, declaration, shown),
        fault=sentence(visit.words, refusal) if refusal else "",
    )


def _facts(visit: Visit, declaration: Declaration, shown: Shown) -> dict[str, Any]:
    update, mailing = shown.update, shown.mailing
    is_waiting = update.state is UpdateState.WAITING
    vouched = {approval.network for approval in shown.standing}
    can_vouch = is_waiting and visit.actor.account not in {approval.account for approval in shown.standing}
    own = own_networks(visit, declaration, Scope.SIGN) if can_vouch else []
    signing = [n for n in own if n not in vouched or len(declaration.voices(visit.at)) == 1]
    return {
        "declaration": declaration,
        "edition": find_edition(declaration, update.edition),
        "update": update,
        "approvals": shown.standing,
        "lapsed": [word for word in update.approvals if word not in shown.standing],
        "texts": {tag: shown.texts[tag] for tag in sorted(shown.texts, key=lambda tag: (tag != shown.source, tag))},
        "mailing": mailing,
        "state": update_state(visit.words, update.state),
        "subject": _subject(visit, shown),
        "signing": signing,
        "signing_options": [(n, declaration.members[n].name) for n in signing],
        "has_vouched": not can_vouch and is_waiting,
        "may_drop": is_waiting and may(declaration, visit.actor.account, Action.FREEZE, Subject(), visit.at),
        "refreshes": update.state is UpdateState.SENDING or bool(mailing and mailing.waiting),
    }


async def approve(visit: Visit) -> Response:
    form = await visit.form()
    slug, id = visit.part("declaration"), visit.part("id")
    try:
        await acts.approve_update(visit.ports, visit.actor, slug=slug, id=id, network=form.text("network") or None)
    except Refusal as refusal:
        if refusal.code not in (Code.SECOND_NETWORK_REQUIRED, Code.BAD_INPUT):
            raise
        return await _show(visit, refusal)
    return visit.go("workshop", slug, "publishing", visit.number("edition"), "updates", id)


async def drop(visit: Visit) -> Response:
    slug, id = visit.part("declaration"), visit.part("id")
    try:
        await acts.drop_update(visit.ports, visit.actor, slug=slug, id=id)
    except Refusal as refusal:
        if refusal.code is not Code.BAD_INPUT:
            raise
        return await _show(visit, refusal)
    return visit.go("workshop", slug, "publishing", visit.number("edition"), "updates", id)

"""Networks and their cards: who we are, what we are about, who we want to be, what we need, what we can contribute."""

from collections.abc import Mapping

from starlette.responses import Response

from drafting.actions.core import list_declarations, load_directory
from drafting.actions.membership.people import describe_network, register_network
from drafting.domain.declaration import Declaration
from drafting.domain.errors import Code, Refusal
from drafting.domain.networks import CARD_FIELDS, Network
from drafting.web.errors import STATUS, sentence
from drafting.web.i18n import Words
from drafting.web.visits import Form, Visit


def questions(words: Words) -> Mapping[str, str]:
    """The card's questions, in their order."""
    gettext = words.gettext
    asked = {
        "who": gettext("Who we are"),
        "about": gettext("What we are about"),
        "aims": gettext("Who we want to be"),
        "needs": gettext("What we need"),
        "offers": gettext("What we can contribute"),
    }
    return {field: asked[field] for field in CARD_FIELDS}


async def index(visit: Visit) -> Response:
    directory = await load_directory(visit.ports)
    return visit.page("networks/index.html", networks=list(directory.networks.values()))


async def _find(visit: Visit) -> Network:
    directory = await load_directory(visit.ports)
    found = directory.networks.get(visit.part("network"))
    if found is None:
        raise Refusal(Code.NOT_FOUND, network=visit.part("network"))
    return found


async def show(visit: Visit) -> Response:
    return await _card(visit, await _find(visit), Form(), 200)


async def _card(visit: Visit, network: Network, form: Form, status: int) -> Response:
    declarations = await list_declarations(visit.ports)
    joined = [d for d in declarations if network.slug in d.members and d.members[network.slug].is_live(visit.at)]
    return visit.page(
        "networks/card.html",
        status,
        network=network,
        questions=questions(visit.words),
        joined=joined,
        may_describe=_may_describe(visit, network, declarations),
        form=form,
    )


def _may_describe(visit: Visit, network: Network, declarations: list[Declaration]) -> bool:
    account = visit.account.id if visit.account else ""
    if not account:
        return False
    acts_for = (m.network for d in declarations for m in d.live_mandates(account, visit.at))
    return network.registered_by == account or network.slug in acts_for


async def describe(visit: Visit) -> Response:
    actor, network, form = visit.actor, await _find(visit), await visit.form()
    try:
        await describe_network(
            visit.ports,
            actor,
            slug=network.slug,
            name=form.text("name", network.name),
            short=form.text("short", network.short),
            card={field: form.text(field) for field in CARD_FIELDS},
        )
    except Refusal as refusal:
        _note(visit, form, refusal)
        return await _card(visit, network, form, STATUS[refusal.code])
    return visit.go("networks", network.slug)


async def new(visit: Visit) -> Response:
    visit.actor  # noqa: B018 (raises sign_in)
    return _new(visit, Form(), 200)


def _new(visit: Visit, form: Form, status: int) -> Response:
    return visit.page("networks/new.html", status, form=form, questions=questions(visit.words))


async def register(visit: Visit) -> Response:
    actor, form = visit.actor, await visit.form()
    try:
        network = await register_network(
            visit.ports,
            actor,
            slug=form.text("slug"),
            name=form.text("name"),
            short=form.text("short"),
            card={field: form.text(field) for field in CARD_FIELDS if form.text(field)},
        )
    except Refusal as refusal:
        _note(visit, form, refusal)
        return _new(visit, form, STATUS[refusal.code])
    return visit.go("networks", network.slug)


def _note(visit: Visit, form: Form, refusal: Refusal) -> None:
    """The sentence beside the field that it is about."""
    field = str(refusal.data.get("field", "slug" if refusal.code is Code.TAKEN else ""))
    form.errors[field.removeprefix("card.")] = sentence(visit.words, refusal)

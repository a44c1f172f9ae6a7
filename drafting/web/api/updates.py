"""Updates to those who signed an edition, by program; and leaving them."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from drafting.actions.signing import updates as acts
from drafting.actions.signing.mailing import leave_updates as leave
from drafting.web.api.answers import Answer
from drafting.web.api.bodies import Body, Token
from drafting.web.api.calls import Call
from drafting.web.api.operations import Operations

updates = Operations("Updates")
add = updates.add
EDITION = "/declarations/{slug}/editions/{n}"
ONE = EDITION + "/updates/{update}"


class Words(Body):
    """An update in one language: plain text."""

    subject: Annotated[str, Meta(max_length=1000)]
    body: Annotated[str, Meta(max_length=50_000)]


class NewUpdate(Body):
    """``texts``: by language, the source language among them."""

    texts: dict[str, Words]


class Vouching(Body):
    """``network``: for which one, where somebody may vouch for several."""

    network: Annotated[str, Meta(max_length=100)] | None = None


class WordsAnswer(Answer):
    subject: str
    body: str


class VouchedAnswer(Answer):
    network: str
    at: datetime


class ProgressAnswer(Answer):
    """``total``: how many wanted it; ``handed``: how many letters were written; ``left``: how many have left."""

    total: int
    handed: int
    left: int
    refused: int
    begun: datetime


class UpdateAnswer(Answer):
    """``status``: waiting, sending, sent (every letter is written), dropped. ``digest``: what the ledger holds."""

    id: str
    status: str
    at: datetime
    digest: str
    texts: dict[str, WordsAnswer]
    approvals: list[VouchedAnswer]
    progress: ProgressAnswer | None


class UpdatesAnswer(Answer):
    items: list[UpdateAnswer]
    next: str | None = None


class LeftAnswer(Answer):
    updates: bool


@add("POST", EDITION + "/updates", 201)
async def write_update(call: Call, body: NewUpdate) -> UpdateAnswer:
    """Write to those who signed and want to hear; nothing is sent before a second network vouches for it."""
    texts = {tag: acts.Said(words.subject, words.body) for tag, words in body.texts.items()}
    update = await acts.write_update(call.ports, call.actor, slug=call.slug, n=call.count("n"), texts=texts)
    return await _answer(call, update.id)


@add("GET", EDITION + "/updates")
async def list_updates(call: Call) -> UpdatesAnswer:
    """What was written so far, the newest first, and how far it is."""
    found = await acts.list_updates(call.ports, call.actor, slug=call.slug, n=call.count("n"))
    return UpdatesAnswer(items=[_item(shown) for shown in found])


@add("GET", ONE)
async def read_update(call: Call) -> UpdateAnswer:
    """One update with its words and how many letters have left."""
    return await _answer(call, call.part("update"))


@add("POST", ONE + "/approve")
async def approve_update(call: Call, body: Vouching) -> UpdateAnswer:
    """Vouch for an update of another network; from then on the letters go out."""
    id = call.part("update")
    await acts.approve_update(call.ports, call.actor, slug=call.slug, id=id, network=body.network)
    return await _answer(call, id)


@add("POST", ONE + "/drop")
async def drop_update(call: Call) -> UpdateAnswer:
    """Take an update back that nobody has vouched for yet."""
    await acts.drop_update(call.ports, call.actor, slug=call.slug, id=call.part("update"))
    return await _answer(call, call.part("update"))


@add("POST", "/signatures/leave", is_public=True)
async def leave_updates(call: Call, body: Token) -> LeftAnswer:
    """Get no more updates; the token of any of one's letters does. The signature stays."""
    await leave(call.ports, body.token)
    return LeftAnswer(updates=False)


async def _answer(call: Call, id: str) -> UpdateAnswer:
    return _item(await acts.read_update(call.ports, call.actor, slug=call.slug, id=id))


def _item(shown: acts.Shown) -> UpdateAnswer:
    update, mailing = shown.update, shown.mailing
    progress = None
    if mailing:
        progress = ProgressAnswer(
            total=mailing.total,
            handed=mailing.handed,
            left=mailing.left,
            refused=mailing.refused,
            begun=mailing.begun,
        )
    return UpdateAnswer(
        id=update.id,
        status=update.state.value,
        at=update.at,
        digest=update.content,
        texts={tag: WordsAnswer(subject=said.subject, body=said.body) for tag, said in shown.texts.items()},
        approvals=[VouchedAnswer(network=a.network, at=a.at) for a in shown.standing],
        progress=progress,
    )

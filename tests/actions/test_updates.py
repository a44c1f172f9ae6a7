"""Updates: who writes, who vouches, in which language they arrive, and how to leave."""

import re
from collections.abc import Mapping

import pytest

from drafting.actions.core import Actor
from drafting.actions.desk import Urgency, desk
from drafting.actions.letter_ports import Letter
from drafting.actions.signing import mailing
from drafting.actions.signing.links import confirm_signature, export_signature, withdraw_signature
from drafting.actions.signing.mailing import begin_mailings, leave_updates, mail_updates
from drafting.actions.signing.updates import Said, approve_update, drop_update, list_updates, read_update, write_update
from drafting.domain.errors import Code
from drafting.domain.events import Kind
from drafting.domain.signatures import SignatureState, stream_of
from drafting.domain.updates import Update, UpdateState, nearest
from tests.actions.coalition import SLUG, Coalition
from tests.actions.refusals import refused
from tests.actions.test_signing import ask, person, released

ENGLISH = Said("We won the first reading", "Dear all,\n\nparliament voted.")
TEXTS = {"en": ENGLISH}


@pytest.fixture
async def coalition() -> Coalition:
    return await released()


async def signed(coalition: Coalition, *addresses: str, **changes: object) -> None:
    for address in addresses:
        await confirm_signature(coalition.ports, await ask(coalition, person(address, updates=True, **changes)))
    coalition.fakes.mail.take()


async def write(coalition: Coalition, texts: Mapping[str, Said] = TEXTS) -> Update:
    return await write_update(coalition.ports, coalition.delegate("river"), slug=SLUG, n=1, texts=texts)


async def vouched(coalition: Coalition, texts: Mapping[str, Said] = TEXTS) -> Update:
    update = await write(coalition, texts)
    return await approve_update(coalition.ports, coalition.delegate("salt"), slug=SLUG, id=update.id)


def updates_in(coalition: Coalition) -> list[Letter]:
    """The updates among the letters that were sent since the last look."""
    return [letter for letter in coalition.fakes.mail.take() if letter.about]


def secret_in(letter: Letter) -> str:
    found = re.search(r"/sign/leave/([\w-]+)$", letter.leave)
    assert found
    return found[1]


async def test_an_update_goes_to_those_who_asked_once_a_second_network_vouches_for_it(coalition: Coalition) -> None:
    await signed(coalition, "a@people.example", "b@people.example")
    await confirm_signature(coalition.ports, await ask(coalition, person("silent@people.example")))
    coalition.fakes.mail.take()
    update = await write(coalition)
    assert await mail_updates(coalition.ports) == 0
    approved = await approve_update(coalition.ports, coalition.delegate("salt"), slug=SLUG, id=update.id)
    assert approved.state is UpdateState.SENDING
    assert await mail_updates(coalition.ports) == 2
    assert await mail_updates(coalition.ports) == 0
    letters = updates_in(coalition)
    assert sorted(letter.to for letter in letters) == ["a@people.example", "b@people.example"]
    assert "parliament voted." in letters[0].body
    assert letters[0].leave in letters[0].body.splitlines()
    assert (await coalition.state()).updates[update.id].state is UpdateState.SENT


async def test_the_ledger_says_who_wrote_and_vouched_and_how_many_letters_went(coalition: Coalition) -> None:
    await signed(coalition, "a@people.example")
    update = await vouched(coalition)
    await mail_updates(coalition.ports)
    entries = [e for e in await coalition.ports.ledger.read(SLUG) if e.event.kind.value.split(":")[1] == "update"]
    assert [(e.event.kind, e.event.actor, e.event.data.get("network")) for e in entries] == [
        (Kind.UPDATE_WRITE, coalition.delegate("river").account, "river"),
        (Kind.UPDATE_APPROVE, coalition.delegate("salt").account, "salt"),
        (Kind.UPDATE_SEND, "system", None),
    ]
    assert entries[-1].event.data["letters"] == 1
    assert b"parliament voted." in await coalition.ports.ledger.content(update.content)
    assert "people.example" not in str(entries)


async def test_the_writer_and_the_writers_network_cannot_vouch(coalition: Coalition) -> None:
    update = await write(coalition)
    for actor in (coalition.delegate("river"), coalition.delegate("river", 2)):
        await refused(Code.SECOND_NETWORK_REQUIRED, approve_update(coalition.ports, actor, slug=SLUG, id=update.id))
    stale = Actor(coalition.delegate("salt").account, "web", fresh=False)
    await refused(Code.SIGN_IN_ANEW, approve_update(coalition.ports, stale, slug=SLUG, id=update.id))
    await refused(Code.NO_MANDATE, approve_update(coalition.ports, Actor("x"), slug=SLUG, id=update.id))
    await refused(Code.NOT_FOUND, approve_update(coalition.ports, coalition.delegate("salt"), slug=SLUG, id="u"))


async def test_strangers_write_nothing(coalition: Coalition) -> None:
    stranger = Actor("stranger")
    await refused(Code.NOT_ALLOWED, write_update(coalition.ports, stranger, slug=SLUG, n=1, texts=TEXTS))
    await refused(Code.NOT_ALLOWED, list_updates(coalition.ports, stranger, slug=SLUG, n=1))


async def test_an_update_is_taken_back_until_somebody_vouches(coalition: Coalition) -> None:
    update = await write(coalition)
    await drop_update(coalition.ports, coalition.delegate("river"), slug=SLUG, id=update.id)
    moved = await refused(
        Code.BAD_INPUT, approve_update(coalition.ports, coalition.delegate("salt"), slug=SLUG, id=update.id)
    )
    assert moved["field"] == "state"
    other = await vouched(coalition)
    await refused(Code.BAD_INPUT, drop_update(coalition.ports, coalition.delegate("river"), slug=SLUG, id=other.id))
    shown = await list_updates(coalition.ports, coalition.delegate("river"), slug=SLUG, n=1)
    assert [s.update.state for s in shown] == [UpdateState.SENDING, UpdateState.DROPPED]


@pytest.mark.parametrize(
    ("texts", "field", "reason"),
    [
        ({}, "subject.en", "empty"),
        ({"en": Said("", "Words")}, "subject.en", "empty"),
        ({"en": Said("Subject", " \n ")}, "body.en", "empty"),
        ({"en": Said("x" * 201, "Words")}, "subject.en", "too_long"),
        ({"en": Said("Subject", "x" * 10_001)}, "body.en", "too_long"),
        ({"en": Said("Sub\u202eject", "Words")}, "subject.en", "characters"),
        ({"en": Said("Subject", "Words\u200b")}, "body.en", "characters"),
        ({"en": ENGLISH, "xx": ENGLISH}, "locales", None),
    ],
)
async def test_what_cannot_be_sent_is_named(
    coalition: Coalition, texts: dict[str, Said], field: str, reason: str | None
) -> None:
    data = await refused(
        Code.BAD_INPUT, write_update(coalition.ports, coalition.delegate("river"), slug=SLUG, n=1, texts=texts)
    )
    assert (data["field"], data.get("reason")) == (field, reason)


@pytest.mark.parametrize(
    ("wanted", "there", "got"),
    [
        (["pt-BR"], {"en", "pt-BR", "pt"}, "pt-BR"),
        (["pt-BR"], {"en", "pt"}, "pt"),
        (["pt"], {"en", "pt-BR"}, "pt-BR"),
        (["ay", "es"], {"en", "es"}, "es"),
        (["ay"], {"en", "es"}, "en"),
        ([], {"en"}, "en"),
    ],
)
def test_each_gets_the_nearest_language(wanted: list[str], there: set[str], got: str) -> None:
    assert nearest(wanted, there, "en") == got


async def test_each_gets_the_words_in_their_language(coalition: Coalition) -> None:
    await signed(coalition, "a@people.example", locale="en")
    await signed(coalition, "b@people.example", locale="ar")
    await signed(coalition, "c@people.example", locale="fr")
    state = await coalition.state()
    both = tuple({**dict.fromkeys(state.editions[0].releases[-1].locales), "ar": None})
    state.editions[0].releases[-1] = type(state.editions[0].releases[-1])(
        1, state.editions[0].releases[-1].at, both, state.editions[0].releases[-1].content
    )
    await vouched(coalition, {"en": ENGLISH, "ar": Said("أخبار", "صوّت البرلمان."), "fr": Said("", "")})
    await mail_updates(coalition.ports)
    assert {letter.to: letter.locale for letter in updates_in(coalition)} == {
        "a@people.example": "en",
        "b@people.example": "ar",
        "c@people.example": "en",
    }


async def test_whoever_left_withdrew_or_was_erased_meanwhile_gets_none(
    coalition: Coalition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailing, "BATCH", 1)
    monkeypatch.setattr(mailing, "MOST_WAITING", 1)
    secrets = [await ask(coalition, person(f"p{n}@people.example", updates=True)) for n in range(4)]
    for secret in secrets:
        await confirm_signature(coalition.ports, secret)
    coalition.fakes.mail.take()
    await vouched(coalition)
    assert await mail_updates(coalition.ports) == 1
    await leave_updates(coalition.ports, secrets[1])
    await withdraw_signature(coalition.ports, secrets[2])
    await withdraw_signature(coalition.ports, secrets[3], erase=True)
    assert await mail_updates(coalition.ports) == 0
    assert [letter.to for letter in updates_in(coalition)] == ["p0@people.example"]


async def test_a_full_outbox_gets_no_more(coalition: Coalition) -> None:
    await signed(coalition, "a@people.example")
    await vouched(coalition)
    coalition.fakes.mailings.waiting = mailing.MOST_WAITING
    assert await mail_updates(coalition.ports) == 0
    coalition.fakes.mailings.waiting = 0
    assert await mail_updates(coalition.ports) == 1


async def test_what_was_vouched_for_just_before_a_crash_is_begun_at_the_start(coalition: Coalition) -> None:
    await signed(coalition, "a@people.example")
    await vouched(coalition)
    coalition.fakes.mailings.by_id.clear()
    assert await begin_mailings(coalition.ports) == 1
    assert await begin_mailings(coalition.ports) == 0
    assert await mail_updates(coalition.ports) == 1
    assert await begin_mailings(coalition.ports) == 0


async def test_leaving_ends_the_letters_and_nothing_else(coalition: Coalition) -> None:
    await signed(coalition, "a@people.example")
    await vouched(coalition)
    await mail_updates(coalition.ports)
    secret = secret_in(updates_in(coalition)[0])
    await refused(Code.NOT_ALLOWED, withdraw_signature(coalition.ports, secret))
    await refused(Code.NOT_ALLOWED, export_signature(coalition.ports, secret))
    await refused(Code.LINK_USED, confirm_signature(coalition.ports, secret))
    for _ in range(2):
        signature = await leave_updates(coalition.ports, secret)
        assert (signature.state, signature.updates) == (SignatureState.CONFIRMED, "")
    entries = await coalition.ports.ledger.read(stream_of(SLUG))
    assert [e.event.kind for e in entries] == [Kind.SIGNATURE_CONFIRM, Kind.SIGNATURE_LEAVE]
    await refused(Code.LINK_USED, leave_updates(coalition.ports, "guessed"))


async def test_progress_is_shown(coalition: Coalition) -> None:
    await signed(coalition, "a@people.example", "b@people.example")
    update = await vouched(coalition)
    await mail_updates(coalition.ports)
    coalition.fakes.mailings.waiting = 1
    shown = await read_update(coalition.ports, coalition.delegate("night"), slug=SLUG, id=update.id)
    assert shown.mailing is not None
    assert (shown.mailing.total, shown.mailing.handed, shown.mailing.left) == (2, 2, 1)
    assert shown.texts == TEXTS


async def test_the_second_networks_are_told_by_letter_and_on_their_desks(coalition: Coalition) -> None:
    update = await write(coalition)
    told = {letter.to for letter in coalition.fakes.mail.take() if letter.subject == "update_waits"}
    second = {coalition.delegate(network, n).account for network in ("salt", "night") for n in (1, 2)}
    assert told == {coalition.fakes.accounts.by_id[account].address for account in second}
    at = coalition.ports.clock.now()

    async def waits_for(network: str) -> list[tuple[str, ...]]:
        found = desk(await coalition.state(), coalition.delegate(network).account, at)
        return [matter.others for matter in found if matter.urgency is Urgency.UPDATE]

    assert await waits_for("salt") == [(update.id,)]
    assert await waits_for("river") == []
    await approve_update(coalition.ports, coalition.delegate("salt"), slug=SLUG, id=update.id)
    assert await waits_for("night") == []

"""Signing: what is refused, what a link does and how often, and what is left of who leaves."""

import hashlib
import re

import pytest
import rfc8785

from drafting.actions.letter_ports import Letter
from drafting.actions.signature_ports import LinkRole
from drafting.actions.signing.asking import LINK_DAYS, Asked, sign
from drafting.actions.signing.links import (
    confirm_signature,
    count_signatures,
    export_signature,
    read_signature,
    withdraw_signature,
)
from drafting.actions.signing.upkeep import remind_signatories, sweep_signatures
from drafting.domain.errors import Code, Refusal
from drafting.domain.signatures import Counts, SignatureState, Tally, stream_of
from tests.actions.coalition import SLUG, Coalition
from tests.actions.refusals import refused
from tests.actions.test_publication import agreed, freeze, release

AMINA = "amina@people.example"


def person(address: str = AMINA, **changes: object) -> Asked:
    values = {"kind": "person", "name": "Amina Said", "address": address, "locale": "en", "publish": True}
    return Asked(**{**values, **changes})  # type: ignore[arg-type]


def organisation(**changes: object) -> Asked:
    return person(kind="organisation", name="Well Keepers", second_contact="board@keepers.example", **changes)


async def released() -> Coalition:
    coalition = await agreed()
    await release(coalition)
    coalition.fakes.mail.take()
    return coalition


async def ask(coalition: Coalition, asked: Asked) -> str:
    """The secret of the letter's link."""
    await sign(coalition.ports, slug=SLUG, n=1, asked=asked)
    return secret_in(coalition.fakes.mail.sent[-1])


def secret_in(letter: Letter) -> str:
    found = re.search(r"/sign/(?:confirm|own)/([\w-]+)", letter.body)
    assert found
    return found[1]


async def count(coalition: Coalition) -> Counts:
    counts = await count_signatures(coalition.ports, SLUG, 1)
    assert Tally().apply(await coalition.ports.ledger.read(stream_of(SLUG))).counts(1) == counts
    return counts


async def test_a_signature_counts_once_its_address_is_confirmed() -> None:
    coalition = await released()
    secret = await ask(coalition, person())
    assert await count(coalition) == Counts()
    signature = await confirm_signature(coalition.ports, secret)
    assert (signature.state, signature.index) == (SignatureState.CONFIRMED, 1)
    assert await count(coalition) == Counts(people=1)


async def test_the_ledger_holds_no_personal_data_and_binds_what_was_said() -> None:
    coalition = await released()
    secret = await ask(coalition, person(affiliation="School 7", place="Dakar"))
    await confirm_signature(coalition.ports, secret)
    (entry,) = await coalition.ports.ledger.read(stream_of(SLUG))
    assert not {"Amina Said", "School 7", "Dakar", AMINA} & set(map(str, entry.event.data.values()))
    own = await export_signature(coalition.ports, secret)
    digest = hashlib.sha256(bytes.fromhex(own["salt"]) + rfc8785.dumps(own["said"])).hexdigest()
    assert entry.event.data["commitment"] == f"sha256:{digest}"
    assert entry.event.data["publish"]
    assert not entry.event.data["updates"]
    assert "the words of publish" in own["wordings"][0]


async def test_a_link_is_spent_once() -> None:
    coalition = await released()
    secret = await ask(coalition, person())
    await confirm_signature(coalition.ports, secret)
    await refused(Code.LINK_USED, confirm_signature(coalition.ports, secret))
    await refused(Code.LINK_USED, confirm_signature(coalition.ports, "guessed"))
    assert await count(coalition) == Counts(people=1)


async def test_a_link_lives_seven_days() -> None:
    coalition = await released()
    secret = await ask(coalition, person())
    coalition.fakes.clock.step(days=LINK_DAYS)
    await refused(Code.LINK_USED, confirm_signature(coalition.ports, secret))
    assert await count(coalition) == Counts()


async def test_of_two_links_of_one_address_the_second_is_refused() -> None:
    coalition = await released()
    first = await ask(coalition, person())
    second = await ask(coalition, person("A.Mina+well@people.example", name="Somebody else"))
    await confirm_signature(coalition.ports, first)
    data = await refused(Code.LINK_USED, confirm_signature(coalition.ports, second))
    assert data["reason"] == "signed"
    assert (await read_signature(coalition.ports, first))[0].name == "Amina Said"


async def test_who_has_signed_gets_a_letter_that_says_so() -> None:
    coalition = await released()
    await confirm_signature(coalition.ports, await ask(coalition, person()))
    secret = await ask(coalition, person("AMINA@people.example"))
    assert [letter.subject for letter in coalition.fakes.mail.sent] == ["signature", "signature_known"]
    assert (await read_signature(coalition.ports, secret))[0].state is SignatureState.CONFIRMED


async def test_only_released_editions_can_be_signed() -> None:
    coalition = await agreed()
    await freeze(coalition)
    await refused(Code.NOT_RELEASED, sign(coalition.ports, slug=SLUG, n=1, asked=person()))
    await refused(Code.NOT_FOUND, sign(coalition.ports, slug=SLUG, n=2, asked=person()))
    await refused(Code.NOT_FOUND, sign(coalition.ports, slug="nothing", n=1, asked=person()))


@pytest.mark.parametrize(
    ("field", "reason", "changes"),
    [
        ("name", "empty", {"name": "  "}),
        ("name", "empty", {"name": "—"}),
        ("name", "too_long", {"name": "x" * 5000}),
        ("name", "characters", {"name": "Amina\u202egnp.exe"}),
        ("name", "characters", {"name": "Am\u200bina"}),
        ("name", "characters", {"name": "Amina\nBcc: all"}),
        ("affiliation", "characters", {"affiliation": "\u2066School"}),
        ("place", "too_long", {"place": "y" * 200}),
        ("address", "address", {"address": "amina"}),
        ("address", "address", {"address": "a@b.example\nBcc: c@d.example"}),
        ("country", "choice", {"country": "QQ"}),
        ("kind", "choice", {"kind": "robot"}),
        ("shown", "choice", {"shown": "loudly"}),
        ("second_contact", "same", {"kind": "organisation", "second_contact": "am.ina@people.example"}),
    ],
)
async def test_what_cannot_be_used_is_named(field: str, reason: str, changes: dict[str, object]) -> None:
    coalition = await released()
    data = await refused(Code.BAD_INPUT, sign(coalition.ports, slug=SLUG, n=1, asked=person(**changes)))
    assert (data["field"], data["reason"]) == (field, reason)
    assert not coalition.fakes.mail.sent


@pytest.mark.parametrize("name", ["Ñandú O’Neill-Ἀθηνᾶ", "می‌خواهم", "علي \u200fحسن", "<b>Bobby</b> & sons", "王 秀英"])
async def test_names_of_every_script_are_kept_as_they_are(name: str) -> None:
    coalition = await released()
    signature = await confirm_signature(coalition.ports, await ask(coalition, person(name=name)))
    assert signature.name == name


async def test_an_organisation_counts_when_both_contacts_have_confirmed() -> None:
    coalition = await released()
    first = await ask(coalition, organisation())
    waiting = await confirm_signature(coalition.ports, first)
    assert waiting.awaits_second
    await refused(Code.LINK_USED, confirm_signature(coalition.ports, first))
    letter = coalition.fakes.mail.sent[-1]
    assert (letter.to, letter.subject) == ("board@keepers.example", "signature_second")
    second = secret_in(letter)
    assert (await read_signature(coalition.ports, second))[1] is LinkRole.SECOND
    assert await count(coalition) == Counts()
    assert (await confirm_signature(coalition.ports, second)).state is SignatureState.CONFIRMED
    await refused(Code.LINK_USED, confirm_signature(coalition.ports, second))
    await refused(Code.NOT_ALLOWED, withdraw_signature(coalition.ports, second))
    assert await count(coalition) == Counts(organisations=1)


async def test_an_organisation_of_one_contact_waits() -> None:
    coalition = await released()
    secret = await ask(coalition, organisation(address="office@keepers.example"))
    await confirm_signature(coalition.ports, secret)
    assert await count(coalition) == Counts()


async def test_withdrawing_is_counted_once_and_can_be_done_twice() -> None:
    coalition = await released()
    secret = await ask(coalition, person())
    await confirm_signature(coalition.ports, secret)
    for _ in range(2):
        assert (await withdraw_signature(coalition.ports, secret)).state is SignatureState.WITHDRAWN
    assert await count(coalition) == Counts()
    await confirm_signature(coalition.ports, await ask(coalition, person()))
    assert await count(coalition) == Counts(people=1)


async def test_erasing_leaves_nothing_of_a_person() -> None:
    coalition = await released()
    secret = await ask(coalition, person(affiliation="School 7"))
    await confirm_signature(coalition.ports, secret)
    gone = await withdraw_signature(coalition.ports, secret, erase=True)
    assert not {"Amina Said", "School 7", AMINA} & set(map(str, (gone.name, gone.affiliation, gone.address)))
    assert gone.is_erased
    with pytest.raises(Refusal):
        await read_signature(coalition.ports, secret)
    assert await count(coalition) == Counts()


async def test_who_never_confirmed_can_erase_what_was_typed() -> None:
    coalition = await released()
    await withdraw_signature(coalition.ports, await ask(coalition, person()), erase=True)
    assert [signature.address for signature in coalition.fakes.signatures.by_id.values()] == [""]
    assert await count(coalition) == Counts()


async def test_one_reminder_comes_and_its_link_works() -> None:
    coalition = await released()
    await ask(coalition, person())
    await confirm_signature(coalition.ports, await ask(coalition, person("ben@people.example")))
    assert await remind_signatories(coalition.ports) == 0
    coalition.fakes.clock.step(days=4)
    assert [await remind_signatories(coalition.ports), await remind_signatories(coalition.ports)] == [1, 0]
    letter = coalition.fakes.mail.sent[-1]
    assert (letter.to, letter.subject) == (AMINA, "signature_reminder")
    assert (await confirm_signature(coalition.ports, secret_in(letter))).state is SignatureState.CONFIRMED


async def test_what_nobody_confirmed_is_deleted() -> None:
    coalition = await released()
    secret = await ask(coalition, person())
    coalition.fakes.clock.step(days=15)
    assert await sweep_signatures(coalition.ports) == 1
    await refused(Code.LINK_USED, read_signature(coalition.ports, secret))


async def test_a_country_is_bound_by_the_commitment_and_erased_with_the_rest() -> None:
    coalition = await released()
    secret = await ask(coalition, person(country="sn"))
    await confirm_signature(coalition.ports, secret)
    own = await export_signature(coalition.ports, secret)
    assert own["said"]["country"] == "SN"
    digest = hashlib.sha256(bytes.fromhex(own["salt"]) + rfc8785.dumps(own["said"])).hexdigest()
    assert own["commitment"] == f"sha256:{digest}"
    assert (await withdraw_signature(coalition.ports, secret, erase=True)).country == ""

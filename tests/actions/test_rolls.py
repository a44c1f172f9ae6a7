"""Names on paper and lists: how a file is read, who vouches for it, and that each row counts once."""

from dataclasses import dataclass, replace
from typing import Any, cast

import pytest

from drafting.actions.core import Actor
from drafting.actions.desk import desk
from drafting.actions.ports import Ports
from drafting.actions.rolls.approval import approve_roll, drop_roll, hand_in_roll
from drafting.actions.rolls.check import HELD, STEP
from drafting.actions.rolls.upkeep import sweep_rolls
from drafting.actions.rolls.uploads import bring_in_roll, list_rolls, look_at_roll, read_roll
from drafting.actions.rolls.work import work_on_rolls
from drafting.actions.signature_list_ports import SignatureLists
from drafting.actions.signing.links import confirm_signature, export_signature, withdraw_signature
from drafting.domain.errors import Code
from drafting.domain.events import Kind
from drafting.domain.rolls import Outcome, Reading, Roll, RollState
from drafting.domain.signatures import Counts, SignatureState, stream_of
from tests.actions.coalition import SLUG, Coalition
from tests.actions.refusals import refused
from tests.actions.test_signing import ask, count, person, released, secret_in

LIST = """Name,Place,E-mail,Publish,Updates,Sheet
Amina Said,Dakar,amina@people.example,x,x,K7QF-1
Bo Li,Lima,,yes,,K7QF-1
Chidi Obi,,chidi@people.example,,x,K7QF-2
"""


@dataclass
class Erased:
    """The lists as far as this needs them."""

    ids: set[str]

    async def erased(self) -> set[str]:
        return self.ids


@pytest.fixture
async def coalition() -> Coalition:
    made = await released()
    made.ports = replace(made.ports, lists=cast(SignatureLists, Erased(set())), limits={"list_rows": 1000})
    return made


async def brought(coalition: Coalition, text: str | bytes = LIST, **changes: Any) -> Roll:
    """A roll that is read as proposed, and checked."""
    ports, holder = coalition.ports, coalition.delegate("river")
    data = text if isinstance(text, bytes) else text.encode()
    roll = await bring_in_roll(ports, holder, slug=SLUG, n=1, name="list.csv", data=data)
    look = await look_at_roll(ports, roll, encoding=changes.pop("encoding", ""))
    assert look.reading is not None
    await read_roll(ports, holder, slug=SLUG, id=roll.id, reading=replace(look.reading, **changes))
    assert await work_on_rolls(ports) == 1
    return await ports.rolls.get(roll.id)


async def vouched(coalition: Coalition, roll: Roll) -> Roll:
    """Handed in by one network, approved by another, and counted."""
    handed = await hand_in_roll(coalition.ports, coalition.delegate("river"), slug=SLUG, id=roll.id)
    await approve_roll(coalition.ports, coalition.delegate("salt"), slug=SLUG, id=roll.id, digest=handed.digest)
    await work_on_rolls(coalition.ports)
    return await coalition.ports.rolls.get(roll.id)


async def test_names_on_paper_count_once_two_networks_vouch(coalition: Coalition) -> None:
    ports = coalition.ports
    roll = await brought(coalition)
    assert (roll.state, roll.total, roll.report.numbers) == (
        RollState.CHECKED,
        3,
        {"fits": 3, "address": 2, "publish": 2, "updates": 2},
    )
    handed = await hand_in_roll(ports, coalition.delegate("river"), slug=SLUG, id=roll.id)
    assert await work_on_rolls(ports) == 0
    assert await count(coalition) == Counts()
    assert {letter.to for letter in ports.mail.take() if letter.subject == "approval_of_list"} == {  # type: ignore[attr-defined]
        f"person{n}@example.org" for n in range(3, 7)
    }
    await approve_roll(ports, coalition.delegate("salt"), slug=SLUG, id=roll.id, digest=handed.digest)
    assert await work_on_rolls(ports) == 1
    assert await count(coalition) == Counts(people=3, people_on_paper=3)
    done = await ports.rolls.get(roll.id)
    assert (done.state, done.counted.numbers) == (RollState.COUNTED, {"fits": 3})
    await refused(Code.NOT_FOUND, ports.rolls.file(roll.id))


async def test_the_ledger_says_who_vouched_and_no_word_of_the_list(coalition: Coalition) -> None:
    roll = await vouched(coalition, await brought(coalition))
    entries = await coalition.ports.ledger.read(SLUG)
    kinds = [entry.event.kind for entry in entries if "roll" in entry.event.data]
    assert kinds == [Kind.ROLL_HAND_IN, Kind.ROLL_APPROVE, Kind.ROLL_COUNT]
    signed = await coalition.ports.ledger.read(stream_of(SLUG))
    assert [(e.event.data["source"], e.event.data["roll"], e.event.channel) for e in signed] == [
        ("paper", roll.id, "paper")
    ] * 3
    told = str([entry.event.data for entry in [*entries, *signed]])
    assert not any(word in told for word in ("Amina", "Dakar", "people.example", "list.csv"))


async def test_what_is_shown_follows_the_boxes_of_each_line(coalition: Coalition) -> None:
    await vouched(coalition, await brought(coalition))
    listed = await coalition.ports.signatures.listed(SLUG, 1)
    assert [(one.name, one.place, bool(one.updates)) for one in listed] == [
        ("Amina Said", "Dakar", True),
        ("Bo Li", "Lima", False),
    ]
    assert await coalition.ports.ledger.content(listed[0].publish)


async def test_who_left_an_address_gets_the_link_to_look_and_to_leave(coalition: Coalition) -> None:
    await vouched(coalition, await brought(coalition))
    sent = [letter for letter in coalition.fakes.mail.sent if letter.subject == "signature_on_paper"]
    assert [letter.to for letter in sent] == ["amina@people.example", "chidi@people.example"]
    own = await export_signature(coalition.ports, secret_in(sent[0]))
    assert (own["source"], own["details"]["sheet"], len(own["wordings"])) == ("paper", "K7QF-1", 2)
    await withdraw_signature(coalition.ports, secret_in(sent[0]), erase=True)
    assert await count(coalition) == Counts(people=2, people_on_paper=2)


async def test_one_address_counts_once_however_it_comes(coalition: Coalition) -> None:
    await confirm_signature(coalition.ports, await ask(coalition, person("chidi@people.example")))
    pending = await ask(coalition, person("amina@people.example"))
    left = await ask(coalition, person("dora@people.example"))
    await confirm_signature(coalition.ports, left)
    await withdraw_signature(coalition.ports, left)
    roll = await brought(coalition, LIST + "Amina,,AMINA+list@people.example,,,\nDora,,dora@people.example,x,,\n")
    assert {name: roll.report.lines.get(name) for name in ("signed", "twice", "left")} == {
        "signed": [(4, "", 0)],
        "twice": [(5, "", 2)],
        "left": [(6, "", 0)],
    }
    done = await vouched(coalition, roll)
    assert (done.counted.count(Outcome.FITS), done.counted.left_out) == (2, 3)
    assert await count(coalition) == Counts(people=3, people_on_paper=2)
    await refused(Code.LINK_USED, confirm_signature(coalition.ports, pending))


async def test_namesakes_without_an_address_are_told_and_counted(coalition: Coalition) -> None:
    await vouched(coalition, await brought(coalition))
    roll = await brought(coalition, "Name,Place\nBo Li,lima\nEve,Oslo\nEVE,oslo\n")
    assert roll.report.lines[Outcome.NAMESAKE] == [(4, "", 3), (2, "", 0)]
    await vouched(coalition, roll)
    assert (await count(coalition)).people_on_paper == 6


async def test_lines_that_cannot_count_are_named_and_the_others_are_not_lost(coalition: Coalition) -> None:
    bad = [
        ",Dakar,a@people.example,,,",
        f"{'x' * 5000},,,,,",
        "=HYPERLINK(1),,,,,",
        "Mallory\u202e,,,,,",
        "Max,,no address,,,",
        "Good,,,perhaps,,",
        "Short",
    ]
    roll = await brought(coalition, LIST + "\n".join(bad))
    assert roll.report.lines[Outcome.FAULT] == [
        (5, "name:empty", 0),
        (6, "name:too_long", 0),
        (7, "name:formula", 0),
        (8, "name:characters", 0),
        (9, "address:address", 0),
    ]
    assert roll.report.lines[Outcome.UNCLEAR] == [(10, "", 0)]
    assert (await vouched(coalition, roll)).counted.count(Outcome.FITS) == 5


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "nothing"),
        (b" \r\n", "nothing"),
        (b"PK\x03\x04" + b"\0" * 26 + b"xl/workbook.xml", "workbook"),
        (b"PK\x03\x04" + b"\0" * 26 + b"names.csv", "binary"),
        (bytes(range(256)) * 4, "binary"),
        (b"\x89PNG\r\n", "binary"),
    ],
)
async def test_what_is_no_table_is_refused_at_once(coalition: Coalition, data: bytes, reason: str) -> None:
    refusal = await refused(
        Code.BAD_INPUT,
        bring_in_roll(coalition.ports, coalition.initiator, slug=SLUG, n=1, name="x", data=data),
    )
    assert refusal["reason"] == reason
    assert await list_rolls(coalition.ports, coalition.initiator, slug=SLUG, n=1) == []


async def test_an_encoding_that_nothing_tells_is_for_a_person_to_choose(coalition: Coalition) -> None:
    ports, holder = coalition.ports, coalition.initiator
    data = "الاسم;المكان\nأمينة سعيد;القاهرة\n".encode("cp1256")
    roll = await bring_in_roll(ports, holder, slug=SLUG, n=1, name="x.csv", data=data)
    look = await look_at_roll(ports, roll)
    assert (look.reading, look.guess.candidates[0]) == (None, "windows-1256")
    assert "أمينة سعيد;القاهرة" in dict(look.samples)["windows-1256"]
    done = await brought(coalition, data, encoding="windows-1256")
    await vouched(coalition, done)
    (kept,) = coalition.fakes.signatures.by_id.values()
    assert (kept.name, kept.place) == ("أمينة سعيد", "القاهرة")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"columns": ("place", "")}, "no_name"),
        ({"columns": ("name", "name")}, "same_column"),
        ({"columns": ("name", "purse")}, "choice"),
        ({"encoding": "utf-16-le"}, "encoding"),
        ({"locale": "tlh"}, "choice"),
        ({"source": "web"}, "choice"),
    ],
)
async def test_a_reading_that_makes_no_sense_is_refused(
    coalition: Coalition, changes: dict[str, Any], reason: str
) -> None:
    roll = await brought(coalition, "Name,Place\nAmina,Dakar\n")
    assert roll.reading is not None
    refusal = await refused(
        Code.BAD_INPUT,
        read_roll(
            coalition.ports, coalition.initiator, slug=SLUG, id=roll.id, reading=replace(roll.reading, **changes)
        ),
    )
    assert refusal["reason"] == reason


async def test_a_list_that_is_too_long_is_refused_whole(coalition: Coalition) -> None:
    ports, holder = coalition.ports, coalition.initiator
    data = b"Name\n" + b"Amina\n" * 1001
    roll = await bring_in_roll(ports, holder, slug=SLUG, n=1, name="x.csv", data=data)
    reading = Reading("utf-8", ",", True, ("name",), "en")
    refusal = await refused(Code.BAD_INPUT, read_roll(ports, holder, slug=SLUG, id=roll.id, reading=reading))
    assert (refusal["reason"], refusal["most"]) == ("too_many", 1000)


async def test_the_second_word_is_another_persons_of_another_network(coalition: Coalition) -> None:
    ports = coalition.ports
    roll = await brought(coalition)
    handed = await hand_in_roll(ports, coalition.delegate("river"), slug=SLUG, id=roll.id)
    for again in (coalition.delegate("river"), coalition.delegate("river", 2)):
        await refused(
            Code.SECOND_NETWORK_REQUIRED, approve_roll(ports, again, slug=SLUG, id=roll.id, digest=handed.digest)
        )
    stranger = Actor("somebody")
    await refused(Code.NOT_ALLOWED, approve_roll(ports, stranger, slug=SLUG, id=roll.id, digest=handed.digest))
    tired = replace(coalition.delegate("salt"), fresh=False)
    await refused(Code.SIGN_IN_ANEW, approve_roll(ports, tired, slug=SLUG, id=roll.id, digest=handed.digest))
    salt = coalition.delegate("salt")
    await refused(Code.TEXT_CHANGED, approve_roll(ports, salt, slug=SLUG, id=roll.id, digest="sha256:other"))
    await approve_roll(ports, salt, slug=SLUG, id=roll.id, digest=handed.digest)
    await refused(Code.BAD_INPUT, approve_roll(ports, salt, slug=SLUG, id=roll.id, digest=handed.digest))
    await refused(Code.BAD_INPUT, drop_roll(ports, coalition.delegate("night"), slug=SLUG, id=roll.id))


async def test_the_desk_of_another_network_says_that_a_list_waits(coalition: Coalition) -> None:
    roll = await brought(coalition)
    handed = await hand_in_roll(coalition.ports, coalition.delegate("river"), slug=SLUG, id=roll.id)

    async def waiting(network: str) -> list[tuple[str, ...]]:
        at = coalition.fakes.clock.now()
        found = desk(await coalition.state(), coalition.delegate(network).account, at)
        return [matter.others for matter in found if matter.kind == "vouch"]

    assert (await waiting("river"), await waiting("salt")) == ([], [(roll.id,)])
    await approve_roll(coalition.ports, coalition.delegate("salt"), slug=SLUG, id=roll.id, digest=handed.digest)
    assert await waiting("night") == []


async def test_what_was_handed_in_cannot_be_read_otherwise(coalition: Coalition) -> None:
    roll = await brought(coalition)
    assert roll.reading is not None
    await hand_in_roll(coalition.ports, coalition.delegate("river"), slug=SLUG, id=roll.id)
    await refused(
        Code.BAD_INPUT,
        read_roll(coalition.ports, coalition.initiator, slug=SLUG, id=roll.id, reading=roll.reading),
    )


async def test_a_list_that_is_declined_is_gone_and_nothing_counts(coalition: Coalition) -> None:
    roll = await brought(coalition)
    handed = await hand_in_roll(coalition.ports, coalition.delegate("river"), slug=SLUG, id=roll.id)
    salt = coalition.delegate("salt")
    await drop_roll(coalition.ports, salt, slug=SLUG, id=roll.id, why="Nobody knows these people.")
    assert coalition.fakes.rolls.files == {}
    await refused(Code.BAD_INPUT, approve_roll(coalition.ports, salt, slug=SLUG, id=roll.id, digest=handed.digest))
    await work_on_rolls(coalition.ports)
    assert await count(coalition) == Counts()


async def test_what_was_dropped_while_it_was_handed_in_cannot_be_approved(coalition: Coalition) -> None:
    """Both looked at the list when it was checked; the ledger alone would still let the second word be given."""
    ports, roll = coalition.ports, await brought(coalition)
    real = ports.rolls.save

    async def late(changed: Roll, *, drops_file: bool = False) -> Roll:
        coalition.fakes.rolls.save = real  # type: ignore[method-assign]
        await real(replace(roll, state=RollState.DROPPED), drops_file=True)
        return await real(changed, drops_file=drops_file)

    coalition.fakes.rolls.save = late  # type: ignore[method-assign, assignment]
    await refused(Code.BAD_INPUT, hand_in_roll(ports, coalition.delegate("river"), slug=SLUG, id=roll.id))
    digest = (await coalition.state()).rolls[roll.id].digest
    salt = coalition.delegate("salt")
    await refused(Code.BAD_INPUT, approve_roll(ports, salt, slug=SLUG, id=roll.id, digest=digest))
    assert not (await coalition.state()).rolls[roll.id].is_approved


async def test_lists_that_wait_for_a_second_word_keep_no_other_one_from_being_checked(coalition: Coalition) -> None:
    waiting = await brought(coalition)
    await hand_in_roll(coalition.ports, coalition.delegate("river"), slug=SLUG, id=waiting.id)
    kept = coalition.fakes.rolls.by_id
    first = kept[waiting.id]
    kept |= {f"other-{n}": replace(first, id=f"other-{n}", edition=n + 2) for n in range(150)}
    assert (await brought(coalition)).state is RollState.CHECKED


async def test_looking_for_namesakes_among_very_many_keeps_the_work(coalition: Coalition) -> None:
    """Otherwise another process would begin anew each time, and neither would ever be done."""
    await vouched(coalition, await brought(coalition))
    real, clock = coalition.fakes.rolls.names, coalition.fakes.clock

    async def slow(declaration: str, edition: int, after: int = 0, limit: int = 5000) -> Any:
        clock.step(seconds=HELD.total_seconds() - 1)
        open_now = await coalition.fakes.rolls.in_states({RollState.CHECKING}, due=clock.now())
        assert [roll.id for roll in open_now] == []
        return await real(declaration, edition, after, 1)

    coalition.fakes.rolls.names = slow  # type: ignore[method-assign]
    roll = await brought(coalition, "Name,Place\nEve,Oslo\n")
    assert roll.state is RollState.CHECKED


async def test_counting_goes_on_where_it_was_cut_off_and_repeats_nothing(coalition: Coalition) -> None:
    size = 2 * STEP + 20
    roll = await brought(coalition, "Name,E-mail\n" + "".join(f"P{n},p{n}@people.example\n" for n in range(size)))
    handed = await hand_in_roll(coalition.ports, coalition.delegate("river"), slug=SLUG, id=roll.id)
    await approve_roll(coalition.ports, coalition.delegate("salt"), slug=SLUG, id=roll.id, digest=handed.digest)

    class Killed(Exception):
        pass

    rolls, steps = coalition.fakes.rolls, iter([False, True])
    real = rolls.count

    async def dying(*args: Any) -> Roll:
        if next(steps, False):
            raise Killed
        return await real(*args)

    rolls.count = dying  # type: ignore[method-assign, assignment]
    with pytest.raises(Killed):
        await work_on_rolls(coalition.ports)
    half = await rolls.get(roll.id)
    assert (half.state, half.done, (await count(coalition)).people) == (RollState.COUNTING, STEP, STEP)
    assert await work_on_rolls(coalition.ports) == 0, "another process may still be at it"
    coalition.fakes.clock.step(seconds=HELD.total_seconds())
    assert await work_on_rolls(coalition.ports) == 1
    assert await count(coalition) == Counts(people=size, people_on_paper=size)
    coalition.fakes.clock.step(hours=1)
    assert await work_on_rolls(coalition.ports) == 0
    assert (await rolls.get(roll.id)).counted.numbers == {"fits": size}


async def test_two_processes_at_once_count_each_row_once(coalition: Coalition) -> None:
    roll = await brought(coalition)
    handed = await hand_in_roll(coalition.ports, coalition.delegate("river"), slug=SLUG, id=roll.id)
    await approve_roll(coalition.ports, coalition.delegate("salt"), slug=SLUG, id=roll.id, digest=handed.digest)
    seen = await coalition.ports.rolls.get(roll.id)
    await work_on_rolls(coalition.ports)

    class Stale:
        """Another process, which looked before the first one was done."""

        def __getattr__(self, name: str) -> Any:
            return getattr(coalition.fakes.rolls, name)

        async def in_states(self, *_: object, **__: object) -> list[Roll]:
            return [seen]

    other: Ports = replace(coalition.ports, rolls=cast(Any, Stale()))
    assert await work_on_rolls(other) == 0
    assert (await count(coalition)).people == 3


async def test_who_was_erased_does_not_come_back_with_an_older_copy_of_the_list(coalition: Coalition) -> None:
    roll = await brought(coalition)
    coalition.ports = replace(
        coalition.ports, lists=cast(SignatureLists, Erased({roll.signature_id(2), roll.signature_id(3)}))
    )
    done = await vouched(coalition, roll)
    assert (done.counted.count(Outcome.FITS), done.counted.count(Outcome.LEFT)) == (1, 2)


async def test_a_list_of_organisations_counts_as_such(coalition: Coalition) -> None:
    roll = await brought(coalition, "Organisation name;Place\nWell Keepers;Lima\n", kind="organisation", source="list")
    await vouched(coalition, roll)
    assert await count(coalition) == Counts(organisations=1, organisations_on_paper=1)
    (kept,) = coalition.fakes.signatures.by_id.values()
    assert (kept.state, kept.source.value) == (SignatureState.CONFIRMED, "list")


async def test_a_list_that_nobody_approves_is_deleted_in_time(coalition: Coalition) -> None:
    roll = await brought(coalition)
    await hand_in_roll(coalition.ports, coalition.delegate("river"), slug=SLUG, id=roll.id)
    coalition.fakes.clock.step(days=31)
    assert await sweep_rolls(coalition.ports) == 1
    assert coalition.fakes.rolls.files == {}
    assert (await coalition.state()).rolls[roll.id].is_dropped


async def test_words_about_a_list_go_some_time_after_it_has_ended(coalition: Coalition) -> None:
    ports, clock = coalition.ports, coalition.fakes.clock
    counts = await vouched(coalition, await brought(coalition))
    declined = await brought(coalition, "Name\nEve\n")
    await drop_roll(ports, coalition.delegate("night"), slug=SLUG, id=declined.id, why="Eve never was there.")
    open_one = await brought(coalition, "Name\nFela\n")
    clock.step(days=29)
    assert await sweep_rolls(ports) == 0
    await read_roll(ports, coalition.initiator, slug=SLUG, id=open_one.id, reading=cast(Reading, open_one.reading))
    clock.step(days=2)
    assert await sweep_rolls(ports) == 2
    kept = [await ports.rolls.get(roll.id) for roll in (counts, declined, open_one)]
    assert [(roll.name, roll.reason) for roll in kept] == [("", ""), ("", ""), ("list.csv", "")]
    assert (await count(coalition)).people == 3
    assert await sweep_rolls(ports) == 0

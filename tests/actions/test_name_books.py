"""Printing the names: who may ask, what is in them, and that nobody stays in them who took a name back."""

from pathlib import Path

import pytest

from drafting.actions.core import Actor
from drafting.actions.ports import Ports
from drafting.actions.signing.asking import sign
from drafting.actions.signing.links import confirm_signature, withdraw_signature
from drafting.actions.signing.lists import Lister
from drafting.actions.signing.name_books import NameKeeper, find_names, print_names, work_on_names
from drafting.domain.errors import Code
from drafting.publishing.signature_lists import StaticLists
from tests.actions.coalition import SLUG, Coalition
from tests.actions.refusals import refused
from tests.actions.test_signing import organisation, person, released, secret_in


class Printed:
    """A released edition with lists, and a press that only remembers."""

    def __init__(self, coalition: Coalition, public: Path) -> None:
        self.coalition = coalition
        self.public = public
        self.ports: Ports = coalition.fakes.ports(lists=StaticLists(public))
        self.press = coalition.fakes.press
        self.actor = coalition.initiator

    async def sign(self, name: str, address: str, **said: object) -> str:
        asked = person(address, name=name, **said)
        await sign(self.ports, slug=SLUG, n=1, asked=asked)
        own = secret_in(self.coalition.fakes.mail.sent[-1])
        await confirm_signature(self.ports, own)
        return own

    async def work(self) -> list[str]:
        """The names that were printed in English."""
        await Lister(self.ports).refresh()
        self.press.named.clear()
        assert await work_on_names(self.ports) == 0
        return next((names for locale, names in self.press.named if locale == "en"), [])


@pytest.fixture
async def printed(tmp_path: Path) -> Printed:
    made = Printed(await released(), tmp_path)
    await made.sign("Amina Said", "a@people.example")
    await made.sign("Counted Only", "b@people.example", shown="count")
    await Lister(made.ports).refresh()
    return made


async def test_a_list_says_what_the_public_list_says(printed: Printed) -> None:
    await sign(printed.ports, slug=SLUG, n=1, asked=organisation(address="keepers@people.example"))
    first = secret_in(printed.coalition.fakes.mail.sent[-1])
    await confirm_signature(printed.ports, first)
    await confirm_signature(printed.ports, secret_in(printed.coalition.fakes.mail.sent[-1]))
    job = await print_names(printed.ports, printed.actor, slug=SLUG, n=1)
    assert await printed.work() == ["Well Keepers", "Amina Said"]
    assert (await printed.ports.jobs.get(job.id)).status == "done"
    told = await find_names(printed.ports, SLUG, 1)
    assert told is not None
    assert [file["locale"] for file in told["files"]] == [step.locale for step in job.steps]
    page = (printed.public / f"d/{SLUG}/1/signatures/en/index.html").read_text()
    assert 'href="names.pdf" type="application/pdf"' in page


async def test_who_takes_a_name_back_is_not_in_the_next_printing_which_comes_by_itself(printed: Printed) -> None:
    own = await printed.sign("Gone Tomorrow", "c@people.example")
    await print_names(printed.ports, printed.actor, slug=SLUG, n=1)
    assert await printed.work() == ["Amina Said", "Gone Tomorrow"]
    keeper = NameKeeper(printed.ports)
    assert await keeper.renew() == 0
    await printed.sign("New Today", "d@people.example")
    assert await keeper.renew() == 0
    await withdraw_signature(printed.ports, own, erase=True)
    await Lister(printed.ports).refresh()
    assert await keeper.renew() == 1
    assert await printed.work() == ["Amina Said", "New Today"]
    assert await keeper.renew() == 0


async def test_asking_twice_prints_once_and_a_failure_can_be_repeated(printed: Printed) -> None:
    printed.press.failing.add(("en", "names"))
    job = await print_names(printed.ports, printed.actor, slug=SLUG, n=1)
    await printed.work()
    assert (await printed.ports.jobs.get(job.id)).status == "failed"
    assert await find_names(printed.ports, SLUG, 1) is None
    printed.press.failing.clear()
    assert (await print_names(printed.ports, printed.actor, slug=SLUG, n=1)).id == job.id
    assert await printed.work() == ["Amina Said"]
    await print_names(printed.ports, printed.actor, slug=SLUG, n=1)
    assert await printed.work() == []


async def test_lists_that_were_lost_are_printed_again(printed: Printed) -> None:
    await print_names(printed.ports, printed.actor, slug=SLUG, n=1)
    await printed.work()
    (printed.public / f"d/{SLUG}/1/signatures/printed.json").unlink()
    await print_names(printed.ports, printed.actor, slug=SLUG, n=1)
    assert await printed.work() == ["Amina Said"]


async def test_strangers_and_editions_that_are_not_out_are_refused(printed: Printed) -> None:
    await refused(Code.NOT_ALLOWED, print_names(printed.ports, Actor("account-99"), slug=SLUG, n=1))
    await refused(Code.NOT_FOUND, print_names(printed.ports, printed.actor, slug=SLUG, n=2))

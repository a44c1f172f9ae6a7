"""Tells the demonstration's story through the actions: networks, people, a declaration, and what they do with it.

The story is data (``demo/*.toml``); its file says what each act means. Nothing is inserted anywhere: whatever the
demonstration shows came about as it would have for real people.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from drafting.actions import folders
from drafting.actions.consent import positions
from drafting.actions.core import Actor, load_declaration
from drafting.actions.letter_ports import Letter, Mail, Outlook
from drafting.actions.membership import people
from drafting.actions.ports import Ports
from drafting.actions.release import publication, releasing
from drafting.actions.writing import declarations, tabling, translations
from drafting.actions.writing_ports import Author
from drafting.domain.declaration import Declaration
from drafting.domain.prose import Block, Run, Text, digest
from drafting.domain.standing import acts as acts_on
from drafting.web.demo.files import Row, Story
from drafting.web.demo.signatures import sign_on

Say: TypeAlias = Callable[[str], None]
UNTOLD: Final = frozenset({"comment", "answer"})
"""Acts that nothing depends on, and that cannot be performed yet."""


class StoryFault(Exception):
    """The story does not fit the texts that it is about: a fault of the story, said with the act's number."""


class Letterbox:
    """Hands letters on and remembers the links in them, as a person would who opens an invitation."""

    def __init__(self, mail: Mail) -> None:
        self._mail = mail
        self._links: dict[str, str] = {}

    async def send(self, letters: Sequence[Letter], at: Any) -> None:
        for letter in letters:
            for line in letter.body.splitlines():
                if "/invitation/" in line:
                    self._links[letter.to] = line.strip().rpartition("/")[2]
        await self._mail.send(letters, at)

    async def waiting(self, limit: int) -> int:
        return await self._mail.waiting(limit)

    async def outlook(self, at: datetime) -> Outlook:
        return await self._mail.outlook(at)

    def open(self, address: str) -> str:
        return self._links.pop(address)


async def tell(ports: Ports, story: Story, say: Say) -> Declaration:
    """Perform the whole story; ``say`` is told how far it is."""
    teller = Teller(ports, story, say)
    await teller.open_accounts()
    await teller.bring_the_folder()
    for number, act in enumerate(story.acts, start=1):
        if act["act"] not in UNTOLD:
            try:
                await teller.perform(act)
            except (StoryFault, KeyError, StopIteration) as fault:
                raise StoryFault(f"act {number} ({act['act']} by {act['as']}): {fault}") from fault
    return await load_declaration(ports, teller.slug)


class Teller:
    """Performs one act after the other; each method named ``act_…`` is one kind."""

    def __init__(self, ports: Ports, story: Story, say: Say) -> None:
        self.letterbox = Letterbox(ports.mail)
        self.ports = replace(ports, mail=self.letterbox)
        self.story = story
        self.say = say
        self.people = {row["key"]: row for row in story.people}
        self.networks = {row["slug"]: row for row in story.networks}
        self.initiator: str = next(row["key"] for row in story.people if row.get("initiator"))
        self.actors: dict[str, Actor] = {}
        self.slug = ""

    # ---- before the acts

    async def open_accounts(self) -> None:
        for row in self.story.people:
            account, _ = await self.ports.accounts.open(row["address"], row["name"], row["locale"])
            self.actors[row["key"]] = Actor(account.id)
        for row in self.story.people:
            network = self.networks.get(row.get("network", ""))
            if row.get("first") and network:
                words = {name: network[name] for name in ("slug", "name", "short", "card")}
                await people.register_network(self.ports, self.actors[row["key"]], **words)

    async def bring_the_folder(self) -> None:
        initiator = self.actors[self.initiator]
        made = await folders.import_declaration(self.ports, initiator, files=self.story.folder)
        self.slug = made.slug
        self.say(f"{made.slug}: {len(made.sections)} sections in {len(made.locales)} languages")

    # ---- acts

    async def perform(self, act: Row) -> None:
        kind: Callable[[Row, Actor], Awaitable[None]] = getattr(self, f"act_{act['act']}")
        await kind(act, self.actors[act["as"]])

    async def act_join(self, act: Row, actor: Actor) -> None:
        """The initiator admits the network and invites its first contact, who invites the others."""
        network = self.people[act["as"]]["network"]
        initiator = self.actors[self.initiator]
        await people.add_member(self.ports, initiator, slug=self.slug, network=network, role="founding")
        first, *others = sorted(self._of_network(network), key=lambda row: not row.get("first"))
        await self._admit(first, initiator)
        for row in others:
            await self._admit(row, self.actors[first["key"]])
        if len(await self._networks()) == len(self.networks):
            await self._admit_volunteers()
            await self._attest_translations()

    def _of_network(self, network: str) -> list[Row]:
        return [row for row in self.story.people if row.get("network") == network and row["scopes"]]

    async def _networks(self) -> list[str]:
        return list((await self._now()).members)

    async def _admit_volunteers(self) -> None:
        for row in self.story.people:
            if row["scopes"] and "network" not in row:
                await self._admit(row, self.actors[self.initiator])

    async def _admit(self, row: Row, by: Actor) -> None:
        locales = [row["translates"]] if "translates" in row else []
        await people.invite(
            self.ports,
            by,
            slug=self.slug,
            network=row.get("network"),
            address=row["address"],
            scopes=row["scopes"],
            locales=locales,
        )
        token = self.letterbox.open(row["address"])
        await people.accept_invitation(self.ports, token=token, actor=self.actors[row["key"]])
        for section in row.get("holds", ()):
            account = self.actors[row["key"]].account
            initiator = self.actors[self.initiator]
            await declarations.hand_over_section(
                self.ports, initiator, slug=self.slug, section=section, account=account
            )

    async def _attest_translations(self) -> None:
        """The folder's translations are the translators' own work: they say so before anything is tabled."""
        for row in self.story.people:
            if "translates" in row:
                await self._approve(self.actors[row["key"]], await self._sections(), row["translates"])
        self.say(f"{len(self.networks)} networks and {len(self.people)} people have come together")

    async def act_table(self, act: Row, actor: Actor) -> None:
        now = await self._now()
        names = {loc: now.text_name(act["section"], loc) for loc in now.authentic_locales}
        seen = {loc: digest(await self.ports.workshops.read(name)) for loc, name in names.items()}
        place = {"slug": self.slug, "section": act["section"]}
        revision = await tabling.table_revision(
            self.ports, actor, **place, seen=seen, change=act["change"], why=act["why"]
        )
        self.say(f"{act['section']}: revision {revision.n} is before the networks")

    async def act_edit(self, act: Row, actor: Actor) -> None:
        await self._edit(act, actor)

    async def act_translate(self, act: Row, actor: Actor) -> None:
        block = await self._edit(act, actor)
        place = {"slug": self.slug, "section": act["section"], "locale": act["locale"]}
        await translations.submit_blocks(self.ports, actor, **place, blocks=[block.of or ""])

    async def _edit(self, act: Row, actor: Actor) -> Block:
        """Typing into the workshop, as the editor would: the one block that holds the words is changed."""
        now = await self._now()
        name = now.text_name(act["section"], act["locale"])
        text = await self.ports.workshops.read(name)
        changed, block = replaced(text, act["find"], act["replace"])
        author = Author(actor.account, self.people[act["as"]].get("network", ""))
        await self.ports.workshops.write(name, changed, author, digest(text))
        return block

    async def act_approve_translation(self, act: Row, actor: Actor) -> None:
        sections = await self._sections() if act["section"] == "*" else [act["section"]]
        await self._approve(actor, sections, act["locale"])

    async def _approve(self, actor: Actor, sections: Sequence[str], locale: str) -> None:
        for section in sections:
            place = {"slug": self.slug, "section": section, "locale": locale}
            await translations.approve_blocks(self.ports, actor, **place)

    async def act_position(self, act: Row, actor: Actor) -> None:
        part = (await self._now()).sections[act["section"]]
        assert part.revision is not None
        locale = act["read_locale"]
        words = {"locale": act["statement_locale"], "text": act["statement"]} if "statement" in act else None
        days = act.get("until_days")
        await positions.take_position(
            self.ports,
            actor,
            slug=self.slug,
            section=part.id,
            network=self.people[act["as"]]["network"],
            target_digest=part.revision.digest,
            read_locale=locale,
            read_digest=max(positions.readable_digests(part, part.revision, locale)),
            kind=act["kind"],
            statement=words,
            harms=act.get("harms", ""),
            remedy=act.get("remedy", ""),
            until=self.ports.clock.now() + timedelta(days=days) if days else None,
            authority=act.get("authority", "mandated"),
        )

    async def act_statement_translation(self, act: Row, actor: Actor) -> None:
        part = (await self._now()).sections[act["section"]]
        position = next(p for p in reversed(part.positions) if p.network == act["network"])
        words = {"locale": act["locale"], "text": act["text"]}
        await positions.translate_statement(self.ports, actor, slug=self.slug, position=position.id, **words)

    async def act_agree_all(self, act: Row, actor: Actor) -> None:
        """Sections on whose words the network has spoken already keep what it said."""
        now = await self._now()
        network = self.people[act["as"]]["network"]
        asked = {
            part.id: part.revision.digest
            for part in now.live_sections()
            if part.revision and part.id not in act.get("except", ())
            if not any(p.network == network and p.target_digest == part.revision.digest for p in acts_on(now, part))
        }
        whole = await publication.read_manifest(self.ports, self.slug)
        await positions.agree_to_all(
            self.ports, actor, slug=self.slug, network=network, sections=asked, manifest_digest=whole.digest
        )
        self.say(f"{self.networks[network]['name']} agrees to all as it stands")

    async def act_freeze(self, act: Row, actor: Actor) -> None:
        whole = await publication.read_manifest(self.ports, self.slug)
        await publication.freeze_edition(self.ports, actor, slug=self.slug, manifest_digest=whole.digest)

    async def act_approve(self, act: Row, actor: Actor) -> None:
        edition = (await self._now()).editions[-1]
        approved = await publication.approve_edition(
            self.ports, actor, slug=self.slug, n=edition.n, manifest_digest=edition.manifest_digest
        )
        if approved.job:
            await self._release(edition.n, approved.job)
            signed = await sign_on(self.ports, self.slug, edition.n, self.story.signatories)
            self.say(f"edition {edition.n}: {signed} signatures")

    async def _release(self, n: int, job_id: str) -> None:
        job = await self.ports.jobs.get(job_id)
        self.say(f"edition {n}: making {job.total} public files")
        job = await releasing.run_job(self.ports, job_id)
        failed = [f"{step.locale} {step.format}: {step.error}" for step in job.steps if step.status != "done"]
        if failed:
            raise StoryFault("; ".join(failed))
        self.say(f"edition {n} is released")

    # ---- what is now

    async def _now(self) -> Declaration:
        return await load_declaration(self.ports, self.slug)

    async def _sections(self) -> list[str]:
        return [section.id for section in (await self._now()).live_sections()]


def replaced(text: Text, find: str, words: str) -> tuple[Text, Block]:
    """The text with other words in the one run that holds ``find``, and the block that was changed."""
    places = [(block, run) for block in text for run in block.runs if run.note is None and find in run.text]
    if len(places) != 1 or places[0][1].text.count(find) != 1:
        raise StoryFault(f"“{find}” does not occur exactly once")
    block, run = places[0]
    runs = tuple(_with_words(r, find, words) if r is run else r for r in block.runs)
    changed = replace(block, runs=runs)
    return tuple(changed if b is block else b for b in text), changed


def _with_words(run: Run, find: str, words: str) -> Run:
    return replace(run, text=run.text.replace(find, words))

"""Every port in memory, for tests of the actions: strict where the contract is strict, scripted where time matters.

``ports = make_ports()`` gives a whole set; hand in another for any of them: ``make_ports(mail=BrokenMail())``.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from difflib import SequenceMatcher
from typing import Any, cast

from drafting.actions.letter_ports import Letter, Outlook
from drafting.actions.ports import Account, CannotSave, LedgerMoved, Pass, Ports
from drafting.actions.publishing_ports import Job, JobTaken, Made, Step
from drafting.actions.signature_list_ports import SignatureLists
from drafting.actions.writing_ports import Author, Edit, Written, WrittenBlock
from drafting.domain.errors import Code, Refusal
from drafting.domain.events import Entry, Event
from drafting.domain.prose import Block, Run, Text, block_digest, digest, digest_of_bytes
from tests.fake_mailings import MemoryMailings
from tests.fake_passkeys import MemoryPasskeys
from tests.fake_rolls import MemoryRolls
from tests.fake_signatures import MemorySignatures

START = datetime(2030, 3, 1, 12, tzinfo=UTC)


def block(id: str, words: str, kind: str = "paragraph", of: str | None = None, depth: int = 0) -> Block:
    """A block of plain words."""
    return Block(id, kind, (Run(words),) if words else (), depth, of)


class SteppedClock:
    """Stands still until the test moves it on."""

    def __init__(self, start: datetime = START) -> None:
        self.at = start

    def now(self) -> datetime:
        return self.at

    def step(self, **duration: float) -> datetime:
        """Go on by ``hours=1`` and the like."""
        self.at += timedelta(**duration)
        return self.at


class MemoryLedger:
    """Refuses a wrong ``expected`` index, and contents that are not what their digest says."""

    def __init__(self) -> None:
        self.entries: dict[str, list[Entry]] = {}
        self.contents: dict[str, bytes] = {}
        self.appends = 0
        self.is_full = False
        self.intruders: list[tuple[str, Event]] = []

    async def append(
        self,
        stream: str,
        events: Sequence[Event],
        *,
        expected: int,
        at: datetime,
        contents: Mapping[str, bytes] = {},
    ) -> Sequence[Entry]:
        if self.is_full:
            raise CannotSave
        while self.intruders:
            other, event = self.intruders.pop(0)
            self._keep(other, [event], at)
        if len(self.entries.get(stream, ())) != expected:
            raise LedgerMoved
        assert all(digest.startswith("sha256:") and isinstance(data, bytes) for digest, data in contents.items())
        self.contents.update(contents)
        self.appends += 1
        return self._keep(stream, events, at)

    def _keep(self, stream: str, events: Sequence[Event], at: datetime) -> list[Entry]:
        kept = self.entries.setdefault(stream, [])
        made = [Entry(stream, len(kept) + n, at, event) for n, event in enumerate(events, start=1)]
        kept.extend(made)
        return made

    async def read(self, stream: str, after: int = 0, most: int | None = None) -> Sequence[Entry]:
        return self.entries.get(stream, [])[after:][:most]

    async def streams(self) -> Sequence[str]:
        return list(self.entries)

    async def content(self, digest: str) -> bytes:
        if digest not in self.contents:
            raise Refusal(Code.NOT_FOUND, digest=digest)
        return self.contents[digest]


class MemoryWorkshops:
    """Every moment of every text; ``history`` and ``retired`` are open to the test."""

    def __init__(self, clock: SteppedClock | None = None) -> None:
        self.clock = clock or SteppedClock()
        self.moments: dict[str, list[tuple[Edit, Text]]] = {}
        self.retired: set[str] = set()
        self.rechecked: list[str] = []

    async def create(self, name: str, text: Text, author: Author) -> None:
        if name in self.moments:
            raise Refusal(Code.TAKEN, text=name)
        self.moments[name] = []
        self._keep(name, text, author)

    async def read(self, name: str) -> Text:
        return self._known(name)[-1][1]

    async def write(self, name: str, text: Text, author: Author, seen: str | None = None) -> Text:
        now = await self.read(name)
        if name in self.retired:
            raise Refusal(Code.TEXT_RETIRED, text=name)
        if seen is not None and seen != digest(now):
            raise Refusal(Code.TEXT_CHANGED, now=digest(now))
        written = _with_known_ids(now, text)
        if written != now:
            self._keep(name, written, author)
        return written

    async def history(self, name: str, after: int = 0, until: int | None = None) -> Sequence[Edit]:
        return [edit for edit, _ in self._known(name)][after:until]

    async def count(self, name: str) -> int:
        return len(self._known(name))

    async def authorship(self, name: str, sequence: int | None = None) -> Sequence[WrittenBlock]:
        """Every block by whoever brought its words in."""
        text = await self.read_at(name, sequence or await self.count(name))
        return [
            WrittenBlock(block, tuple(Written(run, self._first(name, run)) for run in block.runs)) for block in text
        ]

    def _first(self, name: str, run: Run) -> Author:
        edit = next(edit for edit, text in self._known(name) if any(run in block.runs for block in text))
        return Author(edit.account, edit.network)

    async def read_at(self, name: str, sequence: int) -> Text:
        moments = self._known(name)
        if not 1 <= sequence <= len(moments):
            raise Refusal(Code.NOT_FOUND, sequence=sequence)
        return moments[sequence - 1][1]

    async def retire(self, name: str) -> None:
        self._known(name)
        self.retired.add(name)

    async def recheck(self, declaration: str) -> None:
        self.rechecked.append(declaration)

    async def recheck_account(self, account: str) -> None:
        self.rechecked.append(account)

    def _known(self, name: str) -> list[tuple[Edit, Text]]:
        if name not in self.moments:
            raise Refusal(Code.NOT_FOUND, text=name)
        return self.moments[name]

    def _keep(self, name: str, text: Text, author: Author) -> None:
        moments = self.moments[name]
        edit = Edit(len(moments) + 1, self.clock.now(), author.account, author.network)
        moments.append((edit, text))


def _with_known_ids(old: Text, new: Text) -> Text:
    """The new text, in which blocks that stayed as they were have the ids they had."""
    known = {b.id for b in old}
    old_words, new_words = [block_digest(b) for b in old], [block_digest(b) for b in new]
    ids: dict[int, str] = {}
    for start, target, size in SequenceMatcher(None, old_words, new_words, autojunk=False).get_matching_blocks():
        ids.update({target + n: old[start + n].id for n in range(size)})
    taken = {b.id for b in new if b.id in known}
    return tuple(
        replace(b, id=ids[n]) if n in ids and b.id not in known and ids[n] not in taken else b
        for n, b in enumerate(new)
    )


class MemoryAccounts:
    def __init__(self) -> None:
        self.by_id: dict[str, Account] = {}

    async def open(self, address: str, name: str = "", locale: str = "") -> tuple[Account, bool]:
        found = await self.find(address)
        if found:
            return found, False
        made = Account(f"account-{len(self.by_id) + 1}", address, name, locale)
        self.by_id[made.id] = made
        return made, True

    async def find(self, address: str) -> Account | None:
        return next((a for a in self.by_id.values() if a.address.casefold() == address.casefold()), None)

    async def get(self, account: str) -> Account:
        if account not in self.by_id:
            raise Refusal(Code.NOT_FOUND, account=account)
        return self.by_id[account]

    async def describe(self, account: str, *, name: str | None = None, locale: str | None = None) -> Account:
        known = await self.get(account)
        self.by_id[account] = replace(
            known, name=known.name if name is None else name, locale=known.locale if locale is None else locale
        )
        return self.by_id[account]

    async def names(self, accounts: Sequence[str]) -> Mapping[str, str]:
        return {id: self.by_id[id].name for id in accounts if id in self.by_id}


class MemoryPasses:
    """Keeps only hashes of secrets, like the real one."""

    def __init__(self) -> None:
        self.by_hash: dict[str, Pass] = {}

    async def issue(
        self, purpose: str, account: str, expires: datetime, at: datetime, data: Mapping[str, Any] = {}
    ) -> tuple[str, Pass]:
        secret = secrets.token_urlsafe(32)
        made = Pass(secrets.token_hex(10), purpose, account, dict(data), at, expires)
        self.by_hash[_hash(secret)] = made
        return secret, made

    async def find(self, purpose: str, secret: str, at: datetime) -> Pass | None:
        known = self.by_hash.get(_hash(secret))
        return known if known and known.purpose == purpose and known.expires > at else None

    async def spend(self, purpose: str, secret: str, at: datetime) -> Pass | None:
        known = await self.find(purpose, secret, at)
        if known is None or known.used is not None:
            return None
        self.by_hash[_hash(secret)] = replace(known, used=at)
        return self.by_hash[_hash(secret)]

    async def change(
        self, pass_id: str, *, data: Mapping[str, Any] | None = None, seen: datetime | None = None
    ) -> None:
        for key, known in self.by_hash.items():
            if known.id == pass_id:
                self.by_hash[key] = replace(
                    known, data=known.data if data is None else dict(data), seen=known.seen if seen is None else seen
                )

    async def of_account(self, purpose: str, account: str, at: datetime) -> Sequence[Pass]:
        live = [
            p
            for p in reversed(self.by_hash.values())
            if p.purpose == purpose and p.account == account and p.expires > at and p.used is None
        ]
        return sorted(live, key=lambda p: p.created, reverse=True)

    async def revoke(self, pass_id: str, account: str) -> bool:
        for key, known in list(self.by_hash.items()):
            if known.id == pass_id and known.account == account:
                del self.by_hash[key]
                return True
        return False


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class MemoryMail:
    """``sent`` holds every letter, oldest first."""

    def __init__(self) -> None:
        self.sent: list[Letter] = []
        self.late = 0
        self.minutes: int | None = 0

    async def send(self, letters: Sequence[Letter], at: datetime) -> None:
        self.sent.extend(letters)

    async def waiting(self, limit: int) -> int:
        return min(self.late, limit)

    async def outlook(self, at: datetime) -> Outlook:
        return Outlook(self.late, self.minutes)

    def to(self, address: str) -> list[Letter]:
        return [letter for letter in self.sent if letter.to == address]

    def take(self) -> list[Letter]:
        """What was sent since the last look."""
        taken, self.sent = self.sent, []
        return taken


class MemoryJobs:
    def __init__(self) -> None:
        self.by_id: dict[str, Job] = {}
        self.held: dict[str, tuple[str, datetime]] = {}

    async def create(self, kind: str, data: Mapping[str, Any], steps: Sequence[Step], at: datetime) -> Job:
        known = await self.find(kind, data)
        if known:
            return known
        job = Job(f"job-{len(self.by_id) + 1}", kind, dict(data), "queued", tuple(steps), at, at)
        self.by_id[job.id] = job
        return job

    async def get(self, job: str) -> Job:
        if job not in self.by_id:
            raise Refusal(Code.NOT_FOUND, job=job)
        return self.by_id[job]

    async def save(self, job: Job, holder: str = "") -> None:
        if holder and self.held.get(job.id, ("", START))[0] != holder:
            raise JobTaken(job.id)
        self.by_id[job.id] = job

    async def take(self, job: str, holder: str, at: datetime, until: datetime) -> bool:
        now, its_until = self.held.get(job, ("", START))
        if job not in self.by_id or (now not in ("", holder) and its_until > at):
            return False
        self.held[job] = (holder, until)
        return True

    async def let_go(self, job: str, holder: str) -> None:
        if self.held.get(job, ("", START))[0] == holder:
            del self.held[job]

    async def open(self) -> Sequence[Job]:
        return [job for job in self.by_id.values() if job.status in ("queued", "running")]

    async def find(self, kind: str, data: Mapping[str, Any]) -> Job | None:
        return next((j for j in reversed(self.by_id.values()) if j.kind == kind and j.data == dict(data)), None)


class ScriptedPress:
    """Remembers what it was asked to make; fails where ``failing`` holds (locale, format), and at the steps that
    ``refusals`` names: rehearse, open, compare."""

    at_once = 2

    def __init__(self) -> None:
        self.failing: set[tuple[str, str]] = set()
        self.refusals: dict[str, Refusal] = {}
        self.made: list[tuple[int, str, str]] = []
        self.opened: list[tuple[list[int], dict[int, list[Made]]]] = []
        self.compared: list[list[int]] = []
        self.named: list[tuple[str, list[str]]] = []

    async def make(self, edition: Mapping[str, Any], locale: str, format: str) -> Made:
        data = await self.render(edition, locale, format)
        self.made.append((edition["n"], locale, format))
        slug, n = edition["declaration"], edition["n"]
        name = "index.html" if format == "html" else f"{slug}-{n}-{locale}.{format}"
        return Made(locale, format, f"d/{slug}/{n}/{locale}/{name}", len(data), digest_of_bytes(data))

    async def render(self, edition: Mapping[str, Any], locale: str, format: str) -> bytes:
        if (locale, format) in self.failing:
            raise Refusal(Code.RENDERING_FAILED, locale=locale, format=format)
        return f"{edition['declaration']} {edition['n']} {locale} {format}".encode()

    async def print_names(self, edition: Mapping[str, Any], locale: str, names: Mapping[str, Any]) -> Sequence[Made]:
        if (locale, "names") in self.failing:
            raise Refusal(Code.RENDERING_FAILED, locale=locale, format="names")
        self.named.append((locale, [item["name"] for item in names["items"]]))
        path = f"d/{edition['declaration']}/{edition['n']}/signatures/{locale}/names.pdf"
        return [Made(locale, "names", path, 1, digest_of_bytes(b""))]

    async def rehearse(self, editions: Sequence[Mapping[str, Any]], files: Mapping[int, Sequence[Made]]) -> None:
        self._meet("rehearse")

    async def open(self, editions: Sequence[Mapping[str, Any]], files: Mapping[int, Sequence[Made]]) -> None:
        self._meet("open")
        self.opened.append(([e["n"] for e in editions], {n: list(made) for n, made in files.items()}))

    async def compare(self, editions: Sequence[Mapping[str, Any]]) -> None:
        self._meet("compare")
        self.compared.append([e["n"] for e in editions])

    def _meet(self, step: str) -> None:
        if step in self.refusals:
            raise self.refusals[step]


class RecordingNotices:
    """``announced`` holds every entry, in the order in which it was announced."""

    def __init__(self) -> None:
        self.announced: list[Entry] = []

    def announce(self, entries: Sequence[Entry]) -> None:
        self.announced.extend(entries)


class PlainSentences:
    """The letter's name for a subject, its values for a body, one a line; a link stands alone on its line."""

    def letter(self, name: str, locale: str, /, **values: Any) -> tuple[str, str]:
        lines = [
            str(value) if str(value).startswith(("http://", "https://")) else f"{key}: {value}"
            for key, value in values.items()
        ]
        return name, "\n".join(lines)

    def wording(self, name: str, locale: str) -> tuple[str, str]:
        return f"the words of {name}", locale


@dataclass
class Fakes:
    """The same ports with their own types, for tests that look inside."""

    clock: SteppedClock = field(default_factory=SteppedClock)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    accounts: MemoryAccounts = field(default_factory=MemoryAccounts)
    passes: MemoryPasses = field(default_factory=MemoryPasses)
    passkeys: MemoryPasskeys = field(default_factory=MemoryPasskeys)
    mail: MemoryMail = field(default_factory=MemoryMail)
    jobs: MemoryJobs = field(default_factory=MemoryJobs)
    press: ScriptedPress = field(default_factory=ScriptedPress)
    notices: RecordingNotices = field(default_factory=RecordingNotices)
    sentences: PlainSentences = field(default_factory=PlainSentences)
    workshops: MemoryWorkshops = field(init=False)
    signatures: MemorySignatures = field(init=False)
    rolls: MemoryRolls = field(init=False)
    mailings: MemoryMailings = field(init=False)

    def __post_init__(self) -> None:
        self.signatures = MemorySignatures(self.ledger, self.mail)
        self.rolls = MemoryRolls(self.signatures)
        self.mailings = MemoryMailings(self.signatures, self.mail)
        self.workshops = MemoryWorkshops(self.clock)

    def ports(self, **changes: Any) -> Ports:
        whole = Ports(
            workshops=self.workshops,
            ledger=self.ledger,
            accounts=self.accounts,
            passes=self.passes,
            passkeys=self.passkeys,
            mail=self.mail,
            jobs=self.jobs,
            press=self.press,
            notices=self.notices,
            clock=self.clock,
            origin="https://drafting.example",
            sentences=self.sentences,
            signatures=self.signatures,
            rolls=self.rolls,
            mailings=self.mailings,
            lists=cast(SignatureLists, None),  # Tests of lists hand in their own.
        )
        return replace(whole, **changes)


def make_ports(**changes: Any) -> Ports:
    """A fresh set of ports in memory; keywords replace single ones."""
    return Fakes().ports(**changes)

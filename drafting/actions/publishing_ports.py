"""What the actions need of publishing: long work in steps, the press that makes files, the public logs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from drafting.domain.notes import Key
from drafting.domain.tree import Tree


@dataclass(frozen=True, slots=True)
class Step:
    """One file of a job. ``status``: queued, running, done, failed."""

    locale: str
    format: str
    status: str = "queued"
    error: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """Long work. ``status``: queued, running, done, failed."""

    id: str
    kind: str
    data: Mapping[str, Any]
    status: str
    steps: tuple[Step, ...]
    created: datetime
    changed: datetime
    error: str = ""

    @property
    def done(self) -> int:
        return sum(step.status == "done" for step in self.steps)

    @property
    def total(self) -> int:
        return len(self.steps)


class JobTaken(Exception):
    """Another node works on the job by now; nothing was kept."""


class Jobs(Protocol):
    async def create(self, kind: str, data: Mapping[str, Any], steps: Sequence[Step], at: datetime) -> Job:
        """The job of this kind with exactly this data, made where there is none; of many callers one makes it."""

    async def get(self, job: str) -> Job:
        """Raises ``not_found``."""

    async def save(self, job: Job, holder: str = "") -> None:
        """With a ``holder``: raises :class:`JobTaken` where somebody else took it since."""

    async def take(self, job: str, holder: str, at: datetime, until: datetime) -> bool:
        """Hold the job until then, or go on holding it. False where another holds it ``at`` now, or there is none."""

    async def let_go(self, job: str, holder: str) -> None:
        """Whoever comes next may take it; nothing where somebody else holds it."""

    async def open(self) -> Sequence[Job]:
        """Queued or running ones, oldest first: what to go on with after a restart."""

    async def find(self, kind: str, data: Mapping[str, Any]) -> Job | None:
        """The newest of this kind with exactly this data."""


@dataclass(frozen=True, slots=True)
class Made:
    """A published file: its path below the public folder, its size and SHA-256."""

    locale: str
    format: str
    path: str
    bytes: int
    sha256: str


class Press(Protocol):
    """Makes the public files of a frozen edition from its content, given by value. Repeating it changes nothing.

    ``at_once``: how many files are worth being asked for at a time.
    """

    @property
    def at_once(self) -> int: ...

    async def make(self, edition: Mapping[str, Any], locale: str, format: str) -> Made:
        """One file, in a worker process with limits of time and memory. Raises ``rendering_failed``."""

    async def render(self, edition: Mapping[str, Any], locale: str, format: str) -> bytes:
        """The same, handed back and not put into the public folder."""

    async def print_names(self, edition: Mapping[str, Any], locale: str, names: Mapping[str, Any]) -> Sequence[Made]:
        """The list of signatories as PDFs, public at once. ``names``: ``at``, ``people``, ``organisations``, ``items``
        of the public list, ``logos`` by file in base64, ``places`` as (name, at least), ``is_cut``. Raises
        ``rendering_failed``."""

    async def rehearse(self, editions: Sequence[Mapping[str, Any]], files: Mapping[int, Sequence[Made]]) -> None:
        """Do what ``open`` does up to the moment at which anything is public, and take it back. Raises as it does."""

    async def open(self, editions: Sequence[Mapping[str, Any]], files: Mapping[int, Sequence[Made]]) -> None:
        """Put the entry pages up for the released editions of one declaration (newest last): chooser, feed, index.

        Raises ``rendering_failed`` where they cannot be written; what was public before then stays as it was.
        """

    async def compare(self, editions: Sequence[Mapping[str, Any]]) -> None:
        """Put up what changed between these editions, where it is not there yet. Raises ``rendering_failed``."""


class LogForked(Exception):
    """The ledger does not go on from the checkpoint that was published: entries were lost or changed."""


class PublicLogs(Protocol):
    """The ledger's streams as logs that strangers check: tiles of hashes, signed checkpoints, bundles."""

    def key(self, stream: str) -> Key:
        """The public key of a stream's log; its name is the log's origin."""

    def sign(self, stream: str, body: str) -> bytes:
        """A signed note (C2SP) of this text."""

    async def read(self, stream: str) -> bytes | None:
        """The checkpoint that is public, or None before the first."""

    async def publish(self, stream: str, tree: Tree) -> bytes:
        """Put the tiles of the tree up, then its checkpoint, unless a newer one is there; the one that is there then.

        Raises :class:`LogForked` where the public checkpoint is none of this tree, ``rendering_failed`` where the disk
        does not take it.
        """

    async def cosignatures(self, stream: str, size: int) -> bytes:
        """The lines of witnesses under the checkpoint of that size; empty where there are none."""

    async def keep_cosignatures(self, stream: str, size: int, merged: Callable[[bytes], bytes]) -> bool:
        """Put what ``merged`` makes of the lines that are there in their place; whether they are others now.

        Raises ``rendering_failed``.
        """

    async def put_bundle(self, slug: str, n: int, data: bytes) -> None:
        """Put up the bundle of an edition. Raises ``rendering_failed``."""

    async def bundle(self, slug: str, n: int) -> bytes | None:
        """The bundle that is up."""

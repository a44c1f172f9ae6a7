"""The text of a section: blocks of runs, its canonical form and its digests.

What a text may hold is stated once, in ``prose.json``, which the browser's editor reads too. Canonical form: blocks
without identity, authorship or styling, NFC, RFC 8785; the digest is SHA-256 over a prefix that names the format.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any, Final, TypeAlias

import rfc8785

RULES: Final[dict[str, Any]] = json.loads(Path(__file__).with_name("prose.json").read_text("utf-8"))

KINDS: Final = frozenset(RULES["kinds"])
LISTS: Final = frozenset(kind for kind, rule in RULES["kinds"].items() if rule.get("list"))
HEADINGS: Final = {kind: rule["heading"] for kind, rule in RULES["kinds"].items() if "heading" in rule}
MARKS: Final = tuple(RULES["marks"])
MAX_DEPTH: Final[int] = RULES["max_depth"]
HARD_BREAK: Final[str] = RULES["hard_break"]
ID: Final = re.compile(RULES["id"].replace("$", r"\Z"))
REFUSED: Final = re.compile("[" + "".join(RULES["refused_characters"]) + "]")
_HREF = RULES["href"]
HREF: Final = re.compile(
    f"(?:(?:{'|'.join(s for s in _HREF['schemes'] if s != 'mailto')})://|mailto:)[^{_HREF['forbidden']}]+\\Z", re.I
)
TEXT_PREFIX: Final = b"drafting text 1 unicode 14\n"
BLOCK_PREFIX: Final = b"drafting block 1 unicode 14\n"
SOFT_HYPHEN: Final = "\u00ad"


@dataclass(frozen=True, slots=True)
class Run:
    """Characters that share their marks; or, with ``note`` set, a reference to the footnote block of that id."""

    text: str
    strong: bool = False
    em: bool = False
    link: str | None = None
    note: str | None = None

    @property
    def marks(self) -> tuple[bool, bool, str | None]:
        return (self.strong, self.em, self.link)


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, paragraph, quote, list item or footnote; ``of``: the source block that a translated block renders."""

    id: str
    kind: str
    runs: tuple[Run, ...] = ()
    depth: int = 0
    of: str | None = None

    @property
    def words(self) -> str:
        """The characters without marks and footnote references; a hard break reads as a space."""
        return "".join(run.text for run in self.runs if run.note is None).replace(HARD_BREAK, " ")

    @property
    def is_empty(self) -> bool:
        return not any(run.note is not None or run.text.replace(SOFT_HYPHEN, "").strip() for run in self.runs)


Text: TypeAlias = tuple[Block, ...]


def is_id(value: object) -> bool:
    return isinstance(value, str) and ID.match(value) is not None


def is_href(value: object) -> bool:
    return isinstance(value, str) and len(value) <= int(_HREF["max_length"]) and HREF.match(value) is not None


def digest_of(prefix: bytes, value: Any) -> str:
    """``sha256:<64 hex>`` over a domain-separating prefix and the RFC 8785 form of a JSON value."""
    return digest_of_bytes(prefix + rfc8785.dumps(value))


def digest_of_bytes(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def short_code(digest: str) -> str:
    """Eight characters of a digest in Crockford's base 32, in two groups, for reading aloud and for paper."""
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    number = int(digest.removeprefix("sha256:")[:10], 16)
    letters = "".join(alphabet[number >> shift & 31] for shift in range(35, -1, -5))
    return f"{letters[:4]} {letters[4:]}"


def title(text: Text) -> str:
    """The words of the first block, which is the section's title; empty when there is none."""
    return text[0].words.strip() if text else ""


def normal_runs(runs: Iterable[Run]) -> tuple[Run, ...]:
    """NFC, without soft hyphens, equal neighbours joined, empty ones gone: the same words give the same runs."""
    out: list[Run] = []
    filled = (run for run in runs if run.text.strip(SOFT_HYPHEN) or run.note)
    for (note, _), group in groupby(filled, key=lambda run: (run.note, run.marks)):
        members = list(group)
        if note is not None:
            out.extend(Run("", note=note) for _ in members)
            continue
        words = unicodedata.normalize("NFC", "".join(r.text for r in members).replace(SOFT_HYPHEN, ""))
        if words:
            out.append(replace(members[0], text=words))
    return tuple(out)


def _canonical_run(run: Run, notes: dict[str, int]) -> dict[str, Any]:
    if run.note is not None:
        return {"note": notes.get(run.note, 0)}
    value: dict[str, Any] = {"text": run.text}
    if run.strong:
        value["strong"] = True
    if run.em:
        value["em"] = True
    if run.link:
        value["link"] = run.link
    return value


def _canonical_block(block: Block, notes: dict[str, int]) -> dict[str, Any]:
    value: dict[str, Any] = {"kind": block.kind, "runs": [_canonical_run(r, notes) for r in normal_runs(block.runs)]}
    if block.kind in LISTS:
        value["depth"] = block.depth
    if block.kind == "footnote":
        value["note"] = notes.get(block.id, 0)
    return value


def note_numbers(text: Text) -> dict[str, int]:
    """Footnote ids numbered in the order in which the text refers to them; those nobody refers to come last."""
    referred = [run.note for block in text for run in block.runs if run.note is not None]
    unused = [block.id for block in text if block.kind == "footnote"]
    return {note: number for number, note in enumerate(dict.fromkeys(referred + unused), start=1)}


def canonical(text: Text) -> list[dict[str, Any]]:
    """The text as restricted JSON; empty blocks carry no meaning and are left out. Total: never refuses."""
    notes = note_numbers(text)
    return [_canonical_block(block, notes) for block in text if not block.is_empty]


def canonical_bytes(text: Text) -> bytes:
    """RFC 8785 bytes of the canonical form, without the prefix that the digest adds."""
    return _plain_bytes(canonical(text))


def _plain_bytes(value: Any) -> bytes:
    """RFC 8785 for what a text holds: keys in ASCII, whole numbers, strings. There the standard library's encoder gives
    the same bytes, six times faster; a property test holds it against the full one."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def digest(text: Text) -> str:
    """The digest of a text in one locale: what people table, read and consent to."""
    return digest_of_bytes(TEXT_PREFIX + canonical_bytes(text))


@lru_cache(maxsize=50_000)
def block_digest(block: Block) -> str:
    """The digest of one block by itself; footnotes elsewhere in the text do not change it."""
    return digest_of_bytes(BLOCK_PREFIX + _plain_bytes(_canonical_block(block, {})))


def to_json(text: Text) -> list[dict[str, Any]]:
    """The text with its identities, as stored beside the canonical bytes and as answered by the API."""
    return [
        {"id": b.id, "of": b.of, "kind": b.kind, "depth": b.depth, "runs": [_run_json(r) for r in b.runs]} for b in text
    ]


def _run_json(run: Run) -> dict[str, Any]:
    marks: dict[str, Any] = {}
    if run.strong:
        marks["strong"] = True
    if run.em:
        marks["em"] = True
    if run.link:
        marks["link"] = run.link
    if run.note is not None:
        return {"text": "", "marks": marks, "note": run.note}
    return {"text": run.text, "marks": marks}


def from_json(value: Sequence[dict[str, Any]]) -> Text:
    """The inverse of :func:`to_json`."""
    return tuple(
        Block(b["id"], b["kind"], tuple(_run_from(r) for r in b["runs"]), b.get("depth", 0), b.get("of")) for b in value
    )


def _run_from(value: dict[str, Any]) -> Run:
    marks = value.get("marks", {})
    return Run(value["text"], bool(marks.get("strong")), bool(marks.get("em")), marks.get("link"), value.get("note"))

"""Whether the edition of a bundle is what its words, its digests and the acts of the log say."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from drafting.domain.canonical import is_number, read_canonical
from drafting.domain.editions import APPROVALS_NEEDED, manifest_digest
from drafting.domain.events import Kind
from drafting.domain.faults import Fault
from drafting.domain.lines import FIELDS
from drafting.domain.notes import Check
from drafting.domain.positions import CellStatus, revision_digest
from drafting.domain.prose import canonical_bytes, digest, digest_of_bytes, from_json
from drafting.domain.statements import offline_key

ACTS: Final = "acts.jsonl"
CONTENT: Final = "content.json"
TEXT: Final = "text/"
SOURCE: Final = "source"
_WITH_WORDS: Final = (CellStatus.RESERVES.value, CellStatus.STANDS_ASIDE.value)
_KINDS: Final = {
    CellStatus.CONSENTS.value: ("consent",),
    CellStatus.RESERVES.value: ("reservation",),
    CellStatus.AD_REFERENDUM.value: ("consent", "reservation"),
    CellStatus.STANDS_ASIDE.value: ("stand_aside",),
}


@dataclass(frozen=True, slots=True)
class Act:
    """A line of ``acts.jsonl``."""

    line: bytes
    stream: str
    index: int
    at: str
    kind: str
    actor: str
    channel: str
    data: Mapping[str, Any]

    @classmethod
    def read(cls, line: bytes) -> "Act | None":
        """None for what is no entry."""
        value = read_canonical(line)
        if not isinstance(value, dict) or value.keys() != FIELDS:
            return None
        texts = ("stream", "at", "kind", "actor", "channel")
        if not all(isinstance(value[name], str) for name in texts) or not isinstance(value["data"], dict):
            return None
        return cls(line, **value) if is_number(value["index"]) and value["index"] > 0 else None


@dataclass(frozen=True, slots=True)
class Shown:
    """What the edition says and the log bears out. ``offline``: (network, section, fingerprint of the key) of each
    position that was signed with a key of the network's own."""

    sections: int = 0
    texts: int = 0
    networks: int = 0
    positions: int = 0
    acts: int = 0
    offline: tuple[tuple[str, str, str], ...] = ()


class _Misfit(Exception):
    """The edition does not say what the acts say."""


def check_edition(
    bundle: Mapping[str, bytes], release: Mapping[str, Any], acts: Sequence[Act], check: Check
) -> tuple[list[Fault], Shown]:
    """The faults, texts first, and what was shown."""
    data = bundle[CONTENT]
    edition = read_canonical(data)
    if not isinstance(edition, dict) or digest_of_bytes(data) != release["content"]:
        return [Fault(CONTENT, "is not as it was written")], Shown()
    try:
        faults = list(_texts(bundle, edition)) or list(_digests(release, edition))
        if faults:
            return faults, Shown()
        record = _Record(release, edition, acts)
        record.check()
        return [], record.shown(check)
    except _Misfit as misfit:
        return [Fault(ACTS, str(misfit))], Shown()
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        return [Fault(CONTENT, f"cannot be read ({type(error).__name__})")], Shown()


def _texts(bundle: Mapping[str, bytes], edition: Mapping[str, Any]) -> Iterator[Fault]:
    expected: set[str] = set()
    for section in edition["sections"]:
        for locale, text in section["texts"].items():
            words = from_json(text["body"])
            if digest(words) != text["digest"]:
                yield Fault(CONTENT, f"section {section['id']}, {locale}: the words do not give their digest")
            if text["status"] != SOURCE:
                name = text_name(section["id"], locale)
                expected.add(name)
                if bundle.get(name) != canonical_bytes(words):
                    yield Fault(name, "is not the text of the edition")
    for name in sorted(name for name in bundle if name.startswith(TEXT)):
        if name not in expected:
            yield Fault(name, "is no text of the edition")


def text_name(section: str, locale: str) -> str:
    """The file of a section's canonical text."""
    return f"{TEXT}{locale}/{section}.json"


def _digests(release: Mapping[str, Any], edition: Mapping[str, Any]) -> Iterator[Fault]:
    if any(edition[name] != release[name] for name in ("declaration", "n", "manifest")):
        yield Fault(CONTENT, "is another edition")
    for section in edition["sections"]:
        named = {locale: section["texts"][locale]["digest"] for locale in edition["authentic_locales"]}
        if revision_digest(section["id"], named) != section["revision"]["digest"]:
            yield Fault(CONTENT, f"section {section['id']}: the texts do not give the revision's digest")
    if _manifest(edition) != edition["manifest"]:
        yield Fault(CONTENT, "order, revisions, networks or statements are not those of the manifest")


def _manifest(edition: Mapping[str, Any]) -> str:
    statements = [
        (section["id"], position["network"], digest_of_bytes(_original(position["statement"]).encode()))
        for section in edition["sections"]
        for position in section["positions"]
        if position["statement"] and position["status"] in _WITH_WORDS
    ]
    return manifest_digest(
        edition["declaration"],
        [(section["id"], section["revision"]["digest"]) for section in edition["sections"]],
        [(network["slug"], network["name"]) for network in edition["networks"]],
        statements,
    )


def _original(statement: Mapping[str, Any]) -> str:
    words: str = statement["texts"][statement["original"]]["text"]
    return words


class _Record:
    """The acts that a release rests on, in the order in which they must have happened."""

    def __init__(self, release: Mapping[str, Any], edition: Mapping[str, Any], acts: Sequence[Act]) -> None:
        self.release = release
        self.edition = edition
        self.acts = acts
        self.positions: list[Act] = []

    def check(self) -> None:
        """Raises :class:`_Misfit`."""
        create = self.one(lambda a: a.kind == Kind.DECLARATION_CREATE and a.index == 1, "the declaration was begun")
        if any(create.data[name] != self.edition[name] for name in ("source_locale", "authentic_locales")):
            raise _Misfit("the declaration was begun in other languages")
        freeze = self.one(lambda a: self.is_of(a, Kind.EDITION_FREEZE), "the edition was frozen")
        if freeze.data["manifest"] != self.release["manifest"]:
            raise _Misfit(f"act {freeze.index} froze another manifest")
        released = self.one(lambda a: a.index == self.release["index"], "the edition was released")
        if not self.is_of(released, Kind.EDITION_RELEASE) or released.data["content"] != self.release["content"]:
            raise _Misfit(f"act {released.index} released another edition")
        if freeze.data["content"] != self.release["content"]:
            self.one(
                lambda a: self.is_of(a, Kind.RELEASE_ASK) and a.data["content"] == self.release["content"],
                "its translations were asked for",
            )
        self.check_approvals(freeze.index, released.index)
        self.check_members(freeze.index)
        for section in self.edition["sections"]:
            for position in section["positions"]:
                self.positions.append(self.act_of(section, position, freeze.index))

    def one(self, wanted: Any, what: str) -> Act:
        found = [act for act in self.acts if wanted(act)]
        if len(found) != 1:
            raise _Misfit(f"no act says once that {what}")
        return found[0]

    def is_of(self, act: Act, kind: Kind) -> bool:
        return act.kind == kind and act.data["n"] == self.release["n"]

    def check_approvals(self, after: int, before: int) -> None:
        people = {a.actor for a in self.acts if self.is_of(a, Kind.EDITION_APPROVE) and after < a.index < before}
        if len(people) < APPROVALS_NEEDED:
            raise _Misfit("too few people approved the edition between its freeze and its release")
        if any(self.is_of(a, Kind.EDITION_VOID) for a in self.acts):
            raise _Misfit("the edition was opened again")

    def check_members(self, before: int) -> None:
        joins = [a for a in self.acts if a.kind == Kind.MEMBER_JOIN and a.index < before]
        for network in self.edition["networks"]:
            if not any((a.data["network"], a.data["name"]) == (network["slug"], network["name"]) for a in joins):
                raise _Misfit(f"no act says that {network['slug']} joined under this name")
        signed = {
            a.data["network"]
            for a in self.acts
            if a.kind == Kind.MANIFEST_SIGN and a.data["digest"] == self.release["manifest"]
        }
        for slug in self.edition["manifest_signed_by"]:
            if slug not in signed:
                raise _Misfit(f"no act says that {slug} agreed to the whole")

    def act_of(self, section: Mapping[str, Any], position: Mapping[str, Any], before: int) -> Act:
        """The act that took a position; no later one of the same network on the section may be shown."""
        place = f"{position['network']} on {section['id']}"
        taken = [
            a
            for a in self.acts
            if a.kind == Kind.POSITION_TAKE and a.data["network"] == position["network"] and a.index < before
        ]
        own = [a for a in taken if a.data["section"] == section["id"]]
        # After a section was split, its new part keeps a stand-aside that was taken before.
        inherited = [] if own or position["status"] != CellStatus.STANDS_ASIDE.value else taken
        found = [a for a in (own or inherited) if a.at == position["at"].replace("+00:00", "Z")]
        if not found or not _is_taken(found[-1], section, position):
            raise _Misfit(f"no act says what the edition says of {place}")
        if own and own[-1].index > found[-1].index:
            raise _Misfit(f"act {own[-1].index} is a later one of {place}")
        return found[-1]

    def shown(self, check: Check) -> Shown:
        texts = [t for s in self.edition["sections"] for t in s["texts"].values() if t["status"] != SOURCE]
        return Shown(
            len(self.edition["sections"]),
            len(texts),
            len(self.edition["networks"]),
            len(self.positions),
            len(self.acts),
            tuple(self.offline(check)),
        )

    def offline(self, check: Check) -> Iterator[tuple[str, str, str]]:
        """Raises :class:`_Misfit` for a signature that is none."""
        signed = {a.data["position"]: a for a in self.acts if a.kind == Kind.POSITION_SIGN}
        for act in self.positions:
            signature = signed.get(act.data["id"])
            if signature is None:
                continue
            key = offline_key(self.release["declaration"], act.data, signature.data["signature"], check)
            if key is None:
                raise _Misfit(f"act {signature.index} holds no signature over its position")
            yield act.data["network"], act.data["section"], key


def _is_taken(act: Act, section: Mapping[str, Any], position: Mapping[str, Any]) -> bool:
    data, status = act.data, position["status"]
    is_yes = status != CellStatus.STANDS_ASIDE.value
    authority = "ad_referendum" if status == CellStatus.AD_REFERENDUM.value else "mandated"
    statement, words = position["statement"], data["statement"]
    return (
        data["kind"] in _KINDS[status]
        and (not is_yes or data["target_digest"] == section["revision"]["digest"])
        and (not is_yes or data["authority"] == authority)
        and (data["harms"], data["remedy"]) == (position["harms"], position["remedy"])
        and (words is None) == (statement is None)
        and (words is None or (words["locale"], words["text"]) == (statement["original"], _original(statement)))
    )

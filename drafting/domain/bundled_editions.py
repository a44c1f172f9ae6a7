"""Whether the edition of a bundle is what its words, its digests and the acts of the log say."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from drafting.domain.canonical import read_canonical
from drafting.domain.edition_shape import is_content, is_count
from drafting.domain.editions import APPROVALS_NEEDED, manifest_digest
from drafting.domain.events import Kind
from drafting.domain.faults import Fault, Reason
from drafting.domain.lines import FIELDS
from drafting.domain.notes import Check
from drafting.domain.passkeys import agreed_by
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
        return cls(line, **value) if is_count(value["index"]) else None

    def says(self, kind: Kind, **fields: object) -> bool:
        """Whether it is of this kind and its data hold these values."""
        return self.kind == kind and all(
            name in self.data and _is_same(self.data[name], value) for name, value in fields.items()
        )


def _is_same(said: object, expected: object) -> bool:
    """JSON's true is no number, though Python takes it for 1."""
    return said == expected and isinstance(said, bool) == isinstance(expected, bool)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the edition says and the log bears out. ``offline``: (network, section, fingerprint of the key) of each
    position that was signed with a key of the network's own; ``passkeys``: (network, section, fingerprint, the site
    that asked) of each that a device of a delegate agreed to."""

    sections: int = 0
    texts: int = 0
    networks: int = 0
    positions: int = 0
    acts: int = 0
    offline: tuple[tuple[str, str, str], ...] = ()
    passkeys: tuple[tuple[str, str, str, str], ...] = ()

    @property
    def attested(self) -> int:
        """How many positions rest on the server's word alone."""
        return self.positions - len({each[:2] for each in (*self.offline, *self.passkeys)})


class _Misfit(Exception):
    """The edition does not say what the acts say."""

    def __init__(self, reason: Reason, **data: str) -> None:
        super().__init__(reason)
        self.fault = Fault(ACTS, reason, data)


def check_edition(
    bundle: Mapping[str, bytes], release: Mapping[str, Any], acts: Sequence[Act], check: Check
) -> tuple[list[Fault], Shown]:
    """The faults of the first step that has some (words, digests, acts), and what was shown."""
    data = bundle[CONTENT]
    edition = read_canonical(data)
    if not is_content(edition) or digest_of_bytes(data) != release["content"]:
        return [Fault(CONTENT, Reason.MALFORMED)], Shown()
    faults = list(_texts(bundle, edition)) or list(_digests(release, edition))
    if faults:
        return faults, Shown()
    record = _Record(release, edition, acts)
    try:
        record.check()
        return [], record.shown(check)
    except _Misfit as misfit:
        return [misfit.fault], Shown()


def _texts(bundle: Mapping[str, bytes], edition: Mapping[str, Any]) -> Iterator[Fault]:
    expected: set[str] = set()
    for section in edition["sections"]:
        for locale, text in section["texts"].items():
            words = from_json(text["body"])
            if digest(words) != text["digest"]:
                yield Fault(CONTENT, Reason.OTHER_WORDS, {"section": section["id"], "locale": locale})
            if text["status"] != SOURCE:
                name = text_name(section["id"], locale)
                expected.add(name)
                if bundle.get(name) != canonical_bytes(words):
                    yield Fault(name, Reason.OTHER_TEXT)
    for name in sorted(name for name in bundle if name.startswith(TEXT)):
        if name not in expected:
            yield Fault(name, Reason.NO_SUCH_TEXT)


def text_name(section: str, locale: str) -> str:
    """The file of a section's canonical text."""
    return f"{TEXT}{locale}/{section}.json"


def _digests(release: Mapping[str, Any], edition: Mapping[str, Any]) -> Iterator[Fault]:
    if any(edition[name] != release[name] for name in ("declaration", "n", "manifest")):
        yield Fault(CONTENT, Reason.OTHER_EDITION)
    for section in edition["sections"]:
        authentic = edition["authentic_locales"]
        named = {locale: section["texts"][locale]["digest"] for locale in authentic if locale in section["texts"]}
        is_whole = all(locale in named for locale in authentic)
        if not is_whole or revision_digest(section["id"], named) != section["revision"]["digest"]:
            yield Fault(CONTENT, Reason.OTHER_REVISION, {"section": section["id"]})
    if _manifest(edition) != edition["manifest"]:
        yield Fault(CONTENT, Reason.OTHER_MANIFEST)


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
        self.positions: list[tuple[str, Mapping[str, Any], Act]] = []

    def check(self) -> None:
        """Raises :class:`_Misfit`."""
        n, manifest, content = self.release["n"], self.release["manifest"], self.release["content"]
        languages = {name: self.edition[name] for name in ("source_locale", "authentic_locales")}
        self.one(lambda a: a.index == 1 and a.says(Kind.DECLARATION_CREATE, **languages), Reason.NOT_BEGUN)
        freeze = self.one(lambda a: a.says(Kind.EDITION_FREEZE, n=n), Reason.NOT_FROZEN)
        if not freeze.says(Kind.EDITION_FREEZE, manifest=manifest):
            raise _Misfit(Reason.NOT_FROZEN)
        released = self.one(lambda a: a.index == self.release["index"], Reason.NOT_RELEASED)
        if not released.says(Kind.EDITION_RELEASE, n=n, content=content):
            raise _Misfit(Reason.NOT_RELEASED)
        between = [a for a in self.acts if freeze.index < a.index < released.index]
        if not freeze.says(Kind.EDITION_FREEZE, content=content):
            asked = [a for a in between if a.says(Kind.RELEASE_ASK, n=n, content=content)]
            if len(asked) != 1:
                raise _Misfit(Reason.NOT_ASKED_FOR)
        if len({a.actor for a in between if a.says(Kind.EDITION_APPROVE, n=n)}) < APPROVALS_NEEDED:
            raise _Misfit(Reason.NOT_APPROVED)
        if any(a.says(Kind.EDITION_VOID, n=n) for a in self.acts):
            raise _Misfit(Reason.OPENED_AGAIN)
        self.check_members(freeze.index)
        for section in self.edition["sections"]:
            for position in section["positions"]:
                self.positions.append((section["id"], position, self.act_of(section, position, freeze.index)))

    def one(self, wanted: Callable[[Act], bool], otherwise: Reason) -> Act:
        found = [act for act in self.acts if wanted(act)]
        if len(found) != 1:
            raise _Misfit(otherwise)
        return found[0]

    def check_members(self, before: int) -> None:
        joins = [act.data for act in self.acts if act.index < before and act.says(Kind.MEMBER_JOIN)]
        joined = {pair for data in joins if _are_words(*(pair := (data.get("network"), data.get("name"))))}
        for network in self.edition["networks"]:
            if (network["slug"], network["name"]) not in joined:
                raise _Misfit(Reason.NOT_JOINED, network=network["slug"])
        digest = self.release["manifest"]
        said = [act.data.get("network") for act in self.acts if act.says(Kind.MANIFEST_SIGN, digest=digest)]
        signed = {network for network in said if _are_words(network)}
        for slug in self.edition["manifest_signed_by"]:
            if slug not in signed:
                raise _Misfit(Reason.WHOLE_NOT_SIGNED, network=slug)

    def act_of(self, section: Mapping[str, Any], position: Mapping[str, Any], before: int) -> Act:
        """The act that took a position; no later one of the same network on the section may be shown."""
        network = position["network"]
        taken = [a for a in self.acts if a.index < before and a.says(Kind.POSITION_TAKE, network=network)]
        own = [a for a in taken if a.says(Kind.POSITION_TAKE, section=section["id"])]
        # After a section was split, its new part keeps a stand-aside that was taken before.
        inherited = [] if own or position["status"] != CellStatus.STANDS_ASIDE.value else taken
        found = [a for a in (own or inherited) if a.at == _moment(position["at"])]
        is_last = bool(found) and (not own or found[-1] is own[-1])
        is_named = is_last and isinstance(found[-1].data.get("section"), str)
        if not is_named or not _is_taken(found[-1].data, section, position):
            raise _Misfit(Reason.OTHER_POSITION, network=network, section=section["id"])
        return found[-1]

    def shown(self, check: Check) -> Shown:
        texts = [t for s in self.edition["sections"] for t in s["texts"].values() if t["status"] != SOURCE]
        return Shown(
            len(self.edition["sections"]),
            len(texts),
            len(self.edition["networks"]),
            len(self.positions),
            len(self.acts),
            tuple(dict.fromkeys((network, section, key) for network, section, (key, _) in self.backed(SIGNED, check))),
            tuple(
                dict.fromkeys((network, section, *agreed) for network, section, agreed in self.backed(AGREED, check))
            ),
        )

    def backed(self, backing: "_Backing", check: Check) -> Iterator[tuple[str, str, tuple[str, str]]]:
        """(network, section, (key, site)) of each position behind which stands more than the server's word.

        The section is the one that was signed: who stands aside may be shown on another, which was split from it, or so
        the server says.

        Raises :class:`_Misfit` where one of the acts that say so does not hold, and for a key that the edition alone
        names.
        """
        for section, position, act in self.positions:
            network, id = position["network"], act.data.get("id")
            said = [a.data for a in self.acts if isinstance(id, str) and a.says(backing.kind, position=id)]
            found = [backing.read(self.release["declaration"], act.data, data, check) for data in said]
            keys = [each[0] for each in found if each]
            if len(keys) < len(said) or position.get(backing.field, "") not in ("", *keys):
                raise _Misfit(Reason.BAD_SIGNATURE, network=network, section=section)
            if found and found[-1]:
                yield network, act.data["section"], found[-1]


def _are_words(*values: object) -> bool:
    return all(isinstance(value, str) for value in values)


def _signed_by(
    declaration: str, position: Mapping[str, Any], said: Mapping[str, Any], check: Check
) -> tuple[str, str] | None:
    key = offline_key(declaration, position, said.get("signature"), check)
    return None if key is None else (key, "")


@dataclass(frozen=True, slots=True)
class _Backing:
    """Acts that strengthen a position, the field of the edition that names their key, and how they are checked: (key,
    the site that asked), or None."""

    kind: Kind
    field: str
    read: Callable[[str, Mapping[str, Any], Mapping[str, Any], Check], tuple[str, str] | None]


SIGNED: Final = _Backing(Kind.POSITION_SIGN, "offline_key", _signed_by)
AGREED: Final = _Backing(Kind.POSITION_ASSERT, "passkey", agreed_by)


def _moment(at: str) -> str:
    """As entries of the ledger write it."""
    return at.removesuffix("+00:00") + "Z" if at.endswith("+00:00") else at


def _is_taken(data: Mapping[str, Any], section: Mapping[str, Any], position: Mapping[str, Any]) -> bool:
    status, statement = position["status"], position["statement"]
    authority = "ad_referendum" if status == CellStatus.AD_REFERENDUM.value else "mandated"
    is_bound = status == CellStatus.STANDS_ASIDE.value or (
        data.get("target_digest") == section["revision"]["digest"] and data.get("authority") == authority
    )
    said = data.get("statement", "")
    is_said = said is None
    if statement is not None:
        words = {"locale": statement["original"], "text": _original(statement)}
        is_said = isinstance(said, dict) and all(said.get(name) == value for name, value in words.items())
    harms, remedy = data.get("harms"), data.get("remedy")
    is_same = (harms, remedy) == (position["harms"], position["remedy"])
    return data.get("kind") in _KINDS[status] and is_bound and is_said and is_same

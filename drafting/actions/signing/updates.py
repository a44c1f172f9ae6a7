"""Updates: whoever may freeze an edition writes to its signatories, and somebody of another network vouches for it.

The ledger of the declaration holds who wrote and who vouched, and the words by their digest; to whom it went stands
nowhere but in the outbox.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from drafting.actions import letters
from drafting.actions.core import Actor, authorise, commit, load_declaration
from drafting.actions.editions import find_edition
from drafting.actions.mailing_ports import Mailing
from drafting.actions.names import has_faults, new_id
from drafting.actions.ports import Ports
from drafting.actions.vouching import network_of, require_second, voice_of, who_may_follow, word_for
from drafting.domain.declaration import Declaration
from drafting.domain.editions import APPROVALS_NEEDED, Approval, Edition, EditionStatus
from drafting.domain.errors import Code, Refusal
from drafting.domain.events import Event, Kind
from drafting.domain.policy import Action, Subject
from drafting.domain.prose import digest_of_bytes
from drafting.domain.updates import Update, UpdateState

UPDATE: Final = "update"
"""What a refusal is of."""
MAX_SUBJECT: Final = 200
MAX_BODY: Final = 10_000


@dataclass(frozen=True, slots=True)
class Said:
    """An update in one language."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Shown:
    """An update with its words by language, and how far it has gone; ``standing``: who vouches for it now."""

    update: Update
    standing: Sequence[Approval]
    texts: Mapping[str, Said]
    source: str
    mailing: Mailing | None


async def write_update(ports: Ports, actor: Actor, *, slug: str, n: int, texts: Mapping[str, Said]) -> Update:
    """Words in the languages of a released edition, its source language among them. Nothing is sent yet.

    Raises ``not_released``, ``bad_input`` with ``field`` subject.{locale} or body.{locale}, or ``locales``.
    """
    at = ports.clock.now()
    declaration = await load_declaration(ports, slug)
    authorise(declaration, actor, Action.FREEZE, Subject(), at)
    edition = _released(declaration, n)
    if refusals := misfits(declaration, edition, texts):
        raise refusals[0]
    kept = {tag: _checked(tag, said) for tag, said in texts.items() if said.subject.strip() or said.body.strip()}
    content = _content(slug, n, declaration.source_locale, kept)
    digest = digest_of_bytes(content)
    data = {"id": new_id(), "n": n, "content": digest, "locales": sorted(kept)}

    def decide(declaration: Declaration) -> Sequence[Event]:
        authorise(declaration, actor, Action.FREEZE, Subject(), at)
        network = network_of(declaration, actor, at)
        return [Event(Kind.UPDATE_WRITE, {**data, "network": network}, actor.account, actor.channel)]

    declaration = await commit(ports, slug, decide, {digest: content})
    update = declaration.updates[str(data["id"])]
    await _ask_second(ports, declaration, update)
    return update


async def _ask_second(ports: Ports, declaration: Declaration, update: Update) -> None:
    """Whoever may vouch for another network learns that an update waits."""
    asked = who_may_follow(declaration, update.approvals, ports.clock.now())
    accounts = [await ports.accounts.get(account) for account in asked]
    path = f"workshop/{declaration.slug}/publishing/{update.edition}/updates/{update.id}"
    await letters.send(ports, accounts, "update_waits", declaration, n=update.edition, path=path)


def misfits(declaration: Declaration, edition: Edition, texts: Mapping[str, Said]) -> list[Refusal]:
    """Everything that cannot be used as it is; see :func:`write_update`. A language without any words is left out."""
    found = []
    for tag, said in texts.items():
        is_empty = not (said.subject.strip() or said.body.strip())
        if is_empty and tag != declaration.source_locale:
            continue
        if tag not in edition.releases[-1].locales:
            found.append(Refusal(Code.BAD_INPUT, field="locales", locale=tag))
            continue
        for check in (_subject, _body):
            try:
                check(tag, said)
            except Refusal as refusal:
                found.append(refusal)
    if declaration.source_locale not in texts:
        found.append(_refusal("subject", declaration.source_locale, "empty"))
    return found


async def approve_update(ports: Ports, actor: Actor, *, slug: str, id: str, network: str | None = None) -> Update:
    """The second person's word, of another network than the writer's; from then on the letters go out.

    Raises ``second_network_required``, ``not_found``, and ``bad_input`` with ``field`` state where it is decided.
    """

    def decide(declaration: Declaration) -> Sequence[Event]:
        at = ports.clock.now()
        update = find_update(declaration, id)
        chosen = voice_of(declaration, actor, network, at)
        require_second(declaration, update.approvals, actor, chosen, at)
        _expect_waiting(update)
        word = word_for(declaration, update.approvals, chosen, at)
        return [Event(Kind.UPDATE_APPROVE, {"id": id, **word}, actor.account, actor.channel)]

    declaration = await commit(ports, slug, decide)
    update = find_update(declaration, id)
    if len(update.approvals) >= APPROVALS_NEEDED:
        await ports.mailings.begin(update.id, slug, update.edition, ports.clock.now())
    return update


async def drop_update(ports: Ports, actor: Actor, *, slug: str, id: str) -> Update:
    """Take an update back that nobody has vouched for yet."""

    def decide(declaration: Declaration) -> Sequence[Event]:
        authorise(declaration, actor, Action.FREEZE, Subject(), ports.clock.now())
        _expect_waiting(find_update(declaration, id))
        return [Event(Kind.UPDATE_DROP, {"id": id}, actor.account, actor.channel)]

    return find_update(await commit(ports, slug, decide), id)


async def read_update(ports: Ports, actor: Actor, *, slug: str, id: str) -> Shown:
    """One update, for whoever may read the workshop."""
    declaration = await load_declaration(ports, slug)
    authorise(declaration, actor, Action.READ, Subject(), ports.clock.now())
    return await _shown(ports, declaration, find_update(declaration, id))


async def list_updates(ports: Ports, actor: Actor, *, slug: str, n: int) -> list[Shown]:
    """Those of an edition, the newest first."""
    declaration = await load_declaration(ports, slug)
    authorise(declaration, actor, Action.READ, Subject(), ports.clock.now())
    find_edition(declaration, n)
    own = [update for update in declaration.updates.values() if update.edition == n]
    return [await _shown(ports, declaration, update) for update in reversed(own)]


async def _shown(ports: Ports, declaration: Declaration, update: Update) -> Shown:
    source, texts = await read_texts(ports, update.content)
    standing = declaration.standing_words(update.approvals, ports.clock.now())
    return Shown(update, standing, texts, source, await ports.mailings.find(update.id))


async def read_texts(ports: Ports, digest: str) -> tuple[str, Mapping[str, Said]]:
    """The source language of an update, and its words in each language."""
    value: Mapping[str, Any] = json.loads(await ports.ledger.content(digest))
    return value["source"], {tag: Said(text["subject"], text["body"]) for tag, text in value["texts"].items()}


def find_update(declaration: Declaration, id: str) -> Update:
    """Raises ``not_found``."""
    if id not in declaration.updates:
        raise Refusal(Code.NOT_FOUND, update=id)
    return declaration.updates[id]


def _released(declaration: Declaration, n: int) -> Edition:
    edition = find_edition(declaration, n)
    if edition.status is not EditionStatus.RELEASED:
        raise Refusal(Code.NOT_RELEASED, edition=n)
    return edition


def _expect_waiting(update: Update) -> None:
    if update.state is not UpdateState.WAITING:
        raise Refusal(Code.BAD_INPUT, of=UPDATE, field="state", reason="moved", state=update.state.value)


def _content(slug: str, n: int, source: str, texts: Mapping[str, Said]) -> bytes:
    value = {
        "declaration": slug,
        "edition": n,
        "source": source,
        "texts": {tag: {"subject": said.subject, "body": said.body} for tag, said in texts.items()},
    }
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _checked(tag: str, said: Said) -> Said:
    return Said(_subject(tag, said), _body(tag, said))


def _subject(tag: str, said: Said) -> str:
    words = " ".join(said.subject.split())
    if not words or len(words) > MAX_SUBJECT or has_faults(words):
        raise _refusal("subject", tag, _reason(words, MAX_SUBJECT))
    return words


def _body(tag: str, said: Said) -> str:
    lines = [line.rstrip() for line in said.body.strip().splitlines()]
    words = "\n".join(lines)
    if not words or len(words) > MAX_BODY or any(has_faults(line) for line in lines):
        raise _refusal("body", tag, _reason(words, MAX_BODY))
    return words


def _reason(words: str, longest: int) -> str:
    if not words:
        return "empty"
    return "too_long" if len(words) > longest else "characters"


def _refusal(field: str, tag: str, reason: str) -> Refusal:
    longest = MAX_SUBJECT if field == "subject" else MAX_BODY
    return Refusal(Code.BAD_INPUT, of=UPDATE, field=f"{field}.{tag}", reason=reason, longest=longest)

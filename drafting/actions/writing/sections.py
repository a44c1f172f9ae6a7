"""The sections of a declaration: add, order, drop, hand over."""

from collections.abc import Mapping, Sequence
from typing import Final

from drafting.actions.core import Actor, authorise, commit, load_declaration
from drafting.actions.names import checked_name, checked_slug
from drafting.actions.ports import Ports
from drafting.actions.writing.seeding import named, seed_texts, titled_texts
from drafting.actions.writing_ports import Author
from drafting.domain.declaration import FRONT, RESERVED_SECTIONS, Declaration, Section
from drafting.domain.errors import Code, Refusal
from drafting.domain.events import Event, Kind
from drafting.domain.locales import canonical_tag
from drafting.domain.networks import Scope
from drafting.domain.policy import Action, Subject

MAX_SECTIONS: Final = 500


def network_of(declaration: Declaration, actor: Actor, ports: Ports) -> str | None:
    """The network that the actor stands for in a declaration, if any."""
    live = declaration.live_mandates(actor.account, ports.clock.now())
    return next((mandate.network for mandate in live if mandate.network), None)


def known_section(declaration: Declaration, section: str) -> Section:
    """Raises ``not_found`` for a section that never was, ``text_retired`` for one that was dropped."""
    found = declaration.sections.get(section)
    if found is None:
        raise Refusal(Code.NOT_FOUND, section=section)
    if found.retired:
        raise Refusal(Code.TEXT_RETIRED, section=section)
    return found


async def add_section(
    ports: Ports,
    actor: Actor,
    *,
    slug: str,
    id: str,
    after: str | None = None,
    title: Mapping[str, str] | None = None,
) -> Declaration:
    """A new section behind ``after`` (at the end when None), held by the actor, with a text in every locale.

    Raises ``taken`` for an id that any section of the declaration has or had, ``not_found`` for an unknown ``after``.
    """
    checked_slug(id, "id")
    titles = {
        canonical_tag(tag): checked_name(words, "title", may_be_empty=True) for tag, words in (title or {}).items()
    }

    def check(now: Declaration) -> None:
        authorise(now, actor, Action.SHAPE, Subject(), ports.clock.now())
        refuse_new_section(now, id)
        if after is not None:
            known_section(now, after)

    declaration = await load_declaration(ports, slug)
    check(declaration)
    if not set(titles) <= set(declaration.locales):
        raise Refusal(Code.BAD_INPUT, field="title")
    network = network_of(declaration, actor, ports)
    texts = titled_texts(declaration.source_locale, list(declaration.locales), titles)
    await seed_texts(ports, named(declaration, id, texts), Author(actor.account, network or ""))
    data = {"id": id, "holder": actor.account, "network": network, "after": after}

    def decide(now: Declaration) -> Sequence[Event]:
        check(now)
        return [Event(Kind.SECTION_ADD, data, actor.account, actor.channel)]

    return await commit(ports, slug, decide)


def refuse_new_section(declaration: Declaration, id: str) -> None:
    """Ids are never used again: what was said of a dropped section must not land on another."""
    if id in declaration.sections or id in RESERVED_SECTIONS:
        raise Refusal(Code.TAKEN, section=id)
    if len(declaration.sections) >= MAX_SECTIONS:
        raise Refusal(Code.TOO_MANY, field="sections", limit=MAX_SECTIONS)


async def order_sections(ports: Ports, actor: Actor, *, slug: str, sections: Sequence[str]) -> Declaration:
    """Put every live section into this order; ``front`` stays first. Raises ``bad_input`` where one is missing."""

    def decide(now: Declaration) -> Sequence[Event]:
        authorise(now, actor, Action.SHAPE, Subject(), ports.clock.now())
        current = [section.id for section in now.live_sections()]
        if sorted(sections) != sorted(current) or (FRONT in current and sections[0] != FRONT):
            raise Refusal(Code.BAD_INPUT, field="sections")
        if list(sections) == current:
            return []
        return [Event(Kind.SECTIONS_ORDER, {"sections": list(sections)}, actor.account, actor.channel)]

    return await commit(ports, slug, decide)


async def drop_section(ports: Ports, actor: Actor, *, slug: str, section: str) -> Declaration:
    """Retire a section and its texts, which stay readable. ``front`` cannot be dropped."""

    def decide(now: Declaration) -> Sequence[Event]:
        part = known_section(now, section)
        authorise(now, actor, Action.SHAPE, Subject(section=part), ports.clock.now())
        if section == FRONT:
            raise Refusal(Code.BAD_INPUT, field="section")
        return [Event(Kind.SECTION_DROP, {"section": section}, actor.account, actor.channel)]

    declaration = await commit(ports, slug, decide)
    for locale in declaration.locales:
        await ports.workshops.retire(declaration.text_name(section, locale))
    return declaration


async def hand_over_section(ports: Ports, actor: Actor, *, slug: str, section: str, account: str) -> Declaration:
    """Make somebody else the holder: the initiator, or anybody whose live mandate lets them edit."""

    def decide(now: Declaration) -> Sequence[Event]:
        at = ports.clock.now()
        part = known_section(now, section)
        authorise(now, actor, Action.SHAPE, Subject(section=part), at)
        mandates = [m for m in now.live_mandates(account, at) if Scope.EDIT in m.scopes]
        if not mandates and account != now.initiator:
            raise Refusal(Code.BAD_INPUT, field="account")
        if part.holder == account:
            return []
        network = next((m.network for m in mandates if m.network), None)
        data = {"section": section, "holder": account, "network": network}
        return [Event(Kind.SECTION_HOLD, data, actor.account, actor.channel)]

    return await commit(ports, slug, decide)

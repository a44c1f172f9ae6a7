"""Declarations, their sections, and folders that come in."""

import asyncio
from collections.abc import Mapping
from typing import Final, TypeAlias

from drafting.actions import folders
from drafting.actions.core import list_declarations as every_declaration
from drafting.actions.ports import Ports
from drafting.actions.writing import declarations as acts
from drafting.actions.writing.translations import reviews_of
from drafting.domain.declaration import Charter, Declaration, Section
from drafting.domain.networks import Membership
from drafting.domain.policy import Action, Subject, may
from drafting.domain.prose import Text, digest, title
from drafting.domain.standing import section_status
from drafting.domain.translations import Review, block_states, summary
from drafting.web.api import answers, bodies
from drafting.web.api.calls import Call
from drafting.web.api.operations import Operations
from drafting.web.api.uploads import Fields, Upload, Uploaded
from drafting.web.archives import unpack

declarations = Operations("Declarations")
add = declarations.add
D = "/declarations/{slug}"
SOURCE: Final = "source"
MOST_TEXTS: Final = 4096


@add("GET", "/declarations")
async def list_declarations(call: Call) -> answers.Page[answers.DeclarationPlace]:
    """The declarations in which the caller takes part, newest first."""
    account, at = call.known.id, call.ports.clock.now()
    mine = [d for d in await every_declaration(call.ports) if may(d, account, Action.READ, Subject(), at)]
    return call.page([_place(declaration) for declaration in mine])


def _place(d: Declaration) -> answers.DeclarationPlace:
    return answers.DeclarationPlace(slug=d.slug, title=d.title, status=d.status.value, created=d.created)


@add("POST", "/declarations", 201)
async def create_declaration(call: Call, body: bodies.NewDeclaration) -> answers.DeclarationAnswer:
    """Begin a declaration; the caller is its initiator and holds its first section."""
    made = await acts.create_declaration(
        call.ports,
        call.actor,
        slug=body.slug,
        title=body.title,
        source_locale=body.source_locale,
        locales=body.locales or [body.source_locale],
        authentic_locales=body.authentic_locales,
        preset=body.preset,
        charter=bodies.given(body.charter) or {},
        network=body.network,
    )
    return await describe(call.ports, made)


async def _may_begin(call: Call, fields: Fields) -> bool:
    return bool(call.known)


FOLDER: Final = Upload("folder", lambda settings: settings.import_bytes, _may_begin)


@add("POST", "/declarations/import", 201, upload=FOLDER, queries={"slug": "another slug"})
async def import_declaration(call: Call, file: Uploaded) -> answers.DeclarationAnswer:
    """Begin a declaration from a folder, sent as a ZIP archive in the field "folder"."""
    files = await asyncio.to_thread(unpack, file.data)
    slug = file.fields.get("slug") or call.query("slug")
    return await describe(call.ports, await folders.import_declaration(call.ports, call.actor, files=files, slug=slug))


@add("GET", D)
async def read_declaration(call: Call) -> answers.DeclarationAnswer:
    """A declaration as it stands now, with every section and text."""
    return await describe(call.ports, await call.declaration())


@add("POST", D + "/sections", 201)
async def add_section(call: Call, body: bodies.NewSection) -> answers.SectionAnswer:
    """Add a section after another one, or at the end."""
    made = await acts.add_section(
        call.ports, call.actor, slug=call.slug, id=body.id, after=body.after, title=body.title
    )
    return await describe_section(call.ports, made, made.sections[body.id])


@add("PUT", D + "/order")
async def order_sections(call: Call, body: bodies.Order) -> answers.OrderAnswer:
    """Put every section into this order."""
    made = await acts.order_sections(call.ports, call.actor, slug=call.slug, sections=body.sections)
    return answers.OrderAnswer(sections=[section.id for section in made.live_sections()])


@add("POST", D + "/sections/{section}/split", 201)
async def split_section(call: Call, body: bodies.Split) -> answers.Page[answers.SectionAnswer]:
    """Divide a section in two before a block of its source; answers both."""
    section = call.part("section")
    made = await acts.split_section(
        call.ports, call.actor, slug=call.slug, section=section, before_block=body.before_block, id=body.id
    )
    return call.page([await describe_section(call.ports, made, made.sections[id]) for id in (section, body.id)])


@add("DELETE", D + "/sections/{section}", 204)
async def drop_section(call: Call) -> None:
    """Retire a section; its texts stay readable."""
    await acts.drop_section(call.ports, call.actor, slug=call.slug, section=call.part("section"))


@add("POST", D + "/sections/{section}/holder")
async def hand_over_section(call: Call, body: bodies.Holder) -> answers.SectionAnswer:
    """Make somebody else the holder of a section."""
    section = call.part("section")
    made = await acts.hand_over_section(call.ports, call.actor, slug=call.slug, section=section, account=body.account)
    return await describe_section(call.ports, made, made.sections[section])


# ---- answers


async def describe(ports: Ports, declaration: Declaration) -> answers.DeclarationAnswer:
    """Everything; the texts are read at once."""
    d = declaration
    sections = await asyncio.gather(*(describe_section(ports, d, section) for section in d.live_sections()))
    return answers.DeclarationAnswer(
        slug=d.slug,
        title=d.title,
        status=d.status.value,
        created=d.created,
        initiator=d.initiator,
        index=d.index,
        source_locale=d.source_locale,
        authentic_locales=list(d.authentic_locales),
        charter=_charter(d.charter),
        locales=[
            answers.LocaleAnswer(tag=x.tag, script=x.script, direction=x.direction, autonym=x.autonym)
            for x in d.locales.values()
        ],
        members=[describe_member(member) for member in d.members.values()],
        sections=list(sections),
    )


def _charter(charter: Charter) -> answers.CharterAnswer:
    return answers.CharterAnswer(digest=charter.digest, **charter.to_json())


def describe_member(member: Membership) -> answers.MemberAnswer:
    return answers.MemberAnswer(
        network=member.network, name=member.name, role=member.role.value, since=member.since, until=member.until
    )


async def describe_section(ports: Ports, declaration: Declaration, section: Section) -> answers.SectionAnswer:
    """A section with the places of its texts."""
    d = declaration
    names = {locale: d.text_name(section.id, locale) for locale in d.locales}
    read = await asyncio.gather(*(ports.workshops.read(name) for name in names.values()))
    texts = dict(zip(names, read, strict=True))
    places = {loc: _text(d, section, loc, names[loc], texts) for loc in d.locales}
    revision = section.revision
    differs = revision is not None and any(places[loc].digest != seen for loc, seen in revision.texts.items())
    return answers.SectionAnswer(
        id=section.id,
        status=section_status(d, section, ports.clock.now()).value,
        holder=answers.HolderAnswer(account=section.holder, network=section.holder_network),
        workshop_differs=differs,
        revision=answers.RevisionPlace(n=revision.n, digest=revision.digest) if revision else None,
        texts=places,
    )


def _text(d: Declaration, section: Section, locale: str, name: str, texts: Mapping[str, Text]) -> answers.TextPlace:
    text, source = texts[locale], texts[d.source_locale]
    seen = (text, source, reviews_of(section, locale))
    known = _PLACES.get(name)
    if known is None or known[0] != seen:
        if len(_PLACES) >= MOST_TEXTS:
            _PLACES.clear()
        known = _PLACES[name] = (seen, _place_of(name, *seen, is_source=locale == d.source_locale))
    return known[1]


def _place_of(
    name: str, text: Text, source: Text, reviews: Mapping[str, Review], *, is_source: bool
) -> answers.TextPlace:
    if is_source:
        total = sum(not block.is_empty for block in text)
        state, approved, outdated = SOURCE, total, 0
    else:
        least, approved, outdated, total = summary(block_states(source, text, reviews))
        state = least.value
    return answers.TextPlace(
        name=name,
        title=title(text),
        digest=digest(text),
        state=state,
        approved=approved,
        outdated=outdated,
        total=total,
    )


Seen: TypeAlias = tuple[Text, Text, Mapping[str, Review]]
# Most texts are the same as when they were last asked about, and comparing costs far less than digesting every block.
_PLACES: Final[dict[str, tuple[Seen, answers.TextPlace]]] = {}

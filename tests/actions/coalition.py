"""A coalition ready to act: networks with delegates, sections with words, made by facts in the ledger."""

from dataclasses import dataclass, field

from drafting.actions.consent.positions import agree_to_all, take_position
from drafting.actions.core import Actor, load_declaration
from drafting.actions.ports import Ports
from drafting.actions.writing.tabling import table_revision
from drafting.actions.writing_ports import Author
from drafting.domain.declaration import Charter, Declaration, Preset
from drafting.domain.events import PLATFORM, Event, Kind
from drafting.domain.positions import Position, Revision
from drafting.domain.prose import Text, digest
from drafting.domain.standing import manifest
from tests.fakes import Fakes, block

SLUG = "well"
INITIATOR = "account-1"
ALL_SCOPES = ["edit", "consent", "translate", "sign", "speak"]


@dataclass
class Coalition:
    """``delegate("river")`` acts for river; ``delegate("river", 2)`` is its second delegate."""

    fakes: Fakes
    networks: tuple[str, ...]
    sections: tuple[str, ...]
    ports: Ports = field(init=False)

    def __post_init__(self) -> None:
        self.ports = self.fakes.ports()

    @property
    def initiator(self) -> Actor:
        return Actor(INITIATOR)

    def delegate(self, network: str, number: int = 1) -> Actor:
        return Actor(f"account-{2 * self.networks.index(network) + number}")

    async def state(self) -> Declaration:
        return await load_declaration(self.ports, SLUG)

    async def words(self, section: str, locale: str = "en") -> Text:
        return await self.ports.workshops.read((await self.state()).text_name(section, locale))

    async def write(self, section: str, *blocks: tuple[str, str], locale: str = "en", of: bool = False) -> Text:
        """Blocks are (id, words); the first is the title. With ``of`` each renders the source block without its "t"."""
        text = tuple(
            block(id, words, "heading1" if n == 0 else "paragraph", id.removeprefix("t") if of else None)
            for n, (id, words) in enumerate(blocks)
        )
        name = (await self.state()).text_name(section, locale)
        return await self.ports.workshops.write(name, text, Author(INITIATOR))

    async def table(self, section: str, **changes: object) -> Revision:
        seen = {"en": digest(await self.words(section))}
        return await table_revision(
            self.ports,
            self.initiator,
            **{"slug": SLUG, "section": section, "seen": seen, **changes},  # type: ignore[arg-type]
        )

    async def take(self, network: str, section: str, kind: str = "consent", **changes: object) -> Position:
        revision = (await self.state()).sections[section].revision
        assert revision is not None
        act = {
            "slug": SLUG,
            "section": section,
            "network": network,
            "kind": kind,
            "target_digest": revision.digest,
            "read_locale": "en",
            "read_digest": revision.texts["en"],
        }
        return await take_position(self.ports, self.delegate(network), **{**act, **changes})  # type: ignore[arg-type]

    async def agree(self, network: str) -> list[Position]:
        state = await self.state()
        sections = {s.id: s.revision.digest for s in state.live_sections() if s.revision}
        whole = manifest(state, self.ports.clock.now()).digest
        return await agree_to_all(
            self.ports, self.delegate(network), slug=SLUG, network=network, sections=sections, manifest_digest=whole
        )


async def found(
    networks: tuple[str, ...] = ("river", "salt", "night"),
    sections: tuple[str, ...] = ("front", "water"),
    locales: tuple[str, ...] = ("en", "ar"),
    charter: Charter | None = None,
) -> Coalition:
    """Two delegates for each network; the first network's first delegate is the initiator and holds every section."""
    coalition = Coalition(Fakes(), networks, sections)
    fakes = coalition.fakes
    for n in range(2 * len(networks)):
        await fakes.accounts.open(f"person{n + 1}@example.org", f"Person {n + 1}", "en")
    rules = charter or Charter(Preset.PLAIN, 2, 168, 0)
    at = fakes.clock.now()
    platform = [
        Event(Kind.NETWORK_REGISTER, {"slug": slug, "name": slug.title(), "card": {"who": slug}}, INITIATOR)
        for slug in networks
    ]
    await fakes.ledger.append(PLATFORM, platform, expected=0, at=at)
    events = [_creation(locales, rules)]
    for place, slug in enumerate(networks):
        events.append(
            Event(
                Kind.MEMBER_JOIN,
                {"network": slug, "name": slug.title(), "role": "founding", "charter": rules.digest},
                INITIATOR,
            )
        )
        events += [_grant(slug, f"account-{2 * place + number}") for number in (1, 2)]
    events += [
        Event(Kind.SECTION_ADD, {"id": id, "holder": INITIATOR, "network": networks[0]}, INITIATOR) for id in sections
    ]
    await fakes.ledger.append(SLUG, events, expected=0, at=at)
    state = await coalition.state()
    for id in sections:
        for locale in locales:
            name = state.text_name(id, locale)
            text = (block(f"{id}1", f"About {id}", "heading1"), block(f"{id}2", f"We speak of {id}."))
            await fakes.workshops.create(name, text if locale == "en" else (), Author(INITIATOR))
    return coalition


def _creation(locales: tuple[str, ...], charter: Charter) -> Event:
    data = {
        "title": {"en": "The Well"},
        "source_locale": "en",
        "authentic_locales": ["en"],
        "locales": [{"tag": tag, "script": "Arab" if tag == "ar" else "Latn", "autonym": tag} for tag in locales],
        "charter": charter.to_json(),
    }
    return Event(Kind.DECLARATION_CREATE, data, INITIATOR)


def _grant(network: str, account: str) -> Event:
    data = {
        "id": f"mandate-{account}",
        "network": network,
        "account": account,
        "scopes": ALL_SCOPES,
        "granted_by": INITIATOR,
        "until": None,
    }
    return Event(Kind.MANDATE_GRANT, data, INITIATOR)

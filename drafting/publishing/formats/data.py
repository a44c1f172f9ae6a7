"""An edition in one language as JSON, for programs."""

import json
from typing import Any

from drafting.domain.prose import to_json
from drafting.publishing.content import Network, Standing
from drafting.publishing.reading import Part, Reading

FORMAT = 1


def make_json(reading: Reading) -> bytes:
    """UTF-8. ``format`` counts the changes that break readers; the blocks are those of the API's texts."""
    return (json.dumps(_edition(reading), ensure_ascii=False, indent=1) + "\n").encode()


def _edition(reading: Reading) -> dict[str, Any]:
    content = reading.content
    return {
        "format": FORMAT,
        "declaration": content.slug,
        "edition": content.n,
        "title": reading.title,
        "locale": reading.locale.tag,
        "direction": reading.locale.direction,
        "address": reading.address,
        "manifest_digest": content.manifest,
        "frozen_at": content.frozen_at.isoformat(),
        "released_at": content.released_at.isoformat() if content.is_released else None,
        "source_locale": content.source_locale,
        "authentic_locales": list(content.authentic_locales),
        "locales": [locale.tag for locale in content.public_locales],
        "sections": [_section(part) for part in reading.parts],
        "networks": [_network(network) for network in content.networks],
        "translators": list(content.translators.get(reading.locale.tag, ())),
        "errata": [
            {"n": e.n, "at": e.at.isoformat(), "locale": e.locale, "section": e.section, "text": e.text}
            for e in content.errata
        ],
    }


def _network(network: Network) -> dict[str, Any]:
    return {"slug": network.slug, "name": network.name, "short": network.short, "card": dict(network.card)}


def _section(part: Part) -> dict[str, Any]:
    return {
        "id": part.id,
        "number": part.number,
        "revision": {"n": part.section.revision, "digest": part.section.digest},
        "locale": part.lang,
        "status": part.text.status.value,
        "title": part.text.title,
        "digest": part.text.digest,
        "outdated_blocks": sorted(part.text.outdated),
        "blocks": to_json(part.text.body),
        "positions": [_position(standing) for standing in part.section.standings],
    }


def _position(standing: Standing) -> dict[str, Any]:
    statement = standing.statement
    said = statement and {
        "original": statement.original,
        "texts": {tag: {"text": w.text, "approved": w.approved} for tag, w in statement.wordings.items()},
    }
    return {
        "network": standing.network,
        "status": standing.status.value,
        "harms": standing.harms,
        "remedy": standing.remedy,
        "statement": said,
    }

"""What a rendering in one language may depend on, and nothing else.

Pages of one language are made anew only where what they show has changed: their text, the source's, positions and
networks, and which languages there are; not the words of a third language.
"""

from collections.abc import Mapping
from typing import Any


def narrowed(edition: Mapping[str, Any], tag: str) -> dict[str, Any]:
    """The content of an edition without the words of languages other than this one and the source."""
    kept = {tag, edition["source_locale"]}
    out = {
        **edition,
        "title": _only(edition["title"], kept),
        "translators": _only(edition.get("translators", {}), {tag}),
        "sections": [_section(section, kept) for section in edition["sections"]],
    }
    if "former" in edition:
        out["former"] = narrowed(edition["former"], tag)
    return out


def _only(values: Mapping[str, Any], kept: set[str]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key in kept}


def _section(section: Mapping[str, Any], kept: set[str]) -> dict[str, Any]:
    texts = {tag: text if tag in kept else _wordless(text) for tag, text in section["texts"].items()}
    return {**section, "texts": texts}


def _wordless(text: Mapping[str, Any]) -> dict[str, Any]:
    """That there is a translation is seen in the list of languages."""
    status = "source" if text["status"] == "source" else "translation"
    return {"title": "", "digest": "", "body": [], "status": status, "outdated_blocks": []}

"""A small edition with something of everything that pages show, for whoever has to try a rendering."""

from typing import Any, Final

from drafting.domain.prose import Block, Run, digest, to_json

LOCALE: Final = "en"
_AT: Final = "2026-01-01T00:00:00+00:00"
_DIGEST: Final = f"sha256:{'0' * 64}"
_WORDS: Final = "We, who drink from one river, have met to say what we want, and by when. " * 3


def sample() -> dict[str, Any]:
    """The content of an edition in one language, with two sections, a note, a list and a reservation."""
    return {
        "format": 1,
        "declaration": "sample",
        "n": 1,
        "origin": "https://sample.example",
        "title": {LOCALE: "A sample"},
        "manifest": _DIGEST,
        "frozen_at": _AT,
        "source_locale": LOCALE,
        "authentic_locales": [LOCALE],
        "locales": [{"tag": LOCALE, "script": "Latn", "direction": "ltr", "autonym": "English"}],
        "sections": [_section("front"), _section("water"), _section("land")],
        "networks": [
            {"slug": slug, "name": slug.title(), "short": slug, "card": {"who": _WORDS, "aims": _WORDS}}
            for slug in ("river", "salt", "seed")
        ],
        "manifest_signed_by": ["river", "salt"],
        "approvals": [{"network": "river", "at": _AT}, {"network": "salt", "at": _AT}],
    }


def _section(id: str) -> dict[str, Any]:
    body = (
        Block("t", "heading1", (Run("Water"),)),
        Block("p", "paragraph", (Run(_WORDS), Run("", note="n"), Run("strong", strong=True), Run("stressed", em=True))),
        Block("h", "heading2", (Run("By when"),)),
        *(Block(f"l{n}", kind, (Run(_WORDS),)) for n, kind in enumerate(("bullet", "bullet", "ordered", "quote"))),
        Block("n", "footnote", (Run("A note."),)),
    )
    text = {"title": "Water", "digest": digest(body), "body": to_json(body), "status": "authentic"}
    statement = {"original": LOCALE, "texts": {LOCALE: {"text": _WORDS, "approved": True}}}
    reserves = {"network": "seed", "status": "reserves", "at": _AT, "statement": statement}
    return {
        "id": id,
        "revision": {"n": 1, "digest": _DIGEST, "at": _AT},
        "texts": {LOCALE: text},
        "positions": [{"network": slug, "status": "consents", "at": _AT} for slug in ("river", "salt")] + [reserves],
    }

"""A small edition with something of everything that pages show, for whoever has to try a rendering."""

from collections.abc import Mapping
from typing import Any, Final

from drafting.domain.prose import Block, Run, digest, to_json

LOCALE: Final = "en"
ENGLISH: Final = {"tag": LOCALE, "script": "Latn", "direction": "ltr", "autonym": "English"}
_AT: Final = "2026-01-01T00:00:00+00:00"
_DIGEST: Final = f"sha256:{'0' * 64}"
_WORDS: Final = "We, who drink from one river, have met to say what we want, and by when. " * 3


def sample(locale: Mapping[str, Any] = ENGLISH, letters: str = "") -> dict[str, Any]:
    """The content of an edition in one language, with two sections, a note, a list and a reservation.

    ``locale`` is as in an edition. ``letters`` are those of other scripts that shall occur.
    """
    tag, words = locale["tag"], _WORDS + letters
    return {
        "format": 1,
        "declaration": "sample",
        "n": 1,
        "origin": "https://sample.example",
        "title": {tag: "A sample"},
        "manifest": _DIGEST,
        "frozen_at": _AT,
        "source_locale": tag,
        "authentic_locales": [tag],
        "locales": [dict(locale)],
        "sections": [_section(id, tag, words) for id in ("front", "water", "land")],
        "networks": [
            {"slug": slug, "name": slug.title(), "short": slug, "card": {"who": words, "aims": words}}
            for slug in ("river", "salt", "seed")
        ],
        "manifest_signed_by": ["river", "salt"],
        "approvals": [{"network": "river", "at": _AT}, {"network": "salt", "at": _AT}],
    }


def _section(id: str, tag: str, words: str) -> dict[str, Any]:
    body = (
        Block("t", "heading1", (Run("Water"),)),
        Block("p", "paragraph", (Run(words), Run("", note="n"), Run("strong", strong=True), Run("stressed", em=True))),
        Block("h", "heading2", (Run("By when"),)),
        *(Block(f"l{n}", kind, (Run(words),)) for n, kind in enumerate(("bullet", "bullet", "ordered", "quote"))),
        Block("n", "footnote", (Run("A note."),)),
    )
    text = {"title": "Water", "digest": digest(body), "body": to_json(body), "status": "authentic"}
    statement = {"original": tag, "texts": {tag: {"text": words, "approved": True}}}
    reserves = {"network": "seed", "status": "reserves", "at": _AT, "statement": statement}
    return {
        "id": id,
        "revision": {"n": 1, "digest": _DIGEST, "at": _AT},
        "texts": {tag: text},
        "positions": [{"network": slug, "status": "consents", "at": _AT} for slug in ("river", "salt")] + [reserves],
    }

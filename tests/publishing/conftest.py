"""Editions to publish: real words in real scripts, with positions of every kind."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from drafting.domain.prose import Block, Run, Text, digest, to_json
from drafting.publishing.making.press import StaticPress
from tests import udhr

ORIGIN = "https://open-well.example"
NETWORKS = [
    ("headwater", "Headwater Peoples’ Assembly", "Headwater"),
    ("orillas", "Red Orillas Despiertas", "Orillas"),
    ("night-shift", "Night Shift Federation", "Night Shift"),
    ("sillons", "Réseau des Sillons", "Sillons"),
    ("river-seeds", "شبكة بذور النهر", "بذور النهر"),
    ("salt-road", "Salt Road Carers", "Salt Road"),
    ("seed-ring", "Seed Ring of the South", "Seed Ring"),
]
DEFAULT_LOCALES = ("en", "fr", "ar", "zh-Hans", "hi", "th", "ru", "he", "ko", "am", "ka", "ja", "sw", "es", "fa", "my")


def fake_digest(words: str) -> str:
    return "sha256:" + hashlib.sha256(words.encode()).hexdigest()


def article_text(tag: str, index: int) -> Text:
    """An article as a section: its heading, its paragraphs, and where there are several a list of them."""
    heading, paragraphs = udhr.articles(tag)[index]
    blocks = [Block(f"t{index}", "heading1", (Run(heading),))]
    kind = "ordered" if len(paragraphs) > 2 else "paragraph"
    blocks += [Block(f"b{index}-{n}", kind, (Run(words),)) for n, words in enumerate(paragraphs)]
    return tuple(blocks)


def front_text(tag: str) -> Text:
    first = udhr.articles(tag)[0][1][0]
    return (Block("t", "heading1", (Run(udhr.title(tag)),)), Block("s", "paragraph", (Run(first),)))


def text_json(text: Text, status: str = "translation", outdated: Sequence[str] = ()) -> dict[str, Any]:
    return {
        "title": text[0].words,
        "digest": digest(text),
        "body": to_json(text),
        "status": status,
        "outdated_blocks": list(outdated),
    }


def positions(index: int) -> list[dict[str, Any]]:
    """All consent, but for a reservation in the third section and a network that stands aside in the fifth."""
    out: list[dict[str, Any]] = []
    for slug, _, _ in NETWORKS:
        one: dict[str, Any] = {
            "network": slug,
            "status": "consents",
            "at": "2026-05-10T12:00:00Z",
            "harms": "",
            "remedy": "",
            "statement": None,
        }
        if index == 2 and slug == "sillons":
            one["status"] = "reserves"
            one["statement"] = {
                "original": "fr",
                "texts": {
                    "fr": {"text": "Chez nous, on lit cela autrement.\n\nNous le disons ici.", "approved": True},
                    "en": {"text": "Among us, this is read in another way.", "approved": True},
                    "ar": {"text": "عندنا يُقرأ هذا على وجه آخر.", "approved": False},
                },
            }
        if index == 4 and slug == "salt-road":
            one["status"] = "stands_aside"
        out.append(one)
    return out


def example_edition(locale_count: int = 3, *, locales: Sequence[str] = (), sections: int = 10) -> dict[str, Any]:
    """The content of an edition with real words in the first languages of :data:`DEFAULT_LOCALES`, or in those given.

    Where there is a second language, its section 1 has an outdated block; where there is a third, its section 2 stands
    in the source language.
    """
    tags = list(locales or DEFAULT_LOCALES[:locale_count])
    source = tags[0]
    parts = [_section("front", {tag: front_text(tag) for tag in tags}, source, tags, -1)]
    for index in range(sections):
        texts = {tag: article_text(tag, index) for tag in tags}
        parts.append(_section(f"article-{index + 1}", texts, source, tags, index))
    return {
        "format": 1,
        "declaration": "open-well",
        "n": 1,
        "origin": ORIGIN,
        "title": {tag: udhr.title(tag) for tag in tags},
        "manifest": fake_digest("manifest"),
        "frozen_at": "2026-05-13T09:30:00Z",
        "source_locale": source,
        "authentic_locales": [source],
        "charter": {"preset": "plain"},
        "locales": [_locale(tag) for tag in tags],
        "sections": parts,
        "networks": [
            {
                "slug": slug,
                "name": name,
                "short": short,
                "card": {"who": f"{name} is many people.", "aims": "To be asked first.", "offers": "Seed and stories."},
            }
            for slug, name, short in NETWORKS
        ],
        "translators": {tag: ["Amina Diallo", "Wei Chen"] for tag in tags[1:]},
        "manifest_signed_by": ["headwater", "orillas"],
        "errata": [],
        "approvals": [
            {"network": "headwater", "at": "2026-05-14T08:00:00Z"},
            {"network": "orillas", "at": "2026-05-14T10:00:00Z"},
        ],
    }


def _locale(tag: str) -> dict[str, str]:
    _, script, autonym = udhr.LANGUAGES[tag]
    direction = "rtl" if script in {"Arab", "Hebr"} else "ltr"
    return {"tag": tag, "script": script, "direction": direction, "autonym": autonym}


def _section(id: str, texts: dict[str, Text], source: str, tags: Sequence[str], index: int) -> dict[str, Any]:
    shown = {tag: text_json(text, "authentic" if tag == source else "translation") for tag, text in texts.items()}
    if index == 0 and len(tags) > 1:
        shown[tags[1]] = text_json(texts[tags[1]], "outdated", [texts[tags[1]][1].id])
    if index == 1 and len(tags) > 2:
        shown[tags[2]] = text_json(texts[source], "source")
    return {
        "id": id,
        "revision": {"n": 1, "digest": fake_digest(id), "at": "2026-05-01T09:00:00Z"},
        "texts": shown,
        "positions": positions(index) if index >= 0 else positions(0),
    }


@pytest.fixture
async def press(tmp_path: Path) -> AsyncIterator[StaticPress]:
    made = StaticPress(tmp_path / "public")
    yield made
    await made.close()

"""The editor's sentences: written once in ``messages.json``, translated like all others, handed to the page as JSON."""

import json
from collections.abc import Generator, Mapping
from functools import cache
from typing import IO, Any, Final

from drafting import paths
from drafting.web.i18n import Words, cldr

MESSAGES: Final = "messages.json"
SAMPLES: Final = (*range(200), 1000, 1_000_000)


@cache
def _sentences() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads((paths.STATIC / MESSAGES).read_text("utf-8"))
    return found


def messages(words: Words) -> dict[str, Any]:
    """Key → sentence; where a number decides, key → sentence by CLDR plural category of the reader's language."""
    return {key: _translated(words, value) for key, value in _sentences().items()}


def _translated(words: Words, value: Any) -> Any:
    if isinstance(value, str):
        return words.template(value)
    category = cldr(words.tag).plural_form
    return {category(n): words.template(value["one"], value["other"], n) for n in reversed(SAMPLES)}


def extract(
    fileobj: IO[bytes], keywords: object, comment_tags: object, options: object
) -> Generator[tuple[int, str, Any, list[str]], None, None]:
    """Babel's extractor for ``messages.json``; the key is a comment for translators."""
    for key, value in json.load(fileobj).items():
        if isinstance(value, str):
            yield 1, "gettext", value, [f"editor: {key}"]
        else:
            yield 1, "ngettext", (value["one"], value["other"]), [f"editor: {key}"]

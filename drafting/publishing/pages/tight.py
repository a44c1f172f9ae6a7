"""Pages without what HTML lets one leave out: quotes around plain values, and ends of paragraphs and of items.

It saves a tenth of a page in scripts of three bytes a letter. What the page says to a browser stays the same.
"""

import re
from typing import Final

# Our pages escape every < and > that is no tag's, in attributes and in linked data too.
_TAG: Final = re.compile(r"<[a-z][^<>]*>")
# HTML, 13.1.2.3: what an unquoted value may hold. A value with "=" is allowed to no one.
_QUOTED: Final = re.compile(r'="([^\s"\'`=<>]+)"')
# HTML, 13.1.3: what ends a paragraph, an item or a term by beginning, or by ending around it.
_ENDS: Final = re.compile(
    r"</p>\s*(?=(<)(?:p|div|section|blockquote|ul|ol|dl|h[1-6]|details)[ >]|</(?:div|section|blockquote|li|details)>)"
    r"|</li>\s*(?=(<)li[ >]|</[uo]l>)"
    r"|</d[dt]>\s*(?=(<)d[dt][ >]|</dl>)"
)


def tight(page: str) -> str:
    """The same page, shorter. Each paragraph and each item still begins a line."""
    return _ENDS.sub(_line, _TAG.sub(lambda tag: _unquoted(tag[0]), page))


def _line(end: re.Match[str]) -> str:
    return "\n" if any(end.groups()) else ""


def _unquoted(tag: str) -> str:
    shorter = _QUOTED.sub(r"=\1", tag)
    # A stroke right behind a value would be a part of it.
    return f"{shorter[:-2]} />" if tag.endswith('"/>') and not shorter.endswith('"/>') else shorter

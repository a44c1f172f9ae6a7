"""Pages of ours as trees. They are HTML with all its ends written, so that most of them need no browser's parser.

They are not read as XML, which nothing here is: it can name entities, files and addresses.
"""

from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement

import cssselect2  # type: ignore[import-untyped]
import tinyhtml5  # type: ignore[import-untyped]
from weasyprint import HTML

_VOID: Final = frozenset({"br", "col", "hr", "img", "link", "meta", "wbr"})
# Elements that browsers open where a page does not.
_WRITTEN: Final = ("html", "head", "body")
_SVG: Final = "{http://www.w3.org/2000/svg}"
# Elements before which browsers end a paragraph.
_ENDS_PARAGRAPH: Final = frozenset(
    {
        *("address", "article", "aside", "blockquote", "div", "dl", "footer", "form", "h1", "h2", "h3", "h4", "h5"),
        *("h6", "header", "hr", "main", "nav", "ol", "p", "pre", "section", "table", "ul"),
    }
)
# What a drawing may hold here; names of others are written with capitals, which this parser does not keep.
_DRAWN: Final = frozenset({"svg", "path", "g", "title"})
_CAPITALS: Final = {"viewbox": "viewBox", "preserveaspectratio": "preserveAspectRatio"}


class _Unusual(Exception):
    """A page that leaves something for browsers to mend."""


class _Reader(HTMLParser):
    """``root`` is the page, once it was fed. Raises ``_Unusual`` as soon as a browser would have to mend it."""

    def __init__(self) -> None:
        super().__init__()
        self._root: Element | None = None
        self._open: list[Element] = []
        self._drawing = 0
        self._written: list[str] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        if tag in _WRITTEN:
            self._written.append(tag)
        if tag == "svg" or self._drawing:
            if tag not in _DRAWN:
                raise _Unusual
            self._drawing += 1
            self._start(_SVG + tag, {_CAPITALS.get(key, key): value or "" for key, value in attrs if key != "xmlns"})
            return
        if tag in _ENDS_PARAGRAPH and any(each.tag == "p" for each in self._open):
            raise _Unusual
        self._start(tag, {key: value or "" for key, value in attrs})
        if tag in _VOID:
            self._open.pop()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._open:
            self._open.append(SubElement(self._open[-1], name, attributes))
        elif self._root is None:
            self._root = Element(name, attributes)
            self._open.append(self._root)
        else:
            raise _Unusual

    def handle_startendtag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if self._drawing:
            self.handle_endtag(tag)
        elif tag not in _VOID:
            raise _Unusual

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop().tag != (_SVG + tag if self._drawing else tag):
            raise _Unusual
        self._drawing = max(0, self._drawing - 1)

    def handle_data(self, data: str) -> None:
        if not self._open:
            if data.strip():
                raise _Unusual
            return
        inside = self._open[-1]
        if len(inside):
            inside[-1].tail = (inside[-1].tail or "") + data
        else:
            inside.text = (inside.text or "") + data

    def handle_comment(self, data: str) -> None:
        raise _Unusual

    def unknown_decl(self, data: str) -> None:
        raise _Unusual

    def root(self) -> Element:
        if self._root is None or self._open or tuple(self._written) != _WRITTEN:
            raise _Unusual
        return self._root


def read_tree(html: str) -> Element:
    """The root of a page. What leaves something to be mended is read as browsers do."""
    reader = _Reader()
    try:
        reader.feed(html)
        reader.close()
        return reader.root()
    except _Unusual:
        tree: Element = tinyhtml5.parse(html, namespace_html_elements=False)
        return tree


class Page(HTML):  # type: ignore[misc]
    """A page for the page maker, which names nothing outside itself but by ``url_fetcher``."""

    def __init__(self, html: str, url_fetcher: Any) -> None:
        self.base_url, self.url_fetcher, self.media_type = None, url_fetcher, "print"
        self.wrapper_element = cssselect2.ElementWrapper.from_html_root(read_tree(html), content_language=None)
        self.etree_element = self.wrapper_element.etree_element

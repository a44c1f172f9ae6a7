"""Pages of ours as trees. They are well-formed but for what HTML leaves open, so a parser in C reads most of them."""

import re
from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError, fromstring

import cssselect2  # type: ignore[import-untyped]
import tinyhtml5  # type: ignore[import-untyped]
from weasyprint import HTML

_DOCTYPE: Final = re.compile(r"\s*<!doctype html>", re.I)
_OPEN: Final = re.compile(r"<((?:br|col|hr|img|link|meta|wbr)\b[^<>]*?)/?>")
# Elements that HTML puts into a namespace by itself, and XML only where it is named.
_FOREIGN: Final = re.compile(r"<(?:svg|math)\b(?![^<>]* xmlns=)")


def read_tree(html: str) -> Element:
    """The root of a page. What is no XML once the elements without an end are closed is read as browsers do."""
    if not _FOREIGN.search(html):
        try:
            return fromstring(_OPEN.sub(r"<\1/>", _DOCTYPE.sub("", html, count=1)))  # noqa: S314 - our own template
        except ParseError:
            pass
    tree: Element = tinyhtml5.parse(html, namespace_html_elements=False)
    return tree


class Page(HTML):  # type: ignore[misc]
    """A page for the page maker, which names nothing outside itself but by ``url_fetcher``."""

    def __init__(self, html: str, url_fetcher: Any) -> None:
        self.base_url, self.url_fetcher, self.media_type = None, url_fetcher, "print"
        self.wrapper_element = cssselect2.ElementWrapper.from_html_root(read_tree(html), content_language=None)
        self.etree_element = self.wrapper_element.etree_element

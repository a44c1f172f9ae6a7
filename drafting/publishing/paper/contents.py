"""The numbers of pages in a book's list of contents, which are known when all pages are.

CSS has ``target-counter`` for them, for which the page maker lays out every page of the list once more.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

from weasyprint.formatting_structure.boxes import TextBox
from weasyprint.text.line_break import split_first_line

# The class of an element that holds such a number, and its attribute for what it points to.
_CLASS: Final = "at"
_TARGET: Final = "data-target"


def fill_in(document: Any, say: Callable[[int], str]) -> None:
    """Write the numbers, which stand at the outer edge of their lines; ``say`` gives them their digits."""
    places: dict[str, int] = {}
    for n, page in enumerate(document.pages, start=1):
        for anchor in page.anchors:
            places.setdefault(anchor, n)
    for box in _waiting(document):
        place = places.get(box.element.get(_TARGET).removeprefix("#"))
        if place is not None:
            _write(box, say(place))


def _waiting(document: Any) -> Iterator[Any]:
    """What is there for each number until it is known.

    The list ends where the text begins, which has anchors; a title may fill a page of the list, without any number.
    """
    is_found = False
    for page in document.pages:
        found = [box for box in page._page_box.descendants(placeholders=True) if _is_number(box)]
        yield from found
        is_found = is_found or bool(found)
        if is_found and page.anchors:
            return


def _is_number(box: Any) -> bool:
    return isinstance(box, TextBox) and box.element is not None and box.element.get("class") == _CLASS


def _write(box: Any, text: str) -> None:
    layout, _, _, width, _, _ = split_first_line(text, box.style, None, None, 0)
    if box.style["direction"] == "ltr":
        box.position_x -= width - box.width
    box.text, box.pango_layout, box.width = text, layout, width

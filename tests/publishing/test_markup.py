"""Pages are read as browsers read them, whichever parser does it."""

from xml.etree.ElementTree import Element

import pytest
import tinyhtml5  # type: ignore[import-untyped]

from drafting.publishing.paper.markup import read_tree


def told(tree: Element) -> list[tuple[str, dict[str, str], str]]:
    return [(each.tag, each.attrib, "".join(each.itertext()).strip()) for each in tree.iter() if each.tag != "head"]


@pytest.mark.parametrize(
    "page",
    [
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>a &amp; b</title></head><body>'
        '<p title="1 &lt; 2">one<br>two<wbr>three <img src="asset:x" alt=""> four</p></body></html>',
        "<!DOCTYPE html><html><head><title>t</title></head><body><ol><li>one<li>two</ol><p>three</body></html>",
        "<html><head><title>t</title></head><body><p lang=fr>caf&eacute;</p></body></html>",
        "<html><head><title>t</title></head><body><svg><path d='M0 0'></path></svg></body></html>",
        "<html lang=en><title>-</title><p>-",
        "<html><head><title>t</title></head><body><p>one<ul><li>two</li></ul></p></body></html>",
        '<html><head><title>t</title></head><body><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1">'
        '<path d="M0 0"/><linearGradient></linearGradient></svg></body></html>',
        '<!DOCTYPE html [<!ENTITY a "b">]><html><head><title>t</title></head><body><p>&a;</p></body></html>',
        "<html><head><title>t</title></head><body><!-- said --><p>one</p></body></html><p>two</p>",
    ],
)
def test_a_page_says_the_same(page: str) -> None:
    assert told(read_tree(page)) == told(tinyhtml5.parse(page, namespace_html_elements=False))

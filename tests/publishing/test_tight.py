"""What is left out of a page changes nothing of what a browser reads in it."""

from html5lib import serialize

from drafting.publishing.pages.tight import tight
from tests.publishing.reader import parse

PAGE = """<!doctype html>
<html lang="en" dir="ltr">
<head><meta charset="utf-8"><title>A</title></head>
<body>
<p id="a:1" class="one two">Says &lt;p class="x"&gt; and a = "b".</p>
<p>Next <a href="/sign?text=en">here</a> <a href="../en/">there</a></p>
<ul><li id="b:1">One</li>
<li>Two
<ol><li>Three</li></ol>
</li></ul>
<dl><dt>Who</dt><dd dir="auto">They</dd></dl>
<div lang=""><p>Last</p></div>
<svg class="m y"><use href="#mark:y"/></svg>
<blockquote><p>Said</p></blockquote><a href="#a:1" aria-label="¶1"></a>
</body></html>
"""


def told(page: str) -> str:
    """The tree without the spaces around blocks."""
    written = serialize(parse(page.encode()), omit_optional_tags=False, strip_whitespace=True)
    return "><".join(part.strip() for part in written.replace("> <", "><").split("><")).replace(" </", "</")


def test_a_tight_page_is_the_same_page() -> None:
    assert told(tight(PAGE)) == told(PAGE)


def test_what_may_be_left_out_is() -> None:
    page = tight(PAGE)
    assert "<li id=b:1>One\n<li>Two\n<ol><li>Three</ol>\n</ul>" in page
    assert "<blockquote><p>Said</blockquote>" in page
    assert '<p id=a:1 class="one two">Says &lt;p class="x"&gt;' in page
    assert "<use href=#mark:y />" in page
    assert 'href="/sign?text=en"' in page


def test_it_can_be_done_again() -> None:
    assert tight(tight(PAGE)) == tight(PAGE)

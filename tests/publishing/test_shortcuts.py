"""What is taken as a short cut through the page maker leads to the same place."""

import os
import subprocess
import sys
from typing import Final

import pytest

PRINT: Final = """
import sys
from hashlib import sha256
import tinyhtml5
from drafting.publishing.paper import archival, markup, shortcuts
way, *tags = sys.argv[1:]
if way == "long":
    shortcuts.apply = lambda: None
    archival._Written = lambda each: each
    markup.read_tree = lambda html: tinyhtml5.parse(html, namespace_html_elements=False)
else:
    def mended(*asked, **named):
        raise AssertionError("a page of ours left something for browsers to mend")
    tinyhtml5.parse = mended
    # Some lines keep Pango's layouts and some do not.
    shortcuts.MOST_LINES = 99
from drafting.paths import LOCALES, TEMPLATES
from drafting.publishing.making.worker import render
from tests.publishing.conftest import example_edition
from drafting.publishing.paper.name_volumes import split
from tests.publishing.test_name_books import listed
from tests.publishing.test_sheets import SHEETS
for tag in tags:
    edition = example_edition(locales=("en", tag), sections=6)
    (names,) = split(listed(), tag)
    more = {"pdf": {}, "names": {"signatories": names}, "sheets": {"sheets": SHEETS}, "png": {}, "preflight": {}}
    for format, value in more.items():
        (data,) = render({**edition, **value}, tag, format, TEMPLATES, LOCALES).values()
        print(tag, format, sha256(data).hexdigest())
"""


@pytest.mark.parametrize("tags", [("ar", "th", "fr"), ("ja", "hi", "ur")])
def test_a_short_cut_changes_no_byte(tags: tuple[str, ...]) -> None:
    short, long = (
        subprocess.run(
            [sys.executable, "-c", PRINT, way, *tags],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": "0"},
        ).stdout
        for way in ("short", "long")
    )
    assert len(short.splitlines()) == 5 * len(tags)
    assert short == long

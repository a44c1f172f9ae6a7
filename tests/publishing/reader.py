"""How tests read what was made."""

import re
import subprocess
import unicodedata
from pathlib import Path
from typing import Any

import html5lib

_DIRECTIONS = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\u00ad]")


def parse(html: bytes) -> Any:
    """The page's tree; an error in its HTML fails the test."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(html.decode("utf-8"))


def words(tree: Any) -> str:
    return "".join(tree.itertext())


def pdf_text(data: bytes, folder: Path, *options: str) -> str:
    """The text layer as poppler reads it; with ``-raw`` in the order in which it was written."""
    file = folder / "read.pdf"
    file.write_bytes(data)
    command = ["pdftotext", *options, "-enc", "UTF-8", str(file), "-"]
    return subprocess.run(command, check=True, capture_output=True).stdout.decode("utf-8")


def squeezed(text: str) -> str:
    """Without spaces, directional controls, hyphens of the page maker's, and marks upon letters.

    Poppler puts the marks of right-to-left letters elsewhere in the word; the letters are what it is asked for.
    """
    text = _DIRECTIONS.sub("", text.replace("\u00ad\n", ""))
    letters = (c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return "".join("".join(letters).split())

"""Check 28: whatever a page asks for while it is set, no socket is opened and no file is read."""

import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from weasyprint import HTML
from weasyprint.urls import URLFetcher

from drafting.publishing.paper.pdf import OwnAssetsOnly

SECRET = "the operator's own file"
VECTORS = {
    "stylesheet": '<link rel="stylesheet" href="{url}">',
    "icon": '<link rel="icon" href="{url}">',
    "attachment": '<link rel="attachment" href="{url}">',
    "linked attachment": '<a rel="attachment" href="{url}">a</a>',
    "import": '<style>@import url("{url}");</style>',
    "font": '<style>@font-face {{ font-family: x; src: url("{url}") }} p {{ font-family: x }}</style>',
    "background": '<style>p {{ background: url("{url}") }}</style>',
    "list": '<style>li {{ list-style-image: url("{url}") }}</style><ul><li>a</ul>',
    "content": '<style>p::before {{ content: url("{url}") }}</style>',
    "border": '<style>p {{ border: 1px solid; border-image-source: url("{url}") }}</style>',
    "image": '<img src="{url}">',
    "set of images": '<img srcset="{url} 2x" src="{url}">',
    "object": '<object data="{url}"></object>',
    "embedded": '<embed src="{url}">',
    "frame": '<iframe src="{url}"></iframe>',
    "image in SVG": '<svg xmlns="http://www.w3.org/2000/svg"><image href="{url}" width="9" height="9"/></svg>',
    "use in SVG": '<svg xmlns="http://www.w3.org/2000/svg"><use href="{url}#a"/></svg>',
    "old link in SVG": '<svg xmlns:xlink="http://www.w3.org/1999/xlink"><image xlink:href="{url}"/></svg>',
    "style in SVG": '<svg><style>@import url("{url}");</style><rect style="fill: url({url}#a)"/></svg>',
    "SVG in an image": (
        '<img src="data:image/svg+xml,%3Csvg xmlns=%27http://www.w3.org/2000/svg%27%3E'
        '%3Cimage href=%27{url}%27/%3E%3C/svg%3E">'
    ),
    "base": '<base href="{url}"><img src="other.png"><img src="//127.0.0.1:9/x.png">',
    "in attributes": '<p style="background-image: url({url})">a</p>',
}
_heard: list[tuple[str, Any]] | None = None


def _listen(event: str, details: tuple[Any, ...]) -> None:
    if _heard is not None and event in ("open", "socket.connect", "socket.getaddrinfo", "urllib.Request"):
        _heard.append((event, details[1] if event == "socket.connect" else details[0]))


@contextmanager
def listening() -> Iterator[list[tuple[str, Any]]]:
    """What the interpreter itself says was opened; a hook can't be taken out again, so it is deaf otherwise."""
    global _heard
    if _listen not in _installed:
        sys.addaudithook(_listen)
        _installed.append(_listen)
    _heard = []
    try:
        yield _heard
    finally:
        _heard = None


_installed: list[Any] = []


def page(vector: str, url: str) -> str:
    return f"<html lang=en><title>t</title>{VECTORS[vector].format(url=url)}<p>text</p>"


def harmful(heard: list[tuple[str, Any]], secret: Path) -> list[tuple[str, Any]]:
    return [(event, what) for event, what in heard if event != "open" or str(what) == str(secret)]


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "secret.svg"
    file.write_text(f"<svg xmlns='http://www.w3.org/2000/svg'><text>{SECRET}</text></svg>", "utf-8")
    return file


@pytest.mark.parametrize("vector", VECTORS)
def test_nothing_is_opened(vector: str, secret: Path) -> None:
    for url in (secret.as_uri(), "http://127.0.0.1:9/a", "ftp://127.0.0.1:9/a", f"file://localhost{secret}"):
        fetcher = OwnAssetsOnly()
        with listening() as heard:
            made = HTML(string=page(vector, url), url_fetcher=fetcher).write_pdf()
        assert harmful(heard, secret) == [], url
        assert SECRET.encode() not in unpacked(made)


def test_these_pages_do_ask(secret: Path) -> None:
    """The same with the fetcher that comes with WeasyPrint: the file is read, so the tests above can fail."""
    asked = 0
    for vector in VECTORS:
        with listening() as heard:
            HTML(string=page(vector, secret.as_uri()), url_fetcher=URLFetcher(timeout=1)).write_pdf()
        asked += bool(harmful(heard, secret))
    assert asked >= 8


def test_an_address_that_leads_on_is_not_asked_at_all() -> None:
    """What is never asked cannot redirect."""
    fetcher = OwnAssetsOnly({"own": b""})
    with listening() as heard:
        HTML(
            string=page("image", "http://127.0.0.1:9/redirect?to=file:///etc/hostname"), url_fetcher=fetcher
        ).write_pdf()
    assert harmful(heard, Path("/etc/hostname")) == []
    assert fetcher.refused


def unpacked(pdf: bytes) -> bytes:
    """The bytes of a PDF with its streams inflated."""
    out = [pdf]
    for part in pdf.split(b"stream\n")[1:]:
        try:
            out.append(zlib.decompressobj().decompress(part))
        except zlib.error:
            continue
    return b"".join(out)

"""The pages through which a declaration's editions are entered: choosers, feed, lists of sums."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

from drafting.actions.publishing_ports import Made
from drafting.publishing.content import Content, read_content
from drafting.publishing.pages.designs import assets
from drafting.publishing.pages.setting import chooser
from drafting.publishing.words import Words, words_for

ATOM: Final = "http://www.w3.org/2005/Atom"
XML: Final = "http://www.w3.org/XML/1998/namespace"
register_namespace("", ATOM)


def entry_pages(
    editions: Sequence[Mapping[str, Any]], files: Mapping[int, Sequence[Made]], templates: Path, locales: Path
) -> dict[str, bytes]:
    """Path below the public folder → bytes, for the released editions of one declaration, newest last."""
    contents = [read_content(edition) for edition in editions]
    newest = contents[-1]
    words = words_for(locales, (newest.source_locale,))
    root = f"d/{newest.slug}/"
    out = {
        root + "index.html": chooser(newest, contents, words, templates, top=""),
        root + "feed.atom": feed(contents, words),
        **{root + name: data for content in contents for name, data in assets(content, templates).items()},
    }
    for content in contents:
        out[f"{root}{content.n}/index.html"] = chooser(content, contents, words, templates, top="../")
        out[f"{root}{content.n}/SHA256SUMS"] = sums(content, files.get(content.n, ()))
    return out


def languages_of(edition: Mapping[str, Any]) -> list[str]:
    """The languages that have pages."""
    return [locale.tag for locale in read_content(edition).public_locales]


def sums(content: Content, files: Sequence[Made]) -> bytes:
    """The files of an edition as ``sha256sum --check`` reads them, from the edition's folder."""
    root = PurePosixPath(f"d/{content.slug}/{content.n}")
    rows = sorted((str(PurePosixPath(made.path).relative_to(root)), made.sha256) for made in files)
    return "".join(f"{digest.removeprefix('sha256:')}  {path}\n" for path, digest in rows).encode()


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _say(parent: Element, name: str, text: str, **attributes: str) -> Element:
    made = SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    made.text = text or None
    return made


def feed(editions: Sequence[Content], words: Words) -> bytes:
    """An Atom feed (RFC 4287) of editions and corrections, newest first, in the source language."""
    newest = editions[-1]
    address = f"{newest.origin}/d/{newest.slug}/"
    root = Element(f"{{{ATOM}}}feed", {f"{{{XML}}}lang": words.tag})
    _say(root, "id", address)
    _say(root, "title", newest.title_in(newest.source_locale))
    _say(root, "updated", _time(max(edition.changed_at for edition in editions)))
    _say(root, "link", "", rel="self", type="application/atom+xml", href=address + "feed.atom")
    _say(root, "link", "", rel="alternate", type="text/html", href=address)
    for edition in reversed(editions):
        for erratum in reversed(edition.errata):
            title = words.gettext("Correction to edition %(n)s") % {"n": words.number(edition.n)}
            _entry(root, edition, f"erratum-{erratum.n}", title, erratum.at, erratum.text)
        title = words.gettext("Edition %(n)s is released") % {"n": words.number(edition.n)}
        names = ", ".join(locale.autonym for locale in edition.public_locales)
        _entry(root, edition, "", title, edition.released_at, names)
    indent(root)
    body: bytes = tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + body + b"\n"


def _entry(root: Element, edition: Content, fragment: str, title: str, at: datetime, text: str) -> None:
    address = f"{edition.origin}/d/{edition.slug}/{edition.n}/"
    entry = SubElement(root, f"{{{ATOM}}}entry")
    _say(entry, "id", address + (f"#{fragment}" if fragment else ""))
    _say(entry, "title", title)
    _say(entry, "updated", _time(at))
    _say(entry, "summary", text)
    _say(entry, "link", "", rel="alternate", type="text/html", href=address)
    author = SubElement(entry, f"{{{ATOM}}}author")
    _say(author, "name", edition.title_in(edition.source_locale))

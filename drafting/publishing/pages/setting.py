"""Jinja environments, and the pages of one edition in one language as bytes."""

import json
from collections.abc import Sequence
from functools import lru_cache, partial
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from drafting.domain.prose import TEXT_PREFIX
from drafting.publishing.content import Content
from drafting.publishing.pages.beside import pairs
from drafting.publishing.pages.designs import stylesheet
from drafting.publishing.pages.tight import tight
from drafting.publishing.reading import Part, Reading
from drafting.publishing.standings import MARKS, label
from drafting.publishing.words import Words

# Wider tables than this are read as lists.
WIDEST_TABLE: Final = 9
# In bytes, so that a script of three bytes a letter spends no more of a page on it.
DESCRIPTION_LENGTH: Final = 300
BESIDE: Final = "beside.html"
QR: Final = "qr.svg"
CHANGES: Final = "changes.html"
# The files that search engines are told of; the others are found on the page.
DESCRIBED: Final = {"pdf": "application/pdf", "epub": "application/epub+zip"}


@lru_cache(maxsize=32)
def environment(templates: Path, words: Words) -> Environment:
    """Everything is escaped, and a name that a template misspells is an error."""
    made = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]
        words.gettext, words.ngettext, newstyle=True, pgettext=words.pgettext
    )
    made.globals["words"] = words
    return made


def qr_code(address: str, title: str) -> Markup:
    """The address as an inline picture, whose title says what it is to those who do not see it."""
    out = BytesIO()
    segno.make(address, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=0, nl=False, title=title, svgclass="qr",
        lineclass=None,
    )  # fmt: skip
    return Markup(out.getvalue().decode().replace("<svg ", '<svg role="img" ', 1))  # noqa: S704 - segno escapes


def qr_picture(address: str) -> bytes:
    """The same as a file; inside a page it would be a twentieth of it."""
    out = BytesIO()
    segno.make(address, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=0, nl=False, svgclass=None, lineclass=None
    )
    return out.getvalue()


def linked_data(reading: Reading) -> Markup:
    """Schema.org's description of the page, safe inside a script element."""
    content = reading.content
    value: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "CreativeWork",
        "name": reading.title,
        "inLanguage": reading.locale.tag,
        "url": reading.address,
        "version": str(content.n),
        "datePublished": content.released_at.isoformat(),
        "dateModified": content.changed_at.isoformat(),
        "identifier": content.manifest,
        "author": [{"@type": "Organization", "name": network.name} for network in content.networks],
        "encoding": [
            {
                "@type": "MediaObject",
                "encodingFormat": kind,
                "contentUrl": reading.address + file_name(content, reading.locale.tag, format),
            }
            for format, kind in DESCRIBED.items()
        ],
    }
    if reading.locale.tag != content.source_locale:
        value["translationOfWork"] = {"@id": reading.address_of(content.source_locale)}
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - no character is left that could end the element


def file_name(content: Content, tag: str, format: str) -> str:
    """A file's name says what it is wherever it is kept."""
    return f"{content.slug}-{content.n}-{tag}.{format}"


def pdf_name(content: Content, tag: str) -> str:
    return file_name(content, tag, "pdf")


def describe(reading: Reading) -> str:
    """The first words of the front, for those who show links."""
    blocks = reading.front.text.body[1:] if reading.front else ()
    words = next((block.words for block in blocks if block.words.strip()), reading.title)
    said = words.encode()
    if len(said) <= DESCRIPTION_LENGTH:
        return words
    return said[:DESCRIPTION_LENGTH].decode(errors="ignore").rstrip() + "…"


class Cell:
    """A crossing of networks and sections on the page of positions."""

    def __init__(self, reading: Reading, network: str, part: Part) -> None:
        standing = next((each for each in part.section.standings if each.network == network), None)
        self.name = reading.name(network)
        self.mark = MARKS[standing.status] if standing else "n"
        self.label = label(reading.words, standing.status) if standing else reading.words.gettext("no position")


class Pages:
    """The pages of one edition in one language."""

    def __init__(self, reading: Reading, templates: Path) -> None:
        self.reading = reading
        self.templates = templates

    def files(self) -> dict[str, bytes]:
        """Name → page, below the folder of the language."""
        pages = {
            "index.html": self._render("edition.html", "", **self._edition()),
            "positions.html": self._render("positions.html", "positions.html", **self._positions()),
            "check.html": self._render("check.html", "check.html", **self._check()),
            QR: qr_picture(self.reading.address),
        }
        if self.reading.locale.tag != self.reading.content.source_locale:
            pages[BESIDE] = self._render(BESIDE, BESIDE, pairs=list(pairs(self.reading)))
        return pages

    def _edition(self) -> dict[str, Any]:
        reading, content = self.reading, self.reading.content
        letters = {letter for part in reading.parts for letter in part.marks}
        letters |= {side.mark for part in reading.parts for side in part.sides}
        return {
            "description": describe(reading),
            "linked_data": linked_data(reading),
            "letters": sorted(letters),
            "rows": sorted({"".join(part.marks) for part in reading.sections if part.marks}),
            "name": partial(file_name, content, reading.locale.tag),
            "translators": reading.words.join(list(content.translators.get(reading.locale.tag, ()))),
            "beside": BESIDE if reading.locale.tag != content.source_locale else "",
            "qr": QR,
        }

    def _check(self) -> dict[str, Any]:
        """What stands behind each position: a signature made away from the server (A), a device that agreed when this
        site asked (B), or the server's word (C)."""
        reading, content = self.reading, self.reading.content
        held = [(part, each) for part in reading.parts for each in part.section.standings]
        offline = [(reading.name(each.network), part, each.offline_key) for part, each in held if each.offline_key]
        agreed = [(reading.name(each.network), part, each.passkey) for part, each in held if each.passkey]
        name = f"{content.slug}-{content.n}-bundle.zip"
        return {
            "text_prefix": TEXT_PREFIX.decode().strip(),
            "offline": offline,
            "agreed": agreed,
            "attested": sum(not each.offline_key and not each.passkey for _, each in held),
            "bundle": name,
            "log": f"{content.origin}/d/{content.slug}/log",
        }

    def _positions(self) -> dict[str, Any]:
        reading, content = self.reading, self.reading.content

        def row(part: Part) -> list[Cell]:
            return [Cell(reading, network.slug, part) for network in content.networks]

        return {
            "letters": sorted({cell.mark for part in reading.parts for cell in row(part)}),
            "row": row,
            "as_table": len(content.networks) <= WIDEST_TABLE,
            "signed": reading.words.join([reading.name(slug) for slug in content.signed_by]),
        }

    def _render(self, template: str, page: str, **values: Any) -> bytes:
        return page_bytes(self.reading, self.templates, template, page, **values)


def page_bytes(reading: Reading, templates: Path, template: str, page: str, **values: Any) -> bytes:
    """A page of an edition in one language; ``page`` is its name in the folder, empty for the text itself."""
    root = reading.attributes(reading.locale.tag)
    others = [each for each in reading.content.public_locales if _has_page(reading.content, each.tag, page)]
    return tight(
        environment(templates, reading.words)
        .get_template(f"public/{template}")
        .render(
            reading=reading,
            content=reading.content,
            title=reading.title,
            root=root,
            root_attributes=Markup(" ") + root,
            ui=reading.ui,
            page=page,
            alternates=others if page != CHANGES else [],
            page_of=lambda tag: page if _has_page(reading.content, tag, page) else "",
            canonical=reading.address + page,
            top="../../",
            stylesheet=stylesheet(templates, reading.content.look)[0],
            **values,
        )
    ).encode()


def _has_page(content: Content, tag: str, page: str) -> bool:
    """Whether the page is there in that language; which languages have changes depends on the former edition."""
    return page != CHANGES and (page != BESIDE or tag != content.source_locale)


def chooser(content: Content, editions: Sequence[Content], words: Words, templates: Path, *, top: str) -> bytes:
    """The page on which readers choose a language: of the newest edition, or with ``top`` set of an older one."""
    locale = content.locale(content.source_locale)
    root = Markup('lang="{}" dir="{}"').format(locale.tag, locale.direction)
    ui = "" if words.tag == locale.tag else Markup(' lang="{}" dir="{}"').format(words.tag, words.direction)
    address = f"{content.origin}/d/{content.slug}/"
    former = next((each for each in reversed(editions) if each.n < content.n), None)
    known = {each.tag for each in former.locales} if former else set()
    return (
        environment(templates, words)
        .get_template("public/chooser.html")
        .render(
            content=content,
            editions=editions,
            former=former,
            compared=[each for each in content.public_locales if each.tag in known],
            title=content.title_in(locale.tag),
            root=root,
            ui=ui,
            top=top,
            below="" if top else f"{content.n}/",
            canonical=address + (f"{content.n}/" if top else ""),
            stylesheet=stylesheet(templates, content.look)[0],
        )
        .encode()
    )

"""The lists of signatures as static files below an edition: pages in each language, data for programs, a plain count.

Below ``d/{slug}/{n}/signatures/``: ``index.json`` (counts, number of pages), ``{page}.json`` (names in the order of the
ledger), ``count.txt`` (a number), ``removed.json`` (ids of what was taken back, for whoever keeps a copy), and for each
language ``{tag}/index.html``, ``{tag}/{page}.html`` and ``{tag}/embed.html`` (a line for other sites to include), and
``{tag}/reservations.html`` (the text with the reservations of networks that joined later), where there is one.
``logos/`` holds those of organisations, PNG, as they were drawn anew.
"""

import asyncio
import json
import os
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup

from drafting.actions.ports import CannotSave
from drafting.actions.signature_list_ports import ListFront
from drafting.actions.signing.erasing import read_erasures, write_erasures
from drafting.paths import LOCALES, TEMPLATES
from drafting.publishing.content import Content, moment, read_content
from drafting.publishing.pages.designs import assets, stylesheet
from drafting.publishing.pages.setting import environment
from drafting.publishing.reading import Reading, isolate
from drafting.publishing.words import words_for

FRONT: Final = "index.json"
LOGOS: Final = "logos"
PRINTED: Final = "printed.json"
BESIDE: Final = "reservations.html"


class StaticLists:
    """Implements the port ``SignatureLists`` over the public folder."""

    def __init__(
        self, public: Path, *, erasures: Path | None = None, templates: Path = TEMPLATES, locales: Path = LOCALES
    ) -> None:
        """``erasures``: the file of ids, one a line, that a restore erases again."""
        self._public = public
        self._erasures = erasures
        self._templates = templates
        self._locales = locales
        self._contents: dict[tuple[str, int], tuple[Any, Content]] = {}
        self._seen: dict[tuple[str, int], int] = {}
        self._beside: dict[tuple[str, int], tuple[Content, list[Mapping[str, Any]], list[int]]] = {}

    async def seen(self, edition: Mapping[str, Any]) -> int | None:
        content = self._content(edition)
        place = content.slug, content.n
        folder = self._folder(content)
        pages = [folder / locale.tag / "index.html" for locale in content.public_locales]
        if not all(path.is_file() for path in pages):
            return None
        if place not in self._seen:
            found = await asyncio.to_thread(_read_json, folder / FRONT)
            if not isinstance(found.get("index"), int):
                return None
            self._seen[place] = found["index"]
        return self._seen[place]

    async def missing_logos(self, edition: Mapping[str, Any], names: Sequence[str]) -> Sequence[str]:
        folder = self._folder(self._content(edition)) / LOGOS
        return await asyncio.to_thread(lambda: [name for name in names if not (folder / name).is_file()])

    async def put_logo(self, edition: Mapping[str, Any], name: str, data: bytes) -> None:
        await asyncio.to_thread(_put, self._folder(self._content(edition)) / LOGOS / name, data)

    async def put_page(
        self, edition: Mapping[str, Any], page: int, last: int, items: Sequence[Mapping[str, Any]]
    ) -> None:
        await asyncio.to_thread(self._put_page, self._content(edition), page, last, items)

    async def put_front(self, edition: Mapping[str, Any], front: ListFront) -> None:
        content = self._content(edition)
        await asyncio.to_thread(self._put_front, content, front)
        self._seen[content.slug, content.n] = front.index

    async def printed(self, edition: Mapping[str, Any]) -> Mapping[str, Any] | None:
        found = await asyncio.to_thread(_read_json, self._folder(self._content(edition)) / PRINTED)
        return found if isinstance(found.get("files"), list) else None

    async def put_printed(self, edition: Mapping[str, Any], told: Mapping[str, Any]) -> None:
        await asyncio.to_thread(self._put_printed, self._content(edition), told)

    def _put_printed(self, content: Content, told: Mapping[str, Any]) -> None:
        folder = self._folder(content)
        _put(folder / PRINTED, _json(told))
        named = {self._public / file["path"] for file in told["files"]}
        for path in folder.glob("*/*.pdf"):
            if path not in named:
                path.unlink(missing_ok=True)

    async def erased(self) -> frozenset[str]:
        if self._erasures is None or not self._erasures.is_file():
            return frozenset()
        return frozenset(read_erasures(await asyncio.to_thread(self._erasures.read_text)))

    def _content(self, edition: Mapping[str, Any]) -> Content:
        place = edition["declaration"], edition["n"]
        key = edition.get("released_at"), len(edition["locales"])
        known = self._contents.get(place)
        if known is None or known[0] != key:
            known = self._contents[place] = key, read_content(edition)
        return known[1]

    def _folder(self, content: Content) -> Path:
        return self._public / "d" / content.slug / str(content.n) / "signatures"

    def _put_page(self, content: Content, page: int, last: int, items: Sequence[Mapping[str, Any]]) -> None:
        folder = self._folder(content)
        following = f"{page + 1}.json" if page < last else None
        _put(folder / f"{page}.json", _json({"items": list(items), "next": following}))
        for locale in content.public_locales:
            body = self._render(content, locale.tag, f"{page}.html", page=page, last=last, items=items, front=None)
            _put(folder / locale.tag / f"{page}.html", body)

    def _put_front(self, content: Content, front: ListFront) -> None:
        folder = self._folder(content)
        self._put_assets(content)
        self._put_removed(folder / "removed.json", front)
        has_beside = self._put_beside(content, front)
        told = _read_json(folder / PRINTED)
        for locale in content.public_locales:
            printed = [file for file in told.get("files", ()) if file["locale"] == locale.tag]
            values: dict[str, Any] = {"page": 0, "last": front.pages, "items": front.newest, "front": front}
            values |= {
                "printed": [Path(file["path"]).name for file in printed],
                "printed_at": moment(told["at"]) if printed else None,
                "has_beside": has_beside,
            }
            _put(folder / locale.tag / "index.html", self._render(content, locale.tag, "index.html", **values))
            _put(folder / locale.tag / "embed.html", self._embed(content, locale.tag, front))
        _drop_logos(folder / LOGOS, front)
        _put(folder / "count.txt", f"{front.counts.all}\n".encode())
        _put(
            folder / FRONT,
            _json(
                {
                    "count": {"people": front.counts.people, "organisations": front.counts.organisations},
                    "on_paper": {
                        "people": front.counts.people_on_paper,
                        "organisations": front.counts.organisations_on_paper,
                    },
                    "countries": [{"code": place.name, "about": place.count} for place in front.countries],
                    "places": [{"name": place.name, "about": place.count} for place in front.places],
                    "signing": {"state": front.signing.value, "closes": _time(front.closes) if front.closes else None},
                    "pages": front.pages,
                    "first": "1.json",
                    "index": front.index,
                    "at": _time(front.at),
                }
            ),
        )

    def _put_assets(self, content: Content) -> None:
        """Those of this program: the edition's own pages may have been made by one before it, with another style."""
        for name, data in assets(content, self._templates).items():
            path = self._public / "d" / content.slug / name
            if not path.is_file():
                _put(path, data)

    def _put_removed(self, file: Path, front: ListFront) -> None:
        known = _read_json(file)
        back = frozenset(front.back)
        removed = [id for id in known.get("removed", []) if id not in back]
        with_list = [id for id, is_with_list in front.erased.items() if is_with_list]
        more = {
            "removed": [*removed, *front.gone],
            "erased": [*known.get("erased", []), *front.erased],
            "erased_with_list": [*known.get("erased_with_list", []), *with_list],
        }
        _put(file, _json({name: list(dict.fromkeys(ids)) for name, ids in more.items()}))
        if self._erasures and front.erased:
            kept = read_erasures(self._erasures.read_text()) if self._erasures.is_file() else {}
            _put(self._erasures, write_erasures({**kept, **front.erased}).encode(), is_durable=True)

    def _put_beside(self, content: Content, front: ListFront) -> bool:
        """The text with the reservations of networks that joined later; made when these change, since it is long."""
        reserving = [each for each in front.organisations if (each.get("joined") or {}).get("reservation")]
        place = content.slug, content.n
        paths = {tag: self._folder(content) / tag / BESIDE for tag in (locale.tag for locale in content.public_locales)}
        if not reserving:
            for path in paths.values():
                path.unlink(missing_ok=True)
        elif self._beside.get(place) != (content, reserving, _marks(paths.values())):  # Others write them, too.
            for tag, path in paths.items():
                _put(
                    path,
                    self._render(content, tag, BESIDE, template="reservations.html", **_by_section(content, reserving)),
                )
        self._beside[place] = content, reserving, _marks(paths.values())
        return bool(reserving)

    def _render(
        self, content: Content, tag: str, name: str, *, template: str = "signatures.html", **values: Any
    ) -> bytes:
        reading = Reading(content, content.locale(tag), words_for(self._locales, (tag, content.source_locale)))
        root = reading.attributes(tag)
        return (
            environment(self._templates, reading.words)
            .get_template(f"public/{template}")
            .render(
                reading=reading,
                content=content,
                title=reading.title,
                root=root,
                root_attributes=Markup(" ") + root,
                ui=reading.ui,
                canonical=f"{self._address(content)}{tag}/{name}",
                top="../../../",
                stylesheet=stylesheet(self._templates, content.look)[0],
                isolate=isolate,
                day=lambda day: reading.words.date(datetime.fromisoformat(day).replace(tzinfo=UTC)),
                **values,
            )
            .encode()
        )

    def _embed(self, content: Content, tag: str, front: ListFront) -> bytes:
        words = words_for(self._locales, (tag, content.source_locale))
        template = environment(self._templates, words).get_template("public/signatures_embed.html")
        locale = content.locale(tag)
        return template.render(
            words=words,
            front=front,
            title=content.title_in(tag),
            title_tag=locale.tag,
            title_direction=locale.direction,
            address=f"{self._address(content)}{tag}/index.html",
        ).encode()

    def _address(self, content: Content) -> str:
        return f"{content.origin}/d/{content.slug}/{content.n}/signatures/"


def _marks(paths: Iterable[Path]) -> list[int]:
    """When each file was put there, in nanoseconds; 0 where there is none."""
    return [path.stat().st_mtime_ns if path.is_file() else 0 for path in paths]


def _by_section(content: Content, reserving: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Those about a section by its id, and those about the ``whole``: also where its sections are not of this text."""
    about: dict[str, list[Mapping[str, Any]]] = {section.id: [] for section in content.sections}
    whole = []
    for each in reserving:
        known = [id for id in each["joined"].get("sections", ()) if id in about]
        for id in known:
            about[id].append(each)
        if not known:
            whole.append(each)
    return {"about": about, "whole": whole}


def _drop_logos(folder: Path, front: ListFront) -> None:
    """Those of who left, or sent another one."""
    shown = {each["logo"]["file"] for each in front.organisations if each.get("logo")}
    for path in folder.glob("*.png"):
        if path.name not in shown:
            path.unlink(missing_ok=True)


def _read_json(file: Path) -> dict[str, Any]:
    """Empty where there is no such file, or where it is not whole; it is made anew then."""
    try:
        found = json.loads(file.read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _time(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _put(path: Path, data: bytes, *, is_durable: bool = False) -> None:
    """Whole or not at all. Lists don't wait for the disk: after a power cut they are made from the ledger again."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with aside.open("wb") as file:
            file.write(data)
            if is_durable:
                file.flush()
                os.fsync(file.fileno())
        os.replace(aside, path)
    except OSError as error:
        raise CannotSave(str(error)) from error
    finally:
        aside.unlink(missing_ok=True)

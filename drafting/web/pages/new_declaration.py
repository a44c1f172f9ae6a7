"""A new declaration: its title, its languages, its charter by a preset; or a folder that is brought in."""

import asyncio
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response

from drafting.actions.core import load_directory
from drafting.actions.folders import import_declaration
from drafting.actions.writing.declarations import create_declaration
from drafting.actions.writing.locale_records import locale_record
from drafting.domain.declaration import Preset
from drafting.domain.errors import Code, Refusal
from drafting.domain.locales import Locale
from drafting.web.api.uploads import read_upload
from drafting.web.archives import unpack
from drafting.web.errors import STATUS, sentence
from drafting.web.visits import Form, Visit
from drafting.web.words.vocabulary import Vocabulary

COMMON: Final = (
    "ar", "bn", "de", "en", "es", "fa", "fr", "ha", "hi", "id", "it", "ja", "ko", "ku", "mr", "my", "nl", "pl",
    "ps", "pt-BR", "qu", "ro", "ru", "so", "sw", "ta", "te", "th", "tl", "tr", "uk", "ur", "vi", "yo", "zh-Hans",
    "zh-Hant",
)  # fmt: skip
NUMBERS: Final = ("consents_at_least", "answer_hours", "objection_hours")


def common_locales() -> list[Locale]:
    return sorted((locale_record(tag) for tag in COMMON), key=lambda locale: locale.autonym.casefold())


async def show(visit: Visit) -> Response:
    visit.actor  # noqa: B018 (raises sign_in)
    return await _page(visit, Form(), 200)


async def _page(visit: Visit, form: Form, status: int) -> Response:
    say, networks = Vocabulary(visit.words), list((await load_directory(visit.ports)).networks.values())
    return visit.page(
        "new_declaration.html",
        status,
        form=form,
        locales=common_locales(),
        locale_options=[(locale.tag, locale.autonym) for locale in common_locales()],
        preset_options=[(preset.value, say.preset(preset), say.preset_hint(preset)) for preset in Preset],
        networks=networks,
        network_options=[("", visit.words.gettext("Choose later")), *((n.slug, n.name) for n in networks)],
        source=visit.lang if visit.lang in COMMON else "en",
    )


async def create(visit: Visit) -> Response:
    actor, form = visit.actor, await visit.form()
    source = form.text("source_locale")
    form.need("title", visit.words.gettext("A declaration needs a title; it can be changed later."))
    try:
        if form.errors:
            return await _page(visit, form, 422)
        made = await create_declaration(
            visit.ports,
            actor,
            slug=form.text("slug") or slug_of(form.text("title")),
            title={source: form.text("title")},
            source_locale=source,
            locales=[*form.all("locales"), *re.findall(r"[^\s,;]+", form.text("more_locales"))],
            preset=form.text("preset", "plain"),
            charter=_charter(form),
            network=form.text("network") or None,
        )
    except Refusal as refusal:
        _note(visit, form, refusal)
        return await _page(visit, form, STATUS[refusal.code])
    return visit.go("workshop", made.slug, "")


def _charter(form: Form) -> Mapping[str, Any]:
    """Only what was changed; the preset says the rest. Raises ``bad_input``."""
    changed = {}
    for field in NUMBERS:
        typed = form.text(field)
        if typed:
            if not typed.isdecimal():
                raise Refusal(Code.BAD_INPUT, field=field)
            changed[field] = int(typed)
    return changed


def slug_of(title: str) -> str:
    """An address made of a title: Latin letters without their accents, hyphens; “declaration” where none are left."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:48].strip("-") or "declaration"


def _note(visit: Visit, form: Form, refusal: Refusal) -> None:
    usual = {Code.TAKEN: "slug", Code.UNKNOWN_LOCALE: "more_locales"}.get(refusal.code, "")
    form.errors[str(refusal.data.get("field", usual))] = sentence(visit.words, refusal)


async def bring_in(visit: Visit) -> Response:
    """A zipped folder: declaration.toml and a file for each language."""
    actor = visit.actor
    try:
        file = await read_upload(visit.request, "folder", visit.settings.import_bytes)
        files = await asyncio.to_thread(unpack, file.data)
        made = await import_declaration(visit.ports, actor, files=files, slug=file.fields.get("slug") or None)
    except Refusal as refusal:
        form = Form()
        form.errors["folder"] = sentence(visit.words, refusal)
        return await _page(visit, form, STATUS[refusal.code])
    return visit.go("workshop", made.slug, "")

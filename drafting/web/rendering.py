"""Templates: one Jinja environment per language, so that macros speak it without being told."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from drafting.domain.prose import short_code
from drafting.web import html
from drafting.web.assets import Assets
from drafting.web.i18n import Words
from drafting.web.words.vocabulary import Vocabulary


class Templates:
    """Renders templates of a folder. Everything is escaped unless it is known to be markup."""

    def __init__(self, folder: Path, assets: Assets) -> None:
        self._loader = FileSystemLoader(folder, encoding="utf-8")
        self._assets = assets
        self._environments: dict[str, Environment] = {}

    def render(self, template: str, words: Words, values: Mapping[str, Any]) -> str:
        return self._environment(words).get_template(template).render(**values)

    def _environment(self, words: Words) -> Environment:
        known = self._environments.get(words.tag)
        if known is None:
            known = self._environments[words.tag] = self._made(words)
        return known

    def _made(self, words: Words) -> Environment:
        environment = Environment(
            loader=self._loader,
            autoescape=select_autoescape(default=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        environment.newstyle_gettext = True  # type: ignore[attr-defined]
        environment.globals.update(words.callables())
        environment.globals.update(words=words, asset=self._assets.url, has_asset=self._assets.has)
        environment.globals.update(say=Vocabulary(words), lang=words.tag, dir=words.direction)
        environment.globals.update(prose=html.prose, paragraphs=html.paragraphs, text_dir=html.text_dir)
        environment.filters.update(
            day=words.day,
            short_day=words.short_day,
            moment=words.moment,
            clock=words.time,
            number=words.number,
            digits=words.digits,
            listed=words.listed,
            language_name=words.language,
            short_code=short_code,
        )
        return environment

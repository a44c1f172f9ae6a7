"""The styles of a page's elements, worked out once for all that are alike.

WeasyPrint shares a style among elements with the same rules and the same parent's style, but an element with an id has
a style of its own, and so has all that is in it: each section of a declaration, and each of its paragraphs.
"""

import re
from collections.abc import Iterable, Iterator
from math import inf
from typing import Any, Final

from weasyprint import css

# Ids that stand in a rule as they are.
_PLAIN: Final = re.compile(r"[\w:.-]+")
_SVG: Final = "{http://www.w3.org/2000/svg}svg"
_ATTRIBUTE: Final = (0, 0, 0)
_find = css.find_style_attributes
_Declared = Iterable[tuple[str, Any, bool]]


class Named(css.ComputedStyle):  # type: ignore[misc]
    """The style of an element with an id: that of its kind, and the id to be found by."""

    def __init__(self, kind: Any, anchor: str) -> None:
        self.__dict__.update(kind.__dict__)
        self.kind = kind
        self["anchor"] = anchor

    def __missing__(self, key: str) -> Any:
        value = self.kind[key]
        if key != "page":  # It is the nearest ancestor's, and never kept.
            self[key] = value
        return value

    @property
    def anonymous_style(self) -> Any:
        return self.kind.anonymous_style


class _Only:
    """A tree of which only these elements are looked at."""

    def __init__(self, elements: list[Any]) -> None:
        self._elements = elements

    def iter(self) -> Iterator[Any]:
        return iter(self._elements)


def _is_odd(element: Any) -> bool:
    """Whether an element says more of its style than its language and its id."""
    is_plain = _PLAIN.fullmatch(element.get("id") or "-")
    return bool(element.get("style") or element.get("name") or element.tag == _SVG or not is_plain)


class Styles(css.StyleFor):  # type: ignore[misc]
    """What replaces ``StyleFor``. The same styles, with fewer objects."""

    def __init__(self, html: Any, sheets: Any, presentational_hints: Any, font_config: Any, targets: Any) -> None:
        assert not presentational_hints
        self._cascaded_styles: dict[Any, Any] = {}
        self._computed_styles: dict[Any, Any] = {}
        self.initial_page_sizes = {"box": None, "area": None}
        self._sheets, self.font_config = sheets, font_config
        self._html, self._targets = html, targets
        self._kinds: dict[Any, Any] = {}
        self._languages: dict[str, list[tuple[str, Any, bool]]] = {}
        odd = [element for element in html.etree_element.iter() if _is_odd(element)]
        self._said: dict[Any, tuple[Any, ...]] = {}
        for specificity, element, declarations, base_url in _find(_Only(odd), False, html.base_url):
            self._said[element] = tuple(declarations)
            processed = css.preprocess_declarations(base_url, declarations)
            _declare(self._style_of(element), processed, "author", specificity, inf)
        self._odd = set(odd)
        for element in html.wrapper_element.iter_subtree():
            self._work_out(element)
        for element, pseudo_type in self._cascaded_styles:
            if pseudo_type:
                self.set_computed_styles(
                    element,
                    pseudo_type=pseudo_type,
                    root=html.etree_element,
                    parent=element,
                    base_url=html.base_url,
                    target_collector=targets,
                )
        self._cascaded_styles.clear()

    def _style_of(self, element: Any, pseudo_type: str | None = None) -> dict[str, Any]:
        style: dict[str, Any] = self._cascaded_styles.setdefault((element, pseudo_type), {})
        return style

    def _work_out(self, wrapped: Any) -> None:
        element = wrapped.etree_element
        parent = wrapped.parent.etree_element if wrapped.parent else None
        over = self._computed_styles[parent, None] if wrapped.parent else None
        lang, anchor = (None, None) if element in self._odd else (element.get("lang"), element.get("id"))
        rules = [
            (origin, sheet_specificity or specificity, pseudo_type, declarations, _layer(sheet, layer))
            for sheet, origin, sheet_specificity in self._sheets
            for specificity, _, pseudo_type, (declarations, layer) in sheet.matcher.match(wrapped)
        ]
        own = tuple((origin, weight, id(declared)) for origin, weight, pseudo, declared, _ in rules if pseudo is None)
        key = (id(getattr(over, "kind", over)), self._said.get(element), lang, own)
        kind = self._kinds.get(key)
        if kind is None and lang:
            _declare(self._style_of(element), self._language(lang), "author", _ATTRIBUTE, inf)
        for origin, specificity, pseudo_type, declarations, layer in rules:
            if kind is None or pseudo_type:
                _declare(self._style_of(element, pseudo_type), declarations, origin, specificity, layer)
        if kind is None:
            self.set_computed_styles(
                element,
                root=self._html.etree_element,
                parent=parent,
                base_url=self._html.base_url,
                target_collector=self._targets,
            )
            kind = self._kinds[key] = self._computed_styles[element, None]
        self._computed_styles[element, None] = Named(kind, anchor) if anchor else kind
        if anchor and self._targets:
            self._targets.collect_anchor(anchor)

    def _language(self, lang: str) -> list[tuple[str, Any, bool]]:
        known = self._languages.get(lang)
        if known is None:
            rule = css.tinycss2.parse_one_declaration(f'-weasy-lang:"{lang}"')
            known = self._languages[lang] = list(css.preprocess_declarations(self._html.base_url, (rule,)))
        return known


def _layer(sheet: Any, layer: Any) -> float:
    return inf if layer is None else float(sheet.layers.index(layer))


def _declare(style: dict[str, Any], declared: _Declared, origin: str, specificity: Any, layer: float) -> None:
    """The cascade: what a rule says holds unless a weightier one has said otherwise."""
    for name, values, importance in declared:
        weight = (css.declaration_precedence(origin, importance), layer, specificity)
        former = style.get(name, (None, None))[1]
        if former is None or former <= weight:
            style[name] = values, weight

"""What is to be looked at before a language is printed."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from drafting.actions.release.preflight import ENOUGH, check_language
from drafting.domain.errors import Code, Refusal
from drafting.web.errors import STATUS, sentence
from drafting.web.visits import Visit


async def show(visit: Visit) -> Response:
    declaration = await visit.declaration()
    locale = declaration.locales.get(visit.part("locale"))
    if locale is None:
        raise Refusal(Code.NOT_FOUND, locale=visit.part("locale"))
    found: Mapping[str, Any] = {}
    fault, status = "", 200
    try:
        found = await check_language(visit.ports, declaration, locale.tag)
    except Refusal as refusal:
        if refusal.code not in (Code.RULE_NOT_MET, Code.RENDERING_FAILED):
            raise
        fault, status = sentence(visit.words, refusal), STATUS[refusal.code]
    return visit.page(
        "workshop/preflight.html",
        status,
        declaration=declaration,
        locale=locale,
        found=found,
        fault=fault,
        enough=ENOUGH,
    )

"""What a language would look like in print if the whole were frozen now: found before anybody prints it."""

import json
from collections.abc import Mapping
from typing import Any, Final

from drafting.actions.ports import Ports
from drafting.actions.release.contents import edition_content
from drafting.domain.declaration import Declaration
from drafting.domain.errors import Code, Refusal
from drafting.domain.standing import manifest

PREFLIGHT: Final = "preflight"
# Below this share of paragraphs that come back verbatim, people who copy or listen get something else than the text.
ENOUGH: Final = 0.95


async def check_language(ports: Ports, declaration: Declaration, locale: str) -> Mapping[str, Any]:
    """The findings on one language, as ``publishing/paper/preflight.py`` has them in ``Preflight``, and ``is_fine``.

    Cached by the press under the content, so that asking again costs nothing while nothing changes. Raises
    ``unknown_locale``, ``rule_not_met`` with ``blocked`` where a section was never tabled, ``rendering_failed``.
    """
    content = await content_now(ports, declaration, locale)
    found = json.loads(await ports.press.render(content, locale, PREFLIGHT))
    return {**found, "is_fine": is_fine(found)}


async def content_now(ports: Ports, declaration: Declaration, locale: str) -> Mapping[str, Any]:
    """What would be frozen now; its time is that of the newest revision, so that the same words give the same pages.

    Raises ``unknown_locale``, ``rule_not_met`` with ``blocked`` where a section was never tabled.
    """
    if locale not in declaration.locales:
        raise Refusal(Code.UNKNOWN_LOCALE, locale=locale)
    at = ports.clock.now()
    sections = declaration.live_sections()
    waiting = [section.id for section in sections if section.revision is None]
    if waiting or not sections:
        blocked = [{"section": id, "code": "not_tabled", "networks": []} for id in waiting]
        raise Refusal(Code.RULE_NOT_MET, blocked=blocked)
    n, digest = len(declaration.editions) + 1, manifest(declaration, at).digest
    content = await edition_content(ports, declaration, n, digest, at)
    newest = max(section.revision.at for section in sections if section.revision)
    return {**content, "frozen_at": newest.isoformat()}


def is_fine(found: Mapping[str, Any]) -> bool:
    """Whether it can go to print as it is."""
    is_read = found["verbatim"] is None or found["verbatim"] >= ENOUGH
    return is_read and not found["uncovered"] and not found["overflowing"] and not found["outdated"]

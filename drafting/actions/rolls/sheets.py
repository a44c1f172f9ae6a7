"""Sheets to sign an edition on paper, made on demand in any language that it is out in."""

import secrets
from typing import Final

from drafting.actions.core import Actor, authorise, load_declaration
from drafting.actions.editions import find_edition, released_content
from drafting.actions.ports import Ports
from drafting.actions.release.publication import SHEETS
from drafting.actions.rolls.approval import WORDINGS
from drafting.domain.editions import EditionStatus
from drafting.domain.errors import Code, Refusal
from drafting.domain.policy import Action, Subject

MOST_PAGES: Final = 50
USUAL_PAGES: Final = 10
ID_LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Those that handwriting keeps apart."""
ID_LENGTH: Final = 5


def new_sheet_id() -> str:
    """Of one printing; each of its pages adds its number."""
    return "".join(secrets.choice(ID_LETTERS) for _ in range(ID_LENGTH))


async def print_sheets(
    ports: Ports, actor: Actor, *, slug: str, n: int, locale: str, pages: int = USUAL_PAGES
) -> tuple[str, bytes]:
    """The id of this printing, and a PDF of so many pages. Raises ``unknown_locale``, ``not_released``,
    ``rendering_failed``; ``bad_input`` (pages)."""
    declaration = await load_declaration(ports, slug)
    authorise(declaration, actor, Action.READ, Subject(), ports.clock.now())
    edition = find_edition(declaration, n)
    if edition.status is not EditionStatus.RELEASED:
        raise Refusal(Code.NOT_RELEASED, edition=n)
    if locale not in edition.releases[-1].locales:
        raise Refusal(Code.UNKNOWN_LOCALE, locale=locale)
    if not 1 <= pages <= MOST_PAGES:
        raise Refusal(Code.BAD_INPUT, field="pages", most=MOST_PAGES)
    wordings = {consent: ports.sentences.wording(name, locale) for consent, name in WORDINGS.items()}
    id = new_sheet_id()
    sheets = {
        "id": id,
        "pages": pages,
        "address": f"{ports.origin}/{wordings['publish'][1]}/sign/{slug}/{n}",
        "wordings": {consent: {"text": text, "locale": tag} for consent, (text, tag) in wordings.items()},
    }
    content = await released_content(ports, edition)
    return id, await ports.press.render({**content, "sheets": sheets}, locale, SHEETS)

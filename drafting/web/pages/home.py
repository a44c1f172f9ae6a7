"""What visitors see: the newest declarations, what is in writing, networks, how they agree; and the demonstration."""

import email
import email.policy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from starlette.responses import Response

from drafting.actions.core import list_declarations, load_directory
from drafting.actions.editions import public_locales, read_content
from drafting.actions.signing.links import count_signatures
from drafting.domain.declaration import FRONT, PRESETS, Declaration
from drafting.domain.errors import Code, Refusal
from drafting.domain.signatures import Counts
from drafting.web import sessions
from drafting.web.demo import demonstration
from drafting.web.i18n import best_match
from drafting.web.visits import Visit

MOST_LETTERS: Final = 60
MOST_PARAGRAPHS: Final = 2


@dataclass(frozen=True, slots=True)
class Published:
    """A released declaration as the front page shows it, in the language that suits the reader best."""

    slug: str
    n: int
    at: datetime
    locale: str
    title: str
    words: Sequence[str]
    locales: Sequence[str]
    networks: int
    signed: Counts
    can_be_signed: bool


async def show(visit: Visit) -> Response:
    declarations = await list_declarations(visit.ports)
    directory = await load_directory(visit.ports)
    published = [await _published(visit, d) for d in declarations if d.released]
    return visit.page(
        "home.html",
        published=sorted(published, key=lambda p: p.at, reverse=True),
        writing=[d for d in declarations if d.status != "released"],
        networks=list(directory.networks.values()),
        people=_people(visit, directory.networks),
    )


def _people(visit: Visit, networks: Mapping[str, Any]) -> list[tuple[demonstration.Person, str]]:
    """Who can be tried, with the network's name."""
    if not visit.settings.is_demonstration:
        return []
    return [(p, networks[p.network].name if p.network in networks else "") for p in demonstration.people()]


async def _published(visit: Visit, declaration: Declaration) -> Published:
    edition = declaration.released[-1]
    release = edition.releases[-1]
    content = await read_content(visit.ports, release.content)
    locales = public_locales(content)
    locale = best_match(visit.lang, tuple(locales)) or declaration.source_locale
    front = next((s for s in content["sections"] if s["id"] == FRONT), content["sections"][0])
    text = front["texts"].get(locale) or front["texts"][declaration.source_locale]
    return Published(
        declaration.slug,
        edition.n,
        release.at,
        locale,
        content["title"].get(locale) or text["title"] or declaration.slug,
        _first_words(text["body"]),
        locales,
        len(content["networks"]),
        await count_signatures(visit.ports, declaration.slug, edition.n),
        edition.can_be_signed(visit.at),
    )


def _first_words(body: Sequence[Mapping[str, Any]]) -> list[str]:
    """The first paragraphs after the title."""
    words = ("".join(run.get("text", "") for run in block["runs"]).strip() for block in body[1:])
    return [paragraph for paragraph in words if paragraph][:MOST_PARAGRAPHS]


async def how_we_agree(visit: Visit) -> Response:
    return visit.page("how_we_agree.html", presets=PRESETS)


async def what_we_keep(visit: Visit) -> Response:
    return visit.page("what_we_keep.html")


async def help_page(visit: Visit) -> Response:
    return visit.page("help.html")


# ---- the demonstration


def _require_demonstration(visit: Visit) -> None:
    if not visit.settings.is_demonstration:
        raise Refusal(Code.NOT_FOUND)


async def demo_sign_in(visit: Visit) -> Response:
    """Be one of the fictional people, without a letter. A new session, as at any signing in."""
    _require_demonstration(visit)
    key = (await visit.form()).text("person")
    person = next((p for p in demonstration.people() if p.key == key), None)
    if person is None:
        raise Refusal(Code.NOT_FOUND, person=key)
    secret = await demonstration.begin_session(visit.ports, person)
    answer = visit.go("operation" if person.role == "operator" else "desk")
    sessions.begin(answer, visit.settings, secret)
    return answer


@dataclass(frozen=True, slots=True)
class Mailed:
    to: str
    subject: str
    body: str
    at: datetime | None


async def demo_mail(visit: Visit) -> Response:
    """The letters that the demonstration wrote, newest first; they went to nobody."""
    _require_demonstration(visit)
    folder = visit.settings.paths.mail
    files = sorted(folder.glob("*.eml"), reverse=True)[:MOST_LETTERS] if folder.is_dir() else []
    return visit.page("demo_mail.html", letters=[_letter(path) for path in files])


def _letter(path: Path) -> Mailed:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    date = message["date"]
    body = message.get_body(("plain",))
    return Mailed(
        str(message["to"] or ""),
        str(message["subject"] or ""),
        str(body.get_content()) if body else "",
        date.datetime if date else None,
    )

"""What was agreed and what happened: the charter, and every act in the ledger."""

from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response

from drafting.domain.declaration import Declaration
from drafting.domain.events import Entry, Kind
from drafting.web.i18n import Words
from drafting.web.visits import Visit
from drafting.web.words.vocabulary import Vocabulary

A_PAGE: Final = 200


async def charter(visit: Visit) -> Response:
    declaration = await visit.declaration()
    names = await visit.ports.accounts.names([declaration.initiator])
    return visit.page(
        "workshop/charter.html",
        declaration=declaration,
        charter=declaration.charter,
        needed=declaration.consents_needed(visit.at),
        members=declaration.voices(visit.at),
        initiator=names.get(declaration.initiator, ""),
    )


async def ledger(visit: Visit) -> Response:
    """Newest first, a page at a time."""
    declaration = await visit.declaration()
    entries = list(await visit.ports.ledger.read(declaration.slug))
    asked = visit.query("before")
    before = int(asked) if asked.isdigit() else len(entries) + 1
    shown = [entry for entry in reversed(entries) if entry.index < before][:A_PAGE]
    names = await visit.ports.accounts.names(list({entry.event.actor for entry in shown} | set(_accounts(shown))))
    return visit.page(
        "workshop/ledger.html",
        declaration=declaration,
        rows=[(entry, told(visit.words, declaration, entry, names)) for entry in shown],
        names=names,
        total=len(entries),
        older=shown[-1].index if shown and shown[-1].index > 1 else 0,
    )


def _accounts(entries: list[Entry]) -> list[str]:
    fields = ("account", "holder")
    return [entry.event.data[field] for entry in entries for field in fields if field in entry.event.data]


def told(words: Words, declaration: Declaration, entry: Entry, names: Mapping[str, str]) -> str:
    """An entry as a sentence without its subject: what was done."""
    data, gettext = entry.event.data, words.gettext
    member = declaration.members.get(str(data.get("network") or ""))
    values: dict[str, Any] = {
        "network": member.name if member else data.get("network") or "",
        "section": _title(declaration, str(data.get("section") or data.get("id") or "")),
        "n": data.get("n", 0),
        "name": names.get(str(data.get("account") or data.get("holder") or ""), ""),
        "language": words.language(data["locale"]) if "locale" in data else "",
    }
    if entry.event.kind is Kind.POSITION_TAKE:
        position = Vocabulary(words).position(data["kind"])
        return gettext("took a position for %(network)s on “%(section)s”: %(position)s", position=position, **values)
    return _sentence(words, entry.event.kind, values)


def _title(declaration: Declaration, section: str) -> str:
    known = declaration.sections.get(section)
    return known.revisions[-1].title if known and known.revisions else section


def _sentence(words: Words, kind: Kind, values: Mapping[str, Any]) -> str:
    gettext = words.gettext
    table = {
        Kind.DECLARATION_CREATE: lambda: gettext("began the declaration"),
        Kind.DECLARATION_CLAIM: lambda: gettext("gave the declaration to %(name)s", **values),
        Kind.DECLARATION_LOOK: lambda: gettext("chose how the declaration looks"),
        Kind.SECTION_ADD: lambda: gettext("added the section “%(section)s”", **values),
        Kind.SECTIONS_ORDER: lambda: gettext("changed the order of the sections"),
        Kind.SECTION_SPLIT: lambda: gettext("split the section “%(section)s”", **values),
        Kind.SECTION_DROP: lambda: gettext("dropped the section “%(section)s”", **values),
        Kind.SECTION_HOLD: lambda: gettext("handed the section “%(section)s” over to %(name)s", **values),
        Kind.MEMBER_JOIN: lambda: gettext("admitted %(network)s", **values),
        Kind.MEMBER_LEAVE: lambda: gettext("took %(network)s out of the declaration", **values),
        Kind.MANDATE_INVITE: lambda: gettext("invited somebody to act in this declaration"),
        Kind.MANDATE_GRANT: lambda: gettext("took up a mandate: %(name)s", **values),
        Kind.MANDATE_END: lambda: gettext("ended a mandate"),
        Kind.REVISION_TABLE: lambda: gettext("tabled revision %(n)s of “%(section)s”", **values),
        Kind.POSITION_SIGN: lambda: gettext(
            "signed the position of %(network)s on “%(section)s” with a key of its own", **values
        ),
        Kind.POSITION_ASSERT: lambda: gettext(
            "agreed to the position of %(network)s on “%(section)s” with a passkey", **values
        ),
        Kind.MANIFEST_SIGN: lambda: gettext("agreed to the whole for %(network)s", **values),
        Kind.STATEMENT_TRANSLATE: lambda: gettext("put a statement into %(language)s", **values),
        Kind.TRANSLATION_REVIEW: lambda: gettext("reviewed blocks of “%(section)s” in %(language)s", **values),
        Kind.TRANSLATION_COMPLETE: lambda: gettext(
            "the translation of “%(section)s” into %(language)s is whole", **values
        ),
        Kind.EDITION_FREEZE: lambda: gettext("froze edition %(n)s", **values),
        Kind.EDITION_VOID: lambda: gettext("opened edition %(n)s again", **values),
        Kind.EDITION_APPROVE: lambda: gettext("approved edition %(n)s for %(network)s", **values),
        Kind.EDITION_RELEASE: lambda: gettext("edition %(n)s was released", **values),
        Kind.RELEASE_ASK: lambda: gettext("asked for a further release of edition %(n)s", **values),
        Kind.ROLL_HAND_IN: lambda: gettext("vouched for a list of names under edition %(n)s for %(network)s", **values),
        Kind.ROLL_APPROVE: lambda: gettext("vouched for a list of names under edition %(n)s for %(network)s", **values),
        Kind.ROLL_DROP: lambda: gettext("declined a list of names under edition %(n)s", **values),
        Kind.ROLL_COUNT: lambda: gettext("a list of names under edition %(n)s was counted", **values),
        Kind.UPDATE_WRITE: lambda: gettext("wrote a letter to those who signed edition %(n)s", **values),
        Kind.UPDATE_APPROVE: lambda: gettext("vouched for a letter to those who signed, for %(network)s", **values),
        Kind.UPDATE_DROP: lambda: gettext("took a letter to those who signed back"),
        Kind.UPDATE_SEND: lambda: gettext("a letter to those who signed edition %(n)s was sent", **values),
        Kind.SIGNING_CLOSE: lambda: gettext("set the end of signing edition %(n)s", **values),
        Kind.SIGNING_REOPEN: lambda: gettext("took the end of signing edition %(n)s back", **values),
        Kind.SIGNING_COUNT: lambda: gettext("the signatures of edition %(n)s were counted at the end", **values),
        Kind.TEXT_RESTORE: lambda: gettext("brought earlier words of “%(section)s” back", **values),
    }
    return table[kind]() if kind in table else kind.value

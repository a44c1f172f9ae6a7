"""Names on paper and lists: sheets to print, a file, how it is read, what was found, and two networks' word."""

import csv
import io
from collections.abc import Sequence
from typing import Any, Final

from starlette.responses import Response

from drafting.actions.editions import find_edition
from drafting.actions.rolls import sheets
from drafting.actions.rolls import uploads as acts
from drafting.actions.rolls.approval import approve_roll, drop_roll, hand_in_roll
from drafting.actions.rolls.taking import ask_roll_back, keep_roll, take_roll_back
from drafting.actions.signing.paper_erasing import erase_on_paper, find_on_paper
from drafting.domain.declaration import Declaration
from drafting.domain.editions import Approval
from drafting.domain.errors import Code, Refusal
from drafting.domain.networks import Scope
from drafting.domain.rolls import KEPT_STATES, OPEN_STATES, HandedIn, Reading, Roll, RollState, is_decided
from drafting.web.api.rolls import sheets_answer
from drafting.web.api.uploads import read_upload
from drafting.web.errors import STATUS, sentence
from drafting.web.pages.matrix import harmless, own_networks
from drafting.web.pages.roll_reading import reading_values, typed_reading
from drafting.web.visits import Form, Visit
from drafting.web.words import rolls as roll_words

MOST_SHOWN: Final = 100
UNDER_WAY: Final = OPEN_STATES


async def index(visit: Visit) -> Response:
    return await _index(visit, None)


async def find(visit: Visit) -> Response:
    """The same page with those of a name; a form that is sent, since names belong into no log and no history."""
    return await _index(visit, None, (await visit.form()).text("name"))


async def _index(visit: Visit, refusal: Refusal | None, name: str = "") -> Response:
    declaration = await visit.declaration()
    n = visit.number("edition")
    edition = find_edition(declaration, n)
    found = await acts.list_rolls(visit.ports, visit.actor, slug=declaration.slug, n=n)
    form = Form({"name": [name]})
    if refusal:
        form.errors["list"] = sentence(visit.words, refusal)
    return visit.page(
        "workshop/lists.html",
        STATUS[refusal.code] if refusal else 200,
        declaration=declaration,
        edition=edition,
        rolls=found,
        states={state: roll_words.state(visit.words, state) for state in RollState},
        counts=await visit.ports.signatures.counts(declaration.slug, n),
        form=form,
        asked=name,
        named=await find_on_paper(visit.ports, visit.actor, slug=declaration.slug, n=n, name=name),
        locales=[(tag, declaration.locales[tag].autonym) for tag in edition.releases[-1].locales],
        most_rows=visit.settings.list_rows,
        most_pages=sheets.MOST_PAGES,
        usual_pages=sheets.USUAL_PAGES,
        days=visit.settings.list_days,
    )


async def print_sheets(visit: Visit) -> Response:
    pages = visit.query("pages", str(sheets.USUAL_PAGES))
    id, data = await sheets.print_sheets(
        visit.ports,
        visit.actor,
        slug=visit.part("declaration"),
        n=visit.number("edition"),
        locale=visit.query("locale"),
        pages=int(pages) if pages.isascii() and pages.isdigit() and len(pages) < 5 else 0,
    )
    return sheets_answer(visit.part("declaration"), id, data)


async def bring_in(visit: Visit) -> Response:
    slug, n = visit.part("declaration"), visit.number("edition")
    try:
        await acts.require_bringing_in(visit.ports, visit.actor, slug=slug, n=n)
        file = await read_upload(visit.request, "list", visit.settings.import_bytes)
        roll = await acts.bring_in_roll(visit.ports, visit.actor, slug=slug, n=n, name=file.name, data=file.data)
    except Refusal as refusal:
        if refusal.code not in (Code.BAD_INPUT, Code.TOO_LARGE, Code.TOO_MANY):
            raise
        return await _index(visit, refusal)
    return _to(visit, roll)


def _to(visit: Visit, roll: Roll) -> Response:
    return visit.go("workshop", roll.declaration, "publishing", roll.edition, "lists", roll.id)


async def show(visit: Visit) -> Response:
    return await _show(visit, None)


async def _show(visit: Visit, refusal: Refusal | None, typed: Reading | None = None) -> Response:
    await visit.declaration()
    declaration, roll = await _opened(visit)
    again = roll.state is RollState.CHECKED and (bool(visit.query("again")) or typed is not None)
    reads = roll.state is RollState.NEW or again
    values = await reading_values(visit, roll, typed) if reads else await _found_values(visit, declaration, roll)
    return visit.page(
        "workshop/list.html",
        STATUS[refusal.code] if refusal else 200,
        declaration=declaration,
        edition=find_edition(declaration, roll.edition),
        roll=roll,
        reads=reads,
        state=roll_words.state(visit.words, roll.state),
        refreshes=roll.state in UNDER_WAY or _is_decided(declaration, roll),
        fault=sentence(visit.words, refusal) if refusal else "",
        may_drop=roll.state in KEPT_STATES and not _is_decided(declaration, roll),
        days=visit.settings.list_days,
        of=roll_words,
        **values,
    )


def _is_decided(declaration: Declaration, roll: Roll) -> bool:
    """Whether a second network has said its word, and the work begins within moments."""
    known = declaration.rolls.get(roll.id)
    return known is not None and is_decided(roll, known)


async def _opened(visit: Visit) -> tuple[Declaration, Roll]:
    return await acts.open_roll(visit.ports, visit.actor, slug=visit.part("declaration"), id=visit.part("list"))


async def _found_values(visit: Visit, declaration: Declaration, roll: Roll) -> dict[str, Any]:
    """What the check found, who vouches, and the first rows as they would count."""
    known = declaration.rolls.get(roll.id)
    words = known.approvals if known else []
    approvals = declaration.standing_words(words, visit.at)
    lines = roll.lines
    return {
        "approvals": approvals,
        "lapsed": [word for word in words if word not in approvals],
        "voices": _voices(visit, declaration, approvals),
        **await _doubts(visit, declaration, roll, known),
        "lines": [(line, roll_words.outcome(visit.words, o, what, other)) for o, line, what, other in lines],
        "most_shown": MOST_SHOWN,
        **await _rows(visit, roll),
        "by": (await visit.ports.accounts.names([roll.account])).get(roll.account, ""),
        "language": visit.words.language(roll.reading.locale) if roll.reading else "",
    }


def _voices(visit: Visit, declaration: Declaration, words: Sequence[Approval]) -> list[str]:
    """The networks for which the reader may say a word beside these."""
    if any(word.account == visit.actor.account for word in words):
        return []
    spoken = {word.network for word in words} if len(declaration.voices(visit.at)) > 1 else set()
    return [network for network in own_networks(visit, declaration, Scope.SIGN) if network not in spoken]


async def _doubts(visit: Visit, declaration: Declaration, roll: Roll, known: HandedIn | None) -> dict[str, Any]:
    """Who wants a list that counts taken back, why, and what would go."""
    if known is None or not roll.has_counted:
        return {}
    words = declaration.standing_words(known.doubters, visit.at)
    doubts = roll_words.doubts(visit.words)
    return {
        "doubters": words,
        "doubters_lapsed": [word for word in known.doubters if word not in words],
        "doubting_voices": _voices(visit, declaration, words),
        "doubt": known.doubt,
        "doubt_words": doubts.get(known.doubt, ""),
        "doubt_options": list(doubts.items()),
        "rows_now": await visit.ports.rolls.rows(roll.id),
    }


async def _rows(visit: Visit, roll: Roll) -> dict[str, Any]:
    """Some of the rows, from where the reader is in the list."""
    asked = visit.query("after")
    after = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 8 else 0
    shows = roll.state in (RollState.CHECKED, RollState.WAITING)
    rows = await acts.rows_of_roll(visit.ports, roll, after) if shows else ()
    following = after + acts.ROWS_SHOWN
    return {
        "rows": rows,
        "after": after,
        "previous": max(0, after - acts.ROWS_SHOWN),
        "following": following if following < roll.total else 0,
    }


async def read(visit: Visit) -> Response:
    """How the file is read, as typed; what makes no sense comes back with the form."""
    typed = typed_reading(await visit.form())
    slug, id = visit.part("declaration"), visit.part("list")
    try:
        roll = await acts.read_roll(visit.ports, visit.actor, slug=slug, id=id, reading=typed)
    except Refusal as refusal:
        if refusal.code is not Code.BAD_INPUT or refusal.data.get("reason") == "moved":
            raise
        return await _show(visit, refusal, typed)
    return _to(visit, roll)


async def hand_in(visit: Visit) -> Response:
    form = await visit.form()
    slug, id = visit.part("declaration"), visit.part("list")
    try:
        roll = await hand_in_roll(visit.ports, visit.actor, slug=slug, id=id, network=form.text("network") or None)
    except Refusal as refusal:
        if refusal.code is not Code.BAD_INPUT:
            raise
        return await _show(visit, refusal)
    return _to(visit, roll)


async def approve(visit: Visit) -> Response:
    form = await visit.form()
    slug, id = visit.part("declaration"), visit.part("list")
    network, digest = form.text("network") or None, form.text("digest")
    try:
        await approve_roll(visit.ports, visit.actor, slug=slug, id=id, digest=digest, network=network)
    except Refusal as refusal:
        if refusal.code not in (Code.BAD_INPUT, Code.SECOND_NETWORK_REQUIRED, Code.TEXT_CHANGED):
            raise
        return await _show(visit, refusal)
    return visit.go("workshop", slug, "publishing", visit.part("edition"), "lists", id)


async def drop(visit: Visit) -> Response:
    form = await visit.form()
    slug, id = visit.part("declaration"), visit.part("list")
    return _to(visit, await drop_roll(visit.ports, visit.actor, slug=slug, id=id, why=form.text("note")))


async def ask_back(visit: Visit) -> Response:
    form = await visit.form()
    slug, id = visit.part("declaration"), visit.part("list")
    reason, note, network = form.text("reason"), form.text("note"), form.text("network") or None
    try:
        roll = await ask_roll_back(
            visit.ports, visit.actor, slug=slug, id=id, reason=reason, note=note, network=network
        )
    except Refusal as refusal:
        if refusal.code is not Code.BAD_INPUT:
            raise
        return await _show(visit, refusal)
    return _to(visit, roll)


async def take_back(visit: Visit) -> Response:
    form = await visit.form()
    slug, id = visit.part("declaration"), visit.part("list")
    reason, network = form.text("reason"), form.text("network") or None
    try:
        await take_roll_back(visit.ports, visit.actor, slug=slug, id=id, reason=reason, network=network)
    except Refusal as refusal:
        if refusal.code not in (Code.BAD_INPUT, Code.SECOND_NETWORK_REQUIRED, Code.TEXT_CHANGED):
            raise
        return await _show(visit, refusal)
    return visit.go("workshop", slug, "publishing", visit.part("edition"), "lists", id)


async def keep(visit: Visit) -> Response:
    return _to(visit, await keep_roll(visit.ports, visit.actor, slug=visit.part("declaration"), id=visit.part("list")))


async def erase(visit: Visit) -> Response:
    """What the link of a letter lets others do themselves, for somebody who left no address."""
    await erase_on_paper(visit.ports, visit.actor, slug=visit.part("declaration"), id=visit.part("id"))
    return visit.go("workshop", visit.part("declaration"), "publishing", visit.part("edition"), "lists")


async def spreadsheet(visit: Visit) -> Response:
    """The lines that were left out or told apart, by number, with the reason in words and nothing of what they said."""
    await visit.declaration()
    _, roll = await _opened(visit)
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow([visit.words.gettext("Line"), visit.words.gettext("What was found")])
    for outcome, line, what, other in roll.lines:
        sheet.writerow([line, harmless(roll_words.outcome(visit.words, outcome, what, other))])
    headers = {"content-disposition": f'attachment; filename="lines-{roll.id}.csv"', "cache-control": "no-store"}
    return Response("\ufeff" + out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)

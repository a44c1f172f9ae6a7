"""Names on paper and lists, by program: bring in, say how to read, vouch for, approve or decline."""

from starlette.responses import Response

from drafting.actions.rolls import approval as roll_approval
from drafting.actions.rolls import sheets
from drafting.actions.rolls import taking as roll_taking
from drafting.actions.rolls import uploads as acts
from drafting.actions.signing import paper_erasing
from drafting.domain.declaration import Declaration
from drafting.domain.rolls import Reading, Report, Roll, RollState
from drafting.domain.signatures import Signature
from drafting.web.api import roll_bodies as bodies
from drafting.web.api.answers import Page
from drafting.web.api.bodies import Empty
from drafting.web.api.calls import Call
from drafting.web.api.operations import Operations
from drafting.web.api.uploads import Fields, Upload, Uploaded
from drafting.web.api.verdicts import ApprovalPlace

rolls = Operations("Names on paper and lists")
add = rolls.add
EDITION = "/declarations/{slug}/editions/{n}"
ONE = EDITION + "/lists/{list}"


async def _may_bring_in(call: Call, fields: Fields) -> bool:
    await acts.require_bringing_in(call.ports, call.actor, slug=call.slug, n=call.count("n"))
    return True


@add("POST", EDITION + "/lists", 201, upload=Upload("list", lambda settings: settings.import_bytes, _may_bring_in))
async def bring_in_roll(call: Call, file: Uploaded) -> bodies.RollAnswer:
    """Bring in a list of names, as CSV in the field "list"; nothing counts before two networks vouch for it."""
    n = call.count("n")
    roll = await acts.bring_in_roll(call.ports, call.actor, slug=call.slug, n=n, name=file.name, data=file.data)
    return await _looked_at(call, roll)


@add("GET", EDITION + "/lists")
async def list_rolls(call: Call) -> Page[bodies.RollAnswer]:
    """The lists of an edition, the newest first."""
    found = await acts.list_rolls(call.ports, call.actor, slug=call.slug, n=call.count("n"))
    declaration = await call.declaration()
    page = call.page(found)
    return Page(items=[_roll(call, declaration, roll) for roll in page.items], next=page.next)


@add("GET", ONE)
async def read_list(call: Call) -> bodies.RollAnswer:
    """A list: how it is read, how far it is, what was found."""
    _, roll = await _opened(call)
    return await _looked_at(call, roll)


@add("GET", ONE + "/lines")
async def read_lines(call: Call) -> bodies.LinesAnswer:
    """The lines that are left out or told apart, by number, without their words."""
    _, roll = await _opened(call)
    return bodies.LinesAnswer(items=[bodies.LineAnswer(o, line, what, other) for o, line, what, other in roll.lines])


@add("POST", ONE + "/read", 202)
async def read_roll(call: Call, body: bodies.RollReading) -> bodies.RollAnswer:
    """Say how a list is read; then every row is checked."""
    reading = Reading(
        encoding=body.encoding,
        delimiter=body.delimiter,
        has_header=body.has_header,
        columns=tuple(body.columns),
        locale=body.locale,
        source=body.source,
        kind=body.kind,
    )
    roll = await acts.read_roll(call.ports, call.actor, slug=call.slug, id=call.part("list"), reading=reading)
    return _roll(call, await call.declaration(), roll)


@add("POST", ONE + "/hand-in")
async def hand_in_roll(call: Call, body: bodies.HandIn) -> bodies.RollAnswer:
    """Vouch for a list that was checked, for a network; the second one is asked for its word."""
    roll = await roll_approval.hand_in_roll(
        call.ports, call.actor, slug=call.slug, id=call.part("list"), network=body.network
    )
    return _roll(call, await call.declaration(), roll)


@add("POST", ONE + "/approve", 202)
async def approve_roll(call: Call, body: bodies.RollApproval) -> bodies.RollAnswer:
    """The second word, by another person of another network; then the rows begin to count."""
    await roll_approval.approve_roll(
        call.ports, call.actor, slug=call.slug, id=call.part("list"), digest=body.digest, network=body.network
    )
    declaration, roll = await _opened(call)
    return _roll(call, declaration, roll)


@add("POST", ONE + "/drop")
async def drop_roll(call: Call, body: bodies.RollDrop) -> bodies.RollAnswer:
    """Decline a list, or take it back: its file is deleted, and nothing of it counts."""
    roll = await roll_approval.drop_roll(call.ports, call.actor, slug=call.slug, id=call.part("list"), why=body.note)
    return _roll(call, await call.declaration(), roll)


@add("POST", ONE + "/ask-back")
async def ask_roll_back(call: Call, body: bodies.RollDoubt) -> bodies.RollAnswer:
    """Ask for a list that counts to be taken back; it counts until somebody of another network agrees."""
    roll = await roll_taking.ask_roll_back(
        call.ports,
        call.actor,
        slug=call.slug,
        id=call.part("list"),
        reason=body.reason,
        note=body.note,
        network=body.network,
    )
    return _roll(call, await call.declaration(), roll)


@add("POST", ONE + "/take-back", 202)
async def take_roll_back(call: Call, body: bodies.RollTaking) -> bodies.RollAnswer:
    """Agree, as another person of another network, to take a list back; then none of its names counts any more."""
    id, network = call.part("list"), body.network
    await roll_taking.take_roll_back(call.ports, call.actor, slug=call.slug, id=id, reason=body.reason, network=network)
    declaration, roll = await _opened(call)
    return _roll(call, declaration, roll)


@add("POST", ONE + "/keep")
async def keep_roll(call: Call, body: Empty) -> bodies.RollAnswer:
    """Let a list that was asked back go on counting."""
    roll = await roll_taking.keep_roll(call.ports, call.actor, slug=call.slug, id=call.part("list"))
    return _roll(call, await call.declaration(), roll)


@add("POST", EDITION + "/signatures/on-paper")
async def find_on_paper(call: Call, body: bodies.Named) -> bodies.OnPaperAnswer:
    """Signatures on paper of this name that left no address, for whoever asks to have theirs erased."""
    found = await paper_erasing.find_on_paper(call.ports, call.actor, slug=call.slug, n=call.count("n"), name=body.name)
    return bodies.OnPaperAnswer(items=[_on_paper(signature) for signature in found])


@add("POST", EDITION + "/signatures/{signature}/erase")
async def erase_on_paper(call: Call, body: Empty) -> bodies.OnPaper:
    """Take a signature on paper back and erase it, as its signatory asked for."""
    return _on_paper(
        await paper_erasing.erase_on_paper(call.ports, call.actor, slug=call.slug, id=call.part("signature"))
    )


def _on_paper(signature: Signature) -> bodies.OnPaper:
    return bodies.OnPaper(
        id=signature.id,
        state=signature.state.value,
        name=signature.name,
        place=signature.place,
        sheet=str(signature.details.get("sheet", "")),
        at=signature.confirmed or signature.requested,
    )


@add(
    "GET",
    EDITION + "/sheets/{locale}",
    media="application/pdf",
    queries={"pages": f"number of pages, at most {sheets.MOST_PAGES}"},
    answer=bytes,
)
async def print_sheets(call: Call) -> Response:
    """Sheets to sign on paper, as PDF, in a language of the edition; each printing has an id of its own."""
    pages = call.number("pages", sheets.USUAL_PAGES)
    id, data = await sheets.print_sheets(
        call.ports, call.actor, slug=call.slug, n=call.count("n"), locale=call.part("locale"), pages=pages
    )
    return sheets_answer(call.slug, id, data)


def sheets_answer(slug: str, id: str, data: bytes) -> Response:
    """The file, whose name tells the printing."""
    name = f"{slug}-sheets-{id}.pdf"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(data, 200, headers, "application/pdf")


async def _opened(call: Call) -> tuple[Declaration, Roll]:
    return await acts.open_roll(call.ports, call.actor, slug=call.slug, id=call.part("list"))


async def _looked_at(call: Call, roll: Roll) -> bodies.RollAnswer:
    """With how it may be read, while that can be changed, and what has become of its rows once they were counted."""
    answer = _roll(call, await call.declaration(), roll)
    if roll.state in (RollState.NEW, RollState.CHECKED):
        look = await acts.look_at_roll(call.ports, roll)
        answer.encodings = [look.guess.encoding] if look.guess.encoding else list(look.guess.candidates)
        answer.proposed = _reading(look.reading)
    if roll.has_counted:
        now = await call.ports.rolls.rows(roll.id)
        answer.rows = bodies.RowsAnswer(now.counting, now.published, now.held, now.gone)
    return answer


def _roll(call: Call, declaration: Declaration, roll: Roll) -> bodies.RollAnswer:
    known = declaration.rolls.get(roll.id)
    vouched, doubted = (
        [ApprovalPlace(network=a.network, at=a.at) for a in declaration.standing_words(words, call.ports.clock.now())]
        for words in ((known.approvals, known.doubters) if known else ((), ()))
    )
    return bodies.RollAnswer(
        id=roll.id,
        state=roll.state.value,
        name=roll.name,
        created=roll.created,
        total=roll.total,
        done=roll.done,
        digest=roll.digest,
        reading=_reading(roll.reading),
        numbers=_numbers(roll.report),
        counted=_numbers(roll.counted),
        vouched=vouched,
        note=roll.reason,
        doubted=doubted,
        reason=known.doubt if known and known.doubters else "",
    )


def _numbers(report: Report) -> dict[str, int]:
    return dict(report.numbers)


def _reading(reading: Reading | None) -> bodies.ReadingAnswer | None:
    return None if reading is None else bodies.ReadingAnswer(**reading.to_json())

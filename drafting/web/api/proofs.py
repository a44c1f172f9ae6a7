"""What strangers check: receipts, bundles, cosignatures, and positions signed away from the server."""

from starlette.responses import Response

from drafting.actions import trees
from drafting.actions.consent import offline
from drafting.actions.core import authorise, load_declaration
from drafting.actions.release import bundling
from drafting.domain.editions import EditionStatus
from drafting.domain.errors import Code, Refusal
from drafting.domain.notes import NoteInvalid
from drafting.domain.policy import Action, Subject
from drafting.stores.secrets.signing_keys import is_signed
from drafting.web.api import bodies, verdicts
from drafting.web.api.calls import Call
from drafting.web.api.operations import Operations
from drafting.web.commands.bundle import read_keys

proofs = Operations("Verification")
add = proofs.add
POSITION = "/declarations/{slug}/sections/{section}/positions/{position}"
LOGS = {"log": "signatures for the log of those who signed on, else that of the declaration"}


def _stream(call: Call) -> str:
    """The ledger's stream that is asked for."""
    log = call.query("log")
    if log is not None and not (log.isascii() and log.isalnum()):
        raise Refusal(Code.BAD_INPUT, field="log")
    return f"{call.slug}/{log}" if log else call.slug


@add(
    "GET",
    "/declarations/{slug}/log/proof",
    queries={"index": "the entry's index in the ledger, from 1", **LOGS},
    is_public=True,
)
async def read_receipt(call: Call) -> verdicts.ReceiptAnswer:
    """What proves that an entry is in the log: its hash, the path to the root, and the signed checkpoint."""
    await load_declaration(call.ports, call.slug)
    return verdicts.ReceiptAnswer(**await trees.read_receipt(call.ports, _stream(call), call.number("index", 0)))


@add("POST", "/declarations/{slug}/log/cosignatures", 201, queries=LOGS, is_public=True)
async def take_cosignature(call: Call, body: bodies.Cosigned) -> verdicts.CosignedAnswer:
    """Keep a checkpoint of this log that a known witness has cosigned."""
    declaration = await load_declaration(call.ports, call.slug)
    try:
        known = read_keys(call.settings.paths.witnesses)
    except (FileNotFoundError, NoteInvalid):
        known = []
    note = body.checkpoint.encode()
    count, is_new = await trees.take_cosignature(call.ports, _stream(call), note, known, is_signed)
    if is_new:
        await bundling.publish_bundles(call.ports, declaration)
    return verdicts.CosignedAnswer(witnesses=count)


@add(
    "GET",
    "/declarations/{slug}/editions/{n}/bundle",
    queries={"acts": "all, for members: every act instead of those that the edition rests on"},
    media="application/zip",
    is_public=True,
)
async def read_bundle(call: Call) -> Response:
    """A released edition with everything that proves it, as one archive."""
    declaration = await load_declaration(call.ports, call.slug)
    n = call.count("n")
    if not any(edition.n == n and edition.status is EditionStatus.RELEASED for edition in declaration.editions):
        raise Refusal(Code.NOT_FOUND, edition=n)
    is_whole = call.query("acts") == "all"
    if is_whole:
        authorise(declaration, call.actor, Action.READ, Subject(), call.ports.clock.now())
    data = await bundling.packed_bundle(call.ports, call.slug, n, is_whole=is_whole)
    headers = {
        "content-disposition": f'attachment; filename="{call.slug}-{n}-bundle.zip"',
        "cache-control": "no-store",
    }
    return Response(data, 200, headers, "application/zip")


@add("GET", POSITION + "/statement", media="application/json")
async def read_statement(call: Call) -> Response:
    """A position as one line to sign with `ssh-keygen -Y sign -n drafting`."""
    await call.declaration()
    data = await offline.read_statement(call.ports, call.slug, call.part("section"), call.part("position"))
    return Response(data, 200, {"cache-control": "no-store"}, "application/json")


@add("POST", POSITION + "/signature", 201)
async def sign_position(call: Call, body: bodies.OfflineSignature) -> verdicts.OfflineKey:
    """Add an SSH signature, made away from the server, to a position."""
    await call.declaration()
    key = await offline.sign_position(
        call.ports,
        call.actor,
        slug=call.slug,
        section=call.part("section"),
        position=call.part("position"),
        signature=body.signature,
        check=is_signed,
    )
    return verdicts.OfflineKey(strength="A", key=key)

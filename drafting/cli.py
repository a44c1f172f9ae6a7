"""The command line: what there is to call, and how each call ends (see ``web/commands/outcomes.py``)."""

import argparse
import asyncio
import io
import os
import sys
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any, Final

from drafting.actions.ports import CannotSave
from drafting.actions.release.publication import FORMATS
from drafting.domain.errors import Code, Refusal
from drafting.settings import SettingRefused, Settings
from drafting.web.commands.outcomes import Exit, Failure

DAYS: Final = 30
INTERRUPTED: Final = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 done, 1 failed or invalid, 2 wrongly called or incomplete, 3 not permitted in this state."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # what a terminal cannot show is no fault of a bundle
    options = parser().parse_args(arguments)
    try:
        return int(_run(Settings.from_environment(os.environ), options))
    except SettingRefused as refused:
        failure = Failure(Exit.USAGE, str(refused))
    except Failure as failed:
        failure = failed
    except Refusal as refusal:
        failure = _failure_of(refusal)
    except CannotSave:
        failure = _failure_of(Refusal(Code.CANNOT_SAVE))
    except OSError as error:
        failure = Failure(Exit.FAILED, str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    print(failure, file=sys.stderr)
    return int(failure.exit)


def _failure_of(refusal: Refusal) -> Failure:
    from drafting.web.commands.speaking import failure_of, speech

    return failure_of(refusal, speech())


def _run(settings: Settings, o: argparse.Namespace) -> Exit:
    """Commands are imported when they are called: `drafting verify` needs no database, `drafting token` no press."""
    match o.command:
        case "serve":
            from drafting.web.serving import serve

            return serve(settings, o.host, o.port)
        case "verify":
            from drafting.web.commands.bundle import check_bundle

            return check_bundle(o.bundle, o.trust, as_json=o.json)
        case "witness":
            from drafting.web.commands.witnessing import witness

            return witness(o.log, o.state, o.name, o.trust, o.submit)
        case "check":
            from drafting.web.commands.checking import check

            return asyncio.run(check(settings, as_json=o.json))
    asyncio.run(_call(settings, o))
    return Exit.DONE


def _call(settings: Settings, o: argparse.Namespace) -> Coroutine[Any, Any, None]:
    from drafting.web.commands import backups, editions, filling, folders, tokens

    match o.command:
        case "demo":
            return filling.fill(settings)
        case "import":
            return folders.bring_in(settings, o.folder, o.slug, o.address)
        case "export":
            return folders.hand_out(settings, o.slug, o.folder, o.edition)
        case "token":
            return tokens.issue(settings, o.address, o.days)
        case "render":
            return editions.render(settings, o.slug, o.edition, o.locale, o.format, o.output)
        case "publish":
            return editions.publish(settings, o.slug, o.edition)
        case "backup":
            return backups.back_up(settings, o.file)
    return backups.restore(settings, o.file, o.erasures)


def parser() -> argparse.ArgumentParser:
    """Every command with its arguments; a test holds the handbook to it."""
    whole = argparse.ArgumentParser("drafting", description="Many organisations write one declaration together.")
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="serve what is in DRAFTING_DATA")
    serve.add_argument("--host", help="address to listen on")
    serve.add_argument("--port", type=_port, help="port to listen on")

    commands.add_parser("demo", help="fill an empty DRAFTING_DATA with the demonstration")

    bring = commands.add_parser("import", help="make a declaration of a folder, and print its slug")
    bring.add_argument("folder", type=Path, metavar="FOLDER", help="a folder or ZIP archive")
    bring.add_argument("--slug", help="another slug than the folder says")
    bring.add_argument("--as", dest="address", metavar="ADDRESS", help="whose declaration it will be")

    export = commands.add_parser("export", help="write a declaration into a new folder")
    export.add_argument("slug", metavar="SLUG")
    export.add_argument("folder", type=Path, metavar="FOLDER")
    export.add_argument("--edition", type=_count, metavar="N", help="an edition, as a bundle that can be verified")

    token = commands.add_parser("token", help="print a bearer token for the API")
    token.add_argument("address", metavar="ADDRESS")
    token.add_argument("--days", type=_count, default=DAYS, metavar="N")

    render = commands.add_parser("render", help="write one file of an edition")
    render.add_argument("slug", metavar="SLUG")
    render.add_argument("--edition", type=_count, required=True, metavar="N")
    render.add_argument("--locale", required=True, metavar="L")
    render.add_argument("--format", choices=FORMATS, required=True)
    render.add_argument("--output", type=Path, required=True, metavar="FILE")

    publish = commands.add_parser("publish", help="make a released edition's public files again")
    publish.add_argument("slug", metavar="SLUG")
    publish.add_argument("--edition", type=_count, required=True, metavar="N")

    verify = commands.add_parser("verify", help="say whether a bundle is what was released; needs no network")
    verify.add_argument("bundle", type=Path, metavar="BUNDLE")
    verify.add_argument("--trust", type=Path, metavar="FILE", help="keys to trust")
    verify.add_argument("--json", action="store_true", help="what was found, for programs")

    witness = commands.add_parser("witness", help="watch over a log of another installation, and cosign it")
    witness.add_argument("log", metavar="LOG", help="address or folder of the log, such as https://…/d/SLUG/log")
    witness.add_argument("--state", type=Path, required=True, metavar="FOLDER", help="what is remembered between looks")
    witness.add_argument("--name", required=True, metavar="NAME", help="of the witness, such as river.example/witness")
    witness.add_argument("--trust", type=Path, metavar="FILE", help="the log's keys, else those of the first look")
    witness.add_argument("--submit", metavar="ADDRESS", help="where to hand in the cosigned checkpoint")

    check = commands.add_parser("check", help="say what is wrong with this installation")
    check.add_argument("--json", action="store_true")

    for name, words in (("backup", "write everything into one file"), ("restore", "fill an empty DRAFTING_DATA")):
        each = commands.add_parser(name, help=words)
        each.add_argument("file", type=Path, metavar="FILE")
    each.add_argument("--erasures", type=Path, metavar="LIST", help="who was erased since the backup was made")
    return whole


def _count(raw: str) -> int:
    if not raw.isascii() or not raw.isdigit() or not 1 <= int(raw) < 2**31:
        raise argparse.ArgumentTypeError("a whole number from 1 is needed")
    return int(raw)


def _port(raw: str) -> int:
    number = _count(raw)
    if number > 65535:
        raise argparse.ArgumentTypeError("ports end at 65535")
    return number


if __name__ == "__main__":
    sys.exit(main())

"""``drafting check``: what is wrong with an installation, and what mends it."""

import asyncio
import json
import os
import shutil
import smtplib
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import filterfalse
from typing import Final
from urllib.parse import urlsplit

from drafting.actions.ports import CannotSave
from drafting.actions.publishing_ports import LogForked
from drafting.actions.trees import holds, read_head, read_tree
from drafting.domain.errors import Refusal
from drafting.domain.events import PLATFORM
from drafting.domain.signatures import is_signature_stream
from drafting.publishing.checks import check_publishing
from drafting.settings import Settings
from drafting.stores.secrets.address_keys import KeysMissing, read_keys
from drafting.sync.redis_relay import reach
from drafting.web.commands.backups import LAST
from drafting.web.commands.installation import opened_stores, public_logs
from drafting.web.commands.outcomes import Exit, Failure
from drafting.web.commands.speaking import speech
from drafting.web.i18n import Words

LEAST_BYTES: Final = 200 * 1024 * 1024
GOOD_BYTES: Final = 2 * 1024 * 1024 * 1024
BACKUP_AGE: Final = timedelta(days=2)
SMTP_SECONDS: Final = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """``status``: ok, warning or failed; ``what`` is seen, ``remedy`` mends it."""

    name: str
    status: str
    what: str
    remedy: str = ""


async def check(settings: Settings, *, as_json: bool) -> Exit:
    """Print every finding; failed where something must be mended."""
    words = speech()
    findings = [*await examine(settings, words)]
    is_fine = all(finding.status != "failed" for finding in findings)
    if as_json:
        print(json.dumps({"ok": is_fine, "checks": [asdict(f) for f in findings]}, ensure_ascii=False, indent=1))
    else:
        for finding in findings:
            print(f"{finding.status:8} {finding.name:9} {finding.what}")
            if finding.remedy:
                print(f"{'':18} {finding.remedy}")
    return Exit.DONE if is_fine else Exit.FAILED


async def examine(settings: Settings, words: Words) -> list[Finding]:
    return [
        *_folder(settings, words),
        await _database(settings, words),
        _keys(settings, words),
        *await _relay(settings, words),
        _origin(settings, words),
        await asyncio.to_thread(_mail, settings, words),
        await _clock(settings, words),
        _backups(settings, words),
        *await _logs(settings, words),
        *await asyncio.to_thread(_publishing, words),
    ]


def _folder(settings: Settings, w: Words) -> Iterator[Finding]:
    root = settings.paths.root
    place = next(path for path in (root.absolute(), *root.absolute().parents) if path.exists())
    if not os.access(place, os.W_OK):
        yield Finding(
            "data",
            "failed",
            w.gettext("%(folder)s cannot be written.", folder=str(place)),
            w.gettext("Give the account that runs the server the right to write there."),
        )
    free = shutil.disk_usage(place).free
    status = "ok" if free >= GOOD_BYTES else "warning" if free >= LEAST_BYTES else "failed"
    what = w.gettext("%(megabytes)s MB are free in %(folder)s.", megabytes=free // 2**20, folder=str(place))
    yield Finding("disk", status, what, "" if status == "ok" else w.gettext("Make room, or move DRAFTING_DATA."))


async def _database(settings: Settings, w: Words) -> Finding:
    kind = "SQLite" if settings.database_url.startswith("sqlite") else "PostgreSQL"
    try:
        async with opened_stores(settings) as (stores, _):
            is_ready = await stores.ready()
    except Failure as error:
        return Finding(
            "database", "failed", str(error), w.gettext("Install the newer program again, or bring its keys back.")
        )
    except (Refusal, CannotSave, OSError):
        is_ready = False
    if is_ready:
        return Finding("database", "ok", w.gettext("%(kind)s answers and can be written.", kind=kind))
    return Finding(
        "database",
        "failed",
        w.gettext("%(kind)s does not answer or cannot be written.", kind=kind),
        w.gettext("See that it runs and that DRAFTING_DATABASE names it."),
    )


def _keys(settings: Settings, w: Words) -> Finding:
    file = settings.keys_file
    try:
        keys = read_keys(file)
    except KeysMissing as error:
        return Finding("keys", "failed", str(error), w.gettext("Bring the file of the keys back from its copy."))
    if keys is None:
        what = w.gettext("There are no keys for addresses yet; the first start makes them.")
        return Finding("keys", "ok", what)
    if file.stat().st_mode & 0o077:
        what = w.gettext("Others than its owner can read %(file)s.", file=str(file))
        return Finding("keys", "failed", what, f"chmod 600 {file}")
    what = w.gettext("Addresses are encrypted with the key %(name)s of %(file)s.", name=keys.current, file=str(file))
    return Finding("keys", "ok", what)


async def _relay(settings: Settings, w: Words) -> list[Finding]:
    if not settings.relay:
        return []
    host = urlsplit(settings.relay).hostname or urlsplit(settings.relay).path
    try:
        await reach(settings.relay)
    except OSError:
        what = w.gettext("%(host)s does not carry messages between machines, which makes edits slow.", host=host)
        return [
            Finding("relay", "failed", what, w.gettext("See that DRAFTING_RELAY names a Redis or Valkey that runs."))
        ]
    return [Finding("relay", "ok", w.gettext("%(host)s answers.", host=host))]


def _origin(settings: Settings, w: Words) -> Finding:
    if settings.is_https:
        return Finding("origin", "ok", settings.base)
    what = w.gettext("Links begin with %(origin)s, which is not encrypted.", origin=settings.base)
    remedy = w.gettext("For others than yourself, put it behind https and set DRAFTING_ORIGIN to that address.")
    return Finding("origin", "warning", what, remedy)


def _mail(settings: Settings, w: Words) -> Finding:
    if not settings.smtp:
        what = w.gettext("Letters are written to %(folder)s and sent to nobody.", folder=str(settings.paths.mail))
        return Finding("mail", "warning", what, w.gettext("Set DRAFTING_SMTP to a mail server."))
    parts = urlsplit(settings.smtp)
    try:
        if parts.scheme == "smtps":
            with smtplib.SMTP_SSL(
                parts.hostname or "", parts.port or 465, timeout=SMTP_SECONDS, context=ssl.create_default_context()
            ) as server:
                server.noop()
        else:
            with smtplib.SMTP(parts.hostname or "", parts.port or 587, timeout=SMTP_SECONDS) as server:
                server.noop()
    except (OSError, smtplib.SMTPException) as error:
        what = w.gettext("%(host)s does not answer: %(why)s.", host=str(parts.hostname), why=str(error))
        return Finding("mail", "failed", what, w.gettext("See that DRAFTING_SMTP names a mail server that runs."))
    return Finding("mail", "ok", w.gettext("%(host)s answers.", host=str(parts.hostname)))


async def _clock(settings: Settings, w: Words) -> Finding:
    now = datetime.now(UTC)
    last = now
    try:
        async with opened_stores(settings) as (stores, _):
            for stream in [*filterfalse(is_signature_stream, await stores.ledger.streams()), PLATFORM]:
                entries = await stores.ledger.read(stream)
                last = max([last, *(entry.at for entry in entries[-1:])])
    except (Refusal, CannotSave, OSError, Failure):
        last = now
    if last > now or now.year < 2025:
        what = w.gettext("The clock says %(now)s, and the ledger ends at %(last)s.", now=now, last=last)
        return Finding("clock", "failed", what, w.gettext("Set the clock, and have it kept right by NTP."))
    return Finding("clock", "ok", w.gettext("%(now)s, not before what the ledger holds.", now=now))


def _backups(settings: Settings, w: Words) -> Finding:
    mark = settings.paths.root / LAST
    remedy = w.gettext("Run drafting backup FILE every day, and keep the file on another machine.")
    if not mark.exists():
        return Finding("backups", "warning", w.gettext("No backup was made yet."), remedy)
    at = datetime.fromtimestamp(mark.stat().st_mtime, UTC)
    what = w.gettext("The last backup is of %(time)s.", time=at)
    return (
        Finding("backups", "ok", what)
        if datetime.now(UTC) - at < BACKUP_AGE
        else Finding("backups", "warning", what, remedy)
    )


async def _logs(settings: Settings, w: Words) -> list[Finding]:
    """Whether the ledger still holds what its public checkpoints speak of, to the last entry."""
    short, count = [], 0
    try:
        logs = public_logs(settings)
        async with opened_stores(settings) as (stores, _):
            for stream in await stores.ledger.streams():
                published = await logs.read(stream)
                if published is None:
                    continue
                count += 1
                if not holds(await read_tree(stores.ledger, stream), read_head(published)):
                    short.append(stream)
    except LogForked as error:
        short.append(str(error))
    except (Failure, Refusal, CannotSave, OSError):
        return []  # what is wrong with the database is said where it is examined
    if not short:
        return [Finding("logs", "ok", w.ngettext("%(num)s public log.", "%(num)s public logs.", count))]
    what = w.gettext("The ledger does not go on from the public checkpoint of %(names)s.", names=", ".join(short))
    remedy = w.gettext("Entries were lost or changed: restore the newest backup, and tell those who witness the log.")
    return [Finding("logs", "failed", what, remedy)]


def _publishing(w: Words) -> Iterator[Finding]:
    says = _publishing_words(w)
    for found in check_publishing():
        what, remedy = says[found.code]
        status = "ok" if found.ok else "failed" if found.is_fatal else "warning"
        yield Finding(found.name, status, f"{what} {found.detail}".strip(), "" if found.ok else remedy)


def _publishing_words(w: Words) -> Mapping[str, tuple[str, str]]:
    """What is seen and what mends it, by the code of the finding."""
    gettext = w.gettext
    return {
        "pango": (gettext("Pages can be set:"), ""),
        "pango_missing": (
            gettext("Pango is missing, so no PDF can be made."),
            gettext("Install libpango-1.0-0 and libpangoft2-1.0-0."),
        ),
        "pango_old": (gettext("Pango is too old, so no PDF can be made:"), gettext("Install Pango 1.44 or newer.")),
        "subset": (gettext("Fonts are embedded quickly:"), ""),
        "subset_missing": (
            gettext("PDFs in Chinese, Japanese and Korean take long."),
            gettext("Install libharfbuzz-subset0."),
        ),
        "faces": (gettext("Every usual script has a face."), ""),
        "faces_missing": (gettext("Scripts without a face:"), gettext("Install fonts-noto-core and fonts-noto-cjk.")),
        "faces_unknown": (gettext("Which faces there are cannot be asked:"), gettext("Install fontconfig.")),
        "icu": (gettext("Lines break rightly in scripts without spaces:"), ""),
        "icu_missing": (gettext("Lines may break wrongly in Lao, Khmer and Burmese."), gettext("Install libicu.")),
    }

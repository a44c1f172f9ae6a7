"""The process that renders: started once, warm, forking a short-lived child for each job.

It is a process of its own with a single thread, so forking is safe, whatever its starter runs. A job is one connection
to its socket: length and JSON in; length, JSON and the files out. A child that exceeds its limits is killed by the
system, whatever it is doing, and its connection just ends. The whole ends when its standard input does.
"""

import gc
import json
import os
import resource
import selectors
import signal
import socket
import struct
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from drafting.actions.release.publication import FORMATS
from drafting.domain.errors import Code, Refusal
from drafting.domain.looks import Look
from drafting.publishing import sample
from drafting.publishing.content import read_content
from drafting.publishing.formats.makers import make_light
from drafting.publishing.making.lessons import QUIET, Lessons
from drafting.publishing.making.limits import Limits
from drafting.publishing.making.name_press import FORMAT as NAMES
from drafting.publishing.making.stamp import stamp
from drafting.publishing.pages.changes import changes_page
from drafting.publishing.pages.designs import assets, stylesheet
from drafting.publishing.pages.setting import CHANGES, Pages, file_name
from drafting.publishing.paper import warming
from drafting.publishing.paper.name_volumes import file_name as name_of_volume
from drafting.publishing.paper.name_volumes import folder_of
from drafting.publishing.reading import Reading
from drafting.publishing.words import words_for

READY = "ready"
LENGTH = struct.Struct("!Q")
MAX_REQUEST = 64 * 1024 * 1024
BACKLOG = 64
# What needs the page maker. ``preflight`` is what :mod:`drafting.publishing.paper.preflight` finds, as JSON.
PRINTED = ("pdf", "preflight", "png")
# Sheets to sign on paper, as :mod:`drafting.publishing.paper.sheets` makes them.
SHEETS = "sheets"


def render(edition: Mapping[str, Any], tag: str, format: str, templates: Path, locales: Path) -> dict[str, bytes]:
    """Path below the public folder → bytes; the file that was asked for comes first."""
    content = read_content(edition)
    locale = content.locale(tag)
    words = words_for(locales, (tag, content.source_locale))
    folder = f"d/{content.slug}/{content.n}/{tag}/"
    if format in PRINTED:
        name = "preflight.json" if format == "preflight" else file_name(content, tag, format)
        return {folder + name: _print(Reading(content, locale, words, notes_inline=True), templates, format)}
    if format == NAMES:
        return _print_names(Reading(content, locale, words), templates, edition["signatories"])
    if format == SHEETS:
        return {folder + f"{SHEETS}.pdf": _print_sheets(Reading(content, locale, words), templates, edition["sheets"])}
    if format == "changes":
        page = changes_page(content, read_content(edition["former"]), tag, words, templates)
        return {folder + CHANGES: page}
    if format != "html":
        return {folder + file_name(content, tag, format): make_light(content, tag, format, words, templates)}
    pages = Pages(Reading(content, locale, words, has_links=True), templates).files()
    root = f"d/{content.slug}/"
    drawn = {root + name: data for name, data in assets(content, templates).items()}
    return {folder + page: data for page, data in pages.items()} | drawn


def _print_names(reading: Reading, templates: Path, volume: Mapping[str, Any]) -> dict[str, bytes]:
    with _with_page_maker():
        from drafting.publishing.paper.name_book import make_name_book
    content, tag = reading.content, reading.locale.tag
    path = folder_of(content, tag) + name_of_volume(content, tag, volume["n"], volume["of"])
    return {path: make_name_book(reading, volume, templates)}


def _print_sheets(reading: Reading, templates: Path, value: Mapping[str, Any]) -> bytes:
    with _with_page_maker():
        from drafting.publishing.paper.sheets import make_sheets
    return make_sheets(reading, value, templates)


@contextmanager
def _with_page_maker() -> Iterator[None]:
    """Its modules are loaded here, since it lacks a library on some machines. Raises ``rendering_failed``."""
    try:
        yield
    except OSError as missing:
        raise Refusal(Code.RENDERING_FAILED, reason="no_pango", detail=str(missing).splitlines()[0]) from missing


def _print(reading: Reading, templates: Path, format: str) -> bytes:
    with _with_page_maker():
        from drafting.publishing.paper import preflight
        from drafting.publishing.paper.pdf import make_pdf
        from drafting.publishing.paper.picture import make_picture
    if format == "png":
        return make_picture(reading, templates)
    return preflight.check(reading, templates).to_json() if format == "preflight" else make_pdf(reading, templates)


def _restrain(limits: Limits) -> None:
    """From here on the system itself ends this process when it takes too much."""
    for number in (signal.SIGALRM, signal.SIGXCPU, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, limits.seconds)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.processor_seconds, limits.processor_seconds + 1))
    size = Path("/proc/self/statm")
    if size.is_file():
        now = int(size.read_text("ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (now + limits.memory, now + limits.memory))


def _receive(connection: socket.socket) -> Any:
    with connection.makefile("rb") as stream:
        (length,) = LENGTH.unpack(stream.read(LENGTH.size))
        if length > MAX_REQUEST:
            raise Refusal(Code.RENDERING_FAILED, reason="too_large")
        return json.loads(stream.read(length))


def _answer(job: Any) -> tuple[dict[str, Any], list[bytes]]:
    try:
        files = render(job["edition"], job["locale"], job["format"], Path(job["templates"]), Path(job["locales"]))
    except Refusal as refusal:
        return {"refused": refusal.code.value, "data": refusal.data}, []
    except MemoryError:
        return {"refused": Code.RENDERING_FAILED.value, "data": {"reason": "too_large"}}, []
    return {"files": [[path, len(data)] for path, data in files.items()]}, list(files.values())


def _serve(connection: socket.socket, lessons: Lessons) -> None:
    connection.setblocking(True)
    job = _receive(connection)
    _restrain(Limits(**job["limits"]))
    gc.disable()  # The process ends with its job; to look for what it could do without takes a tenth of the time.
    head, blobs = _answer(job)
    header = json.dumps(head).encode()
    connection.sendall(LENGTH.pack(len(header)) + header + b"".join(blobs))
    if job["format"] == "pdf" and blobs:
        (locale,) = (each for each in job["edition"]["locales"] if each["tag"] == job["locale"])
        lessons.tell(locale, warming.letters())


def _warm(templates: Path) -> None:
    """Load what every job needs, so that its child finds it there."""
    stylesheet(templates, Look())
    try:
        from drafting.publishing.paper import pdf
    except OSError:
        return
    pdf.warm()


def _chores(templates: Path, locales: Path) -> Iterator[str]:
    """Renderings of a sample in every format: what they load and look up, later jobs find done."""
    for format in ("pdf", *(format for format in FORMATS if format != "pdf")):
        with suppress(Refusal):
            render(sample.sample(), sample.LOCALE, format, templates, locales)
        warming.keep_to_itself()
        yield format
    gc.collect()


def _learn(lessons: Lessons, templates: Path, locales: Path) -> None:
    locale, letters = lessons.take()
    warming.read_patterns(locale["tag"])
    with suppress(Refusal):
        render(sample.sample(locale, letters), locale["tag"], "pdf", templates, locales)
    warming.keep_to_itself()
    gc.collect()


def main(path: str, templates: str, locales: str, chores: str = "") -> None:
    """Listen on a Unix socket at ``path`` until standard input ends. Says "ready" and its stamp when it does.

    With any ``chores`` it prepares itself for many jobs while it has none.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A page maker that lacks a library says so on standard output, where the starter waits for one word.
    word, sys.stdout = sys.stdout.buffer, sys.stderr
    folders = Path(templates), Path(locales)
    _warm(folders[0])
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener, selectors.DefaultSelector() as selector:
        listener.bind(path)
        listener.listen(BACKLOG)
        lessons = Lessons()
        for source in (listener, sys.stdin.buffer, lessons.heard):
            selector.register(source, selectors.EVENT_READ)
        word.write(f"{READY} {stamp(*folders)}\n".encode())
        word.flush()
        todo = _chores(*folders) if chores else iter(())
        while sys.stdin.buffer not in (come := _come(selector, 0)):
            if listener in come:
                _fork(listener, lessons)
            elif lessons.heard in come:
                lessons.hear()
            elif next(todo, None) is None and not _come(selector, QUIET if chores and lessons else None):
                _learn(lessons, *folders)


def _come(selector: selectors.BaseSelector, seconds: float | None) -> list[Any]:
    """What there is to read, after so many seconds at most."""
    return [key.fileobj for key, _ in selector.select(seconds)]


def _fork(listener: socket.socket, lessons: Lessons) -> None:
    connection, _ = listener.accept()
    with connection:
        if os.fork() == 0:
            listener.close()
            _serve(connection, lessons)
            os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])

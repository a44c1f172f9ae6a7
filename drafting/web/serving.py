"""``drafting serve``: the web server, in a worker under a supervisor, until it is told to stop."""

import logging
import os
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from dataclasses import replace
from typing import Final

import uvicorn

from drafting.settings import Settings
from drafting.sync.notes import UNWATCHED, Notes
from drafting.web.app import create_app
from drafting.web.commands.outcomes import Exit
from drafting.web.live.blame import SharedNotes
from drafting.web.live.impatience import ImpatientHttp, ImpatientSocket
from drafting.web.live.supervising import Supervisor, listening
from drafting.web.observing import configure_logs

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

LOG: Final = logging.getLogger(__name__)
LEAVING_SECONDS: Final = 10
MOST_FILES: Final = 65_536
PING_SECONDS: Final = 20.0
BREATH_SECONDS: Final = 0.05


def configuration(settings: Settings, notes: Notes = UNWATCHED) -> uvicorn.Config:
    """How the server runs: no compression of sockets (a bomb would fit through), frames bounded, no address logged."""
    return uvicorn.Config(
        create_app(settings, notes),
        host=settings.host,
        port=settings.port,
        http=ImpatientHttp,
        ws=ImpatientSocket,
        ws_max_size=settings.frame_bytes,
        ws_per_message_deflate=False,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        interface="asgi3",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=LEAVING_SECONDS,
    )


class WatchedServer(uvicorn.Server):
    """Shows signs of life while it serves: uvicorn looks around ten times a second."""

    def __init__(self, config: uvicorn.Config, notes: SharedNotes) -> None:
        super().__init__(config)
        self._notes = notes

    async def on_tick(self, counter: int) -> bool:
        self._notes.beat()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._notes.say_farewell()
        await super().shutdown(sockets)


def _breathe(notes: SharedNotes) -> None:
    while True:
        notes.breathe()
        time.sleep(BREATH_SECONDS)


def _allow_many_files() -> None:
    """Each connection is one; systems allow more than they give at first."""
    if resource is not None:
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = MOST_FILES if most == resource.RLIM_INFINITY else min(most, MOST_FILES)
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def serve(settings: Settings, host: str | None, port: int | None) -> Exit:
    """Serve until SIGINT or SIGTERM; open requests and edits are finished first."""
    settings = replace(settings, host=host or settings.host, port=port or settings.port)
    configure_logs(settings.log)
    try:
        sockets = listening(settings.host, settings.port)
    except OSError:
        print(f"Nothing listens at {settings.host}:{settings.port}; is that port taken?", file=sys.stderr)
        return Exit.FAILED
    _allow_many_files()
    notes = SharedNotes()
    config = configuration(settings, notes)
    # All that a worker needs is imported here, once, so that a new one serves within moments.
    config.load()

    def work() -> int:
        threading.Thread(target=_breathe, args=(notes,), name="breath", daemon=True).start()
        server = WatchedServer(config, notes)
        try:
            server.run(sockets)
        except SystemExit:
            print("The server could not begin; the log says why.", file=sys.stderr)
            return Exit.FAILED
        return Exit.DONE if server.started else Exit.FAILED

    if not hasattr(os, "fork"):
        signal.signal(signal.SIGTERM, lambda number, frame: None)
        return Exit(work())
    LOG.info("serving at http://%s:%d", settings.host, settings.port)
    return Exit(Supervisor(work, notes).serve())

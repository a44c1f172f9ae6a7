"""``drafting serve``: the web server, in this process, until it is told to stop."""

import signal
import sys
from dataclasses import replace
from typing import Final

import uvicorn

from drafting.settings import Settings
from drafting.web.app import create_app
from drafting.web.commands.outcomes import Exit
from drafting.web.observing import configure_logs

LEAVING_SECONDS: Final = 10
PING_SECONDS: Final = 20.0


def configuration(settings: Settings) -> uvicorn.Config:
    """How the server runs: no compression of sockets (a bomb would fit through), frames bounded, no address logged."""
    return uvicorn.Config(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        ws="websockets-sansio",
        ws_max_size=settings.frame_bytes,
        ws_per_message_deflate=False,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=LEAVING_SECONDS,
    )


def serve(settings: Settings, host: str | None, port: int | None) -> Exit:
    """Serve until SIGINT or SIGTERM; open requests and edits are finished first."""
    settings = replace(settings, host=host or settings.host, port=port or settings.port)
    configure_logs(settings.log)
    server = uvicorn.Server(configuration(settings))
    # uvicorn raises the signal that ended it once more when all is done; leaving as asked is no failure.
    signal.signal(signal.SIGTERM, lambda number, frame: None)
    try:
        server.run()
    except KeyboardInterrupt:
        return Exit.DONE
    except SystemExit:
        print(f"Nothing listens at {settings.host}:{settings.port}; is that port taken?", file=sys.stderr)
        return Exit.FAILED
    return Exit.DONE if server.started else Exit.FAILED

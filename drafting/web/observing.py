"""What an operator sees of requests: one JSON line each, and a few numbers. No token, no address, no query."""

import json
import logging
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

ACCESS: Final = logging.getLogger("drafting.requests")
_SECRET_PARTS: Final = frozenset({"token"})


class JsonLines(logging.Formatter):
    """One JSON object a line; ``extra={"facts": {...}}`` adds its facts."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "what": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def configure_logs(level: str) -> None:
    """Send the log to standard error as JSON lines. Uvicorn's own access log names addresses, so it is off."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers[:] = []
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.access").disabled = True
    logging.getLogger("uvicorn.error").addFilter(_names_no_socket)


def _names_no_socket(record: logging.LogRecord) -> bool:
    """Uvicorn tells of each WebSocket with the address that it came from, in the log of its errors."""
    return '"WebSocket' not in str(record.msg)


class Measures:
    """Counters since the start; ``gauges`` are asked when somebody looks."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, int]] = Counter()
        self.seconds = 0.0
        self.gauges: dict[str, Callable[[], float]] = {}

    def text(self) -> str:
        """Prometheus' text format."""
        lines = ["# TYPE drafting_requests_total counter"]
        for (method, status), count in sorted(self.requests.items()):
            lines.append(f'drafting_requests_total{{method="{method}",status="{status}"}} {count}')
        lines += ["# TYPE drafting_request_seconds_total counter", f"drafting_request_seconds_total {self.seconds:.6f}"]
        for name, ask in sorted(self.gauges.items()):
            lines += [f"# TYPE drafting_{name} gauge", f"drafting_{name} {ask():g}"]
        return "\n".join(lines) + "\n"


class Observing:
    """The outermost layer: times each request and writes its line."""

    def __init__(self, app: ASGIApp, measures: Measures) -> None:
        self.app = app
        self.measures = measures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def watching(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watching)
        finally:
            seconds = time.perf_counter() - started
            method = scope["method"] if scope["method"] in _METHODS else "other"
            self.measures.requests[method, status] += 1
            self.measures.seconds += seconds
            facts = {"method": method, "path": loggable_path(scope), "status": status, "ms": round(seconds * 1000, 1)}
            ACCESS.info("request", extra={"facts": facts})


_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})


def loggable_path(scope: Mapping[str, Any]) -> str:
    """The path without what is secret in it; of addresses that are none of ours, nothing."""
    if "endpoint" not in scope:
        return "(unknown)"
    path = str(scope["path"])
    for name, value in scope.get("path_params", {}).items():
        if name in _SECRET_PARTS:
            path = path.replace(str(value), "…")
    return path

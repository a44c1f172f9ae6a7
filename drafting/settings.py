"""Every setting of an installation: one dataclass, filled from environment variables ``DRAFTING_…``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from drafting.paths import DataPaths

# ruff: noqa: RUF009 (the two functions below make dataclass fields)
PREFIX: Final = "DRAFTING_"
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_FALSE: Final = frozenset({"", "0", "false", "no", "off"})


class SettingRefused(Exception):
    """A variable that cannot be used: its name, its value and what is wrong, for the operator who set it."""

    def __init__(self, name: str, value: str, why: str) -> None:
        super().__init__(f"{name}={value!r}: {why}")


def _text(default: Any, text: str) -> Any:
    return field(default=default, metadata={"text": text, "least": None, "most": None})


def _number(default: int, text: str, least: int, most: int) -> Any:
    return field(default=default, metadata={"text": text, "least": least, "most": most})


@dataclass(frozen=True, slots=True)
class Settings:
    """Numbers are bounded; ``metadata`` of each field holds its description and its bounds."""

    data: Path = _text(Path("data"), "Folder that holds everything: database, keys, mail, public pages.")
    database: str = _text("", "Database: sqlite:///… or postgresql://…; empty: a SQLite file in the data folder.")
    relay: str = _text(
        "", "redis://… (Redis or Valkey), for several machines on one PostgreSQL; empty: one process serves everything."
    )
    keys: str = _text("", "File of the keys that addresses are encrypted with; empty: DATA/keys/addresses.")
    smtp: str = _text("", "smtp://name:password@host:587 or smtps://…; empty: letters are written to DATA/mail.")
    sender: str = _text("drafting@localhost", "Address that letters come from.")
    letters_at_once: int = _number(4, "Most letters that are handed to the mail server at the same time.", 1, 50)
    letters_a_minute: int = _number(600, "Most letters that leave in a minute; ask your mail provider.", 1, 1_000_000)
    origin: str = _text("", "Public address of the installation, without a path; empty: http://localhost:PORT.")
    host: str = _text("127.0.0.1", "Address to listen on.")
    port: int = _number(8000, "Port to listen on.", 1, 65535)
    log: str = _text("info", "Least level of log lines: debug, info, warning, error.")
    demo: bool = _text(False, "1 lets anybody act as one of the demonstration's fictional people.")
    operators: tuple[str, ...] = _text((), "E-mail addresses, comma separated, that may open the operation page.")
    title: str = _text("", "Name of the site at the head of its pages; empty: Joint declarations.")
    body_bytes: int = _number(1_048_576, "Largest form or API request, in bytes.", 65_536, 16_777_216)
    import_bytes: int = _number(
        20_971_520, "Largest folder, or list of names, to import, in bytes.", 65_536, 104_857_600
    )
    list_rows: int = _number(100_000, "Most names in one list that is brought in.", 10, 1_000_000)
    list_days: int = _number(30, "Days that a list waits for approval, and that words about one are kept.", 1, 365)
    frame_bytes: int = _number(1_048_576, "Largest WebSocket message, in bytes.", 65_536, 8_388_608)
    client_header: str = _text(
        "", "Header in which a proxy on this machine writes its client's address, like X-Real-IP; empty: none does."
    )
    proxies: tuple[str, ...] = _text(
        (), "Addresses or networks, comma separated, of proxies elsewhere that are believed like one on this machine."
    )
    signatures_an_hour: int = _number(
        300, "Most signatures that one network address may ask for in an hour.", 1, 1_000_000
    )
    site_proofs: bool = _text(
        True, "0 if this server may not ask the DNS and the websites of organisations that prove their domain."
    )
    logo_bytes: int = _number(2_097_152, "Largest logo that an organisation may send, in bytes.", 65_536, 16_777_216)
    logo_pixels: int = _number(16_000_000, "Most pixels that such a logo may have.", 65_536, 100_000_000)
    sockets: int = _number(2000, "Most WebSockets at a time.", 10, 100_000)
    sockets_each: int = _number(200, "Most WebSockets of one account at a time.", 5, 100_000)
    messages_each: int = _number(1000, "Most messages a second on all WebSockets of one account.", 100, 10_000_000)
    comings_each: int = _number(
        300,
        "Most WebSockets that an account may open in a minute, if DRAFTING_SOCKETS_EACH is not more.",
        10,
        1_000_000,
    )
    pause_seconds: int = _number(
        60, "Longest pause, in seconds, until somebody who floods or comes too often may come again.", 1, 3600
    )
    job_seconds: int = _number(60, "Most seconds for making one public file.", 10, 3600)
    job_bytes: int = _number(536_870_912, "Most memory for making one file, in bytes.", 268_435_456, 8_589_934_592)

    @property
    def paths(self) -> DataPaths:
        return DataPaths(self.data)

    @property
    def keys_file(self) -> Path:
        return Path(self.keys) if self.keys else self.paths.keys / "addresses"

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.paths.database}"

    @property
    def base(self) -> str:
        """The origin that links in letters and public pages begin with."""
        return self.origin.rstrip("/") or f"http://localhost:{self.port}"

    @property
    def is_https(self) -> bool:
        return self.base.startswith("https://")

    @property
    def is_demonstration(self) -> bool:
        return self.demo or self.paths.demonstration.exists()

    @property
    def limits(self) -> Mapping[str, int]:
        """The bounded numbers, by the names of their fields."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.metadata["least"] is not None}

    def is_host_allowed(self, host: str) -> bool:
        """Whether a ``Host`` header names this installation. On one's own machine any port will do."""
        own = urlsplit(self.base)
        if host.lower() == own.netloc.lower():
            return True
        return _is_loopback(own.netloc) and _is_loopback(host)

    def is_own_origin(self, origin: str, host: str) -> bool:
        """Whether an ``Origin`` header is this installation's, for a request that came with this ``Host``."""
        if origin == self.base:
            return True
        return _is_loopback(urlsplit(self.base).netloc) and _is_loopback(host) and origin == f"http://{host}"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Raises :class:`SettingRefused` for a value that is out of bounds or makes no sense."""
        values = {}
        for setting in fields(cls):
            name = PREFIX + setting.name.upper()
            if name in environment:
                values[setting.name] = _parse(name, environment[name].strip(), setting.default, setting.metadata)
        settings = cls(**values)
        _check(settings)
        return settings


def _parse(name: str, raw: str, default: Any, bounds: Mapping[str, Any]) -> Any:
    if isinstance(default, bool):
        if raw.lower() not in _TRUE | _FALSE:
            raise SettingRefused(name, raw, "neither 1 nor 0")
        return raw.lower() in _TRUE
    if isinstance(default, int):
        if not raw.isascii() or not raw.isdigit() or not bounds["least"] <= int(raw) <= bounds["most"]:
            raise SettingRefused(name, raw, f"not a whole number from {bounds['least']} to {bounds['most']}")
        return int(raw)
    if isinstance(default, tuple):
        return tuple(part for part in re.split(r"[\s,]+", raw) if part)
    return Path(raw or default) if isinstance(default, Path) else raw or default


def _check(settings: Settings) -> None:
    if settings.log not in ("debug", "info", "warning", "error"):
        raise SettingRefused(PREFIX + "LOG", settings.log, "not debug, info, warning or error")
    _check_relay(settings)
    _check_proxies(settings)
    parts = urlsplit(settings.base)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path or parts.query:
        raise SettingRefused(PREFIX + "ORIGIN", settings.origin, "not like https://example.org")


def _check_relay(settings: Settings) -> None:
    if not settings.relay:
        return
    # The address may hold a password, so it is not repeated.
    if not re.fullmatch(r"rediss?://[^/\s]+(/\d+)?|unix://\S+", settings.relay) or not _has_good_port(settings.relay):
        raise SettingRefused(PREFIX + "RELAY", "…", "not like redis://host:6379/0")
    if settings.database_url.startswith("sqlite"):
        raise SettingRefused(PREFIX + "RELAY", "…", "needs DRAFTING_DATABASE=postgresql://…")


def _check_proxies(settings: Settings) -> None:
    for proxy in settings.proxies:
        try:
            ip_network(proxy, strict=False)
        except ValueError as error:
            raise SettingRefused(PREFIX + "PROXIES", proxy, "not like 10.0.0.5 or 10.0.0.0/24") from error


def _has_good_port(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


def _is_loopback(netloc: str) -> bool:
    return re.sub(r":\d+\Z", "", netloc.lower()) in LOOPBACK

"""Which carrier an installation has, by the address of its mail server."""

from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from drafting.stores.mail.carriers import DEFAULT_SENDER, Carrier, MailFolder
from drafting.stores.mail.smtp import SmtpServer

_SECURITY: Final = {"smtp": ("none", 25), "smtp+starttls": ("starttls", 587), "smtps": ("tls", 465)}
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def carrier(url: str | None, folder: Path, sender: str = "") -> Carrier:
    """The carrier of an installation: ``smtp[+starttls|s]://[name:password@]host[:port][?from=address]``, else files.

    ``sender`` stands in From where the URL has no ``from``. A password never crosses a network in the clear: with one,
    ``smtp://`` means STARTTLS. Raises ValueError where the URL is none of these.
    """
    if not url:
        return MailFolder(folder, sender or DEFAULT_SENDER)
    parts = urlsplit(url)
    if parts.scheme not in _SECURITY or not parts.hostname:
        raise ValueError("a mail URL starts with smtp://, smtp+starttls:// or smtps:// and names a host")
    security, port = _SECURITY[parts.scheme]
    login = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    if login and security == "none" and parts.hostname not in _LOOPBACK:
        security = "starttls"
    origin = parse_qs(parts.query).get("from", [sender])[0]
    return SmtpServer(parts.hostname, parts.port or port, security=security, login=login, sender=origin)

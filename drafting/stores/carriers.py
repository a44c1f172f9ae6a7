"""How a letter leaves the house: by SMTP, or as a file in a folder for the operator who has no mail server."""

import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from drafting.actions.ports import CannotSave, Letter
from drafting.stores.files import write_atomically

TIMEOUT_SECONDS: Final = 30.0
LONGEST_LINE: Final = 998
"""RFC 5322, 2.1.1, in bytes and without the line's end."""
DEFAULT_SENDER: Final = "drafting@localhost"
# A header that needs no folding is easier to read in a file, and no SMTP server minds.
_POLICY: Final = SMTP.clone(max_line_length=LONGEST_LINE, utf8=False)
_FILE_POLICY: Final = _POLICY.clone(utf8=True, linesep="\n")


class CannotDeliver(Exception):
    """Not now. ``concerns_all``: no other letter would fare better at the moment."""

    def __init__(self, reason: str, *, concerns_all: bool = False) -> None:
        super().__init__(reason)
        self.concerns_all = concerns_all


class WillNeverDeliver(Exception):
    """This letter cannot be delivered: its address is impossible, or the server refused it for good."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A letter on its way. ``number`` counts all letters ever kept; ``at`` is when it was."""

    number: int
    id: str
    at: datetime
    attempts: int
    letter: Letter


class Carrier(Protocol):
    def carry(self, parcel: Parcel) -> None:
        """Blocks until the letter is out of our hands. Raises :class:`CannotDeliver`, :class:`WillNeverDeliver`."""


def message_of(parcel: Parcel, sender: str, *, encoding: str, policy: "EmailPolicy[EmailMessage]") -> EmailMessage:
    """The letter as a message. Its Message-ID depends on the letter alone, so a repetition can be told."""
    letter = parcel.letter
    message = EmailMessage(policy)
    try:
        origin = Address(addr_spec=sender)
        message["From"] = origin
        message["To"] = Address(addr_spec=letter.to)
        message["Subject"] = " ".join(letter.subject.split())
        message["Date"] = parcel.at
        message["Message-ID"] = f"<{parcel.id}@{origin.domain or 'localhost'}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.body, charset="utf-8", cte=encoding)
        message["Content-Language"] = letter.locale  # set_content takes former Content- fields away
    except (ValueError, IndexError, MessageError) as error:
        raise WillNeverDeliver(f"the letter is no valid message: {error}") from error
    return message


class MailFolder:
    """Writes each letter as a file, readable as it stands; the names sort by time. Repeating it changes nothing."""

    def __init__(self, folder: Path, sender: str = DEFAULT_SENDER) -> None:
        self._folder = folder
        self._sender = sender

    def carry(self, parcel: Parcel) -> None:
        message = message_of(parcel, self._sender, encoding="8bit", policy=_FILE_POLICY)
        name = f"{parcel.at:%Y%m%dT%H%M%S.%fZ}-{parcel.number:08}.eml"
        try:
            write_atomically(self._folder / name, message.as_bytes(), mode=0o600)
        except CannotSave as error:
            raise CannotDeliver(str(error), concerns_all=True) from error


class SmtpServer:
    """Hands letters to an SMTP server. ``security``: none, starttls or tls."""

    def __init__(
        self, host: str, port: int, *, security: str = "none", login: tuple[str, str] | None = None, sender: str = ""
    ) -> None:
        self._host = host
        self._port = port
        self._security = security
        self._login = login
        self._sender = sender or DEFAULT_SENDER

    def carry(self, parcel: Parcel) -> None:
        try:
            with self._connect() as server:
                self._hand_over(server, parcel)
        except smtplib.SMTPRecipientsRefused as error:
            code, reason = next(iter(error.recipients.values()))
            raise _refused(code, reason) from error
        except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            raise _refused(error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPNotSupportedError as error:
            raise CannotDeliver(str(error)) from error
        except (smtplib.SMTPException, OSError) as error:
            raise CannotDeliver(str(error), concerns_all=True) from error

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self._security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT_SECONDS, context=context)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_SECONDS)
        if self._security == "starttls":
            server.starttls(context=context)
        if self._login:
            server.login(*self._login)
        return server

    def _hand_over(self, server: smtplib.SMTP, parcel: Parcel) -> None:
        server.ehlo_or_helo_if_needed()
        letter = parcel.letter
        lines = letter.body.encode("utf-8", "replace").splitlines()
        is_plain = server.has_extn("8bitmime") and all(len(line) <= LONGEST_LINE for line in lines)
        is_foreign = not (letter.to.isascii() and self._sender.isascii())
        if is_foreign and not server.has_extn("smtputf8"):
            raise WillNeverDeliver("the mail server takes no address beyond ASCII")
        encoding = "8bit" if is_plain else "quoted-printable"
        message = message_of(parcel, self._sender, encoding=encoding, policy=_POLICY.clone(utf8=is_foreign))
        options = ["BODY=8BITMIME"] * is_plain + ["SMTPUTF8"] * is_foreign
        # Not send_message, which writes ">From" where a line begins with "From".
        server.sendmail(self._sender, [letter.to], message.as_bytes(), options)


def _refused(code: int, reason: bytes | str) -> Exception:
    said = f"{code} {reason.decode('utf-8', 'replace') if isinstance(reason, bytes) else reason}"
    return WillNeverDeliver(said) if 500 <= code < 600 else CannotDeliver(said)


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

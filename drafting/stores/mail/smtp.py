"""Hands letters to an SMTP server (RFC 5321) over connections that are kept for the next ones.

What a refusal concerns depends on the word it answers. ``RCPT``: the mailbox, unless the enhanced status (RFC 3463)
begins with 5.7, which is the server's policy and may change. ``DATA``: this letter. Everything before: all letters.
"""

import re
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from drafting.stores.mail.carriers import (
    DEFAULT_SENDER,
    LONGEST_LINE,
    SMTP_POLICY,
    AddressRefused,
    CannotDeliver,
    Parcel,
    WillNeverDeliver,
    message_of,
)

ANSWER_SECONDS: Final = 30.0
TAKING_SECONDS: Final = 600.0
"""How long a server may take to say that it has a letter (RFC 5321, 4.5.3.2.6); hanging up sooner would repeat it."""
KEPT_SECONDS: Final = 30.0
MOST_LETTERS: Final = 100
"""After so many letters a connection is closed; servers count, too."""
_POLICY_STATUS: Final = re.compile(r"\s*5\.7\.\d")
_CLOSING: Final = 421


class _Gone(Exception):
    """A kept connection is no more; nothing was handed over."""


class _Connection:
    """``is_new``: nothing has been said over it yet but a greeting."""

    def __init__(self, server: smtplib.SMTP) -> None:
        self.server = server
        self.letters = 0
        self.used = time.monotonic()

    @property
    def is_fit(self) -> bool:
        return self.letters < MOST_LETTERS and time.monotonic() - self.used < KEPT_SECONDS

    def end(self) -> None:
        """Politely, where the other side still listens."""
        try:
            self.server.quit()
        except (smtplib.SMTPException, OSError):
            self.server.close()

    def cut(self) -> None:
        """At once, from another thread than the one that waits for an answer, which then fails."""
        if self.server.sock is not None:
            with suppress(OSError):
                self.server.sock.shutdown(socket.SHUT_RDWR)


class SmtpServer:
    """``security``: none, starttls or tls. Any number of threads may carry at once, each over its own connection."""

    def __init__(
        self, host: str, port: int, *, security: str = "none", login: tuple[str, str] | None = None, sender: str = ""
    ) -> None:
        self._host = host
        self._port = port
        self._security = security
        self._login = login
        self._sender = sender or DEFAULT_SENDER
        self._kept: list[_Connection] = []
        self._busy: set[_Connection] = set()
        self._turn = threading.Lock()

    def carry(self, parcel: Parcel) -> None:
        if (kept := self._take()) is not None:
            try:
                return self._over(kept, parcel)
            except _Gone:
                pass  # It was closed while nobody used it, which says nothing about the server.
        try:
            connection = _Connection(self._connect())
        except (smtplib.SMTPException, OSError) as error:
            raise CannotDeliver(str(error), concerns_all=True, is_letters=False) from error
        try:
            self._over(connection, parcel)
        except _Gone as error:
            raise CannotDeliver(str(error), concerns_all=True, is_letters=False) from error

    def close(self) -> None:
        with self._turn:
            kept, self._kept = self._kept, []
            busy = [*self._busy]
        for connection in kept:
            connection.end()
        for connection in busy:
            connection.cut()

    def _take(self) -> _Connection | None:
        """A kept connection; those that were kept for too long are ended."""
        with self._turn:
            kept, self._kept = self._kept, []
            fit = [connection for connection in kept if connection.is_fit]
            taken = fit.pop() if fit else None
            self._kept = fit
        for connection in kept:
            if connection is not taken and connection not in fit:
                connection.end()
        return taken

    def _over(self, connection: _Connection, parcel: Parcel) -> None:
        """Carry it, and keep the connection where it is still good."""
        is_good = False
        with self._turn:
            self._busy.add(connection)
        try:
            self._hand_over(connection.server, parcel)
            is_good = True
        except (WillNeverDeliver, CannotDeliver) as error:
            is_good = not (isinstance(error, CannotDeliver) and error.concerns_all) and _is_reset(connection.server)
            raise
        finally:
            connection.letters += 1
            connection.used = time.monotonic()
            is_kept = is_good and connection.is_fit
            with self._turn:
                self._busy.discard(connection)
                if is_kept:
                    self._kept.append(connection)
            if not is_kept:
                connection.end()

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self._security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=ANSWER_SECONDS, context=context)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=ANSWER_SECONDS)
        try:
            if self._security == "starttls":
                server.starttls(context=context)
            if self._login:
                server.login(*self._login)
            server.ehlo_or_helo_if_needed()
        except BaseException:
            server.close()
            raise
        return server

    def _hand_over(self, server: smtplib.SMTP, parcel: Parcel) -> None:
        letter = parcel.letter
        data, options = self._message(server, parcel)
        code, said = _asked(lambda: server.mail(self._sender, options), is_first=True)
        if code != 250:
            raise CannotDeliver(_words(code, said), concerns_all=True, is_letters=False)
        code, said = _asked(lambda: server.rcpt(letter.to))
        if code not in (250, 251):
            raise _refused_mailbox(code, said)
        code, said = _asked(lambda: self._data(server, data))
        if code != 250:
            raise _refused_letter(code, said)

    def _message(self, server: smtplib.SMTP, parcel: Parcel) -> tuple[bytes, list[str]]:
        letter = parcel.letter
        lines = letter.body.encode("utf-8", "replace").splitlines()
        is_plain = server.has_extn("8bitmime") and all(len(line) <= LONGEST_LINE for line in lines)
        is_foreign = not (letter.to.isascii() and self._sender.isascii())
        if is_foreign and not server.has_extn("smtputf8"):
            raise WillNeverDeliver("the mail server takes no address beyond ASCII")
        encoding = "8bit" if is_plain else "quoted-printable"
        message = message_of(parcel, self._sender, encoding=encoding, policy=SMTP_POLICY.clone(utf8=is_foreign))
        return message.as_bytes(), ["BODY=8BITMIME"] * is_plain + ["SMTPUTF8"] * is_foreign

    def _data(self, server: smtplib.SMTP, data: bytes) -> tuple[int, bytes]:
        # Not send_message, which writes ">From" where a line begins with "From".
        assert server.sock is not None
        server.sock.settimeout(TAKING_SECONDS)
        try:
            return server.data(data)
        except smtplib.SMTPDataError as error:
            return error.smtp_code, _bytes(error.smtp_error)
        finally:
            if server.sock is not None:
                server.sock.settimeout(ANSWER_SECONDS)


def _asked(ask: Callable[[], tuple[int, bytes]], *, is_first: bool = False) -> tuple[int, bytes]:
    """A command and its answer. Raises :class:`_Gone` where the first one finds nobody there any more."""
    try:
        code, said = ask()
    except (smtplib.SMTPServerDisconnected, OSError) as error:
        if is_first:
            raise _Gone(str(error)) from error
        raise CannotDeliver(str(error), concerns_all=True) from error
    except smtplib.SMTPException as error:
        raise CannotDeliver(str(error)) from error
    if code == _CLOSING:
        if is_first:
            raise _Gone(_words(code, said))
        raise CannotDeliver(_words(code, said), concerns_all=True)
    return code, said


def _is_reset(server: smtplib.SMTP) -> bool:
    try:
        return server.rset()[0] == 250
    except (smtplib.SMTPException, OSError):
        return False


def _refused_mailbox(code: int, said: bytes) -> Exception:
    words = _words(code, said)
    if 500 <= code < 600 and not _POLICY_STATUS.match(said.decode("utf-8", "replace")):
        return AddressRefused(words)
    return CannotDeliver(words)


def _refused_letter(code: int, said: bytes) -> Exception:
    words = _words(code, said)
    return WillNeverDeliver(words) if 500 <= code < 600 else CannotDeliver(words)


def _words(code: int, said: bytes) -> str:
    return f"{code} {said.decode('utf-8', 'replace')}"


def _bytes(said: bytes | str) -> bytes:
    return said if isinstance(said, bytes) else said.encode("utf-8", "replace")

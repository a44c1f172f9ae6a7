"""How a letter leaves the house: by SMTP (``smtp.py``), or as a file in a folder where there is no mail server."""

from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from pathlib import Path
from typing import Final, Protocol

from drafting.actions.letter_ports import Letter
from drafting.actions.ports import CannotSave
from drafting.stores.files import write_atomically

LONGEST_LINE: Final = 998
"""RFC 5322, 2.1.1, in bytes and without the line's end."""
DEFAULT_SENDER: Final = "drafting@localhost"
# A header that needs no folding is easier to read in a file, and no SMTP server minds.
SMTP_POLICY: Final = SMTP.clone(max_line_length=LONGEST_LINE, utf8=False)
_FILE_POLICY: Final = SMTP_POLICY.clone(utf8=True, linesep="\n")


class CannotDeliver(Exception):
    """Not now. ``concerns_all``: no other letter would fare better at the moment. ``is_letters``: it may be this
    letter's fault, so that another one had better be tried first next time."""

    def __init__(self, reason: str, *, concerns_all: bool = False, is_letters: bool = True) -> None:
        super().__init__(reason)
        self.concerns_all = concerns_all
        self.is_letters = is_letters


class WillNeverDeliver(Exception):
    """This letter cannot be delivered: its address is impossible, or the server refused it for good."""


class AddressRefused(WillNeverDeliver):
    """There is no such mailbox, or it takes nothing any more."""


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
        """Blocks until the letter is out of our hands. Raises :class:`CannotDeliver`, :class:`WillNeverDeliver`.

        Several threads may carry at once.
        """

    def close(self) -> None:
        """Let go of what was kept for the next letters."""


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
        if letter.leave:  # RFC 8058: a mail program's button, which needs no visit
            message["List-Unsubscribe"] = f"<{letter.leave}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
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
            raise CannotDeliver(str(error), concerns_all=True, is_letters=False) from error

    def close(self) -> None:
        return

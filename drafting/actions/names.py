"""What may be called what: slugs and ids that stand in addresses, and plain names that people read."""

import re
import secrets
import unicodedata
from typing import Final

from drafting.domain.characters import faults
from drafting.domain.errors import Code, Refusal
from drafting.domain.prose import REFUSED, Block, Run

SLUG: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}\Z")
_ADDRESS: Final = re.compile(r"[^@\s<>\"(),:;\[\]\\]{1,64}@[^@\s<>\"(),:;\[\]\\]{1,255}\Z")
MAX_NAME: Final = 300
SIGNATURE: Final = "signature"
"""What a refusal is of, where other forms have fields of the same name."""


def new_id() -> str:
    """An opaque id that nobody can guess."""
    return secrets.token_hex(8)


def new_block_id() -> str:
    return secrets.token_hex(6)


def checked_slug(value: str, field: str) -> str:
    """The value, where it can stand in an address. Raises ``bad_input`` with the field's name."""
    if not isinstance(value, str) or not SLUG.match(value):
        raise Refusal(Code.BAD_INPUT, field=field)
    return value


def checked_name(value: str, field: str, longest: int = MAX_NAME, *, may_be_empty: bool = False) -> str:
    """One line of plain words without what cannot be seen. Raises ``bad_input`` with the field's name."""
    if not isinstance(value, str):
        raise Refusal(Code.BAD_INPUT, field=field)
    words = unicodedata.normalize("NFC", value.strip())
    if (not words and not may_be_empty) or len(words) > longest or has_faults(words):
        raise Refusal(Code.BAD_INPUT, field=field)
    return words


def checked_words(value: str, field: str, longest: int) -> str:
    """The same for words of several lines."""
    if not isinstance(value, str) or len(value) > longest:
        raise Refusal(Code.BAD_INPUT, field=field)
    lines = [unicodedata.normalize("NFC", line.rstrip()) for line in value.strip().splitlines()]
    if any(has_faults(line) for line in lines):
        raise Refusal(Code.BAD_INPUT, field=field)
    return "\n".join(lines)


def has_faults(words: str) -> bool:
    """Whether control characters, or invisible ones outside their real use, stand in a line."""
    return bool(REFUSED.search(words) or faults((Block("name", "paragraph", (Run(words),)),)))


def checked_address(value: str) -> str:
    """A mail address, as written. Raises ``bad_input``; whether it exists is for the mail to show."""
    address = value.strip() if isinstance(value, str) else ""
    if not _ADDRESS.match(address) or not address.isprintable():
        raise Refusal(Code.BAD_INPUT, field="address")
    return address


def checked_line(value: str, field: str, longest: int, *, needed: bool = False) -> str:
    """One line of plain words. Raises ``bad_input`` with ``reason`` empty, too_long or characters."""
    words = unicodedata.normalize("NFC", " ".join(value.split(" "))).strip()
    if needed and not any(character.isalnum() for character in words):
        raise Refusal(Code.BAD_INPUT, of=SIGNATURE, field=field, reason="empty")
    if len(words) > longest:
        raise Refusal(Code.BAD_INPUT, of=SIGNATURE, field=field, reason="too_long", longest=longest)
    if has_faults(words):
        raise Refusal(Code.BAD_INPUT, of=SIGNATURE, field=field, reason="characters")
    return words

"""What the content of an edition must be, so that a verifier can read it; fields beyond these are passed over."""

from collections.abc import Callable
from typing import Final, TypeAlias

from drafting.domain.canonical import is_digest, is_number

Shape: TypeAlias = Callable[[object], bool]
STATUSES: Final = ("consents", "reserves", "ad_referendum", "stands_aside")


def is_text(value: object) -> bool:
    return isinstance(value, str)


def is_count(value: object) -> bool:
    """A whole number from 1."""
    return is_number(value) and isinstance(value, int) and value > 0


def record(**fields: Shape) -> Shape:
    """An object with at least these fields."""
    return lambda value: (
        isinstance(value, dict) and all(name in value and shape(value[name]) for name, shape in fields.items())
    )


def some_of(**fields: Shape) -> Shape:
    """An object in which these fields, where it has them, are of these shapes."""
    return lambda value: (
        isinstance(value, dict) and all(shape(value[name]) for name, shape in fields.items() if name in value)
    )


def list_of(shape: Shape) -> Shape:
    return lambda value: isinstance(value, list) and all(map(shape, value))


def dict_of(shape: Shape) -> Shape:
    return lambda value: isinstance(value, dict) and all(map(shape, value.values()))


def _is_filled(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _is_yes(value: object) -> bool:
    return value is True


_TEXTS: Final = dict_of(record(text=is_text))


def _is_statement(value: object) -> bool:
    if value is None:
        return True
    return (
        isinstance(value, dict)
        and isinstance(value.get("original"), str)
        and _TEXTS(value.get("texts"))
        and value["original"] in value["texts"]
    )


def _is_run(value: object) -> bool:
    return _RUN(value) and _REFERENCE(value)


_RUN: Final = record(text=is_text, marks=some_of(strong=_is_yes, em=_is_yes, link=_is_filled))
_REFERENCE: Final = some_of(note=_is_filled)
_BLOCK: Final = record(id=is_text, kind=is_text, depth=is_number, runs=list_of(_is_run))
_POSITION: Final = record(
    network=is_text,
    status=lambda value: value in STATUSES,
    at=is_text,
    harms=is_text,
    remedy=is_text,
    statement=_is_statement,
)
_SIGNED: Final = some_of(offline_key=is_text, passkey=is_text)
_SECTION: Final = record(
    id=is_text,
    revision=record(digest=is_digest),
    texts=dict_of(record(body=list_of(_BLOCK), digest=is_digest, status=is_text)),
    positions=list_of(lambda value: _POSITION(value) and _SIGNED(value)),
)
is_content: Final = record(
    declaration=is_text,
    n=is_count,
    manifest=is_digest,
    source_locale=is_text,
    authentic_locales=list_of(is_text),
    networks=list_of(record(slug=is_text, name=is_text)),
    manifest_signed_by=list_of(is_text),
    sections=list_of(_SECTION),
)
"""Whether a value is the content of an edition."""

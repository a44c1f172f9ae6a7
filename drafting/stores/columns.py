"""How values that SQL does not know are kept: moments, JSON, addresses. One place each, for both databases."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import BigInteger, Dialect, Text, TypeDecorator

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND: Final = 1_000_000
_DAY: Final = 86_400 * _SECOND


def micros(moment: datetime) -> int:
    """Microseconds since 1970 in UTC, exactly (a float of seconds would lose some)."""
    since = moment - EPOCH
    return since.days * _DAY + since.seconds * _SECOND + since.microseconds


def moment(value: int) -> datetime:
    """The inverse of :func:`micros`."""
    return EPOCH + timedelta(microseconds=value)


def dumps(value: Any) -> str:
    """JSON with sorted keys: equal values are equal strings, so they can be compared in SQL."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


class Moment(TypeDecorator[datetime]):
    """A point in time as microseconds; both databases then sort, compare and keep it alike."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else moment(value)


class Json(TypeDecorator[Any]):
    """A JSON value as text; text, since PostgreSQL's JSONB refuses the character NUL and reorders numbers."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        return dumps(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)

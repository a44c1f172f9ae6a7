"""E-mail addresses at rest: the only place that knows how one is kept and how it is found again.

A column that holds an address has the type :class:`Address`, or :class:`Sealed` for other personal words: what the
database gets is encrypted. A column that an address is looked up by has the type :class:`FoundBy`: what the database
gets is a keyed hash, and comparing the column with an address compares with its hash. The keys belong to a database's
dialect, as every engine has one of its own; :meth:`drafting.stores.database.Database.unlock` says which.
"""

import json
import unicodedata
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import Dialect, Text, TypeDecorator

from drafting.stores.columns import dumps
from drafting.stores.secrets.address_keys import Keys, KeysMissing

_KEYS: Final[WeakKeyDictionary[Dialect, Keys]] = WeakKeyDictionary()


def unlock(dialect: Dialect, keys: Keys) -> None:
    """From now on this dialect's connections seal with these keys."""
    _KEYS[dialect] = keys


def _keys(dialect: Dialect) -> Keys:
    found = _KEYS.get(dialect)
    if found is None:
        raise KeysMissing("this database was opened without its keys")
    return found


def found_by(address: str) -> str:
    """What two spellings of one address have in common: case and surrounding space do not count."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", address.strip()).casefold())


class Sealed(TypeDecorator[str]):
    """Words that only this installation can read. Equal ones differ in the database, so they can't be compared."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _keys(dialect).seal(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _keys(dialect).open(value)


class Address(Sealed):
    """An address as somebody wrote it, without surrounding space."""

    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return super().process_bind_param(None if value is None else value.strip(), dialect)


class SealedJson(TypeDecorator[Any]):
    """A JSON value that only this installation can read."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        return _keys(dialect).seal(dumps(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(_keys(dialect).open(value))


class FoundBy(TypeDecorator[str]):
    """What an address is found by, given as :func:`found_by` (or a stricter folding) says, kept as a keyed hash."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _keys(dialect).digest(value)

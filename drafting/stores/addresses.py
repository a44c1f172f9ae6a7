"""E-mail addresses at rest: the only place that knows how one is kept and how it is found again.

Every column that holds an address has the type :class:`Address`; looking one up goes through :func:`found_by`.
"""

import unicodedata

from sqlalchemy import Dialect, Text, TypeDecorator


def found_by(address: str) -> str:
    """What two spellings of one address have in common: case and surrounding space do not count."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", address.strip()).casefold())


class Address(TypeDecorator[str]):
    """An address as somebody wrote it, without surrounding space."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else value.strip()

"""What is wrong with a file of a bundle."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """A file of a bundle, and what is wrong with it. ``is_missing``: the bundle is incomplete rather than false."""

    file: str
    what: str
    is_missing: bool = False

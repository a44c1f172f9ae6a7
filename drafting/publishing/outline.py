"""Levels of headings without a gap: a reader who jumps by headings meets none that is missing."""

from drafting.domain.prose import HEADINGS

# The number of the highest heading that stands within a section; the section's own is above it.
_HIGHEST = 2


class Outline:
    """The headings within one section, in their order; ``top`` is the level of the highest, ``deepest`` the last."""

    def __init__(self, top: int, deepest: int) -> None:
        self._top, self._deepest = top, deepest
        self._level = top - 1

    def level(self, kind: str) -> int:
        """That of the next heading: what its kind asks for, and at most one below the heading before it."""
        wanted = HEADINGS[kind] - _HIGHEST + self._top
        self._level = max(self._top, min(wanted, self._level + 1, self._deepest))
        return self._level

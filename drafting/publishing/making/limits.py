"""What one rendering may cost."""

from dataclasses import dataclass
from math import ceil
from typing import Final

# Of the clock's time; the rest is for a machine that is busy with something else.
PROCESSOR_SHARE: Final = 2 / 3


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds of the clock and of one processor, and bytes beyond what a worker has when it begins."""

    seconds: float = 60
    processor_seconds: int = 40
    memory: int = 512 * 1024 * 1024

    @classmethod
    def of(cls, seconds: float, memory: int) -> "Limits":
        """With as much of a processor as the clock allows on a machine that is not too busy."""
        return cls(seconds, ceil(seconds * PROCESSOR_SHARE), memory)

"""What one rendering may cost."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds of the clock and of one processor, and bytes beyond what a worker has when it begins."""

    seconds: float = 60
    processor_seconds: int = 20
    memory: int = 512 * 1024 * 1024

"""How a command ends: exit codes, and one sentence on standard error where it could not be done."""

from enum import IntEnum
from typing import NoReturn


class Exit(IntEnum):
    """0 done, 1 failed or invalid, 2 wrongly called or incomplete, 3 not permitted in this state."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NOT_NOW = 3


class Failure(Exception):
    """A command that could not do what was asked; its sentence is for the operator."""

    def __init__(self, exit: Exit, words: str) -> None:
        super().__init__(words)
        self.exit = exit


def fail(exit: Exit, words: str) -> NoReturn:
    raise Failure(exit, words)

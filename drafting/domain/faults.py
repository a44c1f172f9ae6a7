"""What is wrong with a file of a bundle."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Reason(StrEnum):
    """Why a file is wrong; the data that a fault brings stands behind each. Sentences are the caller's."""

    MISSING = "missing"
    MALFORMED = "malformed"
    NOT_SIGNED = "not_signed"
    OTHER_SIGNED = "other_signed"
    NOT_TRUSTED = "not_trusted"
    CHANGED = "changed"
    NOT_LISTED = "not_listed"
    OTHER_CHECKPOINT = "other_checkpoint"
    NOT_IN_LOG = "not_in_log"  # index
    OTHER_WORDS = "other_words"  # section, locale
    OTHER_TEXT = "other_text"
    NO_SUCH_TEXT = "no_such_text"
    OTHER_EDITION = "other_edition"
    OTHER_REVISION = "other_revision"  # section
    OTHER_MANIFEST = "other_manifest"
    NOT_BEGUN = "not_begun"
    NOT_FROZEN = "not_frozen"
    NOT_RELEASED = "not_released"
    NOT_ASKED_FOR = "not_asked_for"
    NOT_APPROVED = "not_approved"
    OPENED_AGAIN = "opened_again"
    NOT_JOINED = "not_joined"  # network
    WHOLE_NOT_SIGNED = "whole_not_signed"  # network
    OTHER_POSITION = "other_position"  # network, section
    BAD_SIGNATURE = "bad_signature"  # network, section


@dataclass(frozen=True, slots=True)
class Fault:
    """A file of a bundle, and what is wrong with it."""

    file: str
    reason: Reason
    data: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def is_missing(self) -> bool:
        """The bundle is incomplete rather than false."""
        return self.reason is Reason.MISSING

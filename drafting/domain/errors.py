"""What can be refused, as codes and data; statuses and sentences are made at the edge, in the reader's language."""

from enum import StrEnum
from typing import Any


class Code(StrEnum):
    """Why something was refused. The values stand in the API's problem documents and never change."""

    BAD_INPUT = "bad_input"
    NOT_FOUND = "not_found"
    SIGN_IN = "sign_in"
    NOT_ALLOWED = "not_allowed"
    NO_MANDATE = "no_mandate"
    MANDATE_ENDED = "mandate_ended"
    SIGN_IN_ANEW = "sign_in_anew"
    TAKEN = "taken"
    UNKNOWN_LOCALE = "unknown_locale"
    TEXT_CHANGED = "text_changed"
    TEXT_REFUSED = "text_refused"
    TEXT_RETIRED = "text_retired"
    MARKDOWN_REFUSED = "markdown_refused"
    FOLDER_REFUSED = "folder_refused"
    AUTHENTIC_TEXT_LAGS = "authentic_text_lags"
    NOTHING_CHANGED = "nothing_changed"
    NOT_TABLED = "not_tabled"
    REASON_REQUIRED = "reason_required"
    FROZEN = "frozen"
    RULE_NOT_MET = "rule_not_met"
    WINDOW_OPEN = "window_open"
    SECOND_NETWORK_REQUIRED = "second_network_required"
    NOT_RELEASED = "not_released"
    SIGNING_ENDED = "signing_ended"
    CHARTER_FIXED = "charter_fixed"
    SECTION_NOT_EMPTY = "section_not_empty"
    LINK_USED = "link_used"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    CANNOT_SAVE = "cannot_save"
    RENDERING_FAILED = "rendering_failed"
    SOURCE_CHANGED = "source_changed"
    BLOCK_UNKNOWN = "block_unknown"


class Refusal(Exception):
    """Something that a person asked for cannot be done as asked.

    ``code`` says why; ``data`` holds what the sentence and the caller need (digests, names, numbers, line numbers).
    """

    def __init__(self, code: Code, **data: Any) -> None:
        super().__init__(code, data)
        self.code = code
        self.data = data

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value!r}" for name, value in self.data.items())
        return f"{self.code.value}({details})"

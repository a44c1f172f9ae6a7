"""Facts for the ledger: what happened, who did it, through what. Copied by value, never changed, never deleted.

A stream is one declaration's slug, or :data:`PLATFORM` for what concerns no declaration (networks, grants). Event data
is JSON and holds no personal data beyond an account's opaque id.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

PLATFORM: Final = "_platform"


class Kind(StrEnum):
    """``source:subject:action``."""

    DECLARATION_CREATE = "person:declaration:create"
    SECTION_ADD = "person:section:add"
    SECTIONS_ORDER = "person:sections:order"
    SECTION_SPLIT = "person:section:split"
    SECTION_DROP = "person:section:drop"
    SECTION_HOLD = "person:section:hold"
    NETWORK_REGISTER = "person:network:register"
    NETWORK_DESCRIBE = "person:network:describe"
    MEMBER_JOIN = "person:member:join"
    MEMBER_LEAVE = "person:member:leave"
    MANDATE_INVITE = "person:mandate:invite"
    MANDATE_GRANT = "person:mandate:grant"
    MANDATE_END = "person:mandate:end"
    REVISION_TABLE = "person:revision:table"
    POSITION_TAKE = "person:position:take"
    POSITION_SIGN = "person:position:sign"
    POSITION_ASSERT = "person:position:assert"
    MANIFEST_SIGN = "person:manifest:sign"
    STATEMENT_TRANSLATE = "person:statement:translate"
    TRANSLATION_REVIEW = "person:translation:review"
    TRANSLATION_COMPLETE = "system:translation:complete"
    EDITION_FREEZE = "person:edition:freeze"
    EDITION_VOID = "system:edition:void"
    EDITION_APPROVE = "person:edition:approve"
    RELEASE_ASK = "person:release:ask"
    EDITION_RELEASE = "system:edition:release"
    TEXT_RESTORE = "person:text:restore"
    DECLARATION_CLAIM = "operator:declaration:claim"
    DECLARATION_LOOK = "person:declaration:look"
    KEY_ADD = "person:key:add"
    KEY_END = "person:key:end"
    PASSKEY_ADD = "person:passkey:add"
    PASSKEY_END = "person:passkey:end"
    TOKEN_ISSUE = "operator:token:issue"  # noqa: S105
    SIGNATURE_CONFIRM = "signatory:signature:confirm"
    SIGNATURE_WITHDRAW = "signatory:signature:withdraw"
    SIGNATURE_ERASE = "signatory:signature:erase"
    SIGNATURE_QUARANTINE = "person:signature:quarantine"
    SIGNATURE_INVALIDATE = "person:signature:invalidate"
    SIGNATURE_RESTORE = "person:signature:restore"
    ROLL_HAND_IN = "person:roll:hand_in"
    ROLL_APPROVE = "person:roll:approve"
    ROLL_DROP = "person:roll:drop"
    ROLL_COUNT = "system:roll:count"
    ROLL_ASK_BACK = "person:roll:ask_back"
    ROLL_TAKE_BACK = "person:roll:take_back"
    ROLL_KEEP = "person:roll:keep"
    ROLL_UNCOUNT = "system:roll:uncount"
    SIGNATURE_DESCRIBE = "signatory:signature:describe"
    LOGO_REMOVE = "person:logo:remove"
    NETWORK_ADMIT = "person:signature:admit"
    NETWORK_DISMISS = "person:signature:dismiss"
    SIGNATURE_LEAVE = "signatory:signature:leave"
    UPDATE_WRITE = "person:update:write"
    UPDATE_APPROVE = "person:update:approve"
    UPDATE_DROP = "person:update:drop"
    UPDATE_SEND = "system:update:send"
    SIGNING_CLOSE = "person:signing:close"
    SIGNING_REOPEN = "person:signing:reopen"
    SIGNING_COUNT = "system:signing:count"


@dataclass(frozen=True, slots=True)
class Event:
    """What an action decided; ``actor`` is an account id, ``operator`` or ``system``; ``channel`` web, api, cli, …"""

    kind: Kind
    data: Mapping[str, Any]
    actor: str
    channel: str = "web"


@dataclass(frozen=True, slots=True)
class Entry:
    """An event with its place: ``index`` counts from 1 in its stream, without gaps; ``at`` is UTC."""

    stream: str
    index: int
    at: datetime
    event: Event

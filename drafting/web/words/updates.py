"""Updates to signatories in words: how far one is, and what is wrong with what was typed."""

from collections.abc import Mapping
from typing import Any

from drafting.actions.signing.updates import UPDATE
from drafting.domain.updates import UpdateState
from drafting.web.i18n import Words


def update_state(w: Words, state: UpdateState) -> str:
    return {
        UpdateState.WAITING: w.gettext("waits for a second network"),
        UpdateState.SENDING: w.gettext("is being sent"),
        UpdateState.SENT: w.gettext("sent"),
        UpdateState.DROPPED: w.gettext("taken back"),
    }[state]


def update_misfit(w: Words, data: Mapping[str, Any]) -> str | None:
    """The sentence for a ``bad_input`` of an update; None for any other."""
    if data.get("of") != UPDATE:
        return None
    field, _, tag = str(data.get("field", "")).partition(".")
    if field == "state":
        return w.gettext("Somebody has decided on this update meanwhile. Nothing was changed; look at it again.")
    language = w.language(tag)
    if data.get("reason") == "empty":
        if field == "subject":
            return w.gettext("The subject in %(language)s is missing.", language=language)
        return w.gettext("The words in %(language)s are missing.", language=language)
    if data.get("reason") == "too_long":
        return w.ngettext(
            "This is too long: it may have %(num)s letter at most.",
            "This is too long: it may have %(num)s letters at most.",
            int(data["longest"]),
        )
    return w.gettext(
        "This holds an invisible character, perhaps one that turns the direction of writing. Type it anew instead of "
        "pasting it."
    )

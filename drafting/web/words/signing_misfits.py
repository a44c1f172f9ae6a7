"""What cannot be used in the form of a signature: a sentence for each field, with what to do."""

from collections.abc import Mapping
from typing import Any

from drafting.actions.names import SIGNATURE
from drafting.web.i18n import Words
from drafting.web.words.organisations import organisation_misfit


def signing_misfit(w: Words, data: Mapping[str, Any]) -> str | None:
    """The sentence for a ``bad_input`` of a signature; None for any other."""
    if data.get("of") != SIGNATURE:
        return None
    field, reason = data.get("field", ""), data.get("reason")
    if field == "state":
        return w.gettext("Somebody has decided on this signature meanwhile. Nothing was changed; look at it again.")
    if field == "proof":
        return w.gettext("Your browser's work for this form was used before or is too old. Send the form once more.")
    if own := organisation_misfit(w, data):
        return own
    if reason == "address":
        return w.gettext("Write an e-mail address like name@example.org.")
    if reason == "same":
        return w.gettext("The second contact has to be another person with another address.")
    if reason == "empty":
        return w.gettext("Write the name that signs.")
    if reason == "too_long":
        return w.ngettext(
            "This is too long: it may have %(num)s letter at most.",
            "This is too long: it may have %(num)s letters at most.",
            int(data["longest"]),
        )
    if reason == "characters":
        return w.gettext(
            "This holds an invisible character, perhaps one that turns the direction of writing. Type it anew instead "
            "of pasting it."
        )
    return w.gettext("Choose one of the answers for “%(field)s”.", field=field)

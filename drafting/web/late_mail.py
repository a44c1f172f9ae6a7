"""When letters take their time, whoever waits for one is told so, as far as it is known."""

from typing import Final

from drafting.actions.letter_ports import Outlook
from drafting.web.i18n import Words

LATE_MINUTES: Final = 10
HOUR: Final = 60


def is_late(outlook: Outlook) -> bool:
    """Whether a letter takes longer than people wait for one without wondering."""
    return outlook.minutes is None or outlook.minutes >= LATE_MINUTES


def late_sentence(w: Words, outlook: Outlook) -> str:
    """Empty where a letter comes as soon as it usually does."""
    if not is_late(outlook):
        return ""
    if outlook.minutes is None:
        return w.gettext(
            "No letters can leave at the moment. Yours leaves as soon as they can again. Your request is kept; "
            "nothing is lost."
        )
    if outlook.minutes >= HOUR:
        return w.gettext(
            "So many people are signing that your letter may take an hour or more. Your request is kept; nothing is "
            "lost."
        )
    return w.ngettext(
        "So many people are signing that your letter may take %(num)s minute. Your request is kept; nothing is lost.",
        "So many people are signing that your letter may take %(num)s minutes. Your request is kept; nothing is lost.",
        outlook.minutes,
    )

"""What cannot be used as it is, field by field, as sentences; the field is that of ``bad_input``."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from drafting.web.i18n import Words
from drafting.web.words.key_misfits import key_misfit
from drafting.web.words.rolls import roll_misfit
from drafting.web.words.signing_misfits import signing_misfit
from drafting.web.words.updates import update_misfit

Sentence = Callable[[Words], str]

_FIELDS: Final[Mapping[str, Sentence]] = {
    "slug": lambda w: w.gettext(
        "An address is made of small letters a to z, digits and hyphens. Nothing was recorded."
    ),
    "title": lambda w: w.gettext("A title is one line of at most 300 letters. Nothing was recorded."),
    "name": lambda w: w.gettext(
        "A name is one line of at most 300 letters, none of them invisible. Nothing was recorded."
    ),
    "short": lambda w: w.gettext("A short name has at most 12 letters. Nothing was recorded."),
    "address": lambda w: w.gettext("Write an e-mail address like name@example.org. Nothing was recorded."),
    "code": lambda w: w.gettext("This is not the code of the newest letter. Look again, or ask for a new letter."),
    "until": lambda w: w.gettext("Choose a day that is still to come. Nothing was recorded."),
    "days": lambda w: w.gettext("The number of days is not one that can be used here. Nothing was recorded."),
    "scopes": lambda w: w.gettext(
        "Choose what the mandate allows; people without a network may edit and translate. Nothing was recorded."
    ),
    "locales": lambda w: w.gettext("One of the languages is not one of this declaration. Nothing was recorded."),
    "authentic_locales": lambda w: w.gettext(
        "The authentic languages have to be among the declaration's languages. Nothing was recorded."
    ),
    "role": lambda w: w.gettext("A network takes part as a founder, as one that joined, or as an observer."),
    "preset": lambda w: w.gettext("No set of rules has this name. Nothing was recorded."),
    "consents_at_least": lambda w: w.gettext("At least one network has to consent. Nothing was recorded."),
    "answer_hours": lambda w: w.gettext("The time to answer is a number of hours, at most a year."),
    "objection_hours": lambda w: w.gettext("The time for objections is a number of hours, at most 30 days."),
    "zone": lambda w: w.gettext("A time zone has a name like Africa/Dakar. Nothing was recorded."),
    "change": lambda w: w.gettext("Say whether the meaning changes or only the wording. Nothing was recorded."),
    "why": lambda w: w.gettext("The reason is too long, or holds characters that cannot be shown."),
    "kind": lambda w: w.gettext("Choose one of the positions. Nothing was recorded."),
    "statement.locale": lambda w: w.gettext("Choose the language that the statement is written in."),
    "erratum": lambda w: w.gettext(
        "A correction is at most 2,000 letters, none of them invisible, and not empty. Nothing was recorded."
    ),
    "sections": lambda w: w.gettext("Every section has to stand in the order once. Nothing was changed."),
    "before_block": lambda w: w.gettext("A section is split before a paragraph that is not its first."),
}


def misfit(words: Words, data: Mapping[str, Any]) -> str:
    """The sentence for a ``bad_input``: the field's own, else one that names the field where it is known."""
    field = str(data.get("field", ""))
    for of in (signing_misfit, roll_misfit, key_misfit, update_misfit):
        if sentence := of(words, data):
            return sentence
    if data.get("reason") == "reused":
        return words.gettext("This Idempotency-Key stood for another request. Nothing was recorded; use a new one.")
    if field.startswith("card."):
        return words.gettext("This answer is too long or holds characters that cannot be shown.")
    if field in _FIELDS:
        return _FIELDS[field](words)
    if field:
        return words.gettext("“%(field)s” cannot be used as it is. Nothing was recorded.", field=field)
    return words.gettext("Something in the form cannot be used as it is. Nothing was recorded.")

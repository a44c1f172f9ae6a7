"""The letters of signing, and the wording of what a signatory agrees to.

No letter says a name that somebody typed: whoever types a foreign address into the form could have it mailed anything.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from drafting.web.i18n import Words

Written = tuple[str, Sequence[str]]
Values = Mapping[str, Any]


def _about(v: Values) -> dict[str, Any]:
    return {"declaration": v["declaration"], "n": v["n"]}


def _own(w: Words, v: Values) -> list[str]:
    return [
        w.gettext("To look at what is kept, take a copy, withdraw or have it erased, now or later, open this link:"),
        v["own"],
    ]


def _signature(w: Words, v: Values) -> Written:
    subject = w.gettext("Confirm your signature under “%(declaration)s”", declaration=v["declaration"])
    return subject, [
        w.gettext(
            "somebody, most likely you, wants to sign “%(declaration)s”, edition %(n)s, with this address. "
            "The signature counts once you open this link and press the button:",
            **_about(v),
        ),
        v["link"],
        w.ngettext("The link works once, for %(num)s day.", "The link works once, for %(num)s days.", v["days"]),
        w.gettext("If you did not ask for this, do nothing: nothing is signed, and what was typed is deleted."),
        *_own(w, v),
    ]


def _known(w: Words, v: Values) -> Written:
    subject = w.gettext("You have signed “%(declaration)s” already", declaration=v["declaration"])
    return subject, [
        w.gettext(
            "somebody, most likely you, wanted to sign “%(declaration)s”, edition %(n)s, with this address. "
            "It has signed already, and one address signs once; nothing was changed.",
            **_about(v),
        ),
        *_own(w, v),
    ]


def _reminder(w: Words, v: Values) -> Written:
    subject = w.gettext("Your signature under “%(declaration)s” waits for you", declaration=v["declaration"])
    return subject, [
        w.gettext(
            "some days ago somebody, most likely you, wanted to sign “%(declaration)s”, edition %(n)s, with this "
            "address. The signature counts once you open this link and press the button:",
            **_about(v),
        ),
        v["link"],
        w.gettext("The link works until %(time)s. No other reminder comes.", time=v["until"]),
        w.gettext("If you did not ask for this, do nothing: nothing is signed, and what was typed is deleted."),
        *_own(w, v),
    ]


def _second(w: Words, v: Values) -> Written:
    subject = w.gettext("An organisation wants to sign “%(declaration)s”", declaration=v["declaration"])
    return subject, [
        w.gettext(
            "a person of an organisation wants it to sign “%(declaration)s”, edition %(n)s, and named this address as "
            "a second contact. The signature counts once you, too, open this link, read it and press the button:",
            **_about(v),
        ),
        v["link"],
        w.ngettext("The link works once, for %(num)s day.", "The link works once, for %(num)s days.", v["days"]),
        w.gettext("If your organisation has not decided this, do nothing: nothing is signed."),
    ]


def _proven(w: Words, v: Values) -> Written:
    subject = w.gettext("Your organisation stands under “%(declaration)s”", declaration=v["declaration"])
    return subject, [
        w.gettext(
            "your organisation's domain shows the line that was asked for, so its signature under “%(declaration)s”, "
            "edition %(n)s, counts from now on. You may take the line away again.",
            **_about(v),
        ),
        *_own(w, v),
    ]


def _update(w: Words, v: Values) -> Written:
    """The words between the first lines and the last are those of whoever writes to the signatories."""
    return v["subject"], [
        w.gettext(
            "you signed “%(declaration)s”, edition %(n)s, and wanted to hear what becomes of it. Those who look after "
            "it write:",
            **_about(v),
        ),
        v["body"],
        w.gettext("The declaration:"),
        v["link"],
        w.gettext("To get no more of these letters, open this link and press the button; your signature stays:"),
        v["leave"],
        w.gettext(
            "To look at all that is kept of you, or to have it erased, open the link of the letter in which you "
            "confirmed. If you no longer have it, sign once more with this address: another letter comes with a link."
        ),
    ]


def _update_waits(w: Words, v: Values) -> Written:
    subject = w.gettext("“%(declaration)s”: a letter to those who signed waits for you", declaration=v["declaration"])
    first = w.gettext(
        "somebody wrote a letter to those who signed edition %(n)s of “%(declaration)s”. It is sent once your network "
        "vouches for it, too.",
        **_about(v),
    )
    return subject, [first, w.gettext("Read it, and vouch for it here:"), v["link"]]


SIGNING_LETTERS: Final[Mapping[str, Callable[[Words, Values], Written]]] = {
    "signature": _signature,
    "signature_known": _known,
    "signature_reminder": _reminder,
    "signature_second": _second,
    "update": _update,
    "update_waits": _update_waits,
    "signature_proven": _proven,
}


def _publish(w: Words) -> str:
    return w.gettext(
        "My signature may be published under this edition, here and on copies of this page, in the way chosen above."
    )


def _updates(w: Words) -> str:
    return w.gettext("I want to hear by e-mail what becomes of this declaration. Each letter holds a link to leave.")


CONSENTS: Final[Mapping[str, Callable[[Words], str]]] = {"publish": _publish, "updates": _updates}

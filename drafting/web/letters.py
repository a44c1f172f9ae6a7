"""The words of letters, in each reader's language: plain sentences, and a link alone on its line."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from drafting.domain.prose import short_code
from drafting.web.i18n import Languages, Words
from drafting.web.signing_letters import CONSENTS, SIGNING_LETTERS
from drafting.web.words.key_misfits import KEY_LETTERS
from drafting.web.words.rolls import CONSENTS_ON_PAPER, ROLL_LETTERS
from drafting.web.words.vocabulary import Vocabulary

Written = tuple[str, Sequence[str]]
Values = Mapping[str, Any]


class Letters:
    """``Sentences`` of the actions' ports."""

    def __init__(self, languages: Languages) -> None:
        self._languages = languages

    def letter(self, name: str, locale: str, /, **values: Any) -> tuple[str, str]:
        """Subject and body of a letter by its name; what each is told stands with the action that sends it."""
        words = self._languages.words(locale)
        subject, paragraphs = _LETTERS[name](words, values)
        person = values.get("person")
        greeting = words.gettext("Hello %(name)s,", name=person) if person else words.gettext("Hello,")
        body = "\n\n".join([greeting, *(p for p in paragraphs if p)])
        return " ".join(subject.split()), body + "\n"

    def wording(self, name: str, locale: str) -> tuple[str, str]:
        """The words of a consent, and the language they are in: the nearest one that the interface speaks."""
        words = self._languages.words(locale)
        return {**CONSENTS, **CONSENTS_ON_PAPER}[name](words), words.tag


def _scopes(w: Words, values: Values) -> str:
    return Vocabulary(w).scopes(frozenset(values.get("scopes", ())))


def _mandate(w: Words, values: Values) -> str:
    until: datetime | None = values.get("until")
    scopes = _scopes(w, values)
    if until is None:
        return w.gettext("The mandate: %(scopes)s. It runs until somebody ends it.", scopes=scopes)
    return w.gettext("The mandate: %(scopes)s. It runs until %(day)s.", scopes=scopes, day=w.day(until))


def _sign_in(w: Words, v: Values) -> Written:
    return w.gettext("Your link to sign in"), [
        w.gettext("open this link in the browser in which you asked for it, then press the button:"),
        v["link"],
        w.gettext("Or write this code there:"),
        str(v["code"]),
        w.ngettext("Both work once, for %(num)s minute.", "Both work once, for %(num)s minutes.", v["minutes"]),
        w.gettext("If you did not ask for this, do nothing: nobody can sign in with it elsewhere."),
    ]


def _invitation(w: Words, v: Values) -> Written:
    invited = {"who": v.get("invited_by") or w.gettext("Somebody"), "declaration": v["declaration"]}
    if v.get("network"):
        subject = w.gettext("%(network)s: invitation to “%(declaration)s”", network=v["network"], **_only(v))
        first = w.gettext(
            "%(who)s invites you to write “%(declaration)s” for %(network)s.", network=v["network"], **invited
        )
    else:
        subject = w.gettext("Invitation to “%(declaration)s”", **_only(v))
        first = w.gettext("%(who)s invites you to help with “%(declaration)s”.", **invited)
    last = w.gettext("The link works once and only for you. If this is not for you, do nothing; no reminder comes.")
    return subject, [first, _mandate(w, v), w.gettext("Read it and accept here:"), v["link"], last]


def _only(v: Values) -> dict[str, Any]:
    return {"declaration": v["declaration"]}


def _invited(w: Words, v: Values) -> Written:
    subject = w.gettext("%(network)s: somebody was invited", network=v["network"])
    first = w.gettext(
        "%(who)s invited somebody to act for %(network)s in “%(declaration)s”.",
        who=v.get("invited_by") or w.gettext("Somebody"),
        network=v["network"],
        **_only(v),
    )
    return subject, [first, _mandate(w, v), w.gettext("Who acts for your network stands here:"), v["link"]]


def _grant(w: Words, v: Values) -> Written:
    who = v.get("delegate") or w.gettext("Somebody")
    if v.get("network"):
        subject = w.gettext("%(network)s: a mandate was granted", network=v["network"])
        first = w.gettext(
            "%(who)s now acts for %(network)s in “%(declaration)s”.", who=who, network=v["network"], **_only(v)
        )
    else:
        subject = w.gettext("“%(declaration)s”: a mandate was granted", **_only(v))
        first = w.gettext("%(who)s now takes part in “%(declaration)s”.", who=who, **_only(v))
    return subject, [first, _mandate(w, v), w.gettext("All mandates stand here; any of them can be ended:"), v["link"]]


def _mandate_ended(w: Words, v: Values) -> Written:
    who = v.get("delegate") or w.gettext("Somebody")
    if v.get("network"):
        subject = w.gettext("%(network)s: a mandate has ended", network=v["network"])
        first = w.gettext(
            "%(who)s no longer acts for %(network)s in “%(declaration)s”. What was done before stands.",
            who=who,
            network=v["network"],
            **_only(v),
        )
    else:
        subject = w.gettext("“%(declaration)s”: a mandate has ended", **_only(v))
        first = w.gettext(
            "%(who)s no longer takes part in “%(declaration)s”. What was done before stands.", who=who, **_only(v)
        )
    return subject, [first, w.gettext("All mandates stand here:"), v["link"]]


def _receipt(w: Words, v: Values) -> Written:
    kind = Vocabulary(w).position(v["kind"])
    said = {"network": v["network"], "position": kind, **_only(v)}
    subject = w.gettext("Receipt: %(position)s of %(network)s", position=kind, network=v["network"])
    if v.get("count", 1) > 1:
        first = w.ngettext(
            "For %(network)s a position was recorded on %(num)s section of “%(declaration)s”: %(position)s.",
            "For %(network)s a position was recorded on %(num)s sections of “%(declaration)s”: %(position)s.",
            v["count"],
            **said,
        )
    else:
        first = w.gettext(
            "For %(network)s a position was recorded on “%(section)s” in “%(declaration)s”: %(position)s.",
            section=v["section"],
            **said,
        )
    code = w.gettext("Short code of the words: %(code)s", code=short_code(v["digest"])) if v.get("digest") else ""
    wrong = w.gettext("If your network has not decided this, tell the other delegates; a position can be taken back.")
    return subject, [first, code, w.gettext("Where the declaration stands:"), v["link"], wrong]


def _tabled(w: Words, v: Values) -> Written:
    subject = w.gettext("“%(section)s” is tabled", section=v["section"])
    first = w.gettext(
        "revision %(n)s of “%(section)s” in “%(declaration)s” is before the networks.",
        n=v["n"],
        section=v["section"],
        **_only(v),
    )
    return subject, [first, w.gettext("Read it, see what changed, and take a position here:"), v["link"]]


def _approval(w: Words, v: Values) -> Written:
    subject = w.gettext("“%(declaration)s” is frozen", **_only(v))
    first = w.gettext(
        "edition %(n)s of “%(declaration)s” is frozen. It is released when two people of different networks approve.",
        n=v["n"],
        **_only(v),
    )
    return subject, [first, w.gettext("Read what will be public, and approve here:"), v["link"]]


def _token(w: Words, v: Values) -> Written:
    first = w.gettext(
        "an access token for programs was issued for your account. It works until %(time)s.", time=v["until"]
    )
    last = w.gettext("It stands in the ledger. If you did not ask for it, tell the operator of this server.")
    return w.gettext("An access token was issued"), [first, last]


_LETTERS: Final[Mapping[str, Callable[[Words, Values], Written]]] = {
    "sign_in": _sign_in,
    "invitation": _invitation,
    "invited": _invited,
    "grant": _grant,
    "mandate_ended": _mandate_ended,
    "receipt": _receipt,
    "tabled": _tabled,
    "approval": _approval,
    "token": _token,
    **KEY_LETTERS,
    **SIGNING_LETTERS,
    **ROLL_LETTERS,
}

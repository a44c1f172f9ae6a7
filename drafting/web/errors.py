"""What cannot be done, as a status and a sentence: what happened, what was not lost, what to do."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from starlette.responses import JSONResponse, Response

from drafting.domain.errors import Code, Refusal
from drafting.domain.rolls import TAKING
from drafting.domain.spreadsheets import ROLL
from drafting.web.i18n import Words
from drafting.web.words.faults import in_folder, in_markdown
from drafting.web.words.key_misfits import key_taken
from drafting.web.words.misfits import misfit

STATUS: Final[Mapping[Code, int]] = {
    Code.BAD_INPUT: 422,
    Code.NOT_FOUND: 404,
    Code.SIGN_IN: 401,
    Code.NOT_ALLOWED: 403,
    Code.NO_MANDATE: 403,
    Code.MANDATE_ENDED: 403,
    Code.SIGN_IN_ANEW: 401,
    Code.TAKEN: 409,
    Code.UNKNOWN_LOCALE: 422,
    Code.TEXT_CHANGED: 409,
    Code.TEXT_REFUSED: 422,
    Code.TEXT_RETIRED: 409,
    Code.MARKDOWN_REFUSED: 422,
    Code.FOLDER_REFUSED: 422,
    Code.AUTHENTIC_TEXT_LAGS: 409,
    Code.NOTHING_CHANGED: 409,
    Code.NOT_TABLED: 409,
    Code.REASON_REQUIRED: 422,
    Code.FROZEN: 409,
    Code.RULE_NOT_MET: 409,
    Code.WINDOW_OPEN: 409,
    Code.SECOND_NETWORK_REQUIRED: 403,
    Code.NOT_RELEASED: 409,
    Code.SIGNING_ENDED: 409,
    Code.CHARTER_FIXED: 409,
    Code.SECTION_NOT_EMPTY: 409,
    Code.LINK_USED: 410,
    Code.TOO_LARGE: 413,
    Code.TOO_MANY: 429,
    Code.CANNOT_SAVE: 503,
    Code.RENDERING_FAILED: 500,
    Code.SOURCE_CHANGED: 409,
    Code.BLOCK_UNKNOWN: 404,
}


def sentence(words: Words, refusal: Refusal) -> str:
    """One to three sentences in the reader's language."""
    return _SENTENCES[refusal.code](words, refusal.data)


def problem(refusal: Refusal, words: Words) -> Response:
    """RFC 9457: ``code`` and data for programs, ``detail`` for people."""
    status = STATUS[refusal.code]
    body = {
        **{name: _plain(value) for name, value in refusal.data.items()},
        "type": "about:blank",
        "title": refusal.code.value.replace("_", " "),
        "status": status,
        "code": refusal.code.value,
        "detail": sentence(words, refusal),
    }
    headers = {"content-language": words.tag}
    if status == 401:
        headers["www-authenticate"] = "Bearer"
    return JSONResponse(body, status, headers, "application/problem+json")


def _plain(value: Any) -> Any:
    """Data of a refusal as JSON."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(inner) for inner in value]
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)


def _reason(w: Words, data: Mapping[str, Any]) -> str:
    match data.get("field"):
        case "statement":
            return w.gettext("A reservation needs its words: they are published beside the text. Nothing was recorded.")
        case "harms":
            return w.gettext("An objection says which shared aim or red line is harmed. Nothing was recorded yet.")
        case "remedy":
            return w.gettext("An objection says what would remove it. Nothing was recorded yet.")
        case "until":
            return w.gettext("Say until which date your network consults its base. Nothing was recorded yet.")
    return w.gettext("A reason is needed here. Nothing was recorded yet.")


def _mandate_ended(w: Words, data: Mapping[str, Any]) -> str:
    until = data.get("until")
    if isinstance(until, datetime):
        return w.gettext(
            "Your mandate ended on %(time)s. What was recorded before stands; nothing new was.", time=until
        )
    return w.gettext("Your mandate has ended. What was recorded before stands; nothing new was.")


def _lags(w: Words, data: Mapping[str, Any]) -> str:
    languages = [w.language(tag) for tag in data.get("locales", ())]
    return w.gettext(
        "Nothing was tabled: the authentic text in %(languages)s does not follow the newest words yet. "
        "Have that translation approved first.",
        languages=w.plain_list(languages),
    )


def _not_allowed(w: Words, data: Mapping[str, Any]) -> str:
    match data.get("reason"):
        case "other_browser":
            return w.gettext("This link works in the browser that asked for it. Open it there, or ask for one here.")
        case "other_address":
            return w.gettext("This invitation is for another address. Sign out, then open its link again.")
    return w.gettext("Your mandate does not cover this. Nothing was changed. Whoever granted it can widen it.")


def _window(w: Words, data: Mapping[str, Any]) -> str:
    ends = data.get("ends") or data.get("until")
    if isinstance(ends, datetime):
        return w.gettext(
            "Objections can be raised until %(time)s; release it after that. Nothing was changed.", time=ends
        )
    return w.gettext("The time for objections is not over yet. Nothing was changed; come back when it has ended.")


def _signing_ended(w: Words, data: Mapping[str, Any]) -> str:
    ended = data.get("ended")
    if isinstance(ended, datetime):
        return w.gettext("Signing ended on %(moment)s.", moment=ended)
    return w.gettext("Signing has ended; nobody can sign this edition any more.")


def _second_network(w: Words, data: Mapping[str, Any]) -> str:
    if data.get("of") == TAKING:
        return w.gettext(
            "It takes two people of different networks to take a list back. Your network has asked for it; another one "
            "has to agree."
        )
    if data.get("of") == ROLL:
        return w.gettext(
            "It takes two people of different networks to vouch for a list. Your network has; ask another one."
        )
    return w.gettext(
        "Releasing takes two people of different networks. Your network has already approved; ask another one."
    )


_SENTENCES: Final[Mapping[Code, Callable[[Words, Mapping[str, Any]], str]]] = {
    Code.BAD_INPUT: misfit,
    Code.NOT_FOUND: lambda w, d: w.gettext("There is nothing at this address. It may have been mistyped or moved."),
    Code.SIGN_IN: lambda w, d: w.gettext("Sign in first; then you come back to this page. Nothing was recorded."),
    Code.NOT_ALLOWED: _not_allowed,
    Code.NO_MANDATE: lambda w, d: w.gettext(
        "You hold no mandate to act for this network. Nothing was recorded. Its delegates can grant you one."
    ),
    Code.MANDATE_ENDED: _mandate_ended,
    Code.SIGN_IN_ANEW: lambda w, d: w.gettext(
        "You signed in more than 12 hours ago. Sign in anew to act for your network; nothing was recorded yet."
    ),
    Code.TAKEN: lambda w, d: (
        key_taken(w, d) or w.gettext("This name is already taken. Nothing was changed; choose another.")
    ),
    Code.UNKNOWN_LOCALE: lambda w, d: w.gettext(
        "“%(locale)s” is not a language tag that is known here. Tags look like fr, pt-BR or zh-Hant.",
        locale=d.get("locale", ""),
    ),
    Code.TEXT_CHANGED: lambda w, d: w.gettext(
        "The words changed while you were reading. Nothing was recorded; read the newer words first."
    ),
    Code.TEXT_REFUSED: lambda w, d: w.gettext(
        "The text holds something that cannot be kept. It was not saved; what you typed is still in the form."
    ),
    Code.TEXT_RETIRED: lambda w, d: w.gettext(
        "This section was split or taken out, and its text can only be read now. Copy your words to where they belong."
    ),
    Code.MARKDOWN_REFUSED: in_markdown,
    Code.FOLDER_REFUSED: in_folder,
    Code.AUTHENTIC_TEXT_LAGS: _lags,
    Code.NOTHING_CHANGED: lambda w, d: w.gettext(
        "The words are the same as those already tabled, so there is nothing to ask the networks."
    ),
    Code.NOT_TABLED: lambda w, d: w.gettext(
        "No words of this section have been tabled yet, so nobody can take a position on them."
    ),
    Code.REASON_REQUIRED: _reason,
    Code.FROZEN: lambda w, d: w.gettext(
        "The text is frozen and can no longer change. Until it is released, only objections and withdrawals count."
    ),
    Code.RULE_NOT_MET: lambda w, d: w.gettext(
        "The declaration cannot be frozen yet: some sections are not agreed. Nothing was changed."
    ),
    Code.WINDOW_OPEN: _window,
    Code.SECOND_NETWORK_REQUIRED: _second_network,
    Code.NOT_RELEASED: lambda w, d: w.gettext("This edition has not been released, so there is nothing public yet."),
    Code.SIGNING_ENDED: _signing_ended,
    Code.CHARTER_FIXED: lambda w, d: w.gettext(
        "The charter was fixed when the networks were first asked. Changing it takes every member's agreement."
    ),
    Code.SECTION_NOT_EMPTY: lambda w, d: w.gettext(
        "An objection or a text still belongs to this section, so it was not taken out. Nothing is lost."
    ),
    Code.LINK_USED: lambda w, d: w.gettext(
        "This link was used before, or its time is over. Nothing is lost: ask for a new one."
    ),
    Code.TOO_LARGE: lambda w, d: w.gettext("This is more than can be taken at once. Nothing was saved; send less."),
    Code.TOO_MANY: lambda w, d: w.gettext("That was asked too often in a short time. Wait a while, then try again."),
    Code.CANNOT_SAVE: lambda w, d: w.gettext(
        "The server cannot save now. Nothing was recorded; keep this page open and try again in a few minutes."
    ),
    Code.RENDERING_FAILED: lambda w, d: w.gettext(
        "A public page could not be made. The text is safe; the publishing page names the language and tries again."
    ),
    Code.SOURCE_CHANGED: lambda w, d: w.gettext(
        "The source changed while you were translating. Nothing was recorded; compare with the newer words first."
    ),
    Code.BLOCK_UNKNOWN: lambda w, d: w.gettext(
        "This paragraph is no longer part of the text. Nothing was recorded; open the page anew."
    ),
}

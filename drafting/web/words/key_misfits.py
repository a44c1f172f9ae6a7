"""What is wrong with a key or with a signature made away from the server, and the letter about a new key, in words."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from drafting.web.i18n import Words

Written = tuple[str, Sequence[str]]
Sentence = Callable[[Words], str]

_KEYS: Final[Mapping[str, Sentence]] = {
    "private_key": lambda w: w.gettext(
        "This is the private key. Nobody else may have it, this server neither; nothing was kept. Paste the file that "
        "ends in .pub instead. If others could see your screen, make a new pair of keys."
    ),
    "key_type": lambda w: w.gettext(
        "This key is of another type. Make one with ssh-keygen -t ed25519, then add the file that ends in .pub. "
        "Nothing was recorded."
    ),
    "no_key": lambda w: w.gettext(
        "This is no public key. It is one line that begins with ssh-ed25519. Nothing was recorded."
    ),
}
_SIGNATURES: Final[Mapping[str, Sentence]] = {
    "form": lambda w: w.gettext(
        "This is no signature. It begins with BEGIN SSH SIGNATURE and stands in the file that ends in .sig. "
        "Nothing was recorded."
    ),
    "namespace": lambda w: w.gettext(
        "The signature was made for another purpose. Sign again with -n drafting, as the command says. "
        "Nothing was recorded."
    ),
    "key_type": lambda w: w.gettext(
        "The key is of another type. Sign with an Ed25519 key, which ssh-keygen -t ed25519 makes. Nothing was recorded."
    ),
    "words": lambda w: w.gettext(
        "The signature is over other words. Download the file again, do not open it in a program that changes it, and "
        "sign it as it is. Nothing was recorded."
    ),
    "other_key": lambda w: w.gettext(
        "This was signed with a key that is not on your account. Sign with one that is, or add this one first. "
        "Nothing was recorded."
    ),
    "ended_key": lambda w: w.gettext(
        "This was signed with a key that you ended. Sign with another one. Nothing was recorded."
    ),
}
_PASSKEYS: Final[Mapping[str, Sentence]] = {
    "form": lambda w: w.gettext(
        "This is not what a browser hands on from a passkey. Nothing was recorded; load the page again."
    ),
    "origin": lambda w: w.gettext("The device was asked by another site than this one. Nothing was recorded."),
    "challenge": lambda w: w.gettext(
        "The device answered something else than was asked here, or too late. Nothing was recorded; load the page "
        "again."
    ),
    "unverified": lambda w: w.gettext(
        "The device did not check who holds it. Give it a PIN, or add your fingerprint, and try again. Nothing was "
        "recorded."
    ),
    "key_type": lambda w: w.gettext(
        "This device makes keys that cannot be checked here. Use another device. Nothing was recorded."
    ),
    "signature": lambda w: w.gettext("The signature is not that of this passkey. Nothing was recorded."),
    "other_passkey": lambda w: w.gettext(
        "This passkey is not on your account. Use one that is, or add it first. Nothing was recorded."
    ),
    "ended_passkey": lambda w: w.gettext("You ended this passkey. Use another one. Nothing was recorded."),
    "counter": lambda w: w.gettext(
        "This answer was given before, or the passkey was copied. Nothing was recorded. If it happens again, end this "
        "passkey."
    ),
}


def key_misfit(words: Words, data: Mapping[str, Any]) -> str:
    """The sentence for the fields ``public``, ``signature`` and ``passkey``; empty where it is about none of them."""
    table = {"public": _KEYS, "signature": _SIGNATURES, "passkey": _PASSKEYS}.get(str(data.get("field", "")), {})
    sentence = table.get(str(data.get("reason", "")))
    return sentence(words) if sentence else ""


def key_taken(words: Words, data: Mapping[str, Any]) -> str:
    """The sentence for what is there already; empty where it is about no key and nothing that a key has signed."""
    match data.get("field"):
        case "public":
            return words.gettext("This key stands on an account already. Nothing was recorded.")
        case "signature":
            return words.gettext("This position is signed already. Nothing was recorded.")
        case "passkey":
            return words.gettext("This passkey is on your account already. Nothing was recorded.")
        case "assertion":
            return words.gettext("A device agreed to this position already. Nothing was recorded.")
    return ""


def _key_added(w: Words, v: Mapping[str, Any]) -> Written:
    return w.gettext("A key was added to your account"), [
        w.gettext("positions can now be signed for you with this key:"),
        v["fingerprint"],
        w.gettext("If it was not you, end the key here, and end all your sessions:"),
        v["link"],
    ]


KEY_LETTERS: Final[Mapping[str, Callable[[Words, Mapping[str, Any]], Written]]] = {"key_added": _key_added}

"""What a verifier found, in sentences and for programs."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from drafting.domain.bundles import Verdict
from drafting.domain.faults import Fault, Reason
from drafting.web.commands.outcomes import Exit
from drafting.web.i18n import Words

Said = Callable[[Words, Mapping[str, Any]], str]

SENTENCES: Final[Mapping[Reason, Said]] = {
    Reason.MISSING: lambda w, d: w.gettext("is missing"),
    Reason.MALFORMED: lambda w, d: w.gettext("is not as the program writes it"),
    Reason.NOT_SIGNED: lambda w, d: w.gettext("does not fit the signature: no key of the bundle has signed this"),
    Reason.OTHER_SIGNED: lambda w, d: w.gettext("is not what was signed"),
    Reason.NOT_TRUSTED: lambda w, d: w.gettext("names no key that you trust"),
    Reason.CHANGED: lambda w, d: w.gettext("was changed after the release"),
    Reason.NOT_LISTED: lambda w, d: w.gettext("does not belong to the bundle"),
    Reason.OTHER_CHECKPOINT: lambda w, d: w.gettext("is the checkpoint of another log, or of another moment"),
    Reason.NOT_IN_LOG: lambda w, d: w.gettext("act %(index)s is not the one of the log", **d),
    Reason.OTHER_WORDS: lambda w, d: w.gettext(
        "section %(section)s (%(locale)s): the words do not give their digest", **d
    ),
    Reason.OTHER_TEXT: lambda w, d: w.gettext("is not the text of the edition"),
    Reason.NO_SUCH_TEXT: lambda w, d: w.gettext("is no text of the edition"),
    Reason.OTHER_EDITION: lambda w, d: w.gettext("is another edition than the one that was released"),
    Reason.OTHER_REVISION: lambda w, d: w.gettext("section %(section)s: the words are not those that were tabled", **d),
    Reason.OTHER_MANIFEST: lambda w, d: w.gettext("the order, the words, the networks or the statements were changed"),
    Reason.NOT_BEGUN: lambda w, d: w.gettext("no act begins the declaration in these languages"),
    Reason.NOT_FROZEN: lambda w, d: w.gettext("no act freezes this edition once, with these words"),
    Reason.NOT_RELEASED: lambda w, d: w.gettext("no act releases this edition"),
    Reason.NOT_ASKED_FOR: lambda w, d: w.gettext("nobody asked for this release before it was made"),
    Reason.NOT_APPROVED: lambda w, d: w.gettext(
        "no two people approved the edition between its freeze and its release"
    ),
    Reason.OPENED_AGAIN: lambda w, d: w.gettext("the edition was opened again after its freeze"),
    Reason.NOT_JOINED: lambda w, d: w.gettext("no act says that %(network)s joined under this name", **d),
    Reason.WHOLE_NOT_SIGNED: lambda w, d: w.gettext("no act says that %(network)s agreed to the whole", **d),
    Reason.OTHER_POSITION: lambda w, d: w.gettext(
        "no act says what the edition says of %(network)s on section %(section)s, or a later one says otherwise", **d
    ),
    Reason.BAD_SIGNATURE: lambda w, d: w.gettext(
        "the signature of %(network)s on section %(section)s is not over these words", **d
    ),
}
"""Each goes on from the name of a file: “acts.jsonl: …”."""


def visible(text: str) -> str:
    """Names of a file that somebody else made, with nothing in them that a terminal would obey."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def sentence(words: Words, fault: Fault) -> str:
    """Why the file is wrong, in the reader's language."""
    data = {name: visible(value) if isinstance(value, str) else value for name, value in fault.data.items()}
    return SENTENCES[fault.reason](words, data)


def exit_of(verdict: Verdict) -> Exit:
    if verdict.is_valid:
        return Exit.DONE
    return Exit.USAGE if verdict.is_incomplete else Exit.FAILED


def as_value(words: Words, verdict: Verdict) -> dict[str, Any]:
    """The verdict for programs: ``reason`` is one of :class:`Reason`, ``said`` the reader's sentence."""
    names = {Exit.DONE: "valid", Exit.FAILED: "invalid", Exit.USAGE: "incomplete"}
    faults = [
        {"file": f.file, "reason": f.reason.value, "data": dict(f.data), "said": sentence(words, f)}
        for f in verdict.faults
    ]
    value: dict[str, Any] = {"verdict": names[exit_of(verdict)], "faults": faults}
    if verdict.is_valid:
        shown = verdict.shown
        value["release"] = {name: verdict.release[name] for name in ("origin", "declaration", "n", "release", "size")}
        value["key"] = verdict.key.line if verdict.key else None
        value["trusted"] = verdict.is_trusted
        value["witnesses"] = list(verdict.witnesses)
        value["sections"], value["networks"] = shown.sections, shown.networks
        value["positions"], value["hidden"] = shown.positions, verdict.hidden
        value["offline"] = [{"network": n, "section": s, "key": key} for n, s, key in shown.offline]
        value["passkeys"] = [
            {"network": n, "section": s, "key": key, "origin": origin} for n, s, key, origin in shown.passkeys
        ]
    return value


def told(words: Words, verdict: Verdict) -> list[str]:
    """What a valid bundle shows, and what it does not."""
    shown, release = verdict.shown, verdict.release
    sentences = [
        words.gettext(
            "Valid: every word, the order, the networks and their positions are those of edition %(n)s of %(name)s.",
            n=release["n"],
            name=visible(release["declaration"]),
        ),
        words.gettext(
            "%(positions)s positions of %(networks)s networks on %(sections)s sections. The ledger has "
            "%(last)s entries; %(hidden)s of them are here as hashes alone.",
            positions=shown.positions,
            networks=shown.networks,
            sections=shown.sections,
            last=release["size"],
            hidden=verdict.hidden,
        ),
    ]
    assert verdict.key is not None
    line = verdict.key.line
    if verdict.is_trusted:
        sentences.append(words.gettext("Signed by a key that you trust: %(key)s", key=line))
    else:
        sentences.append(
            words.gettext(
                "Signed by a key that the bundle itself brings; compare it, or use --trust: %(key)s", key=line
            )
        )
    sentences += [words.gettext("Witnessed by %(name)s", name=name) for name in verdict.witnesses]
    for network, section, key in shown.offline:
        sentences.append(
            words.gettext(
                "%(network)s signed its position on %(section)s with a key of its own: %(key)s",
                network=visible(network),
                section=visible(section),
                key=key,
            )
        )
    for network, section, key, origin in shown.passkeys:
        sentences.append(
            words.gettext(
                "A device agreed to the position of %(network)s on %(section)s when %(site)s asked, with the passkey "
                "%(key)s",
                network=visible(network),
                section=visible(section),
                site=origin,
                key=key,
            )
        )
    if shown.attested:
        sentences.append(
            words.ngettext(
                "%(num)s position rests on this server's word alone.",
                "%(num)s positions rest on this server's word alone.",
                shown.attested,
            )
        )
    sentences.append(words.gettext("Not shown: that signatories are distinct real people."))
    return sentences

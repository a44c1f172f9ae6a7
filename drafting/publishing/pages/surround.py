"""What every file of an edition says around its text, as sentences: for formats that no template sets."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from markupsafe import Markup

from drafting.domain.prose import HARD_BREAK, Run, Text
from drafting.publishing.reading import Part, Quoted, Reading, Side

_BDI: Final = re.compile('<bdi dir="(ltr|rtl)"[^>]*>(.*?)</bdi>')
FIRST_STRONG_ISOLATE: Final = "\u2068"
POP_ISOLATE: Final = "\u2069"


def spoken(reading: Reading, sentence: str) -> str:
    """A sentence without markup; a name that runs the other way keeps its place by Unicode's own isolates."""

    def name(found: re.Match[str]) -> str:
        is_other = found.group(1) != reading.words.direction
        return f"{FIRST_STRONG_ISOLATE}{found.group(2)}{POP_ISOLATE}" if is_other else found.group(2)

    return Markup(_BDI.sub(name, str(Markup.escape(sentence)))).striptags()  # noqa: S704 - markup goes


def kicker(reading: Reading) -> str:
    count = len(reading.content.networks)
    sentence = reading.words.ngettext("A declaration by one network", "A declaration by %(count)s networks", count)
    return sentence % {"count": reading.words.number(count)}


def dated(reading: Reading) -> str:
    """The edition and its day."""
    content, words = reading.content, reading.words
    sentence = (
        words.gettext("Edition %(n)s, released on %(date)s.")
        if content.is_released
        else words.gettext("Edition %(n)s, frozen on %(date)s.")
    )
    at = content.released_at if content.is_released else content.frozen_at
    return sentence % {"n": words.number(content.n), "date": words.date(at)}


def opening(reading: Reading) -> list[str]:
    """Which edition this is, which language is authentic, what is missing or outdated."""
    content, words = reading.content, reading.words
    n, count = words.number(content.n), len(content.authentic_locales)
    authentic = words.ngettext(
        "The %(languages)s text is authentic: it is what the networks agreed to.",
        "The %(languages)s texts are authentic: each of them is what the networks agreed to.",
        count,
    )
    said = [
        dated(reading),
        spoken(reading, Markup.escape(authentic) % {"languages": reading.authentic_languages}),
    ]
    if not reading.is_authentic:
        said.append(words.gettext("This is a translation of edition %(n)s.") % {"n": n})
    return [" ".join(said), *_notices(reading)]


def _notices(reading: Reading) -> Iterator[str]:
    words = reading.words
    if missing := len(reading.untranslated):
        yield words.ngettext(
            "One part has no approved translation yet. It stands here in its original language.",
            "%(count)s parts have no approved translation yet. They stand here in their original language.",
            missing,
        ) % {"count": words.number(missing)}
    if reading.outdated:
        yield words.ngettext(
            "The original of one paragraph has changed since it was translated. It is marked.",
            "The originals of %(count)s paragraphs have changed since they were translated. They are marked.",
            reading.outdated,
        ) % {"count": words.number(reading.outdated)}


def untranslated(reading: Reading, part: Part) -> str:
    """The notice over a section that stands in its original language; empty over any other."""
    if not part.is_source:
        return ""
    return reading.words.gettext(
        "There is no approved translation of this section yet. It stands here in its original language."
    )


def flagged(reading: Reading, part: Part) -> Text:
    """The section's words, a notice behind each paragraph whose original has changed since it was translated."""
    flag = reading.words.gettext("The original of this paragraph has changed since it was translated.")
    notice = Run(f"{HARD_BREAK}[{flag}]", em=True)
    is_marked = part.text.outdated
    return tuple(replace(b, runs=(*b.runs, notice)) if b.id in is_marked else b for b in part.text.body)


def standing(reading: Reading, part: Part) -> str:
    """How many networks consent to a section, and who does not."""
    return " ".join(spoken(reading, sentence) for sentence in part.sentences)


def says(reading: Reading, side: Side) -> str:
    """A network and its position, as the heading of its words."""
    return f"{spoken(reading, side.name)}: {side.label}"


def side_words(reading: Reading, side: Side) -> Iterator[tuple[str, Quoted | None, str]]:
    """What a network says beside a section: (what it is, the words with their language, or else plain words)."""
    words = reading.words
    if side.first:
        yield ("" if side.first.is_original else words.gettext("Translated; approved by the network.")), side.first, ""
    if side.harms:
        yield words.gettext("What it would harm:"), None, side.harms
    if side.remedy:
        yield words.gettext("What would remove the objection:"), None, side.remedy
    for other in side.others:
        if other.is_original:
            what = words.gettext("%(language)s, the original")
        elif other.wording.approved:
            what = "%(language)s"
        else:
            what = words.gettext("%(language)s: a translation that the network has not approved")
        yield what % {"language": other.language}, other, ""


def corrections(reading: Reading) -> list[str]:
    """What later releases of the edition corrected, oldest first."""
    sentence = reading.words.gettext("Corrected on %(date)s:")
    return [f"{sentence % {'date': reading.words.date(e.at)}} {e.text}" for e in reading.content.errata]


def closing(reading: Reading) -> list[str]:
    """Who translated it, where it stands online, how to tell that it is what the networks agreed to."""
    content, words = reading.content, reading.words
    said = []
    if names := content.translators.get(reading.locale.tag, ()):
        said.append(words.gettext("Translated by %(names)s.") % {"names": words.join(list(names)).striptags()})
    said.append(reading.address)
    said.append(f"{words.gettext('Short code')} {reading.code}")
    said.append(f"{words.gettext('Digest of the whole, which each network signed:')} {content.manifest}")
    return said

"""An edition in one language as plain text: one line a paragraph, for a letter, a messenger, a screen reader."""

from collections.abc import Iterator, Mapping

from drafting.domain.prose import HARD_BREAK, LISTS, Block, is_href, note_numbers
from drafting.publishing.pages import surround
from drafting.publishing.reading import Part, Reading, Side

INDENT = "    "


def make_plain(reading: Reading) -> bytes:
    """UTF-8 with a byte order mark, by which old programs tell that it is not their own code page."""
    return ("\ufeff" + "\n\n".join(part for part in _parts(reading) if part) + "\n").encode()


def _parts(reading: Reading) -> Iterator[str]:
    front = reading.front
    yield from _text(reading, front) if front else [reading.title]
    yield surround.kicker(reading)
    yield from surround.opening(reading)
    for part in reading.sections:
        title, *rest = [*_text(reading, part)] or [""]
        yield f"\n{part.number}  {title}".rstrip()
        yield surround.untranslated(reading, part)
        yield from rest
        for side in part.sides:
            yield _side(reading, side)
        yield surround.standing(reading, part)
    yield from _end(reading)


def _end(reading: Reading) -> Iterator[str]:
    words = reading.words
    yield "\n" + words.gettext("The networks")
    for network, card in reading.cards():
        yield "\n".join([network.name, *(f"{INDENT}{what}: {' '.join(said.split())}" for what, said in card)])
    if corrected := surround.corrections(reading):
        yield "\n" + words.gettext("Corrections")
        yield from corrected
    yield "\n" + words.gettext("About this edition")
    yield "\n".join(surround.closing(reading))


def _text(reading: Reading, part: Part) -> Iterator[str]:
    """The title, the blocks, then the footnotes."""
    text = surround.flagged(reading, part)
    numbers = {note: reading.number(n) for note, n in note_numbers(text).items()}
    shown = [block for block in text if block.kind != "footnote" and not block.is_empty]
    for block, marker in zip(shown, _markers(reading, shown), strict=True):
        yield marker + _words(block, numbers).replace("\n", "\n" + " " * len(marker))
    notes = [block for block in text if block.kind == "footnote" and not block.is_empty]
    yield from (f"[{numbers[note.id]}] {_words(note, numbers)}" for note in notes)


def _markers(reading: Reading, shown: list[Block]) -> Iterator[str]:
    counts: list[int] = []
    for block in shown:
        if block.kind not in LISTS:
            counts = []
            yield INDENT if block.kind == "quote" else ""
            continue
        del counts[block.depth + 1 :]
        counts += [0] * (block.depth + 1 - len(counts))
        counts[-1] = counts[-1] + 1 if block.kind == "ordered" else 0
        yield INDENT * block.depth + ("• " if block.kind == "bullet" else f"{reading.number(counts[-1])}. ")


def _words(block: Block, numbers: Mapping[str, str]) -> str:
    out = []
    for run in block.runs:
        if run.note is not None:
            out.append(f"[{numbers[run.note]}]")
        elif run.link and is_href(run.link) and run.link != run.text:
            out.append(f"{run.text} <{run.link}>")
        else:
            out.append(run.text)
    return "".join(out).replace(HARD_BREAK, "\n")


def _side(reading: Reading, side: Side) -> str:
    rows = [surround.says(reading, side)]
    for what, quoted, plain in surround.side_words(reading, side):
        rows.append(f"{what} {plain}".strip())
        rows += quoted.wording.text.splitlines() if quoted else []
    return "\n".join(f"{INDENT}{row}" for row in rows if row.strip())

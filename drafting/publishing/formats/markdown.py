"""An edition in one language as Markdown (CommonMark with footnotes)."""

from collections.abc import Iterator
from dataclasses import replace

from drafting.actions.writing.markdown_writing import to_markdown
from drafting.domain.prose import HEADINGS, Block, Run, Text, note_numbers
from drafting.publishing.outline import Outline
from drafting.publishing.pages import surround
from drafting.publishing.reading import Part, Reading, Side


def make_markdown(reading: Reading) -> bytes:
    """UTF-8. The title is ``#``, a section ``##``; footnotes are numbered through the whole."""
    return ("\n\n".join(part for part in _parts(reading) if part) + "\n").encode()


def _parts(reading: Reading) -> Iterator[str]:
    first_note = 1
    front = reading.front
    if front:
        yield _text(reading, front, "#", first_note)
        first_note += len(note_numbers(front.text.body))
    else:
        yield f"# {_line(reading.title)}"
    yield from (_line(sentence) for sentence in [surround.kicker(reading), *surround.opening(reading)])
    for part in reading.sections:
        yield from _section(reading, part, first_note)
        first_note += len(note_numbers(part.text.body))
    yield from _end(reading)


def _section(reading: Reading, part: Part, first_note: int) -> Iterator[str]:
    heading, *rest = _text(reading, part, f"## {part.number}", first_note).split("\n\n", 1)
    yield heading
    yield _emphasised(surround.untranslated(reading, part))
    yield from rest
    for side in part.sides:
        yield from _side(reading, side)
    yield _emphasised(surround.standing(reading, part))


def _text(reading: Reading, part: Part, marks: str, first_note: int) -> str:
    """The section in Markdown, its title behind these marks and headings within it below the title's level."""
    words = surround.flagged(reading, part)
    title = tuple(replace(block, kind="heading1", depth=0) for block in words[:1])
    rest = tuple(_deeper(words[1:], top=1 if marks == "#" else 2))
    written = to_markdown(title + rest, first_note=first_note).strip("\n")
    return written.replace("##", marks, 1) if written.startswith("## ") else f"{marks}\n\n{written}"


def _deeper(blocks: Text, top: int) -> Iterator[Block]:
    """Headings below the title's level, as on the pages."""
    outline = Outline(top, len(HEADINGS))
    for block in blocks:
        yield replace(block, kind=f"heading{outline.level(block.kind)}") if block.kind in HEADINGS else block


def _side(reading: Reading, side: Side) -> Iterator[str]:
    yield f"**{_line(surround.says(reading, side))}**"
    for what, quoted, plain in surround.side_words(reading, side):
        yield _line(_one_line(f"{what} {plain}"))
        if quoted:
            paragraphs = [_line(" ".join(p.split())) for p in quoted.wording.text.split("\n\n") if p.strip()]
            yield "\n>\n".join(f"> {paragraph}" for paragraph in paragraphs)


def _end(reading: Reading) -> Iterator[str]:
    words = reading.words
    yield f"## {_line(words.gettext('The networks'))}"
    for network, card in reading.cards():
        rows = [f"- {_line(network.name)}", *(f"  - {_line(f'{what}: {_one_line(said)}')}" for what, said in card)]
        yield "\n".join(rows)
    if corrected := surround.corrections(reading):
        yield f"## {_line(words.gettext('Corrections'))}"
        yield "\n".join(f"- {_line(_one_line(each))}" for each in corrected)
    yield f"## {_line(words.gettext('About this edition'))}"
    yield from (f"<{line}>" if line == reading.address else _line(line) for line in surround.closing(reading))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _line(words: str) -> str:
    """Plain words in which nothing is taken for a mark."""
    return to_markdown((Block("line", "paragraph", (Run(words),)),)).strip("\n") if words else ""


def _emphasised(words: str) -> str:
    return to_markdown((Block("line", "paragraph", (Run(words, em=True),)),)).strip("\n") if words else ""

"""The files of a declaration folder: ``declaration.toml`` and one ``{locale}.md`` for each language.

In a language's file ``# Title`` begins the section ``front`` and ``## Title {#id}`` each of the others.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from drafting.actions.names import SLUG
from drafting.actions.writing.markdown import from_markdown
from drafting.actions.writing.markdown_writing import to_markdown
from drafting.domain.characters import faults
from drafting.domain.declaration import FRONT
from drafting.domain.errors import Code, Refusal
from drafting.domain.prose import Text, note_numbers

OUTLINE: Final = "declaration.toml"
MAX_FILE_BYTES: Final = 2_000_000
_SECTION: Final = re.compile(r"##(?:[ \t]+(?P<title>.*?))?[ \t]*(?<!\\)\{#(?P<id>[^{}]*)\}[ \t]*\Z")
_KEYS: Final[Mapping[str, type | tuple[type, ...]]] = {
    "slug": str,
    "title": dict,
    "source_locale": str,
    "authentic_locales": list,
    "locales": list,
    "preset": str,
    "sections": list,
    "charter": dict,
    "look": dict,
}
_CHARTER_KEYS: Final = ("consents_at_least", "answer_hours", "objection_hours", "zone")
_LOOK_KEYS: Final = ("design", "colour", "mark_shows")
_REQUIRED: Final = ("source_locale", "locales")


def folder_refused(file: str, line: int, what: str, **data: Any) -> Refusal:
    """``folder_refused`` with the file, its line (from 1; 0 for the whole file) and a code for what is wrong there."""
    return Refusal(Code.FOLDER_REFUSED, file=file, line=line, what=what, **data)


def decoded(name: str, data: bytes) -> str:
    """A file's words. Refuses what is too long or not UTF-8."""
    if len(data) > MAX_FILE_BYTES:
        raise folder_refused(name, 0, "too_large", limit=MAX_FILE_BYTES)
    try:
        words = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise folder_refused(name, data.count(b"\n", 0, error.start) + 1, "encoding") from None
    return words.replace("\r\n", "\n").replace("\r", "\n")


# ---- declaration.toml


@dataclass(frozen=True, slots=True)
class Outline:
    """``declaration.toml`` with its keys and their types checked, and where each key stands."""

    values: Mapping[str, Any]
    lines: Mapping[str, int] = field(default_factory=dict)

    def line(self, key: str) -> int:
        return self.lines.get(key, 0)


def read_outline(source: str) -> Outline:
    """Refuses unknown and missing keys and values of another type, with the line."""
    try:
        values = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found.group(1)) if found else source.count("\n") + 1
        raise folder_refused(OUTLINE, line, "not_toml") from None
    outline = Outline(values, _key_lines(source))
    for key, value in values.items():
        if key not in _KEYS:
            raise folder_refused(OUTLINE, outline.line(key), "unknown_key", key=key)
        if not isinstance(value, _KEYS[key]) or (isinstance(value, list) and not _are_strings(value)):
            raise folder_refused(OUTLINE, outline.line(key), "wrong_type", key=key)
    for key in values.get("charter", {}):
        if key not in _CHARTER_KEYS:
            raise folder_refused(OUTLINE, outline.line(f"charter.{key}"), "unknown_key", key=f"charter.{key}")
    for key in values.get("look", {}):
        if key not in _LOOK_KEYS:
            raise folder_refused(OUTLINE, outline.line(f"look.{key}"), "unknown_key", key=f"look.{key}")
    for table in ("title", "look"):
        for key, value in values.get(table, {}).items():
            if not isinstance(value, str):
                raise folder_refused(OUTLINE, outline.line(f"{table}.{key}"), "wrong_type", key=f"{table}.{key}")
    for key in _REQUIRED:
        if key not in values:
            raise folder_refused(OUTLINE, 0, "missing_key", key=key)
    return outline


def _are_strings(values: Sequence[Any]) -> bool:
    return all(isinstance(value, str) for value in values)


def _key_lines(source: str) -> dict[str, int]:
    """Where keys stand, with their table's name before them; good enough for pointing at them."""
    lines: dict[str, int] = {}
    table = ""
    for number, line in enumerate(source.splitlines(), start=1):
        header = re.match(r"\s*\[([^\]]+)\]", line)
        if header:
            table = header.group(1).strip()
            lines.setdefault(table, number)
            table += "."
            continue
        key = re.match(r"\s*(\"?)([A-Za-z0-9_.-]+)\1\s*=", line)
        if key:
            lines.setdefault(table + key.group(2), number)
    return lines


def write_outline(values: Mapping[str, Any]) -> str:
    """The same file again: simple values first, then the tables, each in the given order."""
    simple = [f"{key} = {_toml(value)}" for key, value in values.items() if not isinstance(value, Mapping)]
    parts = ["\n".join(simple)]
    for key, value in values.items():
        if isinstance(value, Mapping):
            parts.append("\n".join([f"[{key}]", *(f"{_toml_key(k)} = {_toml(v)}" for k, v in value.items())]))
    return "\n\n".join(parts) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, str):
        escaped = re.sub(r'[\x00-\x1f\x7f"\\]', lambda found: f"\\u{ord(found.group()):04X}", value)
        return f'"{escaped}"'
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return str(int(value))


def _toml_key(key: str) -> str:
    return key if re.match(r"[A-Za-z0-9_-]+\Z", key) else _toml(key)


# ---- {locale}.md


@dataclass(frozen=True, slots=True)
class Part:
    """A section as it stands in a file: its id, the line of its title, its text."""

    id: str
    line: int
    text: Text


def read_parts(name: str, source: str) -> list[Part]:
    """The sections of a language's file, in their order. Refuses what Markdown or a text cannot hold, with the line."""
    parts = [_part(name, id, line, lines) for id, line, lines in _divided(name, source)]
    seen: set[str] = set()
    for part in parts:
        if part.id in seen:
            raise folder_refused(name, part.line, "section_twice", section=part.id)
        seen.add(part.id)
    return parts


def _divided(name: str, source: str) -> Iterator[tuple[str, int, list[str]]]:
    """(id, line of the title, lines) of every section."""
    id, first, lines = FRONT, 1, list[str]()
    for number, line in enumerate(source.split("\n"), start=1):
        found = _SECTION.match(line)
        if found is None:
            if line.startswith("# ") and any(x.strip() for x in lines):
                raise folder_refused(name, number, "second_title")
            lines.append(line)
            continue
        if not SLUG.match(found.group("id")):
            raise folder_refused(name, number, "section_id", section=found.group("id"))
        if id != FRONT or any(x.strip() for x in lines):
            yield id, first, lines
        id, first, lines = found.group("id"), number, [f"## {found.group('title') or ''}"]
    if id != FRONT or any(x.strip() for x in lines):
        yield id, first, lines


def _part(name: str, id: str, first: int, lines: list[str]) -> Part:
    try:
        text = from_markdown("\n".join(lines), first_line=first)
    except Refusal as refusal:
        data = dict(refusal.data)
        line, what = data.pop("line", first), data.pop("what", refusal.code.value)
        raise folder_refused(name, line, what, **data) from None
    for fault in faults(text):
        line = first + _line_of(lines, fault.character)
        raise folder_refused(name, line, "character", code_point=fault.code_point)
    return Part(id, first, text)


def _line_of(lines: Sequence[str], character: str) -> int:
    """The first line with this character as it is or as a reference."""
    spellings = (character, f"&#{ord(character)};", f"&#x{ord(character):x};", f"&#x{ord(character):X};")
    return next((n for n, line in enumerate(lines) if any(s in line for s in spellings)), 0)


def write_parts(texts: Mapping[str, Text]) -> str:
    """A language's file of the sections in their order; footnotes are numbered through."""
    parts, note = [], 1
    for id, text in texts.items():
        parts.append(_titled(id, text, to_markdown(text, first_note=note)))
        note += len(note_numbers(text))
    return "\n".join(part for part in parts if part)


def _titled(id: str, text: Text, written: str) -> str:
    """The section's Markdown with its title line; a first block that is no heading1 stands below an empty one."""
    first = next((block for block in text if not block.is_empty or block.kind == "footnote"), None)
    has_title = first is not None and first.kind == "heading1"
    title, _, rest = written.partition("\n") if has_title else ("", "", f"\n{written}" if written else "")
    if id == FRONT:
        return f"#{title.removeprefix('##')}\n{rest}" if has_title else written
    return f"{title or '##'} {{#{id}}}\n{rest}"

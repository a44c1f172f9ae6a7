"""What is wrong with words or files that somebody brought, as sentences; each is named by a code of the readers."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from drafting.web.i18n import Words

Sentence = Callable[[Words, Mapping[str, Any]], str]

_IN_WORDS: Final[Mapping[str, Sentence]] = {
    "html": lambda w, d: w.gettext("HTML can't stand in a text here. Write plain words, or Markdown."),
    "table": lambda w, d: w.gettext("A table can't stand in a text here. A list can."),
    "image": lambda w, d: w.gettext("A picture can't stand in a text here."),
    "code": lambda w, d: w.gettext(
        "Lines that begin with four spaces or with ``` read as program code; take them out."
    ),
    "rule": lambda w, d: w.gettext("A line across the page can't stand in a text here. Headings can."),
    "link": lambda w, d: w.gettext("An address of a link has to begin with https://, http:// or mailto:."),
    "link_title": lambda w, d: w.gettext("A link can't have a title beside its address."),
    "reference": lambda w, d: w.gettext("Write the address of a link beside its words, not at the end of the text."),
    "nested_block": lambda w, d: w.gettext("Lists hold single paragraphs, and quotations hold no lists."),
    "list_depth": lambda w, d: w.gettext("A list is nested too deeply."),
    "footnote_missing": lambda w, d: w.gettext("A footnote is referred to and stands nowhere."),
    "footnote_twice": lambda w, d: w.gettext("A footnote stands there twice."),
    "character": lambda w, d: w.gettext(
        "The character %(code_point)s can't be seen or deceives, and may not stand there.",
        code_point=str(d.get("code_point", "")),
    ),
    "too_many_marks": lambda w, d: w.gettext("There are too many marks in one place. Take some of them out."),
}

_IN_FOLDERS: Final[Mapping[str, Sentence]] = {
    "unknown_key": lambda w, d: w.gettext("“%(key)s” is not a key of this file.", key=str(d.get("key", ""))),
    "wrong_type": lambda w, d: w.gettext("The value of “%(key)s” is of the wrong kind.", key=str(d.get("key", ""))),
    "missing_key": lambda w, d: w.gettext("“%(key)s” is missing.", key=str(d.get("key", ""))),
    "not_toml": lambda w, d: w.gettext("This line is not TOML."),
    "missing_file": lambda w, d: w.gettext("The file is missing."),
    "unknown_file": lambda w, d: w.gettext("No language of the declaration has this file."),
    "not_zip": lambda w, d: w.gettext("This is not a ZIP archive that can be read. Nothing was imported."),
    "leads_out": lambda w, d: w.gettext("The name leads out of the folder."),
    "encoding": lambda w, d: w.gettext("The file is not in UTF-8."),
    "too_large": lambda w, d: w.gettext("The file is too large."),
    "too_many": lambda w, d: w.gettext("There are more than a declaration can hold."),
    "section_twice": lambda w, d: w.gettext("The section “%(section)s” stands there twice.", section=_section(d)),
    "section_unknown": lambda w, d: w.gettext("The outline has no section “%(section)s”.", section=_section(d)),
    "section_missing": lambda w, d: w.gettext("The section “%(section)s” is missing.", section=_section(d)),
    "section_id": lambda w, d: w.gettext(
        "“%(section)s” can't name a section: small letters, digits and hyphens can.", section=_section(d)
    ),
    "front_not_first": lambda w, d: w.gettext("The title and summary, “front”, come first."),
    "second_title": lambda w, d: w.gettext("A file has one title, with one #, at its beginning."),
    "bad_input": lambda w, d: w.gettext("A value is not one that can stand there."),
    "unknown_locale": lambda w, d: w.gettext(
        "“%(locale)s” is not a language tag (BCP 47).", locale=str(d.get("locale", ""))
    ),
    "taken": lambda w, d: w.gettext("A declaration of this name is here already. Import it under another."),
}


def _section(data: Mapping[str, Any]) -> str:
    return str(data.get("section", ""))


def what_is_wrong(words: Words, data: Mapping[str, Any]) -> str:
    """The sentence for ``what`` of a refusal; its code where no sentence is known."""
    what = str(data.get("what", ""))
    sentence = _IN_WORDS.get(what) or _IN_FOLDERS.get(what)
    return sentence(words, data) if sentence else what


def in_folder(words: Words, data: Mapping[str, Any]) -> str:
    """Why a folder was not imported, with file and line where one is at fault."""
    if data.get("what") and not data.get("file"):
        return what_is_wrong(words, data)
    return words.gettext(
        "The folder was not imported: %(file)s, line %(line)s. %(what)s",
        file=str(data.get("file", "")),
        line=data.get("line") or 1,
        what=what_is_wrong(words, data),
    )


def in_markdown(words: Words, data: Mapping[str, Any]) -> str:
    """Why words were not saved, with their line."""
    return words.gettext(
        "The text was not saved; what you typed is still in the form. Line %(line)s: %(what)s",
        line=data.get("line") or 1,
        what=what_is_wrong(words, data),
    )

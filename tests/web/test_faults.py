"""Every fault that the readers of words and folders can name has a sentence."""

import re
from pathlib import Path

import drafting.actions
from drafting.paths import LOCALES
from drafting.web.i18n import Languages
from drafting.web.words.faults import in_folder, what_is_wrong


def test_every_code_that_the_readers_raise_has_a_sentence() -> None:
    words = Languages(LOCALES).words("en")
    folder = Path(drafting.actions.__file__).parent
    readers = ("writing/markdown.py", "folders.py", "folder_files.py")
    source = "".join((folder / name).read_text() for name in readers)
    named = set(re.findall(r'_Refused\([^"\n]*"([a-z_]+)"', source))
    named |= set(re.findall(r'folder_refused\([^"\n]*"([a-z_]+)"', source))
    named |= {"html", "table", "image", "code", "rule", "too_many_marks"}
    assert len(named) > 20
    for what in named:
        assert what_is_wrong(words, {"what": what}).endswith("."), what


def test_what_is_wrong_with_an_archive_is_said_in_the_readers_language() -> None:
    english, arabic = Languages(LOCALES).words("en"), Languages(LOCALES).words("ar")
    for fault in ({"what": "not_zip", "file": ""}, {"what": "leads_out", "file": "../x.md"}):
        assert fault["what"] not in in_folder(english, fault)
        assert what_is_wrong(arabic, fault) != what_is_wrong(english, fault)
    assert "line" not in in_folder(english, {"what": "not_zip", "file": "", "line": 0})

"""What an operator is told about the machine."""

import pytest

from drafting.domain.locales import Locale
from drafting.publishing import checks
from drafting.publishing.paper.fonts import SCRIPTS


def test_this_machine_can_print() -> None:
    found = {check.name: check for check in checks.check_publishing([Locale("my", "Mymr", "မြန်မာ")])}
    assert set(found) == {"pango", "harfbuzz-subset", "faces", "icu"}
    assert not [check for check in found.values() if check.is_fatal]


def test_a_missing_face_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SCRIPTS, "Latn", SCRIPTS["Latn"].__class__(("Nobody’s Face",), "A-Z"))
    found = checks.check_faces(["Latn"])
    assert (found.ok, found.code, found.is_fatal) == (False, "faces_missing", True)
    assert "Nobody’s Face" in found.detail


def test_missing_libraries_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_library", lambda name, pattern: None)
    assert checks.check_pango().code == "pango_missing"
    assert checks.check_subset().code == "subset_missing"

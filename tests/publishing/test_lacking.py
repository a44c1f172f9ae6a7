"""A machine that lacks what sets pages: what can be made is made, and what cannot is told, at once."""

from pathlib import Path

import pytest

from drafting.domain.errors import Code, Refusal
from drafting.publishing.making.press import StaticPress
from tests.publishing.conftest import example_edition

# What WeasyPrint does where Pango is missing: a banner on standard output, then an error of the system.
WITHOUT_PANGO = (
    'print("\\n-----\\n\\ncould not import some external libraries\\n")\nraise OSError("no libpango-1.0-0")\n'
)


async def test_a_machine_without_pango_makes_pages_and_says_why_it_prints_none(
    press: StaticPress, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "weasyprint.py").write_text(WITHOUT_PANGO, "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    edition = example_edition(1)
    assert (await press.make(edition, "en", "html")).bytes
    with pytest.raises(Refusal) as refused:
        await press.make(edition, "en", "pdf")
    assert (refused.value.code, refused.value.data["reason"]) == (Code.RENDERING_FAILED, "no_pango")
    assert "libpango" in refused.value.data["detail"]

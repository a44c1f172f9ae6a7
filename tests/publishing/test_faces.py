"""What is asked for as regular is regular, also where the face says that its bold is."""

from io import BytesIO

import pikepdf
import pytest
from fontTools.ttLib import TTFont

from drafting.paths import LOCALES, TEMPLATES
from drafting.publishing.making.worker import render
from drafting.publishing.paper.pdf import shortened
from tests import declarations


def faces(code: str) -> dict[str, set[int]]:
    """The embedded faces of a book by name, with the widths of their glyphs."""
    edition = declarations.edition(code, 2)
    (data,) = render(edition, edition["source_locale"], "pdf", TEMPLATES, LOCALES).values()
    found: dict[str, set[int]] = {}
    with pikepdf.open(BytesIO(data)) as pdf:
        for each in pdf.objects:
            if isinstance(each, pikepdf.Dictionary) and "/FontFile2" in each:
                face = TTFont(BytesIO(each.FontFile2.read_bytes()))
                widths = {width for width, _ in face["hmtx"].metrics.values() if width}
                found.setdefault(str(each.FontName).partition("+")[2], set()).update(widths)
    return found


@pytest.mark.parametrize(("code", "name"), [("mya", "Noto-Serif-Myanmar"), ("urd", "Noto-Nastaliq-Urdu")])
def test_a_bold_face_that_is_labelled_as_regular_does_not_set_the_text(code: str, name: str) -> None:
    found = faces(code)
    assert found[name] != found[f"{name}-Bold"]


def test_long_titles_fit_the_head_of_a_page() -> None:
    assert shortened("A short title") == "A short title"
    assert shortened("ΟΙΚΟΥΜΕΝΙΚΗ ΔΙΑΚΗΡΥΞΗ ΓΙΑ ΤΑ ΑΝΘΡΩΠΙΝΑ ΔΙΚΑΙΩΜΑΤΑ") == "ΟΙΚΟΥΜΕΝΙΚΗ ΔΙΑΚΗΡΥΞΗ ΓΙΑ ΤΑ ΑΝΘΡΩΠΙΝΑ…"
    assert len(shortened("世界人権宣言" * 9)) == 24
    assert len(shortened("x" * 400)) == 47

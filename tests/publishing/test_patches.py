"""Each mend of WeasyPrint is still needed: these tests fail once the release in use does without it.

The unmended WeasyPrint runs in a process of its own, since a mend holds for the whole process.
"""

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pikepdf
import pydyf  # type: ignore[import-untyped]
import pytest
import weasyprint

from drafting.publishing.paper import patches, readback
from drafting.publishing.paper.breaks import SPACE, icu, with_breaks
from tests import udhr
from tests.publishing.reader import pdf_text, squeezed

PLAIN = """
import sys
from weasyprint import HTML
sys.stdout.buffer.write(HTML(string=sys.stdin.read()).write_pdf(pdf_variant="pdf/ua-1"))
"""


def page(body: str, tag: str, family: str, style: str = "") -> str:
    return f"""<html lang="{tag}"><head><title>t</title><style>
    @page {{ @top-center {{ content: "running head" }} }} html {{ font-family: "{family}" }} {style}
    </style></head><body>{body}</body></html>"""


def unmended(html: str) -> bytes:
    return subprocess.run([sys.executable, "-c", PLAIN], input=html.encode(), check=True, capture_output=True).stdout


def mended(html: str) -> bytes:
    patches.apply()
    return bytes(weasyprint.HTML(string=html).write_pdf(pdf_variant="pdf/ua-1"))


def paragraph(tag: str) -> str:
    return udhr.articles(tag)[1][1][0]


@pytest.mark.parametrize(("tag", "family"), [("hi", "Noto Serif Devanagari"), ("my", "Noto Serif Myanmar")])
def test_complex_scripts_come_back_only_with_the_mend(tag: str, family: str, tmp_path: Path) -> None:
    html = page(f"<p>{paragraph(tag)}</p>", tag, family)
    assert squeezed(paragraph(tag)) not in squeezed(pdf_text(unmended(html), tmp_path))
    assert squeezed(paragraph(tag)) in squeezed(pdf_text(mended(html), tmp_path))


def test_vocalised_arabic_comes_back_only_with_the_mend(tmp_path: Path) -> None:
    words = "وقد وهبوا عقلاً وضميرًا"
    html = page(f'<p dir="rtl">{words}</p>', "ar", "Noto Naskh Arabic")
    assert squeezed(words) not in squeezed(pdf_text(unmended(html), tmp_path))
    assert squeezed(words) in squeezed(pdf_text(mended(html), tmp_path))


def test_hyphens_of_the_page_maker_are_left_out(tmp_path: Path) -> None:
    style = "p { width: 30mm; hyphens: auto; text-align: justify }"
    html = page(f"<p>{paragraph('en')}</p>", "en", "Noto Serif", style)
    assert "\u2010\n" in pdf_text(unmended(html), tmp_path)
    text = pdf_text(mended(html), tmp_path)
    assert "\u2010\n" not in text
    assert squeezed(paragraph("en")) in squeezed(text)


def artifacts(data: bytes) -> int:
    with pikepdf.open(BytesIO(data)) as pdf:
        operators = pikepdf.parse_content_stream(pdf.pages[0])
        return sum(str(each.operator) == "BDC" and str(each.operands[0]) == "/Artifact" for each in operators)


def test_running_heads_are_artifacts_only_with_the_mend() -> None:
    html = page("<p>text</p>", "en", "Noto Serif")
    with pikepdf.open(BytesIO(unmended(html))) as pdf:
        first = [
            str(each.operands) for each in pikepdf.parse_content_stream(pdf.pages[0]) if str(each.operator) == "BDC"
        ]
    assert not any("Pagination" in operands for operands in first)
    assert artifacts(mended(html)) > artifacts(unmended(html))


def structure(data: bytes) -> str:
    with pikepdf.open(BytesIO(data)) as pdf:
        return " ".join(repr(each) for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and "/S" in each)


def test_languages_and_notes_are_tagged_only_with_the_mend() -> None:
    style = ".fn { float: footnote }"
    html = page('<p>text<span class="fn">note</span> <i lang="fr">mot</i></p>', "en", "Noto Serif", style)
    before, after = structure(unmended(html)), structure(mended(html))
    assert "/Lang" not in before
    assert "/Note" not in before
    assert "/Lang" in after
    assert "/Note" in after


def test_thai_breaks_between_words_only_with_icu() -> None:
    assert icu() is not None, "the system's ICU library (libicu) is missing"
    marked = with_breaks(paragraph("th"))
    assert marked.replace(SPACE, "") == paragraph("th")
    assert marked.count(SPACE) > 20


def test_korean_words_hold_together() -> None:
    assert with_breaks("모든 사람은 30조") == "모\u2060든 사\u2060람\u2060은 30\u2060조"


def test_another_release_is_not_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weasyprint, "__version__", "71.0")
    with pytest.raises(patches.PatchFailed):
        patches.apply()


@pytest.mark.parametrize(
    ("tag", "family", "words"),
    [
        ("ar", "Noto Naskh Arabic", "أحرارًا متساوين، نظراً إلى الله"),
        ("fa", "Noto Naskh Arabic", "کرده‌اند و تصمیم گرفته‌اند"),
        ("syc", "Noto Sans Syriac", "ܟܬܳܒܳܐ ܩܰܕܺܝܫܳܐ"),
    ],
)
def test_marks_and_joiners_stand_where_they_were_written(tag: str, family: str, words: str, tmp_path: Path) -> None:
    html = page(f'<p dir="rtl">{words}</p>', tag, family)
    assert readback.squeezed(words) not in readback.squeezed(pdf_text(unmended(html), tmp_path))
    assert readback.squeezed(words) in readback.squeezed(pdf_text(mended(html), tmp_path))


def test_a_written_hyphen_that_ends_a_line_stays(tmp_path: Path) -> None:
    style = r'p { width: 22mm } html { hyphenate-character: "\2010\2060" }'
    words = "in co\u2010operation with"
    html = page(f"<p>{words}</p>", "en", "Noto Serif", style)
    assert readback.squeezed(words) in readback.squeezed(pdf_text(mended(html), tmp_path))


def test_no_glyph_stands_for_nothing() -> None:
    html = page(f"<p>{paragraph('th')}น้ำ</p>", "th", "Noto Serif Thai")

    def maps(data: bytes) -> bytes:
        with pikepdf.open(BytesIO(data)) as pdf:
            fonts = [each for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and "/ToUnicode" in each]
            return b"".join(font.ToUnicode.read_bytes() for font in fonts)

    assert b" <>" in maps(unmended(html))
    assert b" <>" not in maps(mended(html))


def test_no_compressed_stream_ends_like_a_line() -> None:
    """The last byte is that of a check sum: one more than these data."""
    patches.apply()
    for last in range(256):
        data, made = bytes([last]), pydyf.zlib.compressobj()
        compressed = made.compress(data) + made.flush()
        assert compressed[-1] not in b"\r\n"
        assert pydyf.zlib.decompressobj().decompress(compressed) == data


def test_a_link_with_stressed_words_is_one_link() -> None:
    html = page('<p><a href="https://a.example/">one <em>two</em> three</a></p>', "en", "Noto Serif")

    def links(data: bytes) -> int:
        with pikepdf.open(BytesIO(data)) as pdf:
            return len(pdf.pages[0].get("/Annots", []))

    assert (links(unmended(html)), links(mended(html))) == (2, 1)

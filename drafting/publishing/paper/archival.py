"""What makes a PDF one for archives as well as one for everybody: PDF/A-3 and PDF/UA-1 in one file.

WeasyPrint takes one variant. It is asked for PDF/A-3a (colours with a profile, files attached with their relation to
the pages, no fonts left out), and this module adds the mark of PDF/UA-1 to the XMP packet. PDF/A wants every property
that it does not know itself described there too (ISO 19005-3, 6.6.2.3), so the description comes along.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from typing import Any, Final

import pydyf  # type: ignore[import-untyped]
from weasyprint import Attachment
from weasyprint.css import ColorProfile

from drafting.domain.prose import to_json
from drafting.publishing.paper.patches import ended_plainly
from drafting.publishing.reading import Reading

VARIANT: Final = "pdf/a-3a"
# What the profile is called where it is asked for. By its usual name WeasyPrint would open a file and leave it open.
COLOURS: Final = "archive"
_END: Final = b"</rdf:RDF>"
_UNIVERSAL: Final = b"""\
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<pdfuaid:part>1</pdfuaid:part>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 that the file conforms to</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""


@lru_cache(maxsize=1)
def _srgb() -> bytes:
    return (files("weasyprint.pdf") / "sRGB2014.icc").read_bytes()


def profiles() -> dict[str, ColorProfile]:
    """What the numbers of the colours mean: sRGB."""
    made = ColorProfile(BytesIO(_srgb()), "sRGB2014.icc", "relative-colorimetric", (["r"], ["g"], ["b"]))
    return {COLOURS: made}


def source(reading: Reading) -> bytes:
    """The text in this language as JSON, with the digests that the networks' positions name.

    ``body`` is the text tree as the ledger keeps it; its digest can be worked out from it by anybody.
    """
    content = reading.content
    value = {
        "format": 1,
        "declaration": content.slug,
        "edition": content.n,
        "manifest": content.manifest,
        "locale": reading.locale.tag,
        "title": reading.title,
        "sections": [
            {
                "id": part.id,
                "revision": part.section.revision,
                "revision_digest": part.section.digest,
                "locale": part.lang,
                "digest": part.text.digest,
                "status": part.text.status.value,
                "body": to_json(part.text.body),
            }
            for part in reading.parts
        ],
    }
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1).encode()


@dataclass(frozen=True, slots=True)
class Source:
    """What a PDF was made from, as JSON to attach: the file's name without its end, and what it is in a few words."""

    name: str
    data: bytes
    at: datetime
    description: str


def text_source(reading: Reading) -> Source:
    """The text; its time is the edition's, so that the bytes repeat."""
    content = reading.content
    description = reading.words.gettext("The text with its digests, for programs")
    name = f"{content.slug}-{content.n}-{reading.locale.tag}"
    return Source(name, source(reading), content.changed_at, description)


def attach(source: Source, fetcher: Any) -> Attachment:
    """The source as a file inside the PDF."""
    return Attachment(
        string=source.data.decode(),
        url_fetcher=fetcher,
        name=f"{source.name}.json",
        description=source.description,
        created=source.at,
        modified=source.at,
        relationship="Source",
    )


def finish() -> Callable[[Any, Any], None]:
    """What WeasyPrint calls when all but the writing is done."""

    def mark(document: Any, pdf: Any) -> None:
        number = int(pdf.catalog["Metadata"].split()[0])
        packet = pdf.objects[number]
        data = b"".join(packet.stream)
        head, end, tail = data.rpartition(_END)
        packet.stream = [head + _UNIVERSAL + end + tail]
        packet.compress = False
        # WeasyPrint lists each file twice, by its name and by its object.
        pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))
        for each in pdf.objects:
            if isinstance(each, pydyf.Stream):
                _mend_picture(each)
        pdf.objects[:] = [each if each.free == "f" else _Written(each) for each in pdf.objects]

    return mark


class _Written(pydyf.Object):  # type: ignore[misc]
    """An object of the file as bytes, which are asked for twice: to be written, and for the identifier of the file."""

    data = b""
    compressible = False

    def __init__(self, written: Any) -> None:
        super().__init__()
        self.number, self.generation = written.number, written.generation
        self.data, self.compressible = written.data, written.compressible


def _mend_picture(stream: Any) -> None:
    if "Interpolate" in stream.extra:  # Those of emoji: archives want to be shown them as they are.
        stream.extra["Interpolate"] = "false"
    if "Filter" in stream.extra and not stream.compress:
        stream.stream = [ended_plainly(b"\n".join(pydyf._to_bytes(part) for part in stream.stream))]

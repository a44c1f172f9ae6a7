"""What makes a PDF one for archives as well as one for everybody: PDF/A-3 and PDF/UA-1 in one file.

WeasyPrint takes one variant. It is asked for PDF/A-3a (colours with a profile, files attached with their relation to
the pages, no fonts left out), and this module adds the mark of PDF/UA-1 to the XMP packet. PDF/A wants every property
that it does not know itself described there too (ISO 19005-3, 6.6.2.3), so the description comes along.
"""

import json
from collections.abc import Callable
from typing import Any, Final

import pydyf  # type: ignore[import-untyped]
from weasyprint import Attachment

from drafting.domain.prose import to_json
from drafting.publishing.reading import Reading

VARIANT: Final = "pdf/a-3a"
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


def attach(reading: Reading, fetcher: Any) -> Attachment:
    """The source as a file inside the PDF; its times are the edition's, so that the bytes repeat."""
    content = reading.content
    return Attachment(
        string=source(reading).decode(),
        url_fetcher=fetcher,
        name=f"{content.slug}-{content.n}-{reading.locale.tag}.json",
        description=reading.words.gettext("The text with its digests, for programs"),
        created=content.changed_at,
        modified=content.changed_at,
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
        _name_attachments(pdf)

    return mark


def _name_attachments(pdf: Any) -> None:
    """The list of attached files is one that readers open by, which takes its names as text and in order."""
    for each in pdf.objects:
        if isinstance(each, pydyf.Dictionary) and each.get("Type") == "/Filespec":
            each["F"] = each["UF"]

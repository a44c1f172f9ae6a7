"""The parts of a word processor's file that are the same for every text, or nearly."""

from collections.abc import Sequence
from html import escape
from typing import Final

from drafting.publishing.reading import Reading

_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml"
HYPERLINK: Final = f"{_OFFICE}/hyperlink"
DEEPEST: Final = 9

CONTENT_TYPES: Final = (
    f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_TYPE}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
    f'<Override PartName="/word/numbering.xml" ContentType="{_TYPE}.numbering+xml"/>'
    f'<Override PartName="/word/footnotes.xml" ContentType="{_TYPE}.footnotes+xml"/>'
    '<Override PartName="/docProps/core.xml" '
    'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>'
)
RELATIONS: Final = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="body" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
    f'<Relationship Id="core" Type="{_PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/>'
    "</Relationships>"
)


def related(links: Sequence[tuple[str, str, str]], *, is_body: bool = True) -> str:
    """What a part refers to: (id, kind, address) outside the file, and for the body the other parts."""
    own = "".join(
        f'<Relationship Id="{name}" Type="{_OFFICE}/{name}" Target="{name}.xml"/>'
        for name in ("styles", "numbering", "footnotes")
        if is_body
    )
    outside = "".join(
        f'<Relationship Id="{id}" Type="{kind}" Target="{escape(address)}" TargetMode="External"/>'
        for id, kind, address in links
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{own}{outside}</Relationships>'


def properties(reading: Reading) -> str:
    """Title, networks, language and moment (Dublin Core)."""
    content = reading.content
    at = content.changed_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        f'{_HEAD}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(reading.title)}</dc:title>"
        f"<dc:creator>{escape(', '.join(network.name for network in content.networks))}</dc:creator>"
        f"<dc:identifier>{escape(content.manifest)}</dc:identifier>"
        f"<dc:language>{escape(reading.locale.tag)}</dc:language>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{at}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{at}</dcterms:modified></cp:coreProperties>'
    )


def numbering(ordered_lists: int) -> str:
    """Bullets are list 1; list 1 + n is the n-th that counts, each from one."""
    bullets = "".join(_level(n, "bullet", "•") for n in range(DEEPEST))
    counted = "".join(_level(n, "decimal", f"%{n + 1}.") for n in range(DEEPEST))
    restart = "".join(
        f'<w:lvlOverride w:ilvl="{n}"><w:startOverride w:val="1"/></w:lvlOverride>' for n in range(DEEPEST)
    )
    lists = "".join(
        f'<w:num w:numId="{2 + n}"><w:abstractNumId w:val="1"/>{restart}</w:num>' for n in range(ordered_lists)
    )
    return (
        f'{_HEAD}<w:numbering xmlns:w="{_MAIN}">'
        f'<w:abstractNum w:abstractNumId="0"><w:multiLevelType w:val="multilevel"/>{bullets}</w:abstractNum>'
        f'<w:abstractNum w:abstractNumId="1"><w:multiLevelType w:val="multilevel"/>{counted}</w:abstractNum>'
        f'<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>{lists}</w:numbering>'
    )


def _level(n: int, kind: str, text: str) -> str:
    return (
        f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/>'
        f'<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="{360 * (n + 1)}" w:hanging="360"/></w:pPr></w:lvl>'
    )


def styles(tag: str) -> str:
    """The named styles; sizes in half points, distances in twentieths of a point."""
    made = [
        _style("Normal", "Normal", "", '<w:spacing w:after="160" w:line="300" w:lineRule="auto"/>', ""),
        _style("Title", "Title", "Normal", '<w:spacing w:before="240" w:after="240" w:line="240"/>', _size(52)),
        _style("Subtitle", "Subtitle", "Normal", "", _size(22)),
        *(
            _style(
                f"Heading{n}",
                f"heading {n}",
                "Normal",
                f'<w:keepNext/><w:spacing w:before="{max(200, 560 - 120 * n)}" w:after="120"/>'
                f'<w:outlineLvl w:val="{n - 1}"/>',
                f"<w:b/><w:bCs/>{_size(38 - 4 * n)}",
            )
            for n in range(1, 5)
        ),
        _style("Quote", "Quote", "Normal", '<w:ind w:left="567" w:right="567"/>', ""),
        _style("ListBullet", "List Bullet", "Normal", '<w:spacing w:after="80"/>', ""),
        _style("ListNumber", "List Number", "Normal", '<w:spacing w:after="80"/>', ""),
        _style(
            "Notice",
            "Notice",
            "Normal",
            '<w:spacing w:before="80" w:after="120"/>',
            f'<w:color w:val="555555"/>{_size(20)}',
        ),
        _style("Side", "Statement", "Normal", '<w:spacing w:after="80"/><w:ind w:left="567"/>', _size(20)),
        _style("FootnoteText", "footnote text", "Normal", '<w:spacing w:after="40" w:line="240"/>', _size(19)),
        '<w:style w:type="character" w:styleId="FootnoteReference"><w:name w:val="footnote reference"/>'
        '<w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style>',
        '<w:style w:type="character" w:styleId="Hyperlink"><w:name w:val="Hyperlink"/>'
        '<w:rPr><w:color w:val="0B5966"/><w:u w:val="single"/></w:rPr></w:style>',
    ]
    tag = escape(tag)
    return (
        f'{_HEAD}<w:styles xmlns:w="{_MAIN}"><w:docDefaults><w:rPrDefault><w:rPr>{_size(24)}'
        f'<w:lang w:val="{tag}" w:eastAsia="{tag}" w:bidi="{tag}"/></w:rPr></w:rPrDefault></w:docDefaults>'
        f"{''.join(made)}</w:styles>"
    )


def _size(half_points: int) -> str:
    return f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'


def _style(id: str, name: str, basis: str, paragraph: str, run: str) -> str:
    default = ' w:default="1"' if id == "Normal" else ""
    based = f'<w:basedOn w:val="{basis}"/>' if basis else ""
    return (
        f'<w:style w:type="paragraph"{default} w:styleId="{id}"><w:name w:val="{name}"/>{based}<w:qFormat/>'
        f"<w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
    )

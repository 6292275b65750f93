"""Small valid documents of every kind, made on the spot: nobody else's text, and each part in the open."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from libzim.writer import Creator, Hint, Item, StringProvider

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

STYLES = f"""<w:styles xmlns:w="{WORD}">
<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/></w:style>
<w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/></w:style>
<w:style w:type="paragraph" w:styleId="H2"><w:name w:val="heading 2"/><w:basedOn w:val="H1"/></w:style>
<w:style w:type="paragraph" w:styleId="Clinic"><w:name w:val="Clinic heading"/><w:basedOn w:val="H2"/></w:style>
<w:style w:type="paragraph" w:styleId="Outlined"><w:name w:val="Chapter"/>
<w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="TOC1"><w:name w:val="toc 1"/></w:style>
</w:styles>"""
NUMBERING = f"""<w:numbering xmlns:w="{WORD}">
<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/></w:lvl></w:abstractNum>
<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>
</w:numbering>"""
FOOTNOTES = f"""<w:footnotes xmlns:w="{WORD}"><w:footnote w:type="separator" w:id="0"><w:p/></w:footnote>
<w:footnote w:id="2"><w:p><w:r><w:t>Not below five years.</w:t></w:r></w:p></w:footnote></w:footnotes>"""


def paragraph(text: str, style: str = "", listed: tuple[int, int] | None = None, run: str = "") -> str:
    """A Word paragraph; ``listed`` is the list's number and the level, ``run`` XML put behind the words."""
    properties = f'<w:pStyle w:val="{style}"/>' if style else ""
    if listed:
        properties += f'<w:numPr><w:ilvl w:val="{listed[1]}"/><w:numId w:val="{listed[0]}"/></w:numPr>'
    return f'<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space="preserve">{text}</w:t></w:r>{run}</w:p>'


def table(rows: Sequence[Sequence[str]], header: bool = True) -> str:
    """A Word table, each cell a paragraph or XML that begins with ``<``."""
    look = '<w:tblPr><w:tblLook w:firstRow="1" w:val="04A0"/></w:tblPr>' if header else ""
    lines = []
    for row in rows:
        cells = (cell if cell.startswith("<") else paragraph(cell) for cell in row)
        lines.append(f"<w:tr>{''.join(f'<w:tc>{cell}</w:tc>' for cell in cells)}</w:tr>")
    return f"<w:tbl>{look}{''.join(lines)}</w:tbl>"


def docx(path: Path, body: str, title: str = "", more: Mapping[str, str] | None = None) -> Path:
    """A Word document with a body of the given XML."""
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" Type="{OFFICE}/officeDocument" '
        'Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>',
        "word/styles.xml": STYLES,
        "word/numbering.xml": NUMBERING,
        "word/footnotes.xml": FOOTNOTES,
        "word/header1.xml": f'<w:hdr xmlns:w="{WORD}">{paragraph("Page header")}</w:hdr>',
        "docProps/core.xml": '<cp:coreProperties xmlns:cp="urn:cp" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{title}</dc:title><dc:language>en-GB</dc:language></cp:coreProperties>",
        **(more or {}),
    }
    return zipped(path, parts)


def zipped(path: Path, parts: Mapping[str, str]) -> Path:
    """A zip file of texts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return path


def epub(path: Path, chapters: Mapping[str, str], more: Mapping[str, str] | None = None) -> Path:
    """An electronic book; its spine has the chapters in the order in which they are given."""
    items = "".join(
        f'<item id="c{n}" href="text/{name}" media-type="application/xhtml+xml"/>' for n, name in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>The Clinic Book</dc:title><dc:language>en</dc:language></metadata><manifest>{items}"
        '<item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/></manifest>'
        f'<spine><itemref idref="nav"/>{spine}</spine></package>'
    )
    return zipped(
        path,
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="OPS/book.opf"/></rootfiles></container>',
            "OPS/book.opf": package,
            "OPS/nav.xhtml": "<html><body><nav>Contents</nav></body></html>",
            **{f"OPS/text/{name}": chapter for name, chapter in chapters.items()},
            **(more or {}),
        },
    )


def json_lines(path: Path, records: Sequence[Mapping[str, object]]) -> Path:
    """JSON lines."""
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


class Page(Item):
    """A page of a ZIM archive."""

    def __init__(self, path: str, title: str, content: str, mimetype: str = "text/html") -> None:
        super().__init__()
        self._facts = (path, title, mimetype)
        self._content = content

    def get_path(self) -> str:
        return self._facts[0]

    def get_title(self) -> str:
        return self._facts[1]

    def get_mimetype(self) -> str:
        return self._facts[2]

    def get_contentprovider(self) -> StringProvider:
        return StringProvider(self._content)

    def get_hints(self) -> dict[Hint, int]:
        return {Hint.FRONT_ARTICLE: 1}


def zim(path: Path, pages: Sequence[Page], redirects: Mapping[str, str] | None = None, language: str = "eng") -> Path:
    """A ZIM archive; ``redirects`` are paths and where they lead."""
    with Creator(path).config_indexing(False, language) as creator:
        creator.set_mainpath(pages[0].get_path() if pages else "none")
        for page in pages:
            creator.add_item(page)
        for source, target in (redirects or {}).items():
            creator.add_redirection(source, source.title(), target, {Hint.FRONT_ARTICLE: 1})
        creator.add_metadata("Language", language)
        creator.add_metadata("Title", "Clinic wiki")
    return path


MARKDOWN = """# Sore toe

A toe that **hurts**. White cells: 10<sup>9</sup>/L.

## What to do

1. Sit.
2. Wait.
   - Rest it.

| Age | Dose |
|---|---|
| Adult | 500 mg |
| Child | 250 mg |
"""
PAGE = """<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>Asthma - Clinic</title>
<link rel="canonical" href="https://clinic.example/asthma"><script>track()</script></head><body>
<nav><a href="/">Home</a></nav><main><h1>Asthma</h1><p>Asthma tightens the airways.</p><h2>Signs</h2>
<ul><li>wheeze</li><li>cough</li></ul><table><tr><th>Age</th><th>Puffs</th></tr><tr><td>Adult</td><td>2</td></tr>
</table></main><footer>Rights</footer></body></html>"""
MHTML = (
    "From: <Saved by a browser>\r\nSnapshot-Content-Location: https://clinic.example/asthma\r\nSubject: Asthma\r\n"
    'MIME-Version: 1.0\r\nContent-Type: multipart/related; type="text/html"; boundary="----Part"\r\n\r\n\r\n'
    "------Part\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    + PAGE.replace("=", "=3D").replace("\n", "\r\n")
    + "\r\n------Part\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n"
    "------Part--\r\n"
)
QUESTIONS = (
    'id,Question,Answer,URL\nq1,"What is a cold?","A cold is mild.\n\nRest, drink.",https://c.example/1\nq2,Why?,So.,\n'
)
TOPICS = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE health-topics SYSTEM "topics.dtd">
<health-topics total="2" date-generated="01/01/2026"><health-topic title="Sore toe" url="https://t.example/toe.html"
id="11" language="English"><also-called>Toe pain</also-called><full-summary>&lt;p&gt;A toe that hurts.&lt;/p&gt;
&lt;h3&gt;Care&lt;/h3&gt;&lt;ul&gt;&lt;li&gt;Rest&lt;/li&gt;&lt;/ul&gt;</full-summary></health-topic>
<health-topic title="Dedo dolorido" url="https://t.example/dedo.html" id="12" language="Spanish">
<full-summary>&lt;p&gt;Un dedo que duele.&lt;/p&gt;</full-summary></health-topic></health-topics>
"""
CHAPTER = """<?xml version="1.0" encoding="UTF-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head>
<body><h1>Burns</h1><p>Cool it.</p></body></html>"""
TEXT = "FEVER PLAN\n==========\n\nDrink often.\n\nWHEN TO CALL\n\n- Under 3 months.\n- A rash – at 39 °C.\n"


def small_files(folder: Path) -> dict[str, Path]:
    """One valid file for each reader, by the reader's kind."""
    texts = {
        "text": ("fever.txt", TEXT),
        "markdown": ("toe.md", MARKDOWN),
        "html": ("asthma.html", PAGE),
        "mhtml": ("asthma.mhtml", MHTML),
        "csv": ("answers.csv", QUESTIONS),
        "medlineplus": ("topics.xml", TOPICS),
    }
    files = {}
    for kind, (name, text) in texts.items():
        files[kind] = folder / name
        files[kind].write_bytes(text.encode())
    body = (
        paragraph("Wounds", "Title") + paragraph("Clean", "H1") + paragraph("Rinse.", listed=(1, 0))
        + paragraph("Cover.", listed=(1, 0), run='<w:r><w:footnoteReference w:id="2"/></w:r>')
        + table([["Age", "Dose"], ["Adult", "1 g"]])
    )  # fmt: skip
    files["docx"] = docx(folder / "wounds.docx", body)
    files["epub"] = epub(folder / "book.epub", {"b.xhtml": CHAPTER, "a.xhtml": CHAPTER.replace("Burns", "Cuts")})
    files["json_lines"] = json_lines(
        folder / "items.jsonl",
        [
            {"id": "a", "title": "Cold", "text": "A cold is mild.", "url": "https://c.example/a"},
            {"id": 2, "question": "Why?", "answer": "So."},
        ],
    )
    files["zim"] = zim(
        folder / "wiki.zim",
        [Page("Asthma", "Asthma", PAGE), Page("style.css", "", "p{}", "text/css")],
        {"Wheeze": "Asthma"},
    )
    return files

"""Read Word documents: headings by style, lists with their numbers, tables as rows, notes where they are called."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from pathlib import Path

from lxml import etree

from medbot_desktop.knowledge.building import DocumentBuilder
from medbot_desktop.knowledge.document import Document
from medbot_desktop.knowledge.readers.archives import Archive, opened_archive
from medbot_desktop.knowledge.readers.docx_styles import Numbering, Styles, W, is_on, list_of, value, whole
from medbot_desktop.knowledge.readers.docx_words import Words, outermost, words_of
from medbot_desktop.knowledge.readers.plain_xml import parsed_xml
from medbot_desktop.knowledge.readers.reader import Facts, damaged, document_ids, finished
from medbot_desktop.knowledge.readers.tables import LONGEST_REPEATED, Cell, add_grid

_KIND = "Word document"
_DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_OFFICE_DOCUMENT = "/officeDocument"
_LONGEST_HEADING = 200
_MOST_COLUMNS = 100
_FIRST_ROW_DIGITS = tuple("2367abef")  # the hexadecimal digits with the bit that stands for the first row
_BLOCKS = (f"{W}p", f"{W}tbl")
# Ordinary wrappers around paragraphs; what else may hold some (a deleted table, a fallback picture) is not read.
_WRAPPERS = frozenset(f"{W}{name}" for name in ("body", "sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag"))


class DocxReader:
    """Reads a ``.docx``; headers and footers are parts of their own and are not read."""

    def read(self, path: Path) -> Iterator[Document]:
        """The file as one document; its title is its properties' one, else its title line, else its first heading."""
        with opened_archive(path, _KIND) as archive:
            document = _document(archive, path)
        yield document


def _document(archive: Archive, path: Path) -> Document:
    main = _main_part(archive, path)
    folder = posixpath.dirname(main)
    root = _xml(archive, main, path)
    body = root.find(f"{W}body") if root is not None else None
    if body is None:
        raise damaged(path, _KIND)
    styles = Styles(_xml(archive, posixpath.join(folder, "styles.xml"), path))
    numbering = Numbering(_xml(archive, posixpath.join(folder, "numbering.xml"), path))
    notes = {
        (kind, value(note, "id")): note
        for kind in ("footnote", "endnote")
        for note in _children(_xml(archive, posixpath.join(folder, f"{kind}s.xml"), path), f"{W}{kind}")
        if not value(note, "type")
    }
    properties = _xml(archive, "docProps/core.xml", path)
    stated = (properties.findtext(f"{_DUBLIN_CORE}title") or "").strip() if properties is not None else ""
    text = _Text(styles, numbering, notes, stated or _first_title(body, styles))
    text.add(body)
    language = (properties.findtext(f"{_DUBLIN_CORE}language") or "") if properties is not None else ""
    return finished(text.builder, next(document_ids(path)), Facts(title=text.title, language=language), path)


def _main_part(archive: Archive, path: Path) -> str:
    relations = _xml(archive, "_rels/.rels", path)
    for relation in relations if relations is not None else ():
        if (relation.get("Type") or "").endswith(_OFFICE_DOCUMENT):
            return (relation.get("Target") or "").lstrip("/")
    return "word/document.xml"


def _xml(archive: Archive, name: str, path: Path) -> etree._Element | None:
    data = archive.part(name)
    # "Strict" documents differ from the usual ones in the names of their namespaces, and in little else.
    return parsed_xml(data.replace(_STRICT, W.strip("{}").encode()), path, _KIND) if data is not None else None


def _children(root: etree._Element | None, tag: str) -> Iterator[etree._Element]:
    return root.iterchildren(tag) if root is not None else iter(())


def _first_title(body: etree._Element, styles: Styles) -> str:
    """The title line, else the first heading."""
    heading = ""
    for paragraph in body.iterchildren(f"{W}p"):
        style = value(paragraph.find(f"{W}pPr/{W}pStyle"))
        if styles.name(style) == "title":
            title = words_of(paragraph).text.strip()
            if title:
                return title
        elif not heading and styles.level(style):
            heading = words_of(paragraph).text.strip()
    return heading


class _Text:
    """What has been read of a document, and where its lists have counted to."""

    def __init__(
        self, styles: Styles, numbering: Numbering, notes: dict[tuple[str, str], etree._Element], title: str
    ) -> None:
        self.builder = DocumentBuilder()
        self.title = title
        self._styles = styles
        self._numbering = numbering
        self._notes = notes
        self._repeats_title = title

    def add(self, root: etree._Element) -> None:
        """Add the paragraphs and tables under an element, in reading order."""
        events = etree.iterwalk(root, events=("start",))
        for _, element in events:
            if element.tag in _BLOCKS:
                events.skip_subtree()
                if element.tag == f"{W}p":
                    self._paragraph(element)
                else:
                    self._table(element)
            elif element is not root and element.tag not in _WRAPPERS:
                events.skip_subtree()

    def _paragraph(self, paragraph: etree._Element) -> None:
        properties = paragraph.find(f"{W}pPr")
        style = value(properties.find(f"{W}pStyle")) if properties is not None else ""
        # A table of contents repeats the headings, each with a page.
        if self._styles.is_hidden(style) or self._styles.name(style).startswith("toc "):
            return
        words = words_of(paragraph)
        text = " ".join(words.text.split())
        level = self._styles.level(style)
        if properties is not None and properties.find(f"{W}outlineLvl") is not None:
            level = whole(value(properties.find(f"{W}outlineLvl")), 9) + 1
            level = level if level < 10 else None
        listed = list_of(properties) or self._styles.numbering(style)
        marker = self._numbering.marker(listed) if listed and text else ""
        if self._styles.name(style) == "title" or level:
            self._heading(text, marker, level or 1)
        elif text:
            self.builder.paragraph(marker + text)
        self._hanging(words)

    def _heading(self, text: str, marker: str, level: int) -> None:
        repeats = text.casefold() == " ".join(self._repeats_title.split()).casefold()
        if text:
            self._repeats_title = ""
        if len(text) > _LONGEST_HEADING:
            self.builder.paragraph(text)
        elif not repeats:
            self.builder.heading(marker + text if text else "", level)

    def _hanging(self, words: Words) -> None:
        """Add the text boxes and notes of a paragraph, below it."""
        for box in words.boxes:
            for inner in outermost(box, "p"):
                self.builder.paragraph(words_of(inner).text)
        for key in words.notes:
            note = self._notes.pop(key, None)  # a note is told once
            if note is not None:
                self.builder.paragraph(" ".join(words_of(inner).text for inner in outermost(note, "p")))

    def _table(self, table: etree._Element) -> None:
        rows = list(outermost(table, "tr"))
        cells = [list(outermost(row, "tc")) for row in rows]
        if all(len(line) < 2 for line in cells):  # one column is a frame around text
            for line in cells:
                for cell in line:
                    self.add(cell)
            return
        words = [[words_of(cell) for cell in line] for line in cells]
        add_grid(self.builder, _grid(cells, words), _count_headers(table, rows))
        for texts in words:
            for cell_words in texts:
                self._hanging(cell_words)


def _count_headers(table: etree._Element, rows: Sequence[etree._Element]) -> int:
    """How many rows of a table are its header: those marked to be repeated, else the first if the look sets it off."""
    headers = 0
    while headers < len(rows) - 1 and is_on(rows[headers].find(f"{W}trPr"), "tblHeader"):
        headers += 1
    look = table.find(f"{W}tblPr/{W}tblLook")
    sets_off_first = value(look, "firstRow") in ("1", "true") or value(look)[-2:-1].lower() in _FIRST_ROW_DIGITS
    return headers or int(look is not None and sets_off_first and len(rows) > 1)


def _grid(cells: Sequence[Sequence[etree._Element]], words: Sequence[Sequence[Words]]) -> list[list[Cell]]:
    """The rows of a table; a cell merged down is repeated in each row, one merged across is followed by empty ones."""
    above: dict[int, str] = {}
    rows = []
    for line, texts in zip(cells, words, strict=True):
        row: list[Cell] = []
        for cell, cell_words in zip(line, texts, strict=True):
            properties = cell.find(f"{W}tcPr")
            merge = properties.find(f"{W}vMerge") if properties is not None else None
            span = whole(value(properties.find(f"{W}gridSpan")), 1) if properties is not None else 1
            column = len(row)
            text = cell_words.text
            if merge is not None and value(merge) != "restart":
                text = text if text.strip() else above.get(column, "")
            above[column] = text if merge is not None and len(text) <= LONGEST_REPEATED else ""
            across = min(max(span, 1), max(_MOST_COLUMNS - column, 1))
            row += [Cell(text, across), *(Cell("") for _ in range(across - 1))]
        rows.append(row)
    return rows

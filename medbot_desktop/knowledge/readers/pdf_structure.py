"""Make a document of its pages: what its headings are, how they stand under each other, what its title is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from medbot_desktop.knowledge.building import DocumentBuilder
from medbot_desktop.knowledge.document import Document
from medbot_desktop.knowledge.readers.pdf_lines import Line
from medbot_desktop.knowledge.readers.pdf_page import Page
from medbot_desktop.knowledge.readers.pdf_paragraphs import (
    BULLET,
    Paragraph,
    Piece,
    TableOnPage,
    pieces_of,
    unbroken,
    vocabulary,
)
from medbot_desktop.knowledge.readers.pdf_running import without_running_lines
from medbot_desktop.knowledge.readers.reader import Facts, clean, document_ids, finished, name_title
from medbot_desktop.knowledge.readers.tables import LONGEST_REPEATED

_LARGER = 1.12
_LARGER_IN_SCANS = 1.2
_CLEARLY_LARGER = 1.3
_NOT_SMALLER = 0.93
_LONGEST_HEADING = 200
_MOST_LINES = 3
_MOST_LEVELS = 6
_LEVEL_STEP = 0.04
_SAME_EDGE = 4.0
_LETTERS = re.compile(r"[^\W\d_].*[^\W\d_]", re.DOTALL)
_SENTENCE = re.compile(r"[.,;]$")
_LEADERS = re.compile(r"(?:[.·…_]\s?){4,}\s*[\divxl]{0,7}$", re.I)
_ENTRY = re.compile(r"(.*\S)\s+(?:\d{1,4}|[ivxl]{1,7})", re.I)
_NUMBERING = re.compile(r"^[\d.]+\s+")
_CONTENTS = frozenset(("contents", "table of contents", "inhalt", "inhaltsverzeichnis", "sommaire", "índice", "indice"))
# What programs write where a person gave no title.
_NO_TITLE = re.compile(
    r"untitled.*|unbenannt.*|do[ck]ument\s*\d*|microsoft (?:word|powerpoint|excel)\b.*|powerpoint-pr.*|title|"
    r"scan(?:ned)?\b.{0,20}|img[_-]?\d+|about:blank|.*\.(?:docx?|odt|rtf|pptx?|xlsx?|pdf|html?|txt|tex|dvi|indd|qxd)|"
    r"[\w.-]*[\\/][^ ]*|[\W\d_]*",
    re.I,
)


def document_of(pages: Sequence[Page], stated: Facts, path: Path) -> Document:
    """The document that pages make.

    Args:
        pages: in order.
        stated: what the file says about itself; a title that only its program made up is passed over.
        path: the file.

    Raises:
        LibraryError: there is no text.
    """
    pages = without_running_lines(pages)
    words = vocabulary(pages)
    body = _body_size(pages)
    is_scan = any(page.recognised for page in pages)
    pieces = pieces_of(pages, body)
    levels = _levels([piece for piece in pieces if _is_heading(piece, body, is_scan)])
    headings = {piece.text.casefold() for piece in pieces if isinstance(piece, Paragraph) and _look(piece) in levels}
    pieces = [piece for piece in pieces if isinstance(piece, TableOnPage) or not _is_of_contents(piece.text, headings)]
    title = _stated_title(stated.title, path) or _first_title(pieces, levels, pages, words) or name_title(path)
    builder = DocumentBuilder()
    _add(builder, pieces, levels, title, words)
    return finished(builder, next(document_ids(path)), Facts(title, language=stated.language), path)


def _body_size(pages: Sequence[Page]) -> float:
    """The size that most letters outside of tables have."""
    letters: Counter[float] = Counter()
    for page in pages:
        for column in page.columns:
            for part in column.parts:
                if isinstance(part, Line):
                    letters[round(part.size * 2) / 2] += 1 if part.bold else len(part.text)
    return max(letters, key=lambda size: (letters[size], -size), default=10.0)


def _is_heading(piece: Piece, body: float, is_scan: bool) -> bool:
    if not isinstance(piece, Paragraph) or len(piece.text) > _LONGEST_HEADING or piece.lines > _MOST_LINES:
        return False
    if not _LETTERS.search(piece.text) or BULLET.match(piece.text) or _LEADERS.search(piece.text):
        return False
    larger = piece.size / max(body, 0.1)
    if _SENTENCE.search(piece.text) and larger < _CLEARLY_LARGER:
        return False
    return larger >= (_LARGER_IN_SCANS if is_scan else _LARGER) or (piece.bold and larger >= _NOT_SMALLER)


def _levels(headings: Sequence[Piece]) -> dict[tuple[float, bool], int]:
    """The level of each look that headings have: the larger, the further out; bold before plain."""
    looks = sorted({_look(piece) for piece in headings if isinstance(piece, Paragraph)}, reverse=True)
    levels: dict[tuple[float, bool], int] = {}
    level, last = 0, (0.0, False)
    for look in looks:
        if not levels or last[0] - look[0] > _LEVEL_STEP * last[0] or last[1] != look[1]:
            level, last = min(level + 1, _MOST_LEVELS), look
        levels[look] = level
    return levels


def _look(paragraph: Paragraph) -> tuple[float, bool]:
    return round(paragraph.size * 2) / 2, paragraph.bold


def _stated_title(stated: str, path: Path) -> str:
    title = " ".join(clean(stated[: 2 * _LONGEST_HEADING]).split())
    is_name = title.casefold() == path.stem.casefold()
    return "" if is_name or _NO_TITLE.fullmatch(title) or len(title) > _LONGEST_HEADING else title


def _first_title(
    pieces: Sequence[Piece], levels: dict[tuple[float, bool], int], pages: Sequence[Page], words: Counter[str]
) -> str:
    """The heading on the first page with text that stands furthest out."""
    first = pages[0].number if pages else 1
    headings = [
        piece for piece in pieces if isinstance(piece, Paragraph) and piece.page == first and _look(piece) in levels
        and len(piece.text) <= _LONGEST_HEADING and _LETTERS.search(piece.text)
    ]  # fmt: skip
    best = min(headings, key=lambda piece: levels[_look(piece)], default=None)
    return clean(unbroken(best.text, words)) if best else ""


def _add(
    builder: DocumentBuilder,
    pieces: Sequence[Piece],
    levels: dict[tuple[float, bool], int],
    title: str,
    words: Counter[str],
) -> None:
    before: tuple[TableOnPage, list[str]] | None = None
    repeats = title.casefold()
    for piece in pieces:
        if isinstance(piece, TableOnPage):
            before = _add_table(builder, piece, before, words)
            continue
        text = " ".join(clean(unbroken(piece.text, words)).split())
        bare = BULLET.sub("", text, count=1) if BULLET.match(text) else text
        level = levels.get(_look(piece)) if len(text) <= _LONGEST_HEADING else None
        if level and text.casefold() == repeats:
            repeats = ""
        elif level and piece.lines <= _MOST_LINES and bare == text and _LETTERS.search(text):
            builder.heading(text, level)
            before = None
        else:
            builder.paragraph(bare, piece.page)


def _is_of_contents(text: str, headings: set[str]) -> bool:
    """Whether a paragraph is of the table of contents: leaders of dots, or a heading with a number behind it."""
    if len(text) > _LONGEST_HEADING:
        return False
    entry = _ENTRY.fullmatch(text.casefold())
    is_entry = entry is not None and bool({entry[1], _NUMBERING.sub("", entry[1])} & headings)
    return is_entry or bool(_LEADERS.search(text) or text.casefold().rstrip(":") in _CONTENTS)


def _add_table(
    builder: DocumentBuilder, piece: TableOnPage, before: tuple[TableOnPage, list[str]] | None, words: Counter[str]
) -> tuple[TableOnPage, list[str]]:
    """Add a table; one that goes on with the table of the page before keeps that one's header.

    Returns:
        The table and its header.
    """
    table = piece.table
    rows = [[clean(unbroken(cell.text, words)) for cell in row] for row in table.rows]
    header = rows[0] if table.headers else []
    if before is not None and before[1] and _goes_on(before[0], piece) and header in ([], before[1]):
        body, header = rows[table.headers :], before[1]
    else:
        body = rows[table.headers :]
        builder.row(header, page=piece.page)
    for row in body:
        builder.row(row, header if sum(map(len, header)) <= LONGEST_REPEATED else (), piece.page)
    return piece, header


def _goes_on(above: TableOnPage, below: TableOnPage) -> bool:
    """Whether a table is the rest of one on the page before: it repeats its header, or stands as it does."""
    one, other = above.table, below.table
    if below.page - above.page != 1 or len(one.edges) != len(other.edges):
        return False
    return one.rows[0] == other.rows[0] or all(
        abs(a - b) < _SAME_EDGE for a, b in zip(one.edges, other.edges, strict=True)
    )

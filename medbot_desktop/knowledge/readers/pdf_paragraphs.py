"""Put lines together into paragraphs, over the ends of columns and pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from medbot_desktop.knowledge.readers.pdf_letters import SOFT_HYPHEN
from medbot_desktop.knowledge.readers.pdf_lines import Column, Line, Table
from medbot_desktop.knowledge.readers.pdf_page import Page
from medbot_desktop.knowledge.readers.pdf_words import is_leftward

BULLET = re.compile(r"(?:[•◦▪▫●○■□‣⁃∙·►▸➢➤✓✔❖*]|[-–—](?=\s))\s*")
"""What an item of a list without numbers begins with."""

_NUMBER = re.compile(r"(?:\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,5})\)|\d{1,2}\.|[a-z]\.)\s+\S")
_TERMINAL = re.compile(r"[.!?:;。؟][\"'’”)\]\d⁰¹²³⁴⁵⁶⁷⁸⁹]*$")
_HYPHENS = (SOFT_HYPHEN, "-", "\N{HYPHEN}")
_BROKEN = re.compile(rf"([^\W\d_]+){SOFT_HYPHEN}([^\W\d_]+)")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_SAME_SIZE = 0.08
_LOOSE = 1.3
_INDENT = 0.8
_USUAL_STEP = 1.25
_FURTHEST = 2.2
_SMALL = 0.93
_NEIGHBOURS = 40  # lines above and below


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that belong together.

    Attributes:
        text: their words; a word that was broken at the end of a line has a soft hyphen in it.
        size: of most of their letters.
        bold: whether all of them are bold.
        page: the number of the page that it begins on.
        lines: how many there are.
        base: where the first one stands on its page.
    """

    text: str
    size: float
    bold: bool
    page: int
    lines: int
    base: float


@dataclass(frozen=True, slots=True)
class TableOnPage:
    """A table and the number of its page."""

    table: Table
    page: int


Piece = Paragraph | TableOnPage


def pieces_of(pages: Sequence[Page], body: float) -> list[Piece]:
    """The paragraphs and tables of a document in reading order.

    Args:
        pages: of the document.
        body: the size of most of its letters.
    """
    steps = _usual_steps(pages)
    pieces: list[Piece] = []
    for page in pages:
        for column in page.columns:
            _append(pieces, list(_in_column(column, page.number, steps, body)), body)
    return pieces


def vocabulary(pages: Sequence[Page]) -> Counter[str]:
    """How often each word stands in a document, words that are broken at the end of a line aside."""
    words: Counter[str] = Counter()
    for page in pages:
        for column in page.columns:
            for part in column.parts:
                if isinstance(part, Line):
                    words.update(_WORD.findall(part.text.casefold().rpartition(" ")[0]))
    return words


def unbroken(text: str, words: Counter[str]) -> str:
    """A text in which words that were broken at the end of a line are whole.

    The hyphen stays where the document writes the word with one elsewhere, or writes both halves as words.

    Args:
        text: with soft hyphens where lines ended.
        words: of the document.
    """

    def whole(match: re.Match[str]) -> str:
        first, second = match[1].casefold(), match[2].casefold()
        solid, apart = words[first + second], words[f"{first}-{second}"]
        are_words = bool(words[first] and words[second] and min(len(first), len(second)) > 1)
        is_name = match[2][0].isupper() and not match[1].isupper()
        keeps = apart > solid or (not solid and (are_words or is_name))
        return f"{match[1]}-{match[2]}" if keeps else match[1] + match[2]

    return _BROKEN.sub(whole, text).replace(SOFT_HYPHEN, "")


def joined(upper: str, lower: str) -> str:
    """Two lines as one text; a soft hyphen marks where a word may have been broken."""
    if len(upper) > 1 and upper.endswith(_HYPHENS) and not upper[-2].isspace() and lower[:1].isalnum():
        mark = SOFT_HYPHEN if upper[-2].isalpha() and lower[0].isalpha() else "-"
        return upper[:-1] + mark + lower
    return f"{upper} {lower}"


def _usual_steps(pages: Sequence[Page]) -> dict[float, float]:
    """How far the lines of a paragraph are apart, for each size of letters."""
    steps: dict[float, Counter[float]] = {}
    for page in pages:
        for column in page.columns:
            for upper, lower in pairwise(column.parts):
                if isinstance(upper, Line) and isinstance(lower, Line) and _same_look(upper, lower):
                    step = lower.base - upper.base
                    if 0 < step < _FURTHEST * upper.size:
                        steps.setdefault(round(upper.size), Counter())[round(step * 2) / 2] += 1
    return {size: min(found, key=lambda step: (-found[step], step)) for size, found in steps.items()}


def _same_look(one: Line, other: Line) -> bool:
    return _same_size(one, other) and one.bold == other.bold


def _same_size(one: Line, other: Line) -> bool:
    return abs(one.size - other.size) <= _SAME_SIZE * max(one.size, other.size)


def _in_column(column: Column, page: int, steps: dict[float, float], body: float) -> Iterator[Piece]:
    lines: list[Line] = []
    for at, part in enumerate(column.parts):
        near = column.parts[max(at - _NEIGHBOURS, 0) : at + _NEIGHBOURS]
        if lines and (isinstance(part, Table) or _begins(lines, part, _edges(part, near), steps, body)):
            yield _paragraph(lines, page)
            lines = []
        if isinstance(part, Line):
            lines.append(part)
        else:
            yield TableOnPage(part, page)
    if lines:
        yield _paragraph(lines, page)


def _edges(line: Line, near: Sequence[Line | Table]) -> tuple[float, float]:
    """How far the lines like this one near it reach to the left and to the right."""
    alike = [
        part
        for part in near
        if isinstance(part, Line) and abs(part.left - line.left) < 3 * line.size and _same_size(part, line)
    ]
    return min(part.left for part in alike), max(part.right for part in alike)


def _begins(
    lines: Sequence[Line], line: Line, edges: tuple[float, float], steps: dict[float, float], body: float
) -> bool:
    """Whether a line begins a paragraph of its own below the lines of another one."""
    above = lines[-1]
    usual = steps.get(round(line.size), line.size * _USUAL_STEP)
    if not _same_look(above, line) or not 0 < line.base - above.base <= _LOOSE * usual:
        return True
    if BULLET.match(line.text) or _NUMBER.match(line.text):
        return True
    if line.size > body * (1 + _SAME_SIZE) * 1.05:  # a heading over several lines
        return False
    return _is_indented(lines, line) or _had_room(above, line, edges)


def _is_indented(lines: Sequence[Line], line: Line) -> bool:
    above, shift = lines[-1], line.left - lines[-1].left
    if is_leftward(line.text) or abs(shift) < _INDENT * line.size:
        return False
    if _is_item(lines[0].text):
        return shift < 0 and len(lines) > 1
    if len(lines) > 1:
        return shift > 0 or lines[-2].left - above.left < _INDENT * line.size
    return shift > 0 and bool(_TERMINAL.search(above.text))


def _had_room(above: Line, line: Line, edges: tuple[float, float]) -> bool:
    """Whether the first word of a line would have fitted on the line above: then the break was meant."""
    if above.text.endswith(_HYPHENS) or is_leftward(line.text):
        return False
    space = 0.3 * line.size
    is_centred = abs((above.left + above.right) - (line.left + line.right)) < line.size / 2 < above.left - edges[0]
    taken = above.right - (above.left - edges[0] if is_centred else 0)
    return taken + space + line.first + space < edges[1]


def _is_item(text: str) -> bool:
    return bool(BULLET.match(text) or _NUMBER.match(text))


def _paragraph(lines: Sequence[Line], page: int) -> Paragraph:
    text = ""
    for line in lines:
        text = joined(text, line.text) if text else line.text
    size = median(line.size for line in lines)
    return Paragraph(text, size, all(line.bold for line in lines), page, len(lines), lines[0].base)


def _append(pieces: list[Piece], column: list[Piece], body: float) -> None:
    """Add a column's pieces; its first paragraph may go on with the last one of the column before."""
    first = next(
        (at for at, piece in enumerate(column) if isinstance(piece, Paragraph) and not _is_small(piece, body)), -1
    )
    before = _last_paragraph(pieces, body)
    if first >= 0 and before >= 0:
        upper, lower = pieces[before], column[first]
        if isinstance(upper, Paragraph) and isinstance(lower, Paragraph) and _goes_on(upper, lower):
            text = joined(upper.text, lower.text)
            lines = upper.lines + lower.lines
            pieces[before] = Paragraph(text, upper.size, upper.bold, upper.page, lines, upper.base)
            del column[first]
    pieces += column


def _last_paragraph(pieces: Sequence[Piece], body: float) -> int:
    """Where the last paragraph of the text is, past notes and tables below it; -1 where there is none."""
    for at in range(len(pieces) - 1, max(len(pieces) - 12, -1), -1):
        piece = pieces[at]
        if isinstance(piece, Paragraph) and not _is_small(piece, body):
            return at
    return -1


def _is_small(paragraph: Paragraph, body: float) -> bool:
    return paragraph.size < _SMALL * body


def _goes_on(upper: Paragraph, lower: Paragraph) -> bool:
    """Whether a paragraph at the top of a column is the rest of the one before."""
    if abs(upper.size - lower.size) > _SAME_SIZE * upper.size or upper.bold != lower.bold:
        return False
    if _TERMINAL.search(upper.text) or _is_item(lower.text):
        return False
    return lower.text[:1].islower() or upper.text.endswith(_HYPHENS) or (upper.lines > 1 and not upper.bold)

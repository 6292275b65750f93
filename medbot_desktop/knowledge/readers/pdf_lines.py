"""Put the words of a page into rows and lines, from left to right or from right to left as they are written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from medbot_desktop.knowledge.readers.pdf_words import Word, is_leftward
from medbot_desktop.knowledge.readers.tables import Cell

_SAME_ROW = 0.35
_NO_SPACE = 0.08
_MOST_BOLD = 0.9


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text; places are points from the top left corner of the upright page.

    Attributes:
        text: its words.
        left: where it begins.
        right: where it ends.
        top: the upper edge of its letters.
        bottom: their lower edge.
        base: what it stands on.
        size: of most of its letters.
        bold: whether nearly all of its letters are bold.
        first: how wide its first word is.
    """

    text: str
    left: float
    right: float
    top: float
    bottom: float
    base: float
    size: float
    bold: bool
    first: float

    @property
    def words(self) -> list[str]:
        """Its words."""
        return self.text.split()


@dataclass(frozen=True, slots=True)
class Table:
    """A table in its place on the page.

    Attributes:
        rows: its cells, one in every column of every row.
        headers: how many of the first rows are its header.
        edges: where its columns begin and the last one ends.
        left: where it begins.
        right: where it ends.
        top: its upper edge.
        bottom: its lower edge.
    """

    rows: tuple[tuple[Cell, ...], ...]
    headers: int
    edges: tuple[float, ...]
    left: float
    right: float
    top: float
    bottom: float

    @property
    def base(self) -> float:
        """The line of text that the table begins beside."""
        return self.top

    @property
    def words(self) -> list[str]:
        """Its words, cell by cell."""
        return [word for row in self.rows for cell in row for word in cell.text.split()]


Item = Word | Table


@dataclass(frozen=True, slots=True)
class Column:
    """Lines and tables that are read from the top down."""

    parts: tuple[Line | Table, ...]


def rows_of(items: Sequence[Item]) -> list[list[Item]]:
    """Items that stand on one line each, from the top down; each row from left to right."""
    rows: list[list[Item]] = []
    base, size = 0.0, 0.0
    for item in sorted(items, key=lambda item: item.base):
        height = item.size if isinstance(item, Word) else 0.0
        if rows and item.base - base <= _SAME_ROW * max(min(size, height), 1.0) and height and size:
            rows[-1].append(item)
        else:
            rows.append([item])
            base, size = item.base, height
    for row in rows:
        row.sort(key=lambda item: item.left)
    return rows


def line_of(words: Sequence[Word]) -> Line:
    """The line that words from left to right make."""
    words = _once(words)
    letters: Counter[float] = Counter()
    for word in words:
        letters[round(word.size, 1)] += len(word.text)
    size = max(letters, key=lambda size: (letters[size], size))
    ordered = _in_reading_order(words)
    return Line(
        text=_text(ordered),
        left=words[0].left,
        right=max(word.right for word in words),
        top=min(word.top for word in words),
        bottom=max(word.bottom for word in words),
        base=max(words, key=lambda word: len(word.text)).base,
        size=size,
        bold=sum(len(word.text) for word in words if word.bold) >= _MOST_BOLD * letters.total(),
        first=_first_width(ordered[0]),
    )


def segments(words: Sequence[Word], gap: float) -> list[list[Word]]:
    """Words of a row, cut where the space between them is as wide as ``gap`` of their size."""
    cut: list[list[Word]] = []
    right = 0.0
    for word in words:
        if cut and word.left - right < gap * word.size:
            cut[-1].append(word)
            right = max(right, word.right)
        else:
            cut.append([word])
            right = word.right
    return cut


def _once(words: Sequence[Word]) -> list[Word]:
    """Words without those that are drawn a second time over the first, to look bold or to throw a shadow."""
    kept: list[Word] = []
    for word in words:
        if not any(other.text == word.text and abs(other.left - word.left) < 0.3 * word.size for other in kept[-2:]):
            kept.append(word)
    return kept


def _in_reading_order(words: Sequence[Word]) -> list[Word]:
    if not is_leftward("".join(word.text for word in words)):
        return list(words)
    ordered: list[Word] = []
    foreign: list[Word] = []
    for word in reversed(words):
        if is_leftward(word.text):
            ordered += [*reversed(foreign), word]
            foreign = []
        else:
            foreign.append(word)
    return [*ordered, *reversed(foreign)]


def _text(words: Sequence[Word]) -> str:
    return "".join(_spaced(words))


def _spaced(words: Sequence[Word]) -> Iterator[str]:
    before: Word | None = None
    for word in words:
        if before is not None and abs(word.left - before.right) >= _NO_SPACE * word.size:
            yield " "
        yield word.text
        before = word


def _first_width(word: Word) -> float:
    first = word.text.split(" ", 1)[0]
    return (word.right - word.left) * len(first) / max(len(word.text), 1)

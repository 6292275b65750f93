"""Read the tables of a page that no lines are drawn around: their cells stand below each other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median

from medbot_desktop.knowledge.readers.pdf_lines import Item, Line, Table, line_of, segments
from medbot_desktop.knowledge.readers.pdf_tables import cell_text, has_header
from medbot_desktop.knowledge.readers.pdf_words import Word
from medbot_desktop.knowledge.readers.tables import Cell

_GAP = 0.9  # of the letters' size, between two cells
_WITHIN = 0.55  # of the letters' size: what is closer is one column
_FURTHEST = 3.2  # of the letters' size, between the lines of two rows
_TIGHT = 1.6
_TIGHT_GAP = 0.5  # of the letters' size, between two lines of one row
_LOOSER = 0.25
_OVERLAP = 0.1
_SHORT_WORDS = 4.0
_SHORT_FILL = 0.78
_MOST_ROWS = 400
_MOST_ALONE = 3
_MOST_LINES = 12  # of a cell beside others that have one
_SETTLED = 3  # rows: what runs across the columns of so many is no row of theirs
_OTHER_SIZE = 0.15
_MARKER = re.compile(r"[^\w\s]{1,3}|[(\[]?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})(?:\.\d{1,2})*[.)\]]?")
_LEADERS = re.compile(r"(?:[.·…_]\s?){4,}")

_Row = list[Word]
_Span = tuple[float, float]


@dataclass(slots=True)
class _Run:
    """Rows that may be a table, and the columns that they have had in common so far."""

    rows: list[_Row]
    columns: list[_Span]


def with_aligned_tables(rows: Sequence[Sequence[Item]]) -> list[list[Item]]:
    """Rows of a column, those that form a table replaced by it.

    Args:
        rows: the rows, from the top down.
    """
    found: list[list[Item]] = []
    at = 0
    while at < len(rows):
        run = _run_from(rows, at)
        table = _table(run) if run is not None else None
        if run is None or table is None:
            # Where many rows are no table, few of them are: a long page must not take long.
            skipped = 1 if run is None else max(1, len(run.rows) // 4)
            found += [list(row) for row in rows[at : at + skipped]]
            at += skipped
        else:
            found.append([table])
            at += len(run.rows)
    return found


def _run_from(rows: Sequence[Sequence[Item]], at: int) -> _Run | None:
    """The rows from one with several cells on, as long as white space parts the same columns in all of them."""
    first = _words(rows[at])
    if first is None:
        return None
    spans = _spans(first)
    if len(spans) < 2:
        return None
    run = _Run([first], spans)
    alone = 0
    for row in rows[at + 1 : at + _MOST_ROWS]:
        words = _words(row)
        if words is None or words[0].base - run.rows[-1][0].base > _FURTHEST * words[0].size:
            break
        spans = _spans(words)
        columns = _joined([*run.columns, *spans], _WITHIN * words[0].size)
        is_across = len(columns) < len(run.columns) and (len(spans) == 1 or len(run.rows) >= _SETTLED)
        if len(columns) < 2 or is_across or abs(words[0].size - first[0].size) > _OTHER_SIZE * first[0].size:
            break
        alone = alone + 1 if len(spans) == 1 else 0
        most = _MOST_ALONE if _column(words[0], columns) == 0 else _MOST_LINES
        if alone > most or (alone and len(columns) > len(run.columns)):
            break
        run = _Run([*run.rows, words], columns)
    while run.rows and _stands_outside(run):
        run.rows.pop()
    return run


def _words(row: Sequence[Item]) -> _Row | None:
    words = [item for item in row if isinstance(item, Word)]
    return words if len(words) == len(row) and not _LEADERS.search(" ".join(word.text for word in words)) else None


def _stands_outside(run: _Run) -> bool:
    """Whether the last row is a line of text below the table: one piece in the first column, or far below."""
    last = run.rows[-1]
    if len(_spans(last)) > 1:
        return False
    tight = len(run.rows) > 1 and last[0].base - run.rows[-2][0].base < _TIGHT * last[0].size
    return not tight or _column(last[0], run.columns) == 0


def _spans(words: _Row) -> list[_Span]:
    return [(cell[0].left, max(word.right for word in cell)) for cell in segments(words, _GAP)]


def _joined(spans: Sequence[_Span], near: float) -> list[_Span]:
    joined: list[_Span] = []
    for left, right in sorted(spans):
        if joined and left - joined[-1][1] < near:
            joined[-1] = (joined[-1][0], max(joined[-1][1], right))
        else:
            joined.append((left, right))
    return joined


def _column(word: Word, columns: Sequence[_Span]) -> int:
    middle = (word.left + word.right) / 2
    return min(range(len(columns)), key=lambda index: max(columns[index][0] - middle, middle - columns[index][1], 0))


def _table(run: _Run) -> Table | None:
    cells = [_cells(row, run.columns) for row in run.rows]
    several = [row for row in cells if sum(map(bool, row)) > 1]
    if len(several) < (2 if len(run.columns) > 2 else 3) or len(several) * 6 < len(run.rows):
        return None
    if not _has_short_column(cells, run.columns):
        return None
    grouped = _rows_of_table(run, cells)
    if len(grouped) < 2:
        return None
    lines = [[[line_of(cell[at]) for cell in group if cell[at]] for at in range(len(run.columns))] for group in grouped]
    rows = tuple(tuple(Cell(cell_text(cell)) for cell in row) for row in lines)
    flat: list[list[Line]] = [[line for cell in row for line in cell] for row in lines]
    return Table(
        rows,
        int(has_header(rows, flat)),
        (*(left for left, _ in run.columns), run.columns[-1][1]),
        run.columns[0][0],
        run.columns[-1][1],
        min(word.top for word in run.rows[0]),
        max(word.bottom for word in run.rows[-1]),
    )


def _cells(row: _Row, columns: Sequence[_Span]) -> list[_Row]:
    cells: list[_Row] = [[] for _ in columns]
    for word in row:
        cells[_column(word, columns)].append(word)
    return cells


def _has_short_column(cells: Sequence[Sequence[_Row]], columns: Sequence[_Span]) -> bool:
    """Whether a column holds short entries; not columns of text, nor the markers of a list beside its items."""
    short = 0
    for at, (left, right) in enumerate(columns):
        texts = [[word.text for word in row[at]] for row in cells if row[at]]
        if at == 0 and len(columns) == 2 and all(_MARKER.fullmatch(" ".join(text)) for text in texts):
            return False
        widths = [row[at][-1].right - row[at][0].left for row in cells if row[at]]
        words = fmean(len(" ".join(text).split()) for text in texts) if texts else 0.0
        fill = fmean(widths) / max(right - left, 0.01) if widths else 0.0
        short += words <= _SHORT_WORDS and (fill < _SHORT_FILL or words <= 2.5)
    return short > 0


def _rows_of_table(run: _Run, cells: Sequence[Sequence[_Row]]) -> list[list[Sequence[_Row]]]:
    """The lines of text of a table, grouped into its rows.

    Lines of one row stand closer than rows do; where all stand alike, a line without a first cell goes on with the row
    above it.
    """
    size = median(word.size for row in run.rows for word in row)
    gaps = [lower[0].top - upper[0].bottom for upper, lower in pairwise(run.rows)]
    near = min((gap for gap in gaps if gap > -_OVERLAP * size), default=0.0)
    tight = [all(row) for gap, row in zip(gaps, cells[1:], strict=True) if gap < near + _LOOSER * size]
    parted = len(tight) < len(gaps) and near < _TIGHT_GAP * size and sum(tight) * 2 <= len(tight)
    groups: list[list[Sequence[_Row]]] = [[cells[0]]]
    for gap, row in zip(gaps, cells[1:], strict=True):
        goes_on = gap < near + _LOOSER * size if parted else not row[0] and gap < _TIGHT_GAP * size
        if goes_on:
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups

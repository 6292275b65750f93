"""Find the order in which a page is read: its columns, what stands across them, and one below the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import numpy as np

from medbot_desktop.knowledge.readers.pdf_lines import Item, rows_of, segments
from medbot_desktop.knowledge.readers.pdf_words import Word

_GUTTER = 0.8  # of the letters' size: the least white space between two columns of text
_CELLS = 5  # of the grid, for each letter's size
_MOST_CELLS = 1500
_LEAST_ROWS = 3
_MOST_TRIES = 8
_DEEPEST = 12
_MOST_ITEMS = 20_000
_PROSE_WORDS = 3.5
_PROSE_FILL = 0.78
_LEAST_WORDS = 3
_APART = 0.9
_FLUSH = 0.4
_ALONE = 0.5


@dataclass(frozen=True, slots=True)
class _Gutter:
    """White space between columns: the rows from ``first`` to ``last``, around ``middle``."""

    first: int
    last: int
    middle: float


def reading_order(items: Sequence[Item]) -> list[list[list[Item]]]:
    """The columns of a page in the order in which they are read, each as rows from the top down.

    A column of text is parted from the next one by white space that goes through several rows. Cells of a table are
    too, but hold few words that begin and end anywhere; those are not cut apart.

    Args:
        items: the words and tables of a page.
    """
    if len(items) > _MOST_ITEMS:
        return [rows_of(items)]
    return [rows for rows in _regions(rows_of(items), _DEEPEST) if rows]


def _regions(rows: list[list[Item]], depth: int) -> list[list[list[Item]]]:
    gutter = _best_gutter(rows) if depth and len(rows) >= _LEAST_ROWS else None
    if gutter is None:
        return [rows]
    inside = rows[gutter.first : gutter.last + 1]
    left, right = _sides(inside, gutter.middle)
    return [
        *_regions(rows[: gutter.first], depth - 1),
        *_regions(rows_of([item for row in left for item in row]), depth - 1),
        *_regions(rows_of([item for row in right for item in row]), depth - 1),
        *_regions(rows[gutter.last + 1 :], depth - 1),
    ]


def _sides(rows: Sequence[Sequence[Item]], middle: float) -> tuple[list[list[Item]], list[list[Item]]]:
    left = [[item for item in row if item.left + item.right < 2 * middle] for row in rows]
    right = [[item for item in row if item.left + item.right >= 2 * middle] for row in rows]
    return left, right


def _best_gutter(rows: Sequence[Sequence[Item]]) -> _Gutter | None:
    sizes = [item.size for row in rows for item in row if isinstance(item, Word)]
    if not sizes:
        return None
    size = median(sizes)
    start = min(item.left for row in rows for item in row)
    end = max(item.right for row in rows for item in row)
    cell = max(size / _CELLS, (end - start) / _MOST_CELLS, 0.01)
    tried: set[tuple[int, int]] = set()
    for score, first, last, at in _candidates(_covered(rows, start, end, cell)):
        if score < _LEAST_ROWS or len(tried) == _MOST_TRIES:
            return None
        if (first, last) not in tried:
            tried.add((first, last))
            gutter = _Gutter(first, last, start + at * cell + _GUTTER * size / 2)
            if _parts_text(rows[first : last + 1], gutter.middle):
                return gutter
    return None


def _covered(rows: Sequence[Sequence[Item]], start: float, end: float, cell: float) -> np.ndarray:
    """Which cells of a grid, one row for each row of items, something stands in."""
    grid = np.zeros((len(rows), int((end - start) / cell) + 2), dtype=bool)
    bases = [row[0].base for row in rows]
    for number, row in enumerate(rows):
        for item in row:
            last = number
            while not isinstance(item, Word) and last + 1 < len(rows) and bases[last + 1] < item.bottom:
                last += 1
            grid[number : last + 1, int((item.left - start) / cell) : int((item.right - start) / cell) + 1] = True
    return grid


def _candidates(grid: np.ndarray) -> list[tuple[int, int, int, int]]:
    """White strips: how many rows have something on the emptier side, the first and the last row, the place."""
    width = max(int(_GUTTER * _CELLS), 1)
    count, across = grid.shape
    if across <= width:
        return []
    strips = across - width
    blocked = np.zeros((count, strips), dtype=bool)
    for shift in range(width):
        blocked |= grid[:, shift : shift + strips]
    before = np.logical_or.accumulate(grid, axis=1)[:, :strips]
    behind = np.logical_or.accumulate(grid[:, ::-1], axis=1)[:, ::-1][:, width:]
    found = []
    first = np.zeros(strips, dtype=int)
    left, right = np.zeros(strips, dtype=int), np.zeros(strips, dtype=int)
    for row in range(count + 1):
        ends = blocked[row] if row < count else np.ones(strips, dtype=bool)
        score = np.minimum(left, right)
        # Of neighbouring strips between the same rows, the one in the middle.
        for begin, stop in _stretches(ends & (score > 0), first):
            middle = (begin + stop - 1) // 2
            found.append((int(score[middle]), int(first[middle]), row - 1, middle))
        if row < count:
            left = np.where(ends, 0, left + before[row])
            right = np.where(ends, 0, right + behind[row])
            first = np.where(ends, row + 1, first)
    return sorted(found, key=lambda one: (-one[0], one[1], one[3]))


def _stretches(chosen: np.ndarray, first: np.ndarray) -> list[tuple[int, int]]:
    places = np.flatnonzero(chosen)
    if not places.size:
        return []
    cuts = np.flatnonzero((np.diff(places) > 1) | (np.diff(first[places]) != 0)) + 1
    edges = [0, *cuts.tolist(), places.size]
    return [(int(places[begin]), int(places[end - 1]) + 1) for begin, end in pairwise(edges)]


def _parts_text(rows: Sequence[Sequence[Item]], middle: float) -> bool:
    """Whether what stands on the two sides is text in two columns, rather than cells, markers of a list or a river."""
    left, right = _sides(rows, middle)
    sides = [[row for row in side if row] for side in (left, right)]
    if min(map(len, sides)) < _LEAST_ROWS or not _begins_flush(sides[1]):
        return False
    shared = sum(1 for one, other in zip(left, right, strict=True) if one and other)
    # What stands next to the white space: further cells of a table may lie beyond it.
    beside = [[_pieces(row)[-1] for row in sides[0]], [_pieces(row)[0] for row in sides[1]]]
    if shared < _ALONE * min(map(len, sides)):
        return all(_words(side) >= _LEAST_WORDS for side in beside)
    return all(_words(side) >= _PROSE_WORDS and _fill(side) >= _PROSE_FILL for side in beside)


def _pieces(row: Sequence[Item]) -> list[Sequence[Item]]:
    words = [item for item in row if isinstance(item, Word)]
    return [*segments(words, _APART)] if len(words) == len(row) else [row]


def _begins_flush(rows: Sequence[Sequence[Item]]) -> bool:
    lefts = [row[0].left for row in rows]
    size = median(item.bottom - item.top for row in rows for item in row)
    least = sorted(lefts)[len(lefts) // 20]
    return sum(1 for left in lefts if abs(left - least) < 0.4 * size) >= _FLUSH * len(lefts)


def _words(pieces: Sequence[Sequence[Item]]) -> float:
    return median(sum(len(item.text.split()) if isinstance(item, Word) else 5 for item in piece) for piece in pieces)


def _fill(pieces: Sequence[Sequence[Item]]) -> float:
    widths = [max(item.right for item in piece) - piece[0].left for piece in pieces]
    return median(widths) / max(*widths, 0.01)

"""Read the tables of a page that are drawn with lines: a cell is what the lines around it enclose."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from medbot_desktop.knowledge.readers.pdf_letters import SOFT_HYPHEN
from medbot_desktop.knowledge.readers.pdf_lines import Item, Line, Table, line_of, rows_of
from medbot_desktop.knowledge.readers.pdf_rules import Rule
from medbot_desktop.knowledge.readers.pdf_words import Word
from medbot_desktop.knowledge.readers.tables import Cell, grid

_NEAR = 3.0  # points between the ends of two lines that touch
_MOST_RULES = 1_500
_MOST_EDGES = 120
_MOST_LINES_IN_CELL = 40
_LEAST_FILLED = 0.3


def ruled_tables(words: Sequence[Word], rules: Sequence[Rule]) -> tuple[list[Item], list[Table]]:
    """Take the words that stand in ruled tables out of a page's words.

    Args:
        words: of the page.
        rules: the lines that are drawn on it.

    Returns:
        The words outside of tables, and the tables.
    """
    left: list[Word] = list(words)
    tables = []
    for group in _touching(rules[:_MOST_RULES]):
        across = _merged([rule.at for rule in group if rule.is_across])
        down = _merged([rule.at for rule in group if not rule.is_across])
        if len(across) < 3 or len(down) < 3 or max(len(across), len(down)) > _MOST_EDGES:
            continue
        inside = [word for word in left if _is_inside(word, down, across)]
        table = _table(inside, group, down, across)
        if table is not None:
            tables.append(table)
            taken = set(map(id, inside))
            left = [word for word in left if id(word) not in taken]
    return list(left), tables


def has_header(rows: Sequence[Sequence[Cell]], lines: Sequence[Sequence[Line]]) -> bool:
    """Whether the first row of a table is its header.

    Args:
        rows: the table.
        lines: the lines of text in each of its rows.
    """
    if len(rows) < 2 or not all(cell.text for cell in rows[0][1:]) or not lines[0]:
        return False
    if all(line.bold for line in lines[0]) and not all(line.bold for row in lines[1:] for line in row):
        return True
    first = "".join(cell.text for cell in rows[0])
    return not any(map(str.isdigit, first)) and any(
        sum(1 for row in rows[1:] if any(map(str.isdigit, row[column].text))) * 2 > len(rows) - 1
        for column in range(1, min(map(len, rows)))
    )


def cell_text(lines: Sequence[Line]) -> str:
    """The words of a cell, a word that is broken at the end of a line put together again."""
    text = ""
    for line in lines:
        text = text[:-1] + line.text if text.endswith(SOFT_HYPHEN) else f"{text} {line.text}"
    return text.strip().rstrip(SOFT_HYPHEN)


def _touching(rules: Sequence[Rule]) -> Iterator[list[Rule]]:
    """Groups of lines that cross or meet."""
    waiting = list(rules)
    while waiting:
        group, edge = [], [waiting.pop()]
        while edge:
            rule = edge.pop()
            group.append(rule)
            apart: list[Rule] = []
            for other in waiting:
                (edge if _meet(rule, other) else apart).append(other)
            waiting = apart
        if len(group) > 3:
            yield group


def _meet(one: Rule, other: Rule) -> bool:
    if one.is_across == other.is_across:
        return abs(one.at - other.at) < _NEAR and one.start < other.end + _NEAR and other.start < one.end + _NEAR
    return one.start - _NEAR < other.at < one.end + _NEAR and other.start - _NEAR < one.at < other.end + _NEAR


def _merged(places: Sequence[float]) -> list[float]:
    """Places in order, those that lie close together as one."""
    merged: list[float] = []
    for place in sorted(places):
        if not merged or place - merged[-1] > _NEAR:
            merged.append(place)
    return merged


def _is_inside(word: Word, down: Sequence[float], across: Sequence[float]) -> bool:
    return down[0] < (word.left + word.right) / 2 < down[-1] and across[0] < _middle(word) < across[-1]


def _middle(word: Word) -> float:
    return word.base - word.size * 0.3


def _table(
    words: Sequence[Word], rules: Sequence[Rule], down: Sequence[float], across: Sequence[float]
) -> Table | None:
    inside: dict[tuple[int, int], list[Word]] = {}
    for word in words:
        place = (bisect_right(across, _middle(word)) - 1, bisect_right(down, (word.left + word.right) / 2) - 1)
        inside.setdefault(place, []).append(word)
    spans = _spans(rules, down, across)
    rows: list[list[Cell]] = []
    lines: list[list[Line]] = []
    for row in range(len(across) - 1):
        rows.append([])
        lines.append([])
        for (top, left), (wide, high) in spans.items():
            if top == row:
                own = [word for y in range(top, top + high) for x in range(left, left + wide)
                       for word in inside.get((y, x), ())]  # fmt: skip
                text = [line_of(line) for line in _text_rows(own)]
                rows[-1].append(Cell(cell_text(text), wide, high))
                lines[-1] += text
    filled = sum(1 for row in rows for cell in row if cell.text)
    longest = max((len(line) for line in lines), default=0)
    if filled < 3 or filled < _LEAST_FILLED * len(spans) or longest > _MOST_LINES_IN_CELL * len(down):
        return None
    laid_out = [row for row in grid(rows) if any(cell.text for cell in row)]
    if len(laid_out) < 2 or max(sum(1 for cell in row if cell.text) for row in laid_out) < 2:
        return None
    lines = [line for line in lines if line]
    headers = int(len(lines) == len(laid_out) and has_header(laid_out, lines))
    return Table(tuple(map(tuple, laid_out)), headers, tuple(down), down[0], down[-1], across[0], across[-1])


def _text_rows(words: Sequence[Word]) -> list[list[Word]]:
    return [[item for item in row if isinstance(item, Word)] for row in rows_of(words)]


def _spans(
    rules: Sequence[Rule], down: Sequence[float], across: Sequence[float]
) -> dict[tuple[int, int], tuple[int, int]]:
    """For the row and column that each cell begins in: how many columns and rows it spans.

    Two neighbours with no line between them are one cell.
    """
    walls: set[tuple[int, int]] = set()
    floors: set[tuple[int, int]] = set()
    for rule in rules:
        if rule.is_across:
            row = _nearest(across, rule.at)
            floors |= {(row, column) for column, x in enumerate(_middles(down)) if rule.start <= x <= rule.end}
        else:
            column = _nearest(down, rule.at)
            walls |= {(row, column) for row, y in enumerate(_middles(across)) if rule.start <= y <= rule.end}
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    taken: set[tuple[int, int]] = set()
    for row in range(len(across) - 1):
        for column in range(len(down) - 1):
            if (row, column) in taken:
                continue
            wide = high = 1
            while column + wide < len(down) - 1 and not _is_in((row, column + wide), walls, taken):
                wide += 1
            while row + high < len(across) - 1 and not any(
                _is_in((row + high, column + x), floors, taken) for x in range(wide)
            ):
                high += 1
            spans[row, column] = (wide, high)
            taken |= {(row + y, column + x) for y in range(high) for x in range(wide)}
    return spans


def _is_in(place: tuple[int, int], one: set[tuple[int, int]], other: set[tuple[int, int]]) -> bool:
    return place in one or place in other


def _nearest(edges: Sequence[float], place: float) -> int:
    return min(range(len(edges)), key=lambda index: abs(edges[index] - place))


def _middles(edges: Sequence[float]) -> list[float]:
    return [(one + other) / 2 for one, other in pairwise(edges)]

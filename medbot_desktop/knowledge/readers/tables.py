"""Lay the cells of a table out in its rows and columns, also where a cell spans several of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medbot_desktop.knowledge.building import DocumentBuilder

_MOST_COLUMNS = 200
LONGEST_REPEATED = 400
"""Letters of a header or a merged cell that each row may carry: a table must not grow by what it repeats."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table.

    Attributes:
        text: its words.
        across: how many columns it spans.
        down: how many rows it spans.
    """

    text: str
    across: int = 1
    down: int = 1


def grid(rows: Sequence[Sequence[Cell]]) -> list[list[Cell]]:
    """Rows with a cell in every column: a cell across columns is followed by empty ones, one down rows is repeated.

    A cell that is merged down says the same of every row beside it ("Children: do not give"), so it must stand in each.
    """
    laid_out: list[list[Cell]] = []
    hanging: dict[int, tuple[Cell, int]] = {}
    for row in rows:
        line: list[Cell] = []
        waiting = list(reversed(row))
        while (waiting or any(column >= len(line) for column in hanging)) and len(line) < _MOST_COLUMNS:
            column = len(line)
            if column in hanging:
                cell, left = hanging.pop(column)
                if left > 1:
                    hanging[column] = (cell, left - 1)
                line.append(cell)
            elif waiting:
                _place(waiting.pop(), line, hanging)
            else:
                line.append(Cell(""))
        laid_out.append(line)
    return laid_out


def _place(cell: Cell, line: list[Cell], hanging: dict[int, tuple[Cell, int]]) -> None:
    below = cell if len(cell.text) <= LONGEST_REPEATED else Cell("")
    for step in range(min(cell.across, _MOST_COLUMNS - len(line))):
        if cell.down > 1:
            hanging[len(line)] = (Cell("") if step else below, cell.down - 1)
        line.append(Cell("") if step else cell)


def add_grid(builder: DocumentBuilder, rows: Sequence[Sequence[Cell]], headers: int) -> None:
    """Add the rows of a table; the header is a row of its own, and every row below carries it.

    Args:
        builder: the document.
        rows: the rows, from ``grid``.
        headers: how many of the first rows are the header.
    """
    header = _header(rows[:headers])
    if header:
        builder.row(header)
    carried = header if sum(map(len, header)) <= LONGEST_REPEATED else ()
    for row in rows[headers:]:
        builder.row([cell.text for cell in row], carried)


def _header(rows: Sequence[Sequence[Cell]]) -> list[str]:
    """One header of several rows: in each column the words from the top down; those above several columns, in each."""
    columns: dict[int, list[str]] = {}
    for row in rows:
        spanning = Cell("")
        left = 0
        for column, cell in enumerate(row):
            if cell.across > 1:
                spanning, left = cell, cell.across
            text = spanning.text if left else cell.text
            left = max(left - 1, 0)
            words = columns.setdefault(column, [])
            if text.strip() and text not in words:
                words.append(text)
    return [" ".join(columns[column]) for column in sorted(columns)]

"""Lay a page out: its tables and its columns of lines, in the order in which they are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medbot_desktop.knowledge.readers.pdf_aligned import with_aligned_tables
from medbot_desktop.knowledge.readers.pdf_columns import reading_order
from medbot_desktop.knowledge.readers.pdf_lines import Column, Item, Line, Table, line_of
from medbot_desktop.knowledge.readers.pdf_rules import Rule
from medbot_desktop.knowledge.readers.pdf_tables import ruled_tables
from medbot_desktop.knowledge.readers.pdf_words import Word


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it is read.

    Attributes:
        number: from 1.
        height: in points.
        columns: what is on it, in reading order.
        recognised: whether its words were recognised in a picture; their sizes are rough then.
    """

    number: int
    height: float
    columns: tuple[Column, ...]
    recognised: bool = False


def columns_of(words: Sequence[Word], rules: Sequence[Rule] = ()) -> list[Column]:
    """The columns of a page.

    Args:
        words: that are on it.
        rules: the lines that are drawn on it.
    """
    outside, tables = ruled_tables(words, rules)
    return [_column(rows) for rows in reading_order([*outside, *tables])]


def _column(rows: Sequence[Sequence[Item]]) -> Column:
    parts: list[Line | Table] = []
    for row in with_aligned_tables(rows):
        words = [item for item in row if isinstance(item, Word)]
        if words:
            parts.append(line_of(words))
        parts += [item for item in row if isinstance(item, Table)]
    return Column(tuple(parts))

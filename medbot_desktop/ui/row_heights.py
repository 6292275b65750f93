"""Know where each of very many rows lies, though only those near the screen were ever measured."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate


class RowHeights:
    """The heights of all rows in pixels: guessed at first, true once measured."""

    def __init__(self) -> None:
        self._heights: list[int] = []
        self._is_measured: list[bool] = []
        self._tops: list[int] = [0]

    def __len__(self) -> int:
        return len(self._heights)

    def reset(self, guesses: Sequence[int]) -> None:
        """Begin anew with a guess for each row."""
        self._heights = list(guesses)
        self._is_measured = [False] * len(self._heights)
        self.place()

    def insert(self, row: int, guesses: Sequence[int]) -> None:
        """Put new rows before ``row``."""
        self._heights[row:row] = guesses
        self._is_measured[row:row] = [False] * len(guesses)
        self.place()

    def forget(self, row: int) -> None:
        """Have a row measured again."""
        self._is_measured[row] = False

    def unmeasured(self, first: int, last: int) -> list[int]:
        """The rows from ``first`` to ``last`` whose height is a guess."""
        rows = range(max(first, 0), min(last + 1, len(self._heights)))
        return [row for row in rows if not self._is_measured[row]]

    def measure(self, row: int, height: int) -> bool:
        """Keep a true height; returns whether it differs from what was thought. Call ``place`` after the last one."""
        is_other = self._heights[row] != height
        self._heights[row] = height
        self._is_measured[row] = True
        return is_other

    def place(self) -> None:
        """Add the heights up."""
        self._tops = [0, *accumulate(self._heights)]

    def top(self, row: int) -> int:
        """The upper edge of a row; of the row behind the last, the lower edge of all."""
        return self._tops[row]

    def height(self, row: int) -> int:
        """The height of a row."""
        return self._heights[row]

    def total(self) -> int:
        """The height of all rows."""
        return self._tops[-1]

    def row_at(self, y: int) -> int:
        """The row at ``y``; the nearest one outside of all rows."""
        return min(max(bisect_right(self._tops, y) - 1, 0), max(len(self._heights) - 1, 0))

"""Cut the text of a document into pieces that look alike, each of them short enough to be written at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from medbot_desktop.knowledge.documents import DocumentText

LONGEST_PIECE = 4_000
"""So many characters a piece has at most."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some characters of the body that look alike; ``depth`` is that of a heading, 0 for other text."""

    start: int
    end: int
    depth: int
    is_marked: bool


def pieces(text: DocumentText, marked: tuple[int, int]) -> Iterator[Piece]:
    """The body from its beginning, cut where its look changes, where a page begins, and so that no piece is long."""
    depths = {start: (end, depth) for start, end, depth in text.headings}
    length = len(text.body)
    cuts = {0, length, *depths, *(end for end, _ in depths.values()), *(start for start, _ in text.pages), *marked}
    ordered = sorted(min(max(cut, 0), length) for cut in cuts)
    heading_end, depth = 0, 0
    for start, end in pairwise(ordered):
        if start in depths:
            heading_end, depth = depths[start]
        is_heading = start < heading_end
        is_marked = marked[0] <= start < marked[1]
        for at in range(start, end, LONGEST_PIECE):
            yield Piece(at, min(at + LONGEST_PIECE, end), depth if is_heading else 0, is_marked)


def in_units(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Offsets as Qt counts them, in UTF-16 units."""
    if text.isascii() or len(text.encode("utf-16-le")) == 2 * len(text):
        return spans
    found, at, units = [], 0, 0
    for start, end in spans:
        units += len(text[at:start].encode("utf-16-le")) // 2
        length = len(text[start:end].encode("utf-16-le")) // 2
        found.append((units, units + length))
        at, units = end, units + length
    return found

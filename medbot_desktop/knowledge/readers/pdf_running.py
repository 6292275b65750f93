"""Tell what is printed on page after page, headers, footers and page numbers, from what a document says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from medbot_desktop.knowledge.readers.pdf_lines import Column, Line, Table
from medbot_desktop.knowledge.readers.pdf_page import Page

_EDGE = 0.2  # of the page's height, at the top and at the bottom
_SAME_ROW = 1.5  # points between the places of what stands beside each other
_MOST_ROWS = 4  # of a header or a footer
_NEAR = 5.0  # points between the places of one header on two pages
_OFTEN = 3
_DIGITS = re.compile(r"\d+")
_FIRST, _LAST = re.compile(r"^\d{1,4}\b"), re.compile(r"\b\d{1,4}$")
_PAGE_NUMBER = re.compile(
    r"[\s\-–—|]*(?:(?:page|p\.|seite|página|pagina)\s*)?(?:\d{1,4}|[ivxl]{1,7})(?:\s*(?:/|of|von|de|di|sur)\s*\d{1,4})?[\s\-–—|]*",
    re.I,
)


@dataclass(frozen=True, slots=True)
class _Row:
    """What stands beside each other near the upper or the lower edge of a page."""

    page: int
    base: float
    text: str
    parts: tuple[Line | Table, ...]
    is_outermost: bool

    @property
    def name(self) -> str:
        """Its text without the numbers that differ from page to page."""
        return _DIGITS.sub("#", self.text.casefold())

    @property
    def has_table(self) -> bool:
        """Whether there is a table in it."""
        return any(isinstance(part, Table) for part in self.parts)


def without_running_lines(pages: Sequence[Page]) -> list[Page]:
    """The pages without their headers, footers and page numbers; a table that stands on top of each stays on the first.

    Args:
        pages: of one document.
    """
    rows = [row for page in pages for row in _margin(page)]
    repeated = _repeated(rows, lambda row: [row.name])
    counted = _repeated([row for row in rows if row.is_outermost], _page_numbers)
    dropped: set[int] = set()
    seen: set[str] = set()
    for row in rows:
        is_number = row.is_outermost and bool(_PAGE_NUMBER.fullmatch(row.text))
        if id(row) in repeated and row.has_table and row.name not in seen:
            seen.add(row.name)
        elif id(row) in repeated or (not row.has_table and (is_number or id(row) in counted)):
            dropped.update(map(id, row.parts))
    return [replace(page, columns=tuple(_without(column, dropped) for column in page.columns)) for page in pages]


def _without(column: Column, dropped: set[int]) -> Column:
    return Column(tuple(part for part in column.parts if id(part) not in dropped))


def _repeated(rows: Sequence[_Row], names: Callable[[_Row], Iterable[object]]) -> set[int]:
    """The identities of rows that stand in one place on several pages, under one of their names."""
    places: dict[object, list[_Row]] = {}
    for row in rows:
        for name in names(row):
            places.setdefault(name, []).append(row)
    least = min(_OFTEN, max(len({row.page for row in rows}), 2))
    return {id(row) for found in places.values() for row, pages in _with_pages(found) if pages >= least}


def _with_pages(found: list[_Row]) -> Iterator[tuple[_Row, int]]:
    """Each row, and on how many pages one of them stands in its place."""
    ordered = sorted(found, key=lambda row: row.base)
    near: Counter[int] = Counter()
    first = behind = 0
    for row in ordered:
        while behind < len(ordered) and ordered[behind].base < row.base + _NEAR:
            near[ordered[behind].page] += 1
            behind += 1
        while ordered[first].base <= row.base - _NEAR:
            near[ordered[first].page] -= 1
            if not near[ordered[first].page]:
                del near[ordered[first].page]
            first += 1
        yield row, len(near)


def _page_numbers(row: _Row) -> set[int]:
    """By how much the numbers that a row begins and ends with differ from the place of its page."""
    return {int(match[0]) - row.page for match in (_FIRST.search(row.text), _LAST.search(row.text)) if match}


def _margin(page: Page) -> list[_Row]:
    """The rows that may be a page's header or footer."""
    rows: list[list[Line | Table]] = []
    for part in sorted((part for column in page.columns for part in column.parts), key=lambda part: part.base):
        if rows and part.base - rows[-1][0].base < _SAME_ROW:
            rows[-1].append(part)
        else:
            rows.append([part])
    return [
        _Row(page.number, row[0].base, _text(row), tuple(row), at in (0, len(rows) - 1))
        for at, row in enumerate(rows)
        if (at < _MOST_ROWS and row[0].base < page.height * _EDGE)
        or (at >= len(rows) - _MOST_ROWS and row[0].base > page.height * (1 - _EDGE))
    ]


def _text(row: Sequence[Line | Table]) -> str:
    return " ".join(word for part in sorted(row, key=lambda part: part.left) for word in part.words)

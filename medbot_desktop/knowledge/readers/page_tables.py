"""Read the tables of web pages as rows with their header row, and tell them from tables that only lay a page out."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from medbot_desktop.knowledge.building import DocumentBuilder
from medbot_desktop.knowledge.readers.page_words import inline_text
from medbot_desktop.knowledge.readers.tables import Cell, add_grid, grid

_MOST_CELLS_ACROSS = 100
_MOST_ROWS_DOWN = 1000
_MOST_PARAGRAPHS = 4
_LAYOUT = ("table", "h1", "h2", "h3", "h4", "h5", "h6", "form")


@dataclass(frozen=True, slots=True)
class _Row:
    cells: tuple[Cell, ...]
    is_header: bool


def is_data_table(table: etree._Element) -> bool:
    """Whether a table holds data: at least two columns and two rows or a header, nothing nested, no whole articles."""
    if table.get("role") in ("presentation", "none"):
        return False
    if next((inner for inner in table.iter(*_LAYOUT) if inner is not table), None) is not None:
        return False
    across = down = 0
    for row in table.iter("tr"):
        cells = [cell for cell in row if cell.tag in ("td", "th")]
        across = max(across, len(cells))
        down += bool(cells)
        if any(sum(1 for _ in cell.iter("p")) > _MOST_PARAGRAPHS for cell in cells):
            return False
    return across > 1 and (down > 1 or next(table.iter("th"), None) is not None)


def add_table(builder: DocumentBuilder, table: etree._Element) -> None:
    """Add a table's caption as a paragraph, then its rows, each with the header row."""
    for caption in table.iter("caption"):
        builder.paragraph(inline_text(caption))
    rows = [row for row in map(_row, table.iter("tr")) if row.cells]
    headers = 0
    while headers < len(rows) - 1 and rows[headers].is_header:
        headers += 1
    add_grid(builder, grid([row.cells for row in rows]), headers)


def _row(row: etree._Element) -> _Row:
    cells = [cell for cell in row if cell.tag in ("td", "th")]
    parent = row.getparent()
    in_head = parent is not None and parent.tag == "thead"
    return _Row(
        tuple(
            Cell(
                inline_text(cell),
                _span(cell.get("colspan"), _MOST_CELLS_ACROSS),
                _span(cell.get("rowspan"), _MOST_ROWS_DOWN),
            )
            for cell in cells
        ),
        in_head or (len(cells) > 1 and all(cell.tag == "th" for cell in cells)),
    )


def _span(text: str | None, most: int) -> int:
    return min(max(int(text), 1), most) if text and text.isascii() and text.isdigit() and len(text) < 6 else 1

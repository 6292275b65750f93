"""Put a document together from what a reader meets: headings, paragraphs, rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medbot_desktop.knowledge.document import Block, Document, Section

_CELL = " | "


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    page: int | None
    header: str


class DocumentBuilder:
    """Collects the parts of one document in reading order, and lays them out in one body text."""

    def __init__(self) -> None:
        self._open: list[tuple[int, str]] = []
        self._parts: list[tuple[tuple[str, ...], list[_Piece]]] = [((), [])]

    @property
    def is_empty(self) -> bool:
        """Whether there is no text below any heading."""
        return not any(pieces for _, pieces in self._parts)

    def heading(self, text: str, level: int) -> None:
        """Begin a section.

        Args:
            text: the heading.
            level: 1 for the outermost; a section stands under the last heading of each smaller level.
        """
        text = _flat(text)
        if text:
            self._open = [*((at, above) for at, above in self._open if at < level), (level, text)]
            self._parts.append((tuple(heading for _, heading in self._open), []))

    def paragraph(self, text: str, page: int | None = None) -> None:
        """Add a paragraph, a list item or a step; white space is flattened, and nothing is added where that is all."""
        self._add(_Piece(_flat(text), page, ""))

    def row(self, cells: Sequence[str], header: Sequence[str] = (), page: int | None = None) -> None:
        """Add a row of a table, with the header row of that table where it has one."""
        self._add(_Piece(_row(cells), page, _row(header)))

    def build(self, document_id: str, title: str, url: str = "", language: str = "", reviewed: str = "") -> Document:
        """The document; text before the first heading is in a section of the document's title."""
        sections: list[Section] = []
        lines: list[str] = []
        offset = 0
        for path, pieces in self._parts:
            if path:
                lines.append(path[-1])
                offset += len(path[-1]) + 1
            blocks = []
            for piece in pieces:
                blocks.append(Block(piece.text, offset, offset + len(piece.text), piece.page, piece.header))
                lines.append(piece.text)
                offset += len(piece.text) + 1
            if blocks:
                sections.append(Section(path[-1] if path else title, tuple(blocks), path[:-1]))
        return Document(
            id=document_id,
            title=title,
            synonyms=(),
            asked_as=(),
            audience="everyone",
            last_reviewed=reviewed,
            sources=(),
            sections=tuple(sections),
            body="\n".join(lines),
            url=url,
            language=language,
        )

    def _add(self, piece: _Piece) -> None:
        if piece.text:
            self._parts[-1][1].append(piece)


def _row(cells: Sequence[str]) -> str:
    flat = [_flat(cell) for cell in cells]
    return _CELL.join(flat).strip() if any(flat) else ""


def _flat(text: str) -> str:
    return " ".join(text.split())

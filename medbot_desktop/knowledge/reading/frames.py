"""Take a document apart into frames, and put it together again on the other side of the pipe.

A document goes as its head, the pieces of its body, and its sections, whose blocks are offsets in that body.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from medbot_desktop.knowledge.document import Block, Document, Section, Source
from medbot_desktop.knowledge.readers.reader import iso_day, language_code, web_address
from medbot_desktop.knowledge.reading.messages import (
    TEXT,
    BrokenPromiseError,
    Head,
    SectionPart,
    Sections,
    frame,
)

_PIECE = 100_000  # letters of a body in one frame
_GROUP = 100_000  # letters of headings, and what stands for blocks, in one frame
_MOST_BLOCKS = 1_000_000
_BLOCK_WEIGHT = 32


def document_frames(document: Document, share: float) -> Iterator[bytes]:
    """The frames of a document.

    Args:
        document: the document.
        share: how much of its file has been read, 0 to 1.

    Raises:
        TooLongError: its title or one of its headings is longer than a frame.
    """
    head = {
        "kind": "document",
        "id": document.id,
        "title": document.title,
        "synonyms": document.synonyms,
        "asked_as": document.asked_as,
        "audience": document.audience,
        "last_reviewed": document.last_reviewed,
        "sources": [(source.body, source.title) for source in document.sources],
        "url": document.url,
        "language": document.language,
    }
    yield _json_frame(head)
    for start in range(0, len(document.body), _PIECE):
        yield frame(TEXT + document.body[start : start + _PIECE].encode())
    group = _Group()
    for section in document.sections:
        for block in section.blocks:
            if group.is_full:
                yield _json_frame(group.message(last=False, share=share))
                group = _Group(continued=section if block is not section.blocks[0] else None)
            group.add(section, block)
    yield _json_frame(group.message(last=True, share=share))


class _Group:
    """Blocks that go in one frame; ``continued`` is the section in the middle of which they begin."""

    def __init__(self, continued: Section | None = None) -> None:
        self._section: Section | None = None
        self._parts: list[tuple[Section, list[tuple[int, int, int | None, int]]]] = []
        self._headers: dict[str, int] = {}
        self._continues = continued is not None
        self._weight = 0

    @property
    def is_full(self) -> bool:
        return self._weight > _GROUP

    def add(self, section: Section, block: Block) -> None:
        if section is not self._section:
            self._section = section
            self._parts.append((section, []))
            self._weight += len(section.heading) + sum(map(len, section.above))
        header = self._headers.get(block.header, -1) if block.header else -1
        if block.header and header < 0:
            header = self._headers[block.header] = len(self._headers)
            self._weight += len(block.header)
        self._parts[-1][1].append((block.start, block.end, block.page, header))
        self._weight += _BLOCK_WEIGHT

    def message(self, last: bool, share: float) -> dict[str, object]:
        return {
            "kind": "sections",
            "headers": list(self._headers),
            "sections": [
                {"heading": section.heading, "above": section.above, "blocks": blocks}
                for section, blocks in self._parts
            ],
            "continues": self._continues,
            "last": last,
            "share": share,
        }


def _json_frame(message: Mapping[str, object]) -> bytes:
    return frame(json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode())


class Assembly:
    """Puts a document together from its frames, and takes nothing on trust.

    Args:
        head: how it begins.

    Raises:
        BrokenPromiseError: the head holds what no reader makes.
    """

    def __init__(self, head: Head) -> None:
        stated = (web_address(head.url), language_code(head.language), iso_day(head.last_reviewed))
        if stated != (head.url, head.language, head.last_reviewed):
            raise BrokenPromiseError
        self._head = head
        self._pieces: list[str] = []
        self._body: str | None = None
        self._sections: list[tuple[SectionPart, list[Block]]] = []
        self._blocks = 0
        self._end = 0
        self.pages = 0

    def add_text(self, piece: bytes) -> None:
        """Add a piece of the body.

        Raises:
            BrokenPromiseError: it is no text, or the body was whole.
        """
        try:
            self._pieces.append(piece.decode())
        except UnicodeDecodeError:
            raise BrokenPromiseError from None
        if self._body is not None:
            raise BrokenPromiseError

    def add_sections(self, message: Sections) -> None:
        """Add sections; with them the body is whole.

        Raises:
            BrokenPromiseError: a block lies outside the body or before the one that it follows.
        """
        if self._body is None:
            self._body, self._pieces = "".join(self._pieces), []
        for place, part in enumerate(message.sections):
            self._blocks += len(part.blocks)
            if self._blocks > _MOST_BLOCKS:
                raise BrokenPromiseError
            blocks = [self._block(block, message.headers, self._body) for block in part.blocks]
            if place or not message.continues:
                self._sections.append((part, blocks))
            elif self._sections:
                self._sections[-1][1].extend(blocks)
            else:
                raise BrokenPromiseError

    def document(self) -> Document:
        """The document, once it is whole."""
        return Document(
            id=self._head.id,
            title=self._head.title,
            synonyms=self._head.synonyms,
            asked_as=self._head.asked_as,
            audience=self._head.audience,
            last_reviewed=self._head.last_reviewed,
            sources=tuple(Source(body, title) for body, title in self._head.sources),
            sections=tuple(Section(part.heading, tuple(blocks), part.above) for part, blocks in self._sections),
            body=self._body or "",
            url=self._head.url,
            language=self._head.language,
        )

    def _block(self, stated: tuple[int, int, int | None, int], headers: Sequence[str], body: str) -> Block:
        start, end, page, header = stated
        if not self._end <= start < end <= len(body) or not -1 <= header < len(headers):
            raise BrokenPromiseError
        if page is not None and page < 1:
            raise BrokenPromiseError
        self._end = end
        self.pages = max(self.pages, page or 0)
        return Block(body[start:end], start, end, page, headers[header] if header >= 0 else "")

"""Read Markdown as people write it: CommonMark with tables, with or without front matter."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

from markdown_it import MarkdownIt

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.building import DocumentBuilder
from medbot_desktop.knowledge.document import Document
from medbot_desktop.knowledge.markdown_reader import read_markdown
from medbot_desktop.knowledge.readers.decoding import decoded
from medbot_desktop.knowledge.readers.html import parsed
from medbot_desktop.knowledge.readers.page_blocks import add_page, headings
from medbot_desktop.knowledge.readers.page_content import main_content
from medbot_desktop.knowledge.readers.reader import MEGABYTE, Facts, document_ids, finished, read_whole

_MOST_BYTES = 2 * MEGABYTE
_PIECE = 50_000  # letters; a longer text is rendered piece by piece, which keeps the memory that it takes in bounds
_LONGEST_BLOCK = 10_000
_BLOCK_BREAK = re.compile(r"\n\n|\n(?=[ \t]*(?:[-*+|#>]|\d{1,9}[.)]))")
_HEADING = re.compile(r" {0,3}#{1,6}[ \t]")
_FENCE = re.compile(r" {0,3}(```|~~~)")
_FRONT_MATTER = re.compile(r"\A---\n(.{0,20000}?)\n---\n", re.DOTALL)
_OWN_FIELDS = ("id", "title", "synonyms", "audience", "last_reviewed", "sources")
_FIELD = r"^{}:[ \t]*[\"']?(.+?)[\"']?[ \t]*$"


class MarkdownReader:
    """Reads a Markdown file; one with the front matter of this project's own library keeps all that it says."""

    def read(self, path: Path) -> Iterator[Document]:
        """The file as one document; its title is that of the front matter, else its first heading."""
        text = decoded(read_whole(path, _MOST_BYTES), path)
        front = _FRONT_MATTER.match(text)
        if front and all(_field(front[1], name, present=True) for name in _OWN_FIELDS):
            try:
                yield read_markdown(path)
            except (LibraryError, RecursionError):
                pass  # front matter that only looks like ours: read as anybody's
            else:
                return
        if front:
            text = text[front.end() :]
        title = _field(front[1], "title") if front else ""
        builder = DocumentBuilder()
        for piece in _pieces(text):
            content = main_content(parsed(_rendered(piece), path), whole=True)
            repeated = (title or next(iter(headings(content)), "")) if builder.is_empty else ""
            title = title or repeated
            add_page(builder, content, repeated)
        language = (_field(front[1], "lang") or _field(front[1], "language")) if front else ""
        yield finished(builder, next(document_ids(path)), Facts(title=title, language=language), path)


def _pieces(text: str) -> Iterator[str]:
    """A text cut before headings, or before any paragraph where it has none for long; never inside code."""
    lines: list[str] = []
    size = 0
    fence = ""
    for line in text.split("\n"):
        edge = _FENCE.match(line)
        if edge:
            fence = edge[1] if not fence else "" if fence == edge[1] else fence
        is_break = bool(_HEADING.match(line)) or (size > 2 * _PIECE and not line and not fence)
        if size > _PIECE and is_break and not (fence and size < 2 * _PIECE):
            yield "\n".join(lines)
            lines, size = [], 0
        lines.append(line)
        size += len(line) + 1
    if any(line.strip() for line in lines):
        yield "\n".join(lines)


def _rendered(piece: str) -> str:
    """Markdown as HTML, so that tables, steps and the tags that people write into it are read in one way."""
    # The time that Markdown takes grows with the square of a paragraph that is nothing but its signs.
    for block in _BLOCK_BREAK.split(piece):
        if len(block) > _LONGEST_BLOCK:
            piece = piece.replace(block, f"\n\n<p>{html.escape(block)}</p>\n\n", 1)
    return str(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(piece))


def _field(front: str, name: str, present: bool = False) -> str:
    match = re.search(_FIELD.format(name), front, re.MULTILINE)
    if present and not match:
        return name if re.search(rf"^{name}:", front, re.MULTILINE) else ""
    return match[1] if match else ""

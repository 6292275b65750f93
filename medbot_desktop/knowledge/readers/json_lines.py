"""Read JSON lines: one document on each line, as other programs export their articles or questions."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.building import DocumentBuilder
from medbot_desktop.knowledge.document import Document
from medbot_desktop.knowledge.readers.reader import (
    MEGABYTE,
    Facts,
    clean,
    damaged,
    empty,
    file_name,
    file_size,
    finished,
    opening,
    told_apart,
    unreadable,
)
from medbot_desktop.knowledge.readers.text import paragraphs

_LONGEST_LINE = 4 * MEGABYTE
_LONGEST_ID = 200
_GZIP = b"\x1f\x8b"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_HINT = 'Each line is one object such as {"id": "1", "title": "Asthma", "text": "...", "url": "..."}.'


class JsonLinesReader:
    """Reads lines ``{"id", "title", "text", "url"}``, gzipped or not; ``question`` and ``answer`` do as well."""

    def read(self, path: Path) -> Iterator[Document]:
        """One document for each line; empty lines are passed over, and so are further fields.

        Raises:
            LibraryError: a line is no such object or has no text; names its number.
        """
        seen: dict[str, int] = {}
        for number, line in _lines(path):
            document = _document(line, number, path)
            yield replace(document, id=told_apart(document.id, seen))
        if not seen:
            raise empty(path)


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    file_size(path)
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == _GZIP
            raw.seek(0)
            stream: BinaryIO = gzip.GzipFile(fileobj=raw) if packed else raw  # type: ignore[assignment]
            number = 0
            while line := stream.readline(_LONGEST_LINE):
                number += 1
                if len(line) == _LONGEST_LINE:
                    raise _refused(path, number, f"is longer than {_LONGEST_LINE // MEGABYTE} MB")
                if number == 1:
                    line = line.removeprefix(_BYTE_ORDER_MARK)
                if line.strip():
                    yield number, line
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise damaged(path, "gzip file") from error
    except OSError as error:
        raise unreadable(path) from error


def _document(line: bytes, number: int, path: Path) -> Document:
    try:
        record = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise _refused(path, number, "is not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise _refused(path, number, "is not JSON") from error
    if not isinstance(record, dict):
        raise _refused(path, number, "is not an object")
    identifier = record.get("id")
    if isinstance(identifier, int) and not isinstance(identifier, bool):
        identifier = str(identifier) if -(10**18) < identifier < 10**18 else ""
    if not isinstance(identifier, str) or not clean(identifier).strip() or len(identifier) > _LONGEST_ID:
        raise _refused(path, number, "has no id")
    text = record.get("text", record.get("answer"))
    title = record.get("title", record.get("question", "")) or ""
    if not isinstance(text, str) or not isinstance(title, str):
        raise _refused(path, number, "has no text, or a title that is none")
    builder = DocumentBuilder()
    for paragraph in paragraphs(clean(text)):
        builder.paragraph(paragraph)
    if builder.is_empty:
        raise _refused(path, number, "has an empty text")
    facts = Facts(
        title=title if clean(title).strip() else opening(text),
        url=_word(record.get("url")),
        language=_word(record.get("language")),
    )
    return finished(builder, " ".join(clean(identifier).split()), facts, path)


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""


def _refused(path: Path, number: int, what: str) -> LibraryError:
    return LibraryError(f"Line {number:,} of {file_name(path)} {what}.", hint=_HINT)

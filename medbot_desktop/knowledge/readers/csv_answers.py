"""Read tables in CSV: lists of questions and answers, or any other table row by row."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.building import DocumentBuilder
from medbot_desktop.knowledge.document import Document
from medbot_desktop.knowledge.readers.decoding import file_encoding
from medbot_desktop.knowledge.readers.reader import (
    Facts,
    clean,
    document_ids,
    empty,
    file_name,
    file_size,
    finished,
    name_title,
    told_apart,
    unreadable,
)
from medbot_desktop.knowledge.readers.tables import Cell, add_grid
from medbot_desktop.knowledge.readers.text import paragraphs

DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_LINES = 50
_LONGEST_SAMPLE_LINE = 20_000
_MOST_ROWS = 1000
_MOST_CELLS = 500
_MOST_LETTERS = 2_000_000
_LONGEST_LINE = 4_000_000
_HINT = "Open it in a spreadsheet, save it as CSV again and add it once more."
_QUESTIONS = frozenset("question questions q frage fragen pregunta ask query prompt faq".split())
_ANSWERS = frozenset("answer answers a response reply antwort antworten réponse reponse respuesta text".split())
_VAGUE = frozenset("text a q id".split())  # words that tell a column only when they are all of its name
_TITLES = frozenset("title topic subject heading".split())
_ADDRESSES = frozenset("url link source_url web".split())
_IDENTIFIERS = frozenset("id identifier".split())
_LANGUAGES = frozenset("language lang locale".split())


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where a table of questions keeps its columns; None where it has no such column."""

    question: int
    answer: int
    identifier: int | None
    url: int | None
    language: int | None


class CsvReader:
    """Reads CSV with any usual delimiter and encoding."""

    def read(self, path: Path) -> Iterator[Document]:
        """One document for each question with its answer; of another table one for every 1,000 rows.

        Raises:
            LibraryError: a row is broken (names its line) or there is no row below the header.
        """
        file_size(path)
        try:
            encoding = file_encoding(path)
            with path.open(encoding=encoding, errors="replace", newline="") as file:
                sample = [file.readline(_LONGEST_SAMPLE_LINE) for _ in range(_SAMPLE_LINES)]
                stated = stated_delimiter(sample[0])
                delimiter = stated or told_delimiter([line for line in sample if line])
                file.seek(0)
                if stated:
                    file.readline()
                reader = csv.reader(_lines(file, path), delimiter=delimiter or ",", strict=True)
                yield from _documents(_rows(reader, path), path)
        except OSError as error:
            raise unreadable(path) from error


def stated_delimiter(line: str) -> str:
    """The delimiter that a first line such as ``sep=;`` states; empty where it states none."""
    line = line.lstrip("\ufeff").rstrip("\r\n")
    return line[4] if len(line) == 5 and line.startswith("sep=") and line[4] in DELIMITERS else ""


def told_delimiter(lines: Sequence[str]) -> str:
    """The delimiter that cuts the first lines of a table into rows of one length; empty where none does.

    Args:
        lines: the first lines of the file; the last row may be cut off.
    """
    best, columns = "", 1
    for delimiter in DELIMITERS:
        try:
            rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
        except csv.Error:
            continue
        rows = rows[:-1] if len(rows) > 2 else rows
        widths = {len(row) for row in rows}
        if len(widths) == 1 and (width := widths.pop()) > columns:
            best, columns = delimiter, width
    return best


def _lines(file: TextIO, path: Path) -> Iterator[str]:
    number = 0
    while line := file.readline(_LONGEST_LINE):
        number += 1
        if len(line) == _LONGEST_LINE:
            raise LibraryError(f"Line {number:,} of {file_name(path)} is too long for a row.", hint=_HINT)
        yield line


def _rows(reader: Iterator[list[str]], path: Path) -> Iterator[list[str]]:
    number = 0
    while True:
        number += 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _refused(path, number, "is broken or has a cell that is too long") from error
        if len(row) > _MOST_CELLS:
            raise _refused(path, number, f"has more than {_MOST_CELLS} cells")
        row = [clean(cell) for cell in row]
        if any(cell.strip() for cell in row):
            yield row


def _documents(rows: Iterator[list[str]], path: Path) -> Iterator[Document]:
    header = next(rows, None)
    if header is None:
        raise empty(path)
    columns = _columns(header)
    found = False
    for document in _answers(rows, columns, path) if columns else _tables(header, rows, path):
        found = True
        yield document
    if not found:
        raise empty(path)


def _columns(header: Sequence[str]) -> _Columns | None:
    names = ["".join(mark for mark in cell.lower().strip() if mark.isalnum() or mark in "_ ") for cell in header]

    def place(wanted: frozenset[str]) -> int | None:
        whole = [place for place, name in enumerate(names) if name in wanted]
        part = [place for place, name in enumerate(names) if wanted & (set(name.split()) - _VAGUE)]
        return next(iter(whole + part), None)

    answer = place(_ANSWERS)
    question = place(_QUESTIONS)
    question = place(_TITLES) if question is None else question
    if question is None or answer is None or question == answer:
        return None
    return _Columns(question, answer, place(_IDENTIFIERS), place(_ADDRESSES), place(_LANGUAGES))


def _answers(rows: Iterator[list[str]], columns: _Columns, path: Path) -> Iterator[Document]:
    ids = document_ids(path)
    seen: dict[str, int] = {}
    for row in rows:
        question, answer = _cell(row, columns.question).strip(), _cell(row, columns.answer)
        builder = DocumentBuilder()
        for paragraph in paragraphs(answer):
            builder.paragraph(paragraph)
        if not question or builder.is_empty:
            continue
        identifier = told_apart(" ".join(_cell(row, columns.identifier).split()) or next(ids), seen)
        facts = Facts(title=question, url=_cell(row, columns.url), language=_cell(row, columns.language))
        yield finished(builder, identifier, facts, path)


def _tables(header: Sequence[str], rows: Iterator[list[str]], path: Path) -> Iterator[Document]:
    ids = document_ids(path)
    title = name_title(path)
    first = 1
    top = [Cell(cell) for cell in header]
    while part := list(_part(rows)):
        last = first + len(part) - 1
        builder = DocumentBuilder()
        add_grid(builder, [top, *part], 1)
        named = title if first == 1 and last < _MOST_ROWS else f"{title}, rows {first:,} to {last:,}"
        yield finished(builder, next(ids), Facts(title=named), path)
        first = last + 1


def _part(rows: Iterator[list[str]]) -> Iterator[list[Cell]]:
    """So many rows as one document holds."""
    letters = 0
    for row in islice(rows, _MOST_ROWS):
        yield [Cell(cell) for cell in row]
        letters += sum(map(len, row))
        if letters > _MOST_LETTERS:
            return


def _cell(row: Sequence[str], place: int | None) -> str:
    return row[place] if place is not None and place < len(row) else ""


def _refused(path: Path, number: int, what: str) -> LibraryError:
    return LibraryError(f"Row {number:,} of {file_name(path)} {what}.", hint=_HINT)

"""Read plain text: paragraphs, list items, and headings where the text leaves no doubt that they are headings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from medbot_desktop.knowledge.building import DocumentBuilder
from medbot_desktop.knowledge.document import Document
from medbot_desktop.knowledge.readers.decoding import decoded
from medbot_desktop.knowledge.readers.reader import MEGABYTE, Facts, document_ids, finished, read_whole, too_long

_MOST_BYTES = 8 * MEGABYTE
_MOST_LINES = 500_000
_LONGEST_HEADING = 80
_WRAPPED = 160  # lines of a text that is broken by hand are shorter than this
_UNDERLINE = re.compile(r"([=\-~])\1{2,}")
_LEVELS = {"=": 1, "-": 2, "~": 3}
_CAPITALS_LEVEL = 2
_ITEM = re.compile(r"(?:[-*+•◦▪‣·–—]|\(?(?:\d{1,3}|[a-z])[.)])\s+\S")
_BULLET = re.compile(r"^[-*+•◦▪‣·–—]\s+(?=\S)")
_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+[^\W\d_]")
_SENTENCE_ENDS = (".", ",", ";", ":", "!", "?")


@dataclass(frozen=True, slots=True)
class _Heading:
    text: str
    level: int


class TextReader:
    """Reads a plain text in any encoding."""

    def read(self, path: Path) -> Iterator[Document]:
        """The text as one document; its title is the heading that it begins with, else its file's name."""
        text = decoded(read_whole(path, _MOST_BYTES), path)
        if text.count("\n") > _MOST_LINES:
            raise too_long(path)
        builder = DocumentBuilder()
        title = ""
        for place, part in enumerate(_parts(text)):
            if not isinstance(part, _Heading):
                builder.paragraph(part)
            elif place == 0:
                title = part.text
            else:
                builder.heading(part.text, part.level)
        yield finished(builder, next(document_ids(path)), Facts(title=title), path)


def paragraphs(text: str) -> Iterator[str]:
    """The paragraphs of a text without headings: parted by empty lines, each list item one of its own."""
    wrapped = _is_wrapped(text)
    for group in _groups(text):
        yield from _joined(group, wrapped)


def _parts(text: str) -> Iterator[_Heading | str]:
    wrapped = _is_wrapped(text)
    groups = _groups(text)
    for place, group in enumerate(groups):
        heading, rest = _heading(group, groups[place + 1] if place + 1 < len(groups) else ())
        if heading:
            yield heading
        yield from _joined(rest, wrapped)


def _groups(text: str) -> list[list[str]]:
    """The lines between empty lines; an underlined line begins a group of its own."""
    groups: list[list[str]] = [[]]
    lines = [line.rstrip() for line in text.replace("\f", "\n\n").split("\n")]
    for place, line in enumerate(lines):
        underlined = place + 1 < len(lines) and _is_underlined(line, lines[place + 1])
        if groups[-1] and (underlined or not line):
            groups.append([])
        if line:
            groups[-1].append(line)
    return [group for group in groups if group]


def _is_underlined(line: str, below: str) -> bool:
    text = line.strip()
    return (
        0 < len(text) <= _LONGEST_HEADING
        and any(map(str.isalpha, text))
        and bool(_UNDERLINE.fullmatch(below.strip()))
        and abs(len(below.strip()) - len(text)) <= max(3, len(text) // 3)
    )


def _heading(group: Sequence[str], after: Sequence[str]) -> tuple[_Heading | None, Sequence[str]]:
    """The heading that a group begins with, and the lines that are left of it."""
    if len(group) > 1 and _is_underlined(group[0], group[1]):
        return _Heading(group[0].strip(), _LEVELS[group[1].strip()[0]]), group[2:]
    line = group[0].strip()
    if len(group) > 1 or not after or len(line) > _LONGEST_HEADING or line.endswith(_SENTENCE_ENDS):
        return None, group
    number = _NUMBERED.match(line)
    if number and line[number.end() - 1].isupper() and not _NUMBERED.match(after[0].strip()):
        return _Heading(line, number[1].count(".") + 2), ()
    if _is_capitals(line):
        return _Heading(line, _CAPITALS_LEVEL), ()
    return None, group


def _is_capitals(line: str) -> bool:
    letters = [mark for mark in line if mark.isalpha()]
    return len(letters) >= 4 and all(map(str.isupper, letters)) and len(letters) * 2 > len(line)


def _is_wrapped(text: str) -> bool:
    return all(len(line) <= _WRAPPED for line in text.split("\n"))


def _joined(lines: Sequence[str], wrapped: bool) -> Iterator[str]:
    """Paragraphs of a group's lines: a list item begins one, and so does every line of a text not broken by hand."""
    held: list[str] = []
    for line in lines:
        if held and (not wrapped or _ITEM.match(line.lstrip())):
            yield " ".join(held)
            held = []
        held.append(line.strip() if held else _BULLET.sub("", line.strip()))
    if held:
        yield " ".join(held)

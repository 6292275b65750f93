"""Read the words of a PDF that Qt wrote, by the tables from which any reader copies them."""

from __future__ import annotations

import re
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj\s(.*?)endobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*)\r?\nendstream", re.DOTALL)
_FONT_NAME = re.compile(rb"/(F\d+) (\d+) 0 R")
_TO_UNICODE = re.compile(rb"/ToUnicode (\d+) 0 R")
_RANGE = re.compile(rb"<([0-9a-fA-F]+)> <([0-9a-fA-F]+)> (?:<([0-9a-fA-F]+)>|\[([^\]]*)\])")
_SHOWN = re.compile(rb"/(F\d+) [\d.]+ Tf|<([0-9a-fA-F]+)>|(T[dmD])\b")


def page_count(pdf: bytes) -> int:
    """The number of pages."""
    return len(re.findall(rb"/Type /Page\b", pdf))


def pdf_text(pdf: bytes) -> str:
    """All words, in the order in which they are written."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    names = {name: int(number) for body in objects.values() for name, number in _FONT_NAME.findall(body)}
    tables = {name: _table(objects, number) for name, number in names.items()}
    pages = [_stream(objects[int(number)]) for number in re.findall(rb"/Contents (\d+) 0 R", pdf)]
    text = "\n".join(_words(page, tables) for page in pages)
    return text.replace("\t", " ")  # in many fonts both are one glyph


def _stream(body: bytes) -> bytes:
    found = _STREAM.search(body)
    if found is None:
        return b""
    return zlib.decompress(found[1]) if b"/FlateDecode" in body[: found.start()] else found[1]


def _table(objects: dict[int, bytes], font: int) -> dict[int, str]:
    """The characters behind the glyphs of a font."""
    found = _TO_UNICODE.search(objects[font])
    table: dict[int, str] = {}
    if found is None:
        return table
    for first, last, start, listed in _RANGE.findall(_stream(objects[int(found[1])])):
        for place, glyph in enumerate(range(int(first, 16), int(last, 16) + 1)):
            if start:
                table[glyph] = chr(int(start, 16) + place)
            else:
                table[glyph] = bytes.fromhex(listed.split()[place].strip(b"<>").decode()).decode("utf-16-be")
    return table


def _words(page: bytes, tables: dict[bytes, dict[int, str]]) -> str:
    table: dict[int, str] = {}
    text = ""
    for font, glyphs, move in _SHOWN.findall(page):
        if font:
            table = tables[font]
        elif move:
            text += "\n" if move == b"Tm" else ""
        else:
            codes = [int(glyphs[place : place + 4], 16) for place in range(0, len(glyphs), 4)]
            text += "".join(table.get(code, "?") for code in codes)
    return text

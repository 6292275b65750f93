"""Take the letters of a PDF page from pdfium, with the places, sizes and directions that they are drawn in."""

from __future__ import annotations

import ctypes
import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2.raw as pdfium

SOFT_HYPHEN = "\N{SOFT HYPHEN}"
"""Ends a word that goes on in the next line; there is none elsewhere in a word."""

_STEP = 5  # degrees: text that is turned by less than half of that is straight
_BOLD_NAME = re.compile(r"bold|black|heavy|demi|cmbx|cmssbx|ptmb|phvb|pplb", re.I)
_BOLD_WEIGHT = 600
_STROKED = 2  # the mode that fills and outlines letters: bold where the font has none
_LIGATURES = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
_BULLET_FONT = dict.fromkeys((0xF0B7, 0xF0A7, 0xF0FC, 0xF0D8, 0xF076, 0xF02D), "•")
_SOFT_HYPHENS = {0x02: SOFT_HYPHEN, 0xFFFE: SOFT_HYPHEN}
_LETTERS = {**_LIGATURES, **_BULLET_FONT, **_SOFT_HYPHENS}
_NAME_BYTES = 256


@dataclass(frozen=True, slots=True)
class Style:
    """How letters are drawn: their size in points, by how many degrees they are turned, whether they are bold."""

    size: float
    angle: int
    bold: bool


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter, or the letters of a ligature, where it stands on the page, and the box around it.

    Attributes:
        text: what it reads as.
        style: how it is drawn.
        x: where it stands, from the left.
        y: where it stands, from the bottom.
        box: its left, bottom, right and top.
    """

    text: str
    style: Style
    x: float
    y: float
    box: tuple[float, float, float, float]


def runs_on(text: pdfium.FPDF_TEXTPAGE) -> Iterator[list[Letter]]:
    """The letters of a page between two spaces each, in one direction and in the order in which they are drawn.

    Args:
        text: the page's text, as pdfium holds it.
    """
    run: list[Letter] = []
    for letter in _letters(text):
        if letter is None or (run and letter.style.angle != run[0].style.angle):
            if run:
                yield run
            run = []
        if letter is not None:
            run.append(letter)
    if run:
        yield run


def _letters(text: pdfium.FPDF_TEXTPAGE) -> Iterator[Letter | None]:
    """The letters of a page in drawing order, None for a space."""
    box = pdfium.FS_RECTF()
    x, y = ctypes.c_double(), ctypes.c_double()
    drawn, style = 0, Style(1.0, 0, False)
    for index in range(pdfium.FPDFText_CountChars(text)):
        code = pdfium.FPDFText_GetUnicode(text, index)
        if code in (0x0A, 0x0D):
            continue  # pdfium guesses line breaks; places tell them better
        letters = _LETTERS.get(code) or chr(code if code <= 0x10FFFF else 0xFFFD)
        if letters.isspace() or code == 0:
            yield None
            continue
        thing = pdfium.FPDFText_GetTextObject(text, index)
        if thing and ctypes.addressof(thing.contents) != drawn:
            drawn, style = ctypes.addressof(thing.contents), _style(text, index, thing)
        if not pdfium.FPDFText_GetLooseCharBox(text, index, box):
            continue
        pdfium.FPDFText_GetCharOrigin(text, index, x, y)
        yield Letter(letters, style, x.value, y.value, (box.left, box.bottom, box.right, box.top))


def _style(text: pdfium.FPDF_TEXTPAGE, index: int, thing: pdfium.FPDF_PAGEOBJECT) -> Style:
    matrix = pdfium.FS_MATRIX()
    flags = ctypes.c_int()
    name = ctypes.create_string_buffer(_NAME_BYTES)
    pdfium.FPDFText_GetMatrix(text, index, matrix)
    pdfium.FPDFText_GetFontInfo(text, index, name, _NAME_BYTES, flags)
    size = pdfium.FPDFText_GetFontSize(text, index) * math.hypot(matrix.c, matrix.d)
    angle = math.degrees(math.atan2(matrix.b, matrix.a)) if math.isfinite(matrix.a + matrix.b) else 0.0
    bold = (
        pdfium.FPDFText_GetFontWeight(text, index) >= _BOLD_WEIGHT
        or pdfium.FPDFTextObj_GetTextRenderMode(thing) == _STROKED
        or bool(_BOLD_NAME.search(name.value.decode("utf-8", "replace")))
    )
    return Style(size if math.isfinite(size) and size > 0 else 1.0, round(angle / _STEP) * _STEP % 360, bold)

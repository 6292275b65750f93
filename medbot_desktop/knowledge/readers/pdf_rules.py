"""Find the straight lines that are drawn on a PDF page: the borders of tables."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pypdfium2.raw as pdfium

from medbot_desktop.knowledge.readers.pdf_words import Frame

_THIN = 3.0  # points: what is thinner is a line, however it was drawn
_LEAST_LENGTH = 4.0
_MOST_THINGS = 10_000
_MOST_RULES = 4_000
_MOST_POINTS = 2_000
_DEEPEST = 4

_Matrix = tuple[float, float, float, float, float, float]
_Place = tuple[float, float]
_UNTURNED: _Matrix = (1, 0, 0, 1, 0, 0)


@dataclass(frozen=True, slots=True)
class Rule:
    """A drawn line, across or down the upright page.

    Attributes:
        is_across: whether it runs from left to right.
        at: how far from the top (from the left, if it runs down) it lies.
        start: where it begins.
        end: where it ends.
    """

    is_across: bool
    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is on a page besides text.

    Attributes:
        rules: the straight lines.
        has_shapes: whether there is anything that may be text drawn without letters: a picture or a filled shape.
        pictures: width, height in pixels and the share of the page that each picture covers.
    """

    rules: tuple[Rule, ...]
    has_shapes: bool
    pictures: tuple[tuple[int, int, float], ...]


def drawing_on(page: pdfium.FPDF_PAGE, frame: Frame) -> Drawing:
    """The straight lines and the pictures of a page.

    Args:
        page: the page, as pdfium holds it.
        frame: how it is turned to be upright.
    """
    rules: list[Rule] = []
    pictures: list[tuple[int, int, float]] = []
    has_shapes = False
    for thing, matrix, kind in _things(page):
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            pictures.append(_picture(thing, matrix, frame))
        elif kind == pdfium.FPDF_PAGEOBJ_PATH and len(rules) < _MOST_RULES:
            found = list(_rules(thing, matrix, frame))
            rules += found
            has_shapes = has_shapes or not found
        elif kind == pdfium.FPDF_PAGEOBJ_SHADING:
            has_shapes = True
    return Drawing(tuple(rules), has_shapes or bool(pictures), tuple(pictures))


def _things(page: pdfium.FPDF_PAGE) -> Iterator[tuple[pdfium.FPDF_PAGEOBJECT, _Matrix, int]]:
    """What a page is drawn with, forms opened to a depth that no honest page goes beyond."""
    count = min(pdfium.FPDFPage_CountObjects(page), _MOST_THINGS)
    waiting = [(pdfium.FPDFPage_GetObject(page, index), _UNTURNED, 0) for index in reversed(range(count))]
    seen = 0
    while waiting and seen < _MOST_THINGS:
        thing, matrix, depth = waiting.pop()
        seen += 1
        if not thing:
            continue
        kind = pdfium.FPDFPageObj_GetType(thing)
        if kind != pdfium.FPDF_PAGEOBJ_FORM:
            yield thing, matrix, kind
        elif depth < _DEEPEST:
            inner = _times(_matrix(thing), matrix)
            count = min(max(pdfium.FPDFFormObj_CountObjects(thing), 0), _MOST_THINGS)
            waiting += [
                (pdfium.FPDFFormObj_GetObject(thing, index), inner, depth + 1) for index in reversed(range(count))
            ]


def _matrix(thing: pdfium.FPDF_PAGEOBJECT) -> _Matrix:
    matrix = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(thing, matrix):
        return _UNTURNED
    return (matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f)


def _times(first: _Matrix, then: _Matrix) -> _Matrix:
    a, b, c, d, e, f = first
    x, y = _placed((e, f), then)
    return (
        a * then[0] + b * then[2],
        a * then[1] + b * then[3],
        c * then[0] + d * then[2],
        c * then[1] + d * then[3],
        x,
        y,
    )


def _placed(place: _Place, matrix: _Matrix) -> _Place:
    a, b, c, d, e, f = matrix
    return place[0] * a + place[1] * c + e, place[0] * b + place[1] * d + f


def _picture(thing: pdfium.FPDF_PAGEOBJECT, matrix: _Matrix, frame: Frame) -> tuple[int, int, float]:
    width, height = ctypes.c_uint(), ctypes.c_uint()
    pdfium.FPDFImageObj_GetImagePixelSize(thing, width, height)
    whole = _times(_matrix(thing), matrix)
    share = abs(whole[0] * whole[3] - whole[1] * whole[2]) / max(frame.width * frame.height, 1.0)
    return width.value, height.value, min(share, 1.0)


def _rules(path: pdfium.FPDF_PAGEOBJECT, matrix: _Matrix, frame: Frame) -> Iterator[Rule]:
    """The lines of a path: its straight edges, and the whole of it where it is a thin box."""
    whole = _times(_matrix(path), matrix)
    mode, stroke = ctypes.c_int(), pdfium.FPDF_BOOL()
    pdfium.FPDFPath_GetDrawMode(path, mode, stroke)
    for corners in _strokes(path, whole, frame):
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
        if len(corners) > 2 and min(right - left, bottom - top) < _THIN:
            yield from _line((left, (top + bottom) / 2), (right, (top + bottom) / 2))
            yield from _line(((left + right) / 2, top), ((left + right) / 2, bottom))
        elif stroke.value:
            for one, other in pairwise(corners):
                yield from _line(one, other)


def _line(one: _Place, other: _Place) -> Iterator[Rule]:
    across, down = abs(one[0] - other[0]), abs(one[1] - other[1])
    if max(across, down) < _LEAST_LENGTH or min(across, down) > 1:
        return
    if across > down:
        yield Rule(True, (one[1] + other[1]) / 2, min(one[0], other[0]), max(one[0], other[0]))
    else:
        yield Rule(False, (one[0] + other[0]) / 2, min(one[1], other[1]), max(one[1], other[1]))


def _strokes(path: pdfium.FPDF_PAGEOBJECT, matrix: _Matrix, frame: Frame) -> Iterator[list[_Place]]:
    """The corners of each unbroken part of a path that has straight edges only, on the upright page."""
    x, y = ctypes.c_float(), ctypes.c_float()
    corners: list[_Place] = []
    is_straight = True
    for index in range(min(pdfium.FPDFPath_CountSegments(path), _MOST_POINTS)):
        segment = pdfium.FPDFPath_GetPathSegment(path, index)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            if is_straight and len(corners) > 1:
                yield corners
            corners, is_straight = [], True
        is_straight = is_straight and kind != pdfium.FPDF_SEGMENT_BEZIERTO
        corners.append(frame.place(*_placed((x.value, y.value), matrix)))
        if pdfium.FPDFPathSegment_GetClose(segment) and corners[0] != corners[-1]:
            corners.append(corners[0])
    if is_straight and len(corners) > 1:
        yield corners

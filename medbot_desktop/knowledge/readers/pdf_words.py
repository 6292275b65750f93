"""Take the words of a PDF page with their places, upright whichever way the page or its text is turned."""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import pypdfium2.raw as pdfium

from medbot_desktop.knowledge.readers.pdf_letters import SOFT_HYPHEN, Letter, runs_on
from medbot_desktop.knowledge.readers.reader import clean, raised

_SMALLER = 0.85
_LONGEST_MARK = 4


@dataclass(frozen=True, slots=True)
class Word:
    """A word, or a piece of a line, and its place on the upright page in points from the top left corner.

    Attributes:
        text: its letters.
        left: where it begins.
        right: where it ends.
        top: the upper edge of its letters.
        bottom: their lower edge.
        base: the line that it stands on.
        size: of its letters.
        bold: whether they are bold.
    """

    text: str
    left: float
    right: float
    top: float
    bottom: float
    base: float
    size: float
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """Turns places on a PDF page into places on the upright page.

    Attributes:
        cos: cosine of the angle by which the text is turned against the page.
        sin: its sine.
        left: of the upright page.
        top: of the upright page.
        width: of the upright page, in points.
        height: of the upright page, in points.
    """

    cos: float
    sin: float
    left: float
    top: float
    width: float
    height: float

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Where a place of the page lies on the upright page, from the left and from the top."""
        return x * self.cos + y * self.sin - self.left, self.top + x * self.sin - y * self.cos


@dataclass(frozen=True, slots=True)
class PageWords:
    """The words of a page.

    Attributes:
        frame: how the page is turned to be upright.
        words: those that most of the page's text stands with, in the order in which they are drawn.
        turned: those that run in other directions, one group for each.
        characters: how many characters were drawn, white space aside.
    """

    frame: Frame
    words: tuple[Word, ...]
    turned: tuple[tuple[Word, ...], ...]
    characters: int


class _Placed(NamedTuple):
    """A letter on the upright page; its edges are left, top, right and bottom."""

    text: str
    size: float
    bold: bool
    x: float
    base: float
    edges: tuple[float, float, float, float]


@dataclass(slots=True)
class _Open:
    """A word that letters are still added to; ``size`` and ``base`` are those of the letters that are not raised."""

    size: float
    base: float
    edges: tuple[float, float, float, float]
    pieces: list[tuple[str, bool]] = field(default_factory=list)
    bold: int = 0


def frame_for(box: tuple[float, float, float, float], angle: int) -> Frame:
    """The frame for text that is turned by an angle.

    Args:
        box: left, bottom, right and top of the page.
        angle: degrees, counter-clockwise.
    """
    cos, sin = round(math.cos(math.radians(angle)), 6), round(math.sin(math.radians(angle)), 6)
    bare = Frame(cos, sin, 0, 0, 0, 0)
    corners = [bare.place(x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
    left, top = min(x for x, _ in corners), min(y for _, y in corners)
    right, bottom = max(x for x, _ in corners), max(y for _, y in corners)
    return Frame(cos, sin, left, -top, right - left, bottom - top)


def words_on(text: pdfium.FPDF_TEXTPAGE, box: tuple[float, float, float, float], rotation: int) -> PageWords:
    """The words of a page.

    Args:
        text: the page's text, as pdfium holds it.
        box: left, bottom, right and top of the visible page.
        rotation: by how many degrees a viewer turns the page clockwise; decides only where there is no text.
    """
    runs: dict[int, list[list[Letter]]] = {}
    counts: Counter[int] = Counter()
    for run in runs_on(text):
        angle = run[0].style.angle
        runs.setdefault(angle, []).append(run)
        counts[angle] += len(run)
    straight = [angle for angle in counts if angle % 90 == 0]
    main = max(straight, key=lambda angle: counts[angle], default=rotation % 360)
    frame = frame_for(box, main)
    return PageWords(
        frame,
        tuple(_words(runs.pop(main, []), frame)),
        tuple(tuple(_words(turned, frame_for(box, angle))) for angle, turned in runs.items()),
        counts.total(),
    )


def _words(runs: Sequence[Sequence[Letter]], frame: Frame) -> Iterator[Word]:
    """The words of runs of letters; those outside the page are left out."""
    before: Word | None = None
    for run in runs:
        for piece in _on_one_line(run, frame):
            for word in _closed(piece, frame):
                mark = before is not None and _is_mark(word, before)
                if mark and before is not None:
                    before = replace(before, text=before.text + raised(word.text), right=word.right)
                    continue
                if before is not None:
                    yield before
                before = word
    if before is not None:
        yield before


def _is_mark(word: Word, before: Word) -> bool:
    """Whether a word is a raised number or letter behind another word: the mark of a footnote, a power."""
    return (
        word.size < _SMALLER * before.size
        and 0.15 < (before.base - word.base) / before.size < 0.7
        and -0.1 < (word.left - before.right) / before.size < 0.3
        and len(word.text) <= _LONGEST_MARK
    )


def _on_one_line(run: Sequence[Letter], frame: Frame) -> Iterator[_Open]:
    """The letters of a run as words, cut where the next letter stands elsewhere."""
    letters = [_placed(letter, frame) for letter in run]
    start = 0
    for end in range(1, len(letters) + 1):
        if end == len(letters) or _leaps(letters[end - 1], letters[end]):
            word: _Open | None = None
            for letter in _in_reading_order(letters[start:end]):
                if word is None or not _goes_on(word, letter):
                    if word is not None:
                        yield word
                    word = _Open(letter.size, letter.base, letter.edges)
                _add(word, letter)
            if word is not None:
                yield word
            start = end


def _placed(letter: Letter, frame: Frame) -> _Placed:
    x, base = frame.place(letter.x, letter.y)
    left, bottom = frame.place(letter.box[0], letter.box[1])
    right, top = frame.place(letter.box[2], letter.box[3])
    if left > right:
        left, right = right, left
    if top > bottom:
        top, bottom = bottom, top
    return _Placed(letter.text, letter.style.size, letter.style.bold, x, base, (left, top, right, bottom))


def _leaps(one: _Placed, other: _Placed) -> bool:
    """Whether the next letter stands on another line."""
    return one.base != other.base and abs(one.base - other.base) > 0.7 * max(one.size, other.size)


def _in_reading_order(run: Sequence[_Placed]) -> Sequence[_Placed]:
    """A run from right to left may have been drawn from left to right."""
    is_reversed = run[0].x < run[-1].x and is_leftward("".join(letter.text for letter in run))
    return run[::-1] if is_reversed else run


def is_leftward(text: str) -> bool:
    """Whether most letters of a text are of a script that is written from right to left."""
    if text.isascii():
        return False
    ways = Counter(unicodedata.bidirectional(letter) for letter in text)
    return ways["R"] + ways["AL"] > ways["L"]


def _goes_on(word: _Open, letter: _Placed) -> bool:
    """Whether a letter stands beside the word so far: on its line or raised, and not far to its left or right."""
    smaller, larger = sorted((letter.size, word.size))
    if abs(letter.base - word.base) > larger * (0.2 if smaller > larger * _SMALLER else 0.7):
        return False
    left, _, right, _ = letter.edges
    return -0.25 * larger <= right - word.edges[0] and left - word.edges[2] < 0.25 * larger


def _add(word: _Open, letter: _Placed) -> None:
    if letter.size * _SMALLER > word.size:  # what came before was raised: the mark of a footnote
        word.pieces = [(text, word.base < letter.base - letter.size * 0.15) for text, _ in word.pieces]
        word.size, word.base = letter.size, letter.base
    is_raised = letter.size < word.size * _SMALLER and letter.base < word.base - word.size * 0.15
    word.pieces.append((letter.text, is_raised))
    word.bold += letter.bold
    left, top, right, bottom = word.edges
    word.edges = (
        min(left, letter.edges[0]),
        top if is_raised else min(top, letter.edges[1]),
        max(right, letter.edges[2]),
        bottom if is_raised else max(bottom, letter.edges[3]),
    )


def _closed(word: _Open, frame: Frame) -> Iterator[Word]:
    left, top, right, bottom = word.edges
    text = "".join(_with_raised(word.pieces))
    if not text.isascii():
        is_broken = text.endswith(SOFT_HYPHEN)
        text = clean(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
        text += SOFT_HYPHEN if is_broken and text else ""
    inside = 0 <= left + right <= 2 * frame.width and 0 <= word.base <= frame.height + word.size
    if text and inside:
        yield Word(text, left, right, top, bottom, word.base, word.size, word.bold * 2 > len(word.pieces))


def _with_raised(pieces: Sequence[tuple[str, bool]]) -> Iterator[str]:
    start = 0
    for index in range(1, len(pieces) + 1):
        if index == len(pieces) or pieces[index][1] != pieces[start][1]:
            text = "".join(letters for letters, _ in pieces[start:index])
            yield raised(text) if pieces[start][1] else text
            if pieces[start][1] and not start and index < len(pieces):
                yield " "  # the mark of a footnote, before its text
            start = index

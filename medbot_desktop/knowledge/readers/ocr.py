"""Recognise the words of a picture with models that lie on this computer, whichever way the sheet was laid down."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from statistics import fmean
from typing import Any

import numpy as np
from PIL import Image

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.readers.pdf_words import Word
from medbot_desktop.knowledge.readers.reader import clean

_FIND, _READ = "PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"
_FIND_PIXELS = 700_000  # of the picture in which lines are looked for: an A4 sheet at 86 dots per inch
_LONGEST_SIDE = 2_000  # pixels of that picture
_MOST_THREADS = 4
_MOST_LINES = 600
_LEAST_SCORE = 0.5
_LEAST_CONTRAST = 40  # between the darkest and the lightest of 256 greys
_SURE = 0.85
_TRIED = 4
_UPRIGHT = 1.5
_STRAIGHT = 0.2  # degrees
_MOST_TURN = 20.0  # degrees
_LETTER_HEIGHT = 0.86  # of the height of a found line
_LETTER_WIDTH = 0.46  # of the size of letters, on average
_LATIN = 0.8  # of a text's letters, so that their width tells their size
_BASE = 0.24  # of the height of a found line, below what its letters stand on
_MARGIN = 0.12  # of the height of a line, to its left and right
_SIZE_STEP = 1.25
_TOLERANCE = 0.25  # of a step, short of which a size is already the next one

Corners = np.ndarray
"""The four corners of a line in a picture: x and y of the upper left one, then clockwise."""


@dataclass(frozen=True, slots=True)
class _Engine:
    """Finds lines in pictures and reads them; pictures are arrays of blue, green and red."""

    find: Callable[[np.ndarray], list[Corners]]
    read: Callable[[np.ndarray], tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Recognised:
    """What was read in a picture.

    Attributes:
        words: the lines, or pieces of lines with wide white space between them, with their places in pixels of the
            straightened picture.
        scores: how sure each of them is, 0 to 1.
        picture: the straightened picture.
        quarters: by how many quarters of a circle it was turned counter-clockwise to be the right way up.
    """

    words: list[Word]
    scores: list[float]
    picture: Image.Image
    quarters: int = 0


def recognised(picture: Image.Image) -> Recognised:
    """The words of a picture.

    Args:
        picture: in colours, as large as it is to be read.

    Raises:
        LibraryError: the models are not there.
    """
    engine = _engine()
    picture, lines, quarters = _the_right_way_up(picture, engine)
    turn = _turn(lines)
    if abs(turn) > _STRAIGHT:
        lines = [_turned(corners, turn, picture.size) for corners in lines]
        picture = picture.rotate(turn, resample=Image.Resampling.BICUBIC, fillcolor="white")
    words: list[Word] = []
    scores: list[float] = []
    for corners in lines[:_MOST_LINES]:
        text, score = engine.read(_cut(picture, corners))
        text = " ".join(clean(text).split())
        if text and score >= _LEAST_SCORE:
            words.append(_word(text, corners))
            scores.append(score)
    return Recognised(_with_usual_sizes(words), scores, picture, quarters)


def _the_right_way_up(picture: Image.Image, engine: _Engine) -> tuple[Image.Image, list[Corners], int]:
    """A picture turned so that its lines run across the right way up, its lines, and the quarters of the turn."""
    quarters = 0
    lines = _lines(picture, engine)
    along = sum(_width(corners) for corners in lines if _width(corners) > _height(corners) * _UPRIGHT)
    down = sum(_height(corners) for corners in lines if _height(corners) > _width(corners) * _UPRIGHT)
    if down > along:
        picture, quarters = picture.transpose(Image.Transpose.ROTATE_90), 1
        lines = _lines(picture, engine)
    tried = sorted(lines, key=_width, reverse=True)[:_TRIED]
    score = _score(picture, tried, engine)
    if not tried or score >= _SURE:
        return picture, lines, quarters
    size = np.array(picture.size, dtype=float)
    over = picture.transpose(Image.Transpose.ROTATE_180)
    if _score(over, [(size - corners)[[2, 3, 0, 1]] for corners in tried], engine) > score:
        return over, [(size - corners)[[2, 3, 0, 1]] for corners in lines], quarters + 2
    return picture, lines, quarters


def _score(picture: Image.Image, lines: Sequence[Corners], engine: _Engine) -> float:
    return fmean(engine.read(_cut(picture, corners))[1] for corners in lines) if lines else 0.0


def _lines(picture: Image.Image, engine: _Engine) -> list[Corners]:
    """The lines of a picture, looked for in a smaller one."""
    if np.ptp(np.asarray(picture.convert("L"))) < _LEAST_CONTRAST:
        return []
    width, height = picture.size
    scale = min(1.0, math.sqrt(_FIND_PIXELS / (width * height)), _LONGEST_SIDE / max(width, height))
    smaller = picture.resize((max(int(width * scale), 1), max(int(height * scale), 1)), Image.Resampling.BILINEAR)
    found = engine.find(_array(smaller))
    return [_from_upper_left(corners) / (smaller.width / width, smaller.height / height) for corners in found]


def _from_upper_left(corners: Corners) -> Corners:
    """Corners in their order; of a line that runs down aslant, the engine may begin with another one."""
    across, down = corners[1] - corners[0]
    return np.roll(corners, 1, axis=0) if abs(down) > abs(across) else corners


def _turn(lines: Sequence[Corners]) -> float:
    """By how many degrees most of the text is turned clockwise: the weighted median over the lines."""
    turns = []
    for corners in lines:
        across, down = corners[1] + corners[2] - corners[0] - corners[3]
        angle = math.degrees(math.atan2(down, across))
        if _width(corners) > _height(corners) * 3 and abs(angle) < _MOST_TURN:
            turns.append((angle, _width(corners)))
    half = sum(width for _, width in turns) / 2
    for angle, width in sorted(turns):
        half -= width
        if half <= 0:
            return angle
    return 0.0


def _turned(corners: Corners, turn: float, size: tuple[int, int]) -> Corners:
    """Corners in the picture after it is turned back, counter-clockwise around its middle."""
    middle = np.array(size, dtype=float) / 2
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    moved: Corners = (corners - middle) @ np.array([[cos, -sin], [sin, cos]]) + middle
    return moved


def _cut(picture: Image.Image, corners: Corners) -> np.ndarray:
    left, top = np.floor(corners.min(axis=0)).astype(int)
    right, bottom = np.ceil(corners.max(axis=0)).astype(int)
    pad = int((bottom - top) * _MARGIN)
    return _array(picture.crop((int(left) - pad, int(top), int(max(right, left + 2)) + pad, int(max(bottom, top + 2)))))


def _array(picture: Image.Image) -> np.ndarray:
    return np.ascontiguousarray(np.asarray(picture)[:, :, ::-1])


def _width(corners: Corners) -> float:
    return float(np.linalg.norm(corners[1] - corners[0]))


def _height(corners: Corners) -> float:
    return float(np.linalg.norm(corners[3] - corners[0]))


def _word(text: str, corners: Corners) -> Word:
    """A line as a word; the size of its letters is told from its height and from how wide they are on average."""
    left, right = float(corners[[0, 3], 0].mean()), float(corners[[1, 2], 0].mean())
    top, bottom = float(corners[:2, 1].mean()), float(corners[2:, 1].mean())
    size = (bottom - top) * _LETTER_HEIGHT
    if len(text) > 4 and sum(map(str.isascii, text)) >= _LATIN * len(text):
        by_width = (right - left) / len(text) / _LETTER_WIDTH
        trust = 0.75 if len(text) > 12 else 0.5
        size = by_width**trust * size ** (1 - trust)
    return Word(text, left, right, top, bottom, bottom - _BASE * (bottom - top), max(size, 1.0))


def _with_usual_sizes(words: Sequence[Word]) -> list[Word]:
    """Words with sizes in steps from the usual one: what is measured on a picture is never quite the same."""
    half = sum(len(word.text) for word in words) / 2
    usual = 1.0
    for word in sorted(words, key=lambda word: word.size):
        half -= len(word.text)
        if half <= 0:
            usual = word.size
            break
    sized = []
    for word in words:
        steps = math.log(word.size / usual) / math.log(_SIZE_STEP)
        sized.append(replace(word, size=usual * _SIZE_STEP ** math.copysign(int(abs(steps) + _TOLERANCE), steps)))
    return sized


@lru_cache(maxsize=1)
def _engine() -> _Engine:
    models = resources.files("rapidocr") / "models"
    if not all((models / name).is_file() for name in (_FIND, _READ)):
        raise LibraryError(
            "Pictures cannot be read: the models that recognise letters are missing.", hint="Install MedBot again."
        )
    from rapidocr import RapidOCR

    # The models are named, so that none is ever looked for on the network.
    engine: Any = RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,
            "Det.model_path": str(models / _FIND),
            "Det.limit_type": "max",
            "Det.limit_side_len": _LONGEST_SIDE,
            "Rec.model_path": str(models / _READ),
            "Rec.rec_batch_num": 1,  # more at once are no faster on a processor, and take their sum of memory
            "EngineConfig.onnxruntime.intra_op_num_threads": max(1, min(_MOST_THREADS, (os.cpu_count() or 1) // 2)),
        }
    )

    def find(picture: np.ndarray) -> list[Corners]:
        found = engine(picture, use_det=True, use_cls=False, use_rec=False)
        return [] if found.boxes is None else [np.asarray(corners, dtype=float) for corners in found.boxes]

    def read(line: np.ndarray) -> tuple[str, float]:
        found = engine(line, use_det=False, use_cls=False, use_rec=True)
        return (str(found.txts[0]), float(found.scores[0])) if found.txts else ("", 0.0)

    return _Engine(find, read)

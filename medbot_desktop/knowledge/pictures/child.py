"""Read pictures in a process of its own, shut in like the one that reads documents."""

from __future__ import annotations

import os
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.pictures.messages import PREVIEW_SIDE, Read
from medbot_desktop.knowledge.reading.child import send_some
from medbot_desktop.knowledge.reading.confinement import allow_processor_time, confine
from medbot_desktop.knowledge.reading.messages import OUT_OF_MEMORY, Limits, Refused, Spoken, Stopped, frame

if TYPE_CHECKING:
    from PIL import Image

    from medbot_desktop.knowledge.readers.ocr import Recognised
    from medbot_desktop.knowledge.readers.pdf_words import Word

_AT_ONCE = 64_000  # bytes
_SAME_ROW = 0.5  # of the height of the lower of two pieces of a line


def run(requests: Connection, replies: Connection, limits: Limits) -> None:
    """Read the pictures that are handed over, until nobody hands any more.

    Args:
        requests: pictures come in here, as bytes.
        replies: frames go out here.
        limits: what the reading may cost.
    """
    confine(limits)
    while True:
        try:
            data = requests.recv_bytes()
        except (EOFError, OSError):
            return
        allow_processor_time(limits.work_seconds(len(data), 0))
        try:
            _send(replies, *_frames(data))
        except MemoryError:
            os._exit(OUT_OF_MEMORY)  # there may be no room left for a sentence


def _frames(data: bytes) -> Sequence[bytes]:
    try:
        read, pixels = _read(data)
    except LibraryError as error:
        return (_message(Refused(message=error.message, hint=error.hint)),)
    except MemoryError:
        raise
    except Exception as error:  # the outermost line of this process
        return (_message(Stopped(reason="failed", error=type(error).__name__)),)
    return _message(read), frame(pixels)


def _read(data: bytes) -> tuple[Read, bytes]:
    # Loaded in a process that is shut in already: much of it is native code.
    from medbot_desktop.knowledge.pictures.opening import opened
    from medbot_desktop.knowledge.readers.ocr import recognised

    picture, frames = opened(data)
    found = recognised(picture)
    small = _small(found.picture)
    lines = tuple(_rows(found))
    return Read(
        lines=lines,
        turned=found.quarters != 0,
        frames=frames,
        width=small.width,
        height=small.height,
    ), small.tobytes()


def _small(picture: Image.Image) -> Image.Image:
    small = picture.copy()
    small.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    return small


def _rows(found: Recognised) -> Sequence[tuple[str, float]]:
    """The lines from top to bottom, pieces side by side put together, and how sure the least sure piece of each is."""
    rows: list[list[tuple[Word, float]]] = []
    for word, score in sorted(zip(found.words, found.scores, strict=True), key=lambda one: _middle(one[0])):
        if rows and all(_is_beside(word, other) for other, _ in rows[-1]):
            rows[-1].append((word, score))
        else:
            rows.append([(word, score)])
    lines = []
    for row in rows:
        row.sort(key=lambda one: one[0].left)
        lines.append((" ".join(word.text for word, _ in row), min(score for _, score in row)))
    return lines


def _is_beside(word: Word, other: Word) -> bool:
    lower = min(word.bottom - word.top, other.bottom - other.top)
    is_level = abs(_middle(word) - _middle(other)) < _SAME_ROW * lower
    return is_level and (word.left >= other.right or word.right <= other.left)


def _middle(word: Word) -> float:
    return (word.top + word.bottom) / 2


def _message(message: Spoken) -> bytes:
    return frame(message.model_dump_json().encode())


def _send(replies: Connection, *frames: bytes) -> None:
    try:
        with memoryview(b"".join(frames)) as left:
            sent = 0
            while sent < len(left):
                sent += send_some(replies, left[sent : sent + _AT_ONCE])
    except OSError:
        os._exit(1)  # nobody listens any more

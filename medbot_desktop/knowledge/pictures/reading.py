"""Read the text of a picture in another process, which may crash, hang or grow: that costs the picture, no more."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread

from medbot_desktop.errors import InputError
from medbot_desktop.knowledge.pictures import child as picture_child
from medbot_desktop.knowledge.pictures.messages import Read, reply_in
from medbot_desktop.knowledge.pictures.picture_text import MOST_BYTES, PictureLine, PictureText, Preview
from medbot_desktop.knowledge.reading.messages import OUT_OF_MEMORY, BrokenPromiseError, Limits, Refused, Stopped
from medbot_desktop.knowledge.reading.running import Child, GoneError, RunningChild

_TICK_SECONDS = 0.1
_LIBRARIES_BYTES = 400_000_000  # of memory: the code of native libraries, which no limit of the system counts
_LIMITS = Limits(seconds=90.0, silent_seconds=180.0, is_awaited=True)
_SMALLER = "Take a photo of the label alone, or save it smaller."

_log = logging.getLogger(__name__)


def read_picture(
    data: bytes,
    is_stopped: Callable[[], bool] = lambda: False,
    limits: Limits = _LIMITS,
    child: Child = picture_child.run,
) -> PictureText:
    """The text of a picture. Nothing of it is written to the disk, and of the file nothing but the text is kept.

    Args:
        data: a PNG, JPEG, WebP, TIFF, GIF, BMP or AVIF file.
        is_stopped: asked ten times a second whether the person has had enough; the process is then ended at once.
        limits: what the reading may cost.
        child: what runs in the process.

    Raises:
        InputError: it is no picture, too large, damaged, takes too long, or was stopped.
    """
    if len(data) > MOST_BYTES:
        raise InputError(
            f"This picture has {len(data) // 1_000_000:,} MB; {MOST_BYTES // 1_000_000} MB is the most.",
            hint="Save it as JPEG, or cut out the part with the text.",
        )
    process = RunningChild(limits, child)
    # Handed over on a thread of its own: a process that hangs must not hang this one.
    handing = Thread(target=process.hand, args=(data,), name="picture", daemon=True)
    try:
        handing.start()
        return _heard(process, limits, is_stopped)
    except GoneError:
        raise _died(process) from None
    except BrokenPromiseError:
        raise _crashed() from None
    finally:
        process.kill()
        handing.join()  # before the pipe is closed that it writes to
        process.end()


def read_picture_file(path: Path, is_stopped: Callable[[], bool] = lambda: False) -> PictureText:
    """The text of a picture in a file; raises what `read_picture` raises, and where the file cannot be read."""
    try:
        if path.is_dir():
            raise InputError(f"{path.name} is a folder, not a picture.", hint="Choose the picture in it.")
        if path.exists() and not path.is_file():
            raise InputError(f"{path.name} is no ordinary file.", hint="Choose a picture.")
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise InputError(
            "This picture cannot be opened.", hint="Check that the file is there and that you may read it."
        ) from error
    return read_picture(data, is_stopped)


def _heard(process: RunningChild, limits: Limits, is_stopped: Callable[[], bool]) -> PictureText:
    """What the process says of the picture."""
    until = time.monotonic() + limits.silent_seconds
    read: Read | None = None
    while True:
        payload = process.frame(_TICK_SECONDS)
        if is_stopped():
            raise InputError("The picture was not read, because this was stopped.")
        if payload is None:
            if time.monotonic() > until:
                raise InputError("This picture takes too long to be read.", hint=_SMALLER)
            if process.memory_bytes() > limits.memory_bytes + _LIBRARIES_BYTES:
                raise _too_much()
        elif read is not None:
            return _text(read, payload)
        else:
            reply = reply_in(payload)
            if isinstance(reply, Refused):
                raise InputError(_printable(reply.message), hint=_printable(reply.hint))
            if isinstance(reply, Stopped):
                _log.warning("A reader of pictures failed with %s.", reply.error)
                raise _crashed()
            read = reply


def _text(read: Read, pixels: bytes) -> PictureText:
    if len(pixels) != read.width * read.height * 3:
        raise BrokenPromiseError
    lines = tuple(PictureLine(_printable(text), score) for text, score in read.lines)
    return PictureText(lines, read.turned, read.frames, Preview(read.width, read.height, pixels))


def _died(process: RunningChild) -> InputError:
    process.see_out()
    return _too_much() if process.exit_status == OUT_OF_MEMORY else _crashed()


def _crashed() -> InputError:
    return InputError("This picture cannot be read: something in it is not as it should be.", hint=_SMALLER)


def _too_much() -> InputError:
    return InputError("This picture takes more memory to be read than a picture may.", hint=_SMALLER)


def _printable(text: str) -> str:
    return "".join(mark if mark.isprintable() else "\N{REPLACEMENT CHARACTER}" for mark in text)

"""Draw a page of a document as a picture, in the process that may be lost."""

from __future__ import annotations

import io
import os
import struct
import time
from contextlib import closing
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

from PIL import Image

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.readers.reader import file_name
from medbot_desktop.knowledge.reading.child import send_some
from medbot_desktop.knowledge.reading.confinement import confine
from medbot_desktop.knowledge.reading.messages import MOST_FRAME, BrokenPromiseError, Limits, frame
from medbot_desktop.knowledge.reading.running import GoneError, RunningChild

MOST_WIDTH = 2_000
"""Pixels; a picture is no wider."""

_MOST_HEIGHT = 4_000
_SIZE = struct.Struct(">II")
_COLOURS = 3
_WAIT_SECONDS = 0.1
_LIMITS = Limits(seconds=10.0, silent_seconds=20.0, is_awaited=True)


def page_picture(path: Path, page: int, width: int, limits: Limits = _LIMITS) -> bytes:
    """A page of a PDF, of a picture or of a TIFF file, as PNG.

    Args:
        path: the file.
        page: number of the page, from 1.
        width: of the picture, in pixels, up to `MOST_WIDTH`.
        limits: what it may cost.

    Raises:
        LibraryError: the page cannot be drawn.
    """
    width = max(1, min(width, MOST_WIDTH))
    child = RunningChild(limits, partial(_draw_for, page, width))
    try:
        child.ask(path)
        pixels = _received(child, limits)
        size = _SIZE.unpack_from(pixels)
        if (
            size[0] != width
            or not 0 < size[1] <= _MOST_HEIGHT
            or len(pixels) != _SIZE.size + _COLOURS * width * size[1]
        ):
            raise BrokenPromiseError
        png = io.BytesIO()
        # What the child sent is read as bare pixels: no decoder of this process sees anything of the file.
        Image.frombytes("RGB", size, memoryview(pixels)[_SIZE.size :]).save(png, "PNG", compress_level=1)
        return png.getvalue()
    except (GoneError, BrokenPromiseError, struct.error) as error:
        raise LibraryError(
            f"Page {page:,} of {file_name(path)} cannot be shown as a picture.", hint="Its text is still there."
        ) from error
    finally:
        child.end()


def _received(child: RunningChild, limits: Limits) -> bytearray:
    """All that the child sends, up to its empty frame."""
    most = _SIZE.size + _COLOURS * MOST_WIDTH * _MOST_HEIGHT
    until = time.monotonic() + limits.silent_seconds
    content = bytearray()
    while time.monotonic() < until and child.memory_bytes() <= limits.memory_bytes:
        part = child.frame(_WAIT_SECONDS)
        if part == b"":
            return content
        content += part or b""
        if len(content) > most:
            raise BrokenPromiseError
    raise GoneError


def _draw_for(page: int, width: int, requests: Connection, replies: Connection, limits: Limits) -> None:
    """The child's side: draw one page and end; whatever goes wrong, the parent only sees that nothing comes."""
    confine(limits)
    path = Path(os.fsdecode(requests.recv_bytes()))
    picture = _drawn(path, page, width).convert("RGB")
    content = _SIZE.pack(*picture.size) + picture.tobytes()
    for start in range(0, len(content), MOST_FRAME):
        _send(replies, frame(content[start : start + MOST_FRAME]))
    _send(replies, frame(b""))


def _drawn(path: Path, page: int, width: int) -> Image.Image:
    with path.open("rb") as file:
        is_pdf = b"%PDF-" in file.read(1024)
    if is_pdf:
        import pypdfium2 as pdfium

        with closing(pdfium.PdfDocument(path)) as pdf, closing(pdf[page - 1]) as sheet:
            scale = min(width / sheet.get_width(), _MOST_HEIGHT / sheet.get_height())
            picture: Image.Image = sheet.render(scale=scale, may_draw_forms=False).to_pil()
            return picture.resize((width, min(_MOST_HEIGHT, max(1, round(width * picture.height / picture.width)))))
    with Image.open(path) as scan:
        scan.seek(page - 1)
        height = min(_MOST_HEIGHT, max(1, round(width * scan.height / scan.width)))
        return scan.convert("RGB").resize((width, height))


def _send(replies: Connection, data: bytes) -> None:
    sent = 0
    with memoryview(data) as left:
        while sent < len(left):
            sent += send_some(replies, left[sent:])

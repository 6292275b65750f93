"""Bring a picture, of whatever mode and size, into the form in which its words are recognised: upright and on paper."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from PIL import Image, ImageOps

FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF")
"""The formats that are opened, as Pillow names them."""

MOST_PIXELS = 80_000_000
"""Of a picture as it is decoded; a JPEG is made smaller meanwhile, so that it may have more."""

SIDE = 2_400
"""Pixels of the longer side of what is read: an A4 sheet at 200 dots per inch."""

LEAST_SIDE = 12
"""Pixels of the shorter side below which a picture holds no words."""

BROKEN = (
    OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError, RuntimeError,
    EOFError, struct.error, zlib.error,
)  # fmt: skip
"""What Pillow raises on files that are not whole."""

_PLAIN = ("L", "RGB", "RGBA")


class TooManyPixelsError(Exception):
    """The picture is too large to be decoded."""


def on_paper(file: Image.Image) -> Image.Image:
    """A picture in colours, upright as the camera says, on white, and no larger than it has to be.

    Args:
        file: the picture, open and not yet decoded.

    Raises:
        TooManyPixelsError: it is too large, which is told before it is decoded.
    """
    file.draft("RGB", (SIDE, SIDE))  # a JPEG is made smaller while it is read
    if file.width * file.height > MOST_PIXELS:
        raise TooManyPixelsError
    picture = file if file.mode in _PLAIN else _plain(file)
    if max(picture.size) > SIDE:
        picture = picture.reduce(max(max(picture.size) // SIDE, 1))
        picture.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    upright = ImageOps.exif_transpose(picture)
    if not _is_transparent(upright):
        return upright.convert("RGB")
    see_through = upright.convert("RGBA")
    paper = Image.new("RGB", see_through.size, "white")
    paper.paste(see_through, mask=see_through.getchannel("A"))
    return paper


def _plain(picture: Image.Image) -> Image.Image:
    """A picture in a mode that keeps what it shows and in which it can be made smaller."""
    if _is_transparent(picture):
        return picture.convert("RGBA")
    if picture.mode.startswith("I"):  # greys of 16 bits and more
        greys = np.asarray(picture)
        return Image.fromarray((greys >> max(int(greys.max()).bit_length() - 8, 0)).astype(np.uint8))
    return picture.convert("L" if picture.mode == "1" else "RGB")


def _is_transparent(picture: Image.Image) -> bool:
    return picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info

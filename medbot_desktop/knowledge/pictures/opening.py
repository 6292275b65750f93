"""Open the bytes of a picture, or say in a sentence why they are none that can be read."""

from __future__ import annotations

import io

from PIL import Image, ImageOps, UnidentifiedImageError, features

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.readers.on_paper import (
    BROKEN,
    FORMATS,
    LEAST_SIDE,
    MOST_PIXELS,
    TooManyPixelsError,
    on_paper,
)

_MOST_JPEG_PIXELS = 250_000_000  # before it is made smaller while it is decoded
_MEGA = 1_000_000
_HEIC = frozenset((b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"))
_START = 1_024  # bytes
_DULL = 110  # of 256 greys between the darkest and the lightest: less is stretched
_ENDS = 1  # per cent of the pixels that may lie beyond those two


def opened(data: bytes) -> tuple[Image.Image, int]:
    """The picture, upright as the camera says, and how many the file holds.

    Args:
        data: a file in one of the formats of pictures.

    Raises:
        LibraryError: it is empty, none, in a format that cannot be read, damaged or too large.
    """
    _refuse_others(data)
    Image.MAX_IMAGE_PIXELS = None  # what is too large is told below, before anything is decoded
    formats = (*FORMATS, "AVIF") if features.check("avif") else FORMATS
    try:
        with Image.open(io.BytesIO(data), formats=formats) as file:
            pixels = file.width * file.height
            if pixels > (_MOST_JPEG_PIXELS if file.format == "JPEG" else MOST_PIXELS):
                raise _too_large(pixels)
            if min(file.size) < LEAST_SIDE:
                raise LibraryError(
                    f"This picture has only {file.width:,} × {file.height:,} pixels, too few for any text.",
                    hint="Take a photo of the whole label from near by.",
                )
            frames = int(getattr(file, "n_frames", 1))
            return _with_contrast(on_paper(file)), frames
    except UnidentifiedImageError as error:
        raise LibraryError(
            "This file is no picture that can be read.", hint="Choose a PNG, JPEG, WebP or TIFF picture."
        ) from error
    except TooManyPixelsError as error:
        raise _too_large(pixels) from error
    except BROKEN as error:
        raise LibraryError(
            "This picture is damaged, or only a part of it is there.", hint="Take it again, or copy it once more."
        ) from error


def _refuse_others(data: bytes) -> None:
    """Say of what is often taken for a picture what to do with it."""
    start = data[:_START].lstrip()
    if not data:
        raise LibraryError("This picture is empty.", hint="Take it again, or copy it once more.")
    if start.startswith(b"%PDF"):
        raise LibraryError(
            "This is a PDF document, not a picture.", hint="Add it to the library, or take a photo of the page."
        )
    if b"<svg" in start.lower():
        raise LibraryError("This is a drawing (SVG), not a photo.", hint="Save it as PNG, or type what it says.")
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC:
        raise LibraryError(
            "HEIC photos, as some telephones take them, cannot be read here.",
            hint="Save or send the photo as JPEG; on an iPhone choose Settings, Camera, Formats, Most Compatible.",
        )


def _too_large(pixels: int) -> LibraryError:
    most = MOST_PIXELS // _MEGA
    return LibraryError(
        f"This picture has {max(pixels // _MEGA, most + 1):,} megapixels, too many to be read.",
        hint=f"Cut out the part with the text, or save it as JPEG; other pictures may have {most} megapixels.",
    )


def _with_contrast(picture: Image.Image) -> Image.Image:
    """The picture with its greys stretched where they lie close together."""
    histogram = picture.convert("L").histogram()
    spare = sum(histogram) * _ENDS // 100
    darkest = _first_beyond(histogram, spare)
    lightest = 255 - _first_beyond(histogram[::-1], spare)
    return ImageOps.autocontrast(picture, _ENDS) if lightest - darkest < _DULL else picture


def _first_beyond(histogram: list[int], spare: int) -> int:
    """The first grey up to which there are more pixels than may lie beyond."""
    for grey, count in enumerate(histogram):
        spare -= count
        if spare < 0:
            return grey
    return 255

"""Read scanned pages and photographs of pages: the words are recognised and laid out like those of any page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pypdfium2 as pdfium
from PIL import Image

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.document import Document
from medbot_desktop.knowledge.readers.ocr import Recognised, recognised
from medbot_desktop.knowledge.readers.on_paper import BROKEN, FORMATS, LEAST_SIDE, SIDE, TooManyPixelsError, on_paper
from medbot_desktop.knowledge.readers.pdf_page import Page, columns_of
from medbot_desktop.knowledge.readers.pdf_structure import document_of
from medbot_desktop.knowledge.readers.reader import MEGABYTE, Facts, damaged, file_name, file_size
from medbot_desktop.knowledge.reading.page_marks import page_read

_KIND = "picture"
_PAGED = "TIFF"
_MOST_BYTES = 300 * MEGABYTE
_MOST_PAGES = 500
_DOTS = 200  # to the inch
_POINTS = 72  # to the inch


class ScanReader:
    """Reads a picture of a page, or the pages of a TIFF file."""

    def read(self, path: Path) -> Iterator[Document]:
        """The file as one document; its title is its largest line, else the file's name."""
        if file_size(path) > _MOST_BYTES:
            raise _too_large(path)
        pages = []
        for number, (picture, count) in enumerate(_pictures(path), start=1):
            pages.append(recognised_page(picture, 1.0, number))
            page_read(number, count)
        yield document_of(pages, Facts(), path)


def rendered(page: pdfium.PdfPage) -> tuple[Image.Image, float]:
    """A PDF page as a picture.

    Args:
        page: the page.

    Returns:
        The picture, no larger than it has to be to be read, and its pixels for each point of the page.
    """
    width, height = page.get_size()
    scale = min(_DOTS / _POINTS, SIDE / max(width, height, 1.0))
    with closing(page.render(scale=scale, may_draw_forms=False, fill_color=(255, 255, 255, 255))) as bitmap:
        return bitmap.to_pil().convert("RGB"), scale


def recognised_page(picture: Image.Image, scale: float, number: int) -> Page:
    """The page that a picture shows.

    Args:
        picture: the picture.
        scale: its pixels for each point of the page.
        number: of the page, from 1.
    """
    read = Recognised([], [], picture) if min(picture.size) < LEAST_SIDE else recognised(picture)
    placed = [
        replace(
            word,
            left=word.left / scale,
            right=word.right / scale,
            top=word.top / scale,
            bottom=word.bottom / scale,
            base=word.base / scale,
            size=word.size / scale,
        )
        for word in read.words
    ]
    return Page(number, read.picture.height / scale, tuple(columns_of(placed)), recognised=True)


def _pictures(path: Path) -> Iterator[tuple[Image.Image, int]]:
    """The pages of a picture file, one at a time, in colours and no larger than they have to be, and their count."""
    number, count = 0, 1
    while number < count:
        # Opened anew for each page, so that the large picture is not held while the small one is read.
        picture, count = _page_of(path, number)
        yield picture, count
        number += 1


def _page_of(path: Path, number: int) -> tuple[Image.Image, int]:
    """A page of a picture file, and how many it has."""
    try:
        with Image.open(path, formats=FORMATS) as file:
            count = getattr(file, "n_frames", 1) if file.format == _PAGED else 1
            if count > _MOST_PAGES:
                raise _too_large(path)
            file.seek(number)
            return on_paper(file), count
    except (Image.DecompressionBombError, TooManyPixelsError) as error:
        raise _too_large(path) from error
    except BROKEN as error:
        raise damaged(path, _KIND) from error


def _too_large(path: Path) -> LibraryError:
    return LibraryError(
        f"{file_name(path)} is too large a picture to be read.",
        hint="Scan it with fewer dots per inch, 300 are enough.",
    )

"""Read PDF files: text in reading order, headings, tables as rows; pages without text are recognised as pictures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pypdfium2 as pdfium
from pypdfium2 import raw

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.document import Document
from medbot_desktop.knowledge.readers.pdf_page import Page, columns_of
from medbot_desktop.knowledge.readers.pdf_rules import Drawing, drawing_on
from medbot_desktop.knowledge.readers.pdf_structure import document_of
from medbot_desktop.knowledge.readers.pdf_words import PageWords, words_on
from medbot_desktop.knowledge.readers.reader import MEGABYTE, SAVE_AGAIN, Facts, damaged, file_name, file_size
from medbot_desktop.knowledge.reading.page_marks import page_read

_KIND = "PDF"
_MOST_BYTES = 500 * MEGABYTE
_MOST_PAGES = 5_000
_MOST_ON_PAGE = 100_000
_MOST_CHARACTERS = 20_000_000
_TEXT = 20  # characters: a page with fewer has its text in pictures, if it has any
_STAMP = 200  # characters: fewer may be no more than a stamp on a scanned page
_COVERING = 0.7  # of the page: a picture that large may be a scanned page
_MOST_PIXELS = 80_000_000
_UNREADABLE = 0.3


class PdfReader:
    """Reads a PDF."""

    def read(self, path: Path) -> Iterator[Document]:
        """The file as one document; its title is the one that it states, else its largest line on the first page."""
        if file_size(path) > _MOST_BYTES:
            raise LibraryError(
                f"{file_name(path)} is larger than the {_MOST_BYTES // MEGABYTE} MB that a PDF may have.",
                hint="Split it into smaller files and add those.",
            )
        with closing(_opened(path)) as pdf:
            stated = Facts(title=pdf.get_metadata_value("Title"), language=_language(pdf))
            pages = []
            for page in _pages(pdf, path):
                pages.append(page)
                page_read(page.number, len(pdf))
        yield document_of(pages, stated, path)


def _opened(path: Path) -> pdfium.PdfDocument:
    try:
        pdf = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            raise LibraryError(
                f"{file_name(path)} is encrypted.", hint="Save it without a password, and add that."
            ) from error
        raise damaged(path, _KIND) from error
    except (OSError, ValueError) as error:
        raise damaged(path, _KIND) from error
    if len(pdf) > _MOST_PAGES:
        count = len(pdf)
        pdf.close()
        raise LibraryError(
            f"{file_name(path)} has {count:,} pages; a PDF may have {_MOST_PAGES:,}.",
            hint="Split it into smaller files and add those.",
        )
    return pdf


def _language(pdf: pdfium.PdfDocument) -> str:
    size = raw.FPDFCatalog_GetLanguage(pdf.raw, None, 0)
    if not 2 < size < 100:
        return ""
    letters = (raw.FPDF_WCHAR * (size // 2 + 1))()
    raw.FPDFCatalog_GetLanguage(pdf.raw, letters, size)
    return bytes(letters)[: size - 2].decode("utf-16-le", "replace")


def _pages(pdf: pdfium.PdfDocument, path: Path) -> Iterator[Page]:
    characters = 0
    for index in range(len(pdf)):
        try:
            with closing(pdf[index]) as page:
                words, drawing = _content(page, index + 1, path)
                if _is_picture(words, drawing):
                    yield _recognised(page, words, drawing, index + 1, path)
                    continue
        except pdfium.PdfiumError as error:
            raise LibraryError(
                f"{file_name(path)} is damaged: page {index + 1} cannot be read.", hint=SAVE_AGAIN
            ) from error
        characters += words.characters
        if characters > _MOST_CHARACTERS:
            raise _too_much(path)
        yield _page(words, drawing, index + 1)


def _content(page: pdfium.PdfPage, number: int, path: Path) -> tuple[PageWords, Drawing]:
    with closing(page.get_textpage()) as text:
        if text.count_chars() > _MOST_ON_PAGE:
            raise _too_much(path, number)
        words = words_on(text.raw, page.get_bbox(), page.get_rotation())
    return words, drawing_on(page.raw, words.frame)


def _page(words: PageWords, drawing: Drawing, number: int) -> Page:
    columns = columns_of(words.words, drawing.rules)
    for turned in words.turned:
        columns += columns_of(turned)
    return Page(number, words.frame.height, tuple(columns))


def _is_picture(words: PageWords, drawing: Drawing) -> bool:
    """Whether a page's text is to be recognised: it has none, only a stamp on a large picture, or none that is text."""
    if not drawing.has_shapes:
        return False
    if words.characters < _TEXT:
        return True
    if words.characters < _STAMP and any(share >= _COVERING for _, _, share in drawing.pictures):
        return True
    text = "".join(word.text for word in words.words)
    return sum(1 for letter in text if not letter.isprintable() or letter == "\ufffd") > _UNREADABLE * len(text)


def _recognised(page: pdfium.PdfPage, words: PageWords, drawing: Drawing, number: int, path: Path) -> Page:
    from medbot_desktop.knowledge.readers.scans import recognised_page, rendered

    if any(width * height > _MOST_PIXELS for width, height, _ in drawing.pictures):
        raise LibraryError(
            f"The picture on page {number} of {file_name(path)} is too large to be read.",
            hint="Scan the page with fewer dots per inch, 300 are enough.",
        )
    found = recognised_page(*rendered(page), number)
    written = _page(words, drawing, number)
    return found if _letters(found) >= _letters(written) else written


def _letters(page: Page) -> int:
    return sum(len(word) for column in page.columns for part in column.parts for word in part.words)


def _too_much(path: Path, number: int = 0) -> LibraryError:
    where = f"Page {number} of {file_name(path)}" if number else file_name(path)
    return LibraryError(f"{where} holds more text than a document may have.", hint="Split it, and add the parts.")

"""Scanned pages and photographs: the words are recognised in order, whichever way the sheet was laid down."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.document import Document
from medbot_desktop.knowledge.readers.kinds import reader_for
from medbot_desktop.knowledge.readers.pdf import PdfReader
from medbot_desktop.knowledge.readers.scans import ScanReader
from tests.unit.knowledge.readers.made_pdfs import SENTENCE, one_page, picture_object, text_at
from tests.unit.knowledge.readers.word_order import FILES, share_in_order, true_text

FORMATS = ("png", "jpeg", "tiff", "webp", "bmp")


def slip(*lines: str, height: int = 200) -> Image.Image:
    """A small sheet of paper with some lines on it."""
    picture = Image.new("RGB", (560, height), "white")
    drawing = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        drawing.text((30, 30 + number * 45), line, fill="black", font_size=24)
    return picture


def read(path: Path) -> Document:
    return next(ScanReader().read(path))


@pytest.fixture(scope="module")
def clean_scan() -> Document:
    return next(PdfReader().read(FILES / "scan_clean.pdf"))


def test_the_words_of_a_clean_scan_come_out_in_reading_order(clean_scan: Document) -> None:
    assert share_in_order(clean_scan, true_text("scan_clean")) >= 0.98


def test_the_headings_of_a_scan_are_told_by_their_size(clean_scan: Document) -> None:
    assert [part.heading for part in clean_scan.sections] == ["Cleaning the treatment rooms", "Home visits"]


def test_the_title_of_a_scan_is_its_largest_line(clean_scan: Document) -> None:
    assert clean_scan.title == "Procedures for the evening"


def test_the_blocks_of_a_scan_know_their_page(clean_scan: Document) -> None:
    assert {block.page for part in clean_scan.sections for block in part.blocks} == {1}


def test_a_paragraph_of_a_scan_is_whole_over_its_lines(clean_scan: Document) -> None:
    expected = "Dogs are shut away before the visitor comes in. Nobody works alone in a home where there were threats"
    assert any(block.text.startswith(expected + " before;") for part in clean_scan.sections for block in part.blocks)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["scan_noisy", "scan_columns_sideways"])
def test_the_words_of_a_bad_scan_come_out_in_reading_order(name: str) -> None:
    assert share_in_order(next(PdfReader().read(FILES / f"{name}.pdf")), true_text(name)) >= 0.98


@pytest.mark.slow
def test_the_words_of_a_crooked_photograph_come_out_in_reading_order() -> None:
    assert share_in_order(read(FILES / "scan_photo.jpeg"), true_text("scan_photo")) >= 0.98


@pytest.mark.parametrize("kind", FORMATS)
def test_each_format_of_pictures_is_told_from_its_content_and_read(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "slip of paper"
    slip("Wash your hands", "for forty seconds.").save(path, kind)
    reader = reader_for(path)
    assert isinstance(reader, ScanReader)
    assert next(reader.read(path)).body == "Wash your hands for forty seconds."


@pytest.mark.parametrize("turn", [Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270])
def test_a_sheet_that_was_laid_down_the_wrong_way_round_is_read(turn: Image.Transpose, tmp_path: Path) -> None:
    path = tmp_path / "slip.png"
    slip("Wash your hands before the first", "patient and after the last one.").transpose(turn).save(path)
    assert read(path).body == "Wash your hands before the first patient and after the last one."


def test_a_sheet_that_lies_a_little_crooked_keeps_the_order_of_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "slip.png"
    sheet = slip("Wash your hands before the first", "patient and after the last one.")
    sheet.rotate(3, resample=Image.Resampling.BICUBIC, fillcolor="white").save(path)
    assert read(path).body == "Wash your hands before the first patient and after the last one."


def test_the_pages_of_a_tiff_file_are_numbered(tmp_path: Path) -> None:
    path = tmp_path / "slips.tiff"
    slip("Wash your hands.").save(path, save_all=True, append_images=[slip("Dry them well.")])
    blocks = [(block.text, block.page) for part in read(path).sections for block in part.blocks]
    assert blocks == [("Wash your hands.", 1), ("Dry them well.", 2)]


def test_a_transparent_picture_is_read_as_on_paper(tmp_path: Path) -> None:
    path = tmp_path / "slip.png"
    see_through = Image.new("RGBA", (560, 200))
    see_through.putalpha(ImageOps.invert(slip("Wash your hands.").convert("L")))
    see_through.save(path)
    assert read(path).body == "Wash your hands."


def test_a_picture_in_greys_of_sixteen_bits_is_read(tmp_path: Path) -> None:
    path = tmp_path / "slip.png"
    greys = np.asarray(slip("Wash your hands.").convert("L")).astype(np.uint16) * 257
    Image.fromarray(greys).save(path)
    assert read(path).body == "Wash your hands."


def test_a_photograph_that_is_marked_as_turned_is_read_upright(tmp_path: Path) -> None:
    path = tmp_path / "slip.jpeg"
    turned = slip("Wash your hands.").transpose(Image.Transpose.ROTATE_90)
    turned.getexif()[0x0112] = 6
    turned.save(path, exif=turned.getexif())
    assert read(path).body == "Wash your hands."


def test_a_page_with_a_stamp_on_a_scan_is_recognised(tmp_path: Path) -> None:
    picture = slip("Wash your hands before the first", "patient and after the last one.").convert("L")
    path = tmp_path / "stamped.pdf"
    content = b"q 560 0 0 200 0 0 cm /I Do Q\n" + text_at("Received by the front desk, 3 May", 300, 10, 6)
    more = [picture_object(*picture.size, picture.tobytes())]
    path.write_bytes(one_page(content, b"/XObject << /I 6 0 R >>", "0 0 560 200", more))
    assert "Wash your hands before the first patient" in next(PdfReader().read(path)).body


def test_a_page_with_text_beside_a_picture_is_not_recognised(tmp_path: Path) -> None:
    picture = slip("Not to be read.").convert("L")
    path = tmp_path / "with_picture.pdf"
    content = b"q 280 0 0 100 0 0 cm /I Do Q\n" + text_at(SENTENCE, 60, 700)
    more = [picture_object(*picture.size, picture.tobytes())]
    path.write_bytes(one_page(content, b"/XObject << /I 6 0 R >>", more=more))
    assert next(PdfReader().read(path)).body == SENTENCE


def test_a_picture_without_words_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wall.png"
    slip().save(path)
    with pytest.raises(LibraryError, match=r"wall.png has no text in it\."):
        read(path)


def test_a_picture_of_thirty_thousand_pixels_a_side_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    size = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    head = struct.pack(">I", 13) + b"IHDR" + size + struct.pack(">I", zlib.crc32(b"IHDR" + size))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + head + struct.pack(">I", 0) + b"IDAT" + b"\x00" * 4)
    with pytest.raises(LibraryError, match=r"huge.png is too large a picture"):
        read(path)


def test_a_picture_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.png"
    slip("Wash your hands.").save(path)
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(LibraryError, match=r"cut.png is damaged"):
        read(path)

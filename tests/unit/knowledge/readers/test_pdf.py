"""PDF files: every word in the order in which a person reads it, with its headings, tables and pages."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import pytest

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.document import Document
from medbot_desktop.knowledge.readers.kinds import reader_for
from medbot_desktop.knowledge.readers.pdf import PdfReader
from tests.unit.knowledge.readers.made_pdfs import (
    SENTENCE,
    file_of,
    form_object,
    one_page,
    picture_object,
    text_at,
)
from tests.unit.knowledge.readers.word_order import FILES, share_in_order, true_text

WRITTEN = [
    "chromium_formulary",
    "chromium_leaflet",
    "chromium_plan",
    "drawn_letters",
    "drawn_slide",
    "drawn_turned",
    "latex_article",
    "latex_report",
    "latex_two_columns",
    "scan_searchable",
    "writer_columns",
    "writer_handbook",
    "writer_landscape",
]


@lru_cache
def document(name: str) -> Document:
    return next(PdfReader().read(FILES / f"{name}.pdf"))


def read(data: bytes, folder: Path, name: str = "made.pdf") -> Document:
    path = folder / name
    path.write_bytes(data)
    return next(PdfReader().read(path))


def refusal(data: bytes, folder: Path) -> LibraryError:
    with pytest.raises(LibraryError) as refused:
        read(data, folder)
    return refused.value


def section(name: str, heading: str) -> list[str]:
    return [block.text for part in document(name).sections if part.heading == heading for block in part.blocks]


@pytest.mark.parametrize("name", WRITTEN)
def test_the_words_come_out_in_reading_order(name: str) -> None:
    assert share_in_order(document(name), true_text(name)) >= 0.98


@pytest.mark.parametrize("name", WRITTEN)
def test_no_words_come_out_that_are_not_in_the_document(name: str) -> None:
    allowed = set(re.findall(r"\w+", true_text(name).casefold()))
    assert set(re.findall(r"\w+", document(name).body.casefold())) <= allowed


@pytest.mark.parametrize("name", WRITTEN)
def test_blocks_lie_where_they_say_in_the_body(name: str) -> None:
    body = document(name).body
    assert all(body[block.start : block.end] == block.text for part in document(name).sections for block in part.blocks)


@pytest.mark.parametrize("name", WRITTEN)
def test_paragraphs_are_whole_over_lines_columns_and_pages(name: str) -> None:
    true = {line for line in true_text(name).splitlines() if len(line.split()) > 20}
    whole = {block.text for part in document(name).sections for block in part.blocks}
    assert true <= whole


def test_a_pdf_is_told_from_its_content() -> None:
    assert isinstance(reader_for(FILES / "drawn_slide.pdf"), PdfReader)


def test_headings_stand_under_larger_ones() -> None:
    found = [(part.heading, part.above) for part in document("writer_handbook").sections]
    assert found == [
        ("Answering the telephone", ()),
        ("Cleaning the treatment rooms", ()),
        ("Every morning", ("Cleaning the treatment rooms",)),
        ("Repeating a prescription", ()),
        ("Usual doses", ("Repeating a prescription",)),
        ("After a fall in the building", ()),
        ("Home visits", ()),
        ("What the bag holds", ("Home visits",)),
        ("Weighing and measuring children", ()),
    ]


def test_the_title_is_the_one_that_the_file_states() -> None:
    assert document("chromium_formulary").title == "Formulary 2026"


def test_a_file_that_states_no_title_has_its_largest_line() -> None:
    assert document("latex_article").title == "Procedures of the Lakeside Clinic"


def test_a_title_that_a_program_made_up_is_passed_over() -> None:
    assert document("drawn_turned").title == "Keeping the vaccine fridge cold"


def test_a_document_without_title_and_headings_has_its_files_name(tmp_path: Path) -> None:
    assert read(one_page(text_at(SENTENCE, 60, 700)), tmp_path, "Cold_chain.pdf").title == "Cold chain"


def test_the_language_is_the_one_that_the_file_states() -> None:
    assert document("chromium_leaflet").language == "en"


def test_the_rows_of_a_ruled_table_carry_its_header_over_a_page_break() -> None:
    parts = [part for part in document("writer_handbook").sections if part.heading == "Usual doses"]
    header = "Medicine | Strength | Dose for an adult | How often"
    rows = [(block.page, block.header) for block in parts[0].blocks if " | " in block.text]
    assert rows == [(1, ""), *[(1, header)] * 3, *[(2, header)] * 2]


def test_the_rows_of_a_table_without_lines_are_whole_where_their_cells_are_wrapped() -> None:
    row = (
        "Doxycycline for children | half of it | once a day | "
        "Weigh the child first. Not for children under twelve; stay out of strong sun."
    )
    assert row in section("chromium_formulary", "Formulary of the clinic")


def test_the_rows_of_a_table_are_whole_where_their_cells_stand_in_the_middle() -> None:
    rows = section("chromium_plan", "Plan")
    assert [row.split(" | ")[:2] for row in rows[1:]] == [
        ["Situation", "Who acts"],
        ["Fire", "whoever sees it"],
        ["Flood in the basement", "the caretaker"],
        ["Power failure", "the nurse in charge"],
        ["Threat", "two people"],
    ]


def test_a_header_that_is_repeated_on_each_page_is_told_once() -> None:
    assert document("chromium_formulary").body.count("What to remember") == 1


def test_headers_and_footers_are_dropped() -> None:
    assert not re.search("Printed copies|handbook for new staff|of 3", document("writer_handbook").body)


def test_the_name_of_the_chapter_on_top_of_its_pages_is_dropped() -> None:
    assert "CHAPTER" not in document("latex_report").body


def test_page_numbers_are_dropped() -> None:
    assert not re.search(r"^\d+$", document("latex_article").body, re.MULTILINE)


def test_the_table_of_contents_is_dropped() -> None:
    assert document("latex_article").body.count("Dressing a simple wound") == 1


def test_blocks_know_the_page_that_they_begin_on() -> None:
    pages = [block.page for part in document("drawn_turned").sections for block in part.blocks]
    assert sorted(set(filter(None, pages))) == [1, 2, 3, 4]
    assert pages[-1] == 4


def test_steps_keep_their_numbers_and_other_items_lose_their_bullets() -> None:
    assert (
        section("writer_handbook", "Every morning")[0]
        == "1. Switch the suction pump on and let it run for ten seconds."
    )
    assert section("writer_handbook", "What the bag holds")[1] == "a torch whose battery was changed this year"


def test_a_word_broken_at_the_end_of_a_line_is_whole() -> None:
    assert "brings the defibrillator and notes the time of the collapse" in document("drawn_letters").body


def test_a_hyphen_that_the_document_writes_elsewhere_too_stays() -> None:
    assert (
        "the follow-up is free, and the patient is reminded of the follow-up by letter"
        in document("drawn_letters").body
    )


def test_a_power_never_reads_as_a_longer_number() -> None:
    assert "5 × 10⁹ white cells, and CO2 is measured" in document("drawn_letters").body


def test_the_mark_of_a_footnote_is_raised_and_its_note_stands_below() -> None:
    assert "their own first name,¹ and asks" in document("writer_handbook").body
    assert "¹ The office keeps the manual" in document("latex_article").body


def test_a_heading_that_is_drawn_twice_is_read_once() -> None:
    assert document("drawn_letters").title == "Efficient first aid"


def test_headings_from_right_to_left_read_as_they_are_written() -> None:
    headings = [line for line in document("chromium_leaflet").body.splitlines() if not line.isascii()]
    assert headings == ["טיפול בפצעים בבית", "العناية بالجروح"]


def test_text_outside_the_visible_page_is_not_read(tmp_path: Path) -> None:
    content = text_at(SENTENCE, 60, 700) + text_at("Cut off by the printer.", 60, 900)
    assert read(one_page(content), tmp_path).body == SENTENCE


def test_an_encrypted_file_is_refused() -> None:
    with pytest.raises(LibraryError, match=r"encrypted.pdf is encrypted\."):
        next(PdfReader().read(FILES / "encrypted.pdf"))


def test_a_file_of_ten_thousand_pages_is_refused(tmp_path: Path) -> None:
    assert "has 10,000 pages" in refusal(one_page(text_at(SENTENCE, 60, 700), pages=10_000), tmp_path).message


def test_a_file_with_blank_pages_only_is_refused(tmp_path: Path) -> None:
    assert refusal(one_page(b""), tmp_path).message == "made.pdf has no text in it."


def test_a_file_without_pages_is_refused(tmp_path: Path) -> None:
    pages = b"<< /Type /Pages /Count 0 /Kids [] >>"
    assert refusal(file_of([b"<< /Type /Catalog /Pages 2 0 R >>", pages]), tmp_path).message.startswith("made.pdf")


def test_a_file_that_only_begins_like_a_pdf_is_refused(tmp_path: Path) -> None:
    assert "damaged" in refusal(b"%PDF-1.7\nnothing of the kind", tmp_path).message


def test_a_damaged_table_of_offsets_is_made_up_for(tmp_path: Path) -> None:
    data = one_page(text_at(SENTENCE, 60, 700)).replace(b"startxref\n", b"startxref\n99")
    assert read(data, tmp_path).body == SENTENCE


def test_a_form_that_draws_itself_is_read_once(tmp_path: Path) -> None:
    form = form_object(text_at("Inside the form.", 60, 500) + b"/X Do", b"/XObject << /X 6 0 R >>")
    data = one_page(text_at(SENTENCE, 60, 700) + b"/X Do", b"/XObject << /X 6 0 R >>", more=[form])
    assert read(data, tmp_path).body == f"{SENTENCE}\nInside the form."


def test_a_page_of_a_hundred_metres_is_read(tmp_path: Path) -> None:
    assert read(one_page(text_at(SENTENCE, 60, 700), box="0 0 283465 283465"), tmp_path).body == SENTENCE


def test_a_picture_of_thirty_thousand_pixels_a_side_is_refused(tmp_path: Path) -> None:
    picture = picture_object(30_000, 30_000, bytes(1_000))
    data = one_page(b"q 595 0 0 842 0 0 cm /I Do Q", b"/XObject << /I 6 0 R >>", more=[picture])
    assert "page 1 of made.pdf is too large" in refusal(data, tmp_path).message


def test_more_text_than_a_page_can_hold_is_refused(tmp_path: Path) -> None:
    content = b"".join(text_at("ab cd", n % 590, n * 7 % 800, 2) for n in range(21_000))
    assert "holds more text" in refusal(one_page(content), tmp_path).message

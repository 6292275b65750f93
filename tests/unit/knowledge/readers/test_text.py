"""The reader of plain text: paragraphs, items, the headings that are sure, and every encoding."""

from __future__ import annotations

from pathlib import Path

import pytest

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.document import Document
from medbot_desktop.knowledge.readers.text import TextReader, paragraphs


def read(tmp_path: Path, data: bytes | str, name: str = "Fever plan.txt") -> Document:
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return next(iter(TextReader().read(path)))


def outline(document: Document) -> list[tuple[str, ...]]:
    return [(*section.above, section.heading) for section in document.sections]


def words(document: Document) -> list[str]:
    return [block.text for section in document.sections for block in section.blocks]


def test_the_heading_that_a_text_begins_with_is_its_title(tmp_path: Path) -> None:
    document = read(tmp_path, "Fever in children\n=================\n\nDrink often.\n")
    assert (document.id, document.title) == ("fever-plan", "Fever in children")
    assert words(document) == ["Drink often."]


def test_a_text_without_a_heading_is_called_what_its_file_is_called(tmp_path: Path) -> None:
    assert read(tmp_path, "Drink often.\n", "Fever_plan 2026.txt").title == "Fever plan 2026"


def test_underlined_capital_and_numbered_lines_are_headings(tmp_path: Path) -> None:
    text = (
        "Plan\n====\n\nOne.\n\nDOSES\n\nTwo.\n\n1. Adults\n\nThree.\n\n1.2 Older adults\n\nFour.\n\nCare\n----\nFive.\n"
    )
    assert outline(read(tmp_path, text)) == [
        ("Plan",),
        ("DOSES",),
        ("1. Adults",),
        ("1. Adults", "1.2 Older adults"),
        ("Care",),
    ]


@pytest.mark.parametrize(
    "line",
    ["Take it twice a day.", "IBUPROFEN AND PARACETAMOL ARE NOT THE SAME.", "1. wash your hands", "12 mg", "OK"],
)
def test_a_line_that_may_be_a_sentence_is_no_heading(tmp_path: Path, line: str) -> None:
    document = read(tmp_path, f"First.\n\n{line}\n\nLast.\n")
    assert outline(document) == [("Fever plan",)]
    assert words(document)[1] == line


def test_numbered_steps_parted_by_empty_lines_are_no_headings(tmp_path: Path) -> None:
    assert words(read(tmp_path, "1. Sit\n\n2. Wait\n\n3. Call\n"))[:2] == ["1. Sit", "2. Wait"]


def test_lines_broken_by_hand_are_joined_and_items_are_kept_apart(tmp_path: Path) -> None:
    document = read(tmp_path, "Give fluids\noften.\n\n- Under three\n  months\n- A rash\n1. Call\n")
    assert words(document) == ["Give fluids often.", "Under three months", "A rash", "1. Call"]


def test_every_line_of_a_text_not_broken_by_hand_is_a_paragraph() -> None:
    long = "Drink. " * 60
    assert list(paragraphs(f"{long}\nSleep.")) == [long.strip(), "Sleep."]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Keep below 25 °C – don’t freeze.", "utf-8"),
        ("Keep below 25 °C – don’t freeze.", "utf-8-sig"),
        ("Keep below 25 °C – don’t freeze.", "utf-16"),
        ("Keep below 25 °C – don’t freeze.", "utf-32"),
        ("Keep below 25 °C – don’t freeze.", "utf-16-le"),
        ("Keep below 25 °C – don’t freeze.", "utf-16-be"),
        ("Keep below 25 °C – don’t freeze.", "utf-32-be"),
        ("Keep below 25 °C.", "cp1252"),
        ("Prenez deux comprimés, matin et soir. Œdème, nausées, fièvre élevée.", "cp1252"),
        ("Принимайте по одной таблетке два раза в день после еды.", "koi8_r"),
        ("Принимайте по одной таблетке два раза в день после еды.", "cp1251"),
        ("Принимайте по одной таблетке два раза в день после еды.", "utf-16-le"),
        ("Należy przyjmować jedną tabletkę dwa razy dziennie. Źródło żółci.", "cp1250"),
        ("Günde iki kez yemekten sonra bir tablet alın. Ateş düşmezse doktora başvurun.", "cp1254"),
        ("Πάρτε ένα δισκίο δύο φορές την ημέρα μετά το φαγητό.", "cp1253"),
        ("تناول قرصا واحدا مرتين في اليوم بعد الأكل.", "cp1256"),
        ("一日二回、食後に一錠を服用してください。", "shift_jis"),
        ("一日二回、食後に一錠を服用してください。", "utf-16-be"),
        ("每天两次，饭后服用一片。如果发烧持续，请咨询医生。", "gb18030"),
    ],
)
def test_a_text_is_read_in_the_encoding_that_it_was_written_in(tmp_path: Path, text: str, encoding: str) -> None:
    assert words(read(tmp_path, f"{text}\n".encode(encoding))) == [text]


def test_one_wrong_byte_does_not_change_how_the_rest_is_read(tmp_path: Path) -> None:
    assert "café" in read(tmp_path, "café, naïve, déjà ".encode() * 5 + b"\xff").body


def test_marks_that_no_screen_shows_are_left_out(tmp_path: Path) -> None:
    assert words(read(tmp_path, "para\u00adceta\u200bmol\U000e0041\n")) == ["paracetamol"]


@pytest.mark.parametrize("data", [b"", b" \n\t\n", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_a_file_without_text_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(LibraryError, match=r"^Fever plan\.txt has no text in it\.$"):
        read(tmp_path, data)


def test_a_program_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="is not a kind of document that can be read"):
        read(tmp_path, bytes(range(256)) * 40)


def test_a_text_too_long_for_one_document_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="is too long to be one document"):
        read(tmp_path, b"a\n" * 500_002)

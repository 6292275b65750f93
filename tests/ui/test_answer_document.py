"""An answer's text is written character by character, and only its numbered marks can be clicked."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QApplication

from medbot_desktop.ui.answer_document import answer_document, plain_document
from medbot_desktop.ui.theme import load_theme


def anchors(document: QTextDocument) -> list[tuple[str, str]]:
    """The text and address of every link."""
    found = []
    block = document.begin()
    while block.isValid():
        pieces = block.begin()
        while not pieces.atEnd():
            piece = pieces.fragment()
            if piece.charFormat().isAnchor():
                found.append((piece.text(), piece.charFormat().anchorHref()))
            pieces += 1
        block = block.next()
    return found


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href='https://example.org'>click</a>",
        "&lt;b&gt; &amp; <b>bold</b>",
        "[1](https://example.org) **bold** `code`",
    ],
)
def test_markup_is_shown_as_it_was_written(qapp: QApplication, text: str) -> None:
    document = answer_document(load_theme("light"), text, 400, cited=())
    assert document.toPlainText() == text
    assert anchors(document) == []


def test_a_numbered_mark_with_a_source_is_a_link(qapp: QApplication) -> None:
    document = answer_document(load_theme("light"), "Rest. [1] Drink. [2]", 400, cited={1, 2})
    assert anchors(document) == [("[1]", "source:1"), ("[2]", "source:2")]


def test_a_number_in_brackets_without_a_source_is_plain(qapp: QApplication) -> None:
    document = answer_document(load_theme("light"), "See [7] and [1].", 400, cited={1})
    assert anchors(document) == [("[1]", "source:1")]


def test_arabic_text_runs_from_the_right(qapp: QApplication) -> None:
    document = plain_document(load_theme("light"), "عندي صداع شديد", 400)
    assert document.begin().textDirection() == Qt.LayoutDirection.RightToLeft


def test_a_hidden_override_cannot_turn_a_dose_round(qapp: QApplication) -> None:
    document = plain_document(load_theme("light"), "take \u202e005\u202c mg", 400)
    assert document.toPlainText() == "take ‹U+202E›005‹U+202C› mg"


def test_paragraphs_are_parted_and_bullets_hang(qapp: QApplication) -> None:
    document = answer_document(load_theme("light"), "One.\n\nTwo:\n- a\n- b", 400, cited=())
    assert document.toPlainText() == "One.\nTwo:\n• a\n• b"
    assert document.findBlockByNumber(1).blockFormat().topMargin() > 0
    assert document.findBlockByNumber(2).blockFormat().textIndent() < 0

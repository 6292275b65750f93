"""A document is read as it was written, at the passage that was cited, and searched without the window waiting."""

from __future__ import annotations

import hashlib
import time
from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QFont, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit
from pytestqt.qtbot import QtBot

from medbot_desktop.knowledge.documents import DocumentSummary, DocumentText
from medbot_desktop.memory.contributions import Contribution
from medbot_desktop.ui.document_pieces import LONGEST_PIECE, in_units, pieces
from medbot_desktop.ui.document_view import DocumentView
from medbot_desktop.ui.library_jobs import OpenedDocument
from medbot_desktop.ui.library_reader import LibraryReader
from medbot_desktop.ui.theme import Appearance

from .shelved import FILES

SUMMARY = DocumentSummary(1, "k", "Title", "leaflets", "", None, 3, "en", (), "", None, "")
BODY = "First\n\nSome words here.\n\nSecond\n\nOther words there."


def text(body: str = BODY, *headings: tuple[int, int, int], pages: tuple[tuple[int, int], ...] = ()) -> DocumentText:
    return DocumentText(SUMMARY, body, headings, pages, "", "")


@pytest.fixture
def view(qtbot: QtBot, appearance: Appearance) -> DocumentView:
    view = DocumentView(appearance)
    qtbot.addWidget(view)
    view.resize(600, 400)
    view.show()
    return view


def show(qtbot: QtBot, view: DocumentView, shown: DocumentText, marked: tuple[int, int] = (0, 0)) -> None:
    with qtbot.waitSignal(view.written):
        view.show_text(shown, marked)


def style_at(view: QTextEdit, words: str) -> QTextCharFormat:
    found = view.document().find(words)
    found.setPosition(found.selectionStart() + 1)
    return found.charFormat()


def marked_words(view: DocumentView, appearance: Appearance) -> str:
    ground, found = appearance.theme.colour("mark"), ""
    block = view.document().begin()
    while block.isValid():
        for span in block:
            fragment = span.fragment()
            found += fragment.text() if fragment.charFormat().background().color() == ground else ""
        block = block.next()
    return found


def test_headings_look_like_headings_and_nothing_else_does(qtbot: QtBot, view: DocumentView) -> None:
    at = BODY.index("Second")
    show(qtbot, view, text(BODY, (0, 5, 1), (at, at + 6, 2)))
    assert view.toPlainText() == BODY
    assert style_at(view, "First").fontWeight() == QFont.Weight.DemiBold
    assert style_at(view, "First").font().pixelSize() > style_at(view, "Second").font().pixelSize()
    assert style_at(view, "Second").fontWeight() == QFont.Weight.DemiBold
    assert style_at(view, "Some").fontWeight() != QFont.Weight.DemiBold
    assert style_at(view, "Other").fontWeight() != QFont.Weight.DemiBold


def test_the_cited_passage_is_marked_and_in_sight(qtbot: QtBot, view: DocumentView, appearance: Appearance) -> None:
    body = "A line of words.\n" * 2_000 + "The cited sentence.\n" + "And what follows.\n" * 2_000
    start = body.index("The cited")
    show(qtbot, view, text(body), (start, start + 19))
    assert marked_words(view, appearance) == "The cited sentence."
    found = view.document().find("The cited sentence.")
    found.setPosition(found.selectionStart())
    assert view.viewport().rect().contains(view.cursorRect(found).topLeft())


def test_marks_stand_where_they_belong_behind_emoji_and_unseen_characters(
    qtbot: QtBot, view: DocumentView, appearance: Appearance
) -> None:
    body = "😷\u202e pages\n" * 50 + "The cited sentence. The rest."
    start = body.index("The cited")
    show(qtbot, view, text(body), (start, start + 19))
    assert marked_words(view, appearance) == "The cited sentence."
    assert "\u202e" not in view.toPlainText()


def test_markup_in_a_document_stays_text(qtbot: QtBot, view: DocumentView) -> None:
    show(qtbot, view, text("<h1>x</h1> <img src='file:///etc/passwd'> & <script>y</script>"))
    assert view.toPlainText().startswith("<h1>x</h1> <img")


def test_words_are_found_one_after_the_other_and_around_the_end(qtbot: QtBot, view: DocumentView) -> None:
    show(qtbot, view, text("😷 Cough.\nNo cough.\nCOUGH again."))
    assert view.find_words("cough") == 3
    assert view.textCursor().selectedText() == "Cough"
    view.go_to_match(view.current + 1)
    view.go_to_match(view.current + 1)
    assert view.textCursor().selectedText() == "COUGH"
    view.go_to_match(view.current + 1)
    assert view.current == 0
    assert view.find_words("zyzzyva") == 0
    assert view.find_words("") == 0


def test_the_page_in_sight_is_told(qtbot: QtBot, view: DocumentView) -> None:
    one = "Words of a page.\n" * 200
    told: list[int] = []
    view.page_changed.connect(told.append)
    show(qtbot, view, text(one * 3, pages=((0, 1), (len(one), 2), (2 * len(one), 3))))
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    assert told == [1, 3]


def test_another_width_breaks_the_lines_anew_and_keeps_the_place(qtbot: QtBot, view: DocumentView) -> None:
    body = "".join(f"Line {number} with some words in it that wrap.\n" for number in range(3_000))
    start = body.index("Line 1500 ")
    show(qtbot, view, text(body), (start, start + 9))
    with qtbot.waitSignal(view.written):
        view.resize(300, 400)
    found = view.document().find("Line 1500 ")
    found.setPosition(found.selectionStart())
    assert abs(view.cursorRect(found).top()) < 2 * view.viewport().height()


def test_another_look_keeps_the_text(qtbot: QtBot, view: DocumentView, appearance: Appearance) -> None:
    show(qtbot, view, text(), (0, 5))
    with qtbot.waitSignal(view.written):
        appearance.choose("dark")
    assert view.toPlainText() == BODY
    assert marked_words(view, appearance) == "First"


def test_what_is_looked_for_is_marked_again_in_another_look(
    qtbot: QtBot, view: DocumentView, appearance: Appearance
) -> None:
    view.written.connect(lambda: view.find_words("words"))
    show(qtbot, view, text())
    for look in ("dark", "contrast", "light"):
        with qtbot.waitSignal(view.written):
            appearance.choose(look)
        assert len(view.extraSelections()) == 2
        assert not view.grab().isNull()


def test_pieces_hold_every_character_once_and_none_is_long() -> None:
    body = "x" * (3 * LONGEST_PIECE + 7)
    cut = list(pieces(text(body, (10, 20, 1), (9_000, 9_050, 3)), (15, 5_000)))
    assert cut[0].start == 0
    assert all(before.end == after.start for before, after in pairwise(cut))
    assert cut[-1].end == len(body)
    assert max(piece.end - piece.start for piece in cut) <= LONGEST_PIECE
    assert sum(piece.end - piece.start for piece in cut if piece.is_marked) == 4_985
    assert sum(piece.end - piece.start for piece in cut if piece.depth) == 60


def test_a_document_without_text_is_shown() -> None:
    assert list(pieces(text(""), (0, 0))) == []


def test_offsets_are_counted_in_units_of_qt() -> None:
    assert in_units("a😷b😷", [(1, 2), (3, 4)]) == [(1, 3), (4, 6)]
    assert in_units("äb", [(1, 2)]) == [(1, 2)]


def test_a_long_document_is_written_while_the_event_loop_goes_on(
    qtbot: QtBot, view: DocumentView, capsys: pytest.CaptureFixture[str]
) -> None:
    body = "".join(f"{number} Most sore throats get better within a week.\n" for number in range(40_000))
    beats = [time.thread_time()]
    heart = QTimer()
    heart.setInterval(0)
    heart.timeout.connect(lambda: beats.append(time.thread_time()))
    heart.start()
    show(qtbot, view, text(body), (len(body) - 50, len(body) - 1))
    gaps = [(later - earlier) * 1_000 for earlier, later in pairwise(beats)]
    with capsys.disabled():
        print(f"\nlongest work between two events while {len(body):,} characters are written: {max(gaps):.0f} ms")
    assert view.document().characterCount() == len(body) + 1
    assert len(beats) > 2  # how many there are is up to the speed of the computer


@pytest.fixture
def reader(qtbot: QtBot, appearance: Appearance) -> LibraryReader:
    reader = LibraryReader(appearance)
    qtbot.addWidget(reader)
    reader.resize(1_000, 700)
    reader.show()
    return reader


def opened(shown: DocumentText) -> OpenedDocument:
    return OpenedDocument(shown, Contribution(0, ()))


def of_report(page: int) -> DocumentText:
    """A document that came from a file whose page can be drawn."""
    file = FILES / "latex_report.pdf"
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    return replace(text(pages=((0, page),)), path=str(file), file_sha256=sha256)


def test_find_counts_the_matches_and_goes_both_ways(qtbot: QtBot, reader: LibraryReader) -> None:
    reader.show_document(opened(text()))
    qtbot.waitUntil(reader.view.is_written)
    reader.enter_search()
    qtbot.keyClicks(reader.field, "words")
    qtbot.waitUntil(lambda: reader.count.text() == "1 of 2")
    qtbot.keyClick(reader.field, Qt.Key.Key_Return)
    assert reader.count.text() == "2 of 2"
    qtbot.keyClick(reader.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert reader.count.text() == "1 of 2"
    qtbot.keyClicks(reader.field, "x")
    qtbot.waitUntil(lambda: reader.count.text() == "Not found")


def test_the_page_of_a_file_that_is_as_it_was_read_stands_beside_the_text(qtbot: QtBot, reader: LibraryReader) -> None:
    reader.show_document(opened(of_report(2)))
    qtbot.waitUntil(reader.page_button.isVisible)
    assert reader.area.isVisible()
    assert reader.view.isVisible()
    assert reader.page_button.text() == "Page 2"
    reader.page_button.setChecked(False)
    assert not reader.area.isVisible()


def test_without_room_for_both_the_text_is_shown_until_the_page_is_wanted(qtbot: QtBot, reader: LibraryReader) -> None:
    reader.resize(500, 400)
    reader.show_document(opened(of_report(1)))
    qtbot.waitUntil(reader.page_button.isVisible)
    assert reader.view.isVisible()
    reader.page_button.setChecked(True)
    assert reader.area.isVisible()
    assert not reader.view.isVisible()


def test_a_file_that_has_changed_is_not_shown(qtbot: QtBot, reader: LibraryReader) -> None:
    known = replace(text(pages=((0, 1),)), path=str(FILES / "latex_report.pdf"), file_sha256="another")
    with qtbot.waitSignal(reader.artist.drawn):
        reader.show_document(opened(known))
    assert reader.picture.pixmap().isNull()
    assert not reader.page_button.isVisible()


def test_only_text_is_selected_and_nothing_can_be_typed(qtbot: QtBot, view: DocumentView) -> None:
    show(qtbot, view, text())
    qtbot.keyClicks(view, "typed")
    view.moveCursor(QTextCursor.MoveOperation.Start)
    assert view.toPlainText() == BODY

"""A picture that is chosen, pasted or dropped is read, shown for correction, and only then part of the message."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from medbot_desktop.knowledge.pictures.picture_text import READS_ONLY
from medbot_desktop.ui.example_label import LINES, example_label
from medbot_desktop.ui.main_window import MainWindow
from medbot_desktop.ui.picture_dialog import PictureDialog
from medbot_desktop.understanding.quoted import HEADING

from .conftest import PlayedServices
from .showing import in_front

SHORT = ("METFORMIN 500 mg", "28 tablets")
SMALL_WIDTH = 750  # pixels: quickly read, and as surely


@pytest.fixture
def label(tmp_path: Path, qapp: QApplication) -> Path:
    path = tmp_path / "label.png"
    example_label(SHORT).scaledToWidth(SMALL_WIDTH, Qt.TransformationMode.SmoothTransformation).save(str(path))
    return path


@pytest.fixture
def opened(qtbot: QtBot, window: MainWindow) -> MainWindow:
    qtbot.waitUntil(lambda: bool(window.chat.empty.buttons))
    return window


def dialog_of(qtbot: QtBot, window: MainWindow) -> PictureDialog:
    attaching = window.chat.attaching
    return in_front(qtbot, lambda: attaching.dialog)


def files(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def drop_on(widget: QWidget, data: QMimeData) -> None:
    """Drag something over a widget and let go of it."""
    mouse, keys, copy = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction
    QApplication.sendEvent(widget, QDragEnterEvent(QPoint(20, 20), copy, data, mouse, keys))
    QApplication.sendEvent(widget, QDropEvent(QPointF(20, 20), copy, data, mouse, keys))


def test_a_chosen_picture_is_shown_with_its_text_and_medicines(qtbot: QtBot, opened: MainWindow, label: Path) -> None:
    opened.chat.attaching.ask_picture = lambda _: label
    qtbot.mouseClick(opened.chat.composer.picture_button, Qt.MouseButton.LeftButton)
    assert opened.chat.attaching.progress.isVisible()
    assert not opened.chat.composer.picture_button.isEnabled()
    dialog = dialog_of(qtbot, opened)
    assert dialog.text() == "\n".join(SHORT)
    qtbot.waitUntil(lambda: dialog.medicines.text() == "Recognised: metformin 500 mg")
    assert not dialog.preview.pixmap().isNull()
    assert not opened.chat.attaching.progress.isVisible()
    assert opened.chat.composer.text() == ""


def test_the_corrected_text_goes_into_the_message_and_is_not_sent(
    qtbot: QtBot, opened: MainWindow, services: PlayedServices, label: Path
) -> None:
    opened.chat.composer.set_text("What is this for?")
    opened.chat.attaching.read(label)
    dialog = dialog_of(qtbot, opened)
    dialog.edit.setPlainText("WARFARIN 1 mg")
    qtbot.waitUntil(lambda: dialog.medicines.text() == "No medicine was recognised in this text.")
    qtbot.mouseClick(dialog.use_button, Qt.MouseButton.LeftButton)
    assert opened.chat.composer.text() == f"What is this for?\n\n{HEADING}\n> WARFARIN 1 mg\n\n"
    assert services.asked == []
    qtbot.waitUntil(lambda: opened.focusWidget() is opened.chat.composer.edit)
    qtbot.keyClicks(opened.chat.composer.edit, "Is it safe?")
    opened.chat.composer.submit()
    qtbot.waitUntil(lambda: bool(services.asked))
    assert services.asked[0][1].endswith("> WARFARIN 1 mg\n\nIs it safe?")


def test_discarded_text_leaves_the_message_as_it_is(qtbot: QtBot, opened: MainWindow, label: Path) -> None:
    opened.chat.composer.set_text("A question")
    opened.chat.attaching.read(label)
    qtbot.mouseClick(dialog_of(qtbot, opened).discard_button, Qt.MouseButton.LeftButton)
    assert opened.chat.composer.text() == "A question"
    assert opened.chat.attaching.dialog is None


def test_text_of_which_nothing_is_left_cannot_be_used(qtbot: QtBot, opened: MainWindow, label: Path) -> None:
    opened.chat.attaching.read(label)
    dialog = dialog_of(qtbot, opened)
    dialog.edit.setPlainText("  ")
    assert not dialog.use_button.isEnabled()


def test_a_picture_on_the_clipboard_is_pasted(qtbot: QtBot, opened: MainWindow) -> None:
    QGuiApplication.clipboard().setImage(example_label())
    opened.chat.composer.edit.paste()
    text = dialog_of(qtbot, opened).text()
    assert text.splitlines()[0] == LINES[0]
    assert opened.chat.composer.text() == ""


def test_a_picture_that_comes_with_text_is_pasted_as_text(opened: MainWindow) -> None:
    data = QMimeData()
    data.setImageData(example_label(SHORT))
    data.setText("sore throat")
    QGuiApplication.clipboard().setMimeData(data)
    opened.chat.composer.edit.paste()
    assert opened.chat.composer.text() == "sore throat"
    assert not opened.chat.attaching.progress.isVisible()


@pytest.mark.parametrize("place", ["field", "page"])
def test_a_dropped_file_is_read(qtbot: QtBot, opened: MainWindow, label: Path, place: str) -> None:
    chat = opened.chat
    data = files(label)
    if place == "field":
        chat.composer.edit.insertFromMimeData(data)
    else:
        mouse, keys, copy = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction
        QApplication.sendEvent(chat, QDragEnterEvent(QPoint(20, 20), copy, data, mouse, keys))
        assert chat.hint.isVisible()
        drop_on(chat.hint, data)
        assert not chat.hint.isVisible()
    assert dialog_of(qtbot, opened).text() == "\n".join(SHORT)


def test_two_pictures_at_once_are_refused_unread(opened: MainWindow, label: Path) -> None:
    opened.chat.attaching.take(files(label, label))
    assert opened.chat.notice.words.text() == "One picture at a time, please. Nothing was read."
    assert not opened.chat.attaching.progress.isVisible()


def test_reading_is_cancelled(qtbot: QtBot, opened: MainWindow, label: Path) -> None:
    attaching = opened.chat.attaching
    attaching.read(label)
    qtbot.mouseClick(attaching.progress.stop_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not attaching.progress.isVisible())
    assert attaching.dialog is None
    assert not opened.chat.notice.isVisible()
    assert opened.chat.composer.picture_button.isEnabled()


def test_a_picture_of_nothing_is_told_with_what_is_not_looked_at(qtbot: QtBot, opened: MainWindow) -> None:
    wall = QImage(500, 400, QImage.Format.Format_RGB32)
    wall.fill(QColor("white"))
    opened.chat.attaching.read(wall)
    qtbot.waitUntil(opened.chat.notice.isVisible)
    told = opened.chat.notice.words.text()
    assert told.startswith("No text could be read in this picture.")
    assert told.endswith(READS_ONLY)


def test_a_file_that_is_no_picture_is_told_and_nothing_is_lost(
    qtbot: QtBot, opened: MainWindow, tmp_path: Path
) -> None:
    (tmp_path / "letter.pdf").write_bytes(b"%PDF-1.7\n")
    opened.chat.composer.set_text("My question")
    opened.chat.attaching.read(tmp_path / "letter.pdf")
    qtbot.waitUntil(opened.chat.notice.isVisible)
    assert opened.chat.notice.words.text().startswith("This is a PDF document, not a picture. Add it to the library")
    assert opened.chat.composer.text() == "My question"


def test_locking_throws_away_what_was_read(qtbot: QtBot, opened: MainWindow, label: Path) -> None:
    opened.chat.attaching.read(label)
    dialog = dialog_of(qtbot, opened)
    chat = opened.chat
    chat.forget()
    assert chat.attaching.dialog is None
    assert not dialog.isVisible()
    assert chat.composer.text() == ""


def test_what_is_read_while_the_window_locks_is_never_shown(qtbot: QtBot, opened: MainWindow, label: Path) -> None:
    chat = opened.chat
    chat.attaching.read(label)
    chat.forget()
    done: list[object] = []
    opened.worker.run_aside(lambda _: None, done.append)  # comes after the picture on the same thread
    qtbot.waitUntil(lambda: bool(done))
    assert chat.attaching.dialog is None


def test_each_control_of_the_dialog_has_a_name_and_room_for_a_finger(
    qtbot: QtBot, opened: MainWindow, label: Path
) -> None:
    button = opened.chat.composer.picture_button
    assert button.accessibleName() == "Read the text of a picture"
    assert min(button.width(), button.height()) >= 44
    opened.chat.attaching.read(label)
    dialog = dialog_of(qtbot, opened)
    assert dialog.edit.accessibleName() == "Text of the picture"
    assert all(one.height() >= 44 for one in (dialog.use_button, dialog.discard_button))
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert opened.chat.attaching.dialog is None

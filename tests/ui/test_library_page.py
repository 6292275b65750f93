"""The library shows what answers are made of, and lets those who may change it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAccessible, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

from medbot_desktop.ui.confirm_dialog import ConfirmDialog
from medbot_desktop.ui.library_dialogs import FolderDialog, ReadersDialog, TagsDialog
from medbot_desktop.ui.library_page import LibraryPage
from medbot_desktop.ui.library_shelf import FILES, QUESTIONS
from medbot_desktop.ui.main_window import MainWindow
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.roles import Role

from .leaflets import leaflet
from .shelved import in_vault, open_as, open_window, opened_dialog, settle, titles, told, wait_for_files

Stock = Callable[..., MainWindow]


@pytest.fixture
def stock(qtbot: QtBot, library_folder: VaultFolder) -> Stock:
    """A window on a vault with a library of leaflets, for one of its accounts."""

    def open_with(account: str = "admin", readable_by: tuple[Role, ...] = ()) -> MainWindow:
        if readable_by:
            with open_as(library_folder) as workspace:
                workspace.libraries.set_readable_by("leaflets", readable_by)
        return open_window(qtbot, lambda: open_as(library_folder, account))

    return open_with


def names(page: LibraryPage) -> list[str]:
    lines = page.column.list.results
    return [lines.found(row).library.name for row in range(lines.rowCount())]


def show(qtbot: QtBot, window: MainWindow, name: str) -> LibraryPage:
    page = window.desk.library
    page.open_library(name)
    settle(qtbot, window)
    return page


def search(qtbot: QtBot, window: MainWindow, words: str) -> list[str]:
    """The titles of what is found once the typing rests."""
    page = window.desk.library
    with qtbot.waitSignal(page.shelf.searched):
        page.shelf.field.setText(words)
    settle(qtbot, window)
    hits = page.shelf.hits.results
    return [hits.title(hits.found(row)) for row in range(hits.rowCount())]


def test_the_library_that_ships_is_marked_and_cannot_be_changed(qtbot: QtBot, stock: Stock) -> None:
    page = show(qtbot, stock(), "core")
    assert "It ships with MedBot and cannot be changed." in page.shelf.about.text()
    page.shelf.documents.table.choose(0)
    assert page.shelf.documents.open_button.isEnabled()
    assert not page.shelf.documents.remove_button.isVisible()
    page.deeds.fill_menu()
    assert not any(action.isEnabled() for action in page.shelf.menu.actions())


def test_libraries_are_listed_and_the_keyboard_goes_through_them(qtbot: QtBot, stock: Stock) -> None:
    window = stock()
    page = show(qtbot, window, "core")
    assert names(page) == ["core", "leaflets"]
    page.column.list.setFocus()
    qtbot.keyClick(page.column.list, Qt.Key.Key_Down)
    settle(qtbot, window)
    assert titles(page) == ["Plantar warts", "Where to park"]


def test_a_library_is_made_for_some_roles(qtbot: QtBot, stock: Stock) -> None:
    window = stock()
    page = window.desk.library
    page.column.new_button.click()
    dialog = opened_dialog(qtbot, page, ReadersDialog)
    assert not dialog.action_button.isEnabled()
    dialog.field.setText("  Protocols ")
    dialog.boxes[Role.KIOSK].setChecked(False)
    dialog.action_button.click()
    assert told(qtbot, page) == "The library Protocols was made."
    settle(qtbot, window)
    assert page.shelf.title.text() == "Protocols"
    assert "May read it: Clinician, Front desk, and administrators." in page.shelf.about.text()


def test_a_name_that_is_taken_is_told(qtbot: QtBot, stock: Stock) -> None:
    page = stock().desk.library
    page.deeds.ask_new()
    dialog = opened_dialog(qtbot, page, ReadersDialog)
    dialog.field.setText("LEAFLETS")
    dialog.action_button.click()
    assert "There is a library" in told(qtbot, page)


def test_who_may_read_a_library_is_changed(qtbot: QtBot, stock: Stock) -> None:
    window = stock()
    page = show(qtbot, window, "leaflets")
    page.deeds.ask_readers()
    dialog = opened_dialog(qtbot, page, ReadersDialog)
    assert all(box.isChecked() for box in dialog.boxes.values())
    for box in dialog.boxes.values():
        box.setChecked(False)
    dialog.action_button.click()
    settle(qtbot, window)
    assert "Only administrators may read it." in page.shelf.about.text()


def test_a_library_is_not_shown_to_whom_it_is_not_for(qtbot: QtBot, stock: Stock) -> None:
    window = stock("desk", (Role.CLINICIAN,))
    assert names(window.desk.library) == ["core"]


def test_the_front_desk_reads_and_changes_nothing(qtbot: QtBot, stock: Stock) -> None:
    window = stock("desk")
    page = show(qtbot, window, "leaflets")
    assert titles(page) == ["Plantar warts", "Where to park"]
    assert not page.shelf.files_button.isVisible()
    assert not page.column.new_button.isVisible()
    assert not page.shelf.documents.tags_button.isVisible()
    assert not page.shelf.tabs.isTabVisible(FILES)
    assert not page.shelf.tabs.isTabVisible(QUESTIONS)


def test_a_library_is_removed_after_its_name_was_typed(qtbot: QtBot, stock: Stock) -> None:
    window = stock()
    page = show(qtbot, window, "leaflets")
    page.deeds.ask_library_removal()
    dialog = opened_dialog(qtbot, page, ConfirmDialog)
    dialog.field.setText("leaflets")
    dialog.action_button.click()
    assert told(qtbot, page) == "The library leaflets was removed."
    settle(qtbot, window)
    assert names(page) == ["core"]
    assert "Plantar warts" not in search(qtbot, window, "freezing plantar warts with liquid nitrogen")


def test_documents_are_filtered_by_their_titles(qtbot: QtBot, stock: Stock) -> None:
    window = stock()
    page = show(qtbot, window, "leaflets")
    with qtbot.waitSignal(page.shelf.documents.filtered):
        page.shelf.documents.filter.setText("park")
    settle(qtbot, window)
    assert titles(page) == ["Where to park"]
    with qtbot.waitSignal(page.shelf.documents.filtered):
        page.shelf.documents.filter.setText("zyzzyva")
    settle(qtbot, window)
    assert page.shelf.documents.message.text().startswith("No document has these words")


def test_a_document_is_tagged_and_found_by_its_tag(qtbot: QtBot, stock: Stock) -> None:
    window = stock()
    page = show(qtbot, window, "leaflets")
    page.shelf.documents.table.choose(0)
    page.shelf.documents.tags_button.click()
    dialog = opened_dialog(qtbot, page, TagsDialog)
    dialog.field.setText("Skin, nurse")
    dialog.action_button.click()
    settle(qtbot, window)
    assert page.shelf.documents.rows.records[0].tags == ("nurse", "skin")
    assert page.shelf.documents.table.chosen == page.shelf.documents.rows.records[0]


def test_a_document_is_removed_and_found_no_more(qtbot: QtBot, stock: Stock) -> None:
    window = stock()
    page = show(qtbot, window, "leaflets")
    page.shelf.documents.table.choose(0)
    qtbot.keyClick(page.shelf.documents.table, Qt.Key.Key_Delete)
    opened_dialog(qtbot, page, ConfirmDialog).action_button.click()
    assert told(qtbot, page) == "The document was removed."
    settle(qtbot, window)
    assert titles(page) == ["Where to park"]
    assert "Plantar warts" not in search(qtbot, window, "freezing plantar warts with liquid nitrogen")


def test_it_is_said_how_often_a_document_was_cited(qtbot: QtBot, stock: Stock) -> None:
    window = stock()
    window.chat.send("What can I do about a sore throat?")
    qtbot.waitUntil(lambda: bool(window.chat.panel.cards))
    title = window.chat.panel.cards[0].citation.passage.title
    page = show(qtbot, window, "core")
    with qtbot.waitSignal(page.shelf.documents.filtered):
        page.shelf.documents.filter.setText(title)
    settle(qtbot, window)
    row = titles(page).index(title)
    column = [column.title for column in page.shelf.documents.rows.columns].index("Cited")
    assert page.shelf.documents.rows.index(row, column).data() == "Once"


def test_a_search_marks_the_words_and_opens_the_passage(qtbot: QtBot, stock: Stock) -> None:
    window = stock()
    page = window.desk.library
    assert search(qtbot, window, "freezing plantar warts with nitrogen")[0] == "Plantar warts"
    found = page.shelf.hits.results.found(0)
    marked = {found.snippet[start:end].lower() for start, end in found.highlights}
    assert {"warts", "nitrogen"} <= marked
    qtbot.keyClick(page.shelf.field, Qt.Key.Key_Down)
    qtbot.keyClick(page.shelf.hits, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.is_reading() and page.reader.view.is_written())
    assert page.reader.title.text() == "Plantar warts"
    qtbot.keyClick(page.reader.view, Qt.Key.Key_Escape)
    assert not page.is_reading()
    assert page.shelf.hits.hasFocus()


def test_a_search_that_finds_nothing_says_so_and_escape_leaves_it(qtbot: QtBot, stock: Stock) -> None:
    window = stock()
    page = window.desk.library
    page.shelf.field.setText("?")
    page.shelf.show_hits(())
    assert page.shelf.message.text() == "Nothing found"
    qtbot.keyClick(page.shelf.field, Qt.Key.Key_Escape)
    assert page.shelf.documents.isVisible()


def test_a_source_of_an_answer_is_opened_in_the_library(qtbot: QtBot, stock: Stock) -> None:
    window = stock()
    window.desk.open_page(0)
    window.chat.send("What can I do about a sore throat?")
    qtbot.waitUntil(lambda: bool(window.chat.panel.cards))
    card = window.chat.panel.cards[0]
    card.open_button.click()
    page = window.desk.library
    qtbot.waitUntil(lambda: page.is_reading() and page.reader.view.is_written())
    assert page.reader.title.text() == card.citation.passage.title
    assert page.isVisible()
    assert page.reader.about.text().endswith("cited in 1 answer")
    uses = page.reader.uses_button.menu().actions()
    assert [action.text().split(" · ")[1] for action in uses] == ["What can I do about a sore throat?"]
    uses[0].trigger()
    qtbot.waitUntil(window.chat.isVisible)
    assert window.chat.talk.title() == "What can I do about a sore throat?"


def drag(page: QWidget, *paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QDragEnterEvent(QPoint(9, 9), copy, data, left, none)
    page.dragEnterEvent(event)
    return data


def drop(hint: QWidget, data: QMimeData) -> None:
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    hint.dropEvent(QDropEvent(QPointF(9, 9), copy, data, left, none))


def test_files_that_are_dropped_are_added(qtbot: QtBot, stock: Stock, tmp_path: Path) -> None:
    window = stock()
    page = show(qtbot, window, "leaflets")
    file = leaflet(tmp_path, "tea.md", "# Peppermint tea\n\n## Why\n\nPeppermint tea calms the stomach after meals.\n")
    data = drag(page, file)
    assert page.adding.hint.isVisible()
    assert "leaflets" in page.adding.hint.label.text()
    drop(page.adding.hint, data)
    assert not page.adding.hint.isVisible()
    wait_for_files(qtbot, window)
    assert search(qtbot, window, "peppermint tea for the stomach")[0] == "Peppermint tea"


def test_a_folder_that_is_dropped_is_asked_about(qtbot: QtBot, stock: Stock, tmp_path: Path) -> None:
    window = stock()
    page = show(qtbot, window, "leaflets")
    leaflet(tmp_path / "more", "a.md", "# Bandages\n\n## Kinds\n\nElastic bandages hold a sprain.\n")
    drop(page.adding.hint, drag(page, tmp_path / "more"))
    dialog = opened_dialog(qtbot, page, FolderDialog)
    dialog.watch_box.setChecked(True)
    dialog.action_button.click()
    wait_for_files(qtbot, window)
    folders = in_vault(qtbot, window, lambda workspace: workspace.queue.folders())
    assert [(folder.path, folder.watched) for folder in folders] == [(tmp_path / "more", True)]


def test_nothing_is_taken_from_whom_may_not_add(qtbot: QtBot, stock: Stock, tmp_path: Path) -> None:
    page = stock("desk").desk.library
    drag(page, tmp_path)
    assert not page.adding.hint.isVisible()


def test_everything_has_a_name_and_can_be_touched(qtbot: QtBot, stock: Stock) -> None:
    window = stock()
    page = show(qtbot, window, "leaflets")
    tab = Qt.FocusPolicy.TabFocus
    for number in range(3):
        page.shelf.tabs.setCurrentIndex(number)
        settle(qtbot, window)
        parts = [part for part in page.findChildren(QWidget) if part.isVisible() and part.focusPolicy() & tab]
        assert [type(part).__name__ for part in parts if not name_of(part)] == []
        buttons = [part for part in page.findChildren(QAbstractButton) if part.isVisible()]
        assert [(name_of(part), part.height()) for part in buttons if part.height() < 44] == []


def name_of(widget: QWidget) -> str:
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name) if interface else ""


def test_the_smallest_window_offers_the_libraries_in_a_menu(qtbot: QtBot, stock: Stock) -> None:
    window = stock()
    page = show(qtbot, window, "leaflets")
    window.resize(window.minimumSize())
    qtbot.waitUntil(page.shelf.chooser.isVisible)
    assert not page.column.isVisible()
    page.shelf.chooser.menu().aboutToShow.emit()
    actions = {action.text(): action for action in page.shelf.chooser.menu().actions()}
    assert list(actions)[:2] == ["core", "leaflets"]
    actions["core"].trigger()
    assert page.shelf.chooser.text() == "Library: core"


def test_locking_lets_go_of_everything(qtbot: QtBot, stock: Stock) -> None:
    window = stock()
    page = show(qtbot, window, "leaflets")
    page.shelf.documents.table.choose(0)
    page.forget()
    assert names(page) == []
    assert titles(page) == []
    assert page.shelf.title.text() == "Library"

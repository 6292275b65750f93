"""Files are added behind the conversation: seen on their way, paused, cancelled, and gone on with after a lock."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from medbot_desktop.ui.desk import LIBRARY
from medbot_desktop.ui.library_page import LibraryPage
from medbot_desktop.ui.library_shelf import FILES
from medbot_desktop.ui.main_window import MainWindow
from medbot_desktop.ui.transcript_model import State
from medbot_desktop.vault.folder import VaultFolder

from .conftest import sign_in
from .leaflets import leaflet
from .shelved import FILES as READABLE
from .shelved import in_vault, open_as, open_demo, open_window, settle, told, wait_for_files

TEA = "# Peppermint tea\n\n## Why\n\nPeppermint tea calms the stomach after meals.\n"
COUNT = 15


@pytest.fixture
def window(qtbot: QtBot, library_folder: VaultFolder) -> MainWindow:
    return open_window(qtbot, lambda: open_as(library_folder))


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> LibraryPage:
    window.desk.library.open_library("leaflets")
    settle(qtbot, window)
    return window.desk.library


def many(folder: Path) -> list[Path]:
    """So many leaflets that adding them takes a while."""
    return [
        leaflet(folder, f"{n}.md", f"# Leaflet {n}\n\n## Words\n\n{f'Word {n} stands here. ' * 200}\n")
        for n in range(COUNT)
    ]


def standings(page: LibraryPage) -> dict[str, str]:
    return {file.name: file.standing.value for file in page.shelf.files.files.files}


def choose(page: LibraryPage, name: str) -> None:
    files = page.shelf.files
    files.list.choose(next(file.id for file in files.files.files if file.name == name))


def documents(qtbot: QtBot, window: MainWindow, library: str = "leaflets") -> int:
    return in_vault(qtbot, window, lambda workspace: len(workspace.documents.list(library)))


def finds(qtbot: QtBot, window: MainWindow, words: str, title: str) -> bool:
    found = in_vault(qtbot, window, lambda workspace: workspace.retriever.retrieve(words))
    return title in [hit.passage.title for hit in found.hits]


def test_a_file_that_is_chosen_is_added_and_found(
    qtbot: QtBot, window: MainWindow, page: LibraryPage, tmp_path: Path
) -> None:
    page.adding.ask_files = lambda _: [leaflet(tmp_path, "tea.md", TEA)]
    page.shelf.files_button.click()
    assert told(qtbot, page) == "1 file to add to leaflets."
    assert page.shelf.tabs.currentIndex() == FILES
    wait_for_files(qtbot, window)
    assert page.notice.words.text() == "1 file was added."
    assert finds(qtbot, window, "peppermint tea for the stomach", "Peppermint tea")
    page.shelf.open_tab(0)
    qtbot.waitUntil(lambda: page.shelf.documents.rows.rowCount() == 3)


def test_what_is_added_while_the_core_library_is_in_sight_goes_to_the_clinics_own(
    qtbot: QtBot, window: MainWindow, page: LibraryPage, tmp_path: Path
) -> None:
    page.open_library("core")
    page.adding.add([leaflet(tmp_path, "tea.md", TEA)])
    assert told(qtbot, page) == "1 file to add to clinic."
    wait_for_files(qtbot, window)
    assert documents(qtbot, window, "clinic") == 1


def test_a_file_that_cannot_be_read_says_why_and_its_line_is_taken_away(
    qtbot: QtBot, window: MainWindow, page: LibraryPage, tmp_path: Path
) -> None:
    page.adding.add([READABLE / "encrypted.pdf", leaflet(tmp_path, "tea.md", TEA)])
    wait_for_files(qtbot, window)
    assert standings(page)["encrypted.pdf"] == "failed"
    assert "1 file could not be added" in page.shelf.files.about.text()
    choose(page, "encrypted.pdf")
    assert "is encrypted" in page.shelf.files.about_chosen.text()
    page.shelf.files.dismiss_button.click()
    settle(qtbot, window)
    assert "encrypted.pdf" not in standings(page)


def test_a_file_that_failed_is_tried_again(qtbot: QtBot, window: MainWindow, page: LibraryPage, tmp_path: Path) -> None:
    file = tmp_path / "tea.md"
    page.adding.add([file])
    wait_for_files(qtbot, window)
    assert standings(page) == {"tea.md": "failed"}
    leaflet(tmp_path, "tea.md", TEA)
    choose(page, "tea.md")
    page.shelf.files.retry_button.click()
    settle(qtbot, window)
    settle(qtbot, window)
    wait_for_files(qtbot, window)
    assert documents(qtbot, window) == 3


def test_a_file_that_waits_is_cancelled(qtbot: QtBot, window: MainWindow, page: LibraryPage, tmp_path: Path) -> None:
    page.adding.importer.pause()
    page.adding.add([leaflet(tmp_path, "tea.md", TEA)])
    qtbot.waitUntil(lambda: "tea.md" in standings(page))
    choose(page, "tea.md")
    page.shelf.files.cancel_button.click()
    settle(qtbot, window)
    assert standings(page) == {"tea.md": "cancelled"}
    page.adding.importer.go_on()
    settle(qtbot, window)
    assert documents(qtbot, window) == 2


def test_adding_is_paused_and_goes_on(qtbot: QtBot, window: MainWindow, page: LibraryPage, tmp_path: Path) -> None:
    page.adding.add(many(tmp_path))
    tab = page.shelf.files
    qtbot.waitUntil(lambda: "done" in standings(page).values())
    tab.pause_button.click()
    qtbot.waitUntil(lambda: not page.adding.importer.is_running)
    settle(qtbot, window)
    before = documents(qtbot, window)
    assert 2 < before < COUNT + 2
    assert tab.about.text().endswith("(paused)")
    tab.go_on_button.click()
    settle(qtbot, window)
    wait_for_files(qtbot, window)
    assert documents(qtbot, window) == COUNT + 2


def test_files_and_all_of_them_have_a_bar(qtbot: QtBot, window: MainWindow, page: LibraryPage, tmp_path: Path) -> None:
    seen: list[int] = []
    page.adding.importer.told.connect(lambda _: seen.append(page.shelf.files.bar.value()))
    page.adding.add(many(tmp_path))
    wait_for_files(qtbot, window)
    assert seen == sorted(seen)
    assert len(set(seen)) > 3
    assert not window.grab().isNull()


def test_what_else_is_done_beside_does_not_wait_for_all_files(
    qtbot: QtBot, window: MainWindow, page: LibraryPage, tmp_path: Path
) -> None:
    page.adding.add(many(tmp_path))
    qtbot.waitUntil(lambda: "done" in standings(page).values())
    waiting: list[int] = []

    def count(_: object) -> int:
        return page.shelf.files.files.waiting

    window.worker.run_aside(count, waiting.append)
    qtbot.waitUntil(lambda: bool(waiting))
    assert waiting[0] > 0
    settle(qtbot, window)
    wait_for_files(qtbot, window)
    assert documents(qtbot, window) == COUNT + 2


@pytest.mark.slow
def test_locking_stops_it_at_once_and_it_goes_on_after_unlocking(
    qtbot: QtBot, library_folder: VaultFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDBOT_TEXT_MODEL", "none")
    window = open_window(qtbot, lambda: open_as(library_folder))
    page = window.desk.library
    page.open_library("leaflets")
    page.adding.add(many(tmp_path / "in"))
    qtbot.waitUntil(lambda: "done" in standings(page).values())
    with qtbot.waitSignal(window.worker.locked):
        window.lock()
    assert window.desk.library is not page
    sign_in(qtbot, window)
    page = window.desk.library
    qtbot.waitUntil(lambda: page.adding.importer.is_running)
    page.adding.importer.pause()
    qtbot.waitUntil(lambda: not page.adding.importer.is_running)
    assert documents(qtbot, window) < COUNT + 2
    page.adding.importer.go_on()
    settle(qtbot, window)
    wait_for_files(qtbot, window)
    assert documents(qtbot, window) == COUNT + 2


def test_what_comes_into_a_watched_folder_is_added(
    qtbot: QtBot, window: MainWindow, page: LibraryPage, tmp_path: Path
) -> None:
    folder = tmp_path / "watched"
    leaflet(folder, "tea.md", TEA)
    page.adding.queue([folder], watch=True)
    wait_for_files(qtbot, window)
    leaflet(folder, "salt.md", "# Salt water\n\n## Use\n\nGargle with warm salt water.\n")
    page.adding.importer.look_at_folders()
    while documents(qtbot, window) < 4:
        qtbot.wait(20)


def test_a_watched_folder_is_named_in_the_menu_and_watched_no_more(
    qtbot: QtBot, window: MainWindow, page: LibraryPage, tmp_path: Path
) -> None:
    folder = tmp_path / "watched"
    leaflet(folder, "tea.md", TEA)
    page.adding.queue([folder], watch=True)
    wait_for_files(qtbot, window)
    page.deeds.fill_menu()
    settle(qtbot, window)
    action = next(action for action in page.shelf.menu.actions() if str(folder) in action.text())
    assert action.isChecked()
    action.trigger()
    settle(qtbot, window)
    assert not in_vault(qtbot, window, lambda workspace: workspace.queue.folders())[0].watched


def test_in_the_demo_a_message_is_answered_while_files_are_added(qtbot: QtBot, models: object, tmp_path: Path) -> None:
    window = open_window(qtbot, open_demo)
    page = window.desk.library
    page.adding.add(many(tmp_path))
    qtbot.waitUntil(lambda: "done" in standings(page).values())
    window.desk.open_page(LIBRARY - 1)
    window.chat.send("What can I do about a sore throat?")
    qtbot.waitUntil(lambda: window.chat.talk.transcript.entry(-1).state is State.DONE)
    assert page.shelf.files.files.waiting > 0
    wait_for_files(qtbot, window)
    assert documents(qtbot, window, "clinic") == COUNT

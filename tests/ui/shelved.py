"""A window on a real vault with real libraries, at the page of the library."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from medbot_desktop.ui.desk import LIBRARY
from medbot_desktop.ui.library_page import LibraryPage
from medbot_desktop.ui.main_window import MainWindow
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.ui.worker import Worker
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.opening import Credentials, open_vault
from medbot_desktop.workspace import Workspace

from .showing import bring_up, in_front
from .vault_folders import OTHERS, PASSPHRASE

T = TypeVar("T")
Dialog = TypeVar("Dialog", bound=QDialog)

FILES = Path(__file__).parents[1] / "unit/knowledge/readers/files"


def open_as(folder: VaultFolder, account: str = "admin") -> Workspace:
    """The workspace of a vault, for one of its accounts, without a language model."""
    opened = open_vault(folder, Credentials(account, PASSPHRASE if account == "admin" else OTHERS))
    return Workspace.open_on(opened, with_text_model=False)


def open_demo() -> Workspace:
    """The demo's workspace, without a language model."""
    return Workspace.open("demo", with_text_model=False)


def open_window(qtbot: QtBot, opening: Callable[[], Workspace]) -> MainWindow:
    """The real window at the library, with what there is in sight."""
    window = MainWindow(Appearance("light"), Worker(opening))
    qtbot.addWidget(window)
    bring_up(qtbot, window)
    window.worker.start()
    page = window.desk.library
    qtbot.waitUntil(lambda: bool(page.known.libraries))
    window.desk.open_page(LIBRARY)
    settle(qtbot, window)
    return window


def settle(qtbot: QtBot, window: MainWindow) -> None:
    """Wait until everything that was asked of the vault so far is done, and what was asked because of that."""
    for _ in range(3):
        in_vault(qtbot, window, lambda workspace: None)


def in_vault(qtbot: QtBot, window: MainWindow, read: Callable[[Workspace], T]) -> T:
    """What the workspace says once everything that was asked for before is done."""
    answers: list[T] = []
    window.worker.run(read, answers.append)  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: bool(answers))
    return answers[0]


def wait_for_files(qtbot: QtBot, window: MainWindow) -> None:
    """Wait until what was to be added is queued, no file is on its way any more, and the page shows that."""
    page = window.desk.library
    qtbot.waitUntil(page.progress.isHidden)
    while in_vault(qtbot, window, lambda workspace: workspace.queue.waiting()) or page.adding.importer.is_running:
        qtbot.wait(20)
    settle(qtbot, window)


def titles(page: LibraryPage) -> list[str]:
    """What the table of documents shows."""
    rows = page.shelf.documents.rows
    return [str(rows.index(row, 0).data()) for row in range(rows.rowCount())]


def opened_dialog(qtbot: QtBot, page: LibraryPage, kind: type[Dialog]) -> Dialog:
    """The dialog that the page has opened, once it has."""
    return in_front(qtbot, lambda: page.dialog if isinstance(page.dialog, kind) else None)


def told(qtbot: QtBot, page: LibraryPage) -> str:
    """What the page says was done or failed, once it says so."""
    qtbot.waitUntil(page.notice.isVisible)
    return page.notice.words.text()

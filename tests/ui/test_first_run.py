"""The first run: a real vault is made with the keyboard alone, and what is wrong is told where it was typed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from medbot_desktop.inference.store import ModelStore
from medbot_desktop.ui.first_run_page import FirstRunPage
from medbot_desktop.ui.main_window import MainWindow
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.ui.worker import Worker
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.keyslots import LEAST_COST, SlotKind
from medbot_desktop.vault.opening import Credentials, open_vault
from medbot_desktop.vault.preferences import Preferences

from .showing import bring_up

PASSPHRASE = "correct horse battery staple"
WELCOME, ACCOUNT, SECRET, RECOVERY, CONFIRM, BACKUPS = range(6)


@pytest.fixture
def window(
    qtbot: QtBot, models: ModelStore, tmp_path: Path, appearance: Appearance, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MainWindow]:
    """The window of somebody who has no vault; keys are derived as quickly as it is allowed."""
    monkeypatch.setenv("MEDBOT_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("medbot_desktop.vault.opening.tune_cost", lambda: LEAST_COST)
    window = MainWindow(appearance, Worker())
    window.show_first_run()
    bring_up(qtbot, window)
    window.worker.start()
    yield window
    window.close()
    window.deleteLater()


@pytest.fixture
def page(window: MainWindow) -> FirstRunPage:
    assert window.first_run is not None
    return window.first_run


@pytest.fixture
def folder(tmp_path: Path) -> VaultFolder:
    return VaultFolder(tmp_path / "home" / "vault")


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def press(qtbot: QtBot, label: str) -> None:
    """Go to a button with Tab, as far as need be, and press it with the space bar."""
    for _ in range(20):
        here = focused()
        if isinstance(here, QPushButton) and here.text() == label:
            qtbot.keyClick(here, Qt.Key.Key_Space)
            return
        qtbot.keyClick(here, Qt.Key.Key_Tab)
    raise AssertionError(f"Tab does not lead to {label}.")


def type_and_enter(qtbot: QtBot, *texts: str) -> None:
    """Type into the field that has the keyboard and those after it, and press Enter in the last."""
    for place, text in enumerate(texts):
        if place:
            qtbot.keyClick(focused(), Qt.Key.Key_Tab)
        here = focused()
        assert isinstance(here, QLineEdit)
        here.selectAll()
        qtbot.keyClicks(here, text)
    qtbot.keyClick(focused(), Qt.Key.Key_Return)


def wait_for(qtbot: QtBot, page: FirstRunPage, step: int) -> None:
    qtbot.waitUntil(lambda: page.currentIndex() == step and page.widget(step).isEnabled())


def failure(qtbot: QtBot, page: FirstRunPage) -> str:
    qtbot.waitUntil(lambda: not page.failure.isHidden())
    return page.failure.text()


def to_secret(qtbot: QtBot, page: FirstRunPage) -> None:
    press(qtbot, "Make a vault for this clinic")
    wait_for(qtbot, page, ACCOUNT)
    type_and_enter(qtbot, "Ada")
    wait_for(qtbot, page, SECRET)


def to_recovery(qtbot: QtBot, page: FirstRunPage) -> str:
    """Go to the recovery key, and return it."""
    to_secret(qtbot, page)
    type_and_enter(qtbot, PASSPHRASE, PASSPHRASE)
    wait_for(qtbot, page, RECOVERY)
    return "-".join(label.text() for label in page.groups.groups)


def to_backups(qtbot: QtBot, page: FirstRunPage) -> str:
    key = to_recovery(qtbot, page)
    press(qtbot, "I have written it down")
    type_and_enter(qtbot, *(asked_group(key, field) for field in page.confirmed))
    wait_for(qtbot, page, BACKUPS)
    return key


def asked_group(key: str, field: QLineEdit) -> str:
    return key.split("-")[int(field.accessibleName().removeprefix("Group ")) - 1]


def test_a_vault_is_made_with_the_keyboard_alone(
    qtbot: QtBot, window: MainWindow, page: FirstRunPage, folder: VaultFolder
) -> None:
    key = to_backups(qtbot, page)
    press(qtbot, "Finish")
    qtbot.waitUntil(lambda: window.desk.isVisible() and not window.desk.lock_button.isHidden())
    assert window.first_run is None
    window.close()
    for credentials in (Credentials("ada", PASSPHRASE), Credentials(None, key, SlotKind.RECOVERY)):
        open_vault(folder, credentials).close()


def test_backups_go_where_they_are_wanted(
    qtbot: QtBot, window: MainWindow, page: FirstRunPage, folder: VaultFolder, tmp_path: Path
) -> None:
    to_backups(qtbot, page)
    type_and_enter(qtbot, str(tmp_path / "not there"))
    assert "cannot be written" in failure(qtbot, page)
    assert page.folder.hasFocus()
    type_and_enter(qtbot, str(tmp_path))
    qtbot.waitUntil(lambda: not window.desk.lock_button.isHidden())
    window.close()
    opened = open_vault(folder, Credentials("Ada", PASSPHRASE))
    assert Preferences(opened.vault, opened.access).read().backup.folder == str(tmp_path)
    opened.close()


def test_two_different_passphrases_are_refused_where_they_were_typed(
    qtbot: QtBot, page: FirstRunPage, folder: VaultFolder
) -> None:
    to_secret(qtbot, page)
    type_and_enter(qtbot, PASSPHRASE, PASSPHRASE + "s")
    assert "not the same" in failure(qtbot, page)
    assert page.passphrase.second.hasFocus()
    assert not folder.exists()


def test_an_empty_name_is_refused_and_can_be_mended(qtbot: QtBot, page: FirstRunPage) -> None:
    press(qtbot, "Make a vault for this clinic")
    wait_for(qtbot, page, ACCOUNT)
    type_and_enter(qtbot, " ")
    assert "1 to 100 characters" in failure(qtbot, page)
    assert page.account.hasFocus()
    type_and_enter(qtbot, "Ada")
    wait_for(qtbot, page, SECRET)


def test_the_strength_of_a_passphrase_is_told_while_it_is_typed(qtbot: QtBot, page: FirstRunPage) -> None:
    to_secret(qtbot, page)
    qtbot.keyClicks(page.passphrase.first, "summer")
    assert "could be guessed" in page.passphrase.strength.text()
    page.passphrase.first.clear()
    qtbot.keyClicks(page.passphrase.first, PASSPHRASE)
    assert page.passphrase.strength.text() == "This is strong."


def test_back_leads_to_the_name_until_the_vault_is_made(qtbot: QtBot, page: FirstRunPage) -> None:
    to_secret(qtbot, page)
    press(qtbot, "Back")
    wait_for(qtbot, page, ACCOUNT)
    assert page.account.text() == "Ada"
    page.account.setFocus()
    type_and_enter(qtbot, "Ada")
    wait_for(qtbot, page, SECRET)


def test_a_group_that_was_misread_is_named_and_the_key_can_be_looked_at_again(qtbot: QtBot, page: FirstRunPage) -> None:
    key = to_recovery(qtbot, page)
    press(qtbot, "I have written it down")
    first, second = page.confirmed
    type_and_enter(qtbot, asked_group(key, first), "00000")
    assert second.accessibleName() in failure(qtbot, page)
    press(qtbot, "Show the key again")
    assert "-".join(label.text() for label in page.groups.groups) == key
    press(qtbot, "I have written it down")
    second.setFocus()
    type_and_enter(qtbot, asked_group(key, second).lower())
    wait_for(qtbot, page, BACKUPS)


def test_the_recovery_key_is_gone_when_it_was_confirmed(qtbot: QtBot, page: FirstRunPage) -> None:
    to_recovery(qtbot, page)
    press(qtbot, "Copy")
    assert QGuiApplication.clipboard().text().count("-") == 6
    press(qtbot, "I have written it down")
    key = QGuiApplication.clipboard().text()
    type_and_enter(qtbot, *(asked_group(key, field) for field in page.confirmed))
    wait_for(qtbot, page, BACKUPS)
    assert not any(label.text() for label in page.groups.groups)
    assert not any(field.text() for field in (*page.confirmed, page.passphrase.first, page.passphrase.second))
    assert QGuiApplication.clipboard().text() == ""


def test_a_vault_that_was_made_meanwhile_is_left_as_it_is(
    qtbot: QtBot, page: FirstRunPage, folder: VaultFolder
) -> None:
    to_secret(qtbot, page)
    folder.path.mkdir(parents=True, exist_ok=True)
    folder.database.write_bytes(b"somebody else's")
    type_and_enter(qtbot, PASSPHRASE, PASSPHRASE)
    assert "already" in failure(qtbot, page)
    assert folder.database.read_bytes() == b"somebody else's"


def test_a_folder_that_cannot_be_made_is_told(qtbot: QtBot, page: FirstRunPage, folder: VaultFolder) -> None:
    to_secret(qtbot, page)
    folder.path.parent.write_bytes(b"a file where the home folder should be")
    type_and_enter(qtbot, PASSPHRASE, PASSPHRASE)
    assert "cannot be written" in failure(qtbot, page)
    assert page.passphrase.second.hasFocus()


def test_the_demo_needs_no_vault(qtbot: QtBot, window: MainWindow, page: FirstRunPage, folder: VaultFolder) -> None:
    press(qtbot, "Only try it")
    qtbot.waitUntil(lambda: bool(window.chat.empty.buttons))
    qtbot.wait(200)
    assert window.desk.lock_button.isHidden()
    assert window.first_run is None
    assert not folder.path.exists()


def test_a_window_closed_on_the_way_leaves_a_vault_that_opens(
    qtbot: QtBot, window: MainWindow, page: FirstRunPage, folder: VaultFolder
) -> None:
    to_recovery(qtbot, page)
    window.close()
    open_vault(folder, Credentials("Ada", PASSPHRASE)).close()


def test_every_control_of_every_step_is_named_reached_and_large_enough(qtbot: QtBot, page: FirstRunPage) -> None:
    def check() -> None:
        step = page.currentWidget()
        assert step is not None
        stops = {focused()}
        for _ in range(20):
            qtbot.keyClick(focused(), Qt.Key.Key_Tab)
            stops.add(focused())
        controls = [
            control for control in step.findChildren(QWidget) if isinstance(control, QAbstractButton | QLineEdit)
        ]
        for control in controls:
            interface = QAccessible.queryAccessibleInterface(control)
            assert interface is not None
            assert interface.text(QAccessible.Text.Name)
            assert control in stops
            assert control.height() >= 44

    check()
    to_secret(qtbot, page)
    check()
    page.passphrase.first.setFocus()
    type_and_enter(qtbot, PASSPHRASE, PASSPHRASE)
    wait_for(qtbot, page, RECOVERY)
    check()
    press(qtbot, "I have written it down")
    check()

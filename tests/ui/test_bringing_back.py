"""A backup brings the vault back where none is open: on a new computer, and where the vault is damaged."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from medbot_desktop.inference.store import ModelStore
from medbot_desktop.ui.bringing_back import BringingBack
from medbot_desktop.ui.main_window import MainWindow
from medbot_desktop.ui.restore_dialog import RestoreDialog
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.ui.worker import Worker
from medbot_desktop.vault.backup import backups_beside
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.keyslots import LEAST_COST
from medbot_desktop.vault.opening import Credentials, create_vault, open_vault

from .showing import in_front
from .vault_folders import PASSPHRASE


@dataclass(frozen=True)
class Kept:
    """A backup on another disk, the vault that it is of, and that vault's recovery key."""

    file: Path
    vault: VaultFolder
    recovery_key: str


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    place = tmp_path_factory.mktemp("kept")
    folder = VaultFolder(place / "home" / "vault")
    opened, recovery_key = create_vault(folder, "Ada", PASSPHRASE, LEAST_COST)
    with backups_beside(opened) as backups:
        file = backups.make(place).file
    opened.close()
    return Kept(file, folder, recovery_key)


@pytest.fixture
def window(
    qtbot: QtBot, models: ModelStore, tmp_path: Path, appearance: Appearance, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MainWindow]:
    monkeypatch.setenv("MEDBOT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MEDBOT_TEXT_MODEL", "none")
    window = MainWindow(appearance, Worker())
    window.show()
    window.worker.start()
    yield window
    window.close()
    window.deleteLater()


def asked(qtbot: QtBot, bringing_back: BringingBack, file: Path) -> RestoreDialog:
    """The dialog about a file."""
    bringing_back.ask_about(file)
    return in_front(qtbot, lambda: bringing_back.dialog)


def wait_until_open(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: window.desk.isVisible() and not window.desk.lock_button.isHidden())


def test_a_new_computer_gets_the_vault_of_the_old_one(qtbot: QtBot, window: MainWindow, kept: Kept) -> None:
    window.show_first_run()
    assert window.first_run is not None
    assert window.first_run.restore_button.isVisible()
    dialog = asked(qtbot, window.first_run.bringing_back, kept.file)
    assert dialog.other.isHidden()
    dialog.account.setText("Ada")
    dialog.passphrase.setText("not this one at all")
    dialog.restore_button.click()
    qtbot.waitUntil(dialog.failure.isVisible)
    assert not VaultFolder.standard().exists()
    dialog.passphrase.setText(PASSPHRASE)
    dialog.restore_button.click()
    wait_until_open(qtbot, window)
    assert window.first_run is None


def test_with_the_recovery_key_somebody_signs_in_afterwards(qtbot: QtBot, window: MainWindow, kept: Kept) -> None:
    window.show_first_run()
    assert window.first_run is not None
    dialog = asked(qtbot, window.first_run.bringing_back, kept.file)
    dialog.by_recovery_key.setChecked(True)
    dialog.recovery_key.setText(kept.recovery_key)
    dialog.restore_button.click()
    qtbot.waitUntil(window.lock_screen.isVisible)
    assert "Sign in with a passphrase of its time" in window.lock_screen.notice.text()
    open_vault(VaultFolder.standard(), Credentials("Ada", PASSPHRASE)).close()


def test_a_damaged_vault_is_told_at_the_lock_and_a_backup_takes_its_place(
    qtbot: QtBot, window: MainWindow, kept: Kept, tmp_path: Path
) -> None:
    shutil.copytree(kept.vault.path, tmp_path / "home" / "vault")
    content = bytearray(VaultFolder.standard().database.read_bytes())
    content[1_000:2_000] = bytes(1_000)
    VaultFolder.standard().database.write_bytes(content)
    window.show_lock()
    assert not window.lock_screen.restore_button.isVisible()
    window.lock_screen.account.setText("Ada")
    window.lock_screen.passphrase.setText(PASSPHRASE)
    window.lock_screen.submit()
    qtbot.waitUntil(window.lock_screen.restore_button.isVisible)
    assert "damaged" in window.lock_screen.failure.text()
    assert "with “Restore a backup…”." in window.lock_screen.failure.text()
    dialog = asked(qtbot, window.lock_screen.bringing_back, kept.file)
    dialog.account.setText("Ada")
    dialog.passphrase.setText(PASSPHRASE)
    dialog.restore_button.click()
    wait_until_open(qtbot, window)
    [aside] = (tmp_path / "home").glob("vault.before-*")
    assert (aside / "vault.db").read_bytes() == bytes(content)


def test_a_file_that_is_no_backup_is_told(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    window.show_first_run()
    assert window.first_run is not None
    (tmp_path / "letter.txt").write_text("dear all")
    window.first_run.bringing_back.ask_about(tmp_path / "letter.txt")
    qtbot.waitUntil(window.first_run.failure.isVisible)
    assert "no backup of MedBot" in window.first_run.failure.text()


def test_a_dialog_that_is_closed_restores_nothing(qtbot: QtBot, window: MainWindow, kept: Kept) -> None:
    window.show_first_run()
    assert window.first_run is not None
    dialog = asked(qtbot, window.first_run.bringing_back, kept.file)
    dialog.account.setText("Ada")
    dialog.passphrase.setText(PASSPHRASE)
    dialog.restore_button.click()
    dialog.reject()
    done: list[object] = []
    window.worker.run_alone(lambda: None, done.append)
    qtbot.waitUntil(lambda: bool(done))
    assert not VaultFolder.standard().exists()

"""Backups are made, checked and put back by people who are no experts, and what fails says so and loses nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from medbot_desktop.ui import restoring
from medbot_desktop.ui.backups_page import BackupsPage
from medbot_desktop.ui.main_window import MainWindow
from medbot_desktop.ui.restore_dialog import RestoreDialog
from medbot_desktop.vault.backup import Backups
from medbot_desktop.vault.erasing import empty_log
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.keyslots import LEAST_COST
from medbot_desktop.vault.opening import Credentials, create_vault, open_vault
from medbot_desktop.vault.preferences import BackupPlan, Preferences

from .vault_folders import PASSPHRASE
from .vaulted import VaultServices, in_vault, open_as, open_window, opened_dialog, section, settle, told


@pytest.fixture
def services(vault_folder: VaultFolder) -> VaultServices:
    services = open_as(vault_folder)
    services.keep("A question of the first day")
    return services


@pytest.fixture
def window(qtbot: QtBot, services: VaultServices) -> MainWindow:
    return open_window(qtbot, services)


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> BackupsPage:
    return section(qtbot, window, "backups", BackupsPage)


def make(qtbot: QtBot, window: MainWindow, page: BackupsPage) -> Path:
    """Make a backup by the button; returns its file."""
    page.make_button.click()
    told(qtbot, page)
    settle(qtbot, window)
    return page.table.rows.records[0].file


def states(page: BackupsPage) -> list[object]:
    return [page.table.rows.index(row, 1).data() for row in range(page.table.rows.rowCount())]


def plan(qtbot: QtBot, window: MainWindow) -> BackupPlan:
    return in_vault(qtbot, window, lambda services: services.preferences.read().backup)


class TestMaking:
    def test_a_vault_without_a_backup_warns(self, page: BackupsPage) -> None:
        assert page.last.words.text() == "No backup yet."
        assert page.last.warning.isVisible()

    def test_a_backup_is_made_with_a_bar_and_is_listed(
        self, qtbot: QtBot, window: MainWindow, page: BackupsPage
    ) -> None:
        seen: list[int] = []
        page.progress.bar.valueChanged.connect(seen.append)
        page.make_button.click()
        assert page.progress.isVisible()
        assert not page.make_button.isEnabled()
        assert told(qtbot, page).startswith("Backed up and checked: 2 messages, ")
        settle(qtbot, window)
        assert not page.progress.isVisible()
        assert max(seen) == 1_000
        assert states(page) == ["Checked and whole"]
        assert "just now" in page.last.words.text()
        assert not page.last.warning.isVisible()

    def test_cancelling_leaves_nothing_behind(
        self, qtbot: QtBot, window: MainWindow, page: BackupsPage, vault_folder: VaultFolder
    ) -> None:
        free = Event()
        window.worker.run_aside(lambda services: free.wait(10))
        page.make_button.click()
        page.progress.stop_button.click()
        free.set()
        assert told(qtbot, page) == "This was stopped, and nothing was changed."
        assert not any(file.is_file() for file in vault_folder.backups.rglob("*"))
        assert page.make_button.isEnabled()

    def test_nothing_else_is_begun_while_a_backup_is_made(
        self, qtbot: QtBot, window: MainWindow, page: BackupsPage, vault_folder: VaultFolder
    ) -> None:
        free = Event()
        window.worker.run_aside(lambda services: free.wait(10))
        page.make_button.click()
        page.refresh()
        settle(qtbot, window)
        page.table.rows.show(page.table.rows.records)
        page.settle()
        page.plan.save_button.click()
        page._make()
        free.set()
        assert told(qtbot, page).startswith("Backed up and checked: 2 messages, ")
        assert len(list(vault_folder.backups.glob("*.medbot-backup"))) == 1

    def test_the_newest_backup_does_not_count_once_it_was_found_damaged(
        self, qtbot: QtBot, window: MainWindow, page: BackupsPage
    ) -> None:
        file = make(qtbot, window, page)
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
        page.table.choose(0)
        page.verify_button.click()
        qtbot.waitUntil(lambda: page.last.words.text() == "No backup yet.")

    def test_an_old_backup_warns_when_the_plan_asks_for_a_newer_one(
        self, qtbot: QtBot, window: MainWindow, page: BackupsPage
    ) -> None:
        make(qtbot, window, page)
        page.last.show_newest(page.table.rows.records, 24, datetime.now(UTC) + timedelta(days=2, minutes=1))
        assert "(2 days ago)" in page.last.words.text()
        assert page.last.warning.text().startswith("It is older than the plan says, which is every 24 hours.")

    def test_a_folder_that_is_not_there_is_told_and_the_plan_can_be_mended(
        self, qtbot: QtBot, window: MainWindow, page: BackupsPage, tmp_path: Path
    ) -> None:
        drive = tmp_path / "drive"
        drive.mkdir()
        page.plan.folder.setText(str(drive))
        page.plan.save_button.click()
        told(qtbot, page)
        drive.rmdir()
        page.refresh()
        settle(qtbot, window)
        assert page.last.warning.text().startswith("The folder of backups is not there.")
        assert page.last.words.text().startswith("Last backup by the plan: ")
        page.make_button.click()
        assert told(qtbot, page).startswith("The folder of backups is not there.")
        assert page.plan.folder.text() == str(drive)

    def test_of_a_damaged_vault_it_names_the_button_that_checks_it(
        self, qtbot: QtBot, window: MainWindow, page: BackupsPage, vault_folder: VaultFolder
    ) -> None:
        def damage(services: VaultServices) -> None:
            empty_log(services.opened.vault)
            with vault_folder.database.open("r+b") as file:
                file.seek(40_960)
                file.write(b"damaged" * 2_000)

        in_vault(qtbot, window, damage)
        page.make_button.click()
        assert "“Check the vault” in the section “Backups”" in told(qtbot, page)
        assert "`" not in page.notice.words.text()


class TestPlan:
    def test_what_is_changed_and_not_saved_stays_when_the_page_is_read_anew(
        self, qtbot: QtBot, window: MainWindow, page: BackupsPage
    ) -> None:
        page.plan.folder.setText("half a na")
        make(qtbot, window, page)
        assert page.plan.folder.text() == "half a na"

    def test_it_is_saved(self, qtbot: QtBot, window: MainWindow, page: BackupsPage, tmp_path: Path) -> None:
        page.plan.ask_folder = lambda parent, folder: str(tmp_path)
        page.plan.folder_button.click()
        page.plan.hours.setValue(6)
        page.plan.keep.setValue(3)
        page.plan.save_button.click()
        assert told(qtbot, page) == "The plan is saved."
        assert plan(qtbot, window) == BackupPlan(folder=str(tmp_path), every_hours=6, keep=3)

    def test_a_folder_that_cannot_be_written_is_refused_and_what_was_typed_stays(
        self, qtbot: QtBot, window: MainWindow, page: BackupsPage, tmp_path: Path
    ) -> None:
        (tmp_path / "file").write_text("where a folder should be")
        page.plan.folder.setText(str(tmp_path / "file"))
        page.plan.on_demand.setChecked(True)
        page.plan.save_button.click()
        assert told(qtbot, page).startswith("Backups cannot be written to that folder.")
        assert page.plan.folder.text() == str(tmp_path / "file")
        assert page.plan.on_demand.isChecked()
        assert plan(qtbot, window) == BackupPlan()

    def test_whoever_may_not_change_it_reads_it(self, qtbot: QtBot, vault_folder: VaultFolder) -> None:
        window = open_window(qtbot, open_as(vault_folder, "desk"))
        page = section(qtbot, window, "backups", BackupsPage)
        assert "every 24 hours" in page.plan.in_words.text()
        assert not page.plan.save_button.isVisible()
        assert not page.restore_button.isVisible()
        assert page.make_button.isVisible()


class TestChecking:
    def test_a_whole_backup_is_said_to_be_whole(self, qtbot: QtBot, window: MainWindow, page: BackupsPage) -> None:
        in_vault(qtbot, window, lambda services: services.backups.make())
        page.refresh()
        settle(qtbot, window)
        assert states(page) == ["Readable"]
        page.table.choose(0)
        page.verify_button.click()
        assert "It is whole" in told(qtbot, page)
        settle(qtbot, window)
        assert states(page) == ["Checked and whole"]

    def test_a_damaged_backup_is_found_and_cannot_be_restored(
        self, qtbot: QtBot, window: MainWindow, page: BackupsPage
    ) -> None:
        file = make(qtbot, window, page)
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
        page.table.choose(0)
        page.verify_button.click()
        qtbot.waitUntil(lambda: "It is damaged and cannot be restored." in told(qtbot, page))
        settle(qtbot, window)
        assert states(page) == ["Damaged"]
        assert not page.restore_button.isEnabled()

    def test_a_backup_of_another_vault_is_told_apart(
        self, qtbot: QtBot, window: MainWindow, page: BackupsPage, other_backup: Path, vault_folder: VaultFolder
    ) -> None:
        vault_folder.backups.mkdir(exist_ok=True)
        other_backup.replace(vault_folder.backups / other_backup.name)
        page.refresh()
        settle(qtbot, window)
        assert states(page) == ["Of another vault"]
        assert page.last.words.text() == "No backup yet."

    def test_the_vault_is_checked(self, qtbot: QtBot, page: BackupsPage) -> None:
        page.vault_button.click()
        qtbot.waitUntil(page.report.isVisible)
        assert page.report.text().startswith("The vault is whole: ")

    def test_a_fault_of_the_vault_is_listed(self, qtbot: QtBot, window: MainWindow, page: BackupsPage) -> None:
        def damage(services: VaultServices) -> None:
            with services.opened.vault.driver() as connection:
                connection.execute("DELETE FROM messages_fts_data WHERE id > 10")

        in_vault(qtbot, window, damage)
        page.vault_button.click()
        qtbot.waitUntil(page.report.isVisible)
        assert "• The structure of the database is damaged." in page.report.text()


class TestRestoring:
    @pytest.fixture
    def reopened(self, monkeypatch: pytest.MonkeyPatch) -> list[VaultServices]:
        """The services that the window opens after a restore; the library and the models are left out."""
        made: list[VaultServices] = []

        def unlock(account: str, passphrase: str) -> VaultServices:
            made.append(VaultServices(open_vault(VaultFolder.standard(), Credentials(account, passphrase))))
            return made[-1]

        monkeypatch.setattr(restoring, "unlock", unlock)
        return made

    @pytest.fixture
    def restore(self, qtbot: QtBot, window: MainWindow, page: BackupsPage) -> Callable[[str], None]:
        """Back up, go on working, and restore with a passphrase."""

        def go(passphrase: str) -> None:
            make(qtbot, window, page)
            in_vault(qtbot, window, lambda services: services.keep("A question of the second day"))
            page.table.choose(0)
            page.restore_button.click()
            dialog = opened_dialog(qtbot, page, RestoreDialog)
            assert dialog.account.text() == "admin"
            dialog.passphrase.setText(passphrase)
            dialog.restore_button.click()

        return go

    def test_the_window_opens_the_vault_of_that_time_and_names_where_the_other_one_is(
        self,
        qtbot: QtBot,
        window: MainWindow,
        restore: Callable[[str], None],
        reopened: list[VaultServices],
        vault_folder: VaultFolder,
    ) -> None:
        restore(PASSPHRASE)
        qtbot.waitUntil(lambda: bool(reopened) and window.notice.isVisible())
        assert [talk.title for talk in reopened[0].store.list()] == ["A question of the first day"]
        aside = next(vault_folder.path.parent.glob("vault.before-*"))
        assert str(aside) in window.notice.words.text()
        kept = open_vault(VaultFolder(aside), Credentials("admin", PASSPHRASE))
        assert len(VaultServices(kept).store.list()) == 2
        kept.close()

    def test_a_wrong_passphrase_is_told_in_the_dialog_and_the_vault_stays_open(
        self, qtbot: QtBot, window: MainWindow, page: BackupsPage, restore: Callable[[str], None]
    ) -> None:
        restore("not the passphrase")
        dialog = page.dialog
        assert isinstance(dialog, RestoreDialog)
        qtbot.waitUntil(dialog.failure.isVisible)
        assert "does not open" in dialog.failure.text()
        assert dialog.passphrase.selectedText() == "not the passphrase"
        assert dialog.restore_button.isEnabled()
        assert in_vault(qtbot, window, lambda services: services.audit.entries(1))[0].action == "wrong_passphrases"
        assert all(field.height() >= field.minimumSizeHint().height() for field in (dialog.account, dialog.passphrase))
        assert len(in_vault(qtbot, window, lambda services: services.store.list())) == 2

    def test_a_dialog_that_is_closed_while_the_passphrase_is_tried_restores_nothing(
        self, qtbot: QtBot, window: MainWindow, page: BackupsPage, restore: Callable[[str], None]
    ) -> None:
        restore(PASSPHRASE)
        assert page.dialog is not None
        page.dialog.reject()
        assert len(in_vault(qtbot, window, lambda services: services.store.list())) == 2
        assert window.settings.isVisible()

    def test_a_restore_that_is_cancelled_changes_nothing_and_the_window_locks(
        self, qtbot: QtBot, window: MainWindow, page: BackupsPage, restore: Callable[[str], None]
    ) -> None:
        free = Event()

        def stop() -> None:
            page.progress.stop()
            free.set()

        def hold() -> None:
            window.worker.run(lambda services: free.wait(10))  # else a quick restore is over before it is stopped
            QTimer.singleShot(0, stop)

        restore(PASSPHRASE)
        assert page.dialog is not None
        page.dialog.accepted.connect(hold)
        qtbot.waitUntil(window.lock_screen.isVisible)
        assert window.lock_screen.notice.text() == (
            "This was stopped, and nothing was changed. The vault is as it was: sign in to go on."
        )

    def test_with_the_recovery_key_somebody_signs_in_afterwards(
        self, qtbot: QtBot, window: MainWindow, page: BackupsPage
    ) -> None:
        key = in_vault(qtbot, window, lambda services: services.accounts.new_recovery_key())
        make(qtbot, window, page)
        page.table.choose(0)
        page.restore_button.click()
        dialog = opened_dialog(qtbot, page, RestoreDialog)
        dialog.by_recovery_key.setChecked(True)
        dialog.recovery_key.setText(key)
        dialog.restore_button.click()
        qtbot.waitUntil(window.lock_screen.isVisible)
        assert window.lock_screen.notice.text().startswith("The vault of ")
        assert "Sign in with a passphrase of its time" in window.lock_screen.notice.text()

    def test_what_opens_it_must_be_typed_first(self, qtbot: QtBot, window: MainWindow, page: BackupsPage) -> None:
        make(qtbot, window, page)
        page.table.choose(0)
        page.restore_button.click()
        dialog = opened_dialog(qtbot, page, RestoreDialog)
        dialog.restore_button.click()
        assert dialog.failure.text().startswith("What opens the backup is missing.")
        dialog.cancel_button.click()
        assert window.settings.isVisible()

    def test_another_vault_takes_the_place_only_when_that_is_said(
        self, qtbot: QtBot, window: MainWindow, page: BackupsPage, other_backup: Path, reopened: list[VaultServices]
    ) -> None:
        page.ask_about(other_backup)
        dialog = opened_dialog(qtbot, page, RestoreDialog)
        dialog.account.setText("olu")
        dialog.passphrase.setText(PASSPHRASE)
        dialog.restore_button.click()
        assert dialog.failure.text().startswith("This backup is of another vault.")
        dialog.other.setChecked(True)
        dialog.restore_button.click()
        qtbot.waitUntil(lambda: bool(reopened) and window.chat.isVisible())
        assert reopened[0].rights.account.name == "olu"

    def test_a_file_that_is_no_backup_is_told(self, qtbot: QtBot, page: BackupsPage, tmp_path: Path) -> None:
        (tmp_path / "letter.txt").write_text("Dear all")
        page.ask_about(tmp_path / "letter.txt")
        assert "is no backup of MedBot" in told(qtbot, page)


@pytest.fixture
def other_backup(tmp_path: Path) -> Path:
    """A backup of another clinic's vault."""
    opened, _ = create_vault(VaultFolder(tmp_path / "other"), "olu", PASSPHRASE, LEAST_COST)
    folder = tmp_path / "usb"
    folder.mkdir()
    file = Backups(opened, Preferences(opened.vault, opened.access)).make(folder).file
    opened.close()
    return file

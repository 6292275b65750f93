"""Leaving the desk: by idleness, by sleep or on purpose, the vault is closed and nothing of it stays in the window."""

from __future__ import annotations

import gc
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from medbot_desktop.inference.store import ModelStore
from medbot_desktop.ui.main_window import MainWindow
from medbot_desktop.ui.talk import Talk
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.ui.transcript_model import Entry, State
from medbot_desktop.ui.worker import Services, Worker
from medbot_desktop.vault.attempts import Attempts
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.keyslots import Keyslots
from medbot_desktop.vault.opening import Credentials, open_vault

from .conftest import sign_in
from .vault_folders import PASSPHRASE

QUESTION = "What helps a sore throat?"


def wait_for_lock(qtbot: QtBot, window: MainWindow) -> None:
    with qtbot.waitSignal(window.worker.locked):
        pass
    assert window.lock_screen.isVisible()


def test_the_vault_is_closed_and_another_program_can_open_it(
    qtbot: QtBot, clinic_window: MainWindow, vault_folder: VaultFolder
) -> None:
    clinic_window.desk.lock_button.click()
    wait_for_lock(qtbot, clinic_window)
    with closing(open_vault(vault_folder, Credentials("admin", PASSPHRASE))) as opened:
        assert opened.account.name == "admin"


def test_a_lock_in_the_middle_of_an_answer_stops_it(qtbot: QtBot, clinic_window: MainWindow) -> None:
    clinic_window.chat.send(QUESTION)
    qtbot.waitUntil(lambda: clinic_window.chat.talk.conversation is not None)
    clinic_window.lock()
    wait_for_lock(qtbot, clinic_window)
    sign_in(qtbot, clinic_window)
    assert all(not talk.transcript.rowCount() for talk in clinic_window.chat.archive.talks)


def test_no_message_and_no_conversation_is_held_by_anything_after_the_lock(
    qtbot: QtBot, clinic_window: MainWindow
) -> None:
    clinic_window.chat.send(QUESTION)
    qtbot.waitUntil(lambda: clinic_window.chat.talk.transcript.entry(-1).state is State.DONE)
    own = {id(talk) for talk in clinic_window.chat.archive.talks}
    own |= {id(clinic_window.chat.talk.transcript.entry(row)) for row in (0, 1)}
    clinic_window.lock()
    wait_for_lock(qtbot, clinic_window)
    gc.collect()
    held = [found for found in gc.get_objects() if isinstance(found, Entry | Talk) and id(found) in own]
    assert [found for found in held if isinstance(found, Entry)] == []
    assert all(talk.is_new() for talk in held if isinstance(talk, Talk))  # a new one may be where an old one was


def test_what_was_asked_for_before_the_lock_is_not_told_after_it(qtbot: QtBot, clinic_window: MainWindow) -> None:
    told: list[object] = []
    clinic_window.worker.run(lambda services: services.conversations.list(), told.append, told.append)
    clinic_window.lock()
    wait_for_lock(qtbot, clinic_window)
    assert told == []


def test_what_was_copied_here_leaves_the_clipboard(qtbot: QtBot, clinic_window: MainWindow) -> None:
    QGuiApplication.clipboard().setText("an answer")
    clinic_window.lock()
    assert QGuiApplication.clipboard().text() == ""


def test_open_dialogs_are_closed(qtbot: QtBot, clinic_window: MainWindow) -> None:
    dialog = QDialog(clinic_window.chat)
    dialog.open()
    clinic_window.lock()
    assert not dialog.isVisible()


def test_a_window_that_nobody_uses_warns_and_locks(qtbot: QtBot, clinic_window: MainWindow) -> None:
    clinic_window.chat.composer.set_text("half a question")
    clinic_window.idle.start(2 / 60)
    words = clinic_window.notice.words
    qtbot.waitUntil(lambda: words.text().startswith("MedBot locks in "))
    assert clinic_window.notice.isVisible()
    assert words.text().endswith(" s. Press any key to keep it open. What is typed and not sent is lost then.")
    wait_for_lock(qtbot, clinic_window)
    assert "nobody was using it" in clinic_window.lock_screen.notice.text()
    assert not clinic_window.notice.isVisible()


def test_a_key_takes_the_warning_away(qtbot: QtBot, clinic_window: MainWindow) -> None:
    clinic_window.idle.warning.emit(30)
    assert clinic_window.notice.isVisible()
    clinic_window.idle.touched.emit()
    assert not clinic_window.notice.isVisible()


def test_a_computer_that_goes_to_sleep_finds_the_window_locked(qtbot: QtBot, clinic_window: MainWindow) -> None:
    clinic_window.suspend.prepare_for_sleep(True)
    wait_for_lock(qtbot, clinic_window)
    assert "went to sleep" in clinic_window.lock_screen.notice.text()


def test_the_time_that_the_clinic_has_chosen_is_kept(qtbot: QtBot, clinic_window: MainWindow) -> None:
    def choose(services: Services) -> None:
        settings = services.preferences.read()
        services.preferences.change(settings.model_copy(update={"lock_after_minutes": 1}))

    done: list[object] = []
    clinic_window.worker.run(choose, done.append)
    qtbot.waitUntil(lambda: bool(done))
    clinic_window.lock()
    wait_for_lock(qtbot, clinic_window)
    sign_in(qtbot, clinic_window)
    assert clinic_window.idle._seconds == 60


def test_wrong_passphrases_meanwhile_are_told_until_somebody_closes_it(
    qtbot: QtBot, clinic_window: MainWindow, vault_folder: VaultFolder
) -> None:
    clinic_window.lock()
    wait_for_lock(qtbot, clinic_window)
    slot = Keyslots.read(vault_folder).slot_id("admin")
    Attempts(vault_folder).begin(slot)
    sign_in(qtbot, clinic_window)
    qtbot.waitUntil(clinic_window.notice.isVisible)
    assert "wrong passphrase was tried" in clinic_window.notice.words.text()
    assert not clinic_window.notice.ending.isActive()


def test_the_demo_has_no_lock(qtbot: QtBot, appearance: Appearance, models: ModelStore) -> None:
    from medbot_desktop.ui.entry import open_workspace

    window = MainWindow(appearance, Worker(lambda: open_workspace("demo")))
    window.show()
    window.worker.start()
    qtbot.waitUntil(lambda: bool(window.chat.empty.buttons))
    qtbot.keyClick(window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    qtbot.wait(200)
    assert window.desk.isVisible()
    assert not window.idle.is_watching
    window.close()


def test_where_the_program_is_damaged_the_vault_is_closed_again_and_says_why(
    qtbot: QtBot, clinic_window: MainWindow, vault_folder: VaultFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic_window.lock()
    wait_for_lock(qtbot, clinic_window)
    (tmp_path / "settings.toml").write_text("theme = [", encoding="utf-8")
    clinic_window.lock_screen.passphrase.setText(PASSPHRASE)
    clinic_window.lock_screen.submit()
    qtbot.waitUntil(lambda: "settings.toml" in clinic_window.lock_screen.notice.text())
    assert clinic_window.lock_screen.isVisible()
    open_vault(vault_folder, Credentials("admin", PASSPHRASE)).close()

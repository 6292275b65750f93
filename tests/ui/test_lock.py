"""The lock: a real vault behind a real window, opened with the right words only, and gone when it is locked."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from medbot_desktop.errors import PassphraseError
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.ui.lock_screen import LockScreen
from medbot_desktop.ui.main_window import MainWindow
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.ui.transcript_model import State
from medbot_desktop.ui.worker import Worker
from medbot_desktop.vault.accounts import Accounts
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.keyslots import LEAST_COST
from medbot_desktop.vault.opening import Credentials, create_vault, open_vault
from medbot_desktop.vault.roles import Role
from tests.keyrings import KeyringInMemory

from .showing import bring_up

PASSPHRASE = "correct horse battery staple"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A home folder with a vault, its recovery key, and the one-time passphrase of a second account."""
    home = tmp_path_factory.mktemp("home")
    opened, recovery_key = create_vault(VaultFolder(home / "vault"), "Ada", PASSPHRASE, LEAST_COST)
    _, one_time = Accounts(opened).add("Ruth", Role.FRONT_DESK)
    opened.close()
    assert one_time is not None
    return home, recovery_key, one_time


@pytest.fixture
def home(made: tuple[Path, str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(made[0], tmp_path / "home")
    monkeypatch.setenv("MEDBOT_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def locked(qtbot: QtBot, models: ModelStore, home: Path, appearance: Appearance) -> Iterator[MainWindow]:
    """The window before a real vault."""
    window = MainWindow(appearance, Worker())
    window.show_lock()
    bring_up(qtbot, window)
    window.worker.start()
    yield window
    window.close()
    window.deleteLater()


def type_in(qtbot: QtBot, field: QLineEdit, text: str) -> None:
    field.clear()
    field.setText(text)


def sign_in(qtbot: QtBot, window: MainWindow, name: str, passphrase: str) -> None:
    type_in(qtbot, window.lock_screen.account, name)
    type_in(qtbot, window.lock_screen.passphrase, passphrase)
    qtbot.keyClick(window.lock_screen.passphrase, Qt.Key.Key_Return)


def is_open(window: MainWindow) -> Callable[[], bool]:
    return lambda: window.desk.isVisible() and not window.desk.lock_button.isHidden()


def wait_for_failure(qtbot: QtBot, screen: LockScreen) -> str:
    qtbot.waitUntil(lambda: not screen.failure.isHidden())
    return screen.failure.text()


def test_the_right_passphrase_opens_the_desk(qtbot: QtBot, locked: MainWindow) -> None:
    assert not locked.desk.isVisible()
    sign_in(qtbot, locked, "ada", PASSPHRASE)
    qtbot.waitUntil(is_open(locked))
    assert locked.lock_screen.passphrase.text() == ""


def test_a_wrong_passphrase_is_told_and_the_right_one_still_opens(qtbot: QtBot, locked: MainWindow) -> None:
    sign_in(qtbot, locked, "ada", "not this one at all")
    assert "does not open" in wait_for_failure(qtbot, locked.lock_screen)
    assert not locked.desk.isVisible()
    sign_in(qtbot, locked, "ada", PASSPHRASE)
    qtbot.waitUntil(is_open(locked))


def test_nothing_typed_is_told_before_anything_is_tried(qtbot: QtBot, locked: MainWindow) -> None:
    locked.lock_screen.submit()
    assert "Passphrase" in locked.lock_screen.failure.text()


def test_after_many_wrong_tries_the_button_counts_down(qtbot: QtBot, locked: MainWindow) -> None:
    locked.worker.refused.emit(PassphraseError("That passphrase does not open this vault.", "Wait.", 3.0))
    assert not locked.lock_screen.button.isEnabled()
    assert locked.lock_screen.button.text() == "Wait 3 s"
    qtbot.waitUntil(locked.lock_screen.button.isEnabled)


def test_what_is_typed_can_be_looked_at(qtbot: QtBot, locked: MainWindow) -> None:
    screen = locked.lock_screen
    assert screen.passphrase.echoMode() is QLineEdit.EchoMode.Password
    screen.show_letters.setChecked(True)
    assert screen.passphrase.echoMode() is QLineEdit.EchoMode.Normal


def test_a_one_time_passphrase_asks_for_a_new_one_first(
    qtbot: QtBot, locked: MainWindow, made: tuple[Path, str, str]
) -> None:
    screen = locked.lock_screen
    sign_in(qtbot, locked, "ruth", made[2])
    qtbot.waitUntil(screen.new.isVisible)
    type_in(qtbot, screen.new, "my own long words")
    type_in(qtbot, screen.repeated, "my own long wordz")
    screen.submit()
    assert "not the same" in wait_for_failure(qtbot, screen)
    type_in(qtbot, screen.repeated, "my own long words")
    screen.submit()
    qtbot.waitUntil(is_open(locked))
    locked.lock()
    sign_in(qtbot, locked, "ruth", "my own long words")
    qtbot.waitUntil(is_open(locked))


def test_the_recovery_key_sets_a_new_passphrase(qtbot: QtBot, locked: MainWindow, made: tuple[Path, str, str]) -> None:
    screen = locked.lock_screen
    screen.other_way.click()
    assert screen.title.text() == "Use the recovery key"
    for field, text in (
        (screen.account, "ada"),
        (screen.recovery_key, made[1].lower()),
        (screen.new, "a new set of words"),
        (screen.repeated, "a new set of words"),
    ):
        type_in(qtbot, field, text)
    screen.submit()
    qtbot.waitUntil(is_open(locked))
    locked.lock()
    sign_in(qtbot, locked, "ada", "a new set of words")
    qtbot.waitUntil(is_open(locked))


def test_locking_takes_everything_off_the_window_and_a_conversation_is_there_again_afterwards(
    qtbot: QtBot, locked: MainWindow
) -> None:
    sign_in(qtbot, locked, "ada", PASSPHRASE)
    qtbot.waitUntil(is_open(locked))
    locked.chat.send("What helps a sore throat?")
    qtbot.waitUntil(lambda: locked.chat.talk.transcript.entry(-1).state is State.DONE)
    before = locked.desk
    with qtbot.waitSignal(locked.worker.locked):
        qtbot.keyClick(locked, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert locked.lock_screen.isVisible()
    assert locked.desk is not before
    assert locked.chat.talk.is_new()
    sign_in(qtbot, locked, "ada", PASSPHRASE)
    qtbot.waitUntil(is_open(locked))
    assert [talk.title() for talk in locked.chat.archive.talks if talk.conversation] == ["What helps a sore throat?"]


def test_the_account_is_remembered_from_lock_to_lock(qtbot: QtBot, locked: MainWindow) -> None:
    sign_in(qtbot, locked, "Ada", PASSPHRASE)
    qtbot.waitUntil(is_open(locked))
    qtbot.waitUntil(lambda: locked._account == "Ada")
    locked.lock()
    assert locked.lock_screen.account.text() == "Ada"
    assert locked.lock_screen.passphrase.hasFocus()


def test_a_kiosk_opens_the_vault_by_itself_with_its_own_role(
    qtbot: QtBot, home: Path, system_keyring: KeyringInMemory, locked: MainWindow
) -> None:
    assert not locked.lock_screen.kiosk_button.isVisible()
    opened = open_vault(VaultFolder(home / "vault"), Credentials("Ada", PASSPHRASE))
    Accounts(opened).add_kiosk()
    opened.close()
    locked.show_lock()
    qtbot.waitUntil(locked.lock_screen.kiosk_button.isVisible)
    locked.lock_screen.kiosk_button.click()
    roles: list[Role] = []
    qtbot.waitUntil(is_open(locked))
    locked.worker.run(lambda services: services.access.account.role, roles.append)
    qtbot.waitUntil(lambda: roles == [Role.KIOSK])


def test_a_kiosk_whose_key_the_keyring_has_lost_is_told(
    qtbot: QtBot, home: Path, system_keyring: KeyringInMemory, locked: MainWindow
) -> None:
    opened = open_vault(VaultFolder(home / "vault"), Credentials("Ada", PASSPHRASE))
    Accounts(opened).add_kiosk()
    opened.close()
    system_keyring.kept.clear()
    locked.show_lock()
    qtbot.waitUntil(locked.lock_screen.kiosk_button.isVisible)
    locked.lock_screen.kiosk_button.click()
    assert "holds no key for the kiosk" in wait_for_failure(qtbot, locked.lock_screen)
    assert not locked.desk.isVisible()

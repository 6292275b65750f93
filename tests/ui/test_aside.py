"""Long work beside the conversation: a message is answered while a backup is made, and locking stops the backup."""

from __future__ import annotations

from contextlib import closing
from threading import Event

import pytest
from pytestqt.qtbot import QtBot

from medbot_desktop.domain import Failed
from medbot_desktop.ui.entry import planned_backup
from medbot_desktop.ui.main_window import MainWindow
from medbot_desktop.ui.services import Services
from medbot_desktop.ui.transcript_model import State
from medbot_desktop.vault.backup import backups_beside
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.opening import Credentials, open_vault
from medbot_desktop.vault.preferences import set_mark

from .vault_folders import PASSPHRASE

PATIENCE_S = 60


class HeldBackup:
    """A real backup that waits at its first step until it is let on; ``told`` is what came of it."""

    def __init__(self, window: MainWindow) -> None:
        self.begun, self.may_go_on, self.told = Event(), Event(), list[object]()
        window.worker.run_aside(self._make, self.told.append, self.told.append)

    def _make(self, services: Services) -> object:
        assert services.opened is not None
        with backups_beside(services.opened) as backups:
            return backups.make(progress=self._wait)

    def _wait(self, done: int, total: int) -> None:
        self.begun.set()
        assert self.may_go_on.wait(PATIENCE_S)


@pytest.fixture
def vault_folder(vault_folder: VaultFolder) -> VaultFolder:
    """A vault whose backup is due."""
    with (
        closing(open_vault(vault_folder, Credentials("admin", PASSPHRASE))) as opened,
        opened.vault.transaction() as session,
    ):
        set_mark(session, "last_backup", "2020-01-01T00:00:00+00:00")
    return vault_folder


def test_a_message_is_answered_and_kept_while_a_backup_is_made(qtbot: QtBot, clinic_window: MainWindow) -> None:
    backup = HeldBackup(clinic_window)
    qtbot.waitUntil(backup.begun.is_set)
    clinic_window.chat.send("What helps a sore throat?")
    qtbot.waitUntil(lambda: clinic_window.chat.talk.transcript.entry(-1).state is State.DONE)
    assert backup.told == []
    backup.may_go_on.set()
    qtbot.waitUntil(lambda: bool(backup.told))
    assert not isinstance(backup.told[0], Failed)


def test_locking_waits_for_the_end_of_a_backup_and_nothing_of_it_is_told(
    qtbot: QtBot, clinic_window: MainWindow
) -> None:
    backup = HeldBackup(clinic_window)
    qtbot.waitUntil(backup.begun.is_set)
    clinic_window.lock()
    with qtbot.assertNotEmitted(clinic_window.worker.closed, wait=300):
        pass
    with qtbot.waitSignal(clinic_window.worker.locked):
        backup.may_go_on.set()
    assert backup.told == []


def test_the_planned_backup_is_made_when_the_window_opens_and_stopped_when_it_locks(
    qtbot: QtBot, clinic_window: MainWindow, vault_folder: VaultFolder
) -> None:
    qtbot.waitUntil(lambda: len(list(vault_folder.backups.glob("medbot-*"))) == 1)
    clinic_window.lock()
    with qtbot.waitSignal(clinic_window.worker.locked):
        pass
    assert [file.name for file in vault_folder.backups.iterdir() if file.name.startswith(".")] == []


def test_a_planned_backup_that_cannot_be_made_is_told(
    qtbot: QtBot, clinic_window: MainWindow, vault_folder: VaultFolder
) -> None:
    qtbot.waitUntil(lambda: len(list(vault_folder.backups.glob("medbot-*"))) == 1)
    told: list[str] = []

    def plan_elsewhere(services: Services) -> None:
        settings = services.preferences.read()
        plan = settings.backup.model_copy(update={"folder": str(vault_folder.path / "unplugged")})
        services.preferences.change(settings.model_copy(update={"backup": plan}))
        assert services.opened is not None
        with services.opened.vault.transaction() as session:
            set_mark(session, "last_backup", "2020-01-01T00:00:00+00:00")

    # The first backup notes its day only once its file is there.
    clinic_window.worker.run_aside(lambda _: None, lambda _: told.append("backed up"))
    qtbot.waitUntil(lambda: told == ["backed up"])
    told.clear()
    clinic_window.worker.run(plan_elsewhere, lambda _: told.append("planned"))
    qtbot.waitUntil(lambda: told == ["planned"])
    clinic_window.worker.run_aside(lambda services: planned_backup(services, lambda done, total: None), told.append)
    qtbot.waitUntil(lambda: len(told) == 2)
    assert told[1].startswith("The planned backup was not made. The folder of backups is not there.")

"""An administrator reads the trail, sees at once whether it was tampered with, and takes it along."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from sqlalchemy import text as text_of_sql
from sqlalchemy import update

from medbot_desktop.ui.audit_model import PAGE
from medbot_desktop.ui.audit_page import AuditPage
from medbot_desktop.ui.audit_words import GROUPS
from medbot_desktop.ui.main_window import MainWindow
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.schema import AuditRow
from medbot_desktop.vault.trail import Action

from .vaulted import VaultServices, in_vault, open_as, open_window, section, settle, told

EMERGENCIES = PAGE + 60


@pytest.fixture
def services(vault_folder: VaultFolder) -> VaultServices:
    services = open_as(vault_folder)
    with services.opened.vault.transaction() as session:
        for number in range(EMERGENCIES):
            services.rights.record(session, Action.EMERGENCY_SHOWN, "conversation", f"{number:032x}")
    return services


@pytest.fixture
def opened(qtbot: QtBot, services: VaultServices) -> tuple[MainWindow, AuditPage]:
    window = open_window(qtbot, services)
    return window, section(qtbot, window, "audit", AuditPage)


def text(page: AuditPage, row: int, column: int) -> object:
    return page.entries.index(row, column).data()


def test_the_newest_entry_stands_first_in_plain_words(opened: tuple[MainWindow, AuditPage]) -> None:
    _, page = opened
    assert text(page, 0, 1) == "admin"
    assert text(page, 0, 2) == "Was shown an emergency"
    assert text(page, 0, 3) == "conversation 000000…"
    assert page.entries.records[0].record == f"{EMERGENCIES - 1:032x}"


def test_older_entries_come_when_somebody_scrolls_there(qtbot: QtBot, opened: tuple[MainWindow, AuditPage]) -> None:
    _, page = opened
    assert page.entries.rowCount() == PAGE
    page.table.scrollToBottom()
    qtbot.waitUntil(lambda: page.entries.rowCount() > PAGE + 60)
    numbers = [entry.seq for entry in page.entries.records]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[-1] == 1
    assert not page.entries.canFetchMore(page.table.rootIndex())


def test_one_kind_of_action_is_shown_alone(qtbot: QtBot, opened: tuple[MainWindow, AuditPage]) -> None:
    window, page = opened
    page.show_only("Added an account")
    settle(qtbot, window)
    assert {text(page, row, 2) for row in range(page.entries.rowCount())} == {"Added an account"}
    assert page.entries.rowCount() == 2
    page.show_only("Everything")
    settle(qtbot, window)
    assert page.entries.rowCount() == PAGE


def test_a_whole_trail_is_said_to_be_whole(qtbot: QtBot, opened: tuple[MainWindow, AuditPage]) -> None:
    _, page = opened
    page.verify_button.click()
    qtbot.waitUntil(page.report.isVisible)
    assert page.report.text().startswith("Whole: ")


def test_an_entry_that_was_changed_is_named(qtbot: QtBot, opened: tuple[MainWindow, AuditPage]) -> None:
    window, page = opened

    def tamper(services: VaultServices) -> None:
        with services.opened.vault.transaction() as session:
            session.execute(text_of_sql("DROP TRIGGER audit_keeps_update"))
            session.execute(update(AuditRow).where(AuditRow.seq == 5).values(account_name="somebody else"))

    in_vault(qtbot, window, tamper)
    page.verify_button.click()
    qtbot.waitUntil(page.report.isVisible)
    assert "Entry 5 was changed after it was written." in page.report.text()


def test_the_export_holds_every_entry(qtbot: QtBot, opened: tuple[MainWindow, AuditPage], tmp_path: Path) -> None:
    _, page = opened
    file = tmp_path / "trail.jsonl"
    page.ask_file = lambda parent: file
    page.export_button.click()
    assert str(file) in told(qtbot, page)
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert lines[-1]["action"] == "exported"


def test_an_export_that_cannot_be_written_is_told(
    qtbot: QtBot, opened: tuple[MainWindow, AuditPage], tmp_path: Path
) -> None:
    _, page = opened
    (tmp_path / "file").write_text("in the way")
    page.ask_file = lambda parent: tmp_path / "file" / "trail.jsonl"
    page.export_button.click()
    assert "cannot be written" in told(qtbot, page)


def test_every_action_has_words_of_its_own() -> None:
    words = [(action, text) for group in GROUPS.values() for action, text in group.items()]
    assert sorted(action for action, _ in words) == sorted(action.value for action in Action)
    assert len({text for _, text in words}) == len(words)

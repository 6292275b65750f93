"""Library health: what does not fit together is found, told and mended, and another embedder is chosen with care."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot
from sqlalchemy import text

from medbot_desktop.ui.desk import SETTINGS
from medbot_desktop.ui.health_page import HealthPage
from medbot_desktop.ui.main_window import MainWindow
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.workspace import Workspace

from .shelved import in_vault, open_as, open_window, settle


@pytest.fixture
def window(qtbot: QtBot, library_folder: VaultFolder) -> MainWindow:
    return open_window(qtbot, lambda: open_as(library_folder))


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> HealthPage:
    window.desk.open_page(SETTINGS)
    window.settings.buttons["health"].click()
    settle(qtbot, window)
    found = window.settings.section("health")
    assert isinstance(found, HealthPage)
    return found


def report(qtbot: QtBot, page: HealthPage) -> str:
    qtbot.waitUntil(page.report.isVisible)
    return page.report.text()


def damage(workspace: Workspace) -> None:
    """Break the vector of one passage, as a bad disk might."""
    with workspace.opened.vault.transaction() as session:  # type: ignore[union-attr]
        first = session.scalar(text("SELECT min(id) FROM passages"))
        session.execute(text("UPDATE passages SET vector = x'00' WHERE id = :id"), {"id": first})


def test_sound_libraries_are_said_to_be_sound(qtbot: QtBot, page: HealthPage) -> None:
    page.verify_button.click()
    assert "nothing is wrong" in report(qtbot, page)
    assert not page.repair_button.isVisible()


def test_what_is_damaged_is_told_and_mended(qtbot: QtBot, window: MainWindow, page: HealthPage) -> None:
    in_vault(qtbot, window, damage)
    page.verify_button.click()
    assert "this was found" in report(qtbot, page)
    page.repair_button.click()
    qtbot.waitUntil(lambda: "mended" in page.report.text() and page.report.isVisible())
    page.verify_button.click()
    qtbot.waitUntil(lambda: "nothing is wrong" in page.report.text())


def test_the_embedder_in_use_is_not_offered_again(qtbot: QtBot, page: HealthPage) -> None:
    [(name, button)] = page.choices.items()
    assert name.startswith("all-minilm")
    assert button.text().endswith("(in use)")
    assert button.isChecked()
    assert not page.embed_button.isEnabled()

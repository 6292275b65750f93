"""Everybody changes their own passphrase, and what does not work costs them nothing that they typed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from medbot_desktop.errors import PassphraseError
from medbot_desktop.ui.main_window import MainWindow
from medbot_desktop.ui.passphrase_page import PassphrasePage
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.opening import Credentials, open_vault

from .vault_folders import OTHERS
from .vaulted import open_as, open_window, section, settle, told

NEW = "violet anchor meadow forty"


@pytest.fixture
def opened(qtbot: QtBot, vault_folder: VaultFolder) -> tuple[MainWindow, PassphrasePage]:
    window = open_window(qtbot, open_as(vault_folder, "eva"))
    return window, section(qtbot, window, "passphrase", PassphrasePage)


def fill(page: PassphrasePage, old: str, first: str, second: str) -> None:
    page.old.setText(old)
    page.new.first.setText(first)
    page.new.second.setText(second)
    page.change_button.click()


def test_the_new_passphrase_opens_the_vault_and_the_old_one_does_not(
    qtbot: QtBot, opened: tuple[MainWindow, PassphrasePage], vault_folder: VaultFolder
) -> None:
    window, page = opened
    fill(page, OTHERS, NEW, NEW)
    assert told(qtbot, page).startswith("Your passphrase was changed.")
    assert page.old.text() == page.new.first.text() == ""
    window.close()
    with pytest.raises(PassphraseError):
        open_vault(vault_folder, Credentials("eva", OTHERS))
    open_vault(vault_folder, Credentials("eva", NEW)).close()


def test_a_wrong_old_passphrase_is_told_and_nothing_typed_is_lost(
    qtbot: QtBot, opened: tuple[MainWindow, PassphrasePage]
) -> None:
    _, page = opened
    fill(page, "not my passphrase", NEW, NEW)
    assert "does not open" in told(qtbot, page)
    assert page.new.first.text() == page.new.second.text() == NEW
    assert page.old.hasFocus()


@pytest.mark.parametrize(
    ("old", "first", "second", "sentence"),
    [
        ("", NEW, NEW, "Your passphrase until now is missing."),
        (OTHERS, "short", "short", "A passphrase needs at least 8 characters."),
        (OTHERS, "x" * 100_001, "x" * 100_001, "A passphrase has at most 100,000 characters."),
        (OTHERS, NEW, NEW + "!", "The two passphrases are not the same."),
    ],
)
def test_what_cannot_be_a_passphrase_is_told_at_once(
    qtbot: QtBot, opened: tuple[MainWindow, PassphrasePage], old: str, first: str, second: str, sentence: str
) -> None:
    _, page = opened
    fill(page, old, first, second)
    assert told(qtbot, page).startswith(sentence)


def test_the_enter_key_goes_from_field_to_field_and_then_changes_it(
    qtbot: QtBot, opened: tuple[MainWindow, PassphrasePage]
) -> None:
    _, page = opened
    page.old.setFocus()
    for field, typed in ((page.old, OTHERS), (page.new.first, NEW), (page.new.second, NEW)):
        assert field.hasFocus()
        field.setText(typed)
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert told(qtbot, page).startswith("Your passphrase was changed.")


def test_a_second_press_of_enter_does_nothing_twice(qtbot: QtBot, opened: tuple[MainWindow, PassphrasePage]) -> None:
    window, page = opened
    fill(page, OTHERS, NEW, NEW)
    page.new.submitted.emit()
    assert told(qtbot, page).startswith("Your passphrase was changed.")
    settle(qtbot, window)
    assert page.notice.words.text().startswith("Your passphrase was changed.")


def test_a_line_says_how_strong_it_is(opened: tuple[MainWindow, PassphrasePage]) -> None:
    _, page = opened
    page.new.first.setText("aaaaaaaa")
    weak = page.new.strength.text()
    page.new.first.setText(NEW)
    assert "could be guessed" in weak
    assert page.new.strength.text() == "This is strong."


def test_it_is_in_sight_only_when_somebody_wants_that(opened: tuple[MainWindow, PassphrasePage]) -> None:
    _, page = opened
    fields = (page.old, page.new.first, page.new.second)
    assert {field.echoMode() for field in fields} == {QLineEdit.EchoMode.Password}
    page.new.in_sight.setChecked(True)
    assert {field.echoMode() for field in fields} == {QLineEdit.EchoMode.Normal}

"""An administrator adds people, changes what they may do, and cannot lock everybody out."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from medbot_desktop.errors import PassphraseError
from medbot_desktop.ui.accounts_page import AccountsPage
from medbot_desktop.ui.confirm_dialog import ConfirmDialog
from medbot_desktop.ui.main_window import MainWindow
from medbot_desktop.ui.recovery_key_dialog import RecoveryKeyDialog
from medbot_desktop.ui.role_choice import CHOSEN_BY_PEOPLE, allowed
from medbot_desktop.ui.role_dialog import RoleDialog
from medbot_desktop.ui.secret_dialog import SecretDialog
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.keyslots import SlotKind
from medbot_desktop.vault.opening import Credentials, open_vault
from medbot_desktop.vault.roles import PERMISSIONS, Permission, Role
from tests.keyrings import KeyringInMemory

from .vault_folders import OTHERS, PASSPHRASE
from .vaulted import in_vault, open_as, open_window, opened_dialog, section, settle, told

MARKUP = "Ngozi <b>Okafor</b> & sons"


@pytest.fixture
def window(qtbot: QtBot, vault_folder: VaultFolder) -> MainWindow:
    return open_window(qtbot, open_as(vault_folder))


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> AccountsPage:
    return section(qtbot, window, "accounts", AccountsPage)


def names(page: AccountsPage) -> list[str]:
    return [line.account.name for line in page.table.rows.records]


def choose(page: AccountsPage, name: str) -> None:
    page.table.choose(names(page).index(name))


def cell(page: AccountsPage, row: int, column: int) -> object:
    return page.table.rows.index(row, column).data()


def add(page: AccountsPage, name: str, role: Role, passphrase: str | None = None) -> None:
    page.add_button.click()
    page.form.name.setText(name)
    page.form.role.choose(role)
    if passphrase is not None:
        page.form.own.setChecked(True)
        page.form.passphrase.first.setText(passphrase)
        page.form.passphrase.second.setText(passphrase)
    page.form.add_button.click()


def test_the_table_says_who_there_is(page: AccountsPage) -> None:
    assert [(cell(page, row, 0), cell(page, row, 1)) for row in range(3)] == [
        ("admin", "Administrator"),
        ("desk", "Front desk"),
        ("eva", "Clinician"),
    ]
    assert cell(page, 0, 2) != "Never"
    assert cell(page, 2, 2) == "Never"


def test_a_new_account_opens_the_vault_with_its_one_time_passphrase(
    qtbot: QtBot, window: MainWindow, page: AccountsPage, vault_folder: VaultFolder
) -> None:
    add(page, "olu", Role.CLINICIAN)
    one_time = opened_dialog(qtbot, page, SecretDialog).secret.text()
    settle(qtbot, window)
    assert cell(page, names(page).index("olu"), 3) == "Has to change the passphrase"
    window.close()
    opened = open_vault(vault_folder, Credentials("olu", one_time))
    assert (opened.account.role, opened.account.must_change) == (Role.CLINICIAN, True)
    opened.close()


def test_a_one_time_passphrase_is_shown_once_and_can_be_copied(qtbot: QtBot, page: AccountsPage) -> None:
    add(page, "olu", Role.FRONT_DESK)
    dialog = opened_dialog(qtbot, page, SecretDialog)
    one_time = dialog.secret.text()
    dialog.copy_button.click()
    assert QGuiApplication.clipboard().text() == one_time
    dialog.done_button.click()
    assert dialog.secret.text() == ""


def test_somebody_who_is_there_chooses_a_passphrase_of_their_own(
    qtbot: QtBot, window: MainWindow, page: AccountsPage, vault_folder: VaultFolder
) -> None:
    add(page, "olu", Role.FRONT_DESK, OTHERS)
    assert told(qtbot, page) == "The account olu was added."
    window.close()
    opened = open_vault(vault_folder, Credentials("olu", OTHERS))
    assert not opened.account.must_change
    opened.close()


def test_a_second_press_adds_no_second_account(qtbot: QtBot, window: MainWindow, page: AccountsPage) -> None:
    add(page, "olu", Role.FRONT_DESK, OTHERS)
    page.form.passphrase.submitted.emit()
    assert told(qtbot, page) == "The account olu was added."
    settle(qtbot, window)
    assert not page.form.failure.isVisible()
    assert names(page).count("olu") == 1


def test_nothing_else_is_begun_while_an_account_is_changed(qtbot: QtBot, page: AccountsPage) -> None:
    choose(page, "eva")
    page.reset_button.click()
    dialog = opened_dialog(qtbot, page, ConfirmDialog)
    dialog.action_button.click()
    buttons = (page.add_button, page.role_button, page.reset_button, page.remove_button)
    buttons += (page.kiosk_button, page.recovery_button)
    assert not any(button.isEnabled() for button in buttons)
    opened_dialog(qtbot, page, SecretDialog).reject()
    assert all(button.isEnabled() for button in buttons)


@pytest.mark.parametrize(
    ("name", "sentence"), [("", "The account needs a name."), ("Admin", "There is an account with that name already.")]
)
def test_a_name_that_cannot_be_is_told_and_what_was_typed_stays(
    qtbot: QtBot, page: AccountsPage, name: str, sentence: str
) -> None:
    add(page, name, Role.CLINICIAN, OTHERS)
    qtbot.waitUntil(page.form.failure.isVisible)
    assert page.form.failure.text().startswith(sentence)
    assert (page.form.name.text(), page.form.passphrase.first.text()) == (name, OTHERS)
    assert page.form.role.chosen is Role.CLINICIAN


def test_a_name_with_markup_is_shown_as_it_stands(qtbot: QtBot, window: MainWindow, page: AccountsPage) -> None:
    in_vault(qtbot, window, lambda services: services.accounts.add(MARKUP, Role.FRONT_DESK, OTHERS))
    page.refresh()
    settle(qtbot, window)
    choose(page, MARKUP)
    tip = page.table.rows.index(names(page).index(MARKUP), 0).data(3)
    page.remove_button.click()
    labels = opened_dialog(qtbot, page, ConfirmDialog).findChildren(QLabel)
    assert page.about_chosen.text().startswith(MARKUP)
    assert tip == "<p>Ngozi &lt;b&gt;Okafor&lt;/b&gt; &amp; sons</p>"
    assert f"Remove the account {MARKUP}?" in [label.text() for label in labels]
    assert {label.textFormat().name for label in labels} == {"PlainText"}


def test_a_role_is_changed(qtbot: QtBot, window: MainWindow, page: AccountsPage) -> None:
    choose(page, "desk")
    page.role_button.click()
    dialog = opened_dialog(qtbot, page, RoleDialog)
    dialog.role.choose(Role.CLINICIAN)
    dialog.change_button.click()
    assert told(qtbot, page).startswith("desk is a clinician now")
    settle(qtbot, window)
    assert cell(page, names(page).index("desk"), 1) == "Clinician"


def test_a_reset_passphrase_opens_nothing_any_more(
    qtbot: QtBot, window: MainWindow, page: AccountsPage, vault_folder: VaultFolder
) -> None:
    choose(page, "eva")
    page.reset_button.click()
    opened_dialog(qtbot, page, ConfirmDialog).action_button.click()
    one_time = opened_dialog(qtbot, page, SecretDialog).secret.text()
    window.close()
    with pytest.raises(PassphraseError):
        open_vault(vault_folder, Credentials("eva", OTHERS))
    open_vault(vault_folder, Credentials("eva", one_time)).close()


def test_an_account_is_removed_only_when_that_is_confirmed(
    qtbot: QtBot, window: MainWindow, page: AccountsPage
) -> None:
    choose(page, "eva")
    page.remove_button.click()
    opened_dialog(qtbot, page, ConfirmDialog).cancel_button.click()
    settle(qtbot, window)
    assert "eva" in names(page)
    page.remove_button.click()
    opened_dialog(qtbot, page, ConfirmDialog).action_button.click()
    assert told(qtbot, page) == "The account eva was removed."
    settle(qtbot, window)
    assert names(page) == ["admin", "desk"]


def test_nobody_can_remove_or_demote_the_last_administrator_who_is_oneself(page: AccountsPage) -> None:
    choose(page, "admin")
    buttons = (page.remove_button, page.role_button, page.reset_button)
    assert [button.isEnabled() for button in buttons] == [False, False, False]
    assert "This is your own account" in page.about_chosen.text()


def test_what_went_wrong_meanwhile_is_told(qtbot: QtBot, window: MainWindow, page: AccountsPage) -> None:
    choose(page, "eva")
    eva = page.table.rows.records[names(page).index("eva")].account.id
    in_vault(qtbot, window, lambda services: services.accounts.remove(eva))
    page.remove_button.click()
    opened_dialog(qtbot, page, ConfirmDialog).action_button.click()
    assert told(qtbot, page).startswith("That account is not in the vault any more.")


def test_a_new_recovery_key_is_written_down_before_the_dialog_ends(
    qtbot: QtBot, window: MainWindow, page: AccountsPage, vault_folder: VaultFolder
) -> None:
    page.recovery_button.click()
    opened_dialog(qtbot, page, ConfirmDialog).action_button.click()
    dialog = opened_dialog(qtbot, page, RecoveryKeyDialog)
    groups = [label.text() for label in dialog.groups.groups]
    dialog.written_button.click()
    assert not dialog.groups.isVisible()
    dialog.fields[0].setText(groups[dialog.asked[0]].lower())
    dialog.fields[1].setText("WRONG")
    dialog.done_button.click()
    assert dialog.failure.text().startswith(f"Group {dialog.asked[1] + 1} is not as the key has it.")
    dialog.fields[1].setText(groups[dialog.asked[1]])
    dialog.done_button.click()
    assert told(qtbot, page).startswith("The new recovery key holds")
    window.close()
    open_vault(vault_folder, Credentials(None, "-".join(groups), SlotKind.RECOVERY)).close()


def test_a_recovery_key_that_nobody_wrote_down_is_told(qtbot: QtBot, page: AccountsPage) -> None:
    page.recovery_button.click()
    opened_dialog(qtbot, page, ConfirmDialog).action_button.click()
    opened_dialog(qtbot, page, RecoveryKeyDialog).later_button.click()
    assert told(qtbot, page).startswith("Nobody has written the new recovery key down")


def test_a_computer_without_a_keyring_says_so(qtbot: QtBot, page: AccountsPage, no_keyring: None) -> None:
    page.kiosk_button.click()
    assert told(qtbot, page).startswith("This computer has no keyring that MedBot can use.")


def test_a_kiosk_is_added_and_removed(
    qtbot: QtBot, window: MainWindow, page: AccountsPage, system_keyring: KeyringInMemory
) -> None:
    page.kiosk_button.click()
    assert told(qtbot, page) == "The kiosk was added."
    settle(qtbot, window)
    assert (len(system_keyring.kept), page.kiosk_button.text()) == (1, "Remove the kiosk")
    choose(page, "kiosk")
    assert not page.reset_button.isEnabled()
    page.kiosk_button.click()
    opened_dialog(qtbot, page, ConfirmDialog).action_button.click()
    qtbot.waitUntil(lambda: "kiosk" not in names(page))
    assert system_keyring.kept == {}


def test_a_kiosk_is_added_beside_somebody_who_is_called_kiosk(
    qtbot: QtBot, window: MainWindow, page: AccountsPage, system_keyring: KeyringInMemory
) -> None:
    add(page, "Kiosk", Role.FRONT_DESK, OTHERS)
    assert told(qtbot, page) == "The account Kiosk was added."
    page.kiosk_button.click()
    qtbot.waitUntil(lambda: page.notice.words.text() == "The kiosk was added.")
    settle(qtbot, window)
    assert {"Kiosk", "kiosk 2"} <= set(names(page))
    assert page.kiosk_button.text() == "Remove the kiosk"


def test_the_sentence_about_a_role_names_what_the_table_of_permissions_allows() -> None:
    for role in (*CHOSEN_BY_PEOPLE, Role.KIOSK):
        if role is not Role.ADMINISTRATOR:
            said = {permission for permission in Permission if permission.words in allowed(role)}
            assert said == PERMISSIONS[role]


def test_the_administrators_own_passphrase_still_opens_the_vault(
    window: MainWindow, page: AccountsPage, vault_folder: VaultFolder
) -> None:
    window.close()
    open_vault(vault_folder, Credentials("admin", PASSPHRASE)).close()

"""The settings offer what the role may use, and the services refuse the rest whatever the window shows."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QApplication, QLineEdit, QTableView, QWidget
from pytestqt.qtbot import QtBot

from medbot_desktop.errors import PermissionRefusedError
from medbot_desktop.ui.accounts_page import AccountsPage
from medbot_desktop.ui.audit_page import AuditPage
from medbot_desktop.ui.backups_page import BackupsPage
from medbot_desktop.ui.desk import SETTINGS
from medbot_desktop.ui.main_window import MainWindow
from medbot_desktop.ui.models_page import ModelsPage
from medbot_desktop.ui.passphrase_page import PassphrasePage
from medbot_desktop.ui.privacy_page import PrivacyPage
from medbot_desktop.ui.settings_page import Standing, offered
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.roles import PERMISSIONS, RECOVERY_ACCOUNT, Account, Role

from .conftest import PlayedServices
from .vaulted import open_as, open_window, section, settle, told

ALL = {"appearance", "passphrase", "accounts", "privacy", "backups", "audit", "health", "models"}
EVERYBODY = {"appearance", "passphrase", "backups"}
CLINICIAN = EVERYBODY | {"models"}


def sections_in_sight(window: MainWindow) -> set[str]:
    return {name for name, button in window.settings.buttons.items() if button.isVisible()}


def standing(role: Role, keeps: bool = True) -> Standing:
    return Standing(Account("a", "a", role), lambda permission: permission in PERMISSIONS[role], keeps)


@pytest.mark.parametrize(("account", "sections"), [("admin", ALL), ("eva", CLINICIAN), ("desk", EVERYBODY)])
def test_an_account_sees_the_sections_that_its_role_may_use(
    qtbot: QtBot, vault_folder: VaultFolder, account: str, sections: set[str]
) -> None:
    window = open_window(qtbot, open_as(vault_folder, account))
    assert sections_in_sight(window) == sections


def test_a_kiosk_may_only_change_the_look() -> None:
    assert offered(standing(Role.KIOSK)) == {"appearance"}


def test_whoever_came_in_with_the_recovery_key_has_no_passphrase_to_change() -> None:
    everything = standing(Role.ADMINISTRATOR)
    assert offered(Standing(RECOVERY_ACCOUNT, everything.may, keeps=True)) == ALL - {"passphrase"}


def test_where_nothing_is_kept_there_is_nothing_to_look_after(
    qtbot: QtBot, window: MainWindow, services: PlayedServices
) -> None:
    qtbot.waitUntil(lambda: bool(window.chat.empty.buttons))
    window.desk.open_page(SETTINGS)
    settle(qtbot, window)
    assert sections_in_sight(window) == {"appearance"}


@pytest.mark.parametrize("name", ["accounts", "audit", "models"])
def test_a_page_that_was_opened_all_the_same_shows_the_refusal(
    qtbot: QtBot, vault_folder: VaultFolder, name: str
) -> None:
    window = open_window(qtbot, open_as(vault_folder, "desk"))
    window.settings.open_section(name)
    page = window.settings.section(name)
    assert "front desk may not" in told(qtbot, page)
    assert isinstance(page, AccountsPage | AuditPage | ModelsPage)
    assert page.table.rows.records == []


def test_the_services_refuse_what_the_pages_do_not_offer(vault_folder: VaultFolder) -> None:
    services = open_as(vault_folder, "desk")
    settings = services.preferences.read()
    for act in (
        services.accounts.list,
        services.audit.verify,
        services.accounts.new_recovery_key,
        lambda: services.preferences.change(settings.model_copy(update={"lock_after_minutes": 1})),
    ):
        with pytest.raises(PermissionRefusedError):
            act()
    services.close()


def test_locking_lets_go_of_names_and_of_what_was_typed(qtbot: QtBot, vault_folder: VaultFolder) -> None:
    window = open_window(qtbot, open_as(vault_folder))
    accounts = section(qtbot, window, "accounts", AccountsPage)
    mine = section(qtbot, window, "passphrase", PassphrasePage)
    mine.old.setText("half a passphrase")
    window.settings.forget()
    assert accounts.table.rows.records == []
    assert mine.old.text() == ""
    assert sections_in_sight(window) == {"appearance"}


def test_an_answer_that_comes_after_locking_is_not_shown(qtbot: QtBot, vault_folder: VaultFolder) -> None:
    window = open_window(qtbot, open_as(vault_folder))
    window.settings.open_section("accounts")
    window.settings.forget()
    settle(qtbot, window)
    page = window.settings.section("accounts")
    assert isinstance(page, AccountsPage)
    assert page.table.rows.records == []


PAGES = {
    "passphrase": PassphrasePage,
    "accounts": AccountsPage,
    "privacy": PrivacyPage,
    "backups": BackupsPage,
    "audit": AuditPage,
    "models": ModelsPage,
}


def tab_stops(qtbot: QtBot, page: QWidget) -> list[QWidget]:
    """The widgets of a page that Tab leads to."""
    found: list[QWidget] = []
    here = QApplication.focusWidget()
    for _ in range(80):
        assert here is not None
        if here in found:
            break
        found.append(here)
        qtbot.keyClick(here, Qt.Key.Key_Tab)
        here = QApplication.focusWidget()
    return [widget for widget in found if page.isAncestorOf(widget)]


def is_in_sight(widget: QWidget) -> bool:
    return widget.visibleRegion().boundingRect() == widget.rect()


def cut_stops(qtbot: QtBot, page: QWidget) -> list[QWidget]:
    """What Tab leads to in a page from here on and is not all in sight then; a table may be, since it scrolls."""
    cut: list[QWidget] = []
    for _ in range(80):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        here = QApplication.focusWidget()
        if here is None or not page.isAncestorOf(here):
            return cut
        if not isinstance(here, QTableView) and not is_in_sight(here):
            cut.append(here)
    raise AssertionError("the tab order has no end")


@pytest.mark.parametrize("name", PAGES)
def test_every_control_is_reached_by_the_tab_key_and_has_a_name(
    qtbot: QtBot, vault_folder: VaultFolder, name: str
) -> None:
    window = open_window(qtbot, open_as(vault_folder))
    page = section(qtbot, window, name, PAGES[name])
    window.settings.buttons[name].setFocus()
    stops = tab_stops(qtbot, page)
    controls = [
        widget
        for kind in (QAbstractButton, QLineEdit, QAbstractSpinBox)
        for widget in page.findChildren(kind)
        if widget.isVisible() and widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    unreached = [widget for widget in controls if widget not in stops and not _in_a_group(widget)]
    interfaces = [QAccessible.queryAccessibleInterface(widget) for widget in stops]
    assert unreached == []
    assert [stop for stop, face in zip(stops, interfaces, strict=True) if not face.text(QAccessible.Text.Name)] == []


@pytest.mark.parametrize("name", PAGES)
def test_what_can_be_pressed_is_at_least_44_pixels_high(qtbot: QtBot, vault_folder: VaultFolder, name: str) -> None:
    window = open_window(qtbot, open_as(vault_folder))
    page = section(qtbot, window, name, PAGES[name])
    settle(qtbot, window)
    kinds = (QAbstractButton, QLineEdit, QAbstractSpinBox)
    controls = [widget for kind in kinds for widget in page.findChildren(kind) if widget.isVisible()]
    outer = [widget for widget in controls if not isinstance(widget.parentWidget(), QAbstractSpinBox)]
    assert [(type(widget).__name__, widget.height()) for widget in outer if widget.height() < 44] == []


@pytest.mark.parametrize("name", PAGES)
def test_in_a_small_window_whatever_the_tab_key_leads_to_is_in_sight(
    qtbot: QtBot, vault_folder: VaultFolder, name: str
) -> None:
    window = open_window(qtbot, open_as(vault_folder))
    window.resize(window.minimumSize())
    page = section(qtbot, window, name, PAGES[name])
    window.settings.buttons[name].setFocus()
    assert cut_stops(qtbot, page) == []


def test_in_a_small_window_the_form_of_an_account_is_in_sight(qtbot: QtBot, vault_folder: VaultFolder) -> None:
    window = open_window(qtbot, open_as(vault_folder))
    window.resize(window.minimumSize())
    page = section(qtbot, window, "accounts", AccountsPage)
    page.add_button.click()
    page.form.own.setChecked(True)
    settle(qtbot, window)
    window.settings.buttons["accounts"].setFocus()
    assert cut_stops(qtbot, page) == []
    page.form.add_button.click()
    assert is_in_sight(page.form.failure)


def _in_a_group(widget: QWidget) -> bool:
    """Of buttons that exclude each other Tab stops at one; a number's own field is inside another control."""
    is_inside = isinstance(widget.parentWidget(), QAbstractSpinBox)
    return is_inside or (isinstance(widget, QAbstractButton) and widget.group() is not None)

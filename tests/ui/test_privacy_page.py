"""An administrator decides how long is kept what, and erases one person for good."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sqlalchemy import update

from medbot_desktop.domain import Conversation, Person
from medbot_desktop.ui.confirm_dialog import ConfirmDialog
from medbot_desktop.ui.main_window import MainWindow
from medbot_desktop.ui.person_chooser import PersonChooser
from medbot_desktop.ui.privacy_page import PrivacyPage
from medbot_desktop.vault.erasing import empty_log
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.preferences import RetentionRules
from medbot_desktop.vault.schema import ConversationRow
from tests.disks import fill, small_disk

from .vaulted import VaultServices, in_vault, open_as, open_window, opened_dialog, section, settle, told

ANNA = "Anna <i>Weber</i>"


@pytest.fixture
def services(vault_folder: VaultFolder) -> VaultServices:
    return open_as(vault_folder)


@pytest.fixture
def window(qtbot: QtBot, services: VaultServices) -> MainWindow:
    return open_window(qtbot, services)


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> PrivacyPage:
    return section(qtbot, window, "privacy", PrivacyPage)


def keep_old(services: VaultServices, days: int) -> Conversation:
    """A conversation that nobody has used for so many days."""
    kept = services.keep("An old question")
    moment = (datetime.now(UTC) - timedelta(days=days)).replace(tzinfo=None)
    with services.opened.vault.transaction() as session:
        session.execute(update(ConversationRow).where(ConversationRow.id == kept.id).values(updated=moment))
    return kept


def stored(qtbot: QtBot, window: MainWindow) -> Sequence[Conversation]:
    return in_vault(qtbot, window, lambda services: services.store.list())


def rules(qtbot: QtBot, window: MainWindow) -> RetentionRules:
    return in_vault(qtbot, window, lambda services: services.preferences.read().retention)


def keep_staff_for(page: PrivacyPage, days: int) -> None:
    page.retention.staff.for_days.setChecked(True)
    page.retention.staff.days.setValue(days)


class TestRules:
    def test_the_rules_that_hold_are_shown(self, page: PrivacyPage) -> None:
        assert (page.retention.staff.chosen, page.retention.kiosk.chosen) == (None, 30)

    def test_a_dry_run_says_what_they_would_erase_and_erases_nothing(
        self, qtbot: QtBot, services: VaultServices, window: MainWindow, page: PrivacyPage
    ) -> None:
        in_vault(qtbot, window, lambda services: keep_old(services, 50))
        keep_staff_for(page, 40)
        page.retention.try_button.click()
        qtbot.waitUntil(page.retention.preview.isVisible)
        assert (
            "1 conversation of staff, not used for 40 days; the oldest was last used" in page.retention.preview.text()
        )
        assert len(stored(qtbot, window)) == 1
        assert rules(qtbot, window).conversations_days is None

    def test_a_preview_goes_as_soon_as_another_rule_is_chosen(self, qtbot: QtBot, page: PrivacyPage) -> None:
        keep_staff_for(page, 40)
        page.retention.try_button.click()
        qtbot.waitUntil(page.retention.preview.isVisible)
        page.retention.staff.days.setValue(41)
        assert not page.retention.preview.isVisible()

    def test_rules_that_are_not_saved_stay_when_the_page_is_read_anew(
        self, qtbot: QtBot, window: MainWindow, page: PrivacyPage
    ) -> None:
        keep_staff_for(page, 40)
        page.refresh()
        settle(qtbot, window)
        assert page.retention.staff.chosen == 40

    def test_rules_that_erase_are_saved_only_when_that_is_confirmed(
        self, qtbot: QtBot, window: MainWindow, page: PrivacyPage
    ) -> None:
        in_vault(qtbot, window, lambda services: keep_old(services, 50))
        keep_staff_for(page, 40)
        page.retention.save_button.click()
        opened_dialog(qtbot, page, ConfirmDialog).cancel_button.click()
        assert rules(qtbot, window).conversations_days is None
        assert page.retention.staff.chosen == 40
        page.retention.save_button.click()
        opened_dialog(qtbot, page, ConfirmDialog).action_button.click()
        assert told(qtbot, page) == "The rules are saved."
        assert rules(qtbot, window).conversations_days == 40

    def test_rules_that_erase_nothing_are_saved_at_once(
        self, qtbot: QtBot, window: MainWindow, page: PrivacyPage
    ) -> None:
        page.retention.kiosk.for_good.setChecked(True)
        page.retention.save_button.click()
        assert told(qtbot, page) == "The rules are saved."
        assert rules(qtbot, window).kiosk_days is None

    def test_a_run_by_hand_erases_and_the_chat_forgets(
        self, qtbot: QtBot, services: VaultServices, window: MainWindow, page: PrivacyPage
    ) -> None:
        in_vault(qtbot, window, lambda services: keep_old(services, 50))
        in_vault(qtbot, window, lambda services: services.keep("A new question"))
        window.desk.settings.erased.emit()
        settle(qtbot, window)
        assert len(window.chat.archive.talks) == 3
        keep_staff_for(page, 40)
        page.retention.save_button.click()
        opened_dialog(qtbot, page, ConfirmDialog).action_button.click()
        told(qtbot, page)
        page.retention.run_button.click()
        opened_dialog(qtbot, page, ConfirmDialog).action_button.click()
        qtbot.waitUntil(lambda: told(qtbot, page) == "1 conversation erased.")
        settle(qtbot, window)
        assert [talk.conversation and talk.conversation.title for talk in window.chat.archive.talks] == [
            None,
            "A new question",
        ]

    def test_where_there_is_nothing_to_erase_nobody_is_asked(self, qtbot: QtBot, page: PrivacyPage) -> None:
        page.retention.run_button.click()
        assert told(qtbot, page) == "By the saved rules there is nothing to erase now."

    def test_scrolling_the_page_changes_no_number(self, page: PrivacyPage) -> None:
        field = page.retention.kiosk.days
        field.clearFocus()
        turn = QWheelEvent(
            QPointF(5, 5),
            QPointF(5, 5),
            QPoint(0, 0),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(field, turn)
        assert field.value() == 30


class TestOnePerson:
    @pytest.fixture
    def anna(self, services: VaultServices) -> Person:
        """Somebody with two conversations, in a backup too, and named in a third that is about nobody."""
        person = services.people.add(ANNA, date(1961, 5, 3), "P-17", allergies=["penicillin"], conditions=["asthma"])
        services.keep("About her", person)
        services.keep("About her again", person)
        services.keep(f"My neighbour {ANNA} told me about it")
        services.backups.make()
        return person

    def look_at_anna(self, qtbot: QtBot, anna: Person, page: PrivacyPage) -> None:
        page.erasure.choose_button.click()
        chooser = opened_dialog(qtbot, page, PersonChooser)
        chooser.field.setText("weber")
        chooser.choose_button.click()
        qtbot.waitUntil(page.erasure.erase_button.isVisible)

    def test_what_there_is_about_somebody_is_shown_before_anything_happens(
        self, qtbot: QtBot, anna: Person, page: PrivacyPage
    ) -> None:
        self.look_at_anna(qtbot, anna, page)
        about = page.erasure.about.text()
        assert about.startswith(f"{ANNA}, born 3 May 1961 · P-17\n• 2 conversations with 4 messages")
        assert "1 backup, written anew without them" in about
        assert [button.accessibleName()[:60] for button in page.erasure.mentions] == [
            f"Open the conversation: My neighbour {ANNA} told me about it"[:60]
        ]

    def test_what_was_found_is_scrolled_into_sight(self, qtbot: QtBot, anna: Person, page: PrivacyPage) -> None:
        self.look_at_anna(qtbot, anna, page)
        button = page.erasure.erase_button
        assert not button.visibleRegion().isEmpty()
        assert button.visibleRegion().boundingRect() == button.rect()

    def test_erasing_needs_the_name_and_leaves_nothing_but_the_mention(
        self, qtbot: QtBot, anna: Person, window: MainWindow, page: PrivacyPage
    ) -> None:
        self.look_at_anna(qtbot, anna, page)
        page.erasure.erase_button.click()
        dialog = opened_dialog(qtbot, page, ConfirmDialog)
        dialog.field.setText("Anna")
        assert not dialog.action_button.isEnabled()
        dialog.field.setText(ANNA.upper())
        dialog.action_button.click()
        assert told(qtbot, page) == "Everything about this person was erased."
        about = page.erasure.about.text()
        assert "2 conversations with 4 messages" in about
        assert "from 1 backup, written anew" in about
        assert len(page.erasure.mentions) == 1
        assert len(stored(qtbot, window)) == 1
        assert in_vault(qtbot, window, lambda services: services.people.list()) == []

    def test_a_long_mention_leaves_every_button_in_sight_in_a_small_window(
        self, qtbot: QtBot, anna: Person, window: MainWindow, page: PrivacyPage
    ) -> None:
        in_vault(qtbot, window, lambda services: services.keep(f"{ANNA} & " + "a long title " * 9))
        window.resize(window.minimumSize())
        self.look_at_anna(qtbot, anna, page)
        settle(qtbot, window)
        for button in (*page.erasure.mentions, *page.erasure.buttons):
            page.bring_into_sight(button)
            assert button.visibleRegion().boundingRect() == button.rect()
        assert all("…" in button.text() for button in page.erasure.mentions)

    def test_a_mention_opens_in_the_chat(
        self, qtbot: QtBot, anna: Person, window: MainWindow, page: PrivacyPage
    ) -> None:
        self.look_at_anna(qtbot, anna, page)
        page.erasure.mentions[0].click()
        assert window.chat.isVisible()
        qtbot.waitUntil(lambda: window.chat.talk.is_loaded)
        assert window.chat.talk.transcript.entry(0).text == f"My neighbour {ANNA} told me about it"

    def test_a_deleted_mention_says_so_and_does_not_open(
        self, qtbot: QtBot, anna: Person, services: VaultServices, window: MainWindow, page: PrivacyPage
    ) -> None:
        [mention] = in_vault(qtbot, window, lambda services: services.forgetting.preview(anna).mentions)
        in_vault(qtbot, window, lambda services: services.store.delete(mention))
        self.look_at_anna(qtbot, anna, page)
        assert page.erasure.mentions[0].text().startswith(f"Deleted · My neighbour {ANNA}")
        assert page.erasure.about.text().endswith("Those that are deleted are erased when their day is over.")
        assert not page.erasure.mentions[0].isEnabled()

    def test_a_name_with_marks_that_nobody_sees_can_be_confirmed(
        self, qtbot: QtBot, window: MainWindow, page: PrivacyPage
    ) -> None:
        person = in_vault(qtbot, window, lambda services: services.people.add("Noor \u202eZ\u200bahra"))
        page.erasure.look_at(person)
        qtbot.waitUntil(page.erasure.erase_button.isVisible)
        page.erasure.erase_button.click()
        dialog = opened_dialog(qtbot, page, ConfirmDialog)
        dialog.field.setText("noor zahra")
        assert dialog.action_button.isEnabled()

    def test_a_backup_that_cannot_be_changed_is_named(
        self, qtbot: QtBot, anna: Person, window: MainWindow, page: PrivacyPage, vault_folder: VaultFolder
    ) -> None:
        (vault_folder.backups / "old.medbot-backup").write_bytes(b"cut short")
        self.look_at_anna(qtbot, anna, page)
        page.erasure.erase_button.click()
        dialog = opened_dialog(qtbot, page, ConfirmDialog)
        dialog.field.setText(ANNA)
        dialog.action_button.click()
        told(qtbot, page)
        assert "may still hold the person; delete them if nothing may stay: old.medbot-backup" in (
            page.erasure.about.text()
        )

    def test_everything_about_somebody_is_saved_in_one_file(
        self, qtbot: QtBot, anna: Person, page: PrivacyPage, tmp_path: Path
    ) -> None:
        self.look_at_anna(qtbot, anna, page)
        file = tmp_path / "anna.json"
        page.erasure.ask_file = lambda parent: file
        page.erasure.export_button.click()
        assert told(qtbot, page).startswith(f"2 conversations saved in {file}.")
        saved = json.loads(file.read_text("utf-8"))
        assert saved["person"] == {
            "id": anna.id,
            "name": ANNA,
            "born": "1961-05-03",
            "reference": "P-17",
            "allergies": ["penicillin"],
            "medicines": [],
            "conditions": ["asthma"],
            "due": None,
        }
        assert sorted(talk["title"] for talk in saved["conversations"]) == ["About her", "About her again"]
        assert [message["role"] for message in saved["conversations"][0]["messages"]] == ["person", "medbot"]


def test_a_file_that_cannot_be_rewritten_is_told(qtbot: QtBot, vault_folder: VaultFolder, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 60_000) as disk:
        shutil.copytree(vault_folder.path, disk / "vault")
        services = open_as(VaultFolder(disk / "vault"))
        person = services.people.add(ANNA)
        for number in range(30):
            services.keep(f"A question {number} about a cough", person)
        empty_log(services.opened.vault)
        window = open_window(qtbot, services)
        page = section(qtbot, window, "privacy", PrivacyPage)
        page.erasure.look_at(person)
        qtbot.waitUntil(page.erasure.erase_button.isVisible)
        fill(disk, leave=200_000)
        page.erasure.erase_button.click()
        dialog = opened_dialog(qtbot, page, ConfirmDialog)
        dialog.field.setText(ANNA)
        dialog.action_button.click()
        assert told(qtbot, page) == "Everything about this person was erased."
        assert "no room on the disk to rewrite it. Free some space, and lock MedBot" in page.erasure.about.text()
        window.close()


def test_nothing_else_is_begun_while_somebody_is_looked_up(qtbot: QtBot, page: PrivacyPage) -> None:
    buttons = (*page.retention.buttons, *page.erasure.buttons, page.lock_button)
    page.retention.try_button.setFocus()
    page.retention.try_button.click()
    assert not any(button.isEnabled() for button in buttons)
    qtbot.waitUntil(page.retention.preview.isVisible)
    assert all(button.isEnabled() for button in buttons)
    assert page.retention.try_button.hasFocus()


def test_minutes_that_are_not_saved_stay_when_the_page_is_read_anew(
    qtbot: QtBot, window: MainWindow, page: PrivacyPage
) -> None:
    page.minutes.setValue(7)
    page.refresh()
    settle(qtbot, window)
    assert page.minutes.value() == 7


def test_the_time_before_the_lock_holds_at_once(qtbot: QtBot, window: MainWindow, page: PrivacyPage) -> None:
    page.minutes.setValue(3)
    with qtbot.waitSignal(window.settings.lock_time_changed) as changed:
        page.lock_button.click()
    assert changed.args == [3]
    assert in_vault(qtbot, window, lambda services: services.preferences.read().lock_after_minutes) == 3

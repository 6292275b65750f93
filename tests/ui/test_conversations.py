"""Conversations last: listed, resumed, renamed, pinned, linked, deleted and brought back, in the real window."""

from datetime import date

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from medbot_desktop.domain import Conversation
from medbot_desktop.ui.main_window import MainWindow
from medbot_desktop.ui.talk import Talk
from medbot_desktop.ui.transcript_model import State
from medbot_desktop.vault.roles import Role

from .conftest import QUOTE, citation, emergency, finished
from .kept import KeptServices, in_vault, open_window, show, stored, talk_of, titles
from .showing import in_front


@pytest.fixture
def kept(qapp: QApplication) -> KeptServices:
    return KeptServices()


def forbid_writing(services: KeptServices, switch: str) -> None:
    """Let the database refuse every change, or take changes again."""
    with services.vault.driver() as connection:
        connection.execute(f"PRAGMA query_only = {switch}")


def is_deleted(qtbot: QtBot, window: MainWindow, conversation: Conversation) -> bool:
    """Whether the vault holds a conversation only until the day ends."""
    deleted = in_vault(qtbot, window, lambda services: services.store.list(deleted=True))
    return conversation.id in {one.id for one in deleted}


def menu_texts(window: MainWindow, talk: Talk) -> list[str]:
    """What the menu of a conversation offers."""
    window.chat.desk.open_menu(talk, QPoint())
    menu = window.chat.desk.menu
    texts = [action.text() for action in menu.actions() if action.text()] if menu else []
    if menu:
        menu.close()
    return texts


def press(qtbot: QtBot, window: MainWindow, text: str) -> None:
    """Choose from the menu of the conversation that is shown."""
    window.chat.desk.open_menu(window.chat.talk, QPoint())
    menu = window.chat.desk.menu
    assert menu is not None
    action = next(action for action in menu.actions() if action.text() == text)
    menu.close()
    action.trigger()


def type_name(qtbot: QtBot, window: MainWindow, name: str, end: Qt.Key = Qt.Key.Key_Return) -> None:
    """Type into the field that stands where a name stood."""
    field = window.chat.column.list.findChild(QLineEdit, "rename")
    assert field is not None
    field.setText(name)
    with qtbot.waitSignal(field.destroyed):
        qtbot.keyClick(field, end)


def test_conversations_stand_pinned_first_and_then_by_day(qtbot: QtBot, kept: KeptServices) -> None:
    kept.keep(("q", "a"), title="old", days_ago=400)
    kept.keep(("q", "a"), title="yesterday's", days_ago=1)
    pinned = kept.keep(("q", "a"), title="pinned", days_ago=30)
    kept.store.pin(pinned.id, True)
    kept.keep(("q", "a"), title="today's")
    window = open_window(qtbot, kept)
    shown = titles(window)
    assert shown[:5] == ["# Pinned", "pinned", "# Today", "New conversation", "today's"]
    assert shown[5:7] == ["# Yesterday", "yesterday's"]
    assert shown[8] == "old"
    window.close()


def test_a_stored_conversation_goes_on_where_it_ended(qtbot: QtBot, kept: KeptServices) -> None:
    answer = finished(f"{QUOTE} [1]", citation(), triage=emergency())
    conversation = kept.keep(answer, title="chest pain")
    window = open_window(qtbot, kept)
    talk = show(qtbot, window, conversation)
    first, second = talk.transcript.entries()
    assert (first.mine, second.mine) == (True, False)
    assert second.is_emergency
    qtbot.waitUntil(lambda: [card.citation.n for card in window.chat.panel.cards] == [1])
    assert window.chat.panel.entry() is second
    assert dict(second.timings_ms) == {"total": 30}
    window.chat.send("and now?")
    qtbot.waitUntil(lambda: talk.transcript.entry(-1).state is State.DONE)
    qtbot.waitUntil(lambda: window.chat.composer.send_button.isVisible())
    said = in_vault(qtbot, window, lambda services: services.store.messages(conversation.id))
    assert [message.text for message in said][2:] == ["and now?", "An answer about and now?."]
    window.close()


def test_a_message_sent_before_the_earlier_ones_have_come_stands_after_them(qtbot: QtBot, kept: KeptServices) -> None:
    conversation = kept.keep(("first question", "first answer"))
    window = open_window(qtbot, kept)
    talk = talk_of(window, conversation)
    window.chat.switch_to(talk)
    window.chat.send("second question")
    qtbot.waitUntil(lambda: talk.is_loaded and talk.transcript.entry(-1).state is State.DONE)
    texts = [entry.text for entry in talk.transcript.entries()]
    assert texts == ["first question", "first answer", "second question", "An answer about second question."]
    window.close()


def test_a_name_is_typed_where_it_stands(qtbot: QtBot, kept: KeptServices) -> None:
    conversation = kept.keep(("q", "a"), title="before")
    window = open_window(qtbot, kept)
    show(qtbot, window, conversation)
    window.chat.column.list.setFocus()
    qtbot.keyClick(window.chat.column.list, Qt.Key.Key_F2)
    type_name(qtbot, window, "  after\tall ")
    assert stored(qtbot, window, conversation).title == "after all"
    assert "after all" in titles(window)
    window.close()


@pytest.mark.parametrize(("name", "end"), [("", Qt.Key.Key_Return), ("other", Qt.Key.Key_Escape)])
def test_an_empty_name_or_escape_leaves_the_old_one(qtbot: QtBot, kept: KeptServices, name: str, end: Qt.Key) -> None:
    conversation = kept.keep(("q", "a"), title="before")
    window = open_window(qtbot, kept)
    window.chat.column.list.rename(show(qtbot, window, conversation))
    type_name(qtbot, window, name, end)
    assert "before" in titles(window)
    assert stored(qtbot, window, conversation).title == "before"
    window.close()


def test_an_answer_that_ends_does_not_disturb_a_name_being_typed(qtbot: QtBot, kept: KeptServices) -> None:
    conversation = kept.keep(("q", "a"), title="before")
    window = open_window(qtbot, kept)
    window.chat.send("Question")
    talk = talk_of(window, conversation)
    window.chat.column.list.rename(talk)
    qtbot.waitUntil(lambda: window.chat.composer.send_button.isVisible())
    type_name(qtbot, window, "after")
    assert stored(qtbot, window, conversation).title == "after"
    assert "Question" in titles(window)
    window.close()


def test_pin_and_unpin_are_stored_and_shown_at_once(qtbot: QtBot, kept: KeptServices) -> None:
    conversation = kept.keep(("q", "a"), title="plan")
    window = open_window(qtbot, kept)
    show(qtbot, window, conversation)
    press(qtbot, window, "Pin")
    assert titles(window)[:2] == ["# Pinned", "plan"]
    assert stored(qtbot, window, conversation).pinned
    press(qtbot, window, "Unpin")
    assert "# Pinned" not in titles(window)
    assert not stored(qtbot, window, conversation).pinned
    window.close()


def test_a_deletion_can_be_undone_at_once(qtbot: QtBot, kept: KeptServices) -> None:
    conversation = kept.keep(("q", "a"), title="mistake")
    window = open_window(qtbot, kept)
    talk = show(qtbot, window, conversation)
    window.chat.column.list.setFocus()
    qtbot.keyClick(window.chat.column.list, Qt.Key.Key_Delete)
    assert is_deleted(qtbot, window, conversation)
    assert titles(window)[-1] == "# Recently deleted"
    assert window.chat.talk is not talk
    assert window.chat.notice.words.text() == "Conversation deleted."
    qtbot.mouseClick(window.chat.notice.action_button, Qt.MouseButton.LeftButton)
    assert not is_deleted(qtbot, window, conversation)
    assert window.chat.talk is talk
    assert "# Recently deleted" not in titles(window)
    window.close()


def test_what_was_deleted_today_can_be_restored_after_a_restart(qtbot: QtBot, kept: KeptServices) -> None:
    conversation = kept.keep(("q", "a"), title="mistake")
    kept.store.delete(conversation.id)
    window = open_window(qtbot, kept)
    assert titles(window)[-1] == "# Recently deleted"
    rows = window.chat.column.list.conversations
    heading = rows.index(rows.rowCount() - 1)
    window.chat.column.list.setFocus()
    window.chat.column.list.setCurrentIndex(heading)
    qtbot.keyClick(window.chat.column.list, Qt.Key.Key_Return)
    assert titles(window)[-2:] == ["# Recently deleted", "mistake"]
    window.chat.column.list.setCurrentIndex(rows.index(rows.rowCount() - 1))
    assert "when the day ends" in window.chat.notice.words.text()
    qtbot.mouseClick(window.chat.notice.action_button, Qt.MouseButton.LeftButton)
    assert not is_deleted(qtbot, window, conversation)
    qtbot.waitUntil(lambda: window.chat.talk.title() == "mistake")
    window.close()


def test_deleting_a_conversation_stops_its_answer(qtbot: QtBot, kept: KeptServices) -> None:
    window = open_window(qtbot, kept)
    window.chat.send("Question")
    qtbot.waitUntil(lambda: window.chat.talk.conversation is not None)
    window.chat.desk.delete(window.chat.talk)
    assert window.chat.composer.send_button.isVisible()
    assert window.chat.talk.is_new()
    window.close()


def test_a_change_that_cannot_be_stored_is_taken_back_and_says_why(qtbot: QtBot, kept: KeptServices) -> None:
    conversation = kept.keep(("q", "a"), title="before")
    window = open_window(qtbot, kept)
    talk = talk_of(window, conversation)
    in_vault(qtbot, window, lambda services: forbid_writing(services, "ON"))
    window.chat.archive.rename(talk, "after")
    assert talk.title() == "after"
    qtbot.waitUntil(lambda: talk.title() == "before")
    assert "not stored" in window.chat.notice.words.text()
    window.chat.desk.delete(talk)
    assert "before" not in titles(window)
    qtbot.waitUntil(lambda: "before" in titles(window))
    assert not talk.is_deleted()
    in_vault(qtbot, window, lambda services: forbid_writing(services, "OFF"))
    assert stored(qtbot, window, conversation).title == "before"
    window.close()


def test_a_conversation_is_linked_to_a_known_person(qtbot: QtBot, kept: KeptServices) -> None:
    conversation = kept.keep(("q", "a"), title="plan")
    kept.people.add("Ann Example", date(1961, 5, 3), "A-17")
    other = kept.people.add("Ann Example", date(2002, 12, 1), "B-204")
    window = open_window(qtbot, kept)
    talk = show(qtbot, window, conversation)
    press(qtbot, window, "About a person…")
    dialog = in_front(qtbot, lambda: window.chat.desk.dialog)
    qtbot.keyClicks(dialog.field, "example b-2")
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert stored(qtbot, window, conversation).person == other
    assert talk.person() == other
    assert "about Ann Example" in talk.spoken()
    window.close()


def test_a_person_is_added_where_they_are_needed(qtbot: QtBot, kept: KeptServices) -> None:
    conversation = kept.keep(("q", "a"), title="plan")
    window = open_window(qtbot, kept)
    show(qtbot, window, conversation)
    press(qtbot, window, "About a person…")
    dialog = in_front(qtbot, lambda: window.chat.desk.dialog)
    dialog.field.setText("佐藤")
    qtbot.mouseClick(dialog.add_button, Qt.MouseButton.LeftButton)
    form = dialog.form
    for field, text in zip((*form.born.fields, form.reference), ("3", "5", "1961", "A-17"), strict=True):
        qtbot.keyClicks(field, text)
    qtbot.mouseClick(form.save_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.chat.desk.dialog is None)
    person = stored(qtbot, window, conversation).person
    assert person is not None
    assert (person.name, person.born, person.reference) == ("佐藤", date(1961, 5, 3), "A-17")
    window.close()


def test_the_menu_offers_everything_to_an_administrator(qtbot: QtBot, kept: KeptServices) -> None:
    conversation = kept.keep(("q", "a"))
    window = open_window(qtbot, kept)
    texts = menu_texts(window, talk_of(window, conversation))
    exports = ["Export as PDF…", "Export as Markdown…", "Export as JSON…"]
    assert texts == ["Rename", "Pin", "About a person…", *exports, "Delete"]
    assert menu_texts(window, window.chat.talk) == []
    window.close()


def test_the_front_desk_is_offered_no_export(qtbot: QtBot, qapp: QApplication) -> None:
    services = KeptServices(Role.FRONT_DESK)
    conversation = services.keep(("q", "a"))
    window = open_window(qtbot, services)
    texts = menu_texts(window, talk_of(window, conversation))
    assert texts == ["Rename", "Pin", "About a person…", "Delete"]
    window.close()


def test_the_menu_opens_by_the_button_of_the_current_row(qtbot: QtBot, kept: KeptServices) -> None:
    conversation = kept.keep(("q", "a"))
    window = open_window(qtbot, kept)
    assert not window.chat.column.list.more_button.isVisible()
    show(qtbot, window, conversation)
    qtbot.waitUntil(window.chat.column.list.more_button.isVisible)
    qtbot.mouseClick(window.chat.column.list.more_button, Qt.MouseButton.LeftButton)
    assert window.chat.desk.menu is not None
    window.chat.desk.menu.close()
    window.close()


def test_forgetting_leaves_nothing_of_any_conversation(qtbot: QtBot, kept: KeptServices) -> None:
    conversation = kept.keep(("marker phrase", "marker answer"), title="marker title")
    window = open_window(qtbot, kept)
    show(qtbot, window, conversation)
    window.chat.composer.set_text("marker draft")
    window.chat.forget()
    assert titles(window) == ["# Today", "New conversation"]
    assert window.chat.talk.is_new()
    assert window.chat.composer.text() == ""
    assert window.chat.panel.entry() is None
    window.close()

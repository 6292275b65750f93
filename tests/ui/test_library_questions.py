"""Questions that found nothing are a list of what to add next, and libraries are switched off for one conversation."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from medbot_desktop.ui.desk import CHAT
from medbot_desktop.ui.library_page import LibraryPage
from medbot_desktop.ui.library_shelf import QUESTIONS
from medbot_desktop.ui.library_switch import LibrarySwitch
from medbot_desktop.ui.main_window import MainWindow
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.ui.transcript_model import State
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.workspace import Workspace

from .conftest import finished
from .shelved import in_vault, open_as, open_window, settle

PARKING = "Where do I park my motorcycle overnight?"


@pytest.fixture
def window(qtbot: QtBot, library_folder: VaultFolder) -> MainWindow:
    return open_window(qtbot, lambda: open_as(library_folder))


def ask_in_vain(workspace: Workspace, *questions: str) -> None:
    """Store a conversation whose questions found nothing."""
    talk = workspace.conversations.start()
    for question in questions:
        answer = replace(finished("Nothing was found.").answer, question=question, skill="not_found")
        workspace.conversations.record(talk.id, answer)


def listed(page: LibraryPage) -> list[tuple[object, object]]:
    rows = page.shelf.questions.table.rows
    return [(rows.index(row, 0).data(), rows.index(row, 1).data()) for row in range(rows.rowCount())]


def open_questions(qtbot: QtBot, window: MainWindow) -> LibraryPage:
    in_vault(qtbot, window, lambda workspace: ask_in_vain(workspace, PARKING, PARKING, "Who was Galen?"))
    page = window.desk.library
    page.shelf.open_tab(QUESTIONS)
    settle(qtbot, window)
    return page


def test_questions_that_found_nothing_are_listed_and_dismissed(qtbot: QtBot, window: MainWindow) -> None:
    page = open_questions(qtbot, window)
    assert listed(page) == [(PARKING, "Twice"), ("Who was Galen?", "Once")]
    page.shelf.questions.table.choose(0)
    page.shelf.questions.dismiss_button.click()
    settle(qtbot, window)
    assert listed(page) == [("Who was Galen?", "Once")]


def test_a_question_is_searched_for_again(qtbot: QtBot, window: MainWindow) -> None:
    page = open_questions(qtbot, window)
    page.shelf.questions.table.choose(0)
    with qtbot.waitSignal(page.shelf.searched) as searched:
        page.shelf.questions.search_button.click()
    assert searched.args == [PARKING]


@pytest.fixture
def switch(qtbot: QtBot, appearance: Appearance) -> LibrarySwitch:
    switch = LibrarySwitch(appearance)
    qtbot.addWidget(switch)
    return switch


def test_one_library_leaves_nothing_to_choose(switch: LibrarySwitch) -> None:
    switch.offer(["core"])
    assert switch.isHidden()
    switch.offer(["core", "R & D"])
    assert not switch.isHidden()
    assert [action.text() for action in switch.switches.values()] == ["core", "R && D"]


def test_the_switch_says_how_many_libraries_are_asked(switch: LibrarySwitch) -> None:
    told: list[object] = []
    switch.switched.connect(told.append)
    switch.offer(["core", "leaflets", "plans"])
    assert switch.accessibleName() == "Libraries that are asked: All libraries"
    switch.switches["core"].trigger()
    switch.switches["plans"].trigger()
    assert switch.text() == "1 of 3"
    switch.switches["core"].trigger()
    assert told == [("core",), ("core", "plans"), ("plans",)]


def test_a_library_that_is_gone_counts_no_more(switch: LibrarySwitch) -> None:
    switch.show_off(["old"])
    switch.offer(["core", "leaflets"])
    assert switch.text() == ""


def answered(qtbot: QtBot, window: MainWindow, text: str) -> list[str]:
    """Ask, and return the libraries that the answer cites."""
    window.chat.send(text)
    entries = window.chat.talk.transcript
    qtbot.waitUntil(lambda: entries.entry(-1).state is State.DONE)
    qtbot.waitUntil(window.chat.composer.send_button.isVisible)
    return [citation.passage.library for citation in entries.entry(-1).citations]


def test_a_library_that_is_switched_off_is_not_asked_in_this_conversation(qtbot: QtBot, window: MainWindow) -> None:
    window.desk.open_page(CHAT)
    chat = window.chat
    assert "leaflets" in answered(qtbot, window, "How does the nurse freeze plantar warts?")
    chat.begin_conversation()
    chat.composer.libraries.switches["leaflets"].trigger()
    assert "leaflets" not in answered(qtbot, window, "How does the nurse freeze plantar warts?")
    stored = in_vault(qtbot, window, lambda workspace: workspace.conversations.list())
    assert sorted(conversation.libraries_off for conversation in stored) == [(), ("leaflets",)]
    chat.composer.libraries.switches["leaflets"].trigger()
    assert "leaflets" in answered(qtbot, window, "How does the nurse freeze plantar warts?")


def test_each_conversation_shows_its_own_choice(qtbot: QtBot, window: MainWindow) -> None:
    window.desk.open_page(CHAT)
    chat = window.chat
    chat.composer.libraries.switches["core"].trigger()
    answered(qtbot, window, "Where do patients park?")
    first = chat.talk
    chat.begin_conversation()
    assert chat.composer.libraries.text() == ""
    chat.switch_to(first)
    assert chat.composer.libraries.text() == "1 of 2"


def test_the_switch_is_reached_by_keyboard(qtbot: QtBot, window: MainWindow) -> None:
    window.desk.open_page(CHAT)
    qtbot.waitUntil(window.chat.composer.libraries.isVisible)
    qtbot.keyClick(window.chat.composer.edit, Qt.Key.Key_Tab)
    qtbot.keyClick(window.chat.composer.picture_button, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is window.chat.composer.libraries

"""What the assistant asks back stands above its answers, which can be pressed or typed."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from medbot_desktop.domain import Question, TextDelta, Triaged
from medbot_desktop.ui.main_window import MainWindow
from medbot_desktop.ui.quick_replies import QuickReplies
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.ui.transcript_model import TranscriptModel, entries_of

from .conftest import PlayedServices, finished
from .talks import FOLLOWED, answered, said

ASKED = "Do you have a fever?"
ENDED = finished(ASKED, triage=FOLLOWED)
WHY = "A fever can be an infection."
OPTIONS = ("Yes", "No", "Not sure")
AGES = ("Under 3 months", "3 to 6 months", "6 months to 5 years", "Over 5 years")


@pytest.fixture
def page(qtbot: QtBot) -> QWidget:
    page = QWidget()
    qtbot.addWidget(page)
    return page


@pytest.fixture
def replies(page: QWidget, appearance: Appearance) -> QuickReplies:
    return QuickReplies(appearance, QPushButton("Before", page), page)


def ask_back(qtbot: QtBot, window: MainWindow, services: PlayedServices) -> None:
    """Send a message to which the assistant asks back."""
    services.events = lambda text: [Triaged(FOLLOWED), TextDelta(ASKED), Question(ASKED, OPTIONS, WHY), ENDED]
    window.chat.send("I have a sore throat")
    qtbot.waitUntil(lambda: len(window.chat.replies.buttons) == 3 and window.chat.replies.isVisible())


def test_a_question_is_in_sight_whatever_stands_above_it(
    qtbot: QtBot, window: MainWindow, services: PlayedServices
) -> None:
    window.resize(window.minimumSize())
    ask_back(qtbot, window, services)
    assert window.chat.replies.question.text() == ASKED
    assert window.chat.replies.question.isVisible()


def test_a_question_is_written_once(qtbot: QtBot, window: MainWindow, services: PlayedServices) -> None:
    ask_back(qtbot, window, services)
    assert window.chat.talk.transcript.entry(-1).text == ASKED


def test_a_question_that_the_answer_does_not_hold_stays_when_it_is_complete(qtbot: QtBot) -> None:
    model = TranscriptModel()
    row = model.begin_turn("I am low")
    for event in (TextDelta("You are not alone."), Question("Shall I fetch somebody?", OPTIONS)):
        model.apply(row, event)
    model.apply(row, finished("You are not alone."))
    assert model.entry(row).text == "You are not alone.\n\nShall I fetch somebody?"


def test_an_answer_is_given_by_keys_alone(qtbot: QtBot, window: MainWindow, services: PlayedServices) -> None:
    ask_back(qtbot, window, services)
    services.events = lambda text: [finished("Thank you.")]
    qtbot.keyClick(window.chat.composer.edit, Qt.Key.Key_Backtab)
    assert QApplication.focusWidget() is window.chat.replies.buttons[-1]
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.chat.talk.transcript.entry(-1).text == "Thank you.")
    assert services.asked[-1][1] == "Not sure"
    assert window.chat.replies.isHidden()
    assert window.chat.composer.edit.hasFocus()


def test_an_answer_may_be_typed_instead(qtbot: QtBot, window: MainWindow, services: PlayedServices) -> None:
    ask_back(qtbot, window, services)
    services.events = lambda text: [finished("Thank you.")]
    qtbot.keyClicks(window.chat.composer.edit, "only at night")
    qtbot.keyClick(window.chat.composer.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.chat.talk.transcript.entry(-1).text == "Thank you.")
    assert services.asked[-1][1] == "only at night"


def test_a_screen_reader_names_each_answer_and_its_question(replies: QuickReplies) -> None:
    replies.offer(OPTIONS, ASKED)
    named = [(button.accessibleName(), button.accessibleDescription()) for button in replies.buttons]
    assert named == [(f"Answer: {option}", ASKED) for option in OPTIONS]


def test_answers_that_do_not_fit_stand_on_further_lines(qtbot: QtBot, replies: QuickReplies) -> None:
    replies.offer(AGES, "How old is the baby?")
    replies.resize(320, replies.heightForWidth(320))
    with qtbot.waitExposed(replies):
        replies.parentWidget().show()
    assert len({button.y() for button in replies.buttons}) > 1
    assert all(button.geometry().right() <= 320 for button in replies.buttons)
    assert all(button.height() >= 44 for button in replies.buttons)


def test_the_composer_stays_in_its_column_when_the_window_grows(
    qtbot: QtBot, window: MainWindow, services: PlayedServices
) -> None:
    window.resize(1280, 800)
    ask_back(qtbot, window, services)
    chat = window.chat
    for width in (720, 1280):
        window.resize(width, 800)
        qtbot.wait(50)
    assert chat.panel.isVisible()
    assert chat.composer.mapTo(chat, chat.composer.rect().topRight()).x() < chat.panel.x()


def test_a_resumed_conversation_shows_what_was_asked() -> None:
    entries = entries_of([said("I have a sore throat"), answered(FOLLOWED)])
    assert entries[-1].text == ASKED
    assert entries[-1].triage.follow_up == ASKED


def test_why_it_is_asked_stands_small_below_the_question(
    qtbot: QtBot, window: MainWindow, services: PlayedServices
) -> None:
    window.resize(window.minimumSize())
    ask_back(qtbot, window, services)
    replies = window.chat.replies
    assert replies.why.text() == f"Why this is asked: {WHY}"
    assert replies.why.isVisible()
    assert replies.why.objectName() == "small"
    assert replies.question.geometry().bottom() < replies.why.y() < replies.buttons[0].y()
    assert replies.buttons[0].accessibleDescription() == f"{ASKED} {WHY}"


def test_a_question_that_needs_no_reason_shows_none(replies: QuickReplies) -> None:
    replies.offer(OPTIONS, ASKED)
    assert replies.why.isHidden()

"""What is typed into a person's record in the window counts from the next message on; everything behind it is real."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from medbot_desktop.ui.main_window import MainWindow
from medbot_desktop.ui.person_chooser import PersonChooser
from medbot_desktop.ui.transcript_model import State

from .showing import in_front

QUESTION = "Can I take amoxicillin?"
RECORD = "The record holds: allergic to penicillin."
WARNING = "do not take amoxicillin before you have asked"


def ask(qtbot: QtBot, window: MainWindow, text: str) -> str:
    """Ask in the conversation that is shown, and wait for the whole answer."""
    window.chat.send(text)
    ends = (State.DONE, State.FAILED)
    qtbot.waitUntil(lambda: window.chat.talk.transcript.entry(-1).state in ends)
    qtbot.waitUntil(lambda: window.chat.talk.conversation is not None)
    entry = window.chat.talk.transcript.entry(-1)
    assert entry.state is State.DONE
    return entry.text


def asked(qtbot: QtBot, window: MainWindow) -> PersonChooser:
    """Ask whom the conversation that is shown is about."""
    window.chat.desk.choose_person(window.chat.talk)
    return in_front(qtbot, lambda: window.chat.desk.dialog)


def test_an_allergy_that_is_typed_is_warned_about_and_one_that_is_taken_away_is_not(
    qtbot: QtBot, clinic_window: MainWindow
) -> None:
    window = clinic_window
    before = ask(qtbot, window, QUESTION)
    assert RECORD not in before
    assert WARNING not in before
    dialog = asked(qtbot, window)
    dialog.add_button.click()
    dialog.form.name.setText("Ann Example")
    qtbot.keyClicks(dialog.form.record.allergies, "penicillin")
    dialog.form.save_button.click()
    qtbot.waitUntil(lambda: window.chat.desk.dialog is None)
    warned = ask(qtbot, window, QUESTION)
    assert RECORD in warned
    assert WARNING in warned
    dialog = asked(qtbot, window)
    dialog.edit_button.click()
    dialog.form.record.allergies.clear()
    dialog.form.save_button.click()
    qtbot.waitUntil(lambda: not dialog.form.is_waiting)
    dialog.reject()
    assert RECORD not in ask(qtbot, window, QUESTION)

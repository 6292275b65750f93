"""A conversation from the first word typed to the last source opened, in the real window."""

from threading import Event

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from medbot_desktop.domain import (
    Alert,
    Cited,
    Failed,
    Intent,
    Question,
    TextDelta,
    Triage,
    TurnEvent,
    Understood,
    Utterance,
)
from medbot_desktop.errors import ModelError
from medbot_desktop.ui.desk import CHAT, SETTINGS
from medbot_desktop.ui.main_window import MainWindow
from medbot_desktop.ui.talk import Talk
from medbot_desktop.ui.transcript_model import Entry, State

from .conftest import QUOTE, PlayedModel, PlayedServices, citation, emergency, finished

ANSWER = f"{QUOTE} [1]"


def play(services: PlayedServices, *events: TurnEvent | Event) -> None:
    """Answer every message with these events."""
    services.events = lambda text: events


def ask(qtbot: QtBot, window: MainWindow, text: str) -> Entry:
    """Type a message, send it and wait for the end of its turn."""
    begin(qtbot, window, text)
    qtbot.waitUntil(lambda: window.chat.composer.send_button.isVisible())
    return window.chat.talk.transcript.entry(-1)


def begin(qtbot: QtBot, window: MainWindow, text: str) -> None:
    """Type a message and send it."""
    qtbot.keyClicks(window.chat.composer.edit, text)
    qtbot.keyClick(window.chat.composer.edit, Qt.Key.Key_Return)


def test_an_answer_arrives_with_its_sources(qtbot: QtBot, window: MainWindow, services: PlayedServices) -> None:
    play(services, TextDelta("Most sore "), Cited(citation()), TextDelta("throats"), finished(ANSWER, citation()))
    entry = ask(qtbot, window, "What helps a sore throat?")
    assert (entry.text, entry.state) == (ANSWER, State.DONE)
    qtbot.waitUntil(lambda: len(window.chat.panel.cards) == 1)
    card = window.chat.panel.cards[0]
    qtbot.waitUntil(card.isVisible)
    assert card.text.marked == [QUOTE]
    assert QUOTE in card.text.toPlainText()


def test_the_text_model_stands_back_while_the_person_types(
    qtbot: QtBot, window: MainWindow, services: PlayedServices
) -> None:
    services.text_model = model = PlayedModel()
    typed, rested = Event(), Event()
    play(services, TextDelta("One. "), typed, TextDelta("Two. "), rested, TextDelta("Three."), finished(ANSWER))
    begin(qtbot, window, "What helps a sore throat?")
    window.chat.typed.timeout.emit()
    qtbot.waitUntil(lambda: bool(model.minded))
    qtbot.keyClicks(window.chat.composer.edit, "And")
    typed.set()
    qtbot.waitUntil(lambda: model.minded[-1])
    window.chat.typed.timeout.emit()
    rested.set()
    qtbot.waitUntil(lambda: not model.minded[-1])


def test_the_text_model_stands_back_while_the_first_question_is_typed(
    qtbot: QtBot, window: MainWindow, services: PlayedServices
) -> None:
    services.text_model = model = PlayedModel()
    qtbot.keyClicks(window.chat.composer.edit, "What")
    qtbot.waitUntil(lambda: model.minded == [True])
    window.chat.typed.timeout.emit()
    qtbot.waitUntil(lambda: model.minded == [True, False])


def test_what_became_of_the_graphics_card_is_told_once(
    qtbot: QtBot, window: MainWindow, services: PlayedServices
) -> None:
    services.text_model = PlayedModel("The graphics card ran out of memory.")
    play(services, finished(ANSWER))
    ask(qtbot, window, "What helps a sore throat?")
    qtbot.waitUntil(lambda: "ran out of memory" in window.chat.notice.words.text())
    assert services.text_model.take_notice() == ""


def test_a_source_opens_with_its_sentence_marked(qtbot: QtBot, window: MainWindow, services: PlayedServices) -> None:
    play(services, finished("One. [1] Two. [2]", citation(1), citation(2, quote="Drink plenty of cool drinks.")))
    ask(qtbot, window, "Question")
    window.chat.panel.tabs.setCurrentIndex(3)
    window.chat.transcript.source_wanted.emit(1, 2)
    assert window.chat.panel.section() == "Sources"
    qtbot.waitUntil(lambda: len(window.chat.panel.cards) == 2)
    chosen = [card for card in window.chat.panel.cards if card.property("chosen")]
    assert [card.citation.n for card in chosen] == [2]
    assert chosen[0].text.marked == ["Drink plenty of cool drinks."]


def test_an_emergency_shows_its_card_before_any_text(
    qtbot: QtBot, window: MainWindow, services: PlayedServices
) -> None:
    go_on = Event()
    play(services, Alert(emergency()), go_on, finished("Call now.", triage=emergency()))
    begin(qtbot, window, "crushing chest pain")
    qtbot.waitUntil(lambda: window.chat.talk.transcript.entry(-1).is_emergency)
    entry = window.chat.talk.transcript.entry(-1)
    layout = window.chat.transcript.painter.layout(entry, window.chat.transcript.viewport().width())
    assert entry.text == ""
    assert layout.card is not None
    assert layout.card.words().startswith("Call 999 now.")
    assert "Sit down and rest. This can be a heart attack." in layout.card.words()
    go_on.set()


def test_stop_takes_effect_at_once_and_keeps_what_was_written(
    qtbot: QtBot, window: MainWindow, services: PlayedServices
) -> None:
    never = Event()
    play(services, TextDelta("The first half"), never, TextDelta(" and the second"))
    begin(qtbot, window, "Question")
    qtbot.waitUntil(lambda: window.chat.talk.transcript.entry(-1).text == "The first half")
    qtbot.mouseClick(window.chat.composer.stop_button, Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    stopped = window.chat.talk.transcript.entry(-1)
    assert (stopped.state, stopped.text) == (State.STOPPED, "The first half")
    never.set()
    play(services, finished("The next answer."))
    assert ask(qtbot, window, "Next").text == "The next answer."
    assert window.chat.talk.transcript.entry(1).text == "The first half"


def test_escape_stops_the_answer(qtbot: QtBot, window: MainWindow, services: PlayedServices) -> None:
    never = Event()
    play(services, TextDelta("Words"), never)
    begin(qtbot, window, "Question")
    qtbot.waitUntil(lambda: window.chat.talk.transcript.entry(-1).state is State.STREAMING)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert window.chat.talk.transcript.entry(-1).state is State.STOPPED
    never.set()


def test_a_failed_turn_says_why_and_gives_the_text_back(
    qtbot: QtBot, window: MainWindow, services: PlayedServices
) -> None:
    play(services, TextDelta("Half"), Failed("The model stopped.", "Send the message again."))
    entry = ask(qtbot, window, "What helps?")
    assert entry.failure == Failed("The model stopped.", "Send the message again.")
    assert entry.text == "Half"
    assert window.chat.composer.text() == "What helps?"


def test_a_failed_turn_does_not_touch_what_was_typed_since(
    qtbot: QtBot, window: MainWindow, services: PlayedServices
) -> None:
    go_on = Event()
    play(services, go_on, Failed("The model stopped.", ""))
    begin(qtbot, window, "First")
    qtbot.keyClicks(window.chat.composer.edit, "Second thought")
    go_on.set()
    qtbot.waitUntil(lambda: window.chat.composer.send_button.isVisible())
    assert window.chat.composer.text() == "Second thought"


def test_the_turn_after_a_fault_of_the_program_is_answered(
    qtbot: QtBot, window: MainWindow, services: PlayedServices
) -> None:
    services.events = lambda text: 1 // 0
    entry = ask(qtbot, window, "Question")
    assert entry.failure == Failed(
        "MedBot made a mistake and could not answer.", "Nothing is lost: send the message again."
    )
    play(services, finished("Answer."))
    window.chat.composer.submit()
    qtbot.waitUntil(lambda: window.chat.talk.transcript.entry(-1).text == "Answer.")


def test_a_message_sent_before_the_assistant_is_ready_is_answered_afterwards(
    qtbot: QtBot, services: PlayedServices, window: MainWindow
) -> None:
    play(services, finished("Answer."))
    assert ask(qtbot, window, "Early").text == "Answer."


def test_a_workspace_that_cannot_be_opened_says_so_and_keeps_the_text(
    qtbot: QtBot, appearance: object, services: PlayedServices
) -> None:
    from medbot_desktop.ui.worker import Worker

    def refuse() -> PlayedServices:
        raise ModelError("The model file model.onnx was changed.", "Run `medbot models sync`.")

    window = MainWindow(appearance, worker := Worker(refuse))  # type: ignore[arg-type]
    qtbot.addWidget(window)
    window.show()
    worker.start()
    qtbot.waitUntil(lambda: "model.onnx" in window.chat.status.words.text())
    entry = ask(qtbot, window, "Question")
    assert entry.failure == Failed("The model file model.onnx was changed.", "Run `medbot models sync`.")
    assert window.chat.composer.text() == "Question"
    window.close()


def test_drafts_stay_with_their_conversation(qtbot: QtBot, window: MainWindow, services: PlayedServices) -> None:
    play(services, finished("Answer."))
    ask(qtbot, window, "First")
    first = window.chat.talk
    qtbot.keyClicks(window.chat.composer.edit, "draft one")
    qtbot.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert window.chat.composer.text() == ""
    qtbot.keyClicks(window.chat.composer.edit, "draft two")
    window.desk.open_page(SETTINGS)
    window.desk.open_page(CHAT)
    assert window.chat.composer.text() == "draft two"
    window.chat.switch_to(first)
    assert window.chat.composer.text() == "draft one"


def test_an_answer_goes_on_in_its_conversation_while_another_is_shown(
    qtbot: QtBot, window: MainWindow, services: PlayedServices
) -> None:
    go_on = Event()
    play(services, TextDelta("One "), go_on, finished("One two."))
    begin(qtbot, window, "First")
    first = window.chat.talk
    window.chat.begin_conversation()
    go_on.set()
    qtbot.waitUntil(lambda: first.transcript.entry(-1).state is State.DONE)
    assert first.transcript.entry(-1).text == "One two."
    assert window.chat.talk.transcript.rowCount() == 0


def test_conversations_are_listed_newest_first_and_can_be_switched(
    qtbot: QtBot, window: MainWindow, services: PlayedServices
) -> None:
    play(services, finished("Answer."))
    ask(qtbot, window, "About fever")
    qtbot.mouseClick(window.chat.column.new_button, Qt.MouseButton.LeftButton)
    ask(qtbot, window, "About cough")
    rows = window.chat.column.list.conversations
    assert [row.title() for row in rows.rows() if isinstance(row, Talk)] == ["About cough", "About fever"]
    window.chat.column.list.setCurrentIndex(rows.index(rows.rowCount() - 1))
    assert window.chat.talk.transcript.entry(0).text == "About fever"
    assert [conversation for conversation, _ in services.asked] == ["c0", "c1"]


def test_a_rating_is_stored_and_shown_as_pressed(qtbot: QtBot, window: MainWindow, services: PlayedServices) -> None:
    play(services, finished("Answer.", message_id="m7"))
    ask(qtbot, window, "Question")
    window.chat.transcript.rated.emit(1, 1)
    qtbot.waitUntil(lambda: services.ratings == [("m7", 1)])
    assert window.chat.talk.transcript.entry(1).rating == 1


def test_a_sample_question_is_asked_by_one_press(qtbot: QtBot, window: MainWindow, services: PlayedServices) -> None:
    play(services, finished("Answer."))
    qtbot.waitUntil(lambda: len(window.chat.empty.buttons) == 2)
    qtbot.mouseClick(window.chat.empty.buttons[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(services.asked))
    assert services.asked[0][1] == "What helps a sore throat?"


def test_an_offered_answer_is_sent_by_one_press(qtbot: QtBot, window: MainWindow, services: PlayedServices) -> None:
    play(services, Question("For how long?", ("A day", "A week")), finished("For how long?"))
    ask(qtbot, window, "I feel ill")
    play(services, finished("I see."))
    qtbot.mouseClick(window.chat.replies.buttons[1], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.chat.talk.transcript.entry(-1).text == "I see.")
    assert services.asked[-1][1] == "A week"


def test_the_disclaimer_always_stands_below_the_field(window: MainWindow) -> None:
    from medbot_desktop.ui.composer import DISCLAIMER

    labels = [child for child in window.chat.composer.children() if getattr(child, "text", lambda: "")() == DISCLAIMER]
    assert len(labels) == 1
    assert labels[0].isVisible()


def test_steps_and_timings_are_told_as_text(qtbot: QtBot, window: MainWindow, services: PlayedServices) -> None:
    hostile = Utterance("<b>x</b>", "en", Intent("<i>intent</i>", 0.5))
    play(services, Understood(hostile), finished("Answer.", citation()))
    ask(qtbot, window, "Question")
    for section in (1, 2, 3):
        window.chat.panel.tabs.setCurrentIndex(section)
        assert window.chat.panel.area.widget().isVisible()


def test_no_triage_shows_no_card(qtbot: QtBot, window: MainWindow, services: PlayedServices) -> None:
    play(services, finished("Answer.", triage=Triage()))
    entry = ask(qtbot, window, "Question")
    assert window.chat.transcript.painter.layout(entry, 700).card is None


def test_closing_the_window_closes_the_workspace(qtbot: QtBot, window: MainWindow, services: PlayedServices) -> None:
    qtbot.waitUntil(lambda: bool(window.chat.empty.buttons))
    window.close()
    assert services.is_closed


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "\u202eabc", "😷🤒", "مرحبا", "a\x00b"])
def test_any_text_is_sent_as_typed_and_shown_as_text(
    qtbot: QtBot, window: MainWindow, services: PlayedServices, text: str
) -> None:
    play(services, finished("Answer."))
    window.chat.composer.set_text(text)
    typed = window.chat.composer.text()
    window.chat.composer.submit()
    qtbot.waitUntil(lambda: bool(services.asked))
    assert services.asked[0][1] == typed
    assert not window.grab().isNull()


def test_an_emergency_in_a_text_that_is_too_long_to_be_sent_is_shown(
    qtbot: QtBot, window: MainWindow, services: PlayedServices
) -> None:
    composer = window.chat.composer
    composer.set_text("I have chest pain. " * 300)
    qtbot.waitUntil(lambda: "999" in composer.note.text())
    assert "Shorten the message" in composer.note.text()
    assert services.asked == []
    composer.set_text("a long story " * 400)
    qtbot.waitUntil(lambda: "999" not in composer.note.text())

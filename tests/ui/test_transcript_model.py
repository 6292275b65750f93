"""A turn's events change the answer that is shown, step by step."""

from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from medbot_desktop.domain import Alert, Cited, Failed, Question, TextDelta, ToolUsed
from medbot_desktop.ui.transcript_model import State, TranscriptModel

from .conftest import citation, emergency, finished


def test_the_model_keeps_qts_rules(qtbot: QtBot, qtmodeltester: ModelTester) -> None:
    model = TranscriptModel()
    qtmodeltester.check(model)
    row = model.begin_turn("Hello")
    model.apply(row, TextDelta("Hi"))
    model.end_turn(row)


def test_an_answer_waits_streams_and_is_done(qtbot: QtBot) -> None:
    model = TranscriptModel()
    row = model.begin_turn("What helps a sore throat?")
    assert model.entry(row).state is State.WAITING
    model.apply(row, TextDelta("Rest"))
    assert (model.entry(row).state, model.entry(row).text) == (State.STREAMING, "Rest")
    model.apply(row, finished("Rest. [1]", citation()))
    assert (model.entry(row).state, model.entry(row).text) == (State.DONE, "Rest. [1]")


def test_many_pieces_of_text_change_the_row_few_times(qtbot: QtBot) -> None:
    model = TranscriptModel()
    row = model.begin_turn("Question")
    changes: list[int] = []
    model.dataChanged.connect(lambda first, *_: changes.append(first.row()))
    for _ in range(500):
        model.apply(row, TextDelta("word "))
    qtbot.waitUntil(lambda: model.entry(row).text == "word " * 500)
    assert len(changes) < 20


def test_pieces_arrive_in_order_around_other_events(qtbot: QtBot) -> None:
    model = TranscriptModel()
    row = model.begin_turn("Question")
    for event in (TextDelta("a"), TextDelta("b"), Cited(citation()), TextDelta("c"), ToolUsed("search", "3 passages")):
        model.apply(row, event)
    assert model.entry(row).text == "abc"
    assert [step.name for step in model.entry(row).steps] == ["search"]


def test_a_turn_that_ends_early_is_stopped_and_keeps_its_text(qtbot: QtBot) -> None:
    model = TranscriptModel()
    row = model.begin_turn("Question")
    model.apply(row, TextDelta("Half a"))
    model.apply(row, TextDelta(" sentence"))
    model.end_turn(row)
    assert (model.entry(row).state, model.entry(row).text) == (State.STOPPED, "Half a sentence")


def test_a_failed_turn_stays_failed(qtbot: QtBot) -> None:
    model = TranscriptModel()
    row = model.begin_turn("Question")
    model.apply(row, Failed("The model stopped.", "Send it again."))
    model.end_turn(row)
    assert model.entry(row).state is State.FAILED


def test_a_question_offers_its_options(qtbot: QtBot) -> None:
    model = TranscriptModel()
    row = model.begin_turn("I feel ill")
    model.apply(row, Question("For how long?", ("A day", "A week")))
    assert model.entry(row).options == ("A day", "A week")


def test_a_screen_reader_hears_the_emergency_first(qtbot: QtBot) -> None:
    model = TranscriptModel()
    row = model.begin_turn("crushing chest pain")
    model.apply(row, Alert(emergency()))
    model.apply(row, TextDelta("About chest pain."))
    spoken = model.index(row).data(Qt.ItemDataRole.AccessibleTextRole)
    assert (
        spoken.index("Emergency")
        < spoken.index("Sit down")
        < spoken.index("heart attack")
        < spoken.index("About chest pain.")
    )

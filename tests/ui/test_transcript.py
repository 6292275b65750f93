"""Messages can be clicked, copied, rated and scrolled, however many there are."""

import time

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from medbot_desktop.domain import Alert, TextDelta
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.ui.transcript import Transcript
from medbot_desktop.ui.transcript_layout import Action
from medbot_desktop.ui.transcript_model import Entry, State, TranscriptModel

from .conftest import QUOTE, citation, emergency


@pytest.fixture
def transcript(qtbot: QtBot, appearance: Appearance) -> Transcript:
    view = Transcript(appearance)
    qtbot.addWidget(view)
    view.resize(800, 600)
    view.show_transcript(TranscriptModel())
    with qtbot.waitExposed(view):
        view.show()
    return view


def answer(text: str = f"{QUOTE} [1]", **more: object) -> Entry:
    return Entry(mine=False, text=text, citations=(citation(),), message_id="m1", **more)


def place_of(transcript: Transcript, row: int, action: Action) -> QPoint:
    """The middle of a button, in the viewport."""
    entry = transcript.transcript().entry(row)
    layout = transcript.painter.layout(entry, transcript.viewport().width())
    button = next(button for button in layout.buttons if button.action is action)
    return button.box.center() + transcript.visualRect(transcript.model().index(row, 0)).topLeft()


def place_of_mark(transcript: Transcript, row: int) -> QPoint:
    """A point on the first numbered mark of an answer."""
    layout = transcript.painter.layout(transcript.transcript().entry(row), transcript.viewport().width())
    origin = transcript.visualRect(transcript.model().index(row, 0)).topLeft()
    for x in range(layout.text_at.x(), layout.column[1]):
        point = QPoint(x, layout.text_at.y() + 8)
        button = layout.button_at(point)
        if button is not None:
            return origin + point + QPoint(3, 0)
    raise AssertionError("there is no mark on the first line")


def click(qtbot: QtBot, transcript: Transcript, point: QPoint) -> None:
    qtbot.mouseClick(transcript.viewport(), Qt.MouseButton.LeftButton, pos=point)


def test_a_click_on_a_numbered_mark_opens_its_source(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.transcript().add(answer())
    with qtbot.waitSignal(transcript.source_wanted) as wanted:
        click(qtbot, transcript, place_of_mark(transcript, 0))
    assert wanted.args == [0, 1]


def test_a_click_on_a_source_below_the_answer_opens_it(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.transcript().add(answer())
    with qtbot.waitSignal(transcript.source_wanted) as wanted:
        click(qtbot, transcript, place_of(transcript, 0, Action.SOURCE))
    assert wanted.args == [0, 1]


def test_copy_puts_the_answer_on_the_clipboard(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.transcript().add(answer("Rest. [1]"))
    click(qtbot, transcript, place_of(transcript, 0, Action.COPY))
    assert QGuiApplication.clipboard().text() == "Rest. [1]"


def test_thumbs_ask_for_a_rating_and_a_second_click_takes_it_back(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.transcript().add(answer())
    ratings: list[tuple[int, object]] = []
    transcript.rated.connect(lambda row, rating: ratings.append((row, rating)))
    click(qtbot, transcript, place_of(transcript, 0, Action.RATE_UP))
    transcript.transcript().rate(0, 1)
    click(qtbot, transcript, place_of(transcript, 0, Action.RATE_UP))
    click(qtbot, transcript, place_of(transcript, 0, Action.RATE_DOWN))
    assert ratings == [(0, 1), (0, None), (0, -1)]


def test_the_keyboard_reaches_messages_copies_and_opens_sources(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.transcript().add(Entry(mine=True, text="Question"), answer("Rest. [1]"))
    transcript.setFocus()
    qtbot.keyClick(transcript, Qt.Key.Key_Up)
    qtbot.keyClick(transcript, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "Rest. [1]"
    with qtbot.waitSignal(transcript.source_wanted) as wanted:
        qtbot.keyClick(transcript, Qt.Key.Key_Return)
    assert wanted.args == [1, 1]
    qtbot.keyClick(transcript, Qt.Key.Key_Up)
    assert transcript.currentIndex().row() == 0


def test_the_menu_offers_all_that_the_pointer_can_do(transcript: Transcript) -> None:
    transcript.transcript().add(answer())
    names = [action.text() for action in transcript.menu_for(0).actions()]
    assert names == ["Copy", "Helpful", "Not helpful", "Show source 1: Sore throat", "How this answer came about"]


def test_text_is_selected_by_dragging_and_copied(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.transcript().add(answer("Paracetamol helps. [1]"))
    layout = transcript.painter.layout(transcript.transcript().entry(0), transcript.viewport().width())
    start = transcript.visualRect(transcript.model().index(0, 0)).topLeft() + layout.text_at + QPoint(1, 8)
    viewport = transcript.viewport()
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    transcript.mouseMoveEvent(_drag(start + QPoint(600, 0)))
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=start + QPoint(600, 0))
    qtbot.keyClick(transcript, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "Paracetamol helps. [1]"


def test_the_pointer_shows_what_can_be_clicked(qtbot: QtBot, transcript: Transcript) -> None:
    transcript.transcript().add(answer())
    qtbot.mouseMove(transcript.viewport(), place_of(transcript, 0, Action.COPY))
    qtbot.waitUntil(lambda: transcript.painter.hovered[1] is not None)
    assert transcript.viewport().cursor().shape() is Qt.CursorShape.PointingHandCursor


def test_markup_in_a_message_is_never_interpreted(transcript: Transcript) -> None:
    hostile = "<script>alert(1)</script><img src='file:///etc/passwd'> \u202eevil 😷 مرحبا"
    transcript.transcript().add(Entry(mine=True, text=hostile), answer(hostile))
    for row in (0, 1):
        layout = transcript.painter.layout(transcript.transcript().entry(row), 700)
        assert layout.text is not None
        assert layout.text.toPlainText() == hostile.replace("\u202e", "‹U+202E›")
    assert not transcript.grab().isNull()


def test_an_emergency_card_stands_above_the_answer_and_stays_in_sight(transcript: Transcript) -> None:
    model = transcript.transcript()
    row = model.begin_turn("I have crushing chest pain")
    model.apply(row, Alert(emergency()))
    model.apply(row, TextDelta("A very long answer. " * 400))
    layout = transcript.painter.layout(model.entry(row), transcript.viewport().width())
    assert layout.card is not None
    top = transcript.visualRect(model.index(row)).top() + layout.card_at.y()
    assert 0 <= top < transcript.viewport().height() // 2
    assert layout.card_at.y() + layout.card.height < layout.text_at.y()


def test_what_a_person_reads_stays_in_place_while_an_answer_grows(transcript: Transcript) -> None:
    model = transcript.transcript()
    model.add(*[Entry(mine=bool(n % 2), text=f"Message {n}. " * 20) for n in range(200)])
    row = model.begin_turn("Question")
    transcript.verticalScrollBar().setValue(3000)
    seen = transcript.indexAt(QPoint(10, 10)).row()
    place = transcript.visualRect(model.index(seen)).top()
    for _ in range(20):
        model.apply(row, TextDelta("more text " * 50))
        model.flush()
    assert transcript.visualRect(model.index(seen)).top() == place


def test_ten_thousand_messages_need_no_widget_of_their_own_and_scroll(
    transcript: Transcript, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = [
        Entry(mine=True, text=f"Question {n}?") if n % 2 == 0 else answer(f"Answer {n}. " * 30 + "[1]")
        for n in range(10_000)
    ]
    before = len(transcript.findChildren(QWidget))
    start = time.perf_counter()
    transcript.show_transcript(TranscriptModel(entries))
    loaded_ms = (time.perf_counter() - start) * 1000
    frames = []
    bar = transcript.verticalScrollBar()
    for _ in range(300):
        start = time.perf_counter()
        bar.setValue(bar.value() - 60)
        transcript.viewport().repaint()
        frames.append((time.perf_counter() - start) * 1000)
    frames.sort()
    model = transcript.transcript()
    model.begin_turn("Next")
    start = time.perf_counter()
    for _ in range(100):
        model.apply(10_001, TextDelta("word "))
        model.flush()
    streamed_ms = (time.perf_counter() - start) * 10
    with capsys.disabled():
        print(
            f"\n10,000 messages: shown in {loaded_ms:.0f} ms; frame p50 {frames[150]:.1f} ms,"
            f" p95 {frames[285]:.1f} ms, worst {frames[-1]:.1f} ms; a streamed piece {streamed_ms:.1f} ms"
        )
    assert len(transcript.findChildren(QWidget)) == before


def test_scrolling_all_the_way_shows_the_first_and_the_last_message(transcript: Transcript) -> None:
    model = TranscriptModel([Entry(mine=False, text=f"Answer {n}. " * (n % 40 + 1)) for n in range(1000)])
    transcript.show_transcript(model)
    height = transcript.viewport().height()
    assert transcript.visualRect(model.index(999)).bottom() == height - 1
    transcript.verticalScrollBar().setValue(0)
    assert transcript.visualRect(model.index(0)).top() == 0
    transcript.scrollTo(model.index(500))
    assert transcript.visualRect(model.index(500)).intersects(transcript.viewport().rect())


def test_the_typing_indicator_rests_when_nothing_is_awaited(transcript: Transcript) -> None:
    model = transcript.transcript()
    row = model.begin_turn("Question")
    assert transcript.is_typing()
    model.end_turn(row)
    assert model.entry(row).state is State.STOPPED
    assert not transcript.is_typing()


def _drag(to: QPoint) -> QMouseEvent:
    held = Qt.MouseButton.LeftButton
    return QMouseEvent(QEvent.Type.MouseMove, QPointF(to), QPointF(to), held, held, Qt.KeyboardModifier.NoModifier)

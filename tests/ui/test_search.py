"""Everything that was said is found again: by words, by person and by day, and shown where it was said."""

from datetime import UTC, date, datetime, timedelta
from threading import Event

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from medbot_desktop.domain import Conversation
from medbot_desktop.memory.search import Found
from medbot_desktop.ui.main_window import MainWindow
from medbot_desktop.ui.result_list import shown_snippet
from medbot_desktop.ui.search_results import title_of
from medbot_desktop.ui.transcript_model import State
from medbot_desktop.vault.roles import Role

from .conftest import finished
from .kept import KeptServices, in_vault, open_window, talk_of
from .showing import in_front


@pytest.fixture
def kept(qapp: QApplication) -> KeptServices:
    return KeptServices()


def found_titles(window: MainWindow) -> list[str]:
    results = window.chat.column.results.results
    return [title_of(results.found(row)) for row in range(results.rowCount())]


def look_for(qtbot: QtBot, window: MainWindow, words: str) -> list[str]:
    """Type into the search and wait for what it shows."""
    column = window.chat.column
    with qtbot.waitSignal(column.search_wanted):
        column.field.setText(words)
    in_vault(qtbot, window, lambda services: None)
    return found_titles(window)


def found(snippet: str, *highlights: tuple[int, int], title: str = "Title") -> Found:
    return Found(Conversation("c", title, datetime.now(UTC)), "m", snippet, highlights)


def test_typing_finds_messages_with_their_matches_marked(qtbot: QtBot, kept: KeptServices) -> None:
    kept.keep(("Is ibuprofen safe?", "Ask a pharmacist about ibuprofen and asthma."), title="Medicines")
    kept.keep(("How long does flu last?", "About a week."), title="Flu")
    window = open_window(qtbot, kept)
    qtbot.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(window.chat.column.field.hasFocus)
    qtbot.keyClicks(window.chat.column.field, "asthma")
    results = window.chat.column.results
    qtbot.waitUntil(lambda: found_titles(window) == ["Medicines"])
    assert results.isVisible()
    text, spans = shown_snippet(results.results.found(0))
    assert [text[start:end] for start, end in spans] == ["asthma"]
    window.close()


def test_a_result_opens_its_conversation_at_the_message(qtbot: QtBot, kept: KeptServices) -> None:
    turns = [(f"question {number}", f"answer {number}\n\n" + "More words. " * 40) for number in range(100)]
    conversation = kept.keep(*turns[:50], ("which cream?", "Calamine can ease itching."), *turns[50:], title="Long")
    window = open_window(qtbot, kept)
    assert look_for(qtbot, window, "calamine") == ["Long"]
    qtbot.keyClick(window.chat.column.field, Qt.Key.Key_Down)
    qtbot.keyClick(window.chat.column.results, Qt.Key.Key_Return)
    talk = talk_of(window, conversation)
    qtbot.waitUntil(lambda: talk.is_loaded)
    transcript = window.chat.transcript
    index = transcript.model().index(101, 0)
    assert talk.transcript.entry(101).text == "Calamine can ease itching."
    assert transcript.viewport().rect().intersects(transcript.visualRect(index))
    assert transcript.painter.found is not None
    assert (transcript.painter.found.row, transcript.painter.found.words) == (101, {"Calamine"})
    assert not window.grab().isNull()
    window.close()


def test_nothing_found_is_said(qtbot: QtBot, kept: KeptServices) -> None:
    kept.keep(("q", "a"))
    window = open_window(qtbot, kept)
    assert look_for(qtbot, window, "zyzzyva") == []
    assert window.chat.column.message.text() == "Nothing found"
    assert window.chat.column.message.isVisible()
    window.close()


def test_escape_leaves_the_search_and_does_not_stop_the_answer(qtbot: QtBot, kept: KeptServices) -> None:
    never = Event()
    kept.keep(("flu", "a"), title="Flu")
    kept.events = lambda text: [never, finished("late")]
    window = open_window(qtbot, kept)
    look_for(qtbot, window, "flu")
    window.chat.send("Question")
    window.chat.column.enter_search()
    qtbot.keyClick(window.chat.column.field, Qt.Key.Key_Escape)
    assert window.chat.column.field.text() == ""
    assert window.chat.column.list.isVisible()
    assert window.chat.composer.edit.hasFocus()
    assert window.chat.talk.transcript.entry(-1).state is State.WAITING
    never.set()
    window.close()


def test_only_the_newest_search_is_shown(qtbot: QtBot, kept: KeptServices) -> None:
    kept.keep(("flu", "a"), title="Flu")
    kept.keep(("cough", "a"), title="Winter")
    window = open_window(qtbot, kept)
    window.chat.column.field.setText("cough")
    filters = window.chat.column.filters.chosen()
    window.chat.desk.search("flu", filters)
    window.chat.desk.search("cough", filters)
    shown: list[list[str]] = []
    window.chat.column.results.results.modelReset.connect(lambda: shown.append(found_titles(window)))
    in_vault(qtbot, window, lambda services: None)
    assert shown == [["Winter"]]
    window.close()


def test_a_search_is_narrowed_to_one_person(qtbot: QtBot, kept: KeptServices) -> None:
    ann = kept.people.add("Ann Example", date(1961, 5, 3))
    kept.keep(("flu one", "a"), title="Ann's", person=ann)
    kept.keep(("flu two", "a"), title="somebody's")
    window = open_window(qtbot, kept)
    assert sorted(set(look_for(qtbot, window, "flu"))) == ["Ann's", "somebody's"]
    qtbot.mouseClick(window.chat.column.filters.person_button, Qt.MouseButton.LeftButton)
    dialog = in_front(qtbot, lambda: window.chat.desk.dialog)
    qtbot.keyClicks(dialog.field, "ann")
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: found_titles(window) == ["Ann's"])
    assert window.chat.column.filters.person_button.accessibleName() == "Person: Ann Example"
    window.close()


@pytest.mark.parametrize(
    ("span", "expected"),
    [("Today", ["new"]), ("Last 7 days", ["new", "week"]), ("Last 30 days", ["new", "week", "month"])],
)
def test_conversations_are_narrowed_to_days_without_any_words(
    qtbot: QtBot, kept: KeptServices, span: str, expected: list[str]
) -> None:
    for title, days_ago in (("year", 400), ("month", 20), ("week", 5), ("new", 0)):
        kept.keep(("q", "a"), title=title, days_ago=days_ago)
    window = open_window(qtbot, kept)
    window.chat.column.filters.spans[span].trigger()
    qtbot.waitUntil(lambda: found_titles(window) == expected)
    window.close()


def test_conversations_are_narrowed_to_a_range_of_days(qtbot: QtBot, kept: KeptServices) -> None:
    for title, days_ago in (("month", 20), ("week", 5), ("new", 0)):
        kept.keep(("q", "a"), title=title, days_ago=days_ago)
    window = open_window(qtbot, kept)
    today = date.today()
    first, last = today - timedelta(days=20), today - timedelta(days=5)
    window.chat.column.filters.choose_span("Between two days", last, first)
    qtbot.waitUntil(lambda: found_titles(window) == ["week", "month"])
    window.close()


def test_a_search_that_fails_says_why_where_results_would_be(qtbot: QtBot, kept: KeptServices) -> None:
    kept.keep(("flu", "a"))
    window = open_window(qtbot, kept)
    in_vault(qtbot, window, KeptServices.demote)
    look_for(qtbot, window, "flu")
    assert "may not look at kept conversations" in window.chat.column.message.text()
    window.close()


def test_a_kiosk_offers_no_search_and_keeps_no_list(qtbot: QtBot, qapp: QApplication) -> None:
    services = KeptServices(Role.KIOSK)
    window = open_window(qtbot, services)
    assert not window.chat.column.field.isVisible()
    window.chat.send("first patient")
    qtbot.waitUntil(lambda: window.chat.composer.send_button.isVisible())
    window.chat.begin_conversation()
    assert [talk.title() for talk in window.chat.archive.talks] == ["New conversation"]
    window.close()


def test_a_snippet_is_shown_as_text_with_its_marks_in_place() -> None:
    text, spans = shown_snippet(found("<b>x</b>\u202e flu\nnow", (10, 13)))
    assert text == "<b>x</b>‹U+202E› flu now"
    assert [text[start:end] for start, end in spans] == ["flu"]


def test_the_first_match_stands_near_the_beginning() -> None:
    snippet = "Many words that come long before the one that was looked for, which is asthma here"
    start = snippet.index("asthma")
    text, spans = shown_snippet(found(snippet, (start, start + 6)))
    assert text.startswith("…")
    assert spans[0][0] <= 26
    assert [text[a:b] for a, b in spans] == ["asthma"]


def test_a_match_after_an_emoji_is_painted(qtbot: QtBot, kept: KeptServices) -> None:
    kept.keep(("😷🤒 flu", "a"), title="Flu")
    window = open_window(qtbot, kept)
    look_for(qtbot, window, "flu")
    assert not window.grab().isNull()
    window.close()

"""The window with everything real behind it: the library, the rules for danger, the language model, the store."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from PySide6.QtCore import Qt, QTimer
from pytestqt.qtbot import QtBot
from sqlalchemy import insert

from medbot_desktop.domain import Disposition
from medbot_desktop.settings import MESSAGE_LIMIT
from medbot_desktop.ui.app import open_workspace
from medbot_desktop.ui.desk import CHAT, LIBRARY
from medbot_desktop.ui.library_shelf import FILES
from medbot_desktop.ui.main_window import MainWindow
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.ui.transcript_model import Entry, State
from medbot_desktop.ui.worker import Worker
from medbot_desktop.vault.schema import DocumentRow, FileRow, LibraryRow
from medbot_desktop.workspace import Workspace


@pytest.fixture(scope="module")
def live(qapp: object) -> Iterator[MainWindow]:
    """One window for all tests of this file: opening everything takes seconds."""
    worker = Worker(lambda: open_workspace("demo"))
    window = MainWindow(Appearance("light"), worker)
    window.show()
    worker.start()
    yield window
    window.close()


def ask(qtbot: QtBot, window: MainWindow, text: str) -> Entry:
    """Ask in a new conversation and wait for the end of the turn."""
    window.chat.begin_conversation()
    window.chat.send(text)
    ends = (State.DONE, State.FAILED)
    qtbot.waitUntil(lambda: window.chat.talk.transcript.entry(-1).state in ends)
    return window.chat.talk.transcript.entry(-1)


def test_a_question_is_answered_and_its_sentences_are_marked(qtbot: QtBot, live: MainWindow) -> None:
    entry = ask(qtbot, live, "What can I do about a sore throat?")
    assert entry.state is State.DONE
    assert "[1]" in entry.text
    qtbot.waitUntil(lambda: len(live.chat.panel.cards) == len(entry.citations))
    cards = live.chat.panel.cards
    assert [card.citation.n for card in cards] == [citation.n for citation in entry.citations]
    assert all(card.text.marked and all(card.text.marked) for card in cards)


def test_an_emergency_shows_the_card_with_the_number(qtbot: QtBot, live: MainWindow) -> None:
    entry = ask(qtbot, live, "I have crushing chest pain and my left arm is numb")
    layout = live.chat.transcript.painter.layout(entry, live.chat.transcript.viewport().width())
    assert entry.triage.disposition is Disposition.EMERGENCY
    assert layout.card is not None
    assert any(digit.isdigit() for digit in layout.card.words())


def test_a_text_over_the_limit_gets_one_clear_sentence_and_the_next_is_answered(qtbot: QtBot, live: MainWindow) -> None:
    failed = ask(qtbot, live, "a" * (MESSAGE_LIMIT + 1))
    assert failed.state is State.FAILED
    assert failed.failure is not None
    assert failed.failure.message
    live.chat.composer.set_text("")
    assert ask(qtbot, live, "How can I sleep better?").state is State.DONE


def test_a_rating_reaches_the_store(qtbot: QtBot, live: MainWindow) -> None:
    ask(qtbot, live, "What helps with hay fever?")
    conversation = live.chat.talk.conversation
    assert conversation is not None
    with qtbot.waitSignal(live.worker.loaded) as loaded:
        live.chat.rate(1, 1)
        live.worker.load(conversation)
    assert [message.rating for message in loaded.args[1]] == [None, 1]


def test_stop_shows_with_the_click_whatever_the_assistant_still_does(qtbot: QtBot, live: MainWindow) -> None:
    live.chat.begin_conversation()
    live.chat.send("What are the signs of a stroke?")
    qtbot.mouseClick(live.chat.composer.stop_button, Qt.MouseButton.LeftButton)
    assert live.chat.talk.transcript.entry(-1).state is State.STOPPED
    assert ask(qtbot, live, "What are the signs of a stroke?").state is State.DONE


def test_the_event_loop_keeps_beating_while_a_question_is_answered(
    qtbot: QtBot, live: MainWindow, capsys: pytest.CaptureFixture[str]
) -> None:
    beats = [time.perf_counter()]
    heart = QTimer()
    heart.setInterval(5)
    heart.timeout.connect(lambda: beats.append(time.perf_counter()))
    heart.start()
    ask(qtbot, live, "How do I treat a small burn?")
    heart.stop()
    gaps = sorted((later - earlier) * 1000 for earlier, later in pairwise(beats))
    with capsys.disabled():
        print(f"\nlongest pause of the event loop during a turn: {gaps[-1]:.0f} ms")
    assert len(beats) > 2


MANY = 16_000


def fill(services: Workspace) -> None:
    """Put a library of very many documents into the vault, with files that wait."""
    vault, moment = services.retriever._vault, datetime.now(UTC).replace(tzinfo=None)
    with vault.transaction() as session:
        library = LibraryRow(name="many", readable_by=[], created=moment)
        session.add(library)
        session.flush()
        common = {"library_id": library.id, "audience": "", "last_reviewed": "", "sources": [], "added": moment}
        rows = [
            {
                **common,
                "key": f"d{n}",
                "title": f"Document {n}",
                "body": "Words.",
                "content_sha256": "",
                "is_staged": False,
            }
            for n in range(MANY)
        ]
        session.execute(insert(DocumentRow), rows)
        waiting = {
            "library_id": library.id,
            "sha256": "",
            "size": 1,
            "modified": 1,
            "state": "cancelled",
            "added": moment,
        }
        files = [{**waiting, "path": f"/gone/{n}.txt".encode(), "name": f"{n}.txt"} for n in range(MANY)]
        session.execute(insert(FileRow), files)


def longest_work(qtbot: QtBot, act: Callable[[], object]) -> float:
    """The longest work of the window between two events while something is done, in milliseconds."""
    beats = [time.thread_time()]
    heart = QTimer()
    heart.setInterval(0)
    heart.timeout.connect(lambda: beats.append(time.thread_time()))
    heart.start()
    act()
    heart.stop()
    return max((later - earlier) * 1000 for earlier, later in pairwise([*beats, time.thread_time()]))


def test_the_library_opens_and_scrolls_through_very_many_documents_at_once(
    qtbot: QtBot, live: MainWindow, capsys: pytest.CaptureFixture[str]
) -> None:
    page = live.desk.library

    def wait() -> None:
        for _ in range(3):
            done: list[object] = []
            live.worker.run(lambda _: None, done.append)
            qtbot.waitUntil(lambda done=done: bool(done))

    def open_it() -> None:
        live.desk.open_page(LIBRARY)
        wait()
        page.open_library("many")
        wait()

    def scroll() -> None:
        bar = page.shelf.documents.table.verticalScrollBar()
        for _ in range(8):
            bar.setValue(bar.maximum())
            wait()

    def search() -> None:
        page.shelf.field.setText("sore throat")
        qtbot.waitUntil(lambda: page.shelf.hits.results.rowCount() > 0)
        page.shelf.leave_search()

    def files() -> None:
        page.shelf.open_tab(FILES)
        qtbot.waitUntil(lambda: page.shelf.files.files.rowCount() == MANY)
        page.shelf.files.list.scrollToBottom()
        wait()

    live.worker.run(fill)  # type: ignore[arg-type]
    wait()
    acts = {"opened": open_it, "scrolled": scroll, "searched": search, "files listed": files}
    told = ", ".join(f"{name} {longest_work(qtbot, act):.0f} ms" for name, act in acts.items())
    with capsys.disabled():
        print(f"\nlongest work of the window between two events with {MANY:,} documents: {told}")
    assert page.shelf.documents.rows.rowCount() > 1_000
    live.desk.open_page(CHAT)

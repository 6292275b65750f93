"""A conversation leaves the program as a file: whole, readable in any script, and only for whoever may export."""

import json
import sys
import threading
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from medbot_desktop.domain import Conversation, Message, Person
from medbot_desktop.ui.export_dialog import Format
from medbot_desktop.ui.main_window import MainWindow
from medbot_desktop.ui.pdf import conversation_pdf
from medbot_desktop.ui.theme import load_theme
from medbot_desktop.vault.audit import AuditTrail
from medbot_desktop.vault.roles import Role

from .conftest import QUOTE, citation, emergency, finished
from .kept import KeptServices, in_vault, open_window, show
from .pdf_text import page_count, pdf_text
from .talks import settled

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
ANN = Person("p", "Ann Example", date(1961, 5, 3), "A-17")


@pytest.fixture
def kept(qapp: QApplication) -> KeptServices:
    return KeptServices()


def record(*texts: str) -> tuple[Conversation, list[Message]]:
    """A conversation of questions and answers in turn."""
    conversation = Conversation("c", "What helps a sore throat?", NOW, updated=NOW, person=ANN)
    messages = []
    for number, text in enumerate(texts):
        answer = finished(text, citation()).answer if number % 2 else None
        messages.append(Message(f"m{number}", "c", "medbot" if answer else "person", text, NOW, answer))
    return conversation, messages


def written(*texts: str) -> str:
    """The words of the PDF of a conversation."""
    conversation, messages = record(*texts)
    return pdf_text(conversation_pdf(conversation, messages, NOW, load_theme("light")))


def save_to(window: MainWindow, file: Path | None) -> None:
    """Answer the question where to save."""
    window.chat.desk.ask_file = lambda parent, conversation, kind: file


def export(qtbot: QtBot, window: MainWindow, kind: Format, file: Path) -> str:
    """Export the conversation that is shown; returns what the window says of it."""
    save_to(window, file)
    window.chat.desk.export(window.chat.talk, kind)
    in_vault(qtbot, window, lambda services: None)
    return window.chat.notice.words.text()


def test_a_pdf_holds_the_words_the_person_and_the_sources(qapp: QApplication) -> None:
    text = written("What helps a sore throat?", f"{QUOTE} [1]\n\n- Drink plenty.")
    assert "What helps a sore throat?" in text
    assert "About Ann Example, born 3 May 1961, reference A-17" in text
    assert f"{QUOTE} [1]" in text
    assert "[1] Sore throat: What you can do (core)." in text
    assert "Page 1 of 1" in text


def test_a_pdf_says_how_urgent_a_message_was(qapp: QApplication) -> None:
    conversation, messages = record("chest pain")
    answer = finished("Call now.", triage=emergency()).answer
    messages.append(Message("m", "c", "medbot", "Call now.", NOW, answer))
    text = pdf_text(conversation_pdf(conversation, messages, NOW, load_theme("light")))
    assert "Emergency: This can be a heart attack." in text


def test_a_pdf_says_what_to_do_and_when_to_come_back(qapp: QApplication) -> None:
    conversation, messages = record("sore throat")
    answer = finished("Here is more.", triage=settled()).answer
    messages.append(Message("m", "c", "medbot", "Here is more.", NOW, answer))
    text = pdf_text(conversation_pdf(conversation, messages, NOW, load_theme("light")))
    assert "Self care: Most sore throats get better." in text
    assert text.index("Drink plenty.") < text.index("See a doctor after a week.") < text.index("Here is more.")


def test_a_long_conversation_has_numbered_pages(qapp: QApplication) -> None:
    conversation, messages = record(*["Some words of a message. " * 30] * 40)
    data = conversation_pdf(conversation, messages, NOW, load_theme("light"))
    count = page_count(data)
    assert count > 5
    assert f"Page {count} of {count}" in pdf_text(data)


@pytest.mark.parametrize(
    "text", ["ما الذي يساعد؟", "喉咙痛怎么办？", "😷🤒👩‍⚕️", "שלום", "नमस्ते", "\u202eabc", "a\x00b", "", "x" * 20_000]
)
def test_any_script_becomes_a_pdf(qapp: QApplication, text: str) -> None:
    conversation, messages = record(text, text)
    data = conversation_pdf(conversation, messages, NOW, load_theme("light"))
    assert data.startswith(b"%PDF-")
    assert data.rstrip().endswith(b"%%EOF")


def test_markup_stands_in_a_pdf_as_it_was_typed(qapp: QApplication) -> None:
    assert "<b>bold</b> &amp;" in written("<b>bold</b> &amp;")


def test_a_pdf_is_made_on_the_worker_thread(qapp: QApplication) -> None:
    conversation, messages = record("question", "answer")
    made: list[bytes] = []
    theme = load_theme("light")
    thread = threading.Thread(target=lambda: made.append(conversation_pdf(conversation, messages, NOW, theme)))
    thread.start()
    thread.join()
    assert "answer" in pdf_text(made[0])


@pytest.mark.parametrize("kind", Format)
def test_an_export_is_written_and_stands_in_the_audit_trail(
    qtbot: QtBot, kept: KeptServices, tmp_path: Path, kind: Format
) -> None:
    conversation = kept.keep(("What helps a sore throat?", "Cool drinks."))
    window = open_window(qtbot, kept)
    show(qtbot, window, conversation)
    file = tmp_path / f"record{kind.ending}"
    assert export(qtbot, window, kind, file) == f"Exported to {file.name}."
    data = file.read_bytes()
    text = pdf_text(data) if kind is Format.PDF else data.decode()
    assert "Cool drinks." in text
    if kind is Format.JSON:
        assert json.loads(text)
    trail = in_vault(qtbot, window, lambda services: AuditTrail(services.vault, services.rights).entries())
    assert any(entry.record == conversation.id and "export" in entry.action for entry in trail)
    assert sorted(path.name for path in tmp_path.iterdir()) == [file.name]
    window.close()


def test_whoever_thinks_better_of_it_writes_nothing(qtbot: QtBot, kept: KeptServices) -> None:
    conversation = kept.keep(("q", "a"))
    window = open_window(qtbot, kept)
    show(qtbot, window, conversation)
    save_to(window, None)
    window.chat.desk.export(window.chat.talk, Format.PDF)
    assert not window.chat.notice.isVisible()
    window.close()


def test_a_role_that_may_not_export_is_refused_and_no_file_is_made(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    services = KeptServices(Role.FRONT_DESK)
    conversation = services.keep(("q", "a"))
    window = open_window(qtbot, services)
    show(qtbot, window, conversation)
    said = export(qtbot, window, Format.PDF, tmp_path / "record.pdf")
    assert said == "An account with the role front desk may not export conversations. Ask an administrator."
    assert list(tmp_path.iterdir()) == []
    window.close()


def test_a_folder_that_cannot_be_written_leaves_the_old_file_and_says_so(
    qtbot: QtBot, kept: KeptServices, tmp_path: Path
) -> None:
    conversation = kept.keep(("q", "a"))
    window = open_window(qtbot, kept)
    show(qtbot, window, conversation)
    (tmp_path / "file").write_text("not a folder")
    said = export(qtbot, window, Format.PDF, tmp_path / "file" / "record.pdf")
    assert said.startswith("The file record.pdf cannot be written")
    assert (tmp_path / "file").read_text() == "not a folder"
    window.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of a file")
def test_a_full_disk_leaves_no_half_file(qtbot: QtBot, kept: KeptServices, tmp_path: Path) -> None:
    import resource
    import signal

    conversation = kept.keep(("q", "a"))
    window = open_window(qtbot, kept)
    show(qtbot, window, conversation)
    file = tmp_path / "record.pdf"
    file.write_text("what was there")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, before[1]))
    try:
        said = export(qtbot, window, Format.PDF, file)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert said == "There is no room left on the disk for the file record.pdf. Free some space and try again."
    assert [path.read_text() for path in tmp_path.iterdir()] == ["what was there"]
    window.close()

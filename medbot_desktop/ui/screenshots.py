"""Take a picture of every page and state in every theme, with the real assistant behind the window.

Run as ``python -m medbot_desktop.ui.screenshots [FOLDER]``; without a folder the pictures go to ``screenshots/``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QDeadlineTimer, QEventLoop, QTimer
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from medbot_desktop.domain import Failed, Person, TextDelta, TurnEvent
from medbot_desktop.errors import MedBotError
from medbot_desktop.network import install_guard
from medbot_desktop.settings import MESSAGE_LIMIT
from medbot_desktop.ui.accounts_page import AccountsPage
from medbot_desktop.ui.app import application
from medbot_desktop.ui.desk import LIBRARY, SETTINGS
from medbot_desktop.ui.entry import open_workspace
from medbot_desktop.ui.example_clinic import PERSON, open_example_clinic
from medbot_desktop.ui.example_documents import QUESTION as QUESTION_OF_DOCUMENTS
from medbot_desktop.ui.example_documents import UNANSWERED, write_examples
from medbot_desktop.ui.example_label import example_label
from medbot_desktop.ui.library_shelf import DOCUMENTS, FILES, QUESTIONS
from medbot_desktop.ui.main_window import MainWindow
from medbot_desktop.ui.models_page import ModelsPage
from medbot_desktop.ui.privacy_page import PrivacyPage
from medbot_desktop.ui.services import Services
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.ui.transcript_model import State
from medbot_desktop.ui.worker import Worker

THEMES = ("light", "dark", "contrast")
SCREENS = ((1280, 800), (1920, 1080))

QUESTION = "What can I do about a sore throat?"
EMERGENCY = "I have crushing chest pain and my left arm is numb"
COMPLAINT = "I have had knee pain for 8 weeks and it locks"
MEDICINES = "Can I take ibuprofen with warfarin?"
TO_BRING, TO_FETCH = "medgemma-4b-it", "qwen2.5-coder-1.5b-instruct-q4_k_m"
STREAMED = "How can I sleep better?"

_EXAMPLE_PASSPHRASE = "quiet harbour lantern seven"
_PATIENCE_MS = 120_000
_SETTLE_MS = 200


class Photographer:
    """Walks through the window and takes the pictures.

    Args:
        folder: where the pictures go.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.appearance = Appearance("light")
        self._worker = Worker(lambda: open_workspace("demo"))
        self._failure: Failed | None = None
        self._worker.unavailable.connect(self._fail)
        self.window = MainWindow(self.appearance, self._worker)
        self.pictures: list[Path] = []
        self._home = TemporaryDirectory()

    def take_all(self) -> None:
        """Take every picture.

        Raises:
            MedBotError: the assistant could not be opened, or does not answer.
        """
        self.window.show()
        self._worker.start()
        chat = self.window.chat
        self._wait(lambda: bool(chat.empty.buttons))
        self._take("empty")
        self._stream()
        self._ask(QUESTION)
        row = chat.talk.transcript.rowCount() - 1
        answer = chat.talk.transcript.entry(row)
        self._take("answer")
        if answer.citations:
            chat.show_source(row, answer.citations[-1].n)
            self._take("source")
        for number, name in enumerate(("triage", "steps", "timings"), start=1):
            chat.panel.tabs.setCurrentIndex(number)
            self._take(name)
        chat.panel.tabs.setCurrentIndex(0)
        self._ask(EMERGENCY)
        self._take("emergency")
        self._take_care()
        self._ask("a " * (MESSAGE_LIMIT // 2) + "too long")
        self._take("error")
        self._take_picture()
        self._take_conversations()
        self._take_library()
        self._take_settings()
        self._take_lock()
        self._take_first_run()

    def _take_care(self) -> None:
        """Take a complaint with its question and what decided, and an answer about medicines with a monograph."""
        chat = self.window.chat
        self._ask(COMPLAINT)
        self._take("care")
        chat.show_why(1)
        self._take("why")
        chat.panel.tabs.setCurrentIndex(0)
        self._ask(MEDICINES)
        self._take("medicines")
        chat.monographs.open("warfarin")
        self._wait(lambda: chat.monographs.dialog is not None)
        self._take("monograph", above=chat.monographs.dialog)
        chat.monographs.forget()

    def close(self) -> None:
        """Close the window and let go of the example's vault."""
        self.window.close()
        self._home.cleanup()

    def _ask(self, text: str) -> None:
        chat = self.window.chat
        chat.begin_conversation()
        chat.send(text)
        self._wait(lambda: chat.talk.transcript.entry(-1).state in (State.DONE, State.FAILED))

    def _stream(self) -> None:
        """Ask, and take the pictures at the first words; events wait meanwhile."""
        taken: list[TurnEvent] = []

        def at_first_words(_: int, event: TurnEvent) -> None:
            if isinstance(event, TextDelta) and not taken:
                taken.append(event)
                self._take("streaming", pause=False)

        self._worker.happened.connect(at_first_words)
        self._ask(STREAMED)
        self._worker.happened.disconnect(at_first_words)

    def _take_picture(self) -> None:
        """Take a photo whose text is read, what was read of it, and the message with it."""
        chat = self.window.chat
        chat.begin_conversation()
        chat.composer.set_text("What is this for?")
        chat.attaching.read(example_label())
        self._take("picture_reading", pause=False)
        self._wait(lambda: chat.attaching.dialog is not None)
        dialog = chat.attaching.dialog
        assert dialog is not None
        self._wait(lambda: dialog.medicines.text().startswith("Recognised"))
        self._take("picture", above=dialog)
        dialog.accept()
        self._take("picture_used")
        chat.composer.submit()
        self._wait(lambda: chat.talk.transcript.entry(-1).state in (State.DONE, State.FAILED))
        self._take("picture_answer")

    def _take_conversations(self) -> None:
        """Take what can be done with whole conversations."""
        chat = self.window.chat
        talk = next(talk for talk in chat.archive.talks if talk.title() == QUESTION)
        chat.switch_to(talk)
        chat.archive.pin(talk, True)
        self._take("conversations")
        more = chat.column.list.more_button
        chat.desk.open_menu(talk, more.mapToGlobal(more.rect().bottomLeft()))
        self._take("menu", above=chat.desk.menu)
        chat.desk.forget()
        self._worker.run(_add_person, lambda person: chat.archive.link(talk, person))
        self._wait(lambda: talk.person() is not None)
        self._take("about_person")
        chat.desk.choose_person(talk)
        self._wait(lambda: chat.desk.dialog is not None)
        dialog = chat.desk.dialog
        assert dialog is not None
        self._take("person", above=dialog)
        dialog.edit_button.click()
        self._take("person_record", above=dialog)
        chat.desk.forget()
        chat.column.field.setText(QUESTION.split()[-1])
        self._wait(lambda: chat.column.results.results.rowCount() > 0)
        self._take("search")
        chat.column.leave_search()
        chat.desk.delete(talk)
        self._take("deleted")

    def _take_library(self) -> None:
        """Take the library: its documents, files on their way, what a search finds, and a document that is read."""
        page = self.window.library
        shelf, reader = page.shelf, page.reader
        self._ask(UNANSWERED)
        self.window.desk.open_page(LIBRARY)
        page.open_library("core")
        self._wait(lambda: shelf.documents.rows.rowCount() > 0)
        self._take("library")
        page.adding.importer.pause()
        page.adding.add(write_examples(Path(self._home.name) / "documents"))
        self._wait(lambda: shelf.files.files.waiting > 0)
        self._take("library_paused")
        page.adding.importer.go_on()
        self._wait(lambda: page.known.library(page.known.common) is not None and not page.adding.importer.is_running)
        page.open_library(page.known.common)
        shelf.open_tab(FILES)
        self._wait(lambda: shelf.files.files.failed > 0 and shelf.files.files.waiting == 0)
        shelf.files.list.choose(shelf.files.files.files[0].id)
        self._take("library_failed")
        shelf.open_tab(QUESTIONS)
        self._wait(lambda: shelf.questions.table.rows.rowCount() > 0)
        self._take("library_questions")
        shelf.field.setText(QUESTION_OF_DOCUMENTS)
        self._wait(lambda: shelf.hits.results.rowCount() > 0)
        self._take("library_search")
        page.open_passage(shelf.hits.results.found(0).passage)
        self._wait(lambda: page.is_reading() and reader.view.is_written())
        self._wait(reader.page_button.isVisible)
        self._take("library_reader")
        reader.field.setText("burn")
        self._wait(lambda: bool(reader.view.matches))
        self._take("library_find")
        page.close_reader()
        shelf.leave_search()
        shelf.open_tab(DOCUMENTS)
        page.deeds.ask_readers()
        self._take("library_readers", above=page.dialog)
        self._close(page.dialog)
        page.adding.hint.welcome("Drop files or folders here to add them to “clinic”")
        self._take("library_drop")
        page.adding.hint.hide()

    def _close(self, dialog: QDialog | None) -> None:
        if dialog is not None:
            dialog.reject()

    def _take_settings(self) -> None:
        """Take each section of the settings, on the vault of a clinic that does not exist."""
        self._worker.open_with(lambda: open_example_clinic(Path(self._home.name) / "vault"))
        settings = self.window.settings
        self._wait(lambda: not settings.buttons["accounts"].isHidden())
        self.window.desk.open_page(SETTINGS)
        self._take("settings")
        for name in list(settings.buttons)[1:]:
            settings.open_section(name)
            self._wait(self._is_idle())
            self._take(name)
        self._take_models()
        accounts, privacy = settings.section("accounts"), settings.section("privacy")
        assert isinstance(accounts, AccountsPage)
        assert isinstance(privacy, PrivacyPage)
        settings.open_section("accounts")
        accounts.add_button.click()
        accounts.form.name.setText("Reception")
        self._take("account_form")
        accounts.form.add_button.click()
        self._wait(lambda: accounts.dialog is not None)
        self._take("one_time", above=accounts.dialog)
        accounts.forget()
        settings.open_section("privacy")
        self._worker.run(lambda services: services.people.find(PERSON), privacy.erasure.look_at)
        self._wait(lambda: not privacy.erasure.erase_button.isHidden())
        self._take("one_person")

    def _take_models(self) -> None:
        """Take the models with what is known of one, an exam on its way, one that is to be brought, and their use."""
        settings = self.window.settings
        settings.open_section("models")
        page = settings.section("models")
        assert isinstance(page, ModelsPage)
        self._wait(lambda: "Device: " in page.facts.text())
        self._take("models")
        page.exam_button.click()
        self._wait(lambda: page.progress.bar.maximum() > 0)
        self._take("models_exam")
        page.progress.stop()
        self._wait(lambda: not page.is_busy)
        page.notice.hide()
        page.choose_model(TO_BRING)
        self.window.resize(*SCREENS[0])
        self._pause()
        page.bring_into_sight(page.use.table)
        self._take("models_use")
        page.choose_model(TO_FETCH)
        page.bring_into_sight(page.table)
        page.fetch_button.click()
        self._take("models_fetch", above=page.dialog)
        self._close(page.dialog)

    def _take_lock(self) -> None:
        """Take the lock, what helps whoever has forgotten the passphrase, and the steps of a first run."""
        window, screen = self.window, self.window.lock_screen
        window.lock("It locked itself, since nobody was using it.")
        self._take("lock")
        screen.account.setText("Ann")
        screen.failure.tell("That passphrase does not open this vault.", "Try again, or use the recovery key.")
        self._take("lock_refused")
        screen.other_way.click()
        self._take("lock_recovery")
        screen.other_way.click()

    def _take_first_run(self) -> None:
        """Take the steps in which a vault is made, in a home folder of its own."""
        os.environ["MEDBOT_HOME"] = str(Path(self._home.name) / "first")
        self.window.show_first_run()
        page = self.window.first_run
        assert page is not None
        self._take("first_run")
        for number, name in enumerate(("account", "passphrase", "recovery", "confirm"), start=1):
            page.passphrase.first.setText(_EXAMPLE_PASSPHRASE)
            page.passphrase.second.setText(_EXAMPLE_PASSPHRASE)
            page.primary[page.currentIndex()].click()
            if name == "recovery":
                self._take("first_run_busy")
            self._wait(self._is_idle())
            assert page.currentIndex() == number
            self._take(f"first_run_{name}")
        key = [label.text() for label in page.groups.groups]
        for field in page.confirmed:
            field.setText(key[int(field.accessibleName().split()[-1]) - 1])
        page.primary[page.currentIndex()].click()
        self._wait(lambda: page.currentIndex() == page.count() - 1)
        self._take("first_run_backups")

    def _is_idle(self) -> Callable[[], bool]:
        """Whether the worker has done everything that was asked for before."""
        done: list[object] = []
        self._worker.run_alone(lambda: None, done.append)
        return lambda: bool(done)

    def _take(self, name: str, pause: bool = True, above: QWidget | None = None) -> None:
        for theme in THEMES:
            self.appearance.choose(theme)
            for width, height in SCREENS:
                self.window.resize(width, height)
                if pause:
                    self._pause()
                path = self._folder / f"{name}-{theme}-{width}x{height}.png"
                picture = self.window.grab()
                if above is not None:
                    painter = QPainter(picture)
                    painter.drawPixmap(self.window.rect().center() - above.rect().center(), above.grab())
                    painter.end()
                picture.save(str(path))
                self.pictures.append(path)
        self.appearance.choose("light")

    def _fail(self, failure: Failed) -> None:
        self._failure = failure

    def _pause(self) -> None:
        loop = QEventLoop()
        QTimer.singleShot(_SETTLE_MS, loop.quit)
        loop.exec()

    def _wait(self, done: Callable[[], bool]) -> None:
        """Let the window work until ``done`` holds."""
        deadline = QDeadlineTimer(_PATIENCE_MS)
        while not done():
            if self._failure:
                raise MedBotError(self._failure.message, self._failure.hint)
            if deadline.hasExpired():
                raise MedBotError("The assistant did not answer in time.", hint="Run `medbot doctor`.")
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, _SETTLE_MS)


def _add_person(services: Services) -> Person:
    """Keep somebody with a record."""
    return services.people.add(
        PERSON,
        date(1961, 5, 3),
        "A-17",
        allergies=["penicillin"],
        medicines=["metformin 500 mg"],
        conditions=["asthma"],
    )


def main(arguments: list[str]) -> int:
    """Take all pictures; returns the exit status."""
    install_guard()
    application()
    folder = Path(arguments[0] if arguments else "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    photographer = Photographer(folder)
    try:
        photographer.take_all()
    except MedBotError as error:
        print(f"{error.message} {error.hint}", file=sys.stderr)
        return 1
    finally:
        photographer.close()
    print(f"{len(photographer.pictures)} pictures in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

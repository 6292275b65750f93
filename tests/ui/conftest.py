"""A real window for every test, with turns that the test plays event by event: all that a window knows of answering."""

from __future__ import annotations

import gc
import os
import shutil
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest

from medbot_desktop.domain import (
    Answer,
    Citation,
    Conversation,
    Disposition,
    Finished,
    Intent,
    Message,
    Passage,
    RedFlag,
    Triage,
    TurnEvent,
    Utterance,
)

if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from medbot_desktop.inference.store import ModelStore
from medbot_desktop.knowledge.readers.markdown import MarkdownReader
from medbot_desktop.ui.app import application
from medbot_desktop.ui.main_window import MainWindow
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.ui.worker import Worker
from medbot_desktop.understanding.labels import LabelMedicine
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.opening import Credentials, open_vault
from medbot_desktop.vault.preferences import set_mark
from medbot_desktop.vault.roles import DEMO_ACCOUNT
from medbot_desktop.workspace import Workspace

from .leaflets import PARKING, WARTS, leaflet
from .showing import PatientQtBot, bring_up
from .vault_folders import PASSPHRASE, make_vault

PASSAGE_TEXT = "Most sore throats get better within a week. Drink plenty of cool drinks.\n- Gargle with salty water."
QUOTE = "Most sore throats get better within a week."


def citation(n: int = 1, text: str = PASSAGE_TEXT, quote: str = QUOTE) -> Citation:
    """A citation of a passage about sore throats."""
    start = text.index(quote)
    passage = Passage(
        f"core/sore-throat#{n}", "core", "sore-throat", "Sore throat", "What you can do", text, 0, len(text)
    )
    return Citation(n, passage, ((start, start + len(quote)),), 0.8)


def emergency() -> Triage:
    """The triage of a message about a heart attack."""
    flag = RedFlag("chest_pain_cardiac", "This can be a heart attack.", "NHS 2023", ("Sit down and rest.",), ("chest",))
    return Triage(Disposition.EMERGENCY, (flag,), (flag.why,))


def finished(text: str, *citations: Citation, triage: Triage | None = None, message_id: str = "m1") -> Finished:
    """The end of a turn that answered ``text``."""
    utterance = Utterance("question", "en", Intent("health_question", 0.9))
    answer = Answer(
        "question", text, utterance, "health_question", triage or Triage(), citations, timings_ms={"total": 30}
    )
    return Finished(answer, message_id)


class EmptyLibrary:
    """A shelf with nothing on it, and a queue in which nothing waits."""

    def summaries(self) -> Sequence[object]:
        return ()

    def folders(self) -> Sequence[object]:
        return ()

    def files(self) -> Sequence[object]:
        return ()

    def waiting(self) -> int:
        return 0


class PlayedModel:
    """Remembers how it was asked to mind the person, and has something to say about the graphics card."""

    def __init__(self, notice: str = "") -> None:
        self.minded: list[bool] = []
        self._notice = notice

    def yield_to_person(self, typing: bool) -> None:
        self.minded.append(typing)

    def take_notice(self) -> str:
        told, self._notice = self._notice, ""
        return told


class PlayedServices:
    """Answers each message with the events that the test has laid down, and waits where it says so."""

    def __init__(self) -> None:
        self.events: Callable[[str], Sequence[TurnEvent | Event]] = lambda text: ()
        self.sample_questions: Sequence[str] = ("What helps a sore throat?", "How do I treat a small burn?")
        self.emergency_number = "999"
        self.libraries = self.queue = EmptyLibrary()
        self.opened = None
        self.text_model: PlayedModel | None = None
        self.account = DEMO_ACCOUNT
        self.ratings: list[tuple[str, int | None]] = []
        self.asked: list[tuple[str, str]] = []
        self.may_open = Event()
        self.may_open.set()
        self.started: list[Conversation] = []
        self.is_closed = False

    @property
    def assistant(self) -> PlayedServices:
        return self

    @property
    def conversations(self) -> PlayedServices:
        return self

    @property
    def access(self) -> PlayedServices:
        return self

    def may(self, permission: str) -> bool:
        return True

    def open(self) -> PlayedServices:
        self.may_open.wait(10)
        return self

    def respond(self, conversation: Conversation, text: str) -> Generator[TurnEvent, None, None]:
        self.asked.append((conversation.id, text))
        for event in self.events(text):
            if isinstance(event, Event):
                event.wait(10)
            else:
                yield event

    def alarm(self, text: str) -> Triage | None:
        return emergency() if "chest pain" in text else None

    def medicines_in(self, text: str) -> Sequence[LabelMedicine]:
        return [LabelMedicine("metformin", "METFORMIN", "500 mg")] if "metformin" in text.casefold() else []

    def start(self) -> Conversation:
        now = datetime.now(UTC)
        self.started.insert(0, Conversation(f"c{len(self.started)}", "", now, updated=now))
        return self.started[0]

    def list(self, deleted: bool = False) -> Sequence[Conversation]:
        return () if deleted else tuple(self.started)

    def messages(self, conversation_id: str) -> Sequence[Message]:
        return ()

    def rate(self, message_id: str, rating: int | None) -> None:
        self.ratings.append((message_id, rating))

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    return application()


@pytest.fixture(scope="module", autouse=True)
def swept() -> Iterator[None]:
    """Throws away what the tests of a module have left in cycles."""
    yield
    gc.unfreeze()
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def set_aside() -> Iterator[None]:
    """Keeps the collector out of the thousands of tests again: a closing workspace gives back what was set aside."""
    yield
    gc.freeze()


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    """The bot of pytest-qt, with more patience."""
    return PatientQtBot(request)


@pytest.fixture
def services() -> PlayedServices:
    return PlayedServices()


@pytest.fixture
def appearance(qapp: QApplication) -> Appearance:
    return Appearance("light")


@pytest.fixture
def window(qtbot: QtBot, appearance: Appearance, services: PlayedServices) -> Iterator[MainWindow]:
    """The real window, shown, with its worker started."""
    worker = Worker(services.open)
    window = MainWindow(appearance, worker)
    bring_up(qtbot, window)
    worker.start()
    yield window
    services.may_open.set()
    window.close()
    window.deleteLater()


@pytest.fixture(scope="session")
def bare_vault(tmp_path_factory: pytest.TempPathFactory) -> VaultFolder:
    """A vault with its accounts and no more, copied for each test: to make one takes longer than to copy it."""
    return make_vault(tmp_path_factory.mktemp("bare"))


@pytest.fixture
def bare_folder(bare_vault: VaultFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> VaultFolder:
    """A vault of one's own in the home folder, with its accounts and no more."""
    return _at_home(bare_vault, tmp_path, monkeypatch)


def _at_home(made: VaultFolder, home: Path, monkeypatch: pytest.MonkeyPatch) -> VaultFolder:
    monkeypatch.setenv("MEDBOT_HOME", str(home))
    shutil.copytree(made.path, home / "vault")
    return VaultFolder(home / "vault")


@pytest.fixture(scope="session")
def made_vault(models: ModelStore, bare_vault: VaultFolder, tmp_path_factory: pytest.TempPathFactory) -> VaultFolder:
    """A vault with the library that ships."""
    folder = VaultFolder(tmp_path_factory.mktemp("made") / "vault")
    shutil.copytree(bare_vault.path, folder.path)
    opened = open_vault(folder, Credentials("admin", PASSPHRASE))
    with opened.vault.transaction() as session:
        set_mark(session, "last_backup", datetime.now(UTC).isoformat())  # so none is made behind a test's back
    with Workspace.open_on(opened, with_text_model=False):
        return folder


@pytest.fixture
def vault_folder(made_vault: VaultFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> VaultFolder:
    """A vault of one's own in the home folder, with the library that ships."""
    return _at_home(made_vault, tmp_path, monkeypatch)


@pytest.fixture(scope="session")
def made_library(models: ModelStore, made_vault: VaultFolder, tmp_path_factory: pytest.TempPathFactory) -> VaultFolder:
    """A vault with the library that ships in it, and one of two leaflets."""
    folder = VaultFolder(tmp_path_factory.mktemp("library") / "vault")
    shutil.copytree(made_vault.path, folder.path)
    with Workspace.open_on(open_vault(folder, Credentials("admin", PASSPHRASE)), with_text_model=False) as workspace:
        for name, words in (("parking.md", PARKING), ("warts.md", WARTS)):
            workspace.libraries.add("leaflets", MarkdownReader().read(leaflet(folder.path.parent, name, words)))
        workspace.retriever.refresh()
    return folder


@pytest.fixture
def library_folder(made_library: VaultFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> VaultFolder:
    """A vault of one's own in the home folder, with the library that ships and one of two leaflets."""
    return _at_home(made_library, tmp_path, monkeypatch)


@pytest.fixture
def clinic_window(
    qtbot: QtBot,
    models: ModelStore,
    vault_folder: VaultFolder,
    appearance: Appearance,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[MainWindow]:
    """A window whose vault is open; without a language model, which takes long to start."""
    monkeypatch.setenv("MEDBOT_TEXT_MODEL", "none")
    window = MainWindow(appearance, Worker())
    window.show_lock()
    bring_up(qtbot, window)
    window.worker.start()
    sign_in(qtbot, window)
    yield window
    window.close()
    window.deleteLater()


def sign_in(qtbot: QtBot, window: MainWindow) -> None:
    """Open the vault as its administrator."""
    window.lock_screen.account.setText("admin")
    window.lock_screen.passphrase.setText(PASSPHRASE)
    window.lock_screen.submit()
    qtbot.waitUntil(lambda: not window.desk.lock_button.isHidden())

"""Let people see what answers are made of, add to it, and read each document where it was cited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from medbot_desktop.domain import Conversation, Passage
from medbot_desktop.ui import library_jobs as jobs
from medbot_desktop.ui.library_adding import LibraryAdding
from medbot_desktop.ui.library_column import LibraryColumn
from medbot_desktop.ui.library_deeds import LibraryDeeds
from medbot_desktop.ui.library_documents import PAGE
from medbot_desktop.ui.library_jobs import FoundPassage, OpenedDocument, Shelf
from medbot_desktop.ui.library_reader import LibraryReader
from medbot_desktop.ui.library_shelf import DOCUMENTS, FILES, QUESTIONS, LibraryShelf
from medbot_desktop.ui.parts import named
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.ui.worker import Services, Worker
from medbot_desktop.ui.working_page import WorkingPage

if TYPE_CHECKING:
    from medbot_desktop.knowledge.documents import DocumentSummary
    from medbot_desktop.knowledge.library import LibrarySummary


class LibraryPage(WorkingPage):
    """The library: its parts at the left, the chosen one in the middle, a document over it while it is read.

    Attributes:
        known: which libraries there are, and what may be done with them.
        adding: brings files in.
        deeds: does what changes a library or a document.

    Signals:
        conversation_wanted: a ``Conversation`` is to be shown.
        shelved: the libraries that may be read are known, or others than before: a ``Shelf``.
    """

    conversation_wanted = Signal(object)
    shelved = Signal(object)

    def __init__(self, appearance: Appearance, worker: Worker, parent: QWidget | None = None) -> None:
        super().__init__(appearance, worker, parent)
        self.known = Shelf()
        self._name = ""
        self._filter = ""
        self._searches = 0
        self.column = LibraryColumn(appearance)
        self.shelf = LibraryShelf(appearance)
        self.reader = LibraryReader(appearance)
        self.adding = LibraryAdding(self)
        self.deeds = LibraryDeeds(self)
        self._middle = QStackedWidget()
        self._arrange()
        self._connect()
        self.setAcceptDrops(True)

    def _arrange(self) -> None:
        unit = self.appearance.theme.sizes.unit
        for part in (self.shelf, self.reader):
            self._middle.addWidget(part)
        inside = named(QWidget(), "libraryBody")
        body = QVBoxLayout(inside)
        body.setContentsMargins(3 * unit, 2 * unit, 3 * unit, 2 * unit)
        body.addWidget(self._middle)
        middle = QVBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(inside, 1)
        middle.addLayout(self.beneath)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.column)
        row.addLayout(middle, 1)

    def _connect(self) -> None:
        self.worker.ready.connect(self._learn)
        shelf = self.shelf
        for part in (self.column, shelf):
            part.chosen.connect(self.open_library)
        shelf.searched.connect(self._search)
        shelf.hit_opened.connect(lambda found: self.open_passage(found.passage))
        shelf.turned.connect(self._turn)
        shelf.documents.rows.more_wanted.connect(self._read_documents)
        shelf.documents.filtered.connect(self._filter_documents)
        shelf.documents.opened.connect(lambda document: self.open_row(document.row_id))
        shelf.questions.dismissal_wanted.connect(self._dismiss)
        shelf.questions.search_wanted.connect(self._search_again)
        self.adding.grown.connect(self.refresh)
        self.reader.left.connect(self.close_reader)
        self.reader.conversation_wanted.connect(self._open_conversation)
        QShortcut(QKeySequence("Ctrl+F"), self).activated.connect(self._enter_search)

    @property
    def library(self) -> LibrarySummary | None:
        """The library that is shown."""
        return self.known.library(self._name)

    def enter(self) -> None:
        """Show what there is now, with the keyboard where something can be looked for."""
        self.refresh()
        (self.reader.view if self.is_reading() else self.shelf.field).setFocus()

    def refresh(self) -> None:
        """Read anew which libraries there are, and what of the chosen one is in sight."""
        self.read(jobs.look, self._show_known)

    def refresh_all(self) -> None:
        """Read anew also what a summary does not tell."""
        self.refresh()
        self._renew_documents()

    def forget(self) -> None:
        """Let go of everything, and stop what takes long at once."""
        self.adding.forget()
        super().forget()
        self._searches += 1
        self.known, self._name, self._filter = Shelf(), "", ""
        self.reader.forget()
        self._middle.setCurrentWidget(self.shelf)
        self.shelf.forget()
        self.column.show_shelf(self.known, "")

    def is_reading(self) -> bool:
        """Whether a document is open."""
        return self._middle.currentWidget() is self.reader

    def open_library(self, name: str) -> None:
        """Show another library."""
        self._name = name
        self._filter = ""
        self.close_reader()
        self.shelf.documents.filter.clear()
        self.shelf.leave_search()
        self.column.show_shelf(self.known, name)
        self._show_library()
        self.shelf.documents.rows.begin()
        self.read(lambda services: jobs.cited(services, name), self.shelf.documents.rows.count)

    def open_passage(self, passage: Passage, quotes: Sequence[tuple[int, int]] = ()) -> None:
        """Read the document of a passage where the passage stands, or of it what is quoted."""
        begin, end = (min(q[0] for q in quotes), max(q[1] for q in quotes)) if quotes else (0, len(passage.text))
        marked = (passage.start + begin, passage.start + end)
        self.read(
            lambda services: jobs.open_named(services, passage.library, passage.document_id),
            lambda opened: self._show_document(opened, marked),
        )

    def open_row(self, row_id: int) -> None:
        """Read a document from its beginning."""
        self.read(lambda services: jobs.open_document(services, row_id), self._show_document)

    def close_reader(self) -> None:
        """Go back from the document that is open, if one is."""
        if self.is_reading():
            self._middle.setCurrentWidget(self.shelf)
            self.reader.forget()
            (self.shelf.hits if self.shelf.is_searching() else self.shelf.documents.table).setFocus()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Welcome files, where this account may add any."""
        self.adding.welcome(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Use the room there is."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Offer the libraries in a menu where there is no room for a column of them."""
        sizes = self.appearance.theme.sizes
        has_room = self.width() >= sizes.conversations + sizes.reading - 10 * sizes.unit
        self.column.setVisible(has_room)
        self.shelf.offer_libraries(not has_room)

    def _learn(self) -> None:
        """Begin, as soon as a workspace is open, to add what waits."""

        def use(known: Shelf) -> None:
            self._show_known(known)
            self.adding.begin()

        self.read(jobs.look, use)

    def _show_known(self, known: Shelf) -> None:
        is_other = known.library(self._name) != self.library
        self.known = known
        self.shelved.emit(known)
        names = [library.name for library in known.libraries]
        if self._name not in names and names:
            self.open_library(names[0])
            return
        self.column.show_shelf(known, self._name)
        self._show_library()
        if is_other:
            self._renew_documents()
        if self.shelf.tabs.currentIndex() == QUESTIONS and known.may_read_others:
            self._read_questions()

    def _show_library(self) -> None:
        self.shelf.show_library(self.known, self.library)
        self.adding.settle()

    def _read_documents(self, offset: int) -> None:
        name, filtered, rows = self._name, self._filter, self.shelf.documents.rows

        def take(documents: Sequence[DocumentSummary]) -> None:
            if (name, filtered, offset) == (self._name, self._filter, len(rows.records)):
                rows.take(documents)

        self.read(lambda services: jobs.documents(services, name, filtered, PAGE, offset), take)

    def _renew_documents(self) -> None:
        """Show the documents in sight as they are now."""
        name, filtered, tab = self._name, self._filter, self.shelf.documents
        wanted = max(PAGE, -(-len(tab.rows.records) // PAGE) * PAGE)

        def take(documents: Sequence[DocumentSummary]) -> None:
            if (name, filtered) == (self._name, self._filter):
                tab.renew(documents, wanted)

        self.read(lambda services: jobs.documents(services, name, filtered, wanted, 0), take)

    def _filter_documents(self, text: str) -> None:
        if text != self._filter:
            self._filter = text
            self.shelf.documents.rows.begin()

    def _search(self, text: str) -> None:
        """Search while somebody types; only the newest search is shown."""
        self._searches += 1
        number = self._searches

        def find(services: Services) -> Sequence[FoundPassage]:
            return jobs.search(services, text) if number == self._searches else ()

        def show(hits: Sequence[FoundPassage]) -> None:
            if number == self._searches:
                self.shelf.show_hits(hits)

        self.read(find, show)

    def _search_again(self, question: str) -> None:
        self.shelf.field.setText(question)
        self.shelf.enter_search()

    def _enter_search(self) -> None:
        if self.is_reading():
            self.reader.enter_search()
        else:
            self.shelf.enter_search()

    def _show_document(self, opened: OpenedDocument, marked: tuple[int, int] = (0, 0)) -> None:
        self._middle.setCurrentWidget(self.reader)
        self.reader.show_document(opened, marked)

    def _open_conversation(self, conversation_id: str) -> None:
        def show(conversation: Conversation) -> None:
            self.conversation_wanted.emit(conversation)

        self.read(lambda services: services.conversations.get(conversation_id), show)

    def _turn(self, tab: int) -> None:
        if tab == FILES:
            self.adding.read_files()
        elif tab == QUESTIONS:
            self._read_questions()
        elif tab == DOCUMENTS:
            self._renew_documents()

    def _read_questions(self) -> None:
        self.read(jobs.unanswered, self.shelf.questions.show_questions)

    def _dismiss(self, question: str) -> None:
        self.do(lambda services: services.unanswered.dismiss(question), lambda _: self._read_questions())

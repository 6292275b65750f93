"""Hold a conversation: send what is typed, show the answer as it comes, and keep every talk and draft of this run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from medbot_desktop.domain import Alert, Cited, Conversation, Failed, Finished, Message, Triage, Triaged, TurnEvent
from medbot_desktop.ui.announcing import announce
from medbot_desktop.ui.archive import Archive
from medbot_desktop.ui.attaching import Attaching
from medbot_desktop.ui.care_card import care_card
from medbot_desktop.ui.composer import Composer
from medbot_desktop.ui.conversation_column import ConversationColumn
from medbot_desktop.ui.conversation_desk import ConversationDesk
from medbot_desktop.ui.drop_hint import DropHint
from medbot_desktop.ui.empty_page import EmptyPage
from medbot_desktop.ui.given_pictures import holds_picture
from medbot_desktop.ui.library_jobs import Shelf
from medbot_desktop.ui.monograph_dialog import Monographs
from medbot_desktop.ui.notice_bar import NoticeBar
from medbot_desktop.ui.person_line import PersonLine
from medbot_desktop.ui.quick_replies import QuickReplies
from medbot_desktop.ui.source_panel import SourcePanel
from medbot_desktop.ui.status_strip import StatusStrip
from medbot_desktop.ui.talk import Talk, Turn
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.ui.transcript import Transcript
from medbot_desktop.ui.worker import Worker

if TYPE_CHECKING:
    from medbot_desktop.memory.search import Found
    from medbot_desktop.ui.services import Services

_TYPING_MS = 1_500
"""How long after the last key the person still counts as typing."""


class ChatPage(QWidget):
    """The chat: conversations at the left, the talk in the middle, what stands behind the answer at the right.

    Signals:
        passage_wanted: the document of a ``Citation`` is to be read in the library.
    """

    passage_wanted = Signal(object)

    def __init__(self, appearance: Appearance, worker: Worker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._worker = worker
        self._emergency_number = ""
        self._turn: Turn | None = None
        self._asked: dict[int, Talk] = {}
        self._to_mark: Found | None = None
        self.archive = Archive(worker, self)
        self.talk = self.archive.begin()
        self.column = ConversationColumn(appearance)
        self.empty = EmptyPage(appearance)
        self.transcript = Transcript(appearance)
        self.replies = QuickReplies(appearance, self.transcript)
        self.composer = Composer(appearance)
        self.panel = SourcePanel(appearance)
        self.status = StatusStrip(appearance)
        self.person = PersonLine(appearance)
        self.notice = NoticeBar(appearance)
        self.desk = ConversationDesk(appearance, worker, self.archive, self.column, self.notice)
        self.monographs = Monographs(appearance, worker, self.notice, self)
        self.attaching = Attaching(appearance, worker, self.composer, self.notice, self)
        self.typed = QTimer(self)
        self.typed.setSingleShot(True)
        self.typed.setInterval(_TYPING_MS)
        self.setAcceptDrops(True)
        self.hint = DropHint(appearance, self)
        self._middle = QStackedWidget()
        self._arrange()
        self._connect()
        self._show_talk(self.talk)

    def _arrange(self) -> None:
        sizes = self._appearance.theme.sizes
        pad = 3 * sizes.unit
        for page in (self.empty, self.transcript):
            self._middle.addWidget(page)
        below = QWidget()
        below.setMaximumWidth(sizes.reading + 2 * pad)
        under = QVBoxLayout(below)
        under.setContentsMargins(pad, sizes.unit, pad, sizes.unit + sizes.unit // 2)
        under.setSpacing(sizes.unit)
        under.addWidget(self.notice)
        under.addWidget(self.attaching.progress)
        under.addWidget(self.replies)
        under.addWidget(self.composer)
        centred = QHBoxLayout()
        centred.setContentsMargins(0, 0, sizes.scrollbar, 0)  # in line with the messages above
        centred.addStretch(1)
        centred.addWidget(below, 1000)
        centred.addStretch(1)
        middle = QVBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.status)
        middle.addWidget(self.person)
        middle.addWidget(self._middle, 1)
        middle.addLayout(centred)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.column)
        row.addLayout(middle, 1)
        row.addWidget(self.panel)

    def _connect(self) -> None:
        worker = self._worker
        worker.ready.connect(self._on_ready)
        worker.unavailable.connect(self._on_unavailable)
        worker.begun.connect(self._on_begun)
        worker.happened.connect(self._on_event)
        worker.ended.connect(self._on_ended)
        worker.loaded.connect(self._on_loaded)
        worker.listed.connect(self._on_listed)
        self.column.new_wanted.connect(self.begin_conversation)
        self.column.chosen.connect(self.switch_to)
        self.column.opened.connect(self.open_found)
        self.column.left.connect(self.composer.edit.setFocus)
        self.archive.changed.connect(self._on_changed)
        self.desk.deleting.connect(self._leave)
        self.desk.restored.connect(self.switch_to)
        self.empty.asked.connect(self.send)
        self.replies.chosen.connect(self.send)
        self.composer.sent.connect(self.send)
        self.composer.stop_wanted.connect(self.stop)
        self.composer.edit.textChanged.connect(self._mind_typing)
        self.typed.timeout.connect(lambda: self._worker.mind_typing(False))
        self.composer.too_long.connect(self._look_through)
        self.hint.let_go.connect(self.attaching.take)
        self.composer.libraries.switched.connect(lambda off: self.archive.switch_off(self.talk, off))
        self.panel.passage_wanted.connect(self.passage_wanted)
        self.panel.monograph_wanted.connect(self.monographs.open)
        self.transcript.source_wanted.connect(self.show_source)
        self.transcript.monograph_wanted.connect(self.monographs.open)
        self.transcript.why_wanted.connect(self.show_why)
        self.transcript.chosen.connect(self._show_behind)
        self.transcript.rated.connect(self.rate)
        self.transcript.details_wanted.connect(self.toggle_details)
        # Not at once: this comes amid Qt's laying out, which would go on with the room that there was before.
        self.transcript.resized.connect(partial(QTimer.singleShot, 0, self, self._fit))
        for keys in ("Ctrl+F", "Ctrl+K"):
            QShortcut(QKeySequence(keys), self).activated.connect(self.column.enter_search)

    def send(self, text: str) -> None:
        """Ask ``text`` in the conversation that is shown."""
        if self._turn is not None:
            self.composer.set_text(text)
            self.composer.submit()
            return
        talk = self.talk
        row = talk.transcript.begin_turn(text)
        talk.draft = self.composer.text()
        number = self._worker.ask(talk.conversation, text, talk.off_at_first)
        self._turn = Turn(number, talk, row, text)
        self._asked[number] = talk
        self.composer.set_busy(True)
        self._refresh()
        self.composer.edit.setFocus()

    def stop(self) -> None:
        """Stop the answer that is being written; what there is of it stays."""
        if self._turn is not None:
            turn = self._turn
            self._worker.cancel(turn.number)
            self._finish(turn)

    def begin_conversation(self) -> None:
        """Go to a conversation in which nothing was said yet."""
        self.switch_to(self.archive.begin())
        self.composer.edit.setFocus()

    def switch_to(self, talk: Talk) -> None:
        """Show another conversation; what is typed in this one stays with it."""
        if talk.is_deleted():
            self.desk.offer_restore(talk)
        elif talk is not self.talk:
            self.talk.draft = self.composer.text()
            self._show_talk(talk)

    def open_found(self, found: Found) -> None:
        """Show what a search has found where it was said."""
        self._to_mark = found
        self.switch_to(self.archive.take_in(found.conversation))
        self._mark()

    def forget(self) -> None:
        """Drop everything that was read or typed, before the vault is locked."""
        self.stop()
        self._asked.clear()
        self._to_mark = None
        self.archive.forget()
        self.desk.forget()
        self.monographs.forget()
        self.attaching.forget()
        self.composer.set_text("")
        self._show_talk(self.archive.begin())
        self.transcript.set_emergency_number(self._emergency_number)
        self._on_changed()

    def use_libraries(self, shelf: Shelf) -> None:
        """Offer to choose among the libraries that may be read."""
        self.composer.libraries.offer([library.name for library in shelf.libraries])

    def show_source(self, row: int, number: int) -> None:
        """Open the passage behind a numbered mark of the answer at ``row``."""
        self.panel.show_source(self.talk.transcript.entry(row), number)

    def show_why(self, row: int) -> None:
        """Open what decided how urgent the message before the answer at ``row`` is."""
        self.panel.show_why(self.talk.transcript.entry(row))

    def toggle_details(self, row: int) -> None:
        """Open or close the panel with what stands behind the answer at ``row``."""
        self.panel.toggle(self.talk.transcript.entry(row))

    def rate(self, row: int, rating: int | None) -> None:
        """Keep what the person thinks of the answer at ``row``."""
        self.talk.transcript.rate(row, rating)
        self._worker.rate(self.talk.transcript.entry(row).message_id, rating)

    def _show_talk(self, talk: Talk) -> None:
        self.talk = talk
        self.transcript.show_transcript(talk.transcript)
        self.composer.set_text(talk.draft)
        self.composer.libraries.show_off(talk.libraries_off())
        if not talk.is_loaded and talk.conversation is not None:
            self._worker.load(talk.conversation)
        self._refresh()

    def _refresh(self) -> None:
        """Bring everything around the transcript up to date with the talk that is shown."""
        self._middle.setCurrentWidget(self.empty if self.talk.is_new() else self.transcript)
        self._list()
        self.panel.show_entry(self.talk.last_answer())
        self.replies.offer(*(((), "", "") if self._turn else self.talk.asked_back()))
        self._fit()

    def _fit(self) -> None:
        """Show the sides where there is room for them and something to show."""
        sizes = self._appearance.theme.sizes
        least = sizes.reading // 2 + 3 * sizes.unit
        answer = self.talk.last_answer()
        has_evidence = answer is not None and bool(answer.citations or answer.is_triaged)
        self.column.setVisible(self.width() >= sizes.conversations + least)
        has_room = self.width() >= sizes.conversations + sizes.sources + least
        self.panel.setVisible(has_evidence and has_room and not self.panel.was_closed)

    def _mind_typing(self) -> None:
        self._worker.mind_typing(True)
        self.typed.start()

    def _show_behind(self, row: int) -> None:
        entry = self.talk.transcript.entry(row)
        if not entry.mine:
            self.panel.show_entry(entry)

    def _finish(self, turn: Turn) -> None:
        turn.talk.transcript.end_turn(turn.row)
        self._turn = None
        self.composer.set_busy(False)
        self._refresh()

    def _on_ready(self, samples: Sequence[str], number: str, stored: Sequence[Conversation]) -> None:
        self._emergency_number = number
        self.transcript.set_emergency_number(number)
        self.panel.set_emergency_number(number)
        self.empty.offer(samples)
        self.status.hide()
        self.archive.open(stored)

    def _on_unavailable(self, failure: Failed) -> None:
        self.status.show_failure(failure)

    def _on_begun(self, number: int, conversation: Conversation) -> None:
        talk = self._asked.get(number)
        if talk is None:
            return
        is_new, talk.conversation = talk.conversation is None, conversation
        if is_new and talk.off_at_first != conversation.libraries_off:  # changed meanwhile
            self.archive.switch_off(talk, talk.off_at_first)
        self._list()

    def _on_event(self, number: int, event: TurnEvent) -> None:
        turn = self._turn
        if turn is None or turn.number != number:
            return
        turn.talk.transcript.apply(turn.row, event)
        if isinstance(event, Alert | Triaged):
            card = care_card(event.triage, self._emergency_number)
            if card is not None:
                announce(card, self.transcript)
        if isinstance(event, Failed):
            self._keep_text(turn)
        if isinstance(event, Cited | Finished | Alert | Triaged) and turn.talk is self.talk:
            self.panel.show_entry(self.talk.last_answer())
            self._fit()

    def _on_ended(self, number: int) -> None:
        self._asked.pop(number, None)
        if self._turn is not None and self._turn.number == number:
            self._finish(self._turn)
        self._worker.run(_notice_of_model, lambda told: self.notice.keep_telling(told) if told else None)

    def _on_loaded(self, conversation: Conversation, messages: Sequence[Message]) -> None:
        talk = self.archive.find(conversation)
        if talk is None or talk.is_loaded:
            return
        shift = talk.take_in(messages)
        if self._turn is not None and self._turn.talk is talk:
            self._turn = replace(self._turn, row=self._turn.row + shift)
        if talk is self.talk:
            self._show_talk(talk)
            self._mark()

    def _on_listed(self, conversations: Sequence[Conversation]) -> None:
        self.archive.update(conversations)

    def _on_changed(self) -> None:
        self.column.use_rights(self.archive.rights)
        self._list()

    def _list(self) -> None:
        self.person.show_person(self.talk.person())
        if self.talk in self.archive.talks:
            self.column.show_talks(self.archive.talks, self.archive.deleted, self.talk)

    def _leave(self, talk: Talk) -> None:
        """Go to another conversation before this one is deleted."""
        if self._turn is not None and self._turn.talk is talk:
            self.stop()
        if talk is self.talk:
            self.switch_to(self.archive.beside(talk) or self.archive.begin())

    def _look_through(self, text: str) -> None:
        """Show the alarm of what is too long to be sent."""
        self._worker.run(lambda services: services.assistant.alarm(text), self._warn)

    def _warn(self, alarm: Triage | None) -> None:
        card = care_card(alarm, self._emergency_number) if alarm else None
        if self.composer.warn(card.spoken() if card else "") and card is not None:
            announce(card, self.composer)

    def _mark(self) -> None:
        """Bring what a search has found into sight, as soon as it is there."""
        found = self._to_mark
        if found is None or not self.talk.is_loaded or self.talk is not self.archive.find(found.conversation):
            return
        self._to_mark = None
        row = self.talk.transcript.row_of(found.message_id)
        if row >= 0:
            self.transcript.mark(row, {found.snippet[start:end] for start, end in found.highlights})

    def _keep_text(self, turn: Turn) -> None:
        """Give the text of a failed turn back, unless the person has typed something else by now."""
        if turn.talk is self.talk:
            if not self.composer.text():
                self.composer.set_text(turn.text)
        elif not turn.talk.draft:
            turn.talk.draft = turn.text

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Welcome a picture anywhere on the page."""
        if holds_picture(event.mimeData()):
            event.acceptProposedAction()
            self.hint.welcome("Drop a picture here to read its text into your message")

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Use the room there is."""
        super().resizeEvent(event)
        self._fit()


def _notice_of_model(services: Services) -> str:
    """What the person should know of the graphics card; said once."""
    return services.text_model.take_notice() if services.text_model is not None else ""

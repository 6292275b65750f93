"""Do what a person wants with whole conversations: search, rename, pin, link, export, delete and restore them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QDialog, QMenu

from medbot_desktop.domain import Failed, Person
from medbot_desktop.ui.archive import Archive
from medbot_desktop.ui.conversation_column import ConversationColumn
from medbot_desktop.ui.conversation_menu import Deed, conversation_menu, deeds
from medbot_desktop.ui.export_dialog import AskFile, Format, ask_file, save
from medbot_desktop.ui.notice_bar import NoticeBar
from medbot_desktop.ui.person_chooser import PersonChooser
from medbot_desktop.ui.person_jobs import Stored, add_person, change_person
from medbot_desktop.ui.search_filters import SearchFilter
from medbot_desktop.ui.talk import Talk
from medbot_desktop.ui.theme import Appearance, load_theme
from medbot_desktop.ui.worker import Services, Worker

if TYPE_CHECKING:
    from medbot_desktop.memory.search import Found

_MOST_RESULTS = 100


class ConversationDesk(QObject):
    """Stands between the column, the archive and the notice above the field.

    Args:
        appearance: the look that is on.
        worker: does what touches the vault.
        archive: the conversations.
        column: where the person asks for things.
        notice: where the person is told what came of it.

    Attributes:
        ask_file: asks where an export is to be saved.
        dialog: the person chooser that is open.
        menu: the menu that is open.

    Signals:
        deleting: a ``Talk`` is about to be deleted. restored: a ``Talk`` is there again.
    """

    deleting = Signal(object)
    restored = Signal(object)

    def __init__(
        self, appearance: Appearance, worker: Worker, archive: Archive, column: ConversationColumn, notice: NoticeBar
    ) -> None:
        super().__init__(column)
        self._appearance = appearance
        self._worker = worker
        self._archive = archive
        self._column = column
        self._notice = notice
        self._searches = 0
        self.ask_file: AskFile = ask_file
        self.dialog: PersonChooser | None = None
        self.menu: QMenu | None = None
        column.search_wanted.connect(self.search)
        column.renamed.connect(archive.rename)
        column.deletion_wanted.connect(self.delete)
        column.menu_wanted.connect(self.open_menu)
        column.person_wanted.connect(self._choose_filter)
        archive.failed.connect(notice.tell_failure)

    def forget(self) -> None:
        """Close what is open and drop what was found."""
        self._searches += 1
        if self.menu is not None:
            self.menu.close()
        if self.dialog is not None:
            self.dialog.reject()
        self._notice.hide()
        self._column.leave_search()

    def search(self, text: str, filters: SearchFilter) -> None:
        """Look for words, or list what the filters let through; only the newest search is shown."""
        self._searches += 1
        number = self._searches

        def find(services: Services) -> Sequence[Found]:
            is_old = number != self._searches
            return () if is_old else _find(services, text, filters)

        def show(found: Sequence[Found]) -> None:
            if number == self._searches:
                self._column.show_results(found)

        def tell(failure: Failed) -> None:
            if number == self._searches:
                self._column.say(" ".join(part for part in (failure.message, failure.hint) if part))

        self._worker.run(find, show, tell)

    def open_menu(self, talk: Talk, at: QPoint) -> None:
        """Offer what may be done with a conversation."""
        groups = deeds(talk, self._archive.rights)
        if groups:
            self.menu = menu = conversation_menu(self._column, groups, self._acts(talk))
            menu.aboutToHide.connect(self._end_menu)
            menu.popup(at)

    def delete(self, talk: Talk) -> None:
        """Delete a conversation, and offer to take that back."""
        may_delete = any(Deed.DELETE in group for group in deeds(talk, self._archive.rights))
        if may_delete:
            self.deleting.emit(talk)
            self._archive.delete(talk)
            self._notice.tell("Conversation deleted.", "Undo", lambda: self.restore(talk))

    def restore(self, talk: Talk) -> None:
        """Take a deletion back."""
        if talk in self._archive.deleted:
            self._archive.restore(talk)
            self.restored.emit(talk)

    def offer_restore(self, talk: Talk) -> None:
        """Say what becomes of a deleted conversation, and offer to take the deletion back."""
        self._notice.tell("This conversation is erased when the day ends.", "Restore", lambda: self.restore(talk))

    def choose_person(self, talk: Talk) -> None:
        """Ask whom a conversation is about."""
        nobody = "Nobody" if talk.person() else ""
        self._ask_person(talk.person(), nobody, self._archive.rights.keep, partial(self._archive.link, talk))

    def export(self, talk: Talk, kind: Format) -> None:
        """Save a conversation where the person says."""
        assert talk.conversation is not None
        file = self.ask_file(self._column.window(), talk.conversation, kind)
        if file is not None:
            key, theme = talk.conversation.id, load_theme("light")
            self._notice.tell("Exporting…")
            self._worker.run(
                lambda services: save(services, key, kind, file, theme), self._tell_saved, self._notice.tell_failure
            )

    def _acts(self, talk: Talk) -> dict[Deed, Callable[[], None]]:
        archive = self._archive
        return {
            Deed.RENAME: partial(self._column.list.rename, talk),
            Deed.PIN: partial(archive.pin, talk, True),
            Deed.UNPIN: partial(archive.pin, talk, False),
            Deed.PERSON: partial(self.choose_person, talk),
            Deed.EXPORT_PDF: partial(self.export, talk, Format.PDF),
            Deed.EXPORT_MARKDOWN: partial(self.export, talk, Format.MARKDOWN),
            Deed.EXPORT_JSON: partial(self.export, talk, Format.JSON),
            Deed.DELETE: partial(self.delete, talk),
            Deed.RESTORE: partial(self.restore, talk),
        }

    def _end_menu(self) -> None:
        menu, self.menu = self.menu, None
        if menu is not None:
            menu.deleteLater()

    def _choose_filter(self) -> None:
        current = self._column.filters.chosen().person
        self._ask_person(current, "Anyone", False, self._column.choose_person)

    def _ask_person(
        self, current: Person | None, nobody: str, may_change: bool, use: Callable[[Person | None], None]
    ) -> None:
        def ask(people: Sequence[Person]) -> None:
            window = self._column.window()
            self.dialog = dialog = PersonChooser(self._appearance, people, current, nobody, may_change, window)
            dialog.add_wanted.connect(partial(self._store, dialog, add_person))
            dialog.change_wanted.connect(partial(self._store, dialog, change_person))
            dialog.finished.connect(lambda result: self._end_dialog(dialog, result, use))
            dialog.open()

        self._worker.run(lambda services: services.people.list(), ask, self._notice.tell_failure)

    def _end_dialog(self, dialog: PersonChooser, result: int, use: Callable[[Person | None], None]) -> None:
        if result == QDialog.DialogCode.Accepted:
            use(dialog.chosen)
        dialog.deleteLater()
        self.dialog = None

    def _store(self, dialog: PersonChooser, store: Callable[[Services, Person], Stored], person: Person) -> None:
        """Store somebody new or corrected; conversations about them go by it from the next message on."""
        is_new = not person.id

        def keep(stored: Stored) -> None:
            self._archive.know(stored.person)
            if dialog is self.dialog:
                dialog.keep(stored.person, is_new, stored.unknown)
            if is_new and stored.unknown:
                self._notice.keep_telling(stored.unknown)

        def refuse(failure: Failed) -> None:
            if dialog is self.dialog:
                dialog.refuse(failure)
            else:
                self._notice.tell_failure(failure)

        self._worker.run(lambda services: store(services, person), keep, refuse)

    def _tell_saved(self, file: Path) -> None:
        self._notice.tell(f"Exported to {file.name}.")


def _find(services: Services, text: str, filters: SearchFilter) -> Sequence[Found]:
    from medbot_desktop.memory.search import Found  # slow to import

    person_id = filters.person.id if filters.person else None
    narrowed = (person_id, filters.since, filters.until)
    if text:
        return services.conversations.search(text, _MOST_RESULTS, *narrowed)
    return [Found(conversation, "", "", ()) for conversation in services.conversations.list(*narrowed)]

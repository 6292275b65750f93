"""Do what changes libraries and documents: make, open to others, tag, remove, carry from one computer to another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

from medbot_desktop.ui import library_jobs as jobs
from medbot_desktop.ui.amounts import counted
from medbot_desktop.ui.confirm_dialog import ConfirmDialog
from medbot_desktop.ui.library_dialogs import ReadersDialog, TagsDialog
from medbot_desktop.ui.pack_dialog import PackDialog
from medbot_desktop.ui.plain_text import shown

if TYPE_CHECKING:
    from medbot_desktop.knowledge.documents import DocumentSummary
    from medbot_desktop.knowledge.importing.queue import WatchedFolder
    from medbot_desktop.knowledge.library import LibrarySummary
    from medbot_desktop.knowledge.packs.packs import PackFacts
    from medbot_desktop.ui.library_page import LibraryPage

PACKS = "Packs of MedBot (*.medpack)"

AskFile = Callable[[QWidget, str], Path | None]
"""Asks for a file, given what is offered; None where the person thinks better of it."""


def ask_pack(parent: QWidget, _: str = "") -> Path | None:
    """Ask for a pack with the system's own dialog."""
    chosen, _ = QFileDialog.getOpenFileName(parent, "Install a pack", "", PACKS)
    return Path(chosen) if chosen else None


def ask_where(parent: QWidget, name: str) -> Path | None:
    """Ask with the system's own dialog where a pack is to be saved."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    chosen, _ = QFileDialog.getSaveFileName(parent, "Make a pack", str(Path(folder) / f"{name}.medpack"), PACKS)
    if not chosen:
        return None
    file = Path(chosen)
    return file if file.suffix else file.with_suffix(".medpack")


class LibraryDeeds(QObject):
    """Asks what has to be known, and does it.

    Args:
        page: the page of the library.

    Attributes:
        ask_pack: asks for a pack to install.
        ask_where: asks where a pack is to be saved.
    """

    def __init__(self, page: LibraryPage) -> None:
        super().__init__(page)
        self._page = page
        self.ask_pack: AskFile = ask_pack
        self.ask_where: AskFile = ask_where
        for part in (page.column, page.shelf):
            part.new_wanted.connect(self.ask_new)
            part.install_wanted.connect(self.install)
        page.shelf.menu.aboutToShow.connect(self.fill_menu)
        page.shelf.documents.tags_wanted.connect(self.ask_tags)
        page.shelf.documents.removal_wanted.connect(self.ask_removal)

    def fill_menu(self) -> None:
        """Offer what may be done with the library; which folders are watched is added as soon as that is known."""
        page, menu = self._page, self._page.shelf.menu
        menu.clear()
        library = page.library
        may_change = library is not None and not library.is_core
        for text, act in (
            ("Who may read it…", self.ask_readers),
            ("Make a pack…", self.make_pack),
            ("Remove this library…", self.ask_library_removal),
        ):
            menu.addAction(text, act).setEnabled(may_change)

        def show(folders: Sequence[WatchedFolder]) -> None:
            here = [folder for folder in folders if library is not None and folder.library == library.name]
            if here and library == page.library:
                menu.addSeparator()
            for folder in here:
                action = menu.addAction(f"Watch {shown(str(folder.path))}".replace("&", "&&"))
                action.setCheckable(True)
                action.setChecked(folder.watched)
                action.triggered.connect(lambda is_on, key=folder.id: self._watch(key, is_on))

        page.read(lambda services: services.queue.folders(), show)

    def ask_new(self) -> None:
        """Make a library."""
        page = self._page
        dialog = ReadersDialog(page.appearance, "", (), page)

        def made(name: str) -> None:
            page.refresh()
            page.open_library(name)
            page.notice.tell(f"The library {shown(name)} was made.")

        def make() -> None:
            name, readers = dialog.name, dialog.readable_by
            page.do(lambda services: services.libraries.create(name, readers), made)

        page.ask(dialog, make)

    def ask_readers(self) -> None:
        """Say who may read the library."""
        page, library = self._page, self._library()
        dialog = ReadersDialog(page.appearance, library.name, library.readable_by, page)

        def save() -> None:
            readers = dialog.readable_by
            page.do(lambda services: jobs.set_readers(services, library.name, readers), lambda _: page.refresh_all())

        page.ask(dialog, save)

    def ask_library_removal(self) -> None:
        """Remove the library, after its name was typed."""
        page, library = self._page, self._library()
        facts = [
            f"Its {counted(library.documents, 'document')} are no longer searched, and answers no longer cite them.",
            "The files from which they came stay where they are.",
        ]
        question = f"Remove the library {library.name}?"
        dialog = ConfirmDialog(page.appearance, question, facts, "Remove it", library.name, page)
        told = f"The library {shown(library.name)} was removed."
        remove = partial(jobs.remove_library, name=library.name)
        page.ask(dialog, lambda: page.do_whole("Removing the library", remove, lambda _: self._tell(told)))

    def ask_tags(self, document: DocumentSummary) -> None:
        """Tag a document."""
        page = self._page
        dialog = TagsDialog(page.appearance, document.title, document.tags, page)

        def save() -> None:
            tags = dialog.tags
            page.do(lambda services: jobs.set_tags(services, document.row_id, tags), lambda _: page.refresh_all())

        page.ask(dialog, save)

    def ask_removal(self, document: DocumentSummary) -> None:
        """Take a document out of its library."""
        page = self._page
        facts = ["It is no longer searched, and answers no longer cite it.", "Its file stays where it is."]
        dialog = ConfirmDialog(page.appearance, f"Remove {document.title}?", facts, "Remove it", parent=page)
        remove = partial(jobs.remove_document, row_id=document.row_id)
        told = "The document was removed."
        page.ask(dialog, lambda: page.do_whole("Removing the document", remove, lambda _: self._tell(told)))

    def make_pack(self) -> None:
        """Write the library into a file."""
        page, library = self._page, self._library()
        file = self.ask_where(page, library.name)
        if file is None:
            return

        def made(fingerprint: str) -> None:
            page.notice.keep_telling(
                f"{shown(library.name)} is in {shown(str(file))}. Whoever installs it compares this fingerprint: "
                f"{fingerprint}"
            )

        page.do_long(
            "Making the pack",
            lambda services, tell: jobs.make_pack(services, library.name, file, tell),
            made,
            aside=page.known.keeps,
        )

    def install(self) -> None:
        """Ask for a pack, show what it says of itself, and install it."""
        page = self._page
        file = self.ask_pack(page, "")
        if file is not None:
            page.do(lambda services: jobs.inspect_pack(services, file), partial(self._ask_pack, file))

    def _ask_pack(self, file: Path, facts: PackFacts) -> None:
        page = self._page
        dialog = PackDialog(page.appearance, facts, page.known.may_accept, page)

        def installed(_: None) -> None:
            page.refresh()
            page.open_library(facts.library)
            page.notice.tell(f"{shown(facts.library)} was installed: {counted(facts.documents, 'document')}.")

        page.ask(
            dialog,
            lambda: page.do_long(
                "Installing the pack",
                lambda services, tell: jobs.install_pack(services, file, dialog.accepted_fingerprint, tell),
                installed,
                aside=page.known.keeps,
            ),
        )

    def _watch(self, folder_id: int, watched: bool) -> None:
        page = self._page
        page.do(lambda services: services.queue.watch(folder_id, watched), lambda _: page.adding.importer.follow())

    def _tell(self, told: str) -> None:
        self._page.refresh_all()
        self._page.notice.tell(told)

    def _library(self) -> LibrarySummary:
        library = self._page.library
        assert library is not None
        return library

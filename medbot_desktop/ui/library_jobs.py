"""Do the slow work of the page of the library; only worker threads call what is here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from medbot_desktop.domain import Filters, Passage
from medbot_desktop.ui.worker import Services
from medbot_desktop.ui.working_page import Progress
from medbot_desktop.vault.roles import Permission, Role

if TYPE_CHECKING:
    from medbot_desktop.knowledge.documents import DocumentSummary, DocumentText
    from medbot_desktop.knowledge.importing.file_states import FileState
    from medbot_desktop.knowledge.library import LibrarySummary
    from medbot_desktop.knowledge.packs.packs import PackFacts
    from medbot_desktop.memory.contributions import Contribution
    from medbot_desktop.memory.unanswered import UnansweredQuestion

_DOCUMENTS_FOUND = 12
_PASSAGES_OF_EACH = 3


@dataclass(frozen=True, slots=True)
class Shelf:
    """Which libraries there are, and what may be done with them.

    Attributes:
        libraries: those that may be read, by name.
        common: the library to which is added where none is chosen.
        may_edit: whether they may be changed.
        may_read_others: whether it may be seen what others have asked.
        may_accept: whether a pack may be accepted that is signed by somebody else.
        keeps: whether the vault lies on the disk.
    """

    libraries: tuple[LibrarySummary, ...] = ()
    common: str = ""
    may_edit: bool = False
    may_read_others: bool = False
    may_accept: bool = False
    keeps: bool = False

    def library(self, name: str) -> LibrarySummary | None:
        """The library of that name."""
        return next((library for library in self.libraries if library.name == name), None)


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage that a search has found.

    Attributes:
        passage: it.
        snippet: its text.
        highlights: the words that were looked for, as (start, end) offsets in ``snippet``.
    """

    passage: Passage
    snippet: str
    highlights: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class OpenedDocument:
    """A document to be read, and what it has contributed to answers."""

    text: DocumentText
    contribution: Contribution


def look(services: Services) -> Shelf:
    """What there is to show."""
    from medbot_desktop.knowledge.library import CLINIC_LIBRARY

    may = services.access.may
    return Shelf(
        tuple(services.libraries.summaries()),
        CLINIC_LIBRARY,
        may(Permission.EDIT_LIBRARY),
        may(Permission.READ_OTHERS),
        may(Permission.CHANGE_SETTINGS),
        services.opened is not None,
    )


def documents(services: Services, library: str, words: str, limit: int, offset: int) -> Sequence[DocumentSummary]:
    """Some documents of a library, by title; takes what `Documents.list` takes."""
    return services.documents.list(library, words, limit, offset)


def cited(services: Services, library: str) -> dict[str, int]:
    """How many answers cited each document of a library that any cited, by its identifier."""
    return services.contributions.counts(library)


def search(services: Services, words: str) -> Sequence[FoundPassage]:
    """The passages that fit these words best, in every library that may be read; the last may be half typed."""
    retriever = services.retriever
    words = retriever.completed(words)
    found: list[FoundPassage] = []
    shown: Counter[tuple[str, str]] = Counter()
    for hit in retriever.retrieve(words, documents=_DOCUMENTS_FOUND, filters=Filters()).hits:
        passage = hit.passage
        document = (passage.library, passage.document_id)
        shown[document] += 1
        if shown[document] <= _PASSAGES_OF_EACH:
            found.append(FoundPassage(passage, passage.text, tuple(retriever.highlights(passage.text, words))))
    return found


def open_document(services: Services, row_id: int) -> OpenedDocument:
    """A document's text.

    Raises:
        LibraryError: it is not there any more.
    """
    text = services.documents.text(row_id)
    return OpenedDocument(text, services.contributions.of(text.summary.library, text.summary.key))


def open_named(services: Services, library: str, key: str) -> OpenedDocument:
    """The text of the document that a passage is from.

    Raises:
        LibraryError: it is not there any more.
    """
    return open_document(services, services.documents.find(library, key))


def unanswered(services: Services) -> Sequence[UnansweredQuestion]:
    """The questions that found nothing."""
    return services.unanswered.list()


def files(services: Services) -> Sequence[FileState]:
    """The files that are on their way, or could not be added."""
    return [file for file in services.queue.files() if file.standing != "done"]


def remove_library(services: Services, name: str) -> None:
    """Remove a library with all its documents, and let none of them be found any more."""
    services.libraries.remove(name)
    services.retriever.refresh()


def remove_document(services: Services, row_id: int) -> None:
    """Take a document out of its library, and let it be found no more."""
    services.documents.remove([row_id])
    services.retriever.refresh()


def set_readers(services: Services, name: str, roles: Sequence[Role]) -> None:
    """Say who may read a library, from the next question on."""
    services.libraries.set_readable_by(name, roles)
    services.retriever.refresh()


def set_tags(services: Services, row_id: int, tags: Sequence[str]) -> None:
    """Tag a document, and let it be found by its tags."""
    services.documents.set_tags(row_id, tags)
    services.retriever.refresh()


def inspect_pack(services: Services, file: Path) -> PackFacts:
    """What a pack says of itself.

    Raises:
        LibraryError: it is none, or was altered.
    """
    with services.packs() as packs:
        return packs.inspect(file)


def install_pack(services: Services, file: Path, accept: str | None, progress: Progress) -> None:
    """Install a pack, whole or not at all, and let it be found."""
    with services.packs() as packs, closing(packs.install(file, accept)) as steps:
        for step in steps:
            progress(step.done, step.total)
        services.retriever.refresh(packs.vault)


def make_pack(services: Services, library: str, file: Path, progress: Progress) -> str:
    """Write a library into a file; returns the fingerprint by which others know whose it is."""
    with services.packs() as packs, closing(packs.make(library, file)) as steps:
        for step in steps:
            progress(step.done, step.total)
        return packs.fingerprint()

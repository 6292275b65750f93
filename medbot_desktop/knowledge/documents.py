"""Look at the documents of a library one by one: which there are, their text, what they are tagged with."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import ColumnElement, Select, String, cast, delete, func, or_, select
from sqlalchemy.orm import Session, defer

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.chunking import PATH
from medbot_desktop.knowledge.library import record_change, require_change
from medbot_desktop.knowledge.library_rows import remove_documents
from medbot_desktop.knowledge.rights import may_read
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.schema import DocumentRow, FileRow, LibraryRow, PassageRow
from medbot_desktop.vault.vault import Vault

_LONGEST_TAG = 40
_MOST_TAGS = 20
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class DocumentSummary:
    """What one sees of a document in a list.

    Attributes:
        row_id: its row in the vault.
        key: its identifier inside its library.
        file_name: the file that it came from; empty where it came from none.
        pages: how many pages that file has; None where it has no pages.
        added: when it was added, in UTC without a zone; None for what ships with the program.
        last_reviewed: ISO day; empty where it does not say.
    """

    row_id: int
    key: str
    title: str
    library: str
    file_name: str
    pages: int | None
    passages: int
    language: str
    tags: tuple[str, ...]
    url: str
    added: datetime | None
    last_reviewed: str


@dataclass(frozen=True, slots=True)
class DocumentText:
    """A document to be read.

    Attributes:
        summary: what it is.
        body: its plain text.
        headings: where each heading that stands in the body begins and ends, and how deep it is, from 1.
        pages: (offset, page): the offset from which on the body is on a page.
        path: the file that it came from; empty where it came from none.
        file_sha256: SHA-256 of what that file contained.
    """

    summary: DocumentSummary
    body: str
    headings: tuple[tuple[int, int, int], ...]
    pages: tuple[tuple[int, int], ...]
    path: str
    file_sha256: str


class Documents:
    """The documents of a vault's libraries, as far as the account may read them.

    Args:
        vault: an open vault.
        access: who uses it.
    """

    def __init__(self, vault: Vault, access: Access) -> None:
        self._vault = vault
        self._access = access

    def list(self, library: str, words: str = "", limit: int = 200, offset: int = 0) -> list[DocumentSummary]:
        """The documents of a library, by title.

        Args:
            library: its name.
            words: only documents with each of these words in their title, their file's name or their tags.
            limit: how many at most.
            offset: how many are passed over before.
        """
        query = (
            _summaries()
            .where(LibraryRow.name == library, *(_has_word(word) for word in words.split()))
            .order_by(func.lower(DocumentRow.title), DocumentRow.id)
            .limit(limit)
            .offset(offset)
        )
        with self._vault.reading() as session:
            found = [row for row in session.execute(query) if self._may_read(row[1])]
            counts = _passages_of(session, [document.id for document, _, _ in found])
            return [_summary(*row, counts.get(row[0].id, 0)) for row in found]

    def find(self, library: str, key: str) -> int:
        """The row of a document by its identifier.

        Raises:
            LibraryError: it is not there any more, or the account may not read it.
        """
        query = (
            select(DocumentRow.id, LibraryRow.readable_by)
            .join(DocumentRow.library)
            .where(LibraryRow.name == library, DocumentRow.key == key, DocumentRow.is_staged.is_(False))
        )
        with self._vault.reading() as session:
            row = session.execute(query).first()
        if row is None or not may_read(self._access.account.role, row.readable_by):
            raise _gone()
        return int(row.id)

    def text(self, row_id: int) -> DocumentText:
        """A document's text.

        Raises:
            LibraryError: it is not there any more, or the account may not read it.
        """
        with self._vault.reading() as session:
            row = session.execute(_summaries().where(DocumentRow.id == row_id)).first()
            if row is None or not self._may_read(row[1]):
                raise _gone()
            document, library, file = row
            of_document = (
                select(PassageRow.section, PassageRow.start, PassageRow.page)
                .where(PassageRow.document_id == row_id)
                .order_by(PassageRow.ordinal)
            )
            passages = session.execute(of_document).all()
            return DocumentText(
                _summary(document, library, file, len(passages)),
                document.body,
                tuple(_headings(document.body, [(section, start) for section, start, _ in passages])),
                tuple(_pages([(start, page) for _, start, page in passages])),
                os.fsdecode(file.path) if file else "",
                file.sha256 if file else "",
            )

    def remove(self, row_ids: Sequence[int]) -> None:
        """Take documents out of their libraries; their files' lines go when their last document does.

        Raises:
            PermissionRefusedError: the account may not change the libraries.
            LibraryError: one is of the library that ships.
        """
        for start in range(0, len(row_ids), _AT_ONCE):
            some = row_ids[start : start + _AT_ONCE]
            with self._vault.reading() as session:
                names = set(
                    session.scalars(select(LibraryRow.name).join(LibraryRow.documents).where(DocumentRow.id.in_(some)))
                )
            for name in sorted(names) or [""]:
                require_change(self._access, name)
            with self._vault.transaction() as session:
                rows = session.scalars(select(DocumentRow).where(DocumentRow.id.in_(some))).all()
                files = {row.file_id for row in rows} - {None}
                libraries = {row.library_id for row in rows}
                remove_documents(session, [row.id for row in rows])
                session.expire_all()
                _remove_empty_files(session, files)
                for library in sorted(libraries):
                    record_change(session, self._access, library, len(rows), "removed")

    def set_tags(self, row_id: int, tags: Collection[str]) -> None:
        """Tag a document, in place of the tags that it has.

        Raises:
            PermissionRefusedError: the account may not change the libraries.
            LibraryError: it is not there any more, is of the library that ships, or a tag is too long.
        """
        kept = sorted({" ".join(tag.split()).lower() for tag in tags} - {""})
        if len(kept) > _MOST_TAGS or any(len(tag) > _LONGEST_TAG or not tag.isprintable() for tag in kept):
            raise LibraryError(
                "These tags cannot be kept.", hint=f"Give up to {_MOST_TAGS}, each of up to {_LONGEST_TAG} letters."
            )
        with self._vault.reading() as session:
            name = session.scalar(select(LibraryRow.name).join(LibraryRow.documents).where(DocumentRow.id == row_id))
        if name is None:
            raise _gone()
        require_change(self._access, name)
        with self._vault.transaction() as session:
            document = session.get(DocumentRow, row_id)
            if document is None:
                raise _gone()
            document.tags = kept
            record_change(session, self._access, document.library_id, 1, "tagged")

    def _may_read(self, library: LibraryRow) -> bool:
        return may_read(self._access.account.role, library.readable_by)


def is_as_read(path: Path, sha256: str) -> bool:
    """Whether a file is still there with the content that was read from it."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except (OSError, ValueError):
        return False


def _summaries() -> Select[DocumentRow, LibraryRow, FileRow]:
    """Documents with their library and their file, which is None where they came from none; bodies on demand."""
    return (
        select(DocumentRow, LibraryRow, FileRow)
        .join(LibraryRow, LibraryRow.id == DocumentRow.library_id)
        .outerjoin(FileRow, FileRow.id == DocumentRow.file_id)
        .where(DocumentRow.is_staged.is_(False))
        .options(defer(DocumentRow.body))
    )


def _has_word(word: str) -> ColumnElement[bool]:
    columns = (DocumentRow.title, FileRow.name, cast(DocumentRow.tags, String))
    return or_(*(column.icontains(word, autoescape=True) for column in columns))


def _passages_of(session: Session, documents: Sequence[int]) -> dict[int, int]:
    query = (
        select(PassageRow.document_id, func.count())
        .where(PassageRow.document_id.in_(documents))
        .group_by(PassageRow.document_id)
    )
    return dict(session.execute(query).all())


def _summary(document: DocumentRow, library: LibraryRow, file: FileRow | None, passages: int) -> DocumentSummary:
    return DocumentSummary(
        row_id=document.id,
        key=document.key,
        title=document.title,
        library=library.name,
        file_name=file.name if file else "",
        pages=file.pages if file else None,
        passages=passages,
        language=document.language,
        tags=tuple(document.tags),
        url=document.url,
        added=document.added if document.file_id is not None else None,
        last_reviewed=document.last_reviewed,
    )


def _headings(body: str, passages: Sequence[tuple[str, int]]) -> Iterator[tuple[int, int, int]]:
    """Where the headings of the passages stand: each on a line of its own before the first passage below it."""
    before: list[str] = []
    at = 0
    for section, start in passages:
        path = section.split(PATH)
        new = [depth for depth, heading in enumerate(path) if before[depth : depth + 1] != [heading]]
        for depth in range(new[0], len(path)) if new else ():
            found = body.find(f"{path[depth]}\n", at, start)
            if found >= 0 and (found == 0 or body[found - 1] == "\n"):
                at = found + len(path[depth])
                yield found, at, depth + 1
        before = path


def _pages(passages: Sequence[tuple[int, int | None]]) -> Iterator[tuple[int, int]]:
    last = None
    for start, page in passages:
        if page is not None and page != last:
            yield start, page
            last = page


def _remove_empty_files(session: Session, files: Collection[int | None]) -> None:
    held = set(session.scalars(select(DocumentRow.file_id).where(DocumentRow.file_id.in_(files))))
    session.execute(delete(FileRow).where(FileRow.id.in_(set(files) - held)))


def _gone() -> LibraryError:
    return LibraryError("This document is not in the library any more.", hint="Search the library again.")

"""Keep libraries in the vault: which there are, who may read them, and the one that ships with the program."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.chunking import Chunk, CountTokens, chunk
from medbot_desktop.knowledge.document import Document
from medbot_desktop.knowledge.embedding import EmbedTexts, digest, embedded_texts, names_of
from medbot_desktop.knowledge.library_rows import (
    EmbeddedPassage,
    finish_document,
    insert_document,
    insert_names,
    insert_passages,
    library_row,
    remove_documents,
    remove_step_by_step,
)
from medbot_desktop.knowledge.markdown_reader import read_markdown
from medbot_desktop.knowledge.prepared_core import CutDocument
from medbot_desktop.knowledge.rights import may_read
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.preferences import mark, set_mark
from medbot_desktop.vault.roles import Permission, Role
from medbot_desktop.vault.schema import DocumentRow, LibraryRow, PassageRow
from medbot_desktop.vault.trail import Action
from medbot_desktop.vault.vault import Vault

CORE = "core"
"""The name of the library that ships with the program."""

CLINIC_LIBRARY = "clinic"
"""The library to which is added where none is named."""

REVISION = "library_revision"
"""The setting that is another random text after every change of a library."""

CORE_FINGERPRINT = "core_fingerprint"
"""The setting that says what the core library of this vault was made of."""

# Cutting all documents takes longer than opening the vault; how the longest ones are cut tells when the rules changed.
_CUT_AS_SAMPLE = 3
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class LibrarySummary:
    """What one sees of a library from outside.

    Attributes:
        name: its name.
        documents: how many there are in it.
        passages: how many they are cut into.
        readable_by: the roles that may read it; empty: all of them.
        pack_fingerprint: of the key that signed the pack it came from; empty where it came from none.
        is_core: whether it ships with the program, and cannot be changed.
    """

    name: str
    documents: int
    passages: int
    readable_by: tuple[Role, ...] = ()
    pack_fingerprint: str = ""
    is_core: bool = False


@dataclass(frozen=True, slots=True)
class _Prepared:
    document: Document
    names: tuple[str, ...]
    name_vectors: NDArray[np.float32]
    passages: tuple[EmbeddedPassage, ...]


class Libraries:
    """The libraries of one vault.

    Args:
        vault: an open vault.
        access: who uses it.
        embed: the embedder's function.
        embedder: the embedder's identity, stored with each vector.
        count_tokens: number of tokens of a text, as the embedder counts them.
    """

    def __init__(
        self, vault: Vault, access: Access, embed: EmbedTexts, embedder: str, count_tokens: CountTokens
    ) -> None:
        self._vault = vault
        self._access = access
        self._embed = embed
        self._embedder = embedder
        self._count_tokens = count_tokens

    def summaries(self) -> list[LibrarySummary]:
        """Every library that the account may read, by name."""
        of_document = (
            select(DocumentRow.library_id, DocumentRow.id).where(DocumentRow.is_staged.is_(False)).subquery("whole")
        )
        query = (
            select(LibraryRow, func.count(of_document.c.id.distinct()), func.count(PassageRow.id))
            .outerjoin(of_document, of_document.c.library_id == LibraryRow.id)
            .outerjoin(PassageRow, PassageRow.document_id == of_document.c.id)
            .group_by(LibraryRow.id)
            .order_by(LibraryRow.name)
        )
        with self._vault.reading() as session:
            return [
                LibrarySummary(
                    row.name,
                    documents,
                    passages,
                    tuple(Role(role) for role in row.readable_by),
                    row.pack_fingerprint,
                    row.name == CORE,
                )
                for row, documents, passages in session.execute(query)
                if may_read(self._access.account.role, row.readable_by)
            ]

    def create(self, name: str, readable_by: Collection[Role] = ()) -> str:
        """Make an empty library.

        Args:
            name: what it is called.
            readable_by: the roles that may read it; none: all.

        Returns:
            The name as it is kept.

        Raises:
            PermissionRefusedError: the account may not change the libraries.
            LibraryError: the name is no name, or taken.
        """
        name = library_name(name)
        require_change(self._access, name)
        with self._vault.transaction() as session:
            if session.scalar(select(LibraryRow.id).where(func.lower(LibraryRow.name) == name.lower())):
                raise LibraryError(f"There is a library {name} already.", hint="Choose another name.")
            row = library_row(session, name)
            row.readable_by = sorted(role.value for role in set(readable_by))
            record_change(session, self._access, row.id, 0, "created")
        return name

    def set_readable_by(self, name: str, roles: Collection[Role]) -> None:
        """Say which roles may read a library; none: all. Administrators may read every one.

        Raises:
            PermissionRefusedError: the account may not change the libraries.
            LibraryError: there is no such library, or it is the one that ships.
        """
        require_change(self._access, name)
        with self._vault.transaction() as session:
            row = named_library(session, name)
            row.readable_by = sorted(role.value for role in set(roles))
            record_change(session, self._access, row.id, 0, "readers")

    def add(self, library: str, documents: Iterable[Document]) -> None:
        """Add documents to a library, which is made if it is new; all of them or none.

        Raises:
            PermissionRefusedError: the account may not change the libraries.
            LibraryError: a document with the same identifier is there already, or it is the library that ships.
        """
        require_change(self._access, library)
        prepared = self._embedded(self.cut(documents))
        with self._vault.transaction() as session:
            row = library_row(session, library)
            self._insert(session, row, prepared)
            record_change(session, self._access, row.id, len(prepared), "added")

    def remove(self, name: str) -> None:
        """Remove a library with all its documents.

        Raises:
            PermissionRefusedError: the account may not change the libraries.
            LibraryError: there is no such library, or it is the library that ships.
        """
        require_change(self._access, name)
        with self._vault.transaction() as session:
            row = named_library(session, name)
            of_library = DocumentRow.library_id == row.id
            documents = list(session.scalars(select(DocumentRow.id).where(of_library)))
            # Gone for everyone at one stroke; to delete the rows takes long, and nobody else could write meanwhile.
            gone = {"library_id": library_row(session, CORE).id, "is_staged": True, "file_id": None}
            session.execute(update(DocumentRow).where(of_library).values(gone))
            session.delete(row)
            record_change(session, self._access, row.id, len(documents), "removed")
        remove_step_by_step(self._vault, documents)

    def sync_core(self, documents: Sequence[Document]) -> bool:
        """Put the library that ships into the vault, unless it is there already; whoever opens the vault may do so.

        Args:
            documents: what ships.

        Returns:
            Whether anything was changed: the documents, how they are cut or the embedder are others than last time.
        """
        fingerprint = core_fingerprint(documents, self._embedder, self._count_tokens)
        return self.sync_cut_core(fingerprint, lambda: self.cut(documents))

    def sync_cut_core(self, fingerprint: str, documents: Callable[[], Sequence[CutDocument]]) -> bool:
        """The same with documents that are cut already, which are asked for only where they are needed.

        Args:
            fingerprint: what `core_fingerprint` says of them.
            documents: gives them.
        """
        with self._vault.reading() as session:
            if mark(session, CORE_FINGERPRINT) == fingerprint:
                return False
        prepared = self._embedded(documents())
        with self._vault.transaction() as session:
            row = library_row(session, CORE)
            remove_documents(
                session, list(session.scalars(select(DocumentRow.id).where(DocumentRow.library_id == row.id)))
            )
            self._insert(session, row, prepared)
            set_mark(session, CORE_FINGERPRINT, fingerprint)
            record_change(session, self._access, row.id, len(prepared), "synced")
        return True

    def cut(self, documents: Iterable[Document]) -> list[CutDocument]:
        """Cut documents into passages."""
        return [(document, chunk(document, self._count_tokens)) for document in documents]

    def _embedded(self, documents: Iterable[CutDocument]) -> list[_Prepared]:
        """Embed, which takes long, before any transaction begins."""
        cut = [(document, names_of(document), pieces) for document, pieces in documents]
        texts = [(*names, *embedded_texts(document, pieces)) for document, names, pieces in cut]
        vectors = self._embed([text for of_document in texts for text in of_document])
        ends = np.cumsum([len(of_document) for of_document in texts])
        return [
            _Prepared(document, names, rows[: len(names)], _embedded(pieces, rows[len(names) :], of[len(names) :]))
            for (document, names, pieces), rows, of in zip(cut, np.split(vectors, ends)[:-1], texts, strict=True)
        ]

    def _insert(self, session: Session, library: LibraryRow, documents: Sequence[_Prepared]) -> None:
        taken = set(session.scalars(select(DocumentRow.key).where(DocumentRow.library_id == library.id)))
        for prepared in documents:
            key = prepared.document.id
            if key in taken:
                raise LibraryError(
                    f"The library {library.name} already has a document {key}.", hint="Give the new one another id."
                )
            taken.add(key)
            row = insert_document(session, library.id, prepared.document)
            insert_names(session, row, prepared.names, prepared.name_vectors, self._embedder)
            insert_passages(session, row, prepared.names, prepared.passages, self._embedder)
            finish_document(session, row)


def core_fingerprint(documents: Sequence[Document], embedder: str, count_tokens: CountTokens) -> str:
    """What tells the library that ships, as it is cut and embedded, from any other one; kept as `CORE_FINGERPRINT`."""
    longest = sorted(documents, key=lambda document: (-len(document.body), document.id))[:_CUT_AS_SAMPLE]
    cut = [embedded_texts(document, chunk(document, count_tokens)) for document in longest]
    return hashlib.sha256(repr((embedder, cut, list(documents))).encode()).hexdigest()


def read_folder(folder: Path) -> list[Document]:
    """Read every Markdown file of a folder, by name.

    Raises:
        LibraryError: a file cannot be read, or the folder has none.
    """
    documents = [read_markdown(path) for path in sorted(folder.glob("*.md"))]
    if not documents:
        raise LibraryError(
            f"The library folder {folder.name} has no Markdown file in it.", hint="Install MedBot again."
        )
    return documents


def require_change(access: Access, library: str) -> None:
    """Go on only if the account may change a library.

    Raises:
        PermissionRefusedError: the account may not change the libraries.
        LibraryError: it is the one that ships.
    """
    access.require(Permission.EDIT_LIBRARY)
    if library == CORE:
        raise LibraryError(
            f"The library {CORE} ships with MedBot and cannot be changed.", hint="Choose another library."
        )


def library_name(typed: str) -> str:
    """A library's name as it is kept, white space flattened.

    Raises:
        LibraryError: it is empty, too long, or has characters that nobody can read.
    """
    name = " ".join(typed.split())
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise LibraryError(
            "That is no name for a library.", hint=f"Choose one of 1 to {_LONGEST_NAME} letters, digits and spaces."
        )
    return name


def named_library(session: Session, name: str) -> LibraryRow:
    """The row of a library.

    Raises:
        LibraryError: there is none of that name.
    """
    row = session.scalar(select(LibraryRow).where(LibraryRow.name == name))
    if row is None:
        raise LibraryError(f"There is no library {name}.", hint="`medbot library list` names them.")
    return row


def record_change(session: Session, access: Access, library_id: int, documents: int, change: str) -> None:
    """Note a change of a library: in the audit trail, and so that what was built on it before is known to be stale."""
    set_mark(session, REVISION, secrets.token_hex(16))
    access.record(session, Action.LIBRARY_CHANGED, "library", str(library_id), documents=documents, change=change)


def _embedded(
    pieces: Sequence[Chunk], vectors: NDArray[np.float32], texts: Sequence[str]
) -> tuple[EmbeddedPassage, ...]:
    return tuple(
        EmbeddedPassage(piece, vector, digest(text)) for piece, vector, text in zip(pieces, vectors, texts, strict=True)
    )

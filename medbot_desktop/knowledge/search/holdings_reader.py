"""Read from the vault what searches need to have in memory, some documents at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from medbot_desktop.knowledge.document import CUT_TITLE
from medbot_desktop.knowledge.search.holdings import HeldDocument, HeldLibrary, Incoming, PassageWords
from medbot_desktop.knowledge.search.terms import Terms, passage_terms
from medbot_desktop.vault.schema import DocumentRow, LibraryRow, NameRow, PassageRow
from medbot_desktop.vault.vault import Vault

_DOCUMENTS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Register:
    """Which libraries and documents there are; of a document that is being brought in there is nothing."""

    libraries: dict[int, HeldLibrary]
    documents: dict[int, HeldDocument]


@dataclass(slots=True)
class Vectors:
    """Vectors that come in with their rows; those of another embedder are left out."""

    rows: list[int] = field(default_factory=list)
    vectors: list[NDArray[np.float32]] = field(default_factory=list)

    def append(self, row: int, vector: bytes, is_ours: bool, dimensions: int) -> None:
        """Take one in, unless it is of another embedder."""
        if is_ours and len(vector) == 4 * dimensions:
            self.rows.append(row)
            self.vectors.append(np.frombuffer(vector, dtype="<f4"))

    def arrays(self, dimensions: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """The vectors, shape (n, d), and their rows."""
        stacked = np.stack(self.vectors) if self.vectors else np.zeros((0, dimensions), dtype=np.float32)
        return stacked, np.array(self.rows, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Slice:
    """Some documents that came in.

    Attributes:
        incoming: their words.
        passages: the vectors of their passages.
        names: the vectors of their names.
        texts: their texts, of those documents that are to be learnt from.
        named: their names.
    """

    incoming: list[Incoming]
    passages: Vectors
    names: Vectors
    texts: list[str]
    named: list[str]


def read_register(vault: Vault) -> Register:
    """Which libraries and documents there are."""
    per_document = select(
        PassageRow.document_id, func.min(PassageRow.id), func.max(PassageRow.id), func.count()
    ).group_by(PassageRow.document_id)
    columns = select(
        DocumentRow.id,
        DocumentRow.library_id,
        DocumentRow.audience,
        DocumentRow.last_reviewed,
        DocumentRow.content_sha256,
        DocumentRow.language,
        DocumentRow.tags,
        DocumentRow.added,
    ).where(DocumentRow.is_staged.is_(False))
    with vault.reading() as session:
        libraries = {
            row.id: HeldLibrary(row.name, tuple(row.readable_by))
            for row in session.execute(select(LibraryRow.id, LibraryRow.name, LibraryRow.readable_by))
        }
        passages = {row[0]: tuple(row[1:]) for row in session.execute(per_document)}
        documents = {row.id: _held(row, passages.get(row.id, ())) for row in session.execute(columns)}
    return Register(libraries, documents)


def read_documents(
    vault: Vault, documents: Sequence[HeldDocument], learn: Collection[int], embedder: str, dimensions: int
) -> Iterator[Slice]:
    """Read documents with their passages and names.

    Args:
        vault: where they are.
        documents: which; of one that is gone by now nothing comes.
        learn: the rows of those whose texts are wanted too.
        embedder: the identity of the embedder in use.
        dimensions: the length of its vectors.
    """
    for start in range(0, len(documents), _DOCUMENTS_AT_ONCE):
        some = documents[start : start + _DOCUMENTS_AT_ONCE]
        with vault.reading() as session:
            yield _read_slice(session, some, learn, embedder, dimensions)


def _read_slice(
    session: Session, documents: Sequence[HeldDocument], learn: Collection[int], embedder: str, dimensions: int
) -> Slice:
    rows = [document.row_id for document in documents]
    known = session.execute(
        select(DocumentRow.id, DocumentRow.key, DocumentRow.title).where(
            DocumentRow.id.in_(rows), DocumentRow.is_staged.is_(False)
        )
    )
    titles = {row.id: "" if row.title == row.key or row.title.endswith(CUT_TITLE) else row.title for row in known}
    made = Slice([], Vectors(), Vectors(), [], [])
    passages: dict[int, list[PassageWords]] = {row: [] for row in titles}
    names: dict[int, list[tuple[int, str]]] = {row: [] for row in titles}
    for row in session.execute(_passages(rows, with_text=False)):
        if row.document_id in passages:
            words = PassageWords(row.id, row.section, np.frombuffer(row.terms, dtype="<u4"))
            passages[row.document_id].append(words)
            made.passages.append(row.id, row.vector, row.embedder == embedder, dimensions)
    for row in session.execute(
        select(NameRow.id, NameRow.document_id, NameRow.text, NameRow.embedder, NameRow.vector)
        .where(NameRow.document_id.in_(rows))
        .order_by(NameRow.id)
    ):
        if row.document_id in names:
            names[row.document_id].append((row.id, row.text))
            made.names.append(row.id, row.vector, row.embedder == embedder, dimensions)
    wanted = [row for row in titles if row in learn]
    if wanted:
        made.texts.extend(row.text for row in session.execute(_passages(wanted, with_text=True)))
        made.named.extend(text for row in wanted for _, text in names[row])
    made.incoming.extend(
        _incoming(document, titles[document.row_id], passages[document.row_id], names[document.row_id])
        for document in documents
        if document.row_id in titles
    )
    return made


def _passages(documents: Sequence[int], *, with_text: bool) -> Any:
    columns: tuple[Any, ...] = (
        (PassageRow.text,)
        if with_text
        else (
            PassageRow.id,
            PassageRow.document_id,
            PassageRow.section,
            PassageRow.embedder,
            PassageRow.vector,
            PassageRow.terms,
        )
    )
    query = select(*columns).where(PassageRow.document_id.in_(documents))
    return query.order_by(PassageRow.document_id, PassageRow.ordinal)


def _incoming(
    document: HeldDocument, title: str, passages: list[PassageWords], names: list[tuple[int, str]]
) -> Incoming:
    headings: dict[str, Terms] = {}
    for section in {passage.section for passage in passages}:
        about = [f"{part}." for part in (title, "" if section == title else section) if part]
        headings[section] = passage_terms(" ".join(about))
    name_terms = passage_terms("\n".join(text for _, text in names))
    return Incoming(document, passages, headings, [row for row, _ in names], name_terms)


def _held(row: Row[*tuple[Any, ...]], passages: tuple[int, ...]) -> HeldDocument:
    return HeldDocument(
        row_id=row.id,
        library=row.library_id,
        signature=" ".join(map(str, (row.id, row.content_sha256[:16], *passages))),
        audience=row.audience,
        language=row.language,
        since=row.last_reviewed or (row.added.date().isoformat() if row.added else ""),
        tags=tuple(row.tags),
    )

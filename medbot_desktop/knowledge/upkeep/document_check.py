"""Compare the rows of documents with each other: text, passages, names, vectors, content words, full text."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from medbot_desktop.knowledge.chunking import Chunk
from medbot_desktop.knowledge.embedding import digest, names_of
from medbot_desktop.knowledge.library_rows import content_hash
from medbot_desktop.knowledge.search.terms import passage_terms
from medbot_desktop.knowledge.upkeep.full_text_check import PassageWords, holds
from medbot_desktop.knowledge.upkeep.rebuilding import RebuiltDocument, rebuilt
from medbot_desktop.vault.schema import DocumentRow, NameRow, PassageRow

_LENGTH_TOLERANCE = 1e-3


class Fault(StrEnum):
    """What can be wrong in a library, as it reads after a number."""

    TEXTS = "documents whose text was changed"
    MISSING_PASSAGES = "documents that lack passages"
    MISSING_NAMES = "documents that lack their title among their names"
    PASSAGE_TEXTS = "passages that do not stand in their document"
    VECTORS = "passages and names without a vector of the embedder in use"
    TERMS = "passages with wrong content words"
    WORDS = "passages whose words the full-text index does not hold"
    STRANGE_WORDS = "rows of the full-text index without a passage"
    FULL_TEXT = "damage inside the full-text index"
    ORPHANS = "rows that belong to nothing"
    LEFTOVERS = "documents left by an installation that did not end"
    SNAPSHOT = "damaged index snapshots"


LASTING = frozenset({Fault.TEXTS, Fault.MISSING_PASSAGES})
"""What only adding the document again can mend."""


@dataclass(frozen=True, slots=True)
class Text:
    """What is embedded for a row.

    Attributes:
        table: of passages or of names.
        row_id: the row.
        words: the embedded text.
    """

    table: type[PassageRow] | type[NameRow]
    row_id: int
    words: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in one document.

    Attributes:
        row_id: its row.
        library_id: its library's row.
        passages: how many it has.
        names: how many it has.
        faults: what is wrong, once for each passage, name or document.
        title: the name that it lacks; empty where it lacks none.
        passage_texts: rows of passages, and what their text should be.
        vectors: what is to be embedded again.
        terms: rows of passages, and what their terms should be.
        words: passages that are to be indexed again.
    """

    row_id: int
    library_id: int
    passages: int
    names: int
    faults: tuple[Fault, ...]
    title: str
    passage_texts: tuple[tuple[int, str], ...]
    vectors: tuple[Text, ...]
    terms: tuple[tuple[int, bytes], ...]
    words: tuple[PassageWords, ...]


class DocumentCheck:
    """Checks documents against the embedder in use.

    Args:
        embedder: its identity.
        dimensions: the length of its vectors.
        differing: the passages for which the full-text index holds other words; None: it is damaged, and not looked at.
    """

    def __init__(self, embedder: str, dimensions: int, differing: Collection[int] | None) -> None:
        self._embedder = embedder
        self._dimensions = dimensions
        self._differing = differing

    def check(self, session: Session, document_ids: Sequence[int]) -> Iterator[Checked]:
        """What is found in each of some documents."""
        hashes = {
            row.id: row.content_sha256
            for row in session.execute(
                select(DocumentRow.id, DocumentRow.content_sha256).where(DocumentRow.id.in_(document_ids))
            )
        }
        for document in rebuilt(session, document_ids):
            is_whole = content_hash(document.document) == hashes[document.row_id]
            yield self._checked(session, document, is_whole)

    def _checked(self, session: Session, each: RebuiltDocument, is_whole: bool) -> Checked:
        rows = session.scalars(
            select(PassageRow).where(PassageRow.document_id == each.row_id).order_by(PassageRow.ordinal)
        ).all()
        expected = names_of(each.document)
        titles = expected[: len(expected) - len(each.document.synonyms) - len(each.document.asked_as)]
        names = [name for _, name in each.names]
        title = "" if names[: len(titles)] == list(titles) else titles[0]
        texts = {row.id: _mended_text(row, each.document.body if is_whole else "") for row in rows}
        wrong_texts = tuple((row.id, texts[row.id]) for row in rows if texts[row.id] != row.text)
        terms = tuple(_wrong_terms(rows, texts))
        vectors = (*self._wrong_names(session, each), *self._wrong_passages(rows, texts, each))
        all_names = "\n".join([title, *names] if title else names)
        indexed = [(row.id, all_names, row.section, texts[row.id]) for row in rows]
        mended = set(texts) if title else {row_id for row_id, _ in wrong_texts}
        words = tuple(passage for passage in indexed if self._has_other_words(session, passage, mended))
        lacks = bool(each.document.body.strip()) and [row.ordinal for row in rows] != list(range(max(1, len(rows))))
        counts = {
            Fault.TEXTS: 0 if is_whole else 1,
            Fault.MISSING_PASSAGES: int(lacks),
            Fault.MISSING_NAMES: int(bool(title)),
            Fault.PASSAGE_TEXTS: len(wrong_texts),
            Fault.VECTORS: len(vectors),
            Fault.TERMS: len(terms),
            Fault.WORDS: len(words),
        }
        return Checked(
            each.row_id,
            each.library_id,
            len(rows),
            len(names),
            tuple(fault for fault, count in counts.items() for _ in range(count)),
            title,
            wrong_texts,
            vectors,
            terms,
            words,
        )

    def _has_other_words(self, session: Session, passage: PassageWords, mended: Collection[int]) -> bool:
        """Whether the index holds other words than a passage will have once its document is mended."""
        if self._differing is None:
            return False
        return not holds(session, passage) if passage[0] in mended else passage[0] in self._differing

    def _wrong_names(self, session: Session, each: RebuiltDocument) -> Iterator[Text]:
        query = select(NameRow.id, NameRow.text, NameRow.embedder, NameRow.vector)
        for row in session.execute(query.where(NameRow.document_id == each.row_id)):
            if row.embedder != self._embedder or not self._is_vector(row.vector):
                yield Text(NameRow, row.id, row.text)

    def _wrong_passages(
        self, rows: Sequence[PassageRow], texts: dict[int, str], each: RebuiltDocument
    ) -> Iterator[Text]:
        pieces = [Chunk(row.section, texts[row.id], row.start, row.end, row.page) for row in rows]
        for row, words in zip(rows, each.texts(pieces), strict=True):
            is_right = row.embedder == self._embedder and row.digest == digest(words)
            if not is_right or not self._is_vector(row.vector):
                yield Text(PassageRow, row.id, words)

    def _is_vector(self, content: bytes) -> bool:
        """Whether it is one of this embedder's length and of length one; what is no number is not."""
        if len(content) != 4 * self._dimensions:
            return False
        length = np.linalg.norm(np.frombuffer(content, dtype="<f4").astype(np.float64))
        return bool(abs(length - 1.0) <= _LENGTH_TOLERANCE)


def _mended_text(row: PassageRow, body: str) -> str:
    """A passage's text as it stands in its document; as it is where that cannot be known."""
    span = body[row.start : row.end]
    return row.text if not span or row.text.endswith(span) else span


def _wrong_terms(rows: Sequence[PassageRow], texts: dict[int, str]) -> Iterator[tuple[int, bytes]]:
    for row in rows:
        terms = passage_terms(texts[row.id]).astype("<u4").tobytes()
        if terms != row.terms:
            yield row.id, terms

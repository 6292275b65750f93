"""Bring in another embedder: its vectors are made beside those in use, which serve until all new ones are there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.orm import Session

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.chunking import Chunk
from medbot_desktop.knowledge.embedding import EmbedTexts, digest
from medbot_desktop.knowledge.library import REVISION, record_change
from medbot_desktop.knowledge.library_rows import as_bytes
from medbot_desktop.knowledge.upkeep.rebuilding import rebuilt
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.preferences import mark, set_mark
from medbot_desktop.vault.roles import Permission
from medbot_desktop.vault.schema import DocumentRow, NameRow, NextVectorRow, PassageRow
from medbot_desktop.vault.trail import Action
from medbot_desktop.vault.vault import Vault

_PASSAGE = "passage"
_NAME = "name"
_DOCUMENTS_AT_ONCE = 50
_EMBEDDED_AT_ONCE = 32
_DIGEST_BYTES = len(digest(""))


@dataclass(frozen=True, slots=True)
class ReembeddingProgress:
    """How many of the passages and names have a vector of the new embedder."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class _Missing:
    kind: str
    row_id: int
    words: str


class Reembedding:
    """Embeds every library of a vault again.

    A vector is kept with the digest of its text, since the number of a row that is removed is given away again.

    Args:
        vault: an open vault; best on a connection of its own, so that the program can be used meanwhile.
        access: who uses it.
        embed: the new embedder's function.
        embedder: its identity.
    """

    def __init__(self, vault: Vault, access: Access, embed: EmbedTexts, embedder: str) -> None:
        self._vault = vault
        self._access = access
        self._embed = embed
        self._embedder = embedder

    def run(self) -> Iterator[ReembeddingProgress]:
        """Make what vectors are missing, those of documents that were added meanwhile included.

        It may be stopped, or killed, at any moment; the next run goes on from there.

        Raises:
            PermissionRefusedError: the account may not change settings.
            DiskFullError: there is no room left; what was made is kept.
        """
        self._access.require(Permission.CHANGE_SETTINGS)
        with self._vault.transaction() as session:
            session.execute(delete(NextVectorRow).where(NextVectorRow.embedder != self._embedder))
        total, done = self._counts()
        yield ReembeddingProgress(done, total)
        made = True
        while made:
            made = False
            for missing in self._missing():
                for start in range(0, len(missing), _EMBEDDED_AT_ONCE):
                    self._make(missing[start : start + _EMBEDDED_AT_ONCE])
                    made = True
                    total, done = self._counts()
                    yield ReembeddingProgress(min(done, total), total)

    def switch(self, settings: Mapping[str, Any]) -> None:
        """Let the new vectors take over, all at once.

        Afterwards whatever embeds or searches has to be made anew with the new embedder.

        Args:
            settings: what is to be noted in the vault in the same transaction, such as which embedder is in use.

        Raises:
            PermissionRefusedError: the account may not change settings.
            LibraryError: vectors are missing still.
        """
        self._access.require(Permission.CHANGE_SETTINGS)
        with self._vault.reading() as session:
            before = _state(session)
            documents = session.scalar(select(func.count()).select_from(DocumentRow)) or 0
        is_ready = not any(self._missing())
        with self._vault.transaction() as session:
            if not is_ready or _state(session) != before:
                raise LibraryError(
                    "Not everything is embedded by the new embedder yet.", hint="Let it go on, then switch again."
                )
            for kind, table in ((_PASSAGE, "passages"), (_NAME, "names")):
                session.execute(text(_TAKE_OVER.format(table=table)), {"kind": kind, "embedder": self._embedder})
            session.execute(delete(NextVectorRow))
            for key, value in settings.items():
                set_mark(session, key, value)
            self._access.record(session, Action.SETTINGS_CHANGED, "settings", "embedder")
            record_change(session, self._access, 0, documents, "reembedded")

    def cancel(self) -> None:
        """Throw away what was made; the embedder in use stays.

        Raises:
            PermissionRefusedError: the account may not change settings.
        """
        self._access.require(Permission.CHANGE_SETTINGS)
        with self._vault.transaction() as session:
            session.execute(delete(NextVectorRow))

    def _missing(self) -> Iterator[list[_Missing]]:
        """What has no vector of its present text, some documents at a time."""
        last = 0
        while True:
            with self._vault.reading() as session:
                query = select(DocumentRow.id).where(DocumentRow.id > last).order_by(DocumentRow.id)
                ids = list(session.scalars(query.limit(_DOCUMENTS_AT_ONCE)))
                if not ids:
                    return
                missing = self._missing_of(session, ids)
            last = ids[-1]
            if missing:
                yield missing

    def _missing_of(self, session: Session, ids: Sequence[int]) -> list[_Missing]:
        columns = (PassageRow.id, PassageRow.document_id, PassageRow.section, PassageRow.text)
        of_document: dict[int, list[tuple[int, Chunk]]] = {}
        for row in session.execute(select(*columns).where(PassageRow.document_id.in_(ids)).order_by(PassageRow.id)):
            piece = Chunk(row.section, row.text, 0, len(row.text))
            of_document.setdefault(row.document_id, []).append((row.id, piece))
        needed: list[_Missing] = []
        for document in rebuilt(session, ids):
            rows = of_document.get(document.row_id, [])
            texts = document.texts([piece for _, piece in rows])
            needed += [_Missing(_NAME, row_id, name) for row_id, name in document.names]
            needed += [_Missing(_PASSAGE, row_id, words) for (row_id, _), words in zip(rows, texts, strict=True)]
        known = self._known(session, ids)
        return [each for each in needed if known.get((each.kind, each.row_id)) != digest(each.words)]

    def _known(self, session: Session, ids: Sequence[int]) -> dict[tuple[str, int], bytes]:
        """The digests of the texts that have a vector."""
        beginning = func.substr(NextVectorRow.vector, 1, _DIGEST_BYTES)
        known: dict[tuple[str, int], bytes] = {}
        for kind, table in ((_PASSAGE, PassageRow), (_NAME, NameRow)):
            rows = select(table.id).where(table.document_id.in_(ids))
            query = select(NextVectorRow.row_id, beginning).where(
                NextVectorRow.kind == kind, NextVectorRow.embedder == self._embedder, NextVectorRow.row_id.in_(rows)
            )
            known |= {(kind, row_id): bytes(content) for row_id, content in session.execute(query)}
        return known

    def _make(self, missing: Sequence[_Missing]) -> None:
        vectors = self._embed([each.words for each in missing])
        rows = [
            {
                "kind": each.kind,
                "row_id": each.row_id,
                "embedder": self._embedder,
                "vector": digest(each.words) + as_bytes(vector),
            }
            for each, vector in zip(missing, vectors, strict=True)
        ]
        with self._vault.transaction() as session:
            session.execute(insert(NextVectorRow).prefix_with("OR REPLACE"), rows)

    def _counts(self) -> tuple[int, int]:
        with self._vault.reading() as session:
            total = sum(session.scalar(select(func.count()).select_from(table)) or 0 for table in (PassageRow, NameRow))
            return total, session.scalar(select(func.count()).select_from(NextVectorRow)) or 0


_TAKE_OVER = (
    f"UPDATE {{table}} SET embedder = :embedder, vector = (SELECT substr(vector, {_DIGEST_BYTES + 1}) FROM next_vectors"
    " WHERE kind = :kind AND row_id = {table}.id)"
)


def _state(session: Session) -> tuple[object, ...]:
    """What is another one after any change: the libraries' revision, how many rows there are, and the last of them."""
    rows = [
        tuple(session.execute(select(func.count(), func.max(table.id)).select_from(table)).one())
        for table in (DocumentRow, PassageRow, NameRow)
    ]
    return (mark(session, REVISION), *rows)

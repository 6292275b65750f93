"""Find what in the libraries does not fit together, after a damaged disk for example, and put it right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.orm import Session

from medbot_desktop.knowledge.embedding import EmbedTexts, digest
from medbot_desktop.knowledge.library import CORE, CORE_FINGERPRINT, record_change
from medbot_desktop.knowledge.library_rows import as_bytes
from medbot_desktop.knowledge.packs.staging import UNFINISHED, clear_unfinished
from medbot_desktop.knowledge.search.snapshot import IndexSnapshot, Kept
from medbot_desktop.knowledge.upkeep import full_text_check as full_text
from medbot_desktop.knowledge.upkeep.document_check import LASTING, Checked, DocumentCheck, Fault, Text
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.preferences import set_mark
from medbot_desktop.vault.roles import Permission
from medbot_desktop.vault.schema import DocumentRow, LibraryRow, NameRow, PassageRow
from medbot_desktop.vault.vault import Vault

_DOCUMENTS_AT_ONCE = 20
_EMBEDDED_AT_ONCE = 32
_EMPTY = Kept({}, frozenset(), frozenset(), (), ())

_ORPHANS = {
    "documents": "library_id NOT IN (SELECT id FROM libraries)",
    "passages": "document_id NOT IN (SELECT id FROM documents)",
    "names": "document_id NOT IN (SELECT id FROM documents)",
    "next_vectors": "row_id NOT IN (SELECT id FROM passages WHERE kind = 'passage'"
    " UNION ALL SELECT id FROM names WHERE kind = 'name')",
}
"""What makes a row of a table one that belongs to nothing."""


@dataclass(frozen=True, slots=True)
class UpkeepProgress:
    """How many of the documents are looked at."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Health:
    """What was found in the libraries.

    Attributes:
        documents: how many there are.
        passages: how many there are.
        names: how many there are.
        faults: how often what was found.
        mended: what of it was put right.
    """

    documents: int
    passages: int
    names: int
    faults: dict[Fault, int]
    mended: dict[Fault, int]

    @property
    def is_well(self) -> bool:
        """Whether nothing is wrong, or nothing any more."""
        return self.faults == self.mended

    def lines(self) -> list[str]:
        """What a person reads."""
        counted = f"{self.documents:,} documents, {self.passages:,} passages, {self.names:,} names"
        found = [
            f"{count:,} {fault.value}{': mended' if self.mended.get(fault) == count else ''}."
            for fault, count in self.faults.items()
        ]
        if LASTING & {fault for fault in self.faults if fault not in self.mended}:
            found.append("Remove those documents and add their files again.")
        return [f"{counted}: {'nothing is wrong' if not found else 'this was found'}.", *found]


Work = Generator[UpkeepProgress, None, Health]


def carried_out(work: Work, tell: Callable[[int, int], None]) -> Health:
    """Do all of a piece of work; ``tell`` is given how many documents are done, and of how many."""
    while True:
        try:
            step = next(work)
        except StopIteration as end:
            health: Health = end.value
            return health
        tell(step.done, step.total)


class Upkeep:
    """Looks after the libraries of one vault.

    Args:
        vault: an open vault.
        access: who uses it.
        embed: the embedder's function.
        embedder: its identity.
        snapshot: where the index is kept between two starts; None: nowhere.

    Attributes:
        vault: the one that it works on.
    """

    def __init__(
        self, vault: Vault, access: Access, embed: EmbedTexts, embedder: str, snapshot: IndexSnapshot | None = None
    ) -> None:
        self.vault = vault
        self._access = access
        self._embed = embed
        self._embedder = embedder
        self._snapshot = snapshot

    def verify(self) -> Work:
        """Compare documents, passages, names, vectors, words, full text and snapshot; nothing is changed.

        Returns:
            What was found, as the value of the generator.

        Raises:
            PermissionRefusedError: the account may not change the libraries.
        """
        return self._work(mend=False)

    def repair(self) -> Work:
        """Find the same, and put right what can be; may be stopped after any step, and begun again.

        What is searched has to be read anew from the vault afterwards.

        Returns:
            What was found and what of it was put right, as the value of the generator.

        Raises:
            PermissionRefusedError: the account may not change the libraries.
        """
        return self._work(mend=True)

    def _work(self, mend: bool) -> Work:
        self._access.require(Permission.EDIT_LIBRARY)
        found: Counter[Fault] = Counter(self._around(mend))
        with self.vault.reading() as session:
            total = session.scalar(select(func.count()).select_from(DocumentRow)) or 0
        can_ask = mend or Fault.FULL_TEXT not in found
        differing = full_text.differing(self.vault) if can_ask else None
        check = DocumentCheck(self._embedder, self._embed(["length"]).shape[1], differing)
        documents = passages = names = last = 0
        yield UpkeepProgress(0, total)
        while checked := self._next(check, last):
            last = checked[-1].row_id
            documents += len(checked)
            passages += sum(each.passages for each in checked)
            names += sum(each.names for each in checked)
            found.update(fault for each in checked for fault in each.faults)
            if mend:
                for _ in self._mend(checked):
                    yield UpkeepProgress(documents, total)
            yield UpkeepProgress(documents, total)
        if mend and found:
            self._finish(sum(found.values()))
        mended = {fault: count for fault, count in found.items() if mend and fault not in LASTING}
        return Health(documents, passages, names, dict(found), mended)

    def _around(self, mend: bool) -> Iterator[Fault]:
        """What is wrong beside the documents; put right first, so that documents are compared with what is left."""
        with self.vault.reading() as session:
            orphans = sum(
                session.scalar(text(f"SELECT count(*) FROM {table} WHERE {rule}")) or 0
                for table, rule in _ORPHANS.items()
            )
            leftovers = session.scalar(select(func.count()).select_from(DocumentRow).where(*UNFINISHED)) or 0
        is_sound = full_text.is_sound(self.vault)
        yield from [Fault.ORPHANS] * orphans
        yield from [Fault.LEFTOVERS] * leftovers
        yield from [] if is_sound else [Fault.FULL_TEXT]
        if mend:
            self._drop_orphans()
            for _ in clear_unfinished(self.vault):
                pass
            for _ in [] if is_sound else full_text.make_anew(self.vault):
                pass
        with self.vault.reading() as session:
            strange = full_text.strangers(session)
        yield from [Fault.STRANGE_WORDS] * len(strange)
        if mend and strange:
            with self.vault.transaction() as session:
                full_text.forget(session, strange)
        if self._snapshot is not None and not _is_usable(self._snapshot):
            yield Fault.SNAPSHOT

    def _drop_orphans(self) -> None:
        for table, rule in _ORPHANS.items():
            with self.vault.transaction() as session:
                session.execute(text(f"DELETE FROM {table} WHERE {rule}"))

    def _next(self, check: DocumentCheck, after: int) -> list[Checked]:
        query = select(DocumentRow.id).where(DocumentRow.id > after, DocumentRow.is_staged.is_(False))
        with self.vault.reading() as session:
            ids = list(session.scalars(query.order_by(DocumentRow.id).limit(_DOCUMENTS_AT_ONCE)))
            return list(check.check(session, ids))

    def _mend(self, checked: Sequence[Checked]) -> Iterator[None]:
        texts = [text for each in checked for text in each.vectors]
        for start in range(0, len(texts), _EMBEDDED_AT_ONCE):
            some = texts[start : start + _EMBEDDED_AT_ONCE]
            vectors = self._embed([one.words for one in some])
            with self.vault.transaction() as session:
                for one, vector in zip(some, vectors, strict=True):
                    _set_vector(session, one, as_bytes(vector), self._embedder)
            yield
        for each in checked:
            if each.faults:
                title = as_bytes(self._embed([each.title])[0]) if each.title else b""
                with self.vault.transaction() as session:
                    self._mend_document(session, each, title)
                yield

    def _mend_document(self, session: Session, each: Checked, title_vector: bytes) -> None:
        if each.title:
            _put_first(session, each, title_vector, self._embedder)
        for row_id, words in each.passage_texts:
            session.execute(update(PassageRow).where(PassageRow.id == row_id).values(text=words))
        for row_id, terms in each.terms:
            session.execute(update(PassageRow).where(PassageRow.id == row_id).values(terms=terms))
        full_text.put_right(session, each.words)
        if LASTING & set(each.faults):
            library = session.get(LibraryRow, each.library_id)
            if library is not None and library.name == CORE:
                set_mark(session, CORE_FINGERPRINT, "")  # the next start brings it anew

    def _finish(self, faults: int) -> None:
        with self.vault.transaction() as session:
            record_change(session, self._access, 0, faults, "mended")
        if self._snapshot is not None:
            self._snapshot.save(_EMPTY)


def _set_vector(session: Session, each: Text, vector: bytes, embedder: str) -> None:
    values = {"vector": vector, "embedder": embedder}
    if each.table is PassageRow:
        values["digest"] = digest(each.words)
    session.execute(update(each.table).where(each.table.id == each.row_id).values(**values))


def _put_first(session: Session, each: Checked, vector: bytes, embedder: str) -> None:
    """Give a document its title as a name again, before the names that it has: their order is that of their rows."""
    columns = (NameRow.text, NameRow.embedder, NameRow.vector)
    others = session.execute(select(*columns).where(NameRow.document_id == each.row_id).order_by(NameRow.id)).all()
    session.execute(text("DELETE FROM names WHERE document_id = :document"), {"document": each.row_id})
    rows = [(each.title, embedder, vector), *((row.text, row.embedder, row.vector) for row in others)]
    session.execute(
        insert(NameRow),
        [
            {"document_id": each.row_id, "text": name, "embedder": maker, "vector": content}
            for name, maker, content in rows
        ],
    )


def _is_usable(snapshot: IndexSnapshot) -> bool:
    """Whether what is kept is whole; that it is missing or old is no fault."""
    kept = snapshot.load()
    if kept is None:
        return not snapshot.file.exists()
    return all(np.all(graph.is_whole()) for graph in kept.graphs.values())

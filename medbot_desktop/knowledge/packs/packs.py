"""Carry a library from one computer to others as one signed file, ready to be searched without embedding it again."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from medbot_desktop import __version__
from medbot_desktop.errors import LibraryError, MedBotError
from medbot_desktop.knowledge.embedding import EmbedTexts
from medbot_desktop.knowledge.library import REVISION, library_name, named_library, record_change, require_change
from medbot_desktop.knowledge.library_rows import library_row
from medbot_desktop.knowledge.packs.acceptance import is_trusted, note_installed, require_accepted, require_place
from medbot_desktop.knowledge.packs.archive import PackArchive, opened_pack
from medbot_desktop.knowledge.packs.content import read_documents, terms_rules
from medbot_desktop.knowledge.packs.making import DOCUMENTS_AT_ONCE, member_chunks
from medbot_desktop.knowledge.packs.manifest import CONTENT, Manifest, PackWriter, damaged
from medbot_desktop.knowledge.packs.signing import accepted_signers, forget_signer, is_same, vault_key
from medbot_desktop.knowledge.packs.staging import Staging, clear_unfinished
from medbot_desktop.knowledge.rights import may_read
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.atomic_file import replacing
from medbot_desktop.vault.preferences import mark
from medbot_desktop.vault.roles import Permission
from medbot_desktop.vault.schema import DocumentRow, LibraryRow, NameRow, PassageRow
from medbot_desktop.vault.trail import Action
from medbot_desktop.vault.vault import Vault

_STORED_AT_ONCE = 512
_EMBEDDED_AT_ONCE = 32


class PackStep(StrEnum):
    """What is being done with a pack."""

    WRITING = "writing"
    CHECKING = "checking"
    STORING = "storing"
    EMBEDDING = "embedding"
    CLEARING = "clearing"


@dataclass(frozen=True, slots=True)
class PackProgress:
    """How far a step is, in units of its own: parts, bytes, passages or documents."""

    step: PackStep
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class PackFacts:
    """What one sees of a pack before it is installed.

    Attributes:
        library: the library that it holds.
        made: when.
        program: the version of MedBot that made it.
        fingerprint: of the key that signed it; where nobody did, of its content.
        is_signed: whether somebody did.
        is_trusted: whether it is signed by this vault, or by a key that an administrator has accepted.
        embedder_fits: whether its vectors can be used; where not, they are made anew, which takes long.
        updates: whether it takes the place of an earlier pack of the same library and signer.
    """

    library: str
    documents: int
    passages: int
    made: datetime
    program: str
    fingerprint: str
    is_signed: bool
    is_trusted: bool
    embedder_fits: bool
    updates: bool


class Packs:
    """Makes packs of a vault's libraries and installs those of others.

    Args:
        vault: an open vault.
        access: who uses it.
        embed: the embedder's function.
        embedder: its identity.

    Attributes:
        vault: the one that it works on.
    """

    def __init__(self, vault: Vault, access: Access, embed: EmbedTexts, embedder: str) -> None:
        self.vault = vault
        self._access = access
        self._embed = embed
        self._embedder = embedder

    def fingerprint(self) -> str:
        """What others compare before they accept this vault's packs.

        Raises:
            PermissionRefusedError: the account may not change the libraries.
        """
        self._access.require(Permission.EDIT_LIBRARY)
        with self.vault.transaction() as session:
            return vault_key(session).fingerprint

    def signers(self) -> tuple[str, ...]:
        """The fingerprints that administrators have accepted."""
        with self.vault.reading() as session:
            return tuple(sorted(accepted_signers(session)))

    def forget(self, signer: str) -> None:
        """Ask an administrator again before another pack of this signer is installed.

        Raises:
            PermissionRefusedError: the account may not change settings.
            LibraryError: nobody has accepted that fingerprint.
        """
        self._access.require(Permission.CHANGE_SETTINGS)
        with self.vault.transaction() as session:
            known = next((one for one in accepted_signers(session) if is_same(signer, one)), None)
            if known is None:
                raise LibraryError(
                    "No signer with that fingerprint was accepted.", hint="`medbot library signers` names them."
                )
            forget_signer(session, known)
            self._access.record(session, Action.SETTINGS_CHANGED, "pack_signer", known, change="forgotten")

    def make(self, library: str, file: Path) -> Generator[PackProgress, None, None]:
        """Write a library into a file, in place of the one of that name.

        Args:
            library: its name.
            file: where to.

        Raises:
            PermissionRefusedError: the account may not change the libraries.
            LibraryError: there is no such library, or it was changed meanwhile.
            DiskFullError: there is no room left.
            VaultError: the file cannot be written.
        """
        require_change(self._access, library)
        with self.vault.transaction() as session:
            key, revision = vault_key(session), mark(session, REVISION)
            row = named_library(session, library)
            if not may_read(self._access.account.role, row.readable_by):
                raise LibraryError("This library is not for your role.", hint="Ask an administrator.")
            documents, manifest = self._manifest(session, row)
        parts = len(CONTENT) * -(-len(documents) // DOCUMENTS_AT_ONCE)
        done = 0
        with replacing(file) as stream, PackWriter(stream, manifest) as writer:
            for name in CONTENT:
                for _ in writer.add(name, member_chunks(self.vault, documents, name, 4 * manifest.dimensions)):
                    done += 1
                    yield PackProgress(PackStep.WRITING, done, parts)
            with self.vault.reading() as session:
                if mark(session, REVISION) != revision:
                    raise LibraryError("The libraries were changed while the pack was made.", hint="Make it again.")
            writer.finish(key)
        self._access.note(Action.EXPORTED, "library", str(row.id), documents=len(documents))

    def inspect(self, file: Path) -> PackFacts:
        """What a pack says of itself; its content is not read.

        Raises:
            LibraryError: it is no pack, is damaged or altered, comes from a newer version, or cannot be read.
        """
        with opened_pack(file) as pack, self.vault.reading() as session:
            manifest = pack.manifest
            there = session.scalar(select(LibraryRow).where(LibraryRow.name == manifest.library))
            return PackFacts(
                library=manifest.library,
                documents=manifest.documents,
                passages=manifest.passages,
                made=manifest.made,
                program=manifest.program,
                fingerprint=pack.fingerprint,
                is_signed=pack.signer is not None,
                is_trusted=is_trusted(session, pack.signer),
                embedder_fits=manifest.embedder == self._embedder,
                updates=there is not None and there.pack_fingerprint == pack.fingerprint,
            )

    def install(
        self, file: Path, accept: str | None = None, library: str | None = None
    ) -> Generator[PackProgress, None, None]:
        """Bring a pack into the vault, whole or not at all; closing the iterator stops and takes back what was done.

        Args:
            file: the pack.
            accept: the fingerprint that an administrator has compared and accepts.
            library: what the library is to be called; None: as in the pack.

        Raises:
            PermissionRefusedError: the account may not change the libraries, or not accept a fingerprint.
            LibraryError: the pack is not accepted, is damaged or altered, cannot be read, or its name is taken.
            DiskFullError: there is no room left.
        """
        with opened_pack(file) as pack:
            name = library_name(library or pack.manifest.library)
            require_change(self._access, name)
            require_accepted(self.vault, self._access, pack, accept)
            with self.vault.reading() as session:
                require_place(session, name, pack)
            yield from self._clear()
            yield from _checked(pack)
            try:
                yield from self._bring_in(pack, name)
            except BaseException:
                with suppress(MedBotError):  # what stopped it is what a person should read; the next start clears up
                    for _ in clear_unfinished(self.vault):
                        pass
                raise
        yield from self._clear()

    def clear_unfinished(self) -> None:
        """Remove what an installation has left that was killed; to be called when a vault is opened."""
        for _ in clear_unfinished(self.vault):
            pass

    def _manifest(self, session: Session, row: LibraryRow) -> tuple[list[int], Manifest]:
        documents = (DocumentRow.library_id == row.id, DocumentRow.is_staged.is_(False))
        ids = list(session.scalars(select(DocumentRow.id).where(*documents).order_by(DocumentRow.id)))
        counts = []
        for table in (PassageRow, NameRow):
            joined = select(func.count(), func.count().filter(table.embedder != self._embedder)).select_from(table)
            count, others = session.execute(joined.join(DocumentRow).where(*documents)).one()
            if others:
                raise LibraryError(
                    "This library is not wholly embedded by the embedder in use.",
                    hint="Verify the libraries and have them mended, then make the pack again.",
                )
            counts.append(count)
        size = session.scalar(select(func.length(PassageRow.vector)).join(DocumentRow).where(*documents).limit(1))
        if not ids or not size:
            raise LibraryError("This library is empty.", hint="Add documents to it first.")
        manifest = Manifest(
            library=row.name,
            made=datetime.now(UTC),
            program=__version__,
            embedder=self._embedder,
            dimensions=size // 4,
            terms=terms_rules(),
            documents=len(ids),
            passages=counts[0],
            names=counts[1],
        )
        return ids, manifest

    def _bring_in(self, pack: PackArchive, name: str) -> Iterator[PackProgress]:
        fits = pack.manifest.embedder == self._embedder
        if fits and self._embed([name]).shape[1] != pack.manifest.dimensions:
            raise damaged(pack.name)
        step = PackStep.STORING if fits else PackStep.EMBEDDING
        at_once = _STORED_AT_ONCE if fits else _EMBEDDED_AT_ONCE
        staging = Staging(self.vault, self._embedder, _as_packed if fits else self._made_anew, at_once)
        for stored in staging.stage(read_documents(pack)):
            yield PackProgress(step, stored, pack.manifest.passages)
        with self.vault.transaction() as session:
            require_place(session, name, pack)
            row = library_row(session, name)
            documents = staging.publish(session, row)
            note_installed(session, self._access, row, pack)
            record_change(session, self._access, row.id, documents, "installed")

    def _made_anew(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        return self._embed(texts) if texts else vectors

    def _clear(self) -> Iterator[PackProgress]:
        total = 0
        for left in clear_unfinished(self.vault):
            total = max(total, left)
            if total:
                yield PackProgress(PackStep.CLEARING, total - left, total)


def _as_packed(texts: Sequence[str], vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    return vectors


def _checked(pack: PackArchive) -> Iterator[PackProgress]:
    done = 0
    for count in pack.check():
        done += count
        yield PackProgress(PackStep.CHECKING, done, pack.size)

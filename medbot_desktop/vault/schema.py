"""The tables of the vault, as SQLAlchemy models; Alembic migrations create and change them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, DateTime, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    """The common base of all tables."""


class LibraryRow(Base):
    """A library: a named set of documents.

    ``readable_by`` holds the roles that may read it; every role where it is empty. ``pack_fingerprint`` is that of the
    key that signed the pack it came from; empty where it came from none.
    """

    __tablename__ = "libraries"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String, unique=True)
    readable_by: Mapped[list[str]] = mapped_column(JSON, default=list)
    created: Mapped[datetime | None] = mapped_column(DateTime)
    pack_fingerprint: Mapped[str] = mapped_column(default="")
    documents: Mapped[list[DocumentRow]] = relationship(back_populates="library", cascade="all, delete-orphan")


class FolderRow(Base):
    """A folder that was added to a library; one that is watched is looked through again and again.

    ``path`` is as the system writes it, since a name need not be text.
    """

    __tablename__ = "folders"
    __table_args__ = (UniqueConstraint("library_id", "path"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    library_id: Mapped[int] = mapped_column(ForeignKey("libraries.id", ondelete="CASCADE"), index=True)
    path: Mapped[bytes] = mapped_column(LargeBinary)
    watched: Mapped[bool]


class FileRow(Base):
    """A file that was added to a library, or waits to be; ``share`` is how much of it is in, from 0 to 1.

    ``path`` is as the system writes it, ``name`` is for people. ``modified`` is when it was last written, in
    nanoseconds. ``message`` and ``hint`` say why it is not in the library. ``replaces_id`` is its earlier version.
    """

    __tablename__ = "files"
    __table_args__ = (Index("ix_files_path", "library_id", "path"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    library_id: Mapped[int] = mapped_column(ForeignKey("libraries.id", ondelete="CASCADE"), index=True)
    path: Mapped[bytes] = mapped_column(LargeBinary)
    name: Mapped[str]
    sha256: Mapped[str] = mapped_column(String, index=True)
    size: Mapped[int]
    modified: Mapped[int]
    state: Mapped[str] = mapped_column(String, index=True)
    message: Mapped[str] = mapped_column(default="")
    hint: Mapped[str] = mapped_column(default="")
    pages: Mapped[int | None]
    share: Mapped[float] = mapped_column(default=0.0)
    added: Mapped[datetime] = mapped_column(DateTime)
    finished: Mapped[datetime | None] = mapped_column(DateTime)
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("files.id", ondelete="SET NULL"))
    folder_id: Mapped[int | None] = mapped_column(ForeignKey("folders.id", ondelete="SET NULL"))


class DocumentRow(Base):
    """One document; ``key`` is its identifier inside its library, ``body`` its plain text.

    A document that is staged is not in the library yet: the file that it comes from is still being read.
    """

    __tablename__ = "documents"
    __table_args__ = (Index("ix_documents_key", "library_id", "key", unique=True, sqlite_where=text("is_staged = 0")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    library_id: Mapped[int] = mapped_column(ForeignKey("libraries.id", ondelete="CASCADE"), index=True)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id", ondelete="CASCADE"), index=True)
    key: Mapped[str]
    title: Mapped[str]
    audience: Mapped[str]
    last_reviewed: Mapped[str]
    sources: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    body: Mapped[str]
    content_sha256: Mapped[str]
    url: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    tags: Mapped[list[str]] = mapped_column(JSON, default=list)
    added: Mapped[datetime | None] = mapped_column(DateTime)
    is_staged: Mapped[bool] = mapped_column(default=False)
    library: Mapped[LibraryRow] = relationship(back_populates="documents")
    passages: Mapped[list[PassageRow]] = relationship(back_populates="document", cascade="all, delete-orphan")
    names: Mapped[list[NameRow]] = relationship(back_populates="document", cascade="all, delete-orphan")


class PassageRow(Base):
    """A passage of a document, with the vector of the embedder that ``embedder`` names (float32, little-endian).

    ``section`` is its heading with those above it. ``terms`` holds its content words in order, as numbers (uint32,
    little-endian), ``digest`` knows the text again that was embedded for it. Its words are also in the full-text table
    ``passages_fts``, under the same row id.
    """

    __tablename__ = "passages"
    __table_args__ = (UniqueConstraint("document_id", "ordinal"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), index=True)
    ordinal: Mapped[int]
    section: Mapped[str]
    text: Mapped[str]
    start: Mapped[int]
    end: Mapped[int]
    page: Mapped[int | None]
    embedder: Mapped[str]
    vector: Mapped[bytes] = mapped_column(LargeBinary)
    terms: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    digest: Mapped[bytes] = mapped_column(LargeBinary, default=b"", index=True)
    document: Mapped[DocumentRow] = relationship(back_populates="passages")


class NameRow(Base):
    """A name of a document, its title or a synonym, with its own vector."""

    __tablename__ = "names"

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), index=True)
    text: Mapped[str]
    embedder: Mapped[str]
    vector: Mapped[bytes] = mapped_column(LargeBinary)
    document: Mapped[DocumentRow] = relationship(back_populates="names")


class NextVectorRow(Base):
    """The vector by another embedder of a passage or a name (``kind``), until all have one and it takes over."""

    __tablename__ = "next_vectors"

    kind: Mapped[str] = mapped_column(primary_key=True)
    row_id: Mapped[int] = mapped_column(primary_key=True)
    embedder: Mapped[str]
    vector: Mapped[bytes] = mapped_column(LargeBinary)


class AccountRow(Base):
    """Who can open the vault; ``name_key`` is the name as it is compared. The keyslot lies beside the database."""

    __tablename__ = "accounts"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(String, unique=True)
    role: Mapped[str]
    created: Mapped[datetime] = mapped_column(DateTime)
    last_opened: Mapped[datetime | None] = mapped_column(DateTime)
    must_change: Mapped[bool]


class PersonRow(Base):
    """Somebody whom conversations are about; ``reference`` is the clinic's own number for them.

    ``due`` is the day on which a child that they carry is due.
    """

    __tablename__ = "people"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(String, index=True)
    born: Mapped[date | None] = mapped_column(Date)
    reference: Mapped[str]
    allergies: Mapped[list[str]] = mapped_column(JSON, default=list)
    medicines: Mapped[list[str]] = mapped_column(JSON, default=list)
    conditions: Mapped[list[str]] = mapped_column(JSON, default=list)
    due: Mapped[date | None] = mapped_column(Date)
    created: Mapped[datetime] = mapped_column(DateTime)


class ConversationRow(Base):
    """A conversation; ``deleted`` is when it was deleted, until the day ends and it is erased.

    ``at_kiosk`` outlives the account that held it, since another rule says how long it is kept. ``libraries_off`` names
    the libraries that are not asked in it.
    """

    __tablename__ = "conversations"

    id: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    started: Mapped[datetime] = mapped_column(DateTime)
    updated: Mapped[datetime] = mapped_column(DateTime, index=True)
    pinned: Mapped[bool] = mapped_column(default=False)
    deleted: Mapped[datetime | None] = mapped_column(DateTime)
    at_kiosk: Mapped[bool] = mapped_column(default=False)
    libraries_off: Mapped[list[str]] = mapped_column(JSON, default=list)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    account: Mapped[AccountRow | None] = relationship()
    person: Mapped[PersonRow | None] = relationship()
    messages: Mapped[list[MessageRow]] = relationship(
        back_populates="conversation", cascade="all, delete-orphan", order_by="MessageRow.position"
    )


class MessageRow(Base):
    """A message of a conversation; ``answer`` holds what stands behind an answer and has no column of its own.

    Its words are also in the full-text table ``messages_fts``, which triggers keep, under its ``number``.
    """

    __tablename__ = "messages"
    __table_args__ = (UniqueConstraint("conversation_id", "position"),)

    number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String, unique=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    position: Mapped[int]
    role: Mapped[str]
    text: Mapped[str]
    created: Mapped[datetime] = mapped_column(DateTime)
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    disposition: Mapped[str | None]
    triage: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    timings: Mapped[dict[str, int] | None] = mapped_column(JSON(none_as_null=True))
    rating: Mapped[int | None]
    rated: Mapped[datetime | None] = mapped_column(DateTime)
    conversation: Mapped[ConversationRow] = relationship(back_populates="messages")
    citations: Mapped[list[CitationRow]] = relationship(
        back_populates="message", cascade="all, delete-orphan", order_by="CitationRow.n"
    )


class CitationRow(Base):
    """A source of an answer, with the passage as it was when it was shown."""

    __tablename__ = "citations"
    __table_args__ = (UniqueConstraint("message_id", "n"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    n: Mapped[int]
    passage: Mapped[dict[str, Any]] = mapped_column(JSON)
    quotes: Mapped[list[list[int]]] = mapped_column(JSON)
    score: Mapped[float]
    message: Mapped[MessageRow] = relationship(back_populates="citations")


class ModelUseRow(Base):
    """What a text model did on one local day, in numbers; where ``model`` is empty, no model wrote.

    ``answers`` are those that it wrote or had a part in, ``composed`` those with sentences of its own.
    ``first_text_ms`` is the time from being asked to the first text, all added up over ``begun`` answers. ``fallbacks``
    are answers in which something else had to take its place.
    """

    __tablename__ = "model_use"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    answers: Mapped[int] = mapped_column(default=0)
    composed: Mapped[int] = mapped_column(default=0)
    tokens: Mapped[int] = mapped_column(default=0)
    first_text_ms: Mapped[int] = mapped_column(default=0)
    begun: Mapped[int] = mapped_column(default=0)
    fallbacks: Mapped[int] = mapped_column(default=0)


class SettingRow(Base):
    """A setting or a mark of the program, by name, as JSON."""

    __tablename__ = "settings"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)


class AuditRow(Base):
    """An entry of the audit trail; triggers refuse to change or remove one."""

    __tablename__ = "audit"

    seq: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[str]
    account_id: Mapped[str]
    account_name: Mapped[str]
    action: Mapped[str]
    kind: Mapped[str]
    record: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    previous: Mapped[str]
    hash: Mapped[str]


class AuditHeadRow(Base):
    """The one row that says how many entries the audit trail has and how the last one ends."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True)
    entries: Mapped[int]
    hash: Mapped[str]

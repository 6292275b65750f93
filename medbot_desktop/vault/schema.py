"""The tables of the vault, as SQLAlchemy models; Alembic migrations create and change them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, DateTime, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    """The common base of all tables."""


class LibraryRow(Base):
    """A library: a named set of documents."""

    __tablename__ = "libraries"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String, unique=True)
    documents: Mapped[list[DocumentRow]] = relationship(back_populates="library", cascade="all, delete-orphan")


class DocumentRow(Base):
    """One document; ``key`` is its identifier inside its library, ``body`` its plain text."""

    __tablename__ = "documents"
    __table_args__ = (UniqueConstraint("library_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    library_id: Mapped[int] = mapped_column(ForeignKey("libraries.id", ondelete="CASCADE"), index=True)
    key: Mapped[str]
    title: Mapped[str]
    audience: Mapped[str]
    last_reviewed: Mapped[str]
    sources: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    body: Mapped[str]
    content_sha256: Mapped[str]
    library: Mapped[LibraryRow] = relationship(back_populates="documents")
    passages: Mapped[list[PassageRow]] = relationship(back_populates="document", cascade="all, delete-orphan")
    names: Mapped[list[NameRow]] = relationship(back_populates="document", cascade="all, delete-orphan")


class PassageRow(Base):
    """A passage of a document, with the vector of the embedder that ``embedder`` names (float32, little-endian).

    Its words are also in the full-text table ``passages_fts``, under the same row id.
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


class ConversationRow(Base):
    """A conversation."""

    __tablename__ = "conversations"

    id: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    started: Mapped[datetime] = mapped_column(DateTime)
    messages: Mapped[list[MessageRow]] = relationship(
        back_populates="conversation", cascade="all, delete-orphan", order_by="MessageRow.position"
    )


class MessageRow(Base):
    """A message of a conversation; ``answer`` holds what stands behind an answer, without its citations."""

    __tablename__ = "messages"
    __table_args__ = (UniqueConstraint("conversation_id", "position"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    role: Mapped[str]
    text: Mapped[str]
    created: Mapped[datetime] = mapped_column(DateTime)
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    rating: Mapped[int | None]
    conversation: Mapped[ConversationRow] = relationship(back_populates="messages")
    citations: Mapped[list[CitationRow]] = relationship(
        back_populates="message", cascade="all, delete-orphan", order_by="CitationRow.n"
    )


class CitationRow(Base):
    """A source of an answer, with the passage as it was when it was shown."""

    __tablename__ = "citations"
    __table_args__ = (UniqueConstraint("message_id", "n"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), index=True)
    n: Mapped[int]
    passage: Mapped[dict[str, Any]] = mapped_column(JSON)
    quotes: Mapped[list[list[int]]] = mapped_column(JSON)
    score: Mapped[float]
    message: Mapped[MessageRow] = relationship(back_populates="citations")

"""Libraries that clinics fill: the files they come from, who may read them, and what searching needs besides."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Extend the tables of the libraries, and add those of their files."""
    _add("libraries", sa.Column("readable_by", sa.JSON, nullable=False, server_default="[]"))
    _add("libraries", sa.Column("created", sa.DateTime))
    _add("libraries", sa.Column("pack_fingerprint", sa.String, nullable=False, server_default=""))
    _create_files()
    _extend_documents()
    _add("passages", sa.Column("terms", sa.LargeBinary, nullable=False, server_default=sa.text("x''")))
    _add("passages", sa.Column("digest", sa.LargeBinary, nullable=False, server_default=sa.text("x''")))
    op.create_index("ix_passages_digest", "passages", ["digest"])
    _add("conversations", sa.Column("libraries_off", sa.JSON, nullable=False, server_default="[]"))
    op.create_table(
        "next_vectors",
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("row_id", sa.Integer, primary_key=True),
        sa.Column("embedder", sa.String, nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
    )


def _create_files() -> None:
    op.create_table(
        "folders",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("library_id", sa.Integer, _of("libraries"), nullable=False, index=True),
        sa.Column("path", sa.LargeBinary, nullable=False),
        sa.Column("watched", sa.Boolean, nullable=False),
        sa.UniqueConstraint("library_id", "path"),
    )
    op.create_table(
        "files",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("library_id", sa.Integer, _of("libraries"), nullable=False, index=True),
        sa.Column("path", sa.LargeBinary, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("sha256", sa.String, nullable=False, index=True),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("modified", sa.Integer, nullable=False),
        sa.Column("state", sa.String, nullable=False, index=True),
        sa.Column("message", sa.String, nullable=False),
        sa.Column("hint", sa.String, nullable=False),
        sa.Column("pages", sa.Integer),
        sa.Column("share", sa.Float, nullable=False),
        sa.Column("added", sa.DateTime, nullable=False),
        sa.Column("finished", sa.DateTime),
        sa.Column("replaces_id", sa.Integer, sa.ForeignKey("files.id", ondelete="SET NULL")),
        sa.Column("folder_id", sa.Integer, sa.ForeignKey("folders.id", ondelete="SET NULL")),
    )
    op.create_index("ix_files_path", "files", ["library_id", "path"])


def _extend_documents() -> None:
    """Rebuild the table: while a changed file comes in, its earlier version stands beside it under the same keys."""
    op.drop_index("ix_documents_library_id", "documents")
    op.create_table(
        "documents_0004",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("library_id", sa.Integer, _of("libraries"), nullable=False),
        sa.Column("file_id", sa.Integer, _of("files")),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("audience", sa.String, nullable=False),
        sa.Column("last_reviewed", sa.String, nullable=False),
        sa.Column("sources", sa.JSON, nullable=False),
        sa.Column("body", sa.String, nullable=False),
        sa.Column("content_sha256", sa.String, nullable=False),
        sa.Column("url", sa.String, nullable=False),
        sa.Column("language", sa.String, nullable=False),
        sa.Column("tags", sa.JSON, nullable=False),
        sa.Column("added", sa.DateTime),
        sa.Column("is_staged", sa.Boolean, nullable=False),
    )
    op.execute(
        "INSERT INTO documents_0004 SELECT id, library_id, NULL, key, title, audience, last_reviewed, sources, body,"
        " content_sha256, '', '', '[]', NULL, 0 FROM documents"
    )
    op.execute("DROP TABLE documents")
    op.execute("ALTER TABLE documents_0004 RENAME TO documents")
    op.create_index("ix_documents_library_id", "documents", ["library_id"])
    op.create_index("ix_documents_file_id", "documents", ["file_id"])
    op.execute("CREATE UNIQUE INDEX ix_documents_key ON documents (library_id, key) WHERE is_staged = 0")


def _of(table: str) -> sa.ForeignKey:
    return sa.ForeignKey(f"{table}.id", ondelete="CASCADE")


def _add(table: str, column: sa.Column[Any]) -> None:
    op.add_column(table, column)

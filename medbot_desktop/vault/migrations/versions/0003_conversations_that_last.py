"""Conversations that last: whose they are and about whom, and messages that can be searched."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_MOVED = ("triage", "timings_ms")


def upgrade() -> None:
    """Rebuild the tables of conversations with all that they hold."""
    _extend_conversations()
    _rebuild_messages()
    _create_full_text()


def _extend_conversations() -> None:
    op.execute("ALTER TABLE conversations RENAME TO conversations_0001")
    op.create_table(
        "conversations",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("started", sa.DateTime, nullable=False),
        sa.Column("updated", sa.DateTime, nullable=False, index=True),
        sa.Column("pinned", sa.Boolean, nullable=False),
        sa.Column("deleted", sa.DateTime),
        sa.Column("at_kiosk", sa.Boolean, nullable=False),
        sa.Column("account_id", sa.String, sa.ForeignKey("accounts.id", ondelete="SET NULL"), index=True),
        sa.Column("person_id", sa.String, sa.ForeignKey("people.id", ondelete="CASCADE"), index=True),
    )
    op.execute(
        "INSERT INTO conversations (id, title, started, updated, pinned, at_kiosk)"
        " SELECT id, title, started, coalesce((SELECT max(created) FROM messages"
        " WHERE conversation_id = conversations_0001.id), started), 0, 0 FROM conversations_0001"
    )
    op.execute("DROP TABLE conversations_0001")


def _rebuild_messages() -> None:
    """Give each message a number that stays the same for good: the full-text table refers to it."""
    op.drop_index("ix_messages_conversation_id", "messages")
    op.drop_index("ix_citations_message_id", "citations")
    op.execute("ALTER TABLE messages RENAME TO messages_0001")
    op.execute("ALTER TABLE citations RENAME TO citations_0001")
    op.create_table(
        "messages",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("id", sa.String, nullable=False, unique=True),
        sa.Column("conversation_id", sa.String, sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("created", sa.DateTime, nullable=False),
        sa.Column("answer", sa.JSON),
        sa.Column("disposition", sa.String),
        sa.Column("triage", sa.JSON),
        sa.Column("timings", sa.JSON),
        sa.Column("rating", sa.Integer),
        sa.Column("rated", sa.DateTime),
        sa.UniqueConstraint("conversation_id", "position"),
    )
    op.create_table(
        "citations",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("message_id", sa.String, sa.ForeignKey("messages.id", ondelete="CASCADE"), nullable=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.Column("passage", sa.JSON, nullable=False),
        sa.Column("quotes", sa.JSON, nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        sa.UniqueConstraint("message_id", "n"),
    )
    _copy_messages()
    op.execute("INSERT INTO citations SELECT id, message_id, n, passage, quotes, score FROM citations_0001")
    op.execute("DROP TABLE citations_0001")
    op.execute("DROP TABLE messages_0001")


def _copy_messages() -> None:
    connection = op.get_bind()
    old = connection.exec_driver_sql(
        "SELECT id, conversation_id, position, role, text, created, answer, rating FROM messages_0001 ORDER BY rowid"
    )
    for row in old.fetchall():
        answer: dict[str, Any] | None = json.loads(row.answer) if row.answer else None
        triage, timings = (answer.pop(name, None) if answer else None for name in _MOVED)
        connection.execute(
            sa.text(
                "INSERT INTO messages"
                " (id, conversation_id, position, role, text, created, answer, disposition, triage, timings, rating)"
                " VALUES (:id, :conversation_id, :position, :role, :text, :created, :answer, :disposition, :triage,"
                " :timings, :rating)"
            ),
            {
                "id": row.id,
                "conversation_id": row.conversation_id,
                "position": row.position,
                "role": row.role,
                "text": row.text,
                "created": row.created,
                "answer": json.dumps(answer) if answer else None,
                "disposition": triage["disposition"] if triage else None,
                "triage": json.dumps(triage) if triage else None,
                "timings": json.dumps(timings) if timings is not None else None,
                "rating": row.rating,
            },
        )


def _create_full_text() -> None:
    # Short beginnings of words have lists of their own: a search while somebody types must not join thousands of lists.
    op.execute(
        "CREATE VIRTUAL TABLE messages_fts USING fts5(text, content='messages', content_rowid='number',"
        " prefix='1 2 3', tokenize='porter unicode61 remove_diacritics 2')"
    )
    # What is erased must leave the index at once, not when its segments happen to be merged.
    op.execute("INSERT INTO messages_fts (messages_fts, rank) VALUES ('secure-delete', 1)")
    removal = "INSERT INTO messages_fts (messages_fts, rowid, text) VALUES ('delete', old.number, old.text);"
    addition = "INSERT INTO messages_fts (rowid, text) VALUES (new.number, new.text);"
    op.execute(f"CREATE TRIGGER messages_added AFTER INSERT ON messages BEGIN {addition} END")
    op.execute(f"CREATE TRIGGER messages_removed AFTER DELETE ON messages BEGIN {removal} END")
    op.execute(f"CREATE TRIGGER messages_changed AFTER UPDATE OF text ON messages BEGIN {removal} {addition} END")
    op.execute("INSERT INTO messages_fts (messages_fts) VALUES ('rebuild')")

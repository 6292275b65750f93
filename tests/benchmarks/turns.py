"""Measure turns, searches and writes with real questions on the real library."""

from __future__ import annotations

import json
import sqlite3
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import create_engine, event
from sqlalchemy.pool import StaticPool

from medbot_desktop.domain import Answer, Finished
from medbot_desktop.memory.conversations import ConversationStore
from medbot_desktop.vault.schema import Base
from medbot_desktop.vault.vault import Vault
from medbot_desktop.workspace import Workspace
from tests.benchmarks.figures import Figure, percentile

_QUESTIONS = Path(__file__).parent.parent / "evaluation" / "questions.jsonl"
_WRITES = 200


def questions(limit: int | None) -> list[str]:
    """The questions of the half that development may see."""
    lines = [json.loads(line) for line in _QUESTIONS.read_text(encoding="utf-8").splitlines()]
    return [line["text"] for line in lines if line["half"] == "dev"][:limit]


def measure_turns(limit: int | None) -> list[Figure]:
    """Whole turns without composing, searches, and the write of a turn."""
    with Workspace.open("demo") as workspace:
        if workspace.text_model is not None:
            workspace.text_model.wait_ready(60)
        talk = workspace.conversations.start()
        answers: list[Answer] = []
        totals, firsts, searches = [], [], []
        for text in ["warm up", *questions(limit)]:
            begun = time.perf_counter()
            last = list(workspace.assistant.respond(talk, text))[-1]
            totals.append((time.perf_counter() - begun) * 1e3)
            assert isinstance(last, Finished), last
            answers.append(last.answer)
            firsts.append(float(last.answer.timings_ms["first_text"]))
            begun = time.perf_counter()
            workspace.retriever.retrieve(text)
            searches.append((time.perf_counter() - begun) * 1e3)
        passages = len(workspace.libraries.passages())
    return [
        Figure("whole turn without composing, p50", percentile(totals[1:], 50), "ms", most=150),
        Figure("whole turn without composing, p95", percentile(totals[1:], 95), "ms", most=400),
        Figure("first words of a turn, p50", percentile(firsts[1:], 50), "ms"),
        Figure(
            "retrieval with the query's embedding, p95",
            percentile(searches[1:], 95),
            "ms",
            most=30,
            beside=f"{passages:,} passages (the budget is for 100,000)",
        ),
        *_writes(max(answers, key=lambda answer: len(answer.citations))),
    ]


def _writes(answer: Answer) -> list[Figure]:
    """The write of one turn into SQLCipher, into plain SQLite by the same code, and by bare statements."""
    ciphered, plain, bare = [], [], []
    vault, same, connection = Vault.open_in_memory(), _plain_vault(), _bare_database()
    for store, times in ((ConversationStore(vault), ciphered), (ConversationStore(same), plain)):
        talk = store.start()
        times.extend(_milliseconds(lambda: store.record(talk.id, answer)))  # noqa: B023  (called at once)
    bare.extend(_milliseconds(lambda: _bare_write(connection, answer)))
    vault.close()
    same.close()
    connection.close()
    ours, theirs, least = (percentile(times, 50) for times in (ciphered, plain, bare))
    return [
        Figure(
            "write of a turn, p50", ours, "ms", beside=f"{theirs:.2f} ms plain SQLite, {least:.2f} ms bare statements"
        ),
        Figure(
            "write of a turn, ratio", ours / theirs, "x", most=1.5, beside="plain SQLite by the same code, in memory"
        ),
    ]


def _milliseconds(work: Callable[[], object]) -> Sequence[float]:
    times = []
    for _ in range(_WRITES):
        begun = time.perf_counter()
        work()
        times.append((time.perf_counter() - begun) * 1e3)
    return times


def _plain_vault() -> Vault:
    def connect() -> sqlite3.Connection:
        return _settings(sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None))

    engine = create_engine("sqlite://", creator=connect, poolclass=StaticPool)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    Base.metadata.create_all(engine)
    return Vault(engine)


def _settings(connection: sqlite3.Connection) -> sqlite3.Connection:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection


def _bare_database() -> sqlite3.Connection:
    connection = _settings(sqlite3.connect(":memory:", isolation_level=None))
    connection.execute("CREATE TABLE messages (id TEXT PRIMARY KEY, position INTEGER, text TEXT, answer TEXT)")
    connection.execute("CREATE TABLE citations (message_id TEXT REFERENCES messages (id), n INTEGER, passage TEXT)")
    return connection


def _bare_write(connection: sqlite3.Connection, answer: Answer) -> None:
    connection.execute("BEGIN")
    (position,) = connection.execute("SELECT count(*) FROM messages").fetchone()
    asked, answered = uuid.uuid4().hex, uuid.uuid4().hex
    rows = [(asked, position, answer.question, None), (answered, position + 1, answer.text, "{}")]
    connection.executemany("INSERT INTO messages VALUES (?, ?, ?, ?)", rows)
    cited = [(answered, citation.n, citation.passage.text) for citation in answer.citations]
    connection.executemany("INSERT INTO citations VALUES (?, ?, ?)", cited)
    connection.execute("COMMIT")

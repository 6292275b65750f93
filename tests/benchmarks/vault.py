"""Measure the vault on the disk: the write of a turn, the opening of a large vault, and a search in it."""

from __future__ import annotations

import random
import sqlite3
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert
from sqlcipher3 import dbapi2

from medbot_desktop.domain import Answer
from medbot_desktop.memory.conversations import ConversationStore
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.data_key import DataKey
from medbot_desktop.vault.database import configure, engine_on, write_ahead
from medbot_desktop.vault.roles import DEMO_ACCOUNT
from medbot_desktop.vault.schema import ConversationRow, MessageRow
from medbot_desktop.vault.vault import Vault, account_row
from tests.benchmarks.figures import Figure, percentile

MESSAGES = 100_000
_IN_A_CONVERSATION = 20
_WRITES = 200
_OPENINGS = 10
_SEARCHES = ("fever", "the", "cough at night", '"sore throat"', "itchin", "blood pressure tablets", "zebra")
_ROUNDS = 5


def measure_vault(answer: Answer, texts: Sequence[str], messages: int = MESSAGES) -> list[Figure]:
    """The figures of a vault on the disk.

    Args:
        answer: a turn of ordinary size.
        texts: what the messages of the large vault are made of.
        messages: how many messages it has.
    """
    with tempfile.TemporaryDirectory() as folder:
        return [*_writes(answer, Path(folder)), *_large(Path(folder), texts, messages)]


def _writes(answer: Answer, folder: Path) -> list[Figure]:
    """The write of one turn into SQLCipher, into plain SQLite by the same code, and by bare statements, in turns."""
    key = DataKey.random()
    vault = Vault.open(folder / "ciphered.db", key)
    plain = Vault(engine_on(_plain_connection(folder / "plain.db")))
    stores = []
    for each in (vault, plain):
        each.migrate()
        with each.transaction() as session:
            session.add(account_row(DEMO_ACCOUNT))
        store = ConversationStore(each, Access(each, DEMO_ACCOUNT))
        stores.append((store, store.start().id))
    bare = _bare_database(folder / "bare.db")
    times: tuple[list[float], list[float], list[float]] = ([], [], [])
    for _ in range(_WRITES):
        for (store, talk), taken in zip(stores, times, strict=False):
            taken.append(_milliseconds(lambda: store.record(talk, answer)))  # noqa: B023  (called at once)
        times[2].append(_milliseconds(lambda: _bare_write(bare, answer)))
    for each in (vault, plain, bare):
        each.close()
    ours, theirs, least = (percentile(taken, 50) for taken in times)
    return [
        Figure(
            "write of a turn, p50", ours, "ms", beside=f"{theirs:.2f} ms plain SQLite, {least:.2f} ms bare statements"
        ),
        Figure(
            "write of a turn, ratio",
            ours / theirs,
            "x",
            most=1.5,
            beside="plain SQLite, same code and settings, on disk",
        ),
    ]


def _large(folder: Path, texts: Sequence[str], messages: int) -> list[Figure]:
    key = DataKey.random()
    file = folder / "large.db"
    _fill(file, key, texts, messages)
    openings = [_milliseconds(lambda: _open_and_list(file, key)) for _ in range(_OPENINGS)]
    vault = Vault.open(file, key)
    store = ConversationStore(vault, Access(vault, DEMO_ACCOUNT))
    taken = {words: [_milliseconds(lambda: store.search(words)) for _ in range(_ROUNDS)] for words in _SEARCHES}  # noqa: B023
    vault.close()
    slowest = max(taken, key=lambda words: percentile(taken[words], 50))
    everything = [time for times in taken.values() for time in times]
    beside = f"{messages:,} messages, {file.stat().st_size / 1e6:,.0f} MB"
    return [
        Figure("opening a vault and listing, p50", percentile(openings, 50), "ms", most=300, beside=beside),
        Figure("search of conversations, p50", percentile(everything, 50), "ms", most=50, beside=beside),
        Figure(
            "search of conversations, slowest words",
            percentile(taken[slowest], 50),
            "ms",
            most=50,
            beside=f"“{slowest}”",
        ),
    ]


def _open_and_list(file: Path, key: DataKey) -> None:
    vault = Vault.open(file, key)
    ConversationStore(vault, Access(vault, DEMO_ACCOUNT)).list()
    vault.close()


def _fill(file: Path, key: DataKey, texts: Sequence[str], messages: int) -> None:
    """Write conversations of twenty messages over three years."""
    chance = random.Random(3)
    vault = Vault.open(file, key)
    vault.migrate()
    begun = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=1_000)
    step = timedelta(days=1_000) / messages
    talks, rows = [], []
    for number in range(messages):
        position = number % _IN_A_CONVERSATION
        if position == 0:
            talk = uuid.uuid4().hex
            moment = begun + number * step
            talks.append(
                {
                    "id": talk,
                    "title": chance.choice(texts)[:60],
                    "started": moment,
                    "updated": moment,
                    "pinned": False,
                    "at_kiosk": False,
                    "account_id": DEMO_ACCOUNT.id,
                }
            )
        role = "medbot" if position % 2 else "person"
        rows.append(
            {
                "id": uuid.uuid4().hex,
                "conversation_id": talk,
                "position": position,
                "role": role,
                "text": " ".join(chance.choices(texts, k=3)) if position % 2 else chance.choice(texts),
                "created": begun + number * step,
            }
        )
    with vault.transaction() as session:
        session.add(account_row(DEMO_ACCOUNT))
        session.flush()
        session.execute(insert(ConversationRow), talks)
        session.execute(insert(MessageRow), rows)
    vault.close()


def _milliseconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1e3


def _plain_connection(file: Path) -> dbapi2.Connection:
    """The same SQLite without a key, which then writes no cipher, with the same settings."""
    connection = dbapi2.connect(str(file), check_same_thread=False, isolation_level=None)
    configure(connection)
    write_ahead(connection)
    return connection


def _bare_database(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
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

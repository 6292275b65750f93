"""Kill a program that writes turns, at random moments: what it reported as stored is there, whole, and no half turn."""

from __future__ import annotations

import os
import random
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from medbot_desktop.domain import Answer, Citation, Disposition, Intent, Passage, RedFlag, Triage, Utterance
from medbot_desktop.memory.conversations import ConversationStore
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.data_key import DataKey
from medbot_desktop.vault.roles import Account, Role
from medbot_desktop.vault.vault import Vault, account_row

MOMENTS = 500
LONGEST_S = 0.08
VAULTS = 10
CITATIONS = 3
WRITER = Account("writer", "writer", Role.CLINICIAN)

WHOLE = {
    "answers without their question": "SELECT count(*) FROM messages a WHERE role = 'medbot' AND NOT EXISTS (SELECT 1"
    " FROM messages q WHERE q.conversation_id = a.conversation_id AND q.position = a.position - 1)",
    "questions without their answer": "SELECT count(*) FROM messages q WHERE role = 'person' AND NOT EXISTS (SELECT 1"
    " FROM messages a WHERE a.conversation_id = q.conversation_id AND a.position = q.position + 1)",
    "answers without all their citations": "SELECT count(*) FROM messages m WHERE role = 'medbot' AND"
    f" (SELECT count(*) FROM citations WHERE message_id = m.id) != {CITATIONS}",
    "answers without triage": "SELECT count(*) FROM messages WHERE role = 'medbot' AND (triage IS NULL OR"
    " disposition IS NULL OR timings IS NULL)",
    "emergencies without their entry in the trail": "SELECT (SELECT count(*) FROM messages WHERE"
    " disposition = 'emergency') > (SELECT count(*) FROM audit WHERE action = 'emergency_shown')",
    "words that the full text does not know": "SELECT (SELECT count(*) FROM messages) !="
    " (SELECT count(*) FROM messages_fts_docsize)",
}


def turn(number: int) -> Answer:
    """A turn of some size; every seventh is an emergency."""
    passage = Passage("core/cough/0", "core", "cough", "Cough", "What it is", "A cough clears the airways. " * 20, 0, 9)
    flag = RedFlag("sepsis", "It may be sepsis.", "NICE 2024")
    return Answer(
        question=f"question {number} " + "about a cough " * 20,
        text="A cough clears the airways. [1] " * 10,
        utterance=Utterance("question", "en", Intent("health_question")),
        skill="health_question",
        triage=Triage(Disposition.EMERGENCY, (flag,)) if number % 7 == 0 else Triage(),
        citations=tuple(Citation(n, passage, ((0, 27),), 0.5) for n in range(1, CITATIONS + 1)),
        timings_ms={"total": 31},
    )


def write_turns(file: Path, key: bytes, reported: Connection) -> None:
    """Write turns for ever, and report each one once it is stored."""
    vault = Vault.open(file, DataKey(key))
    store = ConversationStore(vault, Access(vault, WRITER))
    talk = store.start()
    number = 0
    while True:
        answer = turn(number)
        if answer.triage.red_flags:
            store.note_emergency(talk.id, answer.triage)
        reported.send_bytes(store.record(talk.id, answer).encode())
        number += 1


def new_vault(file: Path) -> bytes:
    file.parent.mkdir()
    key = DataKey.random()
    vault = Vault.open(file, key)
    vault.migrate()
    with vault.transaction() as session:
        session.add(account_row(WRITER))
    vault.close()
    return key.raw


def kill_while_writing(context: ForkServerContext, file: Path, key: bytes, seconds: float) -> list[str]:
    """Start a writer, kill it ``seconds`` after its first report, and return what it reported as stored."""
    mine, theirs = context.Pipe(duplex=False)
    process = context.Process(target=write_turns, args=(file, key, theirs))
    process.start()
    theirs.close()
    stored = []
    assert mine.poll(30), "The writer never stored anything."
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if mine.poll(left):
            stored.append(mine.recv_bytes().decode())
    process.kill()
    process.join()
    try:
        while True:  # what it reported before it died
            stored.append(mine.recv_bytes().decode())
    except EOFError:
        return stored


def drop_cache(folder: Path) -> None:
    """Let the system forget what it holds of the files, so that they are read from the disk."""
    if hasattr(os, "posix_fadvise"):
        for file in folder.iterdir():
            descriptor = os.open(file, os.O_RDONLY)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(descriptor)


def missing(session: Session, ids: list[str]) -> set[str]:
    return set(ids) - set(session.scalars(text("SELECT id FROM messages")))


def kill_often(context: ForkServerContext, file: Path, key: bytes, seed: int) -> int:
    """Kill one writer after another on one vault, and check it after each; returns how many turns were reported."""
    chance, stored = random.Random(seed), list[str]()
    for _ in range(MOMENTS // VAULTS):
        stored += kill_while_writing(context, file, key, chance.uniform(0, LONGEST_S))
        drop_cache(file.parent)
        vault = Vault.open(file, DataKey(key))
        with vault.driver() as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA cipher_integrity_check").fetchall() == []
        with vault.transaction() as session:
            assert missing(session, stored) == set()
            for what, count in WHOLE.items():
                assert session.scalar(text(count)) == 0, what
        vault.close()
    return len(stored)


@pytest.mark.slow
def test_a_writer_killed_at_any_moment_loses_nothing_that_it_reported(
    spawning: ForkServerContext, tmp_path: Path
) -> None:
    files = [tmp_path / str(number) / "vault.db" for number in range(VAULTS)]
    keys = [new_vault(file) for file in files]
    with ThreadPoolExecutor(2) as at_once:
        reported = at_once.map(kill_often, [spawning] * VAULTS, files, keys, range(VAULTS))
        assert sum(reported) > MOMENTS

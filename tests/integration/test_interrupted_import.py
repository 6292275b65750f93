"""Kill an import at any moment, fill its disk, pull out its stick: nothing is half in the library, and it goes on."""

from __future__ import annotations

import json
import random
import shutil
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest
from sqlalchemy import text

from medbot_desktop.errors import DiskFullError
from medbot_desktop.knowledge.importing.file_states import Standing
from medbot_desktop.vault.data_key import DataKey
from medbot_desktop.vault.vault import Vault
from tests.disks import fill, small_disk
from tests.unit.knowledge.importers import Library

KILLS = 12
FILES = 6
RECORDS = 300

WHOLE = {
    "files that are half in the library": "SELECT count(*) FROM files f WHERE state = 'done' AND"
    f" (SELECT count(*) FROM documents WHERE file_id = f.id AND NOT is_staged) != {RECORDS}",
    "documents of files that are not in": "SELECT count(*) FROM documents d JOIN files f ON f.id = d.file_id"
    " WHERE NOT d.is_staged AND f.state != 'done'",
    "passages that full text does not know": "SELECT (SELECT count(*) FROM passages) !="
    " (SELECT count(*) FROM passages_fts_docsize)",
    "documents in the library without a passage": "SELECT count(*) FROM documents d WHERE NOT is_staged AND NOT EXISTS"
    " (SELECT 1 FROM passages WHERE document_id = d.id)",
}


def records(file: Path, seed: int) -> Path:
    lines = [
        json.dumps({"id": f"{seed}-{n}", "title": f"Title {seed} {n}", "text": f"Answer {n} of file {seed}. " * 5})
        for n in range(RECORDS)
    ]
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def import_all(file: Path, key: bytes, begun: Connection) -> None:
    """Work through the queue of a vault, in a process that is going to be killed."""
    library = Library(Vault.open(file, DataKey(key)))
    begun.send_bytes(b"begun")
    library.work()


def killed_after(context: ForkServerContext, file: Path, key: bytes, seconds: float) -> None:
    mine, theirs = context.Pipe(duplex=False)
    process = context.Process(target=import_all, args=(file, key, theirs))
    process.start()
    theirs.close()
    assert mine.poll(60), "The import never began."
    time.sleep(seconds)
    process.kill()
    process.join()


@pytest.fixture
def key() -> DataKey:
    return DataKey.random()


@pytest.fixture
def vault(tmp_path: Path, key: DataKey) -> Iterator[Vault]:
    opened = Vault.open(tmp_path / "vault.db", key)
    opened.migrate()
    yield opened
    opened.close()


def test_an_import_killed_at_any_moment_goes_on_and_shows_nothing_half(
    spawning: ForkServerContext, vault: Vault, key: DataKey, tmp_path: Path
) -> None:
    library = Library(vault)
    library.queue.add("clinic", [records(tmp_path / f"{n}.jsonl", n) for n in range(FILES)])
    chance = random.Random(1)
    for _ in range(KILLS):
        killed_after(spawning, tmp_path / "vault.db", key.raw, chance.uniform(0, 1.0))
        with vault.reading() as session:
            for what, count in WHOLE.items():
                assert session.scalar(text(count)) == 0, what
    files = library.work()
    assert {file.standing for file in files} == {Standing.DONE}
    assert len(library.documents()) == library.rows("documents") == FILES * RECORDS


def test_a_disk_that_fills_leaves_nothing_half_and_the_import_goes_on_when_there_is_room(
    key: DataKey, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", 6_000) as disk:
        vault = Vault.open(disk / "vault.db", key)
        vault.migrate()
        library = Library(vault)
        library.queue.add("clinic", [records(tmp_path / f"{n}.jsonl", n) for n in range(FILES)])
        fill(disk, leave=700_000)
        try:
            files = library.work()
        except DiskFullError:
            files = library.queue.files()
        assert not {file.standing for file in files} <= {Standing.DONE}
        assert library.documents() == {}
        (disk / "filler").unlink()
        for file in files:
            library.queue.retry(file.id)
        assert {file.standing for file in library.work()} == {Standing.DONE}
        assert len(library.documents()) == library.rows("documents") == FILES * RECORDS
        vault.close()


def test_a_stick_that_is_pulled_out_costs_what_was_not_read_yet(vault: Vault, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    paths = [records(stick / f"{n}.jsonl", n) for n in range(3)]
    library = Library(vault)
    library.queue.add("clinic", paths)
    for state in library.importing.run():
        if state.name == "1.jsonl" and state.documents > 100:
            shutil.rmtree(stick, ignore_errors=True)
    files = library.queue.files()
    assert [file.standing for file in files] == [Standing.DONE, Standing.FAILED, Standing.FAILED]
    assert files[1].message == "1.jsonl cannot be read."
    assert len(library.documents()) == library.rows("documents") == RECORDS

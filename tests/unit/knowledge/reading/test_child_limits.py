"""What a process that reads documents cannot do, whatever the document has made of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from medbot_desktop.knowledge.document import Document
from medbot_desktop.knowledge.reading.messages import Limits
from medbot_desktop.knowledge.reading.process import DocumentProcess
from tests.unit.knowledge import hostile_readers

only_linux = pytest.mark.skipif(sys.platform != "linux", reason="native code is held back by Linux alone")


@pytest.fixture(scope="module")
def hostile() -> Iterator[DocumentProcess]:
    """A child whose readers do what a file says; it was started where the environment holds a secret."""
    with pytest.MonkeyPatch.context() as patched, DocumentProcess(child=hostile_readers.run) as started:
        patched.setenv("MEDBOT_SECRET", "open sesame")
        yield started


def outcome(process: DocumentProcess, folder: Path, words: str) -> str:
    """What came of what a file says."""
    path = folder / "leaflet.txt"
    path.write_text(words, encoding="utf-8")
    (document,) = (came for came in process.read(path) if isinstance(came, Document))
    assert sorted(folder.iterdir()) == [path]
    return document.body


@pytest.mark.parametrize("words", ["socket", "local socket", "native socket", "native local socket"])
@only_linux
def test_it_reaches_no_network(hostile: DocumentProcess, tmp_path: Path, words: str) -> None:
    assert outcome(hostile, tmp_path, words) in ("PermissionError", "EPERM")


@pytest.mark.parametrize(
    "words",
    [
        "write", "append", "remove", "rename", "make folder", "link", "native write", "native folder",
        "native memory file",
    ],
)  # fmt: skip
@only_linux
def test_it_changes_no_file(hostile: DocumentProcess, tmp_path: Path, words: str) -> None:
    assert outcome(hostile, tmp_path, words) in ("PermissionError", "EPERM")


@pytest.mark.parametrize(
    "words", ["program", "shell", "fork", "become", "native fork", "native clone", "native become"]
)
@only_linux
def test_it_starts_no_other_process(hostile: DocumentProcess, tmp_path: Path, words: str) -> None:
    assert outcome(hostile, tmp_path, words) in ("PermissionError", "EPERM")
    assert psutil.Process(hostile.id).children() == []


@pytest.mark.parametrize("words", ["kill", "native kill", "native trace"])
@only_linux
def test_it_does_nothing_to_another_process(hostile: DocumentProcess, tmp_path: Path, words: str) -> None:
    assert outcome(hostile, tmp_path, words) in ("PermissionError", "EPERM")


def test_it_may_start_threads(hostile: DocumentProcess, tmp_path: Path) -> None:
    assert outcome(hostile, tmp_path, "threads") == "started"


def test_it_opens_no_more_files_than_it_may(hostile: DocumentProcess, tmp_path: Path) -> None:
    assert outcome(hostile, tmp_path, "open many") == "OSError"
    assert psutil.Process(hostile.id).num_fds() <= Limits().open_files


def test_it_knows_nothing_of_the_environment_that_it_was_started_in(hostile: DocumentProcess, tmp_path: Path) -> None:
    environment = outcome(hostile, tmp_path, "environment")
    assert "open sesame" not in environment
    assert "OMP_NUM_THREADS" in environment


def test_it_lets_every_other_program_go_first(hostile: DocumentProcess, tmp_path: Path) -> None:
    assert outcome(hostile, tmp_path, "priority") == "19"

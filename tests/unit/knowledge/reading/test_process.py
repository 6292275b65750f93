"""Documents are read in another process: what goes wrong with one costs that one, and the next is read."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path

import psutil
import pytest
from PIL import Image

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.document import Document, Reading
from medbot_desktop.knowledge.readers.kinds import reader_for
from medbot_desktop.knowledge.reading.messages import Limits
from medbot_desktop.knowledge.reading.process import DocumentProcess
from tests.unit.knowledge import hostile_readers
from tests.unit.knowledge.readers.made_files import WORD, docx, epub, json_lines, paragraph, small_files, zipped
from tests.unit.knowledge.readers.made_pdfs import SENTENCE, form_object, one_page, text_at

LIBRARY = Path(__file__).parents[4] / "resources" / "library"
QUICK = Limits(seconds=1, page_seconds=1, silent_seconds=3, memory_bytes=300_000_000, document_bytes=3_000_000)
NAMES = [
    b"plain.txt", b"caf\xc3\xa9.txt", b"\xff\xfe\x80.txt", b"two\nlines.txt", b"tab\tand\rreturn.txt", b"quo\"te'd.txt",
    "\N{FACE WITH THERMOMETER}.txt".encode(), b" leading and trailing ", b"-rf", b"$(reboot);`reboot`", b"%s%n{0}",
    b"\x01\x1b[31m\x7f.txt", "\u202egpj.exe".encode(), b"a" * 255, b"...", b"back\\slash", b"no ending",
]  # fmt: skip


@pytest.fixture(scope="module")
def process() -> Iterator[DocumentProcess]:
    """The real child, with the limits that people have."""
    with DocumentProcess() as started:
        yield started


@pytest.fixture(scope="module")
def hostile() -> Iterator[DocumentProcess]:
    """A child whose readers do what a file says, held more tightly."""
    with DocumentProcess(QUICK, child=hostile_readers.run) as started:
        yield started


def documents(process: DocumentProcess, path: Path) -> list[Document]:
    """All documents of a file."""
    return [came for came in process.read(path) if isinstance(came, Document)]


def refusal(process: DocumentProcess, path: Path) -> LibraryError:
    """Why a file is refused."""
    with pytest.raises(LibraryError) as refused:
        documents(process, path)
    return refused.value


def saying(folder: Path, words: str) -> Path:
    """A file that says what a hostile reader does with it."""
    path = folder / "leaflet.txt"
    path.write_text(words, encoding="utf-8")
    return path


def test_every_kind_of_file_comes_as_it_does_without_another_process(process: DocumentProcess, tmp_path: Path) -> None:
    for path in [*small_files(tmp_path).values(), *sorted(LIBRARY.glob("*.md"))[:5]]:
        assert documents(process, path) == list(reader_for(path).read(path))


def test_a_document_of_many_frames_comes_as_it_does_without_another_process(
    process: DocumentProcess, tmp_path: Path
) -> None:
    path = tmp_path / "long.html"
    rows = "".join(f"<tr><td>row {number} – é</td><td>{number}</td></tr>" for number in range(4_000))
    path.write_text(
        f"<html><head><meta charset='utf-8'></head><body><h1>Long</h1><p>{'word ' * 30_000}</p><h2>Table</h2>"
        f"<table><tr><th>Name</th><th>Dose</th></tr>{rows}</table></body></html>",
        encoding="utf-8",
    )
    assert documents(process, path) == list(reader_for(path).read(path))


def test_one_child_reads_many_files(process: DocumentProcess, tmp_path: Path) -> None:
    children = set()
    for path in small_files(tmp_path).values():
        documents(process, path)
        children.add(process.id)
    assert len(children) == 1


@pytest.mark.slow
def test_a_fresh_child_takes_over_after_as_many_files_as_one_may_read(tmp_path: Path) -> None:
    children = []
    with DocumentProcess(Limits(files_each=2), child=hostile_readers.run) as process:
        for _ in range(4):
            documents(process, saying(tmp_path, "words"))
            children.append(process.id)
    assert children[0] == children[1] != children[2] == children[3]


def test_no_child_is_started_before_a_file_is_asked_for() -> None:
    with DocumentProcess() as process:
        assert process.id is None


def test_the_readers_own_refusal_comes_through_and_the_child_goes_on(process: DocumentProcess, tmp_path: Path) -> None:
    path = tmp_path / "old.doc"
    path.write_bytes(b"\xd0\xcf\x11\xe0" + b"x" * 1000)
    documents(process, next(LIBRARY.glob("*.md")))
    before = process.id
    error = refusal(process, path)
    assert (error.message, error.hint) == (
        "old.doc is an old or an encrypted Office file.",
        "Save it as .docx or PDF without a password, and add that.",
    )
    assert process.id == before


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("hang", "leaflet.txt takes too long to be read."),
        ("loop", "leaflet.txt takes too long to be read."),
        ("segfault", "leaflet.txt made the part of MedBot that reads documents crash."),
        pytest.param(
            "abort", "leaflet.txt made the part of MedBot that reads documents crash.", marks=pytest.mark.slow
        ),
        pytest.param(
            "leave", "leaflet.txt made the part of MedBot that reads documents crash.", marks=pytest.mark.slow
        ),
        ("break", "leaflet.txt cannot be read: something in it is not as it should be."),
        ("recurse", "leaflet.txt cannot be read: something in it is not as it should be."),
        ("grow", "leaflet.txt takes more memory to be read than a document may."),
        pytest.param(
            "grow natively", "leaflet.txt takes more memory to be read than a document may.", marks=pytest.mark.slow
        ),
        ("endless documents", "leaflet.txt gives more text than a file of its size may."),
        pytest.param("long title", "leaflet.txt gives more text than a file of its size may.", marks=pytest.mark.slow),
    ],
)
def test_a_file_that_takes_over_its_reader_costs_itself_alone(
    hostile: DocumentProcess, tmp_path: Path, words: str, sentence: str
) -> None:
    error = refusal(hostile, saying(tmp_path, words))
    assert error.message == sentence
    assert error.hint
    assert documents(hostile, saying(tmp_path, "The next file.")) == [hostile_readers.document("The next file.")]


def test_what_a_reader_prints_is_shown_nowhere(
    hostile: DocumentProcess, tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    documents(hostile, saying(tmp_path, "print"))
    refusal(hostile, saying(tmp_path, "break"))
    refusal(hostile, saying(tmp_path, "segfault"))
    assert (*capfd.readouterr(), "private" in caplog.text) == ("", "", False)


@pytest.mark.slow
@pytest.mark.parametrize("words", list(hostile_readers.LIES))
def test_a_child_that_does_not_keep_to_the_messages_is_stopped(
    lying: DocumentProcess, tmp_path: Path, words: str
) -> None:
    documents(lying, saying(tmp_path, "the truth"))
    before = lying.id
    error = refusal(lying, saying(tmp_path, words))
    assert error.message == "leaflet.txt made the part of MedBot that reads documents go wrong."
    assert before is not None
    assert not psutil.pid_exists(before)


@pytest.fixture(scope="module")
def lying() -> Iterator[DocumentProcess]:
    """A child that says what no child may say."""
    with DocumentProcess(QUICK, child=hostile_readers.lie) as started:
        yield started


@pytest.mark.slow
def test_a_frame_that_never_ends_is_not_waited_for_without_end(tmp_path: Path) -> None:
    with DocumentProcess(QUICK, child=hostile_readers.begin_a_frame) as process:
        assert refusal(process, saying(tmp_path, "words")).message == "leaflet.txt takes too long to be read."


def test_a_child_that_never_begins_is_no_fault_of_the_file(tmp_path: Path) -> None:
    with DocumentProcess(child=hostile_readers.die_at_once) as process:
        assert refusal(process, saying(tmp_path, "words")).message == (
            "Documents cannot be read, because the process that reads them does not start."
        )


def test_the_caller_hears_how_far_a_file_is_read_while_it_is_read(hostile: DocumentProcess, tmp_path: Path) -> None:
    came = list(hostile.read(saying(tmp_path, "pages")))
    marks = [(mark.share, mark.pages) for mark in came if isinstance(mark, Reading)]
    assert {(0.125, 1), (0.25, 2), (0.375, 3)} <= set(marks)
    assert marks[-1] == (1.0, 4)


@pytest.mark.slow
def test_each_page_brings_time_of_its_own(hostile: DocumentProcess, tmp_path: Path) -> None:
    assert len(documents(hostile, saying(tmp_path, "pages of work"))) == 1


def test_the_share_of_a_file_of_many_documents_is_how_much_of_it_has_been_read(
    process: DocumentProcess, tmp_path: Path
) -> None:
    path = json_lines(tmp_path / "many.jsonl", [record(number) for number in range(5_000)])
    shares = [came.share for came in process.read(path) if isinstance(came, Reading)]
    assert shares == sorted(shares)
    assert any(0 < share < 1 for share in shares)
    assert shares[-1] == 1.0


def record(number: int) -> dict[str, object]:
    """A line of a file of many documents."""
    return {"id": str(number), "title": f"Title {number}", "text": "A cold is mild. " * 20}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says how far another process has read a file")
def test_what_is_not_asked_for_is_not_read(process: DocumentProcess, tmp_path: Path) -> None:
    path = json_lines(tmp_path / "many.jsonl", [record(number) for number in range(20_000)])
    reading = process.read(path)
    while not isinstance(next(reading), Document):
        pass
    child = psutil.Process(process.id)
    places = [-1, -2]
    while places[-1] != places[-2]:
        time.sleep(0.3)
        places.append(next(file.position for file in child.open_files() if file.path == str(path)))
    assert places[-1] < path.stat().st_size / 20
    reading.close()


def test_closing_what_is_being_read_stops_the_child(hostile: DocumentProcess, tmp_path: Path) -> None:
    reading = hostile.read(saying(tmp_path, "loop"))
    next(reading)
    child = hostile.id
    assert child is not None
    reading.close()
    assert not psutil.pid_exists(child)
    assert documents(hostile, saying(tmp_path, "words")) == [hostile_readers.document("words")]


def test_a_second_file_waits_until_the_first_one_has_ended(hostile: DocumentProcess, tmp_path: Path) -> None:
    reading = hostile.read(saying(tmp_path, "hang"))
    next(reading)
    with pytest.raises(RuntimeError):
        next(hostile.read(saying(tmp_path, "words")))
    reading.close()


def test_a_child_that_is_killed_costs_the_file_that_it_was_reading(hostile: DocumentProcess, tmp_path: Path) -> None:
    reading = hostile.read(saying(tmp_path, "pages"))
    while next(reading) != Reading(0.125, 1):
        pass
    assert hostile.id is not None
    os.kill(hostile.id, signal.SIGKILL)
    with pytest.raises(LibraryError, match="crash"):
        list(reading)
    assert documents(hostile, saying(tmp_path, "words")) == [hostile_readers.document("words")]


def test_a_child_that_is_killed_between_two_files_costs_none(hostile: DocumentProcess, tmp_path: Path) -> None:
    documents(hostile, saying(tmp_path, "words"))
    assert hostile.id is not None
    os.kill(hostile.id, signal.SIGKILL)
    assert documents(hostile, saying(tmp_path, "more words")) == [hostile_readers.document("more words")]


def _read_on(path: Path, told: Connection) -> None:
    with DocumentProcess(child=hostile_readers.run) as process:
        for _ in process.read(path):
            if process.id is not None:
                told.send(process.id)


@pytest.mark.slow
@pytest.mark.parametrize("words", ["hang", "loop"])
def test_no_child_outlives_its_parent(spawning: ForkServerContext, tmp_path: Path, words: str) -> None:
    told, theirs = spawning.Pipe(duplex=False)
    parent = spawning.Process(target=_read_on, args=(saying(tmp_path, words), theirs))
    parent.start()
    child = psutil.Process(told.recv())
    for _ in range(5):  # by now it has turned to the file
        told.recv()
    assert parent.pid is not None
    os.kill(parent.pid, signal.SIGKILL)
    parent.join()
    child.wait(timeout=30)
    assert not child.is_running()


@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_any_name_is_read(process: DocumentProcess, tmp_path: Path, name: bytes) -> None:
    path = Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), name)))  # noqa: PTH118
    path.write_text("A cold is mild.", encoding="utf-8")
    assert [document.body for document in documents(process, path)] == ["A cold is mild."]


@pytest.mark.parametrize("name", NAMES)
def test_a_refusal_names_a_file_of_any_name_in_one_line(process: DocumentProcess, tmp_path: Path, name: bytes) -> None:
    path = Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), name)))  # noqa: PTH118
    path.write_bytes(b"BZh9 an archive")
    assert refusal(process, path).message.isprintable()


def test_what_is_no_file_is_refused(process: DocumentProcess, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "round").symlink_to(tmp_path / "round")
    (tmp_path / "folder").mkdir()
    (tmp_path / "device").symlink_to("/dev/zero")
    assert [refusal(process, tmp_path / name).message for name in ("pipe", "round", "folder", "device", "missing")] == [
        "pipe is not a file.", "round cannot be read.", "folder is not a file.", "device is not a file.",
        "missing cannot be read.",
    ]  # fmt: skip


def test_a_file_that_is_written_to_while_it_is_read_is_refused(process: DocumentProcess, tmp_path: Path) -> None:
    path = json_lines(tmp_path / "many.jsonl", [record(number) for number in range(2_000)])
    reading = process.read(path)
    while not isinstance(next(reading), Document):
        pass
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(record(2_000)) + "\n")
    with pytest.raises(LibraryError) as refused:
        list(reading)
    assert refused.value.message == "many.jsonl changed while it was read."
    assert refused.value.hint


def test_a_file_that_changes_behind_its_time_and_its_size_is_refused(process: DocumentProcess, tmp_path: Path) -> None:
    path = json_lines(tmp_path / "many.jsonl", [record(number) for number in range(2_000)])
    before = path.stat()
    reading = process.read(path)
    while not isinstance(next(reading), Document):
        pass
    with path.open("r+b") as file:
        file.seek(-10, os.SEEK_END)
        file.write(b"X")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(LibraryError, match="changed while it was read"):
        list(reading)


def test_a_file_that_is_taken_away_while_it_is_read_is_refused(process: DocumentProcess, tmp_path: Path) -> None:
    path = json_lines(tmp_path / "many.jsonl", [record(number) for number in range(2_000)])
    reading = process.read(path)
    while not isinstance(next(reading), Document):
        pass
    path.unlink()
    with pytest.raises(LibraryError, match=r"many\.jsonl was taken away while it was read"):
        list(reading)


def test_another_file_put_in_its_place_while_it_is_read_is_refused(process: DocumentProcess, tmp_path: Path) -> None:
    path = json_lines(tmp_path / "many.jsonl", [record(number) for number in range(2_000)])
    shutil.copy2(path, tmp_path / "other")
    reading = process.read(path)
    while not isinstance(next(reading), Document):
        pass
    (tmp_path / "other").replace(path)
    with pytest.raises(LibraryError, match="changed while it was read"):
        list(reading)


def _laughs() -> str:
    """XML of a few lines that would unfold to a billion words."""
    entities = '<!ENTITY a0 "ha ">' + "".join(
        f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 10)
    )
    return f'<?xml version="1.0"?><!DOCTYPE l [{entities}]>'


def _bomb_docx(folder: Path) -> Path:
    return docx(folder / "bomb.docx", paragraph("ha " * 15_000_000))


def _bomb_epub(folder: Path) -> Path:
    return epub(folder / "bomb.epub", {"a.xhtml": f"<html><body><p>{'ha ' * 15_000_000}</p></body></html>"})


def _laughing_docx(folder: Path) -> Path:
    body = f'{_laughs()}<w:document xmlns:w="{WORD}"><w:body>{paragraph("&a9;")}</w:body></w:document>'
    return docx(folder / "laughs.docx", "", more={"word/document.xml": body})


def _laughing_topics(folder: Path) -> Path:
    path = folder / "laughs.xml"
    path.write_text(
        f"{_laughs()}<health-topics><health-topic title='x' id='1'><full-summary>&a9;</full-summary></health-topic>"
        "</health-topics>",
        encoding="utf-8",
    )
    return path


def _pages_pdf(folder: Path) -> Path:
    path = folder / "pages.pdf"
    path.write_bytes(one_page(text_at(SENTENCE, 72, 700), pages=10_000))
    return path


def _forms_pdf(folder: Path) -> Path:
    """Each of nine forms draws the next one ten times, and the last one draws the first."""
    forms = [form_object(b"/X Do " * 10, b"/XObject << /X %d 0 R >>" % (6 + (number + 1) % 9)) for number in range(9)]
    path = folder / "forms.pdf"
    path.write_bytes(one_page(b"/X Do", b"/XObject << /X 6 0 R >>", more=forms))
    return path


def _huge_picture(folder: Path) -> Path:
    path = folder / "huge.png"
    Image.new("1", (30_000, 30_000)).save(path)
    return path


def _members_docx(folder: Path) -> Path:
    return zipped(folder / "members.docx", {f"word/{number}.xml": "" for number in range(21_000)})


@pytest.mark.slow
@pytest.mark.parametrize(
    "made",
    [
        _bomb_docx, _bomb_epub, _laughing_docx, _laughing_topics, _pages_pdf, _forms_pdf, _huge_picture, _members_docx,
    ],
)  # fmt: skip
def test_a_file_that_is_made_to_explode_costs_itself_alone(
    process: DocumentProcess, tmp_path: Path, made: Callable[[Path], Path]
) -> None:
    path = made(tmp_path)
    error = refusal(process, path)
    assert path.name in error.message
    assert error.hint
    assert documents(process, LIBRARY / "gout.md")


def test_entities_of_a_book_that_would_unfold_to_a_billion_words_are_not_unfolded(
    process: DocumentProcess, tmp_path: Path
) -> None:
    path = epub(tmp_path / "laughs.epub", {"a.xhtml": f"{_laughs()}<html><body><p>Burns &a9;</p></body></html>"})
    assert sum(len(document.body) for document in documents(process, path)) < 1_000

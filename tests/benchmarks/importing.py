"""Add documents of many kinds through a real window, and say how long it was held and how much memory all of it took.

``python -m tests.benchmarks.importing --megabytes 100``; most of a clinic's megabytes are pictures, and so they are
here: scanned pages, photographs in Word files, in web pages and in PDFs. The text beside them is of the library that
ships, put together anew.
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import psutil
from PIL import Image, ImageDraw, ImageFont
from PySide6.QtCore import QEventLoop, Qt, QTimer
from sqlalchemy import select

from medbot_desktop.knowledge.library import read_folder
from medbot_desktop.knowledge.opening import core_folder
from medbot_desktop.text import sentences
from medbot_desktop.ui.app import application
from medbot_desktop.ui.main_window import MainWindow
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.ui.worker import Services, Worker
from medbot_desktop.vault.opening import Credentials
from medbot_desktop.vault.schema import FileRow
from medbot_desktop.workspace import Workspace
from tests.benchmarks.figures import Figure, percentile, print_table
from tests.ui.vault_folders import PASSPHRASE, make_vault
from tests.unit.knowledge.readers import made_files, made_pdfs

MEGABYTES = 10
"""What the table of all figures measures; 100 take some minutes."""

_MB = 1e6
_BEAT_MS = 2
_MOST_MS = 50.0
_SECONDS_BETWEEN_LOOKS = 0.25
_PHOTOGRAPH = (1_000, 750)
_PAGE = (1_240, 1_754)
_LINES_OF_SCAN = 18


def measure_importing(megabytes: int = MEGABYTES) -> list[Figure]:
    """The figures of one import, in a process of its own.

    Args:
        megabytes: how large the documents are together.
    """
    with tempfile.TemporaryDirectory() as home:
        papers = Path(home) / "papers"
        papers.mkdir()
        size = _write_papers(papers, megabytes * _MB)
        make_vault(Path(home))
        environment = dict(os.environ) | {"MEDBOT_HOME": home}
        if "DISPLAY" not in environment and "WAYLAND_DISPLAY" not in environment:
            environment["QT_QPA_PLATFORM"] = "offscreen"
        command = [sys.executable, "-m", "tests.benchmarks.importing", "--drop", str(papers)]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as window:
            most = _watch(psutil.Process(window.pid))
            assert window.stdout is not None
            found = json.loads(window.stdout.read().splitlines()[-1])
    beside = f"{found['files']:,} files, {size / _MB:,.0f} MB, {found['passages']:,} passages"
    return [
        Figure("adding documents of many kinds", found["seconds"], "s", beside=beside),
        Figure("files that could not be added", found["failed"], "files"),
        Figure("the window meanwhile: longest work between two events", found["worked"], "ms", most=_MOST_MS),
        Figure("the window meanwhile: between two events, p99", found["between"], "ms", beside="waiting included"),
        Figure("the window meanwhile: between two events, at most", found["longest"], "ms", beside="waiting included"),
        Figure("the window's process before", found["before"] / _MB, "MB", beside="no text model"),
        Figure("the window's process at most", most[0] / _MB, "MB"),
        Figure("the reading process at most", most[1] / _MB, "MB", beside="text recognition included"),
    ]


def _watch(process: psutil.Process) -> tuple[float, float]:
    """The most memory that the process and its largest child have had, in bytes, once it has ended."""
    own = child = 0.0
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        try:
            own = max(own, process.memory_info().rss)
            for member in process.children(recursive=True):
                child = max(child, member.memory_info().rss)
        except psutil.NoSuchProcess:
            pass
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    return own, child


def _write_papers(folder: Path, size: float) -> int:
    """Documents of as many bytes, a round of all kinds after the other; returns how many bytes there are."""
    chance, noise = random.Random(3), np.random.default_rng(3)
    texts = [block.text for document in read_folder(core_folder()) for s in document.sections for block in s.blocks]
    said = [sentence for text in texts for sentence in sentences(text)]
    written = number = 0
    while written < size:
        number += 1
        picture = _photograph(noise)
        files = {
            f"protocol {number}.docx": _docx(folder, _prose(chance, said, 40), picture),
            f"leaflet {number}.html": _html(_prose(chance, said, 25), picture),
            f"poster {number}.pdf": _pdf(_prose(chance, said, 12), noise),
            f"fax {number}.png": _scan(_prose(chance, said, 8), noise),
            f"notes {number}.txt": "\n\n".join(_prose(chance, said, 60)).encode(),
        }
        for name, content in files.items():
            (folder / name).write_bytes(content)
            written += len(content)
    return written


def _prose(chance: random.Random, said: Sequence[str], paragraphs: int) -> list[str]:
    return [" ".join(chance.sample(said, 5)) for _ in range(paragraphs)]


def _photograph(noise: np.random.Generator) -> bytes:
    stream = io.BytesIO()
    picture = noise.integers(0, 256, (*_PHOTOGRAPH[::-1], 3), dtype=np.uint8)
    Image.fromarray(picture).save(stream, "JPEG", quality=90)
    return stream.getvalue()


def _docx(folder: Path, prose: Sequence[str], picture: bytes) -> bytes:
    file = made_files.docx(folder / "made.docx", "".join(map(made_files.paragraph, prose)), "Protocol")
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("word/media/image1.jpeg", picture)
    content = file.read_bytes()
    file.unlink()
    return content


def _html(prose: Sequence[str], picture: bytes) -> bytes:
    said = "".join(f"<p>{text}</p>" for text in prose)
    shown = base64.b64encode(picture).decode()
    return f'<html><body><h1>Leaflet</h1><img src="data:image/jpeg;base64,{shown}">{said}</body></html>'.encode()


def _pdf(prose: Sequence[str], noise: np.random.Generator) -> bytes:
    width, height = _PHOTOGRAPH
    picture = made_pdfs.picture_object(width, height, noise.integers(0, 256, width * height, np.uint8).tobytes())
    lines = [line for text in prose for line in _lines(text)][:50]
    content = b"q 300 0 0 200 150 620 cm /P Do Q\n" + b"".join(
        made_pdfs.text_at(line, 50, 600 - 12 * at, 10) for at, line in enumerate(lines)
    )
    return made_pdfs.one_page(content, b"/XObject << /P 6 0 R >>", more=[picture])


def _scan(prose: Sequence[str], noise: np.random.Generator) -> bytes:
    page = Image.new("L", _PAGE, 235)
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(26)
    for at, line in enumerate([line for text in prose for line in _lines(text)][:_LINES_OF_SCAN]):
        pen.text((90, 120 + 60 * at), line, fill=25, font=font)
    stream = io.BytesIO()
    grain = noise.integers(-18, 18, np.asarray(page).shape)
    Image.fromarray(np.clip(np.asarray(page) + grain, 0, 255).astype(np.uint8)).save(stream, "PNG")
    return stream.getvalue()


def _lines(text: str) -> list[str]:
    """Lines of a page, without what its font does not have and what a PDF's text would have to escape."""
    plain = (
        "".join(letter for letter in text if letter.isalnum() or letter in " .,-").encode("ascii", "ignore").decode()
    )
    lines, line = [], ""
    for word in plain.split():
        if len(line) + len(word) > 70:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    return [*lines, line]


class _Heart:
    """Beats as often as the window can, and notes what kept it from beating."""

    def __init__(self) -> None:
        self.between: list[float] = []
        self.worked: list[float] = []
        self._at, self._used = time.perf_counter(), time.thread_time()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        at, used = time.perf_counter(), time.thread_time()
        self.between.append(1e3 * (at - self._at) - _BEAT_MS)
        self.worked.append(1e3 * (used - self._used))
        self._at, self._used = at, used


def drop(papers: Path) -> None:
    """Open the window on the clinic's vault, add all papers, and print what was measured as one object."""
    app = application()
    credentials = Credentials("admin", PASSPHRASE)
    worker = Worker(lambda: Workspace.open("clinic", with_text_model=False, credentials=credentials))
    window = MainWindow(Appearance("light"), worker)
    window.show()
    worker.start()
    library = window.library
    _wait(lambda: bool(library.known.libraries))
    window.desk.open_page(1)
    _pause(2)
    before = psutil.Process().memory_info().rss
    begun, heart = time.perf_counter(), _Heart()
    library.adding.add(sorted(papers.iterdir()))
    _pause(2)
    _wait(lambda: not library.adding.importer.is_running)
    seconds = time.perf_counter() - begun
    _pause(3)
    ends: list[tuple[int, int, int]] = []
    worker.run(_ends, ends.append, print)
    _wait(lambda: bool(ends))
    files, failed, passages = ends[0]
    print(
        json.dumps(
            {
                "seconds": seconds,
                "files": files,
                "failed": failed,
                "passages": passages,
                "worked": max(heart.worked),
                "between": percentile(heart.between, 99),
                "longest": max(heart.between),
                "before": before,
            }
        ),
        flush=True,
    )
    window.close()
    app.quit()


def _ends(services: Services) -> tuple[int, int, int]:
    """How many files and passages the clinic's library holds, and how many files could not be added."""
    with services.opened.vault.reading() as session:
        states = Counter(session.scalars(select(FileRow.state)))
    clinic = next(library for library in services.libraries.summaries() if library.name == "clinic")
    return states["done"], states["failed"], clinic.passages


def _wait(is_so: Callable[[], bool]) -> None:
    loop, timer = QEventLoop(), QTimer()
    timer.timeout.connect(lambda: is_so() and loop.quit())
    timer.start(50)
    loop.exec()


def _pause(seconds: float) -> None:
    loop = QEventLoop()
    QTimer.singleShot(round(1e3 * seconds), loop.quit)
    loop.exec()


def main() -> None:
    """Measure one import and print it."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.importing", description=__doc__)
    parser.add_argument("--megabytes", type=int, default=MEGABYTES, help="how large the documents are together")
    parser.add_argument("--drop", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.drop:
        drop(arguments.drop)
    else:
        print_table(measure_importing(arguments.megabytes))


if __name__ == "__main__":
    main()

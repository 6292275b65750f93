"""Broken PDFs and pictures are read or refused in a sentence; pdfium is C++, so a child process takes the risk."""

from __future__ import annotations

import io
import random
import sys
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from medbot_desktop.knowledge.readers.pdf import PdfReader
from medbot_desktop.knowledge.readers.reader import MEGABYTE, Reader
from medbot_desktop.knowledge.readers.scans import ScanReader
from tests.unit.knowledge.readers.made_pdfs import SENTENCE, form_object, one_page, picture_object, text_at
from tests.unit.knowledge.readers.test_fuzzed import FEW, MANY, mutated, read_or_refused

FILES = Path(__file__).parent / "files"
TOKENS = [
    b"/Count 99999999", b"/Kids [3 0 R 2 0 R]", b"/Rotate 90", b"/MediaBox [0 0 1e9 1e9]", b"/CropBox [9 9 0 0]",
    b"6 0 R", b"/X Do", b"/I Do", b"q " * 40, b"BT ", b"1e38 0 0 1e38 0 0 cm", b"0 0 0 0 0 0 Tm", b"nan", b"<FEFF",
    b"/Filter /FlateDecode", b"/Width 30000", b"/Height 2000000000", b"/Length -1", b"endstream", b"/Encrypt 5 0 R",
    b"stream\n", b"9999999999 0 R",
]  # fmt: skip
MOST_SECONDS = 5.0
MOST_MEMORY = 500 * MEGABYTE


def drawn(width: int = 240, height: int = 60) -> Image.Image:
    picture = Image.new("L", (width, height), "white")
    ImageDraw.Draw(picture).text((10, 15), "Wash your hands", fill="black", font_size=24)
    return picture


def saved(kind: str) -> bytes:
    file = io.BytesIO()
    drawn().save(file, kind)
    return file.getvalue()


def valid_pdfs() -> list[bytes]:
    across = b"".join(b"60 %d m 300 %d l S\n" % (500 + n * 20, 500 + n * 20) for n in range(4))
    down = b"".join(b"%d 500 m %d 560 l S\n" % (60 + n * 80, 60 + n * 80) for n in range(4))
    cells = b"".join(text_at(f"cell {n}", 65 + n % 3 * 80, 545 - n // 3 * 20) for n in range(9))
    text = b"".join(text_at(SENTENCE, 60, 700 - n * 14) for n in range(6))
    forms = b"/XObject << /X 6 0 R /I 7 0 R >>"
    picture = drawn()
    return [
        one_page(text_at("Keeping it cold", 60, 750, 20) + text + across + down + cells, pages=3),
        one_page(text + b"q 0.9 0.1 0 1 5 5 cm /X Do Q q 90 0 0 90 300 300 cm /I Do Q", forms, more=[
            form_object(text_at(SENTENCE, 60, 400), b""), picture_object(8, 8, bytes(range(64)))]),
        one_page(b"q 240 0 0 60 0 0 cm /I Do Q", b"/XObject << /I 6 0 R >>", "0 0 240 60", [
            picture_object(*picture.size, picture.tobytes())]),
        (FILES / "drawn_slide.pdf").read_bytes(),
        (FILES / "writer_landscape.pdf").read_bytes(),
    ]  # fmt: skip


def valid_pictures() -> list[bytes]:
    return [saved(kind) for kind in ("PNG", "JPEG", "TIFF", "WEBP", "BMP")]


def broken(kind: str, number: int) -> bytes:
    """The file of a number: the same each time."""
    chance = random.Random(f"{kind} {number}")
    valid = VALID[kind]()
    data = mutated(valid[number % len(valid)], chance)
    if kind == "pdf" and chance.random() < 0.5:
        place = chance.randrange(len(data) + 1)
        data = data[:place] + chance.choice(TOKENS) + data[place:]
    return data or b"%PDF-1.7"


VALID = {"pdf": valid_pdfs, "picture": valid_pictures}
READERS: dict[str, Reader] = {"pdf": PdfReader(), "picture": ScanReader()}


def feed(kind: str, numbers: range, folder: Path, report: Connection) -> None:
    """Read broken files in this process; say each one's number before it is read, and -1 at the end."""
    for number in numbers:
        report.send(number)
        path = folder / "broken"
        path.write_bytes(broken(kind, number))
        start = time.process_time()
        read_or_refused(READERS[kind], path)
        assert time.process_time() - start < MOST_SECONDS
        assert sys.platform == "win32" or peak_memory() < MOST_MEMORY
    report.send(-1)


def peak_memory() -> int:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def deaths(kind: str, count: int, folder: Path, spawning: ForkServerContext) -> Iterator[tuple[int, int | None]]:
    """The number of each file that ended the process that read it, and how it ended."""
    following = 0
    while following < count:
        ours, theirs = spawning.Pipe(duplex=False)
        child = spawning.Process(target=feed, args=(kind, range(following, count), folder, theirs))
        child.start()
        theirs.close()
        number = following
        try:
            while (number := ours.recv()) >= 0:
                following = number + 1
        except EOFError:
            child.join()
            yield following - 1, child.exitcode
        child.join()
        if number < 0:
            return


@pytest.mark.parametrize("kind", READERS)
def test_a_hundred_broken_files_are_read_or_refused(kind: str, tmp_path: Path, spawning: ForkServerContext) -> None:
    assert list(deaths(kind, FEW, tmp_path, spawning)) == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", READERS)
def test_two_thousand_broken_files_are_read_or_refused(kind: str, tmp_path: Path, spawning: ForkServerContext) -> None:
    assert list(deaths(kind, MANY, tmp_path, spawning)) == []

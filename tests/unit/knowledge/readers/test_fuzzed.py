"""Every reader meets thousands of broken files: each is read or refused in a sentence, and nothing else happens."""

from __future__ import annotations

import hashlib
import io
import random
import re
import zipfile
from pathlib import Path

import pytest

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.readers.csv_answers import CsvReader
from medbot_desktop.knowledge.readers.docx import DocxReader
from medbot_desktop.knowledge.readers.epub import EpubReader
from medbot_desktop.knowledge.readers.html import HtmlReader
from medbot_desktop.knowledge.readers.json_lines import JsonLinesReader
from medbot_desktop.knowledge.readers.kinds import reader_for
from medbot_desktop.knowledge.readers.markdown import MarkdownReader
from medbot_desktop.knowledge.readers.medlineplus import MedlinePlusReader
from medbot_desktop.knowledge.readers.reader import Reader
from medbot_desktop.knowledge.readers.text import TextReader
from medbot_desktop.knowledge.readers.zim import ZimReader
from tests.unit.knowledge.readers.made_files import small_files

READERS: dict[str, Reader] = {
    "text": TextReader(),
    "markdown": MarkdownReader(),
    "html": HtmlReader(),
    "mhtml": HtmlReader(),
    "docx": DocxReader(),
    "epub": EpubReader(),
    "csv": CsvReader(),
    "json_lines": JsonLinesReader(),
    "medlineplus": MedlinePlusReader(),
    "zim": ZimReader(),
}
ZIPPED = ("docx", "epub")
TOKENS = [
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"<", b">", b"&", b'"', b"'", b"{", b"}", b"[" * 600, b"<div>" * 300,
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"&b;", b"<!--", b"<![CDATA[", b"<script>", b"<table>", b"&#0;", b"&#xD800;",
    b"\\ud800", b"99999999999999999999", b"-1", b"\r", b"\n\n", b"|", b",", b";", b"---\n", b"# ", b"```\n", b"=3D=",
    b"=\r\n", b"\xed\xa0\x80", b"\x1b", b"rowspan=99999", b"colspan=65000", b"../" * 9, b"utf-16", b"utf-7", b"idna",
]  # fmt: skip
FEW = 100
MANY = 2000


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return small_files(tmp_path_factory.mktemp("valid"))


def mutated(data: bytes, chance: random.Random) -> bytes:
    """A file with one to five changes: bits turned, bytes taken out, doubled or put in, numbers grown, the end cut."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 5)):
        place = chance.randrange(len(changed) + 1)
        length = chance.choice((1, 2, 4, 30, 300))
        kind = chance.randrange(7)
        if kind == 0 and place < len(changed):
            changed[place] ^= 1 << chance.randrange(8)
        elif kind == 1:
            changed[place : place + length] = chance.randbytes(length)
        elif kind == 2:
            del changed[place : place + length]
        elif kind == 3:
            changed[place:place] = changed[place : place + length] * chance.choice((1, 2, 50))
        elif kind == 4:
            changed[place:place] = chance.choice(TOKENS)
        elif kind == 5:
            other = chance.randrange(len(changed) + 1)
            changed[place : place + length] = changed[other : other + length]
        elif chance.random() < 0.3:
            del changed[place:]
    return bytes(changed)


def mutated_inside(data: bytes, chance: random.Random) -> bytes:
    """A zip file in order, in which one part is broken: what lies behind the zip must hold too."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        names = source.namelist()
        broken = chance.choice(names)
        for name in names:
            part = source.read(name)
            target.writestr(name, mutated(part, chance) if name == broken else part)
    return packed.getvalue()


def mutation(kind: str, data: bytes, chance: random.Random) -> bytes:
    if kind in ZIPPED and chance.random() < 0.7:
        return mutated_inside(data, chance)
    return mutated(data, chance)


def read_or_refused(reader: Reader, path: Path) -> None:
    """Read a file whole; what comes out of it must be fit to be stored, or be one clear sentence."""
    refusal: LibraryError | None = None
    try:
        for document in reader.read(path):
            assert document.id
            assert document.title.strip()
            assert document.sections
            document.body.encode("utf-8")
            assert not re.search("[\x00-\x08\x0e-\x1f]", document.body + document.title + document.id)
            for section in document.sections:
                assert all(document.body[block.start : block.end] == block.text for block in section.blocks)
    except LibraryError as error:
        refusal = error
    assert refusal is None or (refusal.message.endswith(".") and "\n" not in refusal.message)


def feed(kind: str, valid: Path, folder: Path, count: int) -> None:
    chance = random.Random(f"{kind} {count}")  # the same files every time
    data = valid.read_bytes()
    broken = folder / f"broken{valid.suffix}"
    for _ in range(count):
        broken.write_bytes(mutation(kind, data, chance))
        read_or_refused(READERS[kind], broken)


@pytest.mark.parametrize("kind", READERS)
def test_a_reader_reads_or_refuses_a_hundred_broken_files(kind: str, files: dict[str, Path], tmp_path: Path) -> None:
    feed(kind, files[kind], tmp_path, FEW)


@pytest.mark.slow
@pytest.mark.parametrize("kind", READERS)
def test_a_reader_reads_or_refuses_two_thousand_broken_files(kind: str, files: dict[str, Path], tmp_path: Path) -> None:
    feed(kind, files[kind], tmp_path, MANY)


@pytest.mark.parametrize("kind", READERS)
def test_a_broken_file_is_told_from_its_content_or_refused(kind: str, files: dict[str, Path], tmp_path: Path) -> None:
    chance = random.Random(kind)  # the same files every time
    broken = tmp_path / "broken"
    for _ in range(FEW):
        broken.write_bytes(mutation(kind, files[kind].read_bytes(), chance))
        try:
            reader = reader_for(broken)
        except LibraryError:
            continue
        read_or_refused(reader, broken)


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("other", READERS)
def test_a_reader_that_is_given_another_kind_of_file_reads_or_refuses_it(
    kind: str, other: str, files: dict[str, Path]
) -> None:
    read_or_refused(READERS[kind], files[other])


def test_an_archive_whose_checksum_was_made_to_fit_again_is_read_or_refused(
    files: dict[str, Path], tmp_path: Path
) -> None:
    chance = random.Random("zim")  # the same files every time
    whole = files["zim"].read_bytes()[:-16]
    forged = tmp_path / "forged.zim"
    for _ in range(FEW):
        data = bytearray(whole)
        data[chance.randrange(80, len(data))] ^= 1 << chance.randrange(8)
        forged.write_bytes(bytes(data) + hashlib.md5(data, usedforsecurity=False).digest())
        read_or_refused(ZimReader(), forged)

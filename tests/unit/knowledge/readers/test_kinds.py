"""What a file is, is told from what is in it."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.readers.kinds import reader_for
from tests.unit.knowledge.readers.made_files import MARKDOWN, QUESTIONS, TEXT, TOPICS, small_files, zipped

KINDS = {
    "text": "TextReader",
    "markdown": "MarkdownReader",
    "html": "HtmlReader",
    "mhtml": "HtmlReader",
    "docx": "DocxReader",
    "epub": "EpubReader",
    "csv": "CsvReader",
    "json_lines": "JsonLinesReader",
    "medlineplus": "MedlinePlusReader",
    "zim": "ZimReader",
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return small_files(tmp_path_factory.mktemp("valid"))


def kind_of(tmp_path: Path, data: bytes | str, name: str = "file") -> str:
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return type(reader_for(path)).__name__


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ending", ["", ".pdf", ".docx"])
def test_a_file_is_what_it_holds_whatever_it_is_called(
    kind: str, ending: str, files: dict[str, Path], tmp_path: Path
) -> None:
    assert kind_of(tmp_path, files[kind].read_bytes(), f"file{ending}") == KINDS[kind]


@pytest.mark.parametrize(
    ("data", "reader"),
    [
        (b"%PDF-1.7\n", "PdfReader"),
        (b"\r\njunk of a mail\r\n%PDF-1.4\n", "PdfReader"),
        (b"\x89PNG\r\n\x1a\n....", "ScanReader"),
        (b"\xff\xd8\xff\xe0....", "ScanReader"),
        (b"II*\x00....", "ScanReader"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "ScanReader"),
    ],
)
def test_pdfs_and_pictures_go_to_the_readers_that_look_at_pages(tmp_path: Path, data: bytes, reader: str) -> None:
    pytest.importorskip("pypdfium2")
    assert kind_of(tmp_path, data) == reader


@pytest.mark.parametrize(
    ("text", "reader"),
    [
        (TEXT, "TextReader"),
        ("Dear colleague, thank you.\nPlease note, it works.\nYours, A.\n", "TextReader"),
        ("Take one. Then wait.\n", "TextReader"),
        ("[draft] a note\n", "TextReader"),
        ("<5 mg is safe, more is not.\n", "TextReader"),
        ("Use **care** with it.\n", "MarkdownReader"),
        ("| Age | Dose |\n|---|---|\n| Adult | 1 g |\n", "MarkdownReader"),
        ("---\ntitle: Toes\n---\nRest.\n", "MarkdownReader"),
        ("See [the leaflet](https://c.example/a).\n", "MarkdownReader"),
        ("Medicine;Dose\nParacetamol;1 g\nIbuprofen;0,4 g\n", "CsvReader"),
        ('Question,Answer\n"Is **this** bold?","Yes, it is."\n', "CsvReader"),
        ("sep=,\na,b\n", "CsvReader"),
        ('[\n{"id": 1}\n]', "JsonLinesReader"),
        ("<p>One.</p><p>Two.</p>", "HtmlReader"),
        ("<!-- note -->\n<!DOCTYPE html><html><body>a</body></html>", "HtmlReader"),
        (TOPICS.split("\n", 2)[2], "MedlinePlusReader"),
    ],
)
def test_texts_are_told_apart_by_how_they_are_written(tmp_path: Path, text: str, reader: str) -> None:
    assert kind_of(tmp_path, text) == reader


@pytest.mark.parametrize("text", [MARKDOWN, QUESTIONS, TOPICS.replace("UTF-8", "UTF-16")])
def test_the_encoding_does_not_change_the_kind(tmp_path: Path, text: str) -> None:
    assert kind_of(tmp_path, text.encode("utf-16")) == kind_of(tmp_path, text)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "file is an old or an encrypted Office file."),
        (b"{\\rtf1 hello}", "file is a rich-text file."),
        (b"7z\xbc\xaf\x27\x1c", "file is an archive."),
        (gzip.compress(b"plain text", mtime=0), "file is a compressed file."),
        (b"\x1f\x8bbroken", "file is damaged: it cannot be read as a gzip file."),
        (b"PK\x03\x04broken", "file is damaged: it cannot be read as a document."),
        (b'<?xml version="1.0"?><note/>', "file is XML of a kind that is not known."),
        (b"\x7fELF" + bytes(range(200)), "file is not a kind of document that can be read."),
        (b"", "file has no text in it."),
        (b"\x00" * 500, "file has no text in it."),
    ],
)
def test_what_no_reader_knows_is_refused_in_a_sentence(tmp_path: Path, data: bytes, sentence: str) -> None:
    with pytest.raises(LibraryError) as caught:
        kind_of(tmp_path, data)
    assert caught.value.message == sentence
    assert caught.value.hint


@pytest.mark.parametrize(
    ("member", "what"),
    [
        ("xl/workbook.xml", "is a spreadsheet"),
        ("ppt/presentation.xml", "is a presentation"),
        ("content.xml", "is an OpenDocument file"),
        ("photo.jpg", "is an archive"),
    ],
)
def test_other_zip_files_are_refused_by_what_they_are(tmp_path: Path, member: str, what: str) -> None:
    path = zipped(tmp_path / "file", {member: "x"})
    with pytest.raises(LibraryError, match=f"^file {what}"):
        reader_for(path)


def test_a_file_that_vanished_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="cannot be read"):
        reader_for(tmp_path / "gone")

"""Tell what kind of document a file is from what is in it; its name proves nothing."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.readers.archives import opened_archive
from medbot_desktop.knowledge.readers.csv_answers import CsvReader, stated_delimiter, told_delimiter
from medbot_desktop.knowledge.readers.decoding import decoded
from medbot_desktop.knowledge.readers.docx import DocxReader
from medbot_desktop.knowledge.readers.epub import EpubReader
from medbot_desktop.knowledge.readers.html import HtmlReader
from medbot_desktop.knowledge.readers.json_lines import JsonLinesReader
from medbot_desktop.knowledge.readers.markdown import MarkdownReader
from medbot_desktop.knowledge.readers.medlineplus import MedlinePlusReader
from medbot_desktop.knowledge.readers.mhtml import is_mhtml
from medbot_desktop.knowledge.readers.reader import Reader, damaged, empty, file_name, file_size, unreadable
from medbot_desktop.knowledge.readers.text import TextReader

_HEAD = 64 * 1024
_LINES = 40
_PDF = re.compile(rb"%PDF-\d")
_PDF_WITHIN = 1024  # a PDF may begin with some bytes of the program that sent it
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*", b"BM", b"GIF87a", b"GIF89a")
_ZIM = b"ZIM\x04"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_GZIP = b"\x1f\x8b"
# What people try and what they should do instead: the first bytes, the sentence's end, the hint.
_REFUSED = (
    (
        b"\xd0\xcf\x11\xe0",
        "is an old or an encrypted Office file",
        "Save it as .docx or PDF without a password, and add that.",
    ),
    (b"{\\rtf", "is a rich-text file", "Save it as .docx or PDF, and add that."),
    (b"7z\xbc\xaf\x27\x1c", "is an archive", "Unpack it and add the documents in it."),
    (b"Rar!", "is an archive", "Unpack it and add the documents in it."),
    (b"\xfd7zXZ", "is a compressed file", "Unpack it and add the documents in it."),
    (b"\x28\xb5\x2f\xfd", "is a compressed file", "Unpack it and add the documents in it."),
    (b"BZh", "is a compressed file", "Unpack it and add the documents in it."),
)
_ZIPPED = (
    ("xl/", "is a spreadsheet", "Save its sheets as CSV, and add those."),
    ("ppt/", "is a presentation", "Save it as PDF, and add that."),
    ("content.xml", "is an OpenDocument file", "Save it as .docx or PDF, and add that."),
)
_HTML = re.compile(r"<!doctype\s+html|<html[\s>]|<(?:head|body)[\s>]", re.I)
_HTML_START = re.compile(r"<(?:!--|!doctype|[a-z][a-z0-9]*[\s>/])", re.I)
_HTML_BLOCK = re.compile(r"</(?:p|div|h[1-6]|table|ul|ol|section|article|main)\s*>", re.I)
_JSON = re.compile(r"[\[\s]*\{\s*(?:\"|\}|$)")
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+\S", re.M)
_MARKDOWN = re.compile(
    r"^ {0,3}(?:```|~~~)|^\s*\|?\s*:?-{2,}:?\s*\|[\s:|-]*$|\[[^\]\n]{1,200}\]\([^)\s]{1,500}\)|\*\*\S[^*\n]{0,200}\*\*",
    re.M,
)
_FRONT_MATTER = re.compile(r"---\n.{0,20000}?\n---\n", re.DOTALL)
_RULE = re.compile(r"[\s:|-]+")
_SENTENCE = re.compile(r"[.!?]$")
_LONGEST_COLUMN_NAME = 60


def reader_for(path: Path) -> Reader:
    """The reader for a file.

    Args:
        path: the file.

    Raises:
        LibraryError: it is empty, cannot be read, or is of a kind that no reader knows; says what to save it as.
    """
    file_size(path)
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise unreadable(path) from error
    if not head.strip(b"\x00 \t\r\n"):
        raise empty(path)
    return _by_first_bytes(head, path) or _text_reader(head, path)


def _by_first_bytes(head: bytes, path: Path) -> Reader | None:
    if _PDF.search(head[:_PDF_WITHIN]):
        from medbot_desktop.knowledge.readers.pdf import PdfReader

        return PdfReader()
    if head.startswith(_PICTURES) or (head.startswith(b"RIFF") and head[8:12] == b"WEBP"):
        from medbot_desktop.knowledge.readers.scans import ScanReader

        return ScanReader()
    if head.startswith(_ZIM):
        from medbot_desktop.knowledge.readers.zim import ZimReader

        return ZimReader()
    if head.startswith(_ZIP):
        return _zip_reader(path)
    if head.startswith(_GZIP):
        return _gzip_reader(head, path)
    for start, what, hint in _REFUSED:
        if head.startswith(start):
            raise LibraryError(f"{file_name(path)} {what}.", hint=hint)
    return None


def _zip_reader(path: Path) -> Reader:
    with opened_archive(path, "document") as archive:
        names = archive.names
    if "META-INF/container.xml" in names:
        return EpubReader()
    if any(name.startswith("word/") for name in names):
        return DocxReader()
    for start, what, hint in _ZIPPED:
        if any(name.startswith(start) for name in names):
            raise LibraryError(f"{file_name(path)} {what}.", hint=hint)
    raise LibraryError(f"{file_name(path)} is an archive.", hint="Unpack it and add the documents in it.")


def _gzip_reader(head: bytes, path: Path) -> Reader:
    try:
        inside = zlib.decompressobj(wbits=31).decompress(head, _HEAD)
    except zlib.error as error:
        raise damaged(path, "gzip file") from error
    if _JSON.match(inside.decode("utf-8-sig", "replace")):
        return JsonLinesReader()
    raise LibraryError(f"{file_name(path)} is a compressed file.", hint="Unpack it and add the documents in it.")


def _text_reader(head: bytes, path: Path) -> Reader:
    if is_mhtml(head):
        return HtmlReader()
    text = decoded(head, path).lstrip()
    if "<health-topics" in text[:4096]:
        return MedlinePlusReader()
    if _is_html(text):
        return HtmlReader()
    if text.startswith("<?xml"):
        raise LibraryError(
            f"{file_name(path)} is XML of a kind that is not known.", hint="Save it as PDF or HTML, and add that."
        )
    if _JSON.match(text):
        return JsonLinesReader()
    if _is_table(text):
        return CsvReader()
    return MarkdownReader() if _is_markdown(text) else TextReader()


def _is_html(text: str) -> bool:
    if _HTML.search(text[:4096]) and text.startswith("<"):
        return True
    return bool(_HTML_START.match(text)) and len(_HTML_BLOCK.findall(text)) > 1 and not _HEADING.search(text)


def _is_markdown(text: str) -> bool:
    return bool(_FRONT_MATTER.match(text) or _HEADING.search(text) or _MARKDOWN.search(text))


def _is_table(text: str) -> bool:
    """Whether the first lines are rows of one length below short, distinct names of columns."""
    lines = text.split("\n")
    whole = lines if len(lines) <= _LINES else lines[:_LINES]
    if stated_delimiter(whole[0]):
        return True
    delimiter = told_delimiter([f"{line}\n" for line in whole])
    names = [name.strip().strip('"') for name in whole[0].split(delimiter)] if delimiter else []
    return (
        len(whole) > 1
        and len(names) > 1
        and len(set(names)) == len(names)
        and all(name and len(name) <= _LONGEST_COLUMN_NAME and not _SENTENCE.search(name) for name in names)
        and not (delimiter == "|" and _RULE.fullmatch(whole[1]))
        and not (delimiter == "," and all(", " in line for line in whole if line.strip()))
    )

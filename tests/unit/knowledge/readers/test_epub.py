"""The reader of electronic books."""

from __future__ import annotations

from pathlib import Path

import pytest

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.document import Document
from medbot_desktop.knowledge.readers.epub import EpubReader
from tests.unit.knowledge.readers.made_files import CHAPTER, epub, zipped

LOCK = """<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><EncryptedData
xmlns="http://www.w3.org/2001/04/xmlenc#"><EncryptionMethod Algorithm="{}"/></EncryptedData></encryption>"""


def read(path: Path) -> Document:
    return next(iter(EpubReader().read(path)))


def test_chapters_come_in_the_order_in_which_the_book_is_read(tmp_path: Path) -> None:
    cuts = CHAPTER.replace("Burns", "Cuts").replace("Cool it", "Press on it")
    document = read(epub(tmp_path / "First aid.epub", {"z.xhtml": CHAPTER, "a.xhtml": cuts}))
    assert (document.id, document.title, document.language) == ("first-aid", "The Clinic Book", "en")
    assert [(section.heading, section.blocks[0].text) for section in document.sections] == [
        ("Burns", "Cool it."),
        ("Cuts", "Press on it."),
    ]


def test_a_chapter_without_a_heading_does_not_belong_to_the_one_before(tmp_path: Path) -> None:
    plain = "<html><head><title>Afterword</title></head><body><p>Thanks.</p></body></html>"
    document = read(epub(tmp_path / "book.epub", {"a.xhtml": CHAPTER, "b.xhtml": plain}))
    assert document.sections[-1].heading == "Afterword"


def test_names_with_spaces_are_found(tmp_path: Path) -> None:
    assert read(epub(tmp_path / "book.epub", {"a b.xhtml": CHAPTER})).sections


@pytest.mark.parametrize(
    "locked",
    [
        {"META-INF/rights.xml": "<rights/>"},
        {"META-INF/sinf.xml": "<sinf/>"},
        {"META-INF/encryption.xml": LOCK.format("http://www.w3.org/2001/04/xmlenc#aes256-cbc")},
    ],
)
def test_a_book_that_a_key_keeps_shut_is_refused(tmp_path: Path, locked: dict[str, str]) -> None:
    with pytest.raises(LibraryError, match=r"^book\.epub is encrypted\.$"):
        read(epub(tmp_path / "book.epub", {"a.xhtml": CHAPTER}, locked))


def test_a_book_whose_fonts_alone_are_disguised_is_read(tmp_path: Path) -> None:
    fonts = {"META-INF/encryption.xml": LOCK.format("http://www.idpf.org/2008/embedding")}
    assert read(epub(tmp_path / "book.epub", {"a.xhtml": CHAPTER}, fonts)).sections


@pytest.mark.parametrize(
    "parts",
    [
        {"META-INF/container.xml": "<container/>"},
        {"META-INF/container.xml": '<container><rootfile full-path="a.opf"/></container>'},
        {"META-INF/container.xml": '<container><rootfile full-path="../../etc/passwd"/></container>'},
        {"mimetype": "application/epub+zip"},
    ],
)
def test_a_book_without_its_list_of_chapters_is_refused(tmp_path: Path, parts: dict[str, str]) -> None:
    with pytest.raises(LibraryError, match="is damaged: it cannot be read as a book"):
        read(zipped(tmp_path / "book.epub", parts))


def test_a_book_that_lacks_a_chapter_is_refused(tmp_path: Path) -> None:
    whole = epub(tmp_path / "book.epub", {"a.xhtml": CHAPTER})
    package = whole.read_bytes()
    whole.write_bytes(package.replace(b"a.xhtml", b"b.xhtml"))
    with pytest.raises(LibraryError, match="is damaged"):
        read(whole)


def test_a_book_of_empty_pages_has_no_text(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="has no text in it"):
        read(epub(tmp_path / "book.epub", {"a.xhtml": "<html><body/></html>"}))


def test_a_book_that_unpacks_to_far_more_than_it_weighs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="is too long to be one page"):
        read(epub(tmp_path / "book.epub", {"a.xhtml": "<html><body><p>" + "a" * 20_000_000}))

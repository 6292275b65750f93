"""The reader of ZIM archives: article by article, and none from an archive that is not whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.readers.zim import ZimReader
from tests.unit.knowledge.readers.made_files import PAGE, Page, zim

STUB = "<html><body><p>{}</p></body></html>"


def test_articles_are_read_one_by_one_and_the_rest_is_passed_over(tmp_path: Path) -> None:
    pages = [
        Page("Asthma", "Asthma", PAGE),
        Page("Cold", "Common cold", STUB.format("A cold is mild.")),
        Page("style.css", "", "p { color: red }", "text/css"),
        Page("empty", "Empty", "<html></html>"),
    ]
    documents = list(ZimReader().read(zim(tmp_path / "wiki.zim", pages, {"Wheeze": "Asthma"})))
    assert [(document.id, document.title) for document in documents] == [
        ("Asthma", "Asthma"),
        ("Cold", "Common cold"),
    ]
    assert documents[0].sections[-1].blocks[-1].header == "Age | Puffs"


def test_an_article_that_names_no_language_has_that_of_the_archive(tmp_path: Path) -> None:
    path = zim(tmp_path / "wiki.zim", [Page("Cold", "Erkältung", STUB.format("Meist harmlos."))], language="deu")
    assert next(iter(ZimReader().read(path))).language == "de"


def test_an_archive_that_was_changed_on_its_way_is_refused(tmp_path: Path) -> None:
    path = zim(tmp_path / "wiki.zim", [Page("Cold", "Cold", STUB.format("A cold is mild."))])
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(LibraryError, match=r"^wiki\.zim is damaged: it cannot be read as a ZIM archive\.$"):
        list(ZimReader().read(path))


@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_an_archive_that_is_cut_off_is_refused(tmp_path: Path, share: float) -> None:
    path = zim(tmp_path / "wiki.zim", [Page("Cold", "Cold", STUB.format("A cold is mild."))])
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(LibraryError, match="is damaged"):
        list(ZimReader().read(path))


def test_an_archive_of_pictures_alone_has_no_text(tmp_path: Path) -> None:
    path = zim(tmp_path / "wiki.zim", [Page("a.css", "", "p{}", "text/css")])
    with pytest.raises(LibraryError, match="has no text in it"):
        list(ZimReader().read(path))

"""The documents of a library, one by one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from medbot_desktop.errors import LibraryError, PermissionRefusedError
from medbot_desktop.knowledge.documents import Documents
from medbot_desktop.knowledge.library import Libraries
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.roles import Account, Role
from medbot_desktop.vault.vault import Vault
from tests.unit.knowledge.importers import Library

MARKDOWN = "# Fever\n\nIt is common.\n\n## Children\n\nCall us.\n\n## Adults\n\nDrink water.\n"


@pytest.fixture
def vault() -> Iterator[Vault]:
    opened = Vault.open_in_memory()
    yield opened
    opened.close()


@pytest.fixture
def library(vault: Vault, tmp_path: Path) -> Library:
    filled = Library(vault)
    (tmp_path / "fever.md").write_text(MARKDOWN)
    (tmp_path / "Übung.txt").write_text("Breathe in.")
    (tmp_path / "answers.jsonl").write_text('{"id": "r1", "title": "100% cotton", "text": "Wash it."}')
    filled.fill(tmp_path)
    return filled


@pytest.fixture
def documents(library: Library) -> Documents:
    return Documents(library.vault, library.access)


def titles(documents: Documents, words: str = "") -> list[str]:
    return [summary.title for summary in documents.list("clinic", words)]


def test_documents_are_listed_by_title(documents: Documents) -> None:
    assert titles(documents) == ["100% cotton", "Fever", "Übung"]


def test_a_document_says_where_it_comes_from(documents: Documents) -> None:
    (found,) = documents.list("clinic", "fever")
    assert (found.key, found.file_name, found.passages, found.library) == ("fever", "fever.md", 3, "clinic")
    assert found.added is not None


def test_lists_come_in_pages(documents: Documents) -> None:
    assert [summary.title for summary in documents.list("clinic", limit=1, offset=1)] == ["Fever"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("FEV", ["Fever"]),
        ("answers", ["100% cotton"]),
        ("100%", ["100% cotton"]),
        ("%", ["100% cotton"]),
        ("_", []),
        ("fever nothing", []),
        ("adults", ["Fever"]),
    ],
)
def test_a_list_is_narrowed_by_words_of_title_file_and_tags(documents: Documents, words: str, found: list[str]) -> None:
    documents.set_tags(documents.find("clinic", "fever"), ["Adults"])
    assert titles(documents, words) == found


def test_the_headings_of_a_text_are_known(documents: Documents) -> None:
    text = documents.text(documents.find("clinic", "fever"))
    assert [(text.body[start:end], depth) for start, end, depth in text.headings] == [("Children", 1), ("Adults", 1)]


def test_the_pages_of_a_text_are_known(library: Library, documents: Documents) -> None:
    library.fill(Path(__file__).parent / "readers" / "files" / "writer_handbook.pdf")
    text = documents.text(documents.find("clinic", "writer-handbook"))
    assert [page for _, page in text.pages] == [1, 2]
    assert text.path.endswith("writer_handbook.pdf")


def test_a_removed_document_is_gone_with_its_words(library: Library, documents: Documents) -> None:
    row = documents.find("clinic", "fever")
    documents.remove([row])
    assert library.found("fever") == 0
    with pytest.raises(LibraryError, match="not in the library any more"):
        documents.text(row)


def test_the_file_of_a_removed_document_can_be_added_again(
    library: Library, documents: Documents, tmp_path: Path
) -> None:
    documents.remove([documents.find("clinic", "fever")])
    library.fill(tmp_path / "fever.md")
    assert "Fever" in titles(documents)


@pytest.mark.parametrize("tags", [["x" * 41], [f"t{n}" for n in range(21)], ["a\x00b"]])
def test_tags_that_cannot_be_kept_are_refused(documents: Documents, tags: list[str]) -> None:
    with pytest.raises(LibraryError, match="cannot be kept"):
        documents.set_tags(documents.find("clinic", "fever"), tags)


def test_the_front_desk_reads_but_neither_tags_nor_removes(library: Library, documents: Documents) -> None:
    row = documents.find("clinic", "fever")
    desk = Documents(library.vault, Access(library.vault, Account("desk", "desk", Role.FRONT_DESK)))
    assert desk.text(row).summary.title == "Fever"
    with pytest.raises(PermissionRefusedError):
        desk.set_tags(row, ["mine"])
    with pytest.raises(PermissionRefusedError):
        desk.remove([row])
    assert "Fever" in titles(documents)


def test_a_library_for_others_is_not_there(library: Library, documents: Documents) -> None:
    row = documents.find("clinic", "fever")
    libraries = Libraries(library.vault, library.access, library.embedder.embed, "hash", len)
    libraries.set_readable_by("clinic", [Role.CLINICIAN])
    desk = Documents(library.vault, Access(library.vault, Account("desk", "desk", Role.FRONT_DESK)))
    assert desk.list("clinic") == []
    for look in (lambda: desk.text(row), lambda: desk.find("clinic", "fever")):
        with pytest.raises(LibraryError, match="not in the library any more"):
            look()

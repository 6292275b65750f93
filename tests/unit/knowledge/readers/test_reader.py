"""What all readers do the same way: names, identifiers, titles, and what no person reads."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path

import pytest

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.readers.reader import (
    clean,
    document_ids,
    file_name,
    iso_day,
    language_code,
    name_title,
    raised,
    read_whole,
    slug,
    web_address,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Fever plan (2026)", "fever-plan-2026"), ("Café Über", "cafe-uber"), ("--a--", "a"), ("A" * 200, "a" * 80)],
)
def test_a_slug_has_lower_case_letters_digits_and_hyphens(text: str, expected: str) -> None:
    assert slug(text) == expected


def test_names_in_other_scripts_have_slugs_of_their_own() -> None:
    assert slug("Лихорадка") != slug("Простуда")
    assert slug("Лихорадка").isalnum()


def test_documents_of_one_file_are_numbered() -> None:
    assert list(islice(document_ids(Path("My list.csv")), 3)) == ["my-list", "my-list-2", "my-list-3"]


def test_a_name_with_any_character_can_be_shown() -> None:
    assert file_name(Path("a\nb\x1b[31m\udcff.txt")).isprintable()
    assert len(file_name(Path("x" * 255))) == 80


@pytest.mark.parametrize(("name", "title"), [("Sore_toe.txt", "Sore toe"), (".hidden", ".hidden"), ("a.b.md", "a.b")])
def test_a_title_can_be_made_of_a_name(name: str, title: str) -> None:
    assert name_title(Path(name)) == title


def test_a_power_of_ten_never_reads_as_one_number() -> None:
    assert (raised("9"), raised("-3"), raised("th")) == ("⁹", "⁻³", "th")


def test_what_no_person_reads_is_taken_out() -> None:
    assert clean("a\x00b\ud800c\u202ed\ufeffe") == "abcde"


@pytest.mark.parametrize(
    ("stated", "code"), [("en-GB", "en"), ("DE", "de"), ("deu_AT", "deu"), ("english", ""), ("", "")]
)
def test_a_language_is_its_code(stated: str, code: str) -> None:
    assert language_code(stated) == code


@pytest.mark.parametrize("stated", ["javascript:alert(1)", "file:///etc/passwd", "https://a b", "x", ""])
def test_only_addresses_of_the_web_are_kept(stated: str) -> None:
    assert web_address(stated) == ""
    assert web_address(" https://clinic.example/a?b=c ") == "https://clinic.example/a?b=c"


def test_a_date_is_its_day() -> None:
    assert (iso_day("2026-01-31T10:00"), iso_day("31 January"), iso_day("2026-13-01")) == ("2026-01-31", "", "")


def test_a_file_that_is_too_large_is_refused_with_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "big.txt"
    path.write_bytes(b"a" * 1_000_001)
    with pytest.raises(LibraryError, match=r"big\.txt is larger than the 1 MB"):
        read_whole(path, 1_000_000)


def test_a_file_that_vanished_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match=r"^gone\.txt cannot be read\.$"):
        read_whole(tmp_path / "gone.txt", 100)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="is not a file"):
        read_whole(tmp_path, 100)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(LibraryError, match="is not a file"):
        read_whole(tmp_path / "pipe", 100)

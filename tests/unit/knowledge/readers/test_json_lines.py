"""The reader of JSON lines, and how it names the line that is wrong."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.document import Document
from medbot_desktop.knowledge.readers.json_lines import JsonLinesReader
from tests.unit.knowledge.readers.made_files import json_lines

GOOD = {"id": "a", "title": "Cold", "text": "A cold is mild.\n\nRest.", "url": "https://c.example/a", "language": "en"}


def read(path: Path) -> list[Document]:
    return list(JsonLinesReader().read(path))


def refused(tmp_path: Path, line: str) -> str:
    path = tmp_path / "items.jsonl"
    path.write_bytes((json.dumps(GOOD) + "\n\n" + line + "\n").encode("utf-8", "surrogatepass"))
    documents = JsonLinesReader().read(path)
    assert next(documents).id == "a"
    with pytest.raises(LibraryError) as caught:
        list(documents)
    return caught.value.message


def test_each_line_is_a_document_with_its_own_id(tmp_path: Path) -> None:
    document = read(json_lines(tmp_path / "items.jsonl", [GOOD]))[0]
    assert (document.id, document.title, document.url, document.language) == ("a", "Cold", "https://c.example/a", "en")
    assert [block.text for block in document.sections[0].blocks] == ["A cold is mild.", "Rest."]


@pytest.mark.parametrize("title", ["", ', "title": ""', ', "title": null', ', "title": " \\n"'])
def test_a_record_without_a_title_is_called_by_its_first_words(tmp_path: Path, title: str) -> None:
    text = "Rest, drink water and call us if the fever stays for long."
    path = tmp_path / "answers.jsonl"
    path.write_text(f'{{"id": "7", "text": "{text}"{title}}}\n', encoding="utf-8")
    (document,) = JsonLinesReader().read(path)
    assert document.title == "Rest, drink water and call us if the…"


def test_a_question_and_its_answer_do_for_title_and_text(tmp_path: Path) -> None:
    document = read(json_lines(tmp_path / "items.jsonl", [{"id": 7, "question": "Why?", "answer": "So."}]))[0]
    assert (document.id, document.title, document.body) == ("7", "Why?", "So.")


def test_a_gzipped_file_is_read_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl.gz"
    path.write_bytes(gzip.compress(b"\xef\xbb\xbf" + json.dumps(GOOD).encode()))
    assert read(path)[0].id == "a"


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ('{"id": ' + "9" * 5000 + "}", "is not JSON"),
        ("[1]", "is not an object"),
        ('{"title": "a", "text": "b"}', "has no id"),
        ('{"id": true, "title": "a", "text": "b"}', "has no id"),
        ('{"id": "b", "title": 5, "text": "b"}', "has no text, or a title that is none"),
        ('{"id": "b", "title": "b", "text": 5}', "has no text, or a title that is none"),
        ('{"id": "b", "title": "b", "text": " "}', "has an empty text"),
        ("\udcff", "is not UTF-8"),
        ('{"id": "b", "title": "b", "text": "' + "x" * 4_000_000 + '"}', "is longer than 4 MB"),
    ],
)
def test_a_bad_line_is_refused_with_its_number(tmp_path: Path, line: str, what: str) -> None:
    assert refused(tmp_path, line) == f"Line 3 of items.jsonl {what}."


def test_records_that_share_an_id_are_numbered(tmp_path: Path) -> None:
    records = [{**GOOD, "id": identifier} for identifier in ("a", "a", "a-2", "a")]
    assert [document.id for document in read(json_lines(tmp_path / "items.jsonl", records))] == [
        "a",
        "a-2",
        "a-2-2",
        "a-3",
    ]


def test_half_a_surrogate_pair_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    path.write_text('{"id": "a", "title": "b\\ud800", "text": "c\\udc00\\u0000d"}\n')
    assert read(path)[0].body == "cd"


def test_a_broken_gzip_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps(GOOD).encode())[:-9])
    with pytest.raises(LibraryError, match="is damaged"):
        read(path)

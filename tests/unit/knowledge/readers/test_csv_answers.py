"""The reader of CSV: questions with their answers, and any other table."""

from __future__ import annotations

from pathlib import Path

import pytest

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.document import Document
from medbot_desktop.knowledge.readers.csv_answers import CsvReader
from tests.unit.knowledge.readers.made_files import QUESTIONS


def read(tmp_path: Path, text: str, encoding: str = "utf-8") -> list[Document]:
    path = tmp_path / "Our answers.csv"
    path.write_bytes(text.encode(encoding))
    return list(CsvReader().read(path))


def test_each_question_is_a_document_that_holds_its_answer(tmp_path: Path) -> None:
    first, second = read(tmp_path, QUESTIONS)
    assert (first.id, first.title, first.url) == ("q1", "What is a cold?", "https://c.example/1")
    assert [block.text for block in first.sections[0].blocks] == ["A cold is mild.", "Rest, drink."]
    assert (second.id, second.body) == ("q2", "So.")


@pytest.mark.parametrize(
    "header",
    ["Question,Answer", "Q,A", "Frage,Antwort", "Pregunta,Respuesta", "Question text,Answer text", "title,text"],
)
def test_columns_are_found_by_their_usual_names(tmp_path: Path, header: str) -> None:
    document = read(tmp_path, f"{header}\nWhy?,So.\n")[0]
    assert (document.id, document.title, document.body) == ("our-answers", "Why?", "So.")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_delimiter_and_the_encoding_are_told(tmp_path: Path, delimiter: str, encoding: str) -> None:
    rows = [["Question", "Answer"], ["Fièvre?", "Au-dessus de 38 °C"], ["Größe?", "Messen"], ["Why?", "So"]]
    documents = read(tmp_path, "\r\n".join(delimiter.join(row) for row in rows), encoding)
    assert [document.title for document in documents] == ["Fièvre?", "Größe?", "Why?"]


def test_a_first_line_that_states_the_delimiter_is_believed(tmp_path: Path) -> None:
    assert read(tmp_path, "sep=;\nQuestion;Answer\nWhy, then?;So.\n")[0].title == "Why, then?"


def test_rows_that_share_an_id_are_numbered(tmp_path: Path) -> None:
    documents = read(tmp_path, "id,Question,Answer\n1,Why?,So.\n1,How?,So.\n")
    assert [document.id for document in documents] == ["1", "1-2"]


def test_another_table_is_rows_with_their_header(tmp_path: Path) -> None:
    document = read(tmp_path, "Medicine,Dose\nParacetamol,1 g\nIbuprofen,400 mg\n")[0]
    assert (document.id, document.title) == ("our-answers", "Our answers")
    assert [(block.text, block.header) for block in document.sections[0].blocks] == [
        ("Medicine | Dose", ""),
        ("Paracetamol | 1 g", "Medicine | Dose"),
        ("Ibuprofen | 400 mg", "Medicine | Dose"),
    ]


def test_a_long_table_is_several_documents(tmp_path: Path) -> None:
    documents = read(tmp_path, "Medicine,Dose\n" + "Paracetamol,1 g\n" * 2500)
    assert [(document.id, document.title) for document in documents] == [
        ("our-answers", "Our answers, rows 1 to 1,000"),
        ("our-answers-2", "Our answers, rows 1,001 to 2,000"),
        ("our-answers-3", "Our answers, rows 2,001 to 2,500"),
    ]


def test_a_header_too_long_to_be_repeated_is_not_carried_by_each_row(tmp_path: Path) -> None:
    blocks = read(tmp_path, "a" * 500 + ",b\n1,2\n3,4\n")[0].sections[0].blocks
    assert [block.header for block in blocks] == ["", "", ""]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('Question,Answer\nWhy?,"So.\nAnd so on\n', "Row 2 of Our answers.csv is broken"),
        ("Question,Answer\nWhy?," + "x" * 200_000 + "\n", "Row 2 of Our answers.csv is broken"),
        ("Question,Answer\nWhy?," + "," * 600 + "\n", "Row 2 of Our answers.csv has more than 500 cells"),
        ("Question,Answer\n" + "x" * 4_000_001, "Line 2 of Our answers.csv is too long"),
        ("Question,Answer\n", "Our answers.csv has no text in it"),
        ("Question,Answer\nWhy?,\n", "Our answers.csv has no text in it"),
        (" \n", "Our answers.csv has no text in it"),
    ],
)
def test_a_row_that_cannot_be_read_is_named(tmp_path: Path, text: str, what: str) -> None:
    with pytest.raises(LibraryError) as caught:
        read(tmp_path, text)
    assert caught.value.message.startswith(what)

"""What is embedded for a document: its passages with title and headings before them, and its names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from medbot_desktop.knowledge.building import DocumentBuilder
from medbot_desktop.knowledge.chunking import chunk
from medbot_desktop.knowledge.document import Document
from medbot_desktop.knowledge.embedding import digest, embedded_texts, names_of


def document(title: str = "Fever", synonyms: tuple[str, ...] = ()) -> Document:
    builder = DocumentBuilder()
    builder.heading("Children", 1)
    builder.heading("Under one year", 2)
    builder.paragraph("Call us.")
    return replace(builder.build("fever-1", title), synonyms=synonyms)


def texts(of: Document) -> list[str]:
    return embedded_texts(of, chunk(of, lambda text: len(text.split())))


def test_the_title_and_the_path_of_headings_stand_before_the_text() -> None:
    assert texts(document()) == ["Fever. Children › Under one year. Call us."]


def test_the_first_synonyms_stand_behind_the_title() -> None:
    assert texts(document(synonyms=tuple("abcdefgh")))[0].startswith("Fever (a, b, c, d, e, f). ")


def test_a_heading_that_is_the_title_is_said_once() -> None:
    builder = DocumentBuilder()
    builder.paragraph("Rest.")
    assert texts(builder.build("a", "Fever")) == ["Fever. Rest."]


@pytest.mark.parametrize("title", ["Call us…", "fever-1"])
def test_a_title_that_names_nothing_is_neither_embedded_nor_a_name(title: str) -> None:
    assert texts(document(title)) == ["Children › Under one year. Call us."]
    assert names_of(document(title)) == ()


def test_a_title_without_end_leaves_room_for_the_text() -> None:
    assert len(texts(document("x" * 5_000))[0]) < 300


def test_only_the_same_text_has_the_same_digest() -> None:
    assert digest("Rest.") == digest("Rest.")
    assert digest("Rest.") != digest("Rest")
    assert len(digest("half of a character \ud800")) == 16

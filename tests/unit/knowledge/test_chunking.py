"""Passages: whole blocks of one section, of a size that the embedder can read."""

from __future__ import annotations

from itertools import pairwise

import pytest

from medbot_desktop.knowledge.chunking import chunk
from medbot_desktop.knowledge.document import Block, Document, Section
from medbot_desktop.knowledge.library import read_folder
from medbot_desktop.settings import resources_folder

LIMIT = 96


def count_words(text: str) -> int:
    return len(text.split())


def document_of(*sections: tuple[str, list[str]]) -> Document:
    body = ""
    laid_out = []
    for heading, lines in sections:
        body += heading + "\n"
        blocks = []
        for text in lines:
            blocks.append(Block(text, len(body), len(body) + len(text)))
            body += text + "\n"
        laid_out.append(Section(heading, tuple(blocks)))
    return Document("a", "A", (), (), "everyone", "2026-01-01", (), tuple(laid_out), body)


@pytest.fixture(scope="module")
def library() -> list[Document]:
    return read_folder(resources_folder() / "library")


def test_every_passage_of_the_library_stands_where_its_offsets_say(library: list[Document]) -> None:
    for document in library:
        for piece in chunk(document, count_words, LIMIT):
            assert document.body[piece.start : piece.end] == piece.text


def test_no_passage_of_the_library_crosses_a_section(library: list[Document]) -> None:
    for document in library:
        bounds = {section.heading: (section.blocks[0].start, section.blocks[-1].end) for section in document.sections}
        for piece in chunk(document, count_words, LIMIT):
            start, end = bounds[piece.section]
            assert start <= piece.start < piece.end <= end


def test_no_passage_of_the_library_is_over_the_limit(library: list[Document]) -> None:
    sizes = [count_words(piece.text) for document in library for piece in chunk(document, count_words, LIMIT)]
    assert max(sizes) <= LIMIT


def test_every_word_of_the_library_but_its_sources_is_in_a_passage(library: list[Document]) -> None:
    for document in library:
        kept = " ".join(piece.text for piece in chunk(document, count_words, LIMIT)).split()
        said = [block.text for s in document.sections if s.heading != "Sources" for block in s.blocks]
        assert kept == " ".join(said).split()


def test_passages_follow_one_another_and_do_not_overlap(library: list[Document]) -> None:
    for document in library:
        pieces = chunk(document, count_words, LIMIT)
        assert all(one.end <= other.start for one, other in pairwise(pieces))


def test_short_blocks_of_a_section_share_a_passage() -> None:
    pieces = chunk(document_of(("Do", ["Rest.", "Drink."]), ("See", ["Ask."])), count_words, 10)
    assert [piece.text for piece in pieces] == ["Rest.\nDrink.", "Ask."]


def test_a_block_over_the_limit_is_cut_between_sentences() -> None:
    pieces = chunk(document_of(("Do", ["One two three. Four five six. Seven."])), count_words, 4)
    assert [piece.text for piece in pieces] == ["One two three.", "Four five six. Seven."]


def test_a_sentence_over_the_limit_stays_whole() -> None:
    pieces = chunk(document_of(("Do", ["One two three four five six."])), count_words, 3)
    assert [piece.text for piece in pieces] == ["One two three four five six."]


def test_the_sources_are_no_passage() -> None:
    assert chunk(document_of(("Sources", ["NHS: Toes"])), count_words, 10) == []

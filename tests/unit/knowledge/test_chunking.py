"""Passages: runs of whole blocks of one section, of a size that the embedder can read."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from medbot_desktop.inference.embedder import MOST_TOKENS as MOST_EMBEDDED
from medbot_desktop.knowledge.building import DocumentBuilder
from medbot_desktop.knowledge.chunking import LEAST_TOKENS, MOST_TOKENS, Chunk, chunk
from medbot_desktop.knowledge.document import Document, Source
from medbot_desktop.knowledge.embedding import embedded_texts
from medbot_desktop.knowledge.library import read_folder
from medbot_desktop.knowledge.opening import Knowledge
from medbot_desktop.settings import resources_folder

HEADER = ["Medicine", "Dose"]


def count_words(text: str) -> int:
    return len(text.split())


def sentence(words: int, first: str = "One") -> str:
    return " ".join([first, *(f"word{n}" for n in range(words - 1))]) + "."


def cut(builder: DocumentBuilder) -> list[Chunk]:
    return chunk(builder.build("a", "A"), count_words)


def prose(*paragraphs: str) -> DocumentBuilder:
    builder = DocumentBuilder()
    builder.heading("Do", 1)
    for text in paragraphs:
        builder.paragraph(text)
    return builder


def table(rows: int, words: int) -> DocumentBuilder:
    builder = prose()
    builder.row(HEADER)
    for number in range(rows):
        builder.row([f"m{number}", sentence(words)], HEADER)
    return builder


@pytest.fixture(scope="module")
def library() -> list[Document]:
    return read_folder(resources_folder() / "library")


def test_every_passage_of_the_library_stands_where_its_offsets_say(library: list[Document]) -> None:
    for document in library:
        for piece in chunk(document, count_words):
            assert document.body[piece.start : piece.end] == piece.text


def test_no_passage_of_the_library_crosses_a_section(library: list[Document]) -> None:
    for document in library:
        bounds = {section.heading: (section.blocks[0].start, section.blocks[-1].end) for section in document.sections}
        for piece in chunk(document, count_words):
            start, end = bounds[piece.section]
            assert start <= piece.start < piece.end <= end


def test_every_word_of_the_library_but_its_sources_is_in_a_passage(library: list[Document]) -> None:
    for document in library:
        kept = {at for piece in chunk(document, count_words) for at in range(piece.start, piece.end)}
        said = [block for s in document.sections if s.heading != "Sources" for block in s.blocks]
        assert all(set(range(block.start, block.end)) <= kept for block in said)


def test_a_section_called_sources_of_a_document_that_names_none_is_a_passage() -> None:
    builder = DocumentBuilder()
    builder.heading("Sources", 1)
    builder.paragraph("Lead comes from old paint and from water pipes.")
    assert [piece.section for piece in cut(builder)] == ["Sources"]


def test_the_embedder_reads_every_passage_of_the_library_to_its_end(
    library: list[Document], knowledge: Knowledge
) -> None:
    count = knowledge.embedder.count_tokens
    for document in library:
        pieces = chunk(document, count)
        assert max(count(text) for text in embedded_texts(document, pieces)) + 2 < MOST_EMBEDDED


def test_short_blocks_of_a_section_share_a_passage() -> None:
    builder = prose("Rest.", "Drink.")
    builder.heading("See", 1)
    builder.paragraph("Ask.")
    assert [piece.text for piece in cut(builder)] == ["Rest.\nDrink.", "Ask."]


def test_a_passage_is_full_from_the_least_tokens_on_and_never_over_the_most() -> None:
    sizes = [count_words(piece.text) for piece in cut(prose(*(sentence(45) for _ in range(40))))]
    assert all(LEAST_TOKENS <= size <= MOST_TOKENS for size in sizes[:-1])


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    pieces = cut(prose(" ".join(sentence(50) for _ in range(12))))
    assert len(pieces) > 2
    assert all(piece.text.startswith("One") and piece.text.endswith(".") for piece in pieces)


def test_a_passage_begins_with_the_last_short_sentence_of_the_one_before() -> None:
    first, second = cut(prose(sentence(100), sentence(30, "Mind"), sentence(100), sentence(20)))
    assert second.text.startswith("Mind")
    assert second.start < first.end


def test_a_long_last_sentence_is_not_repeated() -> None:
    first, second = cut(prose(sentence(90), sentence(60, "Mind"), sentence(100)))
    assert first.end < second.start
    assert not second.text.startswith("Mind")


def test_passages_of_two_sections_do_not_overlap() -> None:
    builder = DocumentBuilder()
    for heading in ("Do", "See"):
        builder.heading(heading, 1)
        builder.paragraph(sentence(100))
        builder.paragraph(sentence(30))
    pieces = cut(builder)
    assert all(one.end <= other.start for one, other in pairwise(pieces))


def test_a_rest_of_a_few_words_goes_to_the_passage_before_it() -> None:
    assert len(cut(prose(sentence(130), sentence(5)))) == 1


def test_a_sentence_that_no_passage_can_hold_is_cut_between_words() -> None:
    pieces = cut(prose(sentence(1_000)))
    assert all(count_words(piece.text) <= MOST_TOKENS for piece in pieces)
    assert " ".join(piece.text for piece in pieces) == sentence(1_000)


def test_letters_without_a_space_are_cut_as_well() -> None:
    letters = "x" * 100_000
    pieces = chunk(prose(letters).build("a", "A"), lambda text: len(text) // 3)
    assert "".join(piece.text for piece in pieces) == letters
    assert max(len(piece.text) // 3 for piece in pieces) <= MOST_TOKENS


def test_the_rows_of_a_table_have_its_header_row_before_them_wherever_it_is_cut() -> None:
    pieces = cut(table(rows=30, words=20))
    assert len(pieces) > 2
    for piece in pieces:
        assert piece.text.startswith("Medicine | Dose\n")
        assert len(re.findall("Medicine", piece.text)) == 1


def test_a_row_is_never_in_two_passages() -> None:
    rows = [row for piece in cut(table(rows=30, words=20)) for row in re.findall(r"m\d+ \|", piece.text)]
    assert len(rows) == len(set(rows)) == 30


def test_the_section_of_a_passage_names_the_headings_above_it() -> None:
    builder = DocumentBuilder()
    builder.heading("Fever", 1)
    builder.heading("Children", 2)
    builder.paragraph("Call us.")
    (piece,) = cut(builder)
    assert piece.section == "Fever › Children"


def test_a_passage_has_the_page_that_it_begins_on() -> None:
    builder = DocumentBuilder()
    for page in (1, 2):
        builder.paragraph(sentence(130), page)
    assert [piece.page for piece in cut(builder)] == [1, 2]


def test_sources_that_the_front_matter_names_are_no_passage() -> None:
    builder = DocumentBuilder()
    builder.heading("Sources", 1)
    builder.paragraph("NHS: Toes")
    document = replace(builder.build("a", "A"), sources=(Source("NHS", "Toes"),))
    assert chunk(document, count_words) == []

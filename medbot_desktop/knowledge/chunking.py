"""Cut a document into passages that can be embedded, found and cited."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from medbot_desktop.knowledge.document import Block, Document, Section
from medbot_desktop.text import sentence_spans

UNCITED_SECTIONS = frozenset({"Sources"})
"""Sections that name where facts come from; they are no passages."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage before it is stored; ``start`` and ``end`` are offsets in the document's body."""

    section: str
    text: str
    start: int
    end: int


def chunk(document: Document, count_tokens: Callable[[str], int], limit: int = 96) -> list[Chunk]:
    """Cut a document into passages.

    A passage is a run of whole blocks of one section; a block that alone is over the limit is cut between sentences.

    Args:
        document: what to cut.
        count_tokens: number of tokens of a text, as the embedder counts them.
        limit: the most tokens in a passage (a single longer sentence stays whole).
    """
    return [
        piece
        for section in document.sections
        if section.heading not in UNCITED_SECTIONS
        for piece in _cut_section(section, document.body, count_tokens, limit)
    ]


def _cut_section(section: Section, body: str, count_tokens: Callable[[str], int], limit: int) -> Iterator[Chunk]:
    start: int | None = None
    end = 0
    tokens = 0
    for block, size in _small_blocks(section.blocks, count_tokens, limit):
        if start is not None and tokens + size > limit:
            yield Chunk(section.heading, body[start:end], start, end)
            start, tokens = None, 0
        if start is None:
            start = block.start
        end = block.end
        tokens += size
    if start is not None:
        yield Chunk(section.heading, body[start:end], start, end)


def _small_blocks(
    blocks: tuple[Block, ...], count_tokens: Callable[[str], int], limit: int
) -> Iterator[tuple[Block, int]]:
    """Blocks with their numbers of tokens; one that is over the limit comes as its sentences."""
    for block in blocks:
        size = count_tokens(block.text)
        if size <= limit:
            yield block, size
            continue
        for start, end in sentence_spans(block.text):
            sentence = block.text[start:end]
            yield Block(sentence, block.start + start, block.start + end), count_tokens(sentence)

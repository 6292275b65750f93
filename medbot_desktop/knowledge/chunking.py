"""Cut a document into passages that can be embedded, found and cited."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from medbot_desktop.knowledge.document import Block, Document, Section
from medbot_desktop.text import sentence_spans

_SOURCES = "Sources"
"""Where a document names its sources in its front matter, the section that tells them again; it is no passage."""

PATH = " › "
"""What parts the headings of a section's path."""

LEAST_TOKENS = 126
"""A passage is full from this many tokens on; with the embedder's two marks that is 128."""

MOST_TOKENS = 200
"""No passage has more; with its title, its headings and the marks it is within the 256 that the embedder reads."""

_LONGEST_OVERLAP = 40
_SMALLEST_REST = 32
# A run of letters without a space that is longer than any word is cut, too.
_WORD = re.compile(r"\S{1,60}")


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage before it is stored.

    Attributes:
        section: its heading with those above it, outermost first.
        text: its words; the rows of a table have the table's header row before them, wherever the table is cut.
        start: offset of its first character in the document's body, that header aside.
        end: offset behind its last one.
        page: the page that it begins on, from 1; None where there are no pages.
    """

    section: str
    text: str
    start: int
    end: int
    page: int | None = None


@dataclass(frozen=True, slots=True)
class _Unit:
    """What is not cut: a short block, or a sentence of a long one; ``header`` is that of the table it is a row of."""

    start: int
    end: int
    tokens: int
    page: int | None
    header: str
    header_tokens: int


CountTokens = Callable[[str], int]
"""The number of tokens of a text, as the embedder counts them, without its marks."""


def chunk(document: Document, count_tokens: CountTokens) -> list[Chunk]:
    """Cut a document into passages.

    A passage holds whole blocks of one section until it is full. A block that alone fills one is cut between sentences,
    and a sentence that is over the most between words. A passage of prose that goes on from another one of its section
    begins with that one's last sentence, where that is short.

    Args:
        document: what to cut.
        count_tokens: counts the tokens of a text.
    """
    return [
        _chunk(section, run, document.body)
        for section in document.sections
        if not (document.sources and section.heading == _SOURCES)
        for run in _overlapping(_runs(_units(section, count_tokens)))
    ]


def _chunk(section: Section, run: list[_Unit], body: str) -> Chunk:
    start, end, header = run[0].start, run[-1].end, run[0].header
    text = f"{header}\n{body[start:end]}" if header else body[start:end]
    return Chunk(PATH.join((*section.above, section.heading)), text, start, end, run[0].page)


def _runs(units: Iterable[_Unit]) -> list[list[_Unit]]:
    """The units of a section, passage by passage."""
    runs: list[list[_Unit]] = []
    run: list[_Unit] = []
    for unit in units:
        if run and _size([*run, unit]) > MOST_TOKENS:
            runs.append(run)
            run = []
        run.append(unit)
        if _size(run) >= LEAST_TOKENS:
            runs.append(run)
            run = []
    if run and runs and _size(run) < _SMALLEST_REST and _size([*runs[-1], *run]) <= MOST_TOKENS:
        runs[-1] += run
    elif run:
        runs.append(run)
    return runs


def _overlapping(runs: list[list[_Unit]]) -> Iterator[list[_Unit]]:
    yield from runs[:1]
    for before, run in pairwise(runs):
        last = before[-1]
        is_prose = not last.header and not run[0].header
        fits = last.tokens <= _LONGEST_OVERLAP and last.tokens + _size(run) <= MOST_TOKENS
        yield [last, *run] if is_prose and fits and len(before) > 1 else run


def _size(run: list[_Unit]) -> int:
    return run[0].header_tokens + sum(unit.tokens for unit in run)


def _units(section: Section, count_tokens: CountTokens) -> Iterator[_Unit]:
    headers: dict[str, int] = {"": 0}
    for block in section.blocks:
        if block.header not in headers:
            headers[block.header] = count_tokens(block.header)
        for start, end, tokens in _spans(block, count_tokens):
            at = block.start
            yield _Unit(at + start, at + end, tokens, block.page, block.header, headers[block.header])


def _spans(block: Block, count_tokens: CountTokens) -> Iterator[tuple[int, int, int]]:
    """The (start, end, tokens) of the parts of a block that are not cut."""
    whole = count_tokens(block.text)
    if whole <= LEAST_TOKENS:
        yield 0, len(block.text), whole
        return
    for start, end in sentence_spans(block.text):
        tokens = count_tokens(block.text[start:end])
        if tokens <= MOST_TOKENS:
            yield start, end, tokens
        else:
            yield from _between_words(block.text, start, end, count_tokens)


def _between_words(text: str, start: int, end: int, count_tokens: CountTokens) -> Iterator[tuple[int, int, int]]:
    first, last, tokens = start, start, 0
    for match in _WORD.finditer(text, start, end):
        size = count_tokens(match.group())
        if tokens and tokens + size > LEAST_TOKENS:
            yield first, last, tokens
            first, tokens = match.start(), 0
        last, tokens = match.end(), tokens + size
    yield first, last, tokens

"""A document as a reader gives it: its words in order, cut into sections."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a list item or a step; offsets are characters of the document's body."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the blocks below it."""

    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document's facts were published: the body (NHS, CDC, ...) and the title of its page or guideline."""

    body: str
    title: str


@dataclass(frozen=True, slots=True)
class Document:
    """One document.

    Attributes:
        id: identifier inside its library.
        synonyms: other names.
        asked_as: phrases in which people ask about it.
        audience: whom it is for, e.g. ``adults``.
        last_reviewed: ISO date of the last review.
        body: the whole plain text; a block of a section starts on a line of its own.
    """

    id: str
    title: str
    synonyms: tuple[str, ...]
    asked_as: tuple[str, ...]
    audience: str
    last_reviewed: str
    sources: tuple[Source, ...]
    sections: tuple[Section, ...]
    body: str

    @property
    def names(self) -> tuple[str, ...]:
        """The title, the synonyms and the phrases in which people ask."""
        return (self.title, *self.synonyms, *self.asked_as)

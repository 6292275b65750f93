"""A document as a reader gives it: its words in order, cut into sections of blocks."""

from __future__ import annotations

from dataclasses import dataclass

CUT_TITLE = "…"
"""How a title ends that is only the beginning of the text, since the document has none; it names nothing."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a list item, a step or a row of a table.

    Attributes:
        text: its words.
        start: offset of its first character in the document's body.
        end: offset behind its last one.
        page: number of the page that it begins on, from 1; None where there are no pages.
        header: the header row of the table that it is a row of; empty elsewhere.
    """

    text: str
    start: int
    end: int
    page: int | None = None
    header: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the blocks below it; ``above`` holds the headings that it stands under, outermost first."""

    heading: str
    blocks: tuple[Block, ...]
    above: tuple[str, ...] = ()


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
        last_reviewed: ISO date of the last review; empty where the document does not say.
        body: the whole plain text; a block of a section starts on a line of its own.
        url: where it was published; empty where that is not known.
        language: code of its language, e.g. ``en``; empty where it does not say.
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
    url: str = ""
    language: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The title, the synonyms and the phrases in which people ask."""
        return (self.title, *self.synonyms, *self.asked_as)


@dataclass(frozen=True, slots=True)
class Reading:
    """How far a file is read.

    Attributes:
        share: from 0 to 1.
        pages: how many it has; None where it has none, or that is not known.
    """

    share: float
    pages: int | None = None

"""What the libraries hold and a search of them gives."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of one section of one document, as it can be cited.

    Attributes:
        id: stable identifier, unique over all libraries.
        library: name of the library that holds it.
        document_id: identifier of the document inside its library.
        title: the document's title.
        section: heading of the section.
        text: the passage's own words.
        start: offset of ``text`` in the document's body, in characters.
        end: offset behind it.
        page: page number where the document has pages.
    """

    id: str
    library: str
    document_id: str
    title: str
    section: str
    text: str
    start: int
    end: int
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found for a question; ``score`` orders the hits of one search."""

    passage: Passage
    score: float


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What a search of the libraries gave.

    Attributes:
        hits: passages, best first.
        confidence: calibrated probability in 0..1 that the best document answers the question.
        answerable: whether ``confidence`` is high enough to answer from these passages.
        question: what was searched for, where a message held more than that.
    """

    hits: tuple[Hit, ...]
    confidence: float
    answerable: bool
    question: str = ""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which documents are searched; what is empty or None lets every one through.

    Attributes:
        libraries: names of libraries.
        without: names of libraries that are left out.
        audience: whom a document is for, e.g. ``adults``; what is for everyone is for them too.
        language: code of a language, e.g. ``en``; documents that do not say theirs are let through.
        since: ISO day on which or after which a document was reviewed, or added where it does not say.
        tag: a tag that a document has.
    """

    libraries: frozenset[str] | None = None
    without: frozenset[str] = frozenset()
    audience: str = ""
    language: str = ""
    since: str = ""
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """The passage behind a numbered mark in an answer.

    Attributes:
        n: the number shown, from 1.
        passage: what is cited.
        quotes: the sentences of the passage that support the answer, as (start, end) offsets in ``passage.text``.
        score: probability in 0..1 that the passage answers the question.
    """

    n: int
    passage: Passage
    quotes: tuple[tuple[int, int], ...]
    score: float

    @property
    def quote(self) -> str:
        """The first supporting sentence."""
        start, end = self.quotes[0] if self.quotes else (0, len(self.passage.text))
        return self.passage.text[start:end]

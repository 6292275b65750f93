"""Hold an unchanging picture of all that may be searched; what changes gives another picture, to replace this one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from medbot_desktop.domain import Filters
from medbot_desktop.knowledge.rights import may_read
from medbot_desktop.knowledge.search.answer_kinds import AnswerKinds
from medbot_desktop.knowledge.search.candidates import UNIT_TERMS
from medbot_desktop.knowledge.search.terms import TermIndex, Terms
from medbot_desktop.vault.roles import Role

_FOR_ALL = ("", "everyone")


@dataclass(frozen=True, slots=True)
class HeldLibrary:
    """A library: its name and the roles that may read it (none: all)."""

    name: str
    readable_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeldDocument:
    """What searches know of a document.

    Attributes:
        row_id: its row.
        library: the row of its library.
        signature: what tells its text and its passages from those of any other document and moment.
        audience: whom it is for.
        language: code of its language; empty where it does not say.
        since: ISO day of its last review, or on which it was added.
        tags: what it is tagged with.
    """

    row_id: int
    library: int
    signature: str
    audience: str
    language: str
    since: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PassageWords:
    """A passage as it comes in: its row, its section, its content words."""

    row_id: int
    section: str
    terms: Terms


@dataclass(frozen=True, slots=True)
class Incoming:
    """A document as it comes in.

    Attributes:
        document: what searches know of it.
        passages: its passages in order.
        headings: the content words of its title and of each section's heading, put before the words of a section.
        names: the rows of its names.
        name_terms: the content words of all its names.
    """

    document: HeldDocument
    passages: Sequence[PassageWords]
    headings: Mapping[str, Terms]
    names: Sequence[int]
    name_terms: Terms


@dataclass(frozen=True, slots=True)
class Holdings:
    """The picture. Units, documents and passages are known by their numbers, from 0.

    Attributes:
        libraries: by their rows.
        documents: every document.
        passages: the row of each passage, unit by unit, shape (p,).
        first_passage: where each unit begins in ``passages``, and the end, shape (u + 1,).
        document_of: the document of each unit, shape (u,).
        terms: the content words of the units.
        kinds: the logarithm of the probability of each kind of answer, shape (u, kinds).
        names: the row of each name, shape (n,).
        named: the document of each name, shape (n,).
        name_terms: the content words of the names of each document.
    """

    libraries: Mapping[int, HeldLibrary]
    documents: tuple[HeldDocument, ...]
    passages: NDArray[np.int64]
    first_passage: NDArray[np.int64]
    document_of: NDArray[np.int64]
    terms: TermIndex
    kinds: NDArray[np.float16]
    names: NDArray[np.int64]
    named: NDArray[np.int64]
    name_terms: TermIndex
    _passages_by_row: NDArray[np.int64] = field(repr=False)
    _names_by_row: NDArray[np.int64] = field(repr=False)
    _masks: dict[tuple[Filters, Role], NDArray[np.bool_] | None] = field(repr=False)

    @classmethod
    def of(cls, libraries: Mapping[int, HeldLibrary], incoming: Sequence[Incoming], kinds_of: AnswerKinds) -> Self:
        """Make a picture of these documents only."""
        rows: list[int] = []
        first, document_of, units = [0], [], []
        for number, document in enumerate(incoming):
            for section, terms in _units(document):
                rows += section
                first.append(len(rows))
                document_of.append(number)
                units.append(terms)
        index = TermIndex.of(units)
        return cls._sorted(
            libraries=libraries,
            documents=tuple(item.document for item in incoming),
            passages=np.array(rows, dtype=np.int64),
            first_passage=np.array(first, dtype=np.int64),
            document_of=np.array(document_of, dtype=np.int64),
            terms=index,
            kinds=kinds_of.of_units(index),
            names=np.array([name for item in incoming for name in item.names], dtype=np.int64),
            named=np.repeat(np.arange(len(incoming)), [len(item.names) for item in incoming]).astype(np.int64),
            name_terms=TermIndex.of([item.name_terms for item in incoming]),
        )

    def changed(
        self, libraries: Mapping[int, HeldLibrary], documents: Mapping[int, HeldDocument], more: Holdings
    ) -> Holdings:
        """Another picture.

        Args:
            libraries: as they are now.
            documents: of those held here, what is known of them now, by their rows; the others are gone.
            more: documents that came.
        """
        stays = np.array([item.row_id in documents for item in self.documents], dtype=bool)
        number = np.cumsum(stays) - 1
        units = stays[self.document_of]
        of_unit = np.diff(self.first_passage)
        passages = self.passages[np.repeat(units, of_unit)]
        names = stays[self.named]
        kept = int(stays.sum())
        ends = np.cumsum(of_unit[units])
        return self._sorted(
            libraries=libraries,
            documents=(*(documents[i.row_id] for i in self.documents if i.row_id in documents), *more.documents),
            passages=np.concatenate([passages, more.passages]),
            first_passage=np.concatenate([[0], ends, more.first_passage[1:] + len(passages)]).astype(np.int64),
            document_of=np.concatenate([number[self.document_of[units]], more.document_of + kept]),
            terms=self.terms.keeping(units).followed_by(more.terms),
            kinds=np.concatenate([self.kinds[units], more.kinds]),
            names=np.concatenate([self.names[names], more.names]),
            named=np.concatenate([number[self.named[names]], more.named + kept]),
            name_terms=self.name_terms.keeping(stays).followed_by(more.name_terms),
        )

    @classmethod
    def _sorted(
        cls,
        *,
        libraries: Mapping[int, HeldLibrary],
        documents: tuple[HeldDocument, ...],
        passages: NDArray[np.int64],
        first_passage: NDArray[np.int64],
        document_of: NDArray[np.int64],
        terms: TermIndex,
        kinds: NDArray[np.float16],
        names: NDArray[np.int64],
        named: NDArray[np.int64],
        name_terms: TermIndex,
    ) -> Self:
        return cls(
            libraries, documents, passages, first_passage, document_of, terms, kinds, names, named, name_terms,
            np.argsort(passages), np.argsort(names), {},
        )  # fmt: skip

    def units_with(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """The unit of each passage; -1 for one that is not held."""
        places = _places(self.passages, self._passages_by_row, rows)
        units = np.searchsorted(self.first_passage, places, side="right") - 1
        return np.where(places >= 0, units, -1)

    def documents_named(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """The document of each name; -1 for one that is not held."""
        places = _places(self.names, self._names_by_row, rows)
        return np.where(places >= 0, self.named[np.maximum(places, 0)], -1) if len(self.named) else places

    def passages_of_units(self, units: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The rows of the passages of some units, unit by unit, and how many each has."""
        many = self.first_passage[units + 1] - self.first_passage[units]
        within = np.arange(int(many.sum())) - np.repeat(np.cumsum(many) - many, many)
        return self.passages[np.repeat(self.first_passage[units], many) + within], many

    def units_of_document(self, document: int) -> NDArray[np.int64]:
        """The units of a document, in order; they stand together."""
        start, end = np.searchsorted(self.document_of, [document, document + 1])
        return np.arange(start, end)

    def allowed(self, filters: Filters, role: Role) -> NDArray[np.bool_] | None:
        """Which documents may be found, shape (documents,); None: all of them."""
        key = (filters, role)
        if key not in self._masks:
            mask = self._mask(filters, role)
            # A picture is short-lived, and so are its filters: one that many ask for is made again.
            if len(self._masks) >= 8:
                self._masks.clear()
            self._masks[key] = None if mask.all() else mask
        return self._masks[key]

    def _mask(self, filters: Filters, role: Role) -> NDArray[np.bool_]:
        open_libraries = {
            row
            for row, library in self.libraries.items()
            if may_read(role, library.readable_by)
            and (filters.libraries is None or library.name in filters.libraries)
            and library.name not in filters.without
        }
        return np.array(
            [item.library in open_libraries and _passes(item, filters) for item in self.documents], dtype=bool
        )


def _passes(document: HeldDocument, filters: Filters) -> bool:
    language = document.language.partition("-")[0]
    return (
        (not filters.audience or document.audience in (filters.audience, *_FOR_ALL))
        and (not filters.language or not language or language == filters.language.partition("-")[0])
        and (not filters.since or document.since >= filters.since)
        and (not filters.tag or filters.tag in document.tags)
    )


def _units(incoming: Incoming) -> list[tuple[list[int], Terms]]:
    """The passages of each section in order, cut where the words are too many; those of the headings come first."""
    units: list[tuple[list[int], Terms]] = []
    rows: list[int] = []
    terms: list[Terms] = []
    words, section = 0, ""
    for passage in incoming.passages:
        if rows and (passage.section != section or words + len(passage.terms) > UNIT_TERMS):
            units.append((rows, np.concatenate(terms)))
            rows, terms, words = [], [], 0
        if not rows:
            section = passage.section
            terms = [incoming.headings[section]]
        rows.append(passage.row_id)
        terms.append(passage.terms)
        words += len(passage.terms)
    if rows:
        units.append((rows, np.concatenate(terms)))
    return units


def _places(held: NDArray[np.int64], by_row: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each of some rows stands among those held; -1 for one that is not."""
    if not len(held):
        return np.full(len(rows), -1, dtype=np.int64)
    at = by_row[np.minimum(np.searchsorted(held, rows, sorter=by_row), len(held) - 1)]
    return np.where(held[at] == rows, at, -1)

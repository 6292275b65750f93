"""Take stock of the libraries: read what searches need, and later only what came and what is gone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from medbot_desktop.knowledge.search.abbreviations import Abbreviations
from medbot_desktop.knowledge.search.answer_kinds import AnswerKinds
from medbot_desktop.knowledge.search.holdings import HeldDocument, Holdings, Incoming
from medbot_desktop.knowledge.search.holdings_reader import Register, Slice, read_documents, read_register
from medbot_desktop.knowledge.search.snapshot import IndexSnapshot, Kept
from medbot_desktop.knowledge.search.spelling import Speller
from medbot_desktop.knowledge.search.vector_index import FEW, VectorIndex
from medbot_desktop.text import words
from medbot_desktop.vault.vault import Vault

_SAME_SUBJECT = 0.9
"""Cosine from which two names mean the same subject."""

_SECONDS_BETWEEN_SNAPSHOTS = 60.0
_PASSAGES, _NAMES = "passages", "names"


@dataclass(frozen=True, slots=True)
class Learnt:
    """What the texts of the libraries taught; that of a document that is gone is forgotten when all is learnt anew.

    Attributes:
        documents: the signatures of the documents that were learnt from.
        words: the lower-case words of their texts and names.
        abbreviations: what is short for what.
    """

    documents: frozenset[str] = field(repr=False)
    words: frozenset[str] = field(repr=False)
    abbreviations: Abbreviations = field(repr=False)


@dataclass(frozen=True, slots=True)
class Stock:
    """All that a search looks into; the two indexes change under it, which a search must allow for.

    Attributes:
        holdings: the documents and their words.
        passages: the vectors of the passages, by their rows.
        names: the vectors of the names, by their rows.
        learnt: what the texts taught.
        speller: mends words.
        foreign: vectors of subjects that people ask about and no document is on, shape (m, d).
    """

    holdings: Holdings
    passages: VectorIndex
    names: VectorIndex
    learnt: Learnt
    speller: Speller
    foreign: NDArray[np.float32]


class Stocktaking:
    """Makes and renews the stock.

    Args:
        embedder: the identity of the embedder in use; vectors of another one are not searched.
        is_common: tells whether a lower-case word is an ordinary word of the language.
        kinds: tells what kind of answer a text gives.
        beyond: unit vectors of subjects that people ask about, shape (m, d).
        snapshot: where what takes long to make is kept; None: nowhere.
        few: up to so many vectors each is compared with, by which the same is found every time.
    """

    def __init__(
        self,
        embedder: str,
        is_common: Callable[[str], bool],
        kinds: AnswerKinds,
        beyond: NDArray[np.float32],
        snapshot: IndexSnapshot | None = None,
        few: int = FEW,
    ) -> None:
        self._embedder = embedder
        self._is_common = is_common
        self._kinds = kinds
        self._beyond = beyond
        self._dimensions = int(beyond.shape[1])
        self._snapshot = snapshot
        self._few = few
        self._saving = threading.Lock()
        self._saved = 0.0
        self._unsaved: Stock | None = None

    def take(self, vault: Vault) -> Stock:
        """Read everything, with the help of what was kept."""
        register = read_register(vault)
        kept = self._snapshot.load() if self._snapshot else None
        learnt = _learnt_before(kept)
        documents = list(register.documents.values())
        incoming: list[Incoming] = []
        vectors: dict[str, list[tuple[NDArray[np.float32], NDArray[np.int64]]]] = {_PASSAGES: [], _NAMES: []}
        texts: list[str] = []
        for part in self._read(vault, documents, learnt):
            incoming += part.incoming
            vectors[_PASSAGES].append(part.passages.arrays(self._dimensions))
            vectors[_NAMES].append(part.names.arrays(self._dimensions))
            texts += [*part.texts, *part.named]
        indexes = {name: self._index(vectors.pop(name), kept, name) for name in (_PASSAGES, _NAMES)}
        stock = self._stock(
            Holdings.of(register.libraries, incoming, self._kinds),
            indexes[_PASSAGES],
            indexes[_NAMES],
            _learning(learnt, texts, (item.document for item in incoming)),
        )
        if kept is None or kept.documents != stock.learnt.documents:
            self._unsaved = stock
            self.keep()
        return stock

    def again(self, vault: Vault, stock: Stock) -> Stock:
        """The stock as it is now; the old one can be searched meanwhile.

        Args:
            vault: any connection to the same database.
            stock: what this gave before.
        """
        register = read_register(vault)
        held = {item.row_id: item for item in stock.holdings.documents}
        if register == Register(dict(stock.holdings.libraries), held):
            return stock
        stays = {
            row: item
            for row, item in register.documents.items()
            if row in held and held[row].signature == item.signature
        }
        came = [item for row, item in register.documents.items() if row not in stays]
        self._remove_gone(stock, stays)
        incoming: list[Incoming] = []
        texts: list[str] = []
        for part in self._read(vault, came, stock.learnt):
            stock.passages.add(*part.passages.arrays(self._dimensions))
            stock.names.add(*part.names.arrays(self._dimensions))
            incoming += part.incoming
            texts += [*part.texts, *part.named]
        more = Holdings.of(register.libraries, incoming, self._kinds)
        holdings = stock.holdings.changed(register.libraries, stays, more)
        learnt = _learning(stock.learnt, texts, holdings.documents)
        renewed = self._stock(holdings, _unworn(stock.passages), _unworn(stock.names), learnt)
        self._unsaved = renewed
        if time.monotonic() - self._saved > _SECONDS_BETWEEN_SNAPSHOTS:
            self.keep()
        return renewed

    def keep(self) -> None:
        """Save what was not saved yet."""
        with self._saving:
            stock, self._unsaved = self._unsaved, None
            if stock is None or self._snapshot is None:
                return
            graphs = {_PASSAGES: stock.passages.graph(), _NAMES: stock.names.graph()}
            forms, capitals = stock.learnt.abbreviations.to_lists()
            self._snapshot.save(
                Kept(
                    {name: graph for name, graph in graphs.items() if graph is not None},
                    stock.learnt.documents,
                    stock.learnt.words,
                    forms,
                    capitals,
                )
            )
            self._saved = time.monotonic()

    def _read(self, vault: Vault, documents: list[HeldDocument], learnt: Learnt) -> Iterable[Slice]:
        new = {item.row_id for item in documents if item.signature not in learnt.documents}
        return read_documents(vault, documents, new, self._embedder, self._dimensions)

    def _index(
        self, parts: list[tuple[NDArray[np.float32], NDArray[np.int64]]], kept: Kept | None, name: str
    ) -> VectorIndex:
        if not parts:
            return VectorIndex(self._dimensions, self._few)
        vectors, rows = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        parts.clear()
        if kept is not None and name in kept.graphs:
            try:
                return VectorIndex.from_graph(kept.graphs[name], vectors, rows, self._few)
            except ValueError:
                pass
        return VectorIndex.of(vectors, rows, self._few)

    def _remove_gone(self, stock: Stock, stays: dict[int, HeldDocument]) -> None:
        """Take out the vectors of what is gone: another document may come under the same rows."""
        holdings = stock.holdings
        gone = np.array([item.row_id not in stays for item in holdings.documents], dtype=bool)
        units = np.nonzero(gone[holdings.document_of])[0]
        stock.passages.remove(holdings.passages_of_units(units)[0])
        stock.names.remove(holdings.names[gone[holdings.named]])

    def _stock(self, holdings: Holdings, passages: VectorIndex, names: VectorIndex, learnt: Learnt) -> Stock:
        # A subject that a document is on by now is none beyond the libraries.
        foreign = self._beyond[names.nearest_cosines(self._beyond) < _SAME_SUBJECT]
        return Stock(holdings, passages, names, learnt, Speller(learnt.words, self._is_common), foreign)


def _learnt_before(kept: Kept | None) -> Learnt:
    if kept is None:
        return Learnt(frozenset(), frozenset(), Abbreviations())
    return Learnt(kept.documents, kept.words, Abbreviations.from_lists(kept.forms, kept.capitals))


def _learning(learnt: Learnt, texts: list[str], documents: Iterable[HeldDocument]) -> Learnt:
    signatures = frozenset(item.signature for item in documents)
    if not texts:
        return Learnt(signatures, learnt.words, learnt.abbreviations)
    abbreviations = learnt.abbreviations.copy()
    abbreviations.learn(texts)
    known = set(learnt.words)
    for text in texts:  # one after the other: the words of all at once would take many times the memory
        known.update(words(text))
    return Learnt(signatures, frozenset(known), abbreviations)


def _unworn(index: VectorIndex) -> VectorIndex:
    return index.made_anew() if index.is_worn else index

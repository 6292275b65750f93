"""Find the passages that answer a question: by meaning, by words and by name, fused and weighed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medbot_desktop.domain import Hit, Retrieved
from medbot_desktop.knowledge.embedding import EmbedTexts
from medbot_desktop.knowledge.features import (
    Features,
    inverse_document_frequency,
    reciprocal_rank_fusion,
    squash,
)
from medbot_desktop.knowledge.library import Libraries, StoredPassage
from medbot_desktop.knowledge.ranker import Ranker
from medbot_desktop.knowledge.snapshot import IndexSnapshot
from medbot_desktop.knowledge.spelling import Speller
from medbot_desktop.knowledge.vector_index import VectorIndex
from medbot_desktop.text import STOP_WORDS, content_stems, stem, words

_CANDIDATES = 60
"""How many passages and names each first search brings."""

_NEIGHBOURS = 5
_NEIGHBOUR_TEMPERATURE = 0.06
_SAME_SUBJECT = 0.9
"""Cosine from which two names mean the same subject."""


@dataclass(frozen=True, slots=True)
class _Search:
    """The first searches of one question: best scores by document, and what lies beyond them."""

    passage_cosine: dict[int, float]
    name_cosine: dict[int, float]
    lexical: dict[int, float]
    beyond_cosine: float
    agreement: dict[int, float]


class Retriever:
    """Searches every library of a vault.

    Args:
        libraries: where the passages are kept.
        embed: the embedder's function.
        is_common: tells whether a lower-case word is an ordinary word of the language.
        ranker: weighs the features of a document.
        beyond: unit vectors of subjects that people ask about and no document is on, shape (m, d).
        snapshot: where the index lies between two starts; None: it is built at each.
    """

    def __init__(
        self,
        libraries: Libraries,
        embed: EmbedTexts,
        is_common: Callable[[str], bool],
        ranker: Ranker,
        beyond: NDArray[np.float32],
        snapshot: IndexSnapshot | None = None,
    ) -> None:
        self._libraries = libraries
        self._beyond = beyond
        self._embed = embed
        self._is_common = is_common
        self._ranker = ranker
        self._snapshot = snapshot
        self.refresh()

    def refresh(self) -> None:
        """Read the libraries again after a document was added or removed."""
        stored = self._libraries.passages()
        names = self._libraries.names()
        self._passages: dict[int, StoredPassage] = {item.row_id: item for item in stored}
        self._of_document: dict[int, list[StoredPassage]] = defaultdict(list)
        vocabulary: set[str] = set()
        stems: dict[int, set[str]] = defaultdict(set)
        for item in stored:
            self._of_document[item.document].append(item)
            vocabulary.update(words(item.passage.text))
            stems[item.document].update(content_stems(item.passage.text))
        for name in names:
            vocabulary.update(words(name.text))
            stems[name.document].update(content_stems(name.text))
        self._stems = {document: frozenset(found) for document, found in stems.items()}
        self._documents_with = Counter(word for found in self._stems.values() for word in found)
        self._speller = Speller(vocabulary, self._is_common)
        self._name_document = [name.document for name in names]
        self._passage_index = self._index(
            _stack([item.vector for item in stored], self._beyond.shape[1]),
            np.array(list(self._passages), dtype=np.int64),
        )
        # Names are few and short: comparing with each of them is faster than building a graph at every start.
        self._name_vectors = _stack([name.vector for name in names], self._beyond.shape[1])
        # A subject that a document is on by now is none beyond the libraries.
        ours = (self._beyond @ self._name_vectors.T).max(axis=1, initial=0.0) >= _SAME_SUBJECT
        self._foreign = self._beyond[~ours]

    def retrieve(self, question: str, documents: int = 5, library: str | None = None) -> Retrieved:
        """Find what answers a question.

        Args:
            question: the question as cleaned; typing errors are mended here.
            documents: how many documents to return passages of.
            library: search only this library; None: all.

        Returns:
            Every passage of the best documents, ordered by document and, inside one, by closeness to the question.
        """
        mended = self._speller.mend(question)
        vector = self._embed([mended])[0]
        search = self._search(mended, vector, library)
        features_of = self._features(mended, search)
        ranked = sorted(
            ((self._ranker.ranking.probability(features), document) for document, features in features_of.items()),
            reverse=True,
        )[:documents]
        if not ranked:
            return Retrieved((), 0.0, answerable=False)
        hits = tuple(hit for probability, document in ranked for hit in self._hits(document, probability, vector))
        confidence = self._ranker.answering.probability(features_of[ranked[0][1]])
        return Retrieved(hits, confidence, answerable=confidence >= self._ranker.threshold)

    def features(self, question: str) -> dict[str, Features]:
        """The features of every candidate document by its identifier, for training and for explaining."""
        mended = self._speller.mend(question)
        search = self._search(mended, self._embed([mended])[0], None)
        return {
            self._of_document[document][0].passage.document_id: features
            for document, features in self._features(mended, search).items()
        }

    def _index(self, vectors: NDArray[np.float32], ids: NDArray[np.int64]) -> VectorIndex:
        """The index over the passages: the one that was kept if it is still right, else a new one, which is kept."""
        if self._snapshot is None:
            return VectorIndex(vectors, ids)
        fingerprint = self._libraries.fingerprint()
        index = self._snapshot.load(fingerprint, vectors, ids)
        if index is None:
            index = VectorIndex(vectors, ids)
            self._snapshot.save(index, fingerprint)
        return index

    def _search(self, question: str, vector: NDArray[np.float32], library: str | None) -> _Search:
        passage_cosine: dict[int, float] = {}
        name_cosine: dict[int, float] = {}
        lexical: dict[int, float] = {}
        for row_id, cosine in self._passage_index.search(vector, _CANDIDATES):
            _keep_best(passage_cosine, self._passages[row_id].document, cosine)
        cosines = _cosines(self._name_vectors, vector)
        for position in np.argsort(-cosines)[:_CANDIDATES]:
            _keep_best(name_cosine, self._name_document[position], float(cosines[position]))
        for row_id, bm25 in self._libraries.full_text_search(_full_text_query(question), _CANDIDATES):
            _keep_best(lexical, self._passages[row_id].document, squash(bm25))
        if library is not None:
            for found in (passage_cosine, name_cosine, lexical):
                for document in [d for d in found if self._library_of(d) != library]:
                    del found[document]
        foreign = _cosines(self._foreign, vector)
        agreement = self._agreement(cosines, foreign)
        return _Search(passage_cosine, name_cosine, lexical, float(foreign.max(initial=0.0)), agreement)

    def _agreement(self, names: NDArray[np.float32], foreign: NDArray[np.float32]) -> dict[int, float]:
        """How much each document has of the nearest names and foreign subjects, by a softmax of their cosines."""
        cosines = np.concatenate([names, foreign])
        nearest = np.argsort(-cosines)[:_NEIGHBOURS]
        weights = np.exp((cosines[nearest] - cosines[nearest].max(initial=-1.0)) / _NEIGHBOUR_TEMPERATURE)
        shares: dict[int, float] = defaultdict(float)
        for position, weight in zip(nearest, weights / weights.sum(), strict=True):
            if position < len(names):
                shares[self._name_document[position]] += float(weight)
        return shares

    def _features(self, question: str, search: _Search) -> dict[int, Features]:
        documents = sorted({*search.passage_cosine, *search.name_cosine, *search.lexical})
        if not documents:
            return {}
        columns = [
            np.array([found.get(document, 0.0) for document in documents])
            for found in (search.passage_cosine, search.name_cosine, search.lexical)
        ]
        fused = reciprocal_rank_fusion(columns)
        total = np.sum(columns, axis=0)
        strange = self._strange_words(question)
        rarity = {word: self._rarity(word) for word in set(content_stems(question))}
        return {
            document: Features(
                passage_cosine=float(columns[0][row]),
                name_cosine=float(columns[1][row]),
                lexical=float(columns[2][row]),
                coverage=self._coverage(rarity, document),
                fused=float(fused[row]),
                lead=float(total[row] - max((t for i, t in enumerate(total) if i != row), default=0.0)),
                strange=float(strange),
                beyond=search.beyond_cosine,
                agreement=search.agreement.get(document, 0.0),
            )
            for row, document in enumerate(documents)
        }

    def _hits(self, document: int, probability: float, vector: NDArray[np.float32]) -> list[Hit]:
        scored = [(float(item.vector @ vector), item) for item in self._of_document[document]]
        scored.sort(key=lambda pair: -pair[0])
        best = max(scored[0][0], 1e-6)
        return [Hit(item.passage, probability * max(0.0, cosine) / best) for cosine, item in scored]

    def _library_of(self, document: int) -> str:
        return self._of_document[document][0].passage.library

    def _rarity(self, word: str) -> float:
        return inverse_document_frequency(len(self._stems), self._documents_with[word])

    def _coverage(self, rarity: dict[str, float], document: int) -> float:
        whole = sum(rarity.values())
        found = sum(weight for word, weight in rarity.items() if word in self._stems[document])
        return found / whole if whole else 0.0

    def _strange_words(self, question: str) -> int:
        return sum(
            1
            for word in set(words(question))
            if word.isalpha()
            and word not in STOP_WORDS
            and not self._documents_with[stem(word)]
            and not self._speller.knows(word)
            and not self._is_common(word)
        )


def best_per_document(hits: tuple[Hit, ...]) -> list[Hit]:
    """The first hit of each document, in order."""
    first: dict[tuple[str, str], Hit] = {}
    for hit in hits:
        first.setdefault((hit.passage.library, hit.passage.document_id), hit)
    return list(first.values())


def _full_text_query(question: str) -> str:
    terms = dict.fromkeys(word.replace("'", " ") for word in words(question) if word not in STOP_WORDS)
    return " OR ".join(f'"{term}"' for term in terms)


def _keep_best(best: dict[int, float], key: int, value: float) -> None:
    if value > best.get(key, float("-inf")):
        best[key] = value


def _stack(vectors: list[NDArray[np.float32]], dimensions: int) -> NDArray[np.float32]:
    return np.stack(vectors) if vectors else np.zeros((0, dimensions), dtype=np.float32)


def _cosines(matrix: NDArray[np.float32], vector: NDArray[np.float32]) -> NDArray[np.float32]:
    """The product of unit vectors, shape (n, d), with one of shape (d,).

    On one thread: those of the linear algebra library spin on for a while afterwards, and the text model comes next.
    """
    cosines: NDArray[np.float32] = np.einsum("nd,d->n", matrix, vector)
    return cosines

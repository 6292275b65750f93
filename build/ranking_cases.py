"""Collect the candidates of questions with their features, by the program's own searches, and say how good they are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medbot_desktop.knowledge.search.candidates import unite
from medbot_desktop.knowledge.search.fit import FIT_NAMES
from medbot_desktop.knowledge.search.retrieval import Retriever

NOT_FOUND = 999
_RANKS = (1, 3, 5, 10, 20)
_PROGRESS = 2_000


def print_figures(name: str, ranks: NDArray[np.int64]) -> None:
    """Print recall at some ranks, and the mean reciprocal rank.

    Args:
        name: what was ranked.
        ranks: how many documents stand before the right one of each question.
    """
    recall = " ".join(f"R@{rank} {np.mean(ranks < rank):.3f}" for rank in _RANKS)
    reciprocal = np.mean(np.where(ranks < NOT_FOUND, 1.0 / (1.0 + ranks), 0.0))
    print(f"{name:32} {recall} MRR {reciprocal:.3f} ({len(ranks):,})", flush=True)


@dataclass(frozen=True, slots=True)
class Cases:
    """The candidates of many questions, question by question.

    Attributes:
        features: shape (candidates, features).
        labels: 1 for a candidate of a right document, shape (candidates,).
        documents: the number of each one's document, shape (candidates,).
        units: the number of each one's unit, shape (candidates,).
        groups: how many candidates each question has, shape (questions,).
        plain: by the name of a first search, how many documents stand before the first right one of each question.
    """

    features: NDArray[np.float32]
    labels: NDArray[np.int64]
    documents: NDArray[np.int64]
    units: NDArray[np.int64]
    groups: NDArray[np.int64]
    plain: dict[str, NDArray[np.int64]]

    @property
    def question(self) -> NDArray[np.int64]:
        """The question of each candidate."""
        return np.repeat(np.arange(len(self.groups)), self.groups)

    def ranks(self, scores: NDArray[np.float64]) -> NDArray[np.int64]:
        """How many documents stand before the first right one of each question; ``NOT_FOUND`` where none is."""
        ends = np.cumsum(self.groups)
        return np.array(
            [
                _rank(scores[start:end], self.labels[start:end], self.documents[start:end])
                for start, end in zip(ends - self.groups, ends, strict=True)
            ]
        )


def collect(
    retriever: Retriever, keys: Sequence[str], questions: Sequence[str], right: Sequence[Collection[str]]
) -> Cases:
    """Search for each question.

    Args:
        retriever: what searches; its trees do not matter.
        keys: the identifier of each document of its stock.
        questions: the questions.
        right: the identifiers of the documents that answer each.
    """
    features = [np.zeros((0, len(FIT_NAMES)), np.float32)]
    documents, units = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    labels: list[bool] = []
    groups: list[int] = []
    plain: dict[str, list[int]] = {"dense": [], "lexical": [], "fused": []}
    keys_of_units = [keys[document] for document in retriever.stock.holdings.document_of.tolist()]
    for number, (question, wanted) in enumerate(zip(questions, right, strict=True)):
        explained = retriever.explain(question)
        look, searches = explained.look, explained.searches
        fused = unite(searches.by_meaning, searches.by_words)[0].tolist()
        for name, ranking in (("dense", searches.by_meaning), ("lexical", searches.by_words), ("fused", fused)):
            found = list(dict.fromkeys(keys_of_units[unit] for unit in ranking))
            plain[name].append(next((place for place, key in enumerate(found) if key in wanted), NOT_FOUND))
        groups.append(0 if look is None else len(look.documents))
        if look is not None:
            features.append(look.fits.astype(np.float32))
            documents.append(look.documents)
            units.append(look.found.units)
            labels += [keys[document] in wanted for document in look.documents.tolist()]
        if number % _PROGRESS == 0:
            print(f"  {number:,} of {len(questions):,} questions", flush=True)
    return Cases(
        np.concatenate(features),
        np.array(labels, dtype=np.int64),
        np.concatenate(documents),
        np.concatenate(units),
        np.array(groups),
        {name: np.array(ranks) for name, ranks in plain.items()},
    )


def _rank(scores: NDArray[np.float64], labels: NDArray[np.int64], documents: NDArray[np.int64]) -> int:
    before: set[int] = set()
    for place in np.argsort(-scores, kind="stable").tolist():
        if labels[place]:
            return len(before)
        before.add(int(documents[place]))
    return NOT_FOUND

"""Make the first searches of a question, by meaning, by words and by name, and look again at the best of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, wait
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medbot_desktop.knowledge.library import CORE
from medbot_desktop.knowledge.search.asking import Asking, Wording
from medbot_desktop.knowledge.search.candidates import Candidates, unite
from medbot_desktop.knowledge.search.features import Features, reciprocal_rank_fusion
from medbot_desktop.knowledge.search.fit import Beside, Posed, fit
from medbot_desktop.knowledge.search.full_text import search_by_words
from medbot_desktop.knowledge.search.holdings import Holdings
from medbot_desktop.knowledge.search.stocktaking import Stock
from medbot_desktop.knowledge.search.terms import term
from medbot_desktop.vault.vault import Vault

_NEAREST = 150
"""Passages that the search by meaning brings."""
_NAMES = 60
_NAMED_DOCUMENTS = 10
"""How many documents come in by their names alone."""
_UNITS_OF_NAMED = 8
_FEWEST_SAID = 3
"""Content words of a question that a document may be told by; fewer are said by too many."""
_NEIGHBOURS = 5
_NEIGHBOUR_TEMPERATURE = 0.06


@dataclass(frozen=True, slots=True)
class FirstSearches:
    """What the first searches of one question brought.

    Attributes:
        by_meaning: units, nearest first.
        by_words: units, best first.
        by_name: units of the documents with the nearest names.
        lexical: the best BM25 score of each document, squashed.
        name_cosine: the highest cosine with a name of each document.
        agreement: each document's share of the names and foreign subjects nearest to the question.
        beyond: the highest cosine with a foreign subject.
    """

    by_meaning: list[int]
    by_words: list[int]
    by_name: list[int]
    lexical: Mapping[int, float]
    name_cosine: Mapping[int, float]
    agreement: Mapping[int, float]
    beyond: float


@dataclass(frozen=True, slots=True)
class SecondLook:
    """The candidates of a question with their features.

    Attributes:
        found: the candidates.
        fits: their features, shape (n, features).
        documents: the document of each, shape (n,).
    """

    found: Candidates
    fits: NDArray[np.float64]
    documents: NDArray[np.int64]


def search(
    stock: Stock,
    vault: Vault,
    asking: Asking,
    wordings: Sequence[Wording],
    embed: Callable[[], NDArray[np.float32]],
    allowed: NDArray[np.bool_] | None,
    beside: Executor,
) -> tuple[Posed, FirstSearches]:
    """Search by meaning, by words and by name, side by side; by words while the question is embedded.

    Args:
        stock: what is searched.
        vault: where the full text is; another thread uses it meanwhile.
        asking: the question.
        wordings: other ways to write its subject.
        embed: gives its vector, shape (d,).
        allowed: which documents may be found, shape (documents,); None: all.
        beside: two threads that search meanwhile.
    """
    holdings = stock.holdings
    by_words = beside.submit(search_by_words, holdings, vault, asking, wordings, allowed)
    try:
        posed = Posed(asking, wordings, embed())
        by_name = beside.submit(stock.names.search, posed.vector, _NAMES, _names_of(holdings, allowed))
        rows, _ = stock.passages.search(posed.vector, _NEAREST, _passages_of(holdings, allowed))
        foreign = np.einsum("nd,d->n", stock.foreign, posed.vector)
        name_rows, cosines = by_name.result()
    finally:
        # Nobody may close the vault before.
        wait([by_words])
    found = by_words.result()
    named = holdings.documents_named(name_rows)
    name_cosine: dict[int, float] = {}
    for document, cosine in zip(named.tolist(), cosines.tolist(), strict=True):
        if document >= 0:
            name_cosine.setdefault(document, cosine)
    return posed, FirstSearches(
        by_meaning=[int(unit) for unit in holdings.units_with(rows) if unit >= 0],
        by_words=found.units,
        by_name=[
            int(unit)
            for document in list(name_cosine)[:_NAMED_DOCUMENTS]
            for unit in holdings.units_of_document(document)[:_UNITS_OF_NAMED]
        ],
        lexical=found.lexical,
        name_cosine=name_cosine,
        agreement=_agreement(named, cosines, foreign),
        beyond=float(foreign.max(initial=0.0)),
    )


def look_again(stock: Stock, posed: Posed, searches: FirstSearches) -> SecondLook | None:
    """The best of what was found, with the features of each; None where nothing was."""
    holdings = stock.holdings
    units, fused = unite(searches.by_meaning, searches.by_words, searches.by_name)
    if not len(units):
        return None
    documents = holdings.document_of[units]
    rows, passages = holdings.passages_of_units(units)
    found = Candidates.of(holdings.terms, units, fused)
    beside = Beside(
        vectors=stock.passages.vectors(rows),
        passages=passages,
        kinds=holdings.kinds[units, posed.asking.kind].astype(np.float64),
        name_cosine=_of_each(documents, searches.name_cosine),
        lexical=_of_each(documents, searches.lexical),
        name_agreement=_of_each(documents, searches.agreement),
    )
    return SecondLook(found, fit(holdings.terms, posed, found, beside), documents)


def leading_features(
    stock: Stock, posed: Posed, searches: FirstSearches, look: SecondLook, document: int, strange: int
) -> Features:
    """The features of the document that leads.

    Args:
        stock: what was searched.
        posed: the question.
        searches: what the first searches brought.
        look: the candidates.
        document: the one that leads.
        strange: how many words of the question nobody knows.
    """
    distinct = np.unique(look.documents)
    best_cosine = np.full(len(distinct), -1.0)
    np.maximum.at(best_cosine, np.searchsorted(distinct, look.documents), look.fits[:, 0])
    columns = [best_cosine, _of_each(distinct, searches.name_cosine), _of_each(distinct, searches.lexical)]
    row = int(np.searchsorted(distinct, document))
    total = np.sum(columns, axis=0)
    return Features(
        passage_cosine=float(columns[0][row]),
        name_cosine=float(columns[1][row]),
        lexical=float(columns[2][row]),
        coverage=_coverage(stock.holdings, posed, look, document),
        fused=float(reciprocal_rank_fusion(columns)[row]),
        lead=float(total[row] - np.delete(total, row).max(initial=0.0)),
        strange=float(strange),
        beyond=searches.beyond,
        agreement=searches.agreement.get(document, 0.0),
    )


def _agreement(
    named: NDArray[np.int64], cosines: NDArray[np.float32], foreign: NDArray[np.float32]
) -> dict[int, float]:
    """How much each document has of the nearest names and foreign subjects, by a softmax of their cosines."""
    together = np.concatenate([cosines[:_NEIGHBOURS], foreign])
    nearest = np.argsort(-together)[:_NEIGHBOURS]
    weights = np.exp((together[nearest] - together[nearest].max(initial=-1.0)) / _NEIGHBOUR_TEMPERATURE)
    shares: dict[int, float] = defaultdict(float)
    for position, weight in zip(nearest, weights / max(1e-9, float(weights.sum())), strict=True):
        if position < len(cosines[:_NEIGHBOURS]) and named[position] >= 0:
            shares[int(named[position])] += float(weight)
    return dict(shares)


def _coverage(holdings: Holdings, posed: Posed, look: SecondLook, document: int) -> float:
    numbers = np.array([term(word) for word in posed.asking.every], dtype=np.int64)
    rarity = holdings.terms.rarity(numbers)
    used = look.found.flat[(look.documents == document)[look.found.unit_of]]
    has = np.isin(numbers, used) | np.isin(numbers, holdings.name_terms.unit(document))
    return float(rarity[has].sum() / max(1e-9, rarity.sum()))


def _of_each(documents: NDArray[np.int64], values: Mapping[int, float]) -> NDArray[np.float64]:
    return np.array([values.get(document, 0.0) for document in documents.tolist()])


def _passages_of(holdings: Holdings, allowed: NDArray[np.bool_] | None) -> NDArray[np.int64] | None:
    if allowed is None:
        return None
    return holdings.passages[np.repeat(allowed[holdings.document_of], np.diff(holdings.first_passage))]


def _names_of(holdings: Holdings, allowed: NDArray[np.bool_] | None) -> NDArray[np.int64] | None:
    return None if allowed is None else holdings.names[allowed[holdings.named]]


def order_of(documents: NDArray[np.int64], scores: NDArray[np.float64]) -> Sequence[tuple[int, int]]:
    """The documents, best first, each with the place of its best candidate."""
    best: dict[int, int] = {}
    for place in np.argsort(-scores, kind="stable").tolist():
        best.setdefault(int(documents[place]), place)
    return list(best.items())


def own_first(
    stock: Stock, posed: Posed, look: SecondLook, order: Sequence[tuple[int, int]]
) -> Sequence[tuple[int, int]]:
    """The same order, but where a topic that ships leads, a clinic's own document that says more of the question first.

    A clinic adds a leaflet because it does something its own way. It leads where one unit of it says every content word
    of the question, three at least, and no unit of the topic does.

    Args:
        stock: what was searched.
        posed: the question.
        look: the candidates.
        order: the documents, best first, each with the place of its best candidate.
    """
    asked = np.unique(np.array([term(word) for word in posed.asking.every], dtype=np.int64))
    if len(asked) < _FEWEST_SAID or not _ships(stock, order[0][0]):
        return order
    said = np.sum([look.found.sums(look.found.positions(int(number))) > 0 for number in asked], axis=0)
    says_all = set(look.documents[said == len(asked)].tolist())
    own = next((pair for pair in order if pair[0] in says_all and not _ships(stock, pair[0])), None)
    if own is None or order[0][0] in says_all:
        return order
    return [own, *(pair for pair in order if pair != own)]


def _ships(stock: Stock, document: int) -> bool:
    holdings = stock.holdings
    return holdings.libraries[holdings.documents[document].library].name == CORE

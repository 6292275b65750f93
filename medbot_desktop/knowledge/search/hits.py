"""Fetch the passages of a document that was found, the best part of it first; their texts are not held in memory."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text

from medbot_desktop.domain import Hit, Passage
from medbot_desktop.knowledge.search.stocktaking import Stock
from medbot_desktop.vault.vault import Vault

_MOST = 40
"""Passages of one document that come with it: all of an article, the best and what is around it of a manual."""
_AROUND = 3

_TEXTS = text(
    "SELECT json_group_array(json_array("
    'passages.id, ordinal, section, text, start, "end", page, documents.key, documents.title, libraries.name))'
    " FROM passages JOIN documents ON documents.id = document_id JOIN libraries ON libraries.id = library_id"
    " WHERE passages.id IN (SELECT value FROM json_each(:rows)) AND NOT is_staged"
)
"""All come as one row: between two rows this thread would wait for the others."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A document to show: its number, its best unit, and the probability that it answers the question."""

    document: int
    unit: int
    probability: float


def hits_of(vault: Vault, stock: Stock, documents: Sequence[Shown], vector: NDArray[np.float32]) -> list[Hit]:
    """The hits of some documents, in their order.

    Args:
        vault: where the texts are.
        stock: what was searched.
        documents: the documents.
        vector: the question's.

    Returns:
        Passages, those of the best unit of a document first, with falling scores; none of a document that was removed
        meanwhile.
    """
    scored = _scored(stock, documents, vector)
    texts = _fetch(vault, [row for row, _ in scored])
    return [Hit(texts[row], score) for row, score in scored if row in texts]


def _scored(stock: Stock, documents: Sequence[Shown], vector: NDArray[np.float32]) -> list[tuple[int, float]]:
    """The rows and scores of the passages to show; the vectors of all documents are fetched at once."""
    if not documents:
        return []
    units = [stock.holdings.units_of_document(shown.document) for shown in documents]
    rows, many = stock.holdings.passages_of_units(np.concatenate(units))
    cosines = np.einsum("nd,d->n", stock.passages.vectors(rows), vector)
    unit_of = np.repeat(np.concatenate(units), many)
    ends = np.cumsum(many)[np.cumsum([len(own) for own in units]) - 1].tolist()
    scored: list[tuple[int, float]] = []
    for shown, start, end in zip(documents, [0, *ends], ends, strict=False):
        own, of_best = cosines[start:end], unit_of[start:end] == shown.unit
        order = _order(own, of_best)[:_MOST]
        best = max(1e-6, float(own[of_best].max(initial=0.0)))
        scores = np.minimum.accumulate(shown.probability * np.clip(own[order] / best, 0.0, 1.0))
        scored += zip(rows[start:end][order].tolist(), scores.tolist(), strict=True)
    return scored


def _order(cosines: NDArray[np.float32], of_best: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The best unit's passages, then those around it where the document is long, then the others; nearest first."""
    places = np.arange(len(cosines))
    inside = places[of_best]
    is_long = len(places) > _MOST
    around = is_long & (places >= inside[0] - _AROUND) & (places <= inside[-1] + _AROUND)
    group = np.where(of_best, 0, np.where(around, 1, 2))
    return np.lexsort((-cosines, group))


def _fetch(vault: Vault, rows: list[int]) -> dict[int, Passage]:
    with vault.reading() as session:
        found: list[list[Any]] = json.loads(session.scalar(_TEXTS, {"rows": json.dumps(rows)}) or "[]")
    return {row[0]: _passage(*row[1:]) for row in found}


def _passage(
    ordinal: int, section: str, body: str, start: int, end: int, page: int | None, key: str, title: str, library: str
) -> Passage:
    return Passage(f"{library}/{key}/{ordinal}", library, key, title, section, body, start, end, page)

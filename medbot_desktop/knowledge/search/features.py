"""Say in a few numbers whether the document that leads answers the question at all; the ranker weighs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Features:
    """How the document that leads fits the question.

    Attributes:
        passage_cosine: highest cosine of the question with a passage of the document.
        name_cosine: highest cosine of the question with a name of the document.
        lexical: highest BM25 score of a passage, squashed to 0..1.
        coverage: share of the question's words, weighed by their rarity, that the document uses.
        fused: reciprocal rank fusion of the three rankings above, 1 for a document that leads all three.
        lead: how far the document's summed scores are ahead of the best other document (negative: behind).
        strange: how many words of the question are rare, specific and unknown to every document.
        beyond: highest cosine of the question with a subject that no document is on.
        agreement: the document's share of the names and other subjects nearest to the question, weighed by closeness.
    """

    passage_cosine: float
    name_cosine: float
    lexical: float
    coverage: float
    fused: float
    lead: float
    strange: float
    beyond: float
    agreement: float


FEATURE_NAMES: tuple[str, ...] = tuple(field.name for field in fields(Features))

_RRF_OFFSET = 60
_LEXICAL_HALF = 8.0
"""The BM25 score that counts as one half."""


def squash(bm25: float) -> float:
    """Bring a BM25 score, 0 or more, to 0..1."""
    return bm25 / (bm25 + _LEXICAL_HALF)


def reciprocal_rank_fusion(rankings: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Fuse several scorings of the same items (Cormack, Clarke & Buettcher 2009).

    Args:
        rankings: scores, each of shape (n,), higher is better.

    Returns:
        Shape (n,); 1 for an item that leads every ranking.
    """
    fused = np.zeros(len(rankings[0]))
    for scores in rankings:
        ranks = np.argsort(np.argsort(-scores, kind="stable"), kind="stable")
        fused += (_RRF_OFFSET + 1) / (_RRF_OFFSET + 1 + ranks)
    return fused / len(rankings)

"""Fit the models that put candidates in order: kinds of answers, and trees over all that is known of a candidate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from medbot_desktop.knowledge.search.answer_kinds import OPENING, AnswerKinds
from medbot_desktop.knowledge.search.terms import NUMBER, TermIndex
from medbot_desktop.knowledge.search.trees import Trees

TREES = 200

_DEPTH = 5
_LEAST_TIMES = 40
"""Answers that a word must begin in, to be looked at."""
_KINDS_C = 0.3
_UNSEEN = -10.0
_PARAMETERS = {
    "objective": "lambdarank",
    "learning_rate": 0.08,
    "num_leaves": 16,
    "max_depth": _DEPTH,
    "min_data_in_leaf": 60,
    "feature_fraction": 0.6,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambdarank_truncation_level": 15,
    "max_bin": 127,
    "num_threads": 1,
    "deterministic": True,
    "seed": 1,
    "verbose": -1,
}


def fit_kinds(units: TermIndex, chosen: NDArray[np.int64], labels: NDArray[np.int64], kinds: int) -> AnswerKinds:
    """Learn from the first words of some units what kind of answer they give.

    Args:
        units: the words of all units.
        chosen: which units to learn from.
        labels: the kind of each unit, shape (units,).
        kinds: how many kinds there are.
    """
    openings = [np.unique(units.unit(int(unit))[:OPENING]) for unit in chosen]
    terms, times = np.unique(np.concatenate(openings), return_counts=True)
    known = terms[times >= _LEAST_TIMES]
    columns = [np.searchsorted(known, opening[np.isin(opening, known)]) for opening in openings]
    rows = np.repeat(np.arange(len(chosen)), [len(found) for found in columns])
    matrix = np.zeros((len(chosen), len(known)), dtype=np.float32)
    matrix[rows, np.concatenate(columns)] = 1.0
    model = LogisticRegression(C=_KINDS_C, max_iter=400).fit(matrix, labels[chosen])
    weights = np.zeros((len(known), kinds), dtype=np.float32)
    bias = np.full(kinds, _UNSEEN, dtype=np.float32)
    weights[:, model.classes_], bias[model.classes_] = model.coef_.T, model.intercept_
    return AnswerKinds((known & NUMBER).astype(np.uint32), weights, bias)


def fit_trees(
    features: NDArray[np.float32],
    labels: NDArray[np.int64],
    groups: NDArray[np.int64],
    weights: NDArray[np.float64],
    trees: int = TREES,
) -> Trees:
    """Learn to put the right candidates of each question first (LambdaMART).

    Args:
        features: of all candidates, question by question, shape (candidates, features).
        labels: 1 for a right one, shape (candidates,).
        groups: how many candidates each question has.
        weights: of each candidate.
        trees: how many trees.
    """
    data = lightgbm.Dataset(features, labels, weight=weights, group=groups)
    return _as_arrays(lightgbm.train(_PARAMETERS, data, trees).dump_model()["tree_info"])


def save_trees(path: Path, trees: Trees) -> None:
    """Write trees as plain arrays."""
    np.savez_compressed(path, feature=trees.feature.astype(np.int16), threshold=trees.threshold, leaf=trees.leaf)


def save_kinds(path: Path, kinds: AnswerKinds) -> None:
    """Write the kinds as plain arrays."""
    np.savez_compressed(path, terms=kinds.terms, weights=kinds.weights.astype(np.float16), bias=kinds.bias)


def _as_arrays(trees: list[dict[str, Any]]) -> Trees:
    inner = 2**_DEPTH - 1
    feature = np.zeros((len(trees), inner), dtype=np.intp)
    threshold = np.full((len(trees), inner), np.inf, dtype=np.float32)
    leaf = np.zeros((len(trees), inner + 1), dtype=np.float32)

    def put(tree: int, node: dict[str, Any], at: int, depth: int) -> None:
        if "split_feature" in node:
            feature[tree, at], threshold[tree, at] = node["split_feature"], node["threshold"]
            put(tree, node["left_child"], 2 * at + 1, depth + 1)
            put(tree, node["right_child"], 2 * at + 2, depth + 1)
            return
        first = last = at
        for _ in range(_DEPTH - depth):
            first, last = 2 * first + 1, 2 * last + 2
        leaf[tree, first - inner : last - inner + 1] = node["leaf_value"]

    for number, tree in enumerate(trees):
        put(number, tree["tree_structure"], 0, 0)
    return Trees(feature, threshold, leaf)

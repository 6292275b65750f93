"""Trees that are plain numbers give what the nodes say, and damaged ones are refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.search.fit import FIT_NAMES
from medbot_desktop.knowledge.search.trees import Trees
from medbot_desktop.settings import resources_folder

SMALL = Trees(
    np.array([[0, 1, 1]], dtype=np.int16),
    np.array([[0.5, 10.0, 20.0]], dtype=np.float32),
    np.array([[1.0, 2.0, 3.0, 4.0]], dtype=np.float32),
)


def walked(trees: Trees, row: NDArray[np.float64]) -> float:
    """The score of one row, node by node."""
    total = 0.0
    for feature, threshold, leaf in zip(trees.feature, trees.threshold, trees.leaf, strict=True):
        node = 0
        while node < len(feature):
            node = 2 * node + (2 if row[feature[node]] > threshold[node] else 1)
        total += float(leaf[node - len(feature)])
    return total


@pytest.mark.parametrize(("row", "score"), [((0, 5), 1), ((0, 15), 2), ((1, 15), 3), ((1, 25), 4), ((0.5, 10), 1)])
def test_a_value_over_the_threshold_goes_right(row: tuple[float, float], score: float) -> None:
    assert SMALL.score(np.array([row], dtype=np.float64)).tolist() == [score]


def test_the_trained_trees_are_walked_as_one_by_one() -> None:
    trees = Trees.load(resources_folder() / "retrieval" / "trees.npz", len(FIT_NAMES))
    rows = np.random.default_rng(4).normal(size=(5_000, len(FIT_NAMES)))
    assert trees.score(rows)[[0, 4_999]] == pytest.approx([walked(trees, rows[0]), walked(trees, rows[-1])], abs=1e-4)


def test_no_candidates_have_no_scores() -> None:
    assert SMALL.score(np.zeros((0, 2))).tolist() == []


DAMAGED = {
    "another depth": {"leaf": np.zeros((1, 3), np.float32)},
    "a feature that there is not": {"feature": np.array([[0, 1, 2]], np.int16)},
    "a feature before the first": {"feature": np.array([[0, -1, 1]], np.int16)},
    "thresholds of another shape": {"threshold": np.zeros((2, 3), np.float32)},
    "objects": {"leaf": np.array([[{}, {}, {}, {}]], dtype=object)},
}


@pytest.mark.parametrize("change", DAMAGED.values(), ids=DAMAGED)
def test_trees_that_cannot_be_walked_are_refused(tmp_path: Path, change: dict[str, NDArray[np.generic]]) -> None:
    arrays = {"feature": SMALL.feature, "threshold": SMALL.threshold, "leaf": SMALL.leaf} | change
    np.savez(tmp_path / "trees.npz", **arrays)  # type: ignore[arg-type]
    with pytest.raises(LibraryError, match=r"trees\.npz cannot be read"):
        Trees.load(tmp_path / "trees.npz", 2)

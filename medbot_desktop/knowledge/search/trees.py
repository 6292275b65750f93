"""Score candidates with boosted trees that are plain numbers: trained in ``build/``, walked here without a library."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from medbot_desktop.errors import LibraryError

_ROWS_AT_ONCE = 4_096


@dataclass(frozen=True, slots=True)
class Trees:
    """Gradient-boosted trees (LambdaMART; Burges 2010), trained by ``build/train_ranker.py``.

    Every tree is written as a whole binary tree of one depth, so that all are walked at once.

    Attributes:
        feature: which feature each node looks at, shape (trees, 2 ** depth - 1).
        threshold: a higher value goes right, same shape.
        leaf: what each leaf adds to the score, shape (trees, 2 ** depth).
    """

    feature: NDArray[np.intp] = field(repr=False)
    threshold: NDArray[np.float32] = field(repr=False)
    leaf: NDArray[np.float32] = field(repr=False)

    @classmethod
    def load(cls, path: Path, features: int) -> Self:
        """Read the trained numbers.

        Args:
            path: the file.
            features: how many features a candidate has.

        Raises:
            LibraryError: the file is missing, broken, or of other features.
        """
        try:
            with np.load(path, allow_pickle=False) as data:
                made = cls(data["feature"].astype(np.intp), data["threshold"], data["leaf"])
            trees, leaves = made.leaf.shape
            if made.feature.shape != (trees, leaves - 1) or made.threshold.shape != made.feature.shape:
                raise ValueError("The numbers are of another shape.")
            if leaves & (leaves - 1) or made.feature.min(initial=0) < 0 or made.feature.max(initial=0) >= features:
                raise ValueError("The numbers are of another shape.")
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise LibraryError(
                f"The trained trees {path.name} cannot be read.", hint="Install MedBot again."
            ) from error
        return made

    def score(self, features: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """The score of each row of features, shape (n,)."""
        if len(features) > _ROWS_AT_ONCE:
            starts = range(0, len(features), _ROWS_AT_ONCE)
            return np.concatenate([self.score(features[start : start + _ROWS_AT_ONCE]) for start in starts])
        trees, inner = self.feature.shape
        values = features.astype(np.float32).reshape(-1)
        first_value = (np.arange(len(features)) * features.shape[1])[:, None]
        first_node = (np.arange(trees) * inner)[None, :]
        node = np.broadcast_to(first_node, (len(features), trees))
        for _ in range((inner + 1).bit_length() - 1):
            right = values.take(first_value + self.feature.take(node)) > self.threshold.take(node)
            node = 2 * node - first_node + 1 + right
        # A tree has one leaf more than it has nodes.
        leaf = node - inner + np.arange(trees)[None, :]
        score: NDArray[np.float64] = self.leaf.take(leaf).sum(axis=1, dtype=float)
        return score

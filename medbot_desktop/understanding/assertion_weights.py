"""Weigh the words around a sign: whether it is there, denied, doubted, past, only talked of, or somebody else's.

The rules of ``context.toml`` know what they were told; what people write goes further. So what the rules say is one
feature among the words around the sign, and a linear model that learnt from many writers decides, together with
``assertion_head`` where the embedder has looked at the message. Red flags do not go by it: they go by the rules alone.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from medbot_desktop.domain import Assertion
from medbot_desktop.errors import InputError
from medbot_desktop.understanding.assertion_head import LABELS

BESIDE_STATES = 0.25
"""How much the words count where the embedder's states tell too; 0.2 and 0.3 do alike for writers not learnt from."""

_TOLD = 2
_MARKS = frozenset({"^", "$", "<x>", "<s>", "<m>", "#"})
_OF_WORDS = ("left", "right", "before", "behind", "begins", "sentence")


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the words around a sign say of it.

    Attributes:
        assertion: the likeliest.
        chance: how likely it is, in 0..1.
    """

    assertion: Assertion
    chance: float


@dataclass(frozen=True, slots=True)
class AssertionWeights:
    """A multinomial logistic regression over the features of ``surroundings``, by ``build/train_assertions.py``.

    Attributes:
        places: the row of each feature that it knows.
        weights: shape (features, assertions).
        bias: shape (assertions,).
    """

    places: Mapping[str, int] = field(repr=False)
    weights: NDArray[np.float32] = field(repr=False)
    bias: NDArray[np.float32] = field(repr=False)

    @classmethod
    def load(cls, resources: Path) -> Self:
        """Read ``triage/assertions.npz``.

        Raises:
            InputError: the file is missing, broken, or of other features.
        """
        path = resources / "triage" / "assertions.npz"
        try:
            with np.load(path, allow_pickle=False) as data:
                known = data["features"].tobytes().decode("utf-8").split("\n")
                weights = data["weights"].astype(np.float32) * data["step"].astype(np.float32)
                bias = data["bias"].astype(np.float32)
            if weights.shape != (len(known), len(LABELS)) or bias.shape != (len(LABELS),):
                raise ValueError("The numbers are of another shape.")
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise InputError(f"The file {path.name} is missing or broken.", hint="Install MedBot again.") from error
        return cls({feature: place for place, feature in enumerate(known)}, weights, bias)

    def weigh(self, features: Sequence[str], by_states: NDArray[np.float32] | None = None) -> Weighed:
        """What is likeliest.

        Args:
            features: what ``Surroundings.of`` gives.
            by_states: what ``AssertionHead.judge`` makes of the sign; None where nothing was embedded.
        """
        known = [place for feature in features if (place := self.places.get(feature)) is not None]
        scores = self.bias + self.weights[known].sum(axis=0)
        if by_states is not None:  # the product of two opinions (Hinton 2002)
            scores = BESIDE_STATES * scores + by_states
        chances = np.exp(scores - scores.max())
        best = int(scores.argmax())
        return Weighed(LABELS[best], float(chances[best] / chances.sum()))

    def because(self, features: Sequence[str], assertion: Assertion) -> str:
        """The words that speak most for an assertion; empty where it was the rules alone that did.

        Args:
            features: what was weighed.
            assertion: what it is.
        """
        known, best = [feature for feature in features if feature in self.places], LABELS.index(assertion)
        rows = self.weights[[self.places[feature] for feature in known]]
        others = np.delete(rows, best, axis=1).mean(axis=1)
        return _because(known, rows[:, best] - others)


def _because(features: Sequence[str], gains: NDArray[np.float32]) -> str:
    """The words of the features that gain most."""
    told: list[str] = []
    for at in np.argsort(gains)[::-1]:
        place, _, said = features[at].partition(": ")
        if not place.startswith(_OF_WORDS) or "class" in place:
            continue
        words = " ".join(word for word in said.split() if word not in _MARKS)
        if words and not any(words in one or one in words for one in told):
            told.append(words)
        if len(told) == _TOLD:
            break
    return ", ".join(told)

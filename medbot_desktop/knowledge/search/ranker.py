"""Order candidates by their features, and tell whether the first of them answers the question."""

from __future__ import annotations

import math
import tomllib
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, Self

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.search.answer_kinds import AnswerKinds, QuestionCues
from medbot_desktop.knowledge.search.features import FEATURE_NAMES, Features
from medbot_desktop.knowledge.search.fit import FIT_NAMES
from medbot_desktop.knowledge.search.trees import Trees


@dataclass(frozen=True, slots=True)
class Logistic:
    """A logistic regression over `Features`.

    Attributes:
        bias: the intercept.
        weights: one weight a feature, in the order of ``FEATURE_NAMES``.
    """

    bias: float
    weights: tuple[float, ...]

    def probability(self, features: Features) -> float:
        """The probability in 0..1."""
        logit = self.bias + sum(w * x for w, x in zip(self.weights, astuple(features), strict=True))
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))


@dataclass(frozen=True, slots=True)
class Ranker:
    """What was trained by ``build/train_ranker.py``.

    Attributes:
        cues: the words of questions that ask for each kind of answer.
        kinds: tells what kind of answer a text gives.
        trees: order the candidates.
        answering: whether the first candidate is the right document; calibrated on questions that the library does
            and does not cover, so it falls where nothing fits.
        threshold: the probability of ``answering`` below which the library is said not to hold the answer.
    """

    cues: QuestionCues
    kinds: AnswerKinds
    trees: Trees
    answering: Logistic
    threshold: float

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the trained numbers of ``resources/retrieval``.

        Raises:
            LibraryError: a file is missing or broken.
        """
        cues = QuestionCues.load(folder / "answer_kinds.toml")
        answering, threshold = _answering(folder / "ranker.toml")
        kinds = AnswerKinds.load(folder / "kinds.npz", len(cues.names))
        return cls(cues, kinds, Trees.load(folder / "trees.npz", len(FIT_NAMES)), answering, threshold)


def _answering(path: Path) -> tuple[Logistic, float]:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        return _logistic(data["answering"]), float(data["threshold"])
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise LibraryError(
            f"The retrieval weights {path.name} cannot be read.", hint="Install MedBot again."
        ) from error


def _logistic(table: dict[str, Any]) -> Logistic:
    return Logistic(float(table["bias"]), tuple(float(table[name]) for name in FEATURE_NAMES))

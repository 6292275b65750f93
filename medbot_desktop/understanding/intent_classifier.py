"""Tell what a message wants by a small linear classifier over its vector, its words and what was found in it."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from medbot_desktop.domain import Assertion, Entity, Intent
from medbot_desktop.errors import InputError
from medbot_desktop.understanding.tokens import Token

DIMENSIONS = 384
WORD_FEATURES = 4_096
_OF_WORDS = 1.2
_OF_FINDINGS = 0.5
_QUESTION_WORDS = frozenset(
    "what whats how when where why which who is are am was do does did can could should would will may might".split()
)
_PERSONAL = frozenset("i im ive my me mine he she hes shes his her our we weve".split())
_FINDINGS = (
    "symptom", "several_symptoms", "negated", "hypothetical", "other", "condition", "event", "medicine",
    "two_medicines", "substance", "allergy", "measure", "question_mark", "begins_with_question", "personal",
    "short", "long", "crisis", "no_finding",
)  # fmt: skip
FEATURES = DIMENSIONS + WORD_FEATURES + len(_FINDINGS)
_CRISIS = frozenset({"suicidal", "suicide_attempt"})
_SHORT, _LONG = 5, 25
_HELD = (Assertion.PRESENT, Assertion.UNCERTAIN)


def features(
    vector: NDArray[np.float32], text: str, tokens: Sequence[Token], entities: Sequence[Entity]
) -> NDArray[np.float32]:
    """What the classifier looks at.

    Args:
        vector: the message's, shape (384,), of length 1.
        text: the message as cleaned.
        tokens: its tokens.
        entities: what was found in it.

    Returns:
        Shape (``FEATURES``,).
    """
    made = np.zeros(FEATURES, dtype=np.float32)
    made[:DIMENSIONS] = vector
    words = ["#" if token.value is not None and token.word.isdigit() else token.word for token in tokens]
    grams = {*words, *(f"{one} {other}" for one, other in pairwise(["^", *words, "$"]))}
    for gram in grams:
        made[DIMENSIONS + zlib.crc32(gram.encode()) % WORD_FEATURES] += 1.0
    length = float(np.linalg.norm(made[DIMENSIONS:]))
    if length:
        made[DIMENSIONS:] *= _OF_WORDS / length
    made[DIMENSIONS + WORD_FEATURES :] = _OF_FINDINGS * np.array(_findings(text, words, entities), dtype=np.float32)
    return made


def _findings(text: str, words: Sequence[str], entities: Sequence[Entity]) -> list[bool]:
    held = [entity for entity in entities if entity.assertion in _HELD]
    symptoms = {entity.name for entity in held if entity.kind == "symptom"}
    medicines = {entity.name for entity in entities if entity.kind == "medicine"}
    kinds = {entity.kind for entity in entities}
    assertions = {entity.assertion for entity in entities}
    return [
        bool(symptoms),
        len(symptoms) > 1,
        Assertion.NEGATED in assertions,
        Assertion.HYPOTHETICAL in assertions,
        Assertion.OTHER in assertions,
        "condition" in kinds,
        "event" in kinds,
        bool(medicines),
        len(medicines) > 1,
        "substance" in kinds,
        "allergy" in kinds,
        "measure" in kinds,
        "?" in text,
        bool(words) and words[0] in _QUESTION_WORDS,
        bool(_PERSONAL & set(words)),
        len(words) <= _SHORT,
        len(words) > _LONG,
        bool(_CRISIS & {entity.name for entity in held}),
        not entities,
    ]


@dataclass(frozen=True, slots=True)
class IntentClassifier:
    """A multinomial logistic regression, trained by ``build/train_intents.py``.

    Attributes:
        labels: the intents.
        weights: shape (intents, ``FEATURES``).
        bias: shape (intents,).
        sharpness: by what the scores are multiplied so that the confidence is calibrated (Guo et al. 2017).
    """

    labels: tuple[str, ...]
    weights: NDArray[np.float32] = field(repr=False)
    bias: NDArray[np.float32] = field(repr=False)
    sharpness: float

    @classmethod
    def load(cls, resources: Path) -> Self:
        """Read ``intents/classifier.npz``.

        Raises:
            InputError: the file is missing, broken, or of other features.
        """
        path = resources / "intents" / "classifier.npz"
        try:
            with np.load(path, allow_pickle=False) as data:
                made = cls(
                    tuple(map(str, data["labels"])),
                    data["weights"].astype(np.float32),
                    data["bias"].astype(np.float32),
                    float(data["sharpness"]),
                )
            if made.weights.shape != (len(made.labels), FEATURES):
                raise ValueError("The numbers are of another shape.")
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise InputError(f"The intents {path.name} cannot be read.", hint="Install MedBot again.") from error
        return made

    def choose(self, made: NDArray[np.float32]) -> Intent:
        """The intent of a message, with its calibrated confidence; takes what `features` gives."""
        scores = self.sharpness * (self.weights @ made + self.bias)
        chances = np.exp(scores - scores.max())
        best = int(chances.argmax())
        return Intent(self.labels[best], round(float(chances[best] / chances.sum()), 3))

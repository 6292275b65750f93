"""Tell what a message wants by a small linear classifier over its vector, its words, their letters and its signs."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from medbot_desktop.domain import Assertion, Entity, Intent
from medbot_desktop.errors import InputError
from medbot_desktop.understanding.tokens import Token

_DIMENSIONS = 384
_OF_VECTOR, _OF_GRAMS, _OF_FINDINGS = 1.5, 1.2, 0.5
_QUESTION_WORDS = frozenset(
    "what whats how when where why which who is are am was do does did can could should would will may might".split()
)
_PERSONAL = frozenset("i im ive my me mine he she hes shes his her our we weve".split())
_FINDINGS = (
    "symptom", "several_symptoms", "negated", "hypothetical", "other", "condition", "event", "medicine",
    "two_medicines", "substance", "allergy", "measure", "question_mark", "begins_with_question", "personal",
    "short", "long", "crisis", "no_finding",
)  # fmt: skip
_CRISIS = frozenset({"suicidal", "suicide_attempt"})
_SHORT, _LONG = 5, 25
_HELD = (Assertion.PRESENT, Assertion.UNCERTAIN)
_TAKEN = ("medicine", "medicine_class", "substance")

DENSE = _DIMENSIONS + len(_FINDINGS)
"""How many features every message has: its vector and its findings. The numbers of its grams come behind them."""

LETTERS = 8_000_000
"""The lowest number of a run of letters, below are runs of words; twice that is still exact in single precision."""


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
        Shape (``DENSE`` + n,): what the vector and the entities say, then the numbers of the n runs of one to three
        words and of three to five letters that the message holds.
    """
    words = _runs(["^", *_words(tokens, entities), "$"], 1, 3, " ")
    letters = (run for word in {_spelt(token) for token in tokens} for run in _runs(f"<{word}>", 3, 5))
    findings = _findings(text, [token.word for token in tokens], entities)
    grams = [*_numbers(words, 0), *_numbers(letters, LETTERS)]
    return np.concatenate([_OF_VECTOR * vector, _OF_FINDINGS * np.array(findings), grams]).astype(np.float32)


def weigh(
    made: NDArray[np.float32], grams: NDArray[np.int32], rarity: NDArray[np.float32]
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """The grams of a message that the classifier knows, weighed by how rare they are (tf-idf).

    Args:
        made: what `features` gives.
        grams: the numbers of the known ones, in order.
        rarity: how rare each is.

    Returns:
        Their places in ``grams`` and their values; those of words have length 1.2 together, as have those of letters.
    """
    numbers = made[DENSE:].astype(np.int32)
    places = np.searchsorted(grams, numbers)
    places = places[grams[np.minimum(places, len(grams) - 1)] == numbers]
    values = rarity[places]
    is_letters = grams[places] >= LETTERS
    for kind in (is_letters, ~is_letters):
        values[kind] *= _OF_GRAMS / max(float(np.linalg.norm(values[kind])), 1e-9)
    return places, values


def _words(tokens: Sequence[Token], entities: Sequence[Entity]) -> Iterator[str]:
    """The words of a message, with one word for any medicine and one for any number: "is <medicine> safe"."""
    taken = [entity for entity in entities if entity.kind in _TAKEN]
    last: Entity | None = None
    for token in tokens:
        inside = next((entity for entity in taken if entity.start <= token.start and token.end <= entity.end), None)
        if inside is None:
            yield "#" if token.value is not None or any(map(str.isdigit, token.word)) else token.word
        elif inside is not last:
            yield f"<{inside.kind}>"
        last = inside


def _spelt(token: Token) -> str:
    return "#" if token.word.isdigit() else token.word


def _runs(parts: Sequence[str], shortest: int, longest: int, between: str = "") -> Iterator[str]:
    for size in range(shortest, longest + 1):
        for start in range(len(parts) - size + 1):
            yield between.join(parts[start : start + size])


def _numbers(runs: Iterable[str], first: int) -> list[int]:
    return sorted({first + zlib.crc32(run.encode()) % LETTERS for run in runs})


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
        weights: of the dense features, shape (``DENSE``, intents).
        bias: shape (intents,).
        grams: the numbers of the runs of words and letters that it knows, in order.
        rarity: how rare each of them is.
        gram_weights: shape (grams, intents).
        sharpness: by what the scores are multiplied so that the confidence is calibrated (Guo et al. 2017).
    """

    labels: tuple[str, ...]
    weights: NDArray[np.float32] = field(repr=False)
    bias: NDArray[np.float32] = field(repr=False)
    grams: NDArray[np.int32] = field(repr=False)
    rarity: NDArray[np.float32] = field(repr=False)
    gram_weights: NDArray[np.float32] = field(repr=False)
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
                    data["grams"].astype(np.int32),
                    data["rarity"].astype(np.float32),
                    data["gram_weights"].astype(np.float32) * data["gram_step"].astype(np.float32),
                    float(data["sharpness"]),
                )
            intents, grams = len(made.labels), len(made.grams)
            if made.weights.shape != (DENSE, intents) or made.gram_weights.shape != (grams, intents) or not grams:
                raise ValueError("The numbers are of another shape.")
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise InputError(f"The intents {path.name} cannot be read.", hint="Install MedBot again.") from error
        return made

    def choose(self, made: NDArray[np.float32]) -> Intent:
        """The intent of a message, with its calibrated confidence; takes what `features` gives."""
        places, values = weigh(made, self.grams, self.rarity)
        scores = made[:DENSE] @ self.weights + values @ self.gram_weights[places] + self.bias
        chances = np.exp(self.sharpness * (scores - scores.max()))
        best = int(chances.argmax())
        return Intent(self.labels[best], round(float(chances[best] / chances.sum()), 3))

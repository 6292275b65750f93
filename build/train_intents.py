"""Train what tells the intent of a message.

Run by hand when the utterances or the lexicon change: ``.venv/bin/python build/train_intents.py``. It learns from the
train part of ``tests/evaluation/intents.jsonl`` and from ``build/utterances/*.txt``, chooses its strength and how
sharp the confidence is on the dev part, and writes ``resources/intents/classifier.npz``.
Of the test part it looks only at which
texts must not be learnt from. ``medbot eval intents`` prints the figures.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, log_loss

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from medbot_desktop.inference.store import ModelStore  # noqa: E402
from medbot_desktop.knowledge.opening import open_embedder  # noqa: E402
from medbot_desktop.medicines.formulary import Formulary  # noqa: E402
from medbot_desktop.settings import resources_folder  # noqa: E402
from medbot_desktop.text import words  # noqa: E402
from medbot_desktop.understanding.reader import Reader  # noqa: E402

_STRENGTHS = (3.0, 10.0, 30.0)
_SHARPNESSES = np.arange(0.5, 2.6, 0.1)


def main() -> None:
    """Train, choose, write."""
    train, dev = _utterances("train") + _written(), _utterances("dev")
    resources = resources_folder()
    embedder = open_embedder(ModelStore.standard())
    reader = Reader.load(resources, Formulary.load(resources).spoken)

    def rows_of(utterances: list[tuple[str, str]]) -> NDArray[np.float32]:
        texts = [text for text, _ in utterances]
        return np.array([reader.features(*pair) for pair in zip(texts, embedder.embed(texts), strict=True)])

    rows, labels = rows_of(train), np.array([label for _, label in train])
    held_out, expected = rows_of(dev), np.array([label for _, label in dev])
    models = [LogisticRegression(C=strength, max_iter=3_000).fit(rows, labels) for strength in _STRENGTHS]
    scores = [f1_score(expected, model.predict(held_out), average="macro") for model in models]
    best = models[int(np.argmax(scores))]
    print(f"{len(train)} utterances; macro-F1 on dev at C {_STRENGTHS}: {[round(score, 3) for score in scores]}")
    decision = best.decision_function(held_out)
    losses = [log_loss(expected, _softmax(sharpness * decision), labels=best.classes_) for sharpness in _SHARPNESSES]
    sharpness = float(_SHARPNESSES[int(np.argmin(losses))])
    print(f"sharpness {sharpness:.1f}, log loss {min(losses):.3f}")
    np.savez_compressed(
        resources / "intents" / "classifier.npz",
        labels=best.classes_.astype(str),
        weights=best.coef_.astype(np.float16),
        bias=best.intercept_.astype(np.float16),
        sharpness=sharpness,
    )


def _utterances(half: str) -> list[tuple[str, str]]:
    lines = (ROOT / "tests" / "evaluation" / "intents.jsonl").read_text(encoding="utf-8").splitlines()
    return [(case["text"], case["intent"]) for case in map(json.loads, lines) if case["half"] == half]


def _written() -> list[tuple[str, str]]:
    """What was written for training alone: a file for each intent, an utterance a line; none that the set judges by."""
    judged = {_plain(text) for half in ("dev", "test") for text, _ in _utterances(half)}
    files = sorted((ROOT / "build" / "utterances").glob("*.txt"))
    lines = [(line, file.stem) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return [(line, intent) for line, intent in lines if line and _plain(line) not in judged]


def _plain(text: str) -> str:
    return " ".join(words(text))


def _softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    chances = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: NDArray[np.float64] = chances / chances.sum(axis=1, keepdims=True)
    return result


if __name__ == "__main__":
    main()

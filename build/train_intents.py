"""Train what tells the intent of a message.

Run by hand when the utterances or the lexicon change: ``.venv/bin/python build/train_intents.py``. It learns from the
train part of ``tests/evaluation/intents.jsonl``, from ``build/utterances/*/*.txt`` (a folder for each kind of writer,
a file for each intent) and from ``build/utterances/patterns.toml``. It judges each kind of writer by what the
others taught, takes from that how sharp the confidence is, judges the dev part, and writes
``resources/intents/classifier.npz``. Of the other parts it looks only at which texts must not be learnt from.
``medbot eval intents`` prints the figures in full.
"""

from __future__ import annotations

import json
import random
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.metrics import f1_score, log_loss

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from medbot_desktop.inference.store import ModelStore  # noqa: E402
from medbot_desktop.knowledge.opening import open_embedder  # noqa: E402
from medbot_desktop.medicines.formulary import Formulary  # noqa: E402
from medbot_desktop.settings import resources_folder  # noqa: E402
from medbot_desktop.text import words  # noqa: E402
from medbot_desktop.understanding.cleaning import clean  # noqa: E402
from medbot_desktop.understanding.intent_classifier import DENSE, LETTERS, weigh  # noqa: E402
from medbot_desktop.understanding.reader import Reader  # noqa: E402

_MADE = "patterns"  # what was filled in counts half, and judges nothing
_WEIGHT_OF_MADE = 0.5
_WORDS_IN, _LETTERS_IN = 2, 4  # in how many utterances a run must be to be looked at
_PASSES, _BATCH, _STEP, _DECAY, _SMOOTHING, _DROPPED = 12, 256, 1.5e-2, 0.2, 0.05, 0.1
_FOLDS = 4  # of whole kinds of writers
_SHARPNESSES = np.arange(0.5, 4.0, 0.05)

Numbers = NDArray[np.float32]
Counts = NDArray[np.int_]
Names = NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class _Utterance:
    text: str
    intent: str
    writer: str


@dataclass(frozen=True, slots=True)
class _Rows:
    """Many utterances as the classifier looks at them: shapes (n, ``DENSE``) and (n, grams)."""

    dense: Numbers
    grams: csr_matrix

    def at(self, where: NDArray[np.bool_] | Counts) -> _Rows:
        return _Rows(self.dense[where], self.grams[where])


@dataclass(frozen=True, slots=True)
class _Model:
    weights: Numbers
    gram_weights: Numbers
    bias: Numbers

    def scores(self, rows: _Rows) -> Numbers:
        made: Numbers = rows.dense @ self.weights + rows.grams @ self.gram_weights + self.bias
        return made


def main() -> None:
    """Train, judge, write."""
    learnt, dev = [*_utterances("train"), *_written()], list(_utterances("dev"))
    made = _features([*learnt, *dev])
    grams, rarity = _known(made[: len(learnt)])
    rows = _rows(made, grams, rarity)
    taught, judged = rows.at(np.arange(len(learnt))), rows.at(np.arange(len(learnt), len(made)))
    labels = sorted({utterance.intent for utterance in learnt})
    intents = np.array([labels.index(utterance.intent) for utterance in learnt])
    writers = np.array([utterance.writer for utterance in learnt])
    print(f"{len(learnt)} utterances, {len(grams)} runs of words and letters")
    sharpness = _judge_writers(taught, intents, writers, labels)
    model = _fit(taught, intents, writers, len(labels))
    _tell("dev", model.scores(judged), np.array([labels.index(utterance.intent) for utterance in dev]), sharpness)
    gram_step = np.abs(model.gram_weights).max(axis=0) / 127
    np.savez_compressed(
        resources_folder() / "intents" / "classifier.npz",
        labels=np.array(labels),
        weights=model.weights.astype(np.float16),
        bias=model.bias.astype(np.float16),
        grams=grams,
        rarity=rarity.astype(np.float16),
        gram_weights=np.round(model.gram_weights / gram_step).astype(np.int8),
        gram_step=gram_step,
        sharpness=sharpness,
    )


def _utterances(*halves: str) -> Iterator[_Utterance]:
    lines = (ROOT / "tests" / "evaluation" / "intents.jsonl").read_text(encoding="utf-8").splitlines()
    cases = map(json.loads, lines)
    return (_Utterance(case["text"], case["intent"], case["half"]) for case in cases if case["half"] in halves)


def _written() -> Iterator[_Utterance]:
    """What was written for training alone; none that the set judges by, and nothing twice."""
    seen = {_plain(utterance.text) for utterance in _utterances("train", "dev", "test", "unseen")}
    files = sorted((ROOT / "build" / "utterances").glob("*/*.txt"))
    lines = [(line, file) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    whole = (_Utterance(line, file.stem, file.parent.name) for line, file in lines if line)
    for utterance in (*whole, *_filled_in()):
        if _plain(utterance.text) not in seen:
            seen.add(_plain(utterance.text))
            yield utterance


def _filled_in() -> Iterator[_Utterance]:
    """The patterns with words in their braces, each word at least once for each intent that uses its list."""
    told = tomllib.loads((ROOT / "build" / "utterances" / "patterns.toml").read_text(encoding="utf-8"))
    chance = random.Random(0)
    for entry in told["intent"]:
        lists = [re.findall(r"{(\w+)}", pattern) for pattern in entry["patterns"]]
        uses = Counter(name for names in lists for name in names)
        decks: dict[str, list[str]] = {name: [] for name in uses}

        def draw(match: re.Match[str], decks: dict[str, list[str]] = decks) -> str:
            deck = decks[match[1]]
            if not deck:
                deck += chance.sample(told["words"][match[1]], len(told["words"][match[1]]))
            return deck.pop()

        for pattern, names in zip(entry["patterns"], lists, strict=True):
            times = max(told["each"], *(-(-len(told["words"][name]) // uses[name]) for name in names))
            for _ in range(times):
                yield _Utterance(re.sub(r"{(\w+)}", draw, pattern), entry["name"], _MADE)


def _plain(text: str) -> str:
    return " ".join(words(text))


def _features(utterances: Sequence[_Utterance]) -> list[Numbers]:
    resources = resources_folder()
    reader = Reader.load(resources, Formulary.load(resources).spoken)
    texts = [clean(utterance.text) for utterance in utterances]
    vectors = open_embedder(ModelStore.standard()).embed(texts)
    return [reader.features(text, vector) for text, vector in zip(texts, vectors, strict=True)]


def _known(made: Sequence[Numbers]) -> tuple[NDArray[np.int32], Numbers]:
    """The grams that are frequent enough, in order, and how rare each of them is."""
    numbers, counts = np.unique(np.concatenate([one[DENSE:] for one in made]).astype(np.int32), return_counts=True)
    enough = counts >= np.where(numbers < LETTERS, _WORDS_IN, _LETTERS_IN)
    return numbers[enough], np.log((len(made) + 1) / (counts[enough] + 1)).astype(np.float32)


def _rows(made: Sequence[Numbers], grams: NDArray[np.int32], rarity: Numbers) -> _Rows:
    weighed = [weigh(one, grams, rarity) for one in made]
    ends = np.cumsum([0, *(len(places) for places, _ in weighed)])
    places, values = (np.concatenate(part) for part in zip(*weighed, strict=True))
    bags = csr_matrix((values, places, ends), shape=(len(made), len(grams)), dtype=np.float32)
    return _Rows(np.array([one[:DENSE] for one in made]), bags)


def _fit(rows: _Rows, intents: Counts, writers: Names, labels: int) -> _Model:
    """Multinomial logistic regression by AdamW (Loshchilov and Hutter 2019), with smoothed labels and dropped grams."""
    chance = np.random.default_rng(0)
    count = len(intents)
    wanted = np.full((count, labels), _SMOOTHING / labels, dtype=np.float32)
    wanted[np.arange(count), intents] += 1 - _SMOOTHING
    counts_for = np.where(writers == _MADE, _WEIGHT_OF_MADE, 1.0).astype(np.float32)[:, None]
    shapes = ((rows.dense.shape[1], labels), (rows.grams.shape[1], labels), (labels,))
    weights = [np.zeros(shape, dtype=np.float32) for shape in shapes]
    means, squares = [np.zeros_like(one) for one in weights], [np.zeros_like(one) for one in weights]
    steps = _PASSES * -(-count // _BATCH)
    done = 0
    for _ in range(_PASSES):
        order = chance.permutation(count)
        for start in range(0, count, _BATCH):
            chosen = order[start : start + _BATCH]
            batch = rows.at(chosen)
            batch.grams.data *= (chance.random(batch.grams.nnz) >= _DROPPED) / np.float32(1 - _DROPPED)
            wrong = counts_for[chosen] * (_softmax(_Model(*weights).scores(batch)) - wanted[chosen]) / len(chosen)
            slopes = (batch.dense.T @ wrong, batch.grams.T @ wrong, wrong.sum(axis=0))
            step = _STEP * (1 - done / steps)
            done += 1
            for one, mean, square, slope in zip(weights, means, squares, slopes, strict=True):
                mean += 0.1 * (slope - mean)
                square += 0.001 * (slope * slope - square)
                fall = mean / (1 - 0.9**done) / (np.sqrt(square / (1 - 0.999**done)) + 1e-8)
                one -= step * (fall + (_DECAY * one if one.ndim == 2 else 0))
    return _Model(*weights)


def _judge_writers(rows: _Rows, intents: Counts, writers: Names, labels: Sequence[str]) -> float:
    """Judge each kind of writer by a model that saw none of it, say how well that went, return the best sharpness."""
    written = writers != _MADE
    kinds = sorted(set(writers[written]))
    scores = np.zeros((len(intents), len(labels)), dtype=np.float32)
    for fold in range(_FOLDS):
        others = ~np.isin(writers, kinds[fold::_FOLDS])
        model = _fit(rows.at(others), intents[others], writers[others], len(labels))
        scores[~others] = model.scores(rows.at(~others))
    losses = [log_loss(intents[written], _softmax(sharp * scores[written])) for sharp in _SHARPNESSES]
    sharpness = float(_SHARPNESSES[int(np.argmin(losses))])
    for one in kinds:
        _tell(f"{one} by the others", scores[writers == one], intents[writers == one], sharpness)
    _tell("all by the others", scores[written], intents[written], sharpness)
    return sharpness


def _tell(name: str, scores: Numbers, expected: Counts, sharpness: float) -> None:
    chances = _softmax(sharpness * scores)
    score = f1_score(expected, chances.argmax(axis=1), average="macro")
    error = _calibration_error(chances, expected)
    print(
        f"{name:30} macro-F1 {score:.3f}  calibration error {error:.3f}  sharpness {sharpness:.2f}  n {len(expected)}"
    )


def _calibration_error(chances: Numbers, expected: Counts) -> float:
    """Expected calibration error over ten bins (Naeini et al. 2015)."""
    sure, right = chances.max(axis=1), chances.argmax(axis=1) == expected
    bins = np.minimum((sure * 10).astype(int), 9)
    gaps = [abs(right[bins == one].mean() - sure[bins == one].mean()) * (bins == one).mean() for one in set(bins)]
    return float(sum(gaps))


def _softmax(scores: NDArray[np.floating]) -> Numbers:
    chances = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: Numbers = (chances / chances.sum(axis=1, keepdims=True)).astype(np.float32)
    return result


if __name__ == "__main__":
    main()

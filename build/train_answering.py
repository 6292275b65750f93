"""Train what tells whether the document that leads answers the question, by the trees that are there.

Run by hand when the library or the question sets change: ``.venv/bin/python build/train_answering.py``. It learns from
the questions, from those beyond the library and from the stories in ``tests/evaluation/``, their dev halves and what
was written for learning, prints cross-validated figures for them, and writes ``resources/retrieval/ranker.toml``.
``build/train_ranker.py`` ends so.
"""

from __future__ import annotations

import json
import sys
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from medbot_desktop.inference.store import ModelStore  # noqa: E402
from medbot_desktop.knowledge.opening import open_knowledge  # noqa: E402
from medbot_desktop.knowledge.search.features import FEATURE_NAMES, Features  # noqa: E402
from medbot_desktop.knowledge.search.retrieval import Retriever  # noqa: E402

_SETS = ("questions", "uncovered", "stories")
_REJECTED = 0.96
"""The share of uncovered questions of the dev half that the threshold turns away."""
_FOLDS = 5
_C = 3.0


@dataclass(frozen=True, slots=True)
class Case:
    """A message of a set, the features of the document that leads, and whether that one answers it."""

    of_set: str
    features: Features
    is_right: bool


def main() -> None:
    """Train, report, write."""
    knowledge = open_knowledge(ModelStore.standard())
    cases = [
        case
        for name in _SETS
        for line in learnt_from(name)
        if (case := _case(knowledge.retriever, name, line)) is not None
    ]
    knowledge.vault.close()
    rows = np.array([astuple(case.features) for case in cases])
    right = np.array([case.is_right for case in cases])
    of_set = np.array([case.of_set for case in cases])
    held_out = _held_out(rows, right)
    threshold = _threshold(held_out[of_set == "uncovered"])
    shares = ", ".join(f"{name} {np.mean(held_out[of_set == name] >= threshold):.3f}" for name in _SETS)
    print(f"answered at threshold {threshold:.3f}, cross-validated: {shares}")
    _write(ROOT / "resources" / "retrieval" / "ranker.toml", _fitted(rows, right), threshold)


def learnt_from(name: str) -> list[dict[str, Any]]:
    """The lines of a set that may be learnt from: its dev half, and what was written for learning alone."""
    folder = ROOT / "tests" / "evaluation"
    files = [file for file in (folder / f"{name}.jsonl", folder / f"{name}_train.jsonl") if file.exists()]
    lines = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if line["half"] in ("dev", "train")]


def _case(retriever: Retriever, name: str, line: dict[str, Any]) -> Case | None:
    question = retriever.questions_of(line["text"])[0]
    features = retriever.explain(question).features
    hits = retriever.retrieve_each(line["text"], documents=1)[0].hits
    if features is None or not hits:
        return None
    return Case(name, features, hits[0].passage.document_id in line.get("topics", []))


def _held_out(rows: NDArray[np.float64], right: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The probability of each case by a model that did not learn from it."""
    fold = np.random.default_rng(1).permutation(len(rows)) % _FOLDS
    probability = np.zeros(len(rows))
    for part in range(_FOLDS):
        own = fold == part
        probability[own] = _fitted(rows[~own], right[~own]).predict_proba(rows[own])[:, 1]
    return probability


def _fitted(rows: NDArray[np.float64], right: NDArray[np.bool_]) -> LogisticRegression:
    return LogisticRegression(C=_C, max_iter=10_000).fit(rows, right)


def _threshold(uncovered: NDArray[np.float64]) -> float:
    """The middle between the last probability that is to be turned away and the first that is not."""
    ordered = np.sort(uncovered)
    place = int(_REJECTED * len(ordered))
    return float(ordered[place - 1 : place + 1].mean())


def _write(path: Path, model: LogisticRegression, threshold: float) -> None:
    lines = [
        "# Written by build/train_answering.py, not by hand.",
        f"threshold = {threshold:.4f}",
        "",
        "[answering]",
        f"bias = {model.intercept_[0]:.4f}",
        *(f"{name} = {weight:.4f}" for name, weight in zip(FEATURE_NAMES, model.coef_[0], strict=True)),
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""Train the weights that turn a document's features into the probability that it answers a question.

Run by hand when the library or the question sets change: ``.venv/bin/python build/train_ranker.py``. It learns from
the dev halves of ``tests/evaluation/questions.jsonl`` and ``uncovered.jsonl`` only, prints cross-validated figures for
them, and writes ``resources/retrieval/ranker.toml``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from medbot_desktop.inference.store import ModelStore  # noqa: E402
from medbot_desktop.knowledge.features import FEATURE_NAMES, Features  # noqa: E402
from medbot_desktop.workspace import open_knowledge  # noqa: E402

_CANDIDATES = 10
"""Only the documents that lead by a plain sum are learned from; the rest are all alike."""
_REJECTED = 0.97
"""The share of uncovered questions of the dev half that the threshold turns away."""
_RANKING_FEATURES = [name for name in FEATURE_NAMES if name != "agreement"]
"""Agreement tells covered from uncovered questions well, and one covered topic from the next one badly."""
_FOLDS = 5
_C = 3.0


@dataclass(frozen=True, slots=True)
class Case:
    """A question with the documents that answer it (none for an uncovered one) and the features of its candidates."""

    topics: frozenset[str]
    features: dict[str, Features]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the two regressions say of a case that they did not learn from."""

    case: Case
    ranked: list[str]
    confidence: float


def main() -> None:
    """Train, report, write."""
    knowledge = open_knowledge(ModelStore.standard())
    cases = [
        Case(frozenset(line.get("topics", [])), knowledge.retriever.features(line["text"]))
        for name in ("questions", "uncovered")
        for line in _dev_half(ROOT / "tests" / "evaluation" / f"{name}.jsonl")
    ]
    knowledge.vault.close()
    held_out: list[Outcome] = []
    for train, test in KFold(_FOLDS, shuffle=True, random_state=0).split(cases):
        ranking, answering = _fit([cases[i] for i in train])
        held_out += [_outcome(ranking, answering, cases[i]) for i in test]
    threshold = float(np.quantile([outcome.confidence for outcome in held_out if not outcome.case.topics], _REJECTED))
    _report(held_out, threshold)
    _write(*_fit(cases), threshold)


def _dev_half(path: Path) -> list[dict[str, Any]]:
    lines = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line["half"] == "dev"]


def _fit(cases: list[Case]) -> tuple[LogisticRegression, LogisticRegression]:
    rows, labels = [], []
    for case in cases:
        leading = sorted(case.features.items(), key=lambda item: -sum(astuple(item[1])[:3]))[:_CANDIDATES]
        for document, features in leading:
            rows.append(_row(features, _RANKING_FEATURES))
            labels.append(document in case.topics)
    ranking = LogisticRegression(C=_C, max_iter=10_000).fit(np.array(rows), labels)
    first = [(case, _rank(ranking, case)[0]) for case in cases if case.features]
    answering = LogisticRegression(C=_C, max_iter=10_000).fit(
        np.array([_row(case.features[document], FEATURE_NAMES) for case, document in first]),
        [document in case.topics for case, document in first],
    )
    return ranking, answering


def _rank(ranking: LogisticRegression, case: Case) -> list[str]:
    rows = np.array([_row(features, _RANKING_FEATURES) for features in case.features.values()])
    return [document for _, document in sorted(zip(-ranking.decision_function(rows), case.features, strict=True))]


def _outcome(ranking: LogisticRegression, answering: LogisticRegression, case: Case) -> Outcome:
    if not case.features:
        return Outcome(case, [], 0.0)
    ranked = _rank(ranking, case)
    row = np.array([_row(case.features[ranked[0]], FEATURE_NAMES)])
    return Outcome(case, ranked, float(answering.predict_proba(row)[0, 1]))


def _row(features: Features, names: Sequence[str]) -> list[float]:
    return [getattr(features, name) for name in names]


def _report(held_out: list[Outcome], threshold: float) -> None:
    covered = [outcome for outcome in held_out if outcome.case.topics]
    uncovered = [outcome for outcome in held_out if not outcome.case.topics]
    first = np.mean([outcome.ranked[0] in outcome.case.topics for outcome in covered])
    third = np.mean([bool(outcome.case.topics & set(outcome.ranked[:3])) for outcome in covered])
    answered = np.mean([outcome.confidence >= threshold for outcome in covered])
    refused = np.mean([outcome.confidence < threshold for outcome in uncovered])
    print(f"dev half, cross-validated: first {first:.3f}, first three {third:.3f}, answered {answered:.3f}")
    print(f"uncovered refused {refused:.3f} at threshold {threshold:.3f}")


def _write(ranking: LogisticRegression, answering: LogisticRegression, threshold: float) -> None:
    lines = [
        "# Weights of the ranker: written by build/train_ranker.py, not by hand.",
        f"threshold = {threshold:.4f}",
        *_table("ranking", ranking, _RANKING_FEATURES),
        *_table("answering", answering, FEATURE_NAMES),
    ]
    (ROOT / "resources" / "retrieval" / "ranker.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _table(name: str, model: LogisticRegression, used: Sequence[str]) -> list[str]:
    weights = dict(zip(used, model.coef_[0], strict=True))
    return ["", f"[{name}]", f"bias = {model.intercept_[0]:.4f}"] + [
        f"{feature} = {weights.get(feature, 0.0):.4f}" for feature in FEATURE_NAMES
    ]


if __name__ == "__main__":
    main()

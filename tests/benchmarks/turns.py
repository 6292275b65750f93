"""Measure turns, searches and writes with real questions on the real library."""

from __future__ import annotations

import json
import time
from pathlib import Path

from medbot_desktop.domain import Answer, Finished
from medbot_desktop.workspace import Workspace
from tests.benchmarks.figures import Figure, percentile

_QUESTIONS = Path(__file__).parent.parent / "evaluation" / "questions.jsonl"


def questions(limit: int | None) -> list[str]:
    """The questions of the half that development may see."""
    lines = [json.loads(line) for line in _QUESTIONS.read_text(encoding="utf-8").splitlines()]
    return [line["text"] for line in lines if line["half"] == "dev"][:limit]


def measure_turns(limit: int | None) -> tuple[list[Figure], Answer]:
    """Whole turns without composing, and searches.

    Returns:
        The figures, and the answer with the most citations, for other measurements.
    """
    with Workspace.open("demo") as workspace:
        if workspace.text_model is not None:
            workspace.text_model.wait_ready(60)
        talk = workspace.conversations.start()
        answers: list[Answer] = []
        totals, firsts, searches = [], [], []
        for text in ["warm up", *questions(limit)]:
            begun = time.perf_counter()
            last = list(workspace.assistant.respond(talk, text))[-1]
            totals.append((time.perf_counter() - begun) * 1e3)
            assert isinstance(last, Finished), last
            answers.append(last.answer)
            firsts.append(float(last.answer.timings_ms["first_text"]))
            begun = time.perf_counter()
            workspace.retriever.retrieve(text)
            searches.append((time.perf_counter() - begun) * 1e3)
        passages = sum(library.passages for library in workspace.libraries.summaries())
    figures = [
        Figure("whole turn without composing, p50", percentile(totals[1:], 50), "ms", most=150),
        Figure("whole turn without composing, p95", percentile(totals[1:], 95), "ms", most=400),
        Figure("first words of a turn, p50", percentile(firsts[1:], 50), "ms"),
        Figure(
            "retrieval with the query's embedding, p95",
            percentile(searches[1:], 95),
            "ms",
            most=30,
            beside=f"{passages:,} passages (the budget is for 100,000)",
        ),
    ]
    return figures, max(answers, key=lambda answer: len(answer.citations))

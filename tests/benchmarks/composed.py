"""Let a model compose answers to the project's questions, and count what is shown of what it writes.

    python -m tests.benchmarks.composed MODEL --limit 200 --out SHOWN.jsonl

MODEL is the name of a model on this computer. Every so many of the questions are asked, evenly over all of them, or
those that `--ids q001 q024` names. What is shown is judged once more by `strict_support`, and written to SHOWN.jsonl
for it, to read what it does not pass.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from medbot_desktop.evaluation.report import in_words
from medbot_desktop.evaluation.scores import Share
from medbot_desktop.generation.composing import Composition
from medbot_desktop.generation.prompting import openings
from medbot_desktop.generation.sentence import SupportedSentence
from medbot_desktop.inference.choosing import open_model
from medbot_desktop.inference.runtime import TextModel
from medbot_desktop.knowledge.opening import open_embedder
from medbot_desktop.workspace import Workspace
from tests.benchmarks.figures import percentile
from tests.benchmarks.strict_support import strictly_supported

_QUESTIONS = Path(__file__).parent.parent / "evaluation" / "questions.jsonl"
_LOADING_S = 180.0


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one question.

    Attributes:
        question: its identifier.
        shown: the sentences that were shown.
        removed: how many were dropped.
        is_enough: whether the answer was composed rather than replaced.
        declined: whether the model said that no passage holds the answer.
        attempts: how often it wrote.
        first_s: seconds to the first sentence; None where none was shown.
        total_s: seconds in all.
    """

    question: str
    shown: tuple[SupportedSentence, ...]
    removed: int
    is_enough: bool
    declined: bool
    attempts: int
    first_s: float | None
    total_s: float


def questions(limit: int, ids: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Identifiers and texts of ``limit`` questions, evenly over all; of those that are named, where some are."""
    lines = [json.loads(line) for line in _QUESTIONS.read_text(encoding="utf-8").splitlines()]
    if ids:
        return [(line["id"], line["text"]) for line in lines if line["id"] in ids]
    step = max(len(lines) / limit, 1.0)
    return [(lines[int(n * step)]["id"], lines[int(n * step)]["text"]) for n in range(min(limit, len(lines)))]


def compose(workspace: Workspace, model: TextModel, name: str, text: str) -> Written:
    """Answer one question as a turn does, by the model alone."""
    embed = open_embedder(workspace.store).embed
    composition = Composition(model, text, workspace.retriever.retrieve(text).hits, embed)
    shown: list[SupportedSentence] = []
    first, begun = None, time.monotonic()
    for sentence in composition.sentences():
        if sentence is not None:
            first = first or time.monotonic() - begun
            shown.append(sentence)
    total = time.monotonic() - begun
    return Written(
        name,
        tuple(shown),
        composition.removed,
        composition.is_enough,
        composition.declined,
        composition.attempts,
        first,
        total,
    )


def report(answers: list[Written]) -> None:
    """Print the shares and the times."""
    shown = [sentence for answer in answers for sentence in answer.shown]
    strict = sum(strictly_supported(sentence.text, sentence.hit.passage.text) for sentence in shown)
    removed = sum(answer.removed for answer in answers)
    firsts = [answer.first_s for answer in answers if answer.first_s is not None] or [0.0]
    print(f"answers composed rather than replaced: {in_words(Share(sum(a.is_enough for a in answers), len(answers)))}")
    print(f"answers that the model declined: {in_words(Share(sum(a.declined for a in answers), len(answers)))}")
    print(f"asked twice: {sum(answer.attempts > 1 for answer in answers)}")
    print(f"sentences shown of those written: {in_words(Share(len(shown), len(shown) + removed))}")
    print(f"shown sentences that the stricter method passes: {in_words(Share(strict, len(shown)))}")
    print(f"first sentence, p50 / p95: {percentile(firsts, 50):.1f} / {percentile(firsts, 95):.1f} s")
    totals = [answer.total_s for answer in answers]
    print(f"whole answer, p50 / p95: {percentile(totals, 50):.1f} / {percentile(totals, 95):.1f} s")


def main() -> None:
    """Ask the questions and print the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--limit", type=int, default=200)
    parser.add_argument("--ids", nargs="+", default=[])
    parser.add_argument("--out", type=Path, required=True)
    wanted = parser.parse_args()
    with Workspace.open("demo", with_text_model=False) as workspace, wanted.out.open("w", encoding="utf-8") as out:
        model = open_model(workspace.store, workspace.store.entry(wanted.model), workspace.settings, openings())
        answers: list[Written] = []
        try:
            model.start()
            model.wait_ready(_LOADING_S)
            for name, text in questions(wanted.limit, wanted.ids):
                answers.append(compose(workspace, model, name, text))
                for sentence in answers[-1].shown:
                    line = {"id": name, "text": sentence.text, "passage": sentence.hit.passage.text}
                    out.write(json.dumps(line, ensure_ascii=False) + "\n")
                print(f"{len(answers)}: {name} {'composed' if answers[-1].is_enough else 'replaced'}", flush=True)
        finally:
            model.close()
        report(answers)


if __name__ == "__main__":
    main()

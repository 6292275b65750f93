"""Measure how long a message takes to be read and judged, and what the rules weigh in memory."""

from __future__ import annotations

import argparse
import gc
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil

from medbot_desktop.inference.store import ModelStore
from medbot_desktop.knowledge.opening import open_embedder
from medbot_desktop.settings import resources_folder
from medbot_desktop.vault.scrub import give_back
from tests.benchmarks.figures import Figure, percentile

_MESSAGES = Path(__file__).parent.parent / "evaluation" / "triage_train.jsonl"
_MB = 1e6
_MOST_MS = 50.0
_MOST_MB = 120.0
_WARM_UP = 5


def measure_understanding(limit: int | None = None) -> list[Figure]:
    """Messages read and judged in a process of its own.

    Args:
        limit: how many messages; None: all that the rules were tuned on.
    """
    command = [sys.executable, "-m", "tests.benchmarks.understanding", "--messages", str(limit or 0)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [Figure(**fields) for fields in json.loads(printed.splitlines()[-1])]


def _measure(limit: int | None) -> list[Figure]:
    lines = _MESSAGES.read_text(encoding="utf-8").splitlines()[:limit]
    messages = [json.loads(line)["text"] for line in lines]
    embedder = open_embedder(ModelStore.standard())
    embedder.embed(messages[:1])
    before = _resident()
    begun = time.perf_counter()
    # Only here, as what the modules weigh counts too.
    from medbot_desktop.medicines.formulary import Formulary
    from medbot_desktop.triage.judging import Judge
    from medbot_desktop.understanding.reader import Reader

    formulary = Formulary.load(resources_folder())
    reader = Reader.load(resources_folder(), formulary.spoken, embedder)
    judge = Judge.load(resources_folder())
    loaded = time.perf_counter() - begun
    times = []
    for message in [*messages[:_WARM_UP], *messages]:
        begun = time.perf_counter()
        judge.judge(reader.read(message))
        times.append((time.perf_counter() - begun) * 1e3)
    of_each = times[_WARM_UP:]
    beside = "the embedder's time included"
    return [
        Figure("a message read and judged, p50", percentile(of_each, 50), "ms", beside=beside),
        Figure("a message read and judged, p95", percentile(of_each, 95), "ms", most=_MOST_MS, beside=beside),
        Figure("rules of understanding, triage and medicines, loaded", loaded, "s"),
        Figure("rules of understanding, triage and medicines", (_resident() - before) / _MB, "MB", most=_MOST_MB),
    ]


def _resident() -> float:
    gc.collect()
    give_back()
    return float(psutil.Process(os.getpid()).memory_info().rss)


def main() -> None:
    """Measure in this process and print the figures as JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.understanding", description=__doc__)
    parser.add_argument("--messages", type=int, default=0, help="how many messages; 0: all")
    figures = _measure(parser.parse_args().messages or None)
    print(json.dumps([{name: getattr(figure, name) for name in Figure.__slots__} for figure in figures]))


if __name__ == "__main__":
    main()

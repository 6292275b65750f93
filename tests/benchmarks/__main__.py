"""Print one table of how fast and how large MedBot is on this computer: ``python -m tests.benchmarks``."""

from __future__ import annotations

import argparse
import json

from medbot_desktop.inference.store import ModelStore
from medbot_desktop.knowledge.library import read_folder
from medbot_desktop.knowledge.opening import core_folder, open_embedder
from tests.benchmarks.figures import Figure, as_objects, machine, print_table
from tests.benchmarks.importing import MEGABYTES, measure_importing
from tests.benchmarks.model_speed import compare_embedding, compare_text, second_turn
from tests.benchmarks.packs import PASSAGES, measure_packs
from tests.benchmarks.retrieval import measure_retrieval
from tests.benchmarks.start_up import measure_start_up
from tests.benchmarks.turns import measure_turns, questions
from tests.benchmarks.understanding import measure_understanding
from tests.benchmarks.vault import MESSAGES, measure_vault

_QUICK_QUESTIONS = 12
_QUICK_TEXTS = 48
_QUICK_PASSAGES = 200
_QUICK_MEGABYTES = 1
_QUICK_MESSAGES = 2_000
_TEXTS = 600


def main() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    parser.add_argument("--quick", action="store_true", help="measure little: to see that it works, not how fast")
    arguments = parser.parse_args()
    turns, answer = measure_turns(_QUICK_QUESTIONS if arguments.quick else None)
    figures = [
        *turns,
        *measure_understanding(_QUICK_QUESTIONS if arguments.quick else None),
        *measure_vault(answer, questions(None), _QUICK_MESSAGES if arguments.quick else MESSAGES),
        *(measure_retrieval((1_000,), _QUICK_QUESTIONS) if arguments.quick else measure_retrieval()),
        *measure_packs(_texts(), _QUICK_PASSAGES if arguments.quick else PASSAGES),
        *measure_importing(_QUICK_MEGABYTES if arguments.quick else MEGABYTES),
        *_models(quick=arguments.quick),
        *measure_start_up(),
    ]
    if arguments.json:
        print(json.dumps({"machine": machine(), "figures": as_objects(figures)}))
    else:
        print_table(figures)


def _models(*, quick: bool) -> list[Figure]:
    """The text model and the embedder beside the runtimes beneath them."""
    store = ModelStore.standard()
    chat, embedding = store.default("chat"), store.default("embedder")
    text = compare_text(store.file(chat.name, chat.files[0].name), rounds=1 if quick else 5)
    cold, warm = second_turn(store.file(chat.name, chat.files[0].name), rounds=1 if quick else 3)
    texts = _texts()
    ours, bare = compare_embedding(
        open_embedder(store),
        store.file(embedding.name, "model.onnx"),
        texts[: _QUICK_TEXTS if quick else _TEXTS],
        rounds=1 if quick else 3,
    )
    return [
        Figure("text", text.ours.per_second, "tokens/s", beside=f"{text.bare.per_second:.1f} tokens/s bare llama.cpp"),
        Figure("text, ratio", text.ours.per_second / text.bare.per_second, "x", least=0.95, beside="bare llama.cpp"),
        Figure("first word", text.ours.first_ms, "ms", beside=f"{text.bare.first_ms:.0f} ms bare llama.cpp"),
        Figure("first word, ratio", text.ours.first_ms / text.bare.first_ms, "x", most=1.1, beside="bare llama.cpp"),
        Figure("second turn starts sooner", cold / warm, "x", least=3, beside=f"{cold:.0f} ms with a cold cache"),
        Figure("text model's process", text.resident_mb, "MB"),
        Figure("embedding", ours, "texts/s", beside=f"{bare:.1f} texts/s bare ONNX Runtime"),
        Figure("embedding, ratio", ours / bare, "x", least=0.95, beside="bare ONNX Runtime, same batches"),
    ]


def _texts() -> list[str]:
    """The paragraphs of the library that ships."""
    return [block.text for document in read_folder(core_folder()) for s in document.sections for block in s.blocks]


if __name__ == "__main__":
    main()

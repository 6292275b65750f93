"""Measure how time and memory of a search grow with the library: ``python -m tests.benchmarks.retrieval --passages N``.

The passages are sentences of the library that ships, put together anew, and their vectors lie between those of
neighbouring passages, moved a little, so that there are some to be told apart. ``--index-only`` measures the graph
alone, over vectors that are made up: so a million of them can be tried.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
from numpy.typing import NDArray

from medbot_desktop.inference.store import ModelStore
from medbot_desktop.knowledge.chunking import Chunk
from medbot_desktop.knowledge.document import Block, Document, Section
from medbot_desktop.knowledge.library_rows import (
    EmbeddedPassage,
    finish_document,
    insert_document,
    insert_names,
    insert_passages,
    library_row,
)
from medbot_desktop.knowledge.opening import Knowledge, open_knowledge
from medbot_desktop.knowledge.search.snapshot import IndexSnapshot
from medbot_desktop.knowledge.search.vector_index import VectorIndex
from medbot_desktop.text import sentences
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.data_key import DataKey
from medbot_desktop.vault.roles import DEMO_ACCOUNT
from medbot_desktop.vault.scrub import give_back
from medbot_desktop.vault.vault import Vault, account_row
from tests.benchmarks.figures import Figure, percentile, print_table
from tests.benchmarks.turns import questions
from tests.contents import passages_of

SIZES = (1_000, 10_000)
"""What the table of all figures measures; larger ones take minutes to build."""

_IN_A_DOCUMENT = 6
_SENTENCES = 6
_MOVED = 0.01
_DOCUMENTS_AT_ONCE = 500
_DIMENSIONS = 384
_EXACT_QUERIES = 200
_NEAREST = 10
_ROUNDING = 3e-4
_MB = 1e6
_LEAST_RECALL = 0.99
_MOST_MS = 30.0


@dataclass(frozen=True, slots=True)
class Material:
    """What passages are made of: sentences, and vectors of real passages, shape (n, d)."""

    sentences: Sequence[str]
    vectors: NDArray[np.float32]


def measure_retrieval(sizes: Sequence[int] = SIZES, limit: int | None = None) -> list[Figure]:
    """Searches of libraries of several sizes, each in a process of its own.

    Args:
        sizes: how many passages.
        limit: how many questions; None: all of the dev half.
    """
    return [
        figure for size in sizes for figure in _in_a_process("--passages", str(size), "--questions", str(limit or 0))
    ]


def measure_library(passages: int, limit: int | None) -> list[Figure]:
    """One size, in this process."""
    with tempfile.TemporaryDirectory() as folder:
        file, key = Path(folder) / "vault.db", DataKey.random()
        begun = time.perf_counter()
        _fill(file, key, passages)
        filled = time.perf_counter() - begun
        snapshot = IndexSnapshot(Path(folder) / "index", bytes(32))
        begun = time.perf_counter()
        _opened(file, key, snapshot).vault.close()
        built = time.perf_counter() - begun
        figures = _in_a_process("--open", str(file), "--key", key.hex(), "--questions", str(limit or 0))
        kept = sum(path.stat().st_size for path in (Path(folder) / "index").iterdir())
        return [
            *figures,
            Figure(f"{passages:,} passages, written to the vault", filled, "s"),
            Figure(f"{passages:,} passages, first opening, which builds the graph", built, "s"),
            Figure(f"{passages:,} passages, snapshot", kept / _MB, "MB"),
        ]


def measure_opened(file: Path, key: DataKey, limit: int | None) -> list[Figure]:
    """A library that was built before: opening, searches, memory, and how near the graph comes to an exact search."""
    bare = _resident()
    begun = time.perf_counter()
    knowledge = _opened(file, key, IndexSnapshot(file.parent / "index", bytes(32)))
    opened = time.perf_counter() - begun
    count = len(knowledge.retriever.stock.holdings.passages)
    gc.collect()
    give_back()
    resident = _resident()
    retriever, asked = knowledge.retriever, questions(limit)
    for question in asked[:10]:
        retriever.retrieve(question)
    times: dict[bool, list[float]] = {True: [], False: []}
    for question in asked:
        is_one = len(retriever.questions_of(question)) == 1
        times[is_one].append(_milliseconds(lambda question=question: retriever.retrieve(question)))
    embedding = [_milliseconds(lambda question=question: knowledge.embedder.embed([question])) for question in asked]
    recall = _recall(knowledge, asked)
    knowledge.vault.close()
    name = f"{count:,} passages"
    return [
        Figure(f"{name}, retrieval, p50", percentile(times[True], 50), "ms"),
        Figure(
            f"{name}, retrieval, p95", percentile(times[True], 95), "ms", most=_MOST_MS, beside="embedding included"
        ),
        *(
            Figure(f"{name}, retrieval for a message of several questions, {at}", percentile(times[False], share), "ms")
            for at, share in (("p50", 50), ("p95", 95))
            if times[False]
        ),
        Figure(f"{name}, embedding of the question alone, p95", percentile(embedding, 95), "ms"),
        Figure(f"{name}, recall@10 of the index", recall, "x", least=_LEAST_RECALL, beside="exact search"),
        Figure(f"{name}, opened with the snapshot", opened, "s"),
        Figure(
            f"{name}, memory", (resident - bare) / _MB, "MB", beside="embedder and searches, above the bare process"
        ),
    ]


def measure_index(count: int) -> list[Figure]:
    """The graph alone over made-up vectors in clusters."""
    chance = np.random.default_rng(0)
    centres = chance.normal(size=(max(1, count // 50), _DIMENSIONS)).astype(np.float32)
    vectors = centres[chance.integers(len(centres), size=count)]
    for start in range(0, count, 10_000):
        vectors[start : start + 10_000] += chance.normal(size=vectors[start : start + 10_000].shape).astype(np.float32)
        vectors[start : start + 10_000] /= np.linalg.norm(vectors[start : start + 10_000], axis=1, keepdims=True)
    before = _resident()
    begun = time.perf_counter()
    index = VectorIndex.of(vectors, np.arange(count))
    built, resident = time.perf_counter() - begun, _resident() - before
    asked = vectors[chance.integers(count, size=_EXACT_QUERIES)]
    times = [_milliseconds(lambda vector=vector: index.search(vector, _NEAREST)) for vector in asked]
    recall = sum(_as_near(index, vectors, vector) for vector in asked) / (_NEAREST * len(asked))
    name = f"{count:,} made-up vectors"
    return [
        Figure(f"{name}, built", built, "s"),
        Figure(f"{name}, memory", resident / _MB, "MB"),
        Figure(f"{name}, search, p50", percentile(times, 50), "ms"),
        Figure(f"{name}, search, p95", percentile(times, 95), "ms"),
        Figure(f"{name}, recall@10", recall, "x", least=_LEAST_RECALL, beside="exact search"),
    ]


def _recall(knowledge: Knowledge, asked: Sequence[str]) -> float:
    stock = knowledge.retriever.stock
    vectors = stock.passages.vectors(stock.holdings.passages)
    right = 0
    for vector in knowledge.embedder.embed(asked[:_EXACT_QUERIES]):
        right += _as_near(stock.passages, vectors, vector)
    return right / (_NEAREST * len(asked[:_EXACT_QUERIES]))


def _as_near(index: VectorIndex, vectors: NDArray[np.float32], vector: NDArray[np.float32]) -> int:
    """How many of the nearest that are found are as near as the nearest that there are."""
    last = np.partition(vectors @ vector, -_NEAREST)[-_NEAREST]
    return int((index.search(vector, _NEAREST)[1] >= last - _ROUNDING).sum())


def _fill(file: Path, key: DataKey, passages: int) -> None:
    """Make a vault with the library that ships and made-up documents beside it."""
    vault = Vault.open(file, key)
    vault.migrate()
    with vault.transaction() as session:
        session.add(account_row(DEMO_ACCOUNT))
    knowledge = open_knowledge(ModelStore.standard(), vault, Access(vault, DEMO_ACCOUNT))
    holdings = knowledge.retriever.stock.holdings
    texts = [item.passage.text for item in passages_of(knowledge.vault)]
    material = Material(
        [sentence for text in texts for sentence in sentences(text)],
        knowledge.retriever.stock.passages.vectors(holdings.passages),
    )
    made = _made_up(max(0, passages - len(holdings.passages)), material)
    identity = knowledge.embedder.identity
    is_more = True
    while is_more:
        with vault.transaction() as session:
            library = library_row(session, "made up").id
            for _ in range(_DOCUMENTS_AT_ONCE):
                document, pieces = next(made, (None, ()))
                if document is None:
                    is_more = False
                    break
                row = insert_document(session, library, document)
                insert_names(session, row, document.names, pieces[0].vector[None, :], identity)
                insert_passages(session, row, document.names, pieces, identity)
                finish_document(session, row)
    vault.close()


def _made_up(passages: int, material: Material) -> Iterator[tuple[Document, list[EmbeddedPassage]]]:
    chance, noise = random.Random(0), np.random.default_rng(0)
    for number in range(-(-passages // _IN_A_DOCUMENT)):
        parts = [" ".join(chance.sample(material.sentences, _SENTENCES)) for _ in range(_IN_A_DOCUMENT)]
        body = "\n".join(parts)
        title = " ".join(parts[0].split()[:4])
        blocks = tuple(Block(part, body.index(part), body.index(part) + len(part)) for part in parts)
        one = noise.integers(len(material.vectors), size=len(parts))
        beside = (one + noise.integers(1, 4, size=len(parts))) % len(material.vectors)
        share = noise.random((len(parts), 1), dtype=np.float32)
        vectors = share * material.vectors[one] + (1 - share) * material.vectors[beside]
        vectors += noise.normal(0, _MOVED, vectors.shape).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        pieces = [
            EmbeddedPassage(Chunk("Text", block.text, block.start, block.end), vector, b"")
            for block, vector in zip(blocks, vectors, strict=True)
        ]
        sections = (Section("Text", blocks),)
        yield Document(f"n{number}", title, (), (), "everyone", "", (), sections, body, language="en"), pieces


def _opened(file: Path, key: DataKey, snapshot: IndexSnapshot) -> Knowledge:
    vault = Vault.open(file, key)
    return open_knowledge(ModelStore.standard(), vault, Access(vault, DEMO_ACCOUNT), snapshot)


def _milliseconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1e3


def _resident() -> float:
    return float(psutil.Process(os.getpid()).memory_info().rss)


def _in_a_process(*arguments: str) -> list[Figure]:
    command = [sys.executable, "-m", "tests.benchmarks.retrieval", "--json", *arguments]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [Figure(**fields) for fields in json.loads(printed.splitlines()[-1])]


def main() -> None:
    """Measure one size and print it."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.retrieval", description=__doc__)
    parser.add_argument("--passages", type=int, default=100_000, help="how many passages, or vectors")
    parser.add_argument("--index-only", action="store_true", help="the graph alone, over made-up vectors")
    parser.add_argument("--questions", type=int, default=0, help="how many questions are asked; 0: all")
    parser.add_argument("--open", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--key", default="", help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    arguments = parser.parse_args()
    limit = arguments.questions or None
    if arguments.open:
        figures = measure_opened(arguments.open, DataKey(bytes.fromhex(arguments.key)), limit)
    elif arguments.index_only:
        figures = measure_index(arguments.passages)
    else:
        figures = measure_library(arguments.passages, limit)
    if arguments.json:
        print(json.dumps([{name: getattr(figure, name) for name in Figure.__slots__} for figure in figures]))
    else:
        print_table(figures)


if __name__ == "__main__":
    main()

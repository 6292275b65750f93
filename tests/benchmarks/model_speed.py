"""Compare MedBot's models with the bare runtimes beneath them, in turns, so that both meet the same computer."""

from __future__ import annotations

import multiprocessing
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from medbot_desktop.inference.devices import worker_threads
from medbot_desktop.inference.embedder import Embedder, batches, padded
from medbot_desktop.inference.text_model import ChatMessage, SupervisedTextModel

_QUESTION = "Tell me in detail what to do about a fever, and when to call a doctor."
_TOKENS = 96
_CONTEXT = 2048
_SHORT_ANSWER = 24
_PASSAGE = "Drink plenty of water, rest, and see a clinician if the fever lasts for more than three days. " * 20


@dataclass(frozen=True, slots=True)
class TextSpeed:
    """How one runtime wrote.

    Attributes:
        first_ms: milliseconds from the request to the first words.
        per_second: pieces (tokens) a second from then on.
    """

    first_ms: float
    per_second: float


@dataclass(frozen=True, slots=True)
class Compared:
    """MedBot's figures and the bare runtime's, each the median of its rounds."""

    ours: TextSpeed
    bare: TextSpeed
    resident_mb: float


def compare_text(gguf: Path, rounds: int = 5, threads: int = 0) -> Compared:
    """Write the same answers with the supervised model and with bare llama-cpp-python.

    Args:
        gguf: the model.
        rounds: how often; each round has a prompt that neither has seen.
        threads: processor threads for both; 0: as MedBot chooses.

    Returns:
        Medians over the rounds, and the resident memory of the supervised process.
    """
    import psutil

    threads = threads or worker_threads()
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe()
    process = context.Process(target=_write_bare, args=(theirs, str(gguf), threads), daemon=True)
    process.start()
    model = SupervisedTextModel(gguf, "benchmark", threads=threads, context_length=_CONTEXT)
    model.start()
    model.wait_ready()
    ours, bare = [], []
    for number in range(-1, rounds):  # the first round warms up
        question = f"Question {number}. {_QUESTION}"
        mine.send(question)
        bare.append(mine.recv())
        messages = [ChatMessage("user", question)]
        ours.append(_timed(lambda: model.stream(messages, max_tokens=_TOKENS)))  # noqa: B023  (called at once)
    resident = psutil.Process(model.process_id).memory_info().rss / 1e6
    model.close()
    process.kill()
    process.join()
    return Compared(_median(ours[1:]), _median(bare[1:]), resident)


def second_turn(gguf: Path, rounds: int = 3) -> tuple[float, float]:
    """Begin to answer the second message of a conversation, with what was made of the first one and without it.

    Args:
        gguf: the model.
        rounds: how often; each round is a conversation that the model has not seen.

    Returns:
        Milliseconds to the first words with a cold cache, and as the second turn; medians over the rounds.
    """
    model = SupervisedTextModel(gguf, "benchmark", context_length=_CONTEXT, prompt_cache=0)
    model.start()
    model.wait_ready()
    cold, warm = [], []
    for number in range(rounds):
        first = [ChatMessage("user", f"Passage {number}. {_PASSAGE} {_QUESTION}")]
        answer = "".join(model.stream(first, max_tokens=_SHORT_ANSWER))
        second = [*first, ChatMessage("assistant", answer), ChatMessage("user", "And what about a small child?")]
        warm.append(_first_ms(model, second))
        "".join(model.stream([ChatMessage("user", "Something else.")], max_tokens=1))  # what was kept is lost
        cold.append(_first_ms(model, second))
    model.close()
    return statistics.median(cold), statistics.median(warm)


def compare_embedding(embedder: Embedder, model: Path, texts: Sequence[str], rounds: int = 3) -> tuple[float, float]:
    """Embed texts with MedBot's embedder and with a bare ONNX Runtime loop over the same batches.

    Args:
        embedder: MedBot's.
        model: its ONNX file.
        texts: what to embed.
        rounds: how often; the best round counts.

    Returns:
        Texts a second of MedBot's embedder, tokenizing and pooling included, and of the bare loop, which does neither.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = worker_threads()
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    tokens = embedder.tokenize(texts)
    feeds = []
    for rows in batches([len(ids) for ids in tokens]):
        ids, mask = padded([tokens[row] for row in rows])
        feeds.append({"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)})

    def loop() -> None:
        for feed in feeds:
            session.run(None, feed)

    ours, bare = [], []
    for _ in range(rounds):
        bare.append(_seconds(loop))
        ours.append(_seconds(lambda: embedder.embed(texts)))
    return len(texts) / min(ours), len(texts) / min(bare)


def _write_bare(connection: Connection, path: str, threads: int) -> None:
    import llama_cpp

    llama = llama_cpp.Llama(path, n_ctx=_CONTEXT, n_threads=threads, n_threads_batch=threads, verbose=False)

    def pieces(question: str) -> Iterable[str]:
        messages = [{"role": "user", "content": question}]
        for chunk in llama.create_chat_completion(messages, max_tokens=_TOKENS, temperature=0.0, stream=True):
            yield chunk["choices"][0]["delta"].get("content") or ""

    while True:
        question = connection.recv()
        connection.send(_timed(lambda: pieces(question)))  # noqa: B023  (called at once)


def _first_ms(model: SupervisedTextModel, messages: Sequence[ChatMessage]) -> float:
    begun = time.perf_counter()
    with closing(model.stream(messages, max_tokens=2)) as pieces:
        next(piece for piece in pieces if piece)
    return (time.perf_counter() - begun) * 1e3


def _timed(write: Callable[[], Iterable[str]]) -> TextSpeed:
    begun, first, count = time.perf_counter(), 0.0, 0
    for piece in write():
        if piece:
            first = first or time.perf_counter()
            count += 1
    return TextSpeed((first - begun) * 1e3, (count - 1) / (time.perf_counter() - first))


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _median(speeds: Sequence[TextSpeed]) -> TextSpeed:
    return TextSpeed(
        statistics.median(speed.first_ms for speed in speeds), statistics.median(speed.per_second for speed in speeds)
    )

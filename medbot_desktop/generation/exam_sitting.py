"""Seat one model for the exam: in a process of its own, which ends with the exam however that ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from pathlib import Path

from medbot_desktop.generation.exam import Sitting, sit
from medbot_desktop.generation.exam_items import ExamItem
from medbot_desktop.generation.phrasing import TextWriter
from medbot_desktop.generation.prompting import opening
from medbot_desktop.inference.runtime import Capabilities, ChatMessage
from medbot_desktop.inference.text_model import SupervisedTextModel

Progress = Callable[[int, int], None]
"""Called with the questions answered and all questions, many times for each; what it raises ends the exam."""

_LOOK_S = 0.1


def hold_exam(
    path: Path, identity: str, items: Sequence[ExamItem], threads: int = 0, progress: Progress = lambda done, of: None
) -> Sitting:
    """Let a model answer the questions.

    Args:
        path: its GGUF file, checked by ``ModelStore``.
        identity: its name.
        items: what is asked.
        threads: processor threads; 0: one for each physical core.
        progress: told how far it is.

    Returns:
        The marks of all questions.

    Raises:
        ModelError: the model cannot be loaded, or stopped. Nothing of its process is left.
    """
    sitting = Sitting()
    model = SupervisedTextModel(path, identity, threads=threads, prime=opening())
    watched = _Watched(model, lambda: progress(len(sitting.marks), len(items)))
    try:
        model.start()
        watched.wait()
        for _ in sit(watched, items, sitting):
            watched.look()
    finally:
        model.close()
    return sitting


class _Watched:
    """A model beside which somebody looks whether the exam is to go on.

    Args:
        model: the model.
        look: looks; what it raises ends the exam at once.
    """

    def __init__(self, model: SupervisedTextModel, look: Callable[[], None]) -> None:
        self.look = look
        self._model = model
        self._writer: TextWriter = model

    @property
    def identity(self) -> str:
        return self._model.identity

    @property
    def ready(self) -> bool:
        return self._model.ready

    @property
    def device(self) -> str:
        return self._model.device

    def start(self) -> None:
        self._model.start()

    @property
    def capabilities(self) -> Capabilities:
        return self._model.capabilities

    def wait(self) -> None:
        """Wait until it is ready, or cannot become so: then asking it says why."""
        while True:
            before = time.monotonic()
            if self._model.wait_ready(_LOOK_S) or time.monotonic() - before < _LOOK_S / 2:
                return
            self.look()

    def count_tokens(self, messages: Sequence[ChatMessage]) -> int:
        return self._model.count_tokens(messages)

    def stream(
        self, messages: Sequence[ChatMessage], *, max_tokens: int, grammar: str | None = None
    ) -> Generator[str, None, None]:
        with closing(self._model.stream(messages, max_tokens=max_tokens, grammar=grammar)) as pieces:
            for piece in pieces:
                self.look()
                yield piece

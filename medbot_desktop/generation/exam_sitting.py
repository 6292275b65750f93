"""Seat one model for the exam: in a process of its own, which ends with the exam however that ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing

from medbot_desktop.errors import InputError
from medbot_desktop.generation.exam import Sitting, sit
from medbot_desktop.generation.exam_items import ExamItem
from medbot_desktop.generation.exam_record import Examinee
from medbot_desktop.generation.extractive import EmbedTexts
from medbot_desktop.generation.phrasing import TextWriter
from medbot_desktop.generation.prompting import openings
from medbot_desktop.inference.choosing import SERVER, open_model, server_model_from, server_name
from medbot_desktop.inference.runtime import Capabilities, ChatMessage, TextModel
from medbot_desktop.inference.server_model import ServerTextModel
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.settings import Settings

Progress = Callable[[int, int], None]
"""Called with the questions answered and all questions, many times for each; what it raises ends the exam."""

_LOOK_S = 0.1


def examinee_named(name: str, settings: Settings, store: ModelStore) -> tuple[Examinee, TextModel]:
    """Who is to sit the exam, and the model, of which nothing is loaded yet.

    Args:
        name: a model of this computer, or the one on the clinic's server, as ``choosing.server_name`` calls it.
        settings: the settings in force.
        store: the models of this computer.

    Raises:
        InputError: it is no language model.
        ModelError: it is not here, was changed, or may not be asked.
    """
    if name.startswith(SERVER):
        return _on_server(name, settings)
    entry = store.entry(name)
    if entry.purpose != "chat":
        raise InputError(f"{name} is no language model.", hint="`medbot models list` shows the purpose of each.")
    return Examinee.of(entry), open_model(store, entry, settings, openings())


def hold_exam(
    model: TextModel, items: Sequence[ExamItem], embed: EmbedTexts, progress: Progress = lambda done, of: None
) -> Sitting:
    """Let a model answer the questions.

    Args:
        model: the model; it is ended afterwards.
        items: what is asked.
        embed: texts to unit vectors.
        progress: told how far it is.

    Returns:
        The marks of all questions.

    Raises:
        ModelError: the model cannot be loaded, or stopped. Nothing of its process is left.
    """
    sitting = Sitting()
    watched = _Watched(model, lambda: progress(len(sitting.marks), len(items)))
    try:
        model.start()
        watched.wait()
        for _ in sit(watched, items, sitting, embed):
            watched.look()
    finally:
        model.close()
    sitting.facts = model.facts if isinstance(model, ServerTextModel) else ""
    return sitting


def _on_server(name: str, settings: Settings) -> tuple[Examinee, TextModel]:
    """The model on the clinic's server, where it has this name."""
    server = server_model_from(settings)
    if server is None:
        raise InputError("The settings name no model server.", hint="Set server_url, server_model and server_allowed.")
    if name != server_name(settings):
        raise InputError(
            f"The settings name another model on the server than {name}.", hint=f"It is {server_name(settings)}."
        )
    return Examinee.on_server(settings), server


class _Watched:
    """A model beside which somebody looks whether the exam is to go on.

    Args:
        model: the model.
        look: looks; what it raises ends the exam at once.
    """

    def __init__(self, model: TextModel, look: Callable[[], None]) -> None:
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

"""The words that pass between MedBot and the process that runs its text model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message of a chat; ``role`` is ``system``, ``user`` or ``assistant``."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Load:
    """What the process opens when it starts.

    Attributes:
        path: the GGUF file.
        threads: processor threads; 0: one for each physical core.
        context_length: tokens that a prompt and its answer may have together.
        prime: the beginning that prompts have in common; read at once, so that the first of them need not wait for it.
    """

    path: str
    threads: int
    context_length: int
    prime: tuple[ChatMessage, ...] = ()


@dataclass(frozen=True, slots=True)
class Generate:
    """Write on; ``id`` grows from request to request. The rest as in ``SupervisedTextModel.stream``."""

    id: int
    messages: tuple[ChatMessage, ...]
    max_tokens: int
    temperature: float
    seed: int
    grammar: str | None
    stop: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop the request of this id, and every earlier one."""

    id: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """The model is ready; ``device`` is ``cpu`` or ``gpu``."""

    device: str


@dataclass(frozen=True, slots=True)
class LoadFailed:
    """llama.cpp refused the file."""


@dataclass(frozen=True, slots=True)
class Piece:
    """The next characters of an answer."""

    id: int
    text: str


@dataclass(frozen=True, slots=True)
class Ended:
    """An answer is over: the model ``stop``ped, the ``length`` was reached, or it was ``cancelled``."""

    id: int
    reason: Literal["stop", "length", "cancelled"]


@dataclass(frozen=True, slots=True)
class Refused:
    """A request cannot be served; the next one can. ``detail`` is the kind of error, never anybody's words."""

    id: int
    reason: Literal["too_long", "grammar", "template", "failed"]
    detail: str = ""


Request = Generate | Cancel
Reply = Loaded | LoadFailed | Piece | Ended | Refused

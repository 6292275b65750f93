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
        threads: processor threads; 0: ``devices.worker_threads``.
        context_length: tokens that a prompt and its answer may have together.
        primes: the beginnings that prompts have in common; read at once, so that the first of them need not wait.
        gpu_layers: layers to put on graphics cards; -1: as many as fit.
        adapters: names and files of the LoRA adapters that a request may name.
        prompt_cache: bytes for the states of earlier prompts.
    """

    path: str
    threads: int
    context_length: int
    primes: tuple[tuple[ChatMessage, ...], ...] = ()
    gpu_layers: int = -1
    adapters: tuple[tuple[str, str], ...] = ()
    prompt_cache: int = 0


@dataclass(frozen=True, slots=True)
class OnnxLoad(Load):
    """The same for a model in ONNX: ``path`` is the folder of its export, all on the processor, without adapters.

    Attributes:
        memory: bytes that the process may have, where the system can see to it; 0: as many as it likes.
    """

    memory: int = 0


@dataclass(frozen=True, slots=True)
class Generate:
    """Write on; ``id`` grows from request to request. The rest as in ``SupervisedTextModel.stream``.

    ``schema`` is the JSON schema as text.
    """

    id: int
    messages: tuple[ChatMessage, ...]
    max_tokens: int
    temperature: float
    seed: int
    grammar: str | None
    stop: tuple[str, ...]
    schema: str | None = None
    adapter: str | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """Say how many tokens these messages are, answer or no answer; ``id`` as in ``Generate``."""

    id: int
    messages: tuple[ChatMessage, ...]


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop the request of this id, and every earlier one."""

    id: int


@dataclass(frozen=True, slots=True)
class Threads:
    """Compute with this many processor threads from the next token on."""

    count: int


@dataclass(frozen=True, slots=True)
class Pulse:
    """The process lives; said twice a second, also while it loads or computes."""


@dataclass(frozen=True, slots=True)
class Placed:
    """The model is about to be loaded with so many layers on graphics cards; ``why`` is a sentence."""

    layers: int
    why: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """The model is ready; ``device`` is ``cpu`` or ``gpu``."""

    device: str


@dataclass(frozen=True, slots=True)
class LoadFailed:
    """The ``file`` was refused by llama.cpp, or its ``architecture`` or chat ``template`` cannot be used."""

    reason: Literal["file", "architecture", "template"] = "file"


@dataclass(frozen=True, slots=True)
class OnnxRefused(LoadFailed):
    """The export cannot be used; the sentence and the hint say why."""

    message: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """The next characters of an answer."""

    id: int
    text: str


@dataclass(frozen=True, slots=True)
class Counted:
    """So many tokens."""

    id: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Ended:
    """An answer is over: the model ``stop``ped, the ``length`` was reached, or it was ``cancelled``."""

    id: int
    reason: Literal["stop", "length", "cancelled"]


@dataclass(frozen=True, slots=True)
class Refused:
    """A request cannot be served; the next one can. ``detail`` is the kind of error, never anybody's words."""

    id: int
    reason: Literal["too_long", "grammar", "schema", "template", "adapter", "failed"]
    detail: str = ""


Request = Generate | Count | Cancel | Threads
Reply = Pulse | Placed | Loaded | LoadFailed | Piece | Counted | Ended | Refused

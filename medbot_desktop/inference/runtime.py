"""What every runtime of a text model offers, whatever runs it: llama.cpp, ONNX Runtime, or a server of the clinic."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from medbot_desktop.inference.llama_messages import ChatMessage

__all__ = ["Capabilities", "ChatMessage", "TextModel"]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a model can do in its runtime; whoever asks for something else gets a ``ModelError``.

    Attributes:
        runtime: what runs it.
        context_length: tokens that a prompt and its answer may have together.
        grammar: whether an answer can be held to a GBNF grammar.
        json_schema: whether an answer can be held to a JSON schema.
        prefix_reuse: whether a prompt that begins like the last one starts sooner.
        adapters: names of the LoRA adapters that can be switched on.
        exact_tokens: whether ``count_tokens`` counts; else it gives an upper bound.
    """

    runtime: Literal["llama.cpp", "onnxruntime", "server"]
    context_length: int
    grammar: bool = False
    json_schema: bool = False
    prefix_reuse: bool = False
    adapters: tuple[str, ...] = ()
    exact_tokens: bool = True


class TextModel(Protocol):
    """A text model that can be loaded, asked, stopped and unloaded."""

    identity: str
    """The model's name, for those who say which model served."""

    @property
    def capabilities(self) -> Capabilities:
        """What can be asked of it."""

    @property
    def ready(self) -> bool:
        """Whether an answer would begin at once."""

    @property
    def device(self) -> str:
        """Where it computes, ``cpu``, ``gpu`` or ``server``; known once it was ready."""

    def start(self) -> None:
        """Begin to load, and return at once; does nothing where it is loaded or loading."""

    def wait_ready(self, timeout: float | None = None) -> bool:
        """Wait until it is ready, ``timeout`` seconds at most; False where it is not ready by then."""

    def count_tokens(self, messages: Sequence[ChatMessage]) -> int:
        """Tokens of these messages as the model's own template lays them out.

        Raises:
            ModelError: the model cannot be asked.
        """

    def stream(
        self,
        messages: Sequence[ChatMessage],
        *,
        max_tokens: int,
        temperature: float = 0.0,
        seed: int = 0,
        grammar: str | None = None,
        schema: Mapping[str, Any] | None = None,
        stop: Sequence[str] = (),
        adapter: str | None = None,
    ) -> Generator[str, None, None]:
        """Write the next message of a chat. Closing the generator stops the model within 100 ms.

        Args:
            messages: the chat so far.
            max_tokens: the longest answer.
            temperature: 0 writes the likeliest words, more varies them.
            seed: decides the variation.
            grammar: GBNF that the answer must follow; its start is ``root``.
            schema: JSON schema that the answer must follow.
            stop: texts at which the answer ends, themselves left out.
            adapter: the LoRA adapter to write with; None: none.

        Yields:
            The answer's characters as they come; while there are none, an empty text at least every 50 ms.

        Raises:
            ModelError: the model could not be loaded, died, hung, or cannot take this request.
        """

    def unload(self) -> None:
        """Give its memory back; the next ``start`` or ``stream`` loads it again."""

    def close(self) -> None:
        """End it for good."""

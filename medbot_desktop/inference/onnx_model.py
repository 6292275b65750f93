"""Keep an ONNX language model at work in its own process, as the GGUF models are kept."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import Any

from medbot_desktop.errors import ModelError
from medbot_desktop.inference.care import Care
from medbot_desktop.inference.llama_messages import OnnxLoad
from medbot_desktop.inference.onnx_export import longest_context
from medbot_desktop.inference.runtime import Capabilities, ChatMessage
from medbot_desktop.inference.supervision import Supervision, TimeLimits
from medbot_desktop.inference.text_model import SupervisedTextModel

_LIMITS = TimeLimits()


class OnnxTextModel(SupervisedTextModel):
    """A causal language model that optimum exported to ONNX, with its cache, in a supervised child process.

    Args:
        folder: the export: ``model.onnx``, ``config.json``, ``tokenizer.json``, and what else came with them.
        identity: the model's name, for those who say which model served.
        threads: processor threads; 0: ``devices.worker_threads``.
        context_length: tokens that a prompt and its answer may have together; a model made for fewer keeps to its own.
        primes: the beginnings that most prompts have in common; the model reads them while it loads.
        limits: how long the process may be silent.
        care: when its memory is given back; None: only by ``unload`` and ``close``.
    """

    def __init__(
        self,
        folder: Path,
        identity: str,
        *,
        threads: int = 0,
        context_length: int = 2048,
        primes: Sequence[Sequence[ChatMessage]] = (),
        limits: TimeLimits = _LIMITS,
        care: Care | None = None,
    ) -> None:
        context_length = longest_context(folder, context_length)
        super().__init__(folder, identity, threads=threads, context_length=context_length, limits=limits)
        self._life = Supervision(
            OnnxLoad(str(folder), threads, context_length, tuple(map(tuple, primes))), limits, care
        )

    @property
    def capabilities(self) -> Capabilities:
        """What can be asked of it."""
        return Capabilities("onnxruntime", self._context_length, prefix_reuse=True)

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
        """Write the next message of a chat, as ``TextModel.stream`` says; it follows no grammar and has no adapters."""
        if grammar is not None or schema is not None:
            raise ModelError(
                f"The model {self.identity} runs in ONNX Runtime, which cannot hold an answer to a grammar.",
                "Use a GGUF model for this.",
            )
        if adapter is not None:
            raise ModelError(f"The model {self.identity} has no adapter {adapter}.", "Use a GGUF model for this.")
        yield from super().stream(messages, max_tokens=max_tokens, temperature=temperature, seed=seed, stop=tuple(stop))

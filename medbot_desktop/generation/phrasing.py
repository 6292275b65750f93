"""Let a model that may only phrase choose among sentences that were written for it: a closed grammar, no free words."""

from __future__ import annotations

import json
import time
from collections.abc import Generator, Sequence
from contextlib import closing
from typing import Protocol

from medbot_desktop.errors import ModelError
from medbot_desktop.inference.runtime import Capabilities, ChatMessage

_MOST_TOKENS = 32
_PATIENCE_S = 0.12
"""How long a person waits for the choice by default."""
_READ_CHARACTERS = 32
"""How much of the message the choice reads: an ordinary computer reads some 250 tokens a second."""


class TextWriter(Protocol):
    """The part of a text model that writing needs."""

    @property
    def identity(self) -> str:
        """The model's name, or where it stands for several, that of the one which wrote last."""

    @property
    def ready(self) -> bool:
        """Whether the model is loaded, so that the next stream starts at once."""

    @property
    def device(self) -> str:
        """Where it computes: ``cpu``, ``gpu`` or ``server``."""

    def start(self) -> None:
        """Begin to load it, where it gave its memory back, and return at once."""

    @property
    def capabilities(self) -> Capabilities:
        """What can be asked of it."""

    def count_tokens(self, messages: Sequence[ChatMessage]) -> int:
        """Tokens of these messages as the model's own template lays them out."""

    def stream(
        self, messages: Sequence[ChatMessage], *, max_tokens: int, grammar: str | None = None
    ) -> Generator[str, None, None]:
        """Write an answer piece by piece, an empty piece while it reads; closing the generator cancels."""


def choose_phrase(
    writer: TextWriter, instruction: str, message: str, choices: Sequence[str], patience_s: float = _PATIENCE_S
) -> str | None:
    """Let the model say which of the sentences fits a message best.

    The model writes under a grammar that admits these sentences only, and is stopped as soon as one is left.

    Args:
        writer: the model.
        instruction: the system message.
        message: what the person wrote.
        choices: the sentences, none of which says anything medical.
        patience_s: how long to wait for the choice, in seconds.

    Returns:
        The chosen sentence; None where the model is not ready, failed, or took too long.
    """
    if not writer.ready:
        writer.start()
        return None
    messages = [ChatMessage("system", instruction), ChatMessage("user", message[:_READ_CHARACTERS])]
    written = ""
    give_up = time.monotonic() + patience_s
    try:
        with closing(writer.stream(messages, max_tokens=_MOST_TOKENS, grammar=closed_grammar(choices))) as pieces:
            for piece in pieces:
                written += piece
                left = [choice for choice in choices if choice.startswith(written)]
                if len(left) <= 1:
                    return left[0] if left else None
                if time.monotonic() > give_up:
                    return None
    except ModelError:
        return None
    return written if written in choices else None


def closed_grammar(choices: Sequence[str]) -> str:
    """A GBNF grammar that admits exactly these sentences."""
    return "root ::= " + " | ".join(json.dumps(choice, ensure_ascii=False) for choice in choices)

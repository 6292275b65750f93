"""Measure what a text model writes for a turn: how much, how soon, and which one it was."""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Protocol, runtime_checkable

from medbot_desktop.domain import ModelWork
from medbot_desktop.generation.phrasing import TextWriter
from medbot_desktop.inference.runtime import Capabilities, ChatMessage


@runtime_checkable
class CountsItself(Protocol):
    """A text model that may know better than by its pieces how much it wrote."""

    @property
    def own_count(self) -> int | None:
        """Tokens of what was written last, to its end; None where it is not known."""


class Meter:
    """A text model that is measured while it writes; used by one turn at a time.

    Args:
        writer: the model; where it stands for several, its ``identity`` is that of the one which wrote last.

    Attributes:
        fell_back: whether something else had to take its place in this turn.
    """

    def __init__(self, writer: TextWriter) -> None:
        self.fell_back = False
        self._writer = writer
        self._preferred = _name(writer.identity)
        self._wrote: dict[str, ModelWork] = {}

    @property
    def identity(self) -> str:
        """The model's name."""
        return self._writer.identity

    @property
    def ready(self) -> bool:
        """Whether the next stream starts at once."""
        return self._writer.ready

    @property
    def device(self) -> str:
        """Where it computes."""
        return self._writer.device

    def start(self) -> None:
        """Begin to load it."""
        self._writer.start()

    @property
    def capabilities(self) -> Capabilities:
        """What can be asked of it."""
        return self._writer.capabilities

    def count_tokens(self, messages: Sequence[ChatMessage]) -> int:
        """Tokens of these messages."""
        return self._writer.count_tokens(messages)

    def stream(
        self, messages: Sequence[ChatMessage], *, max_tokens: int, grammar: str | None = None
    ) -> Generator[str, None, None]:
        """Write as the model does."""
        asked, counted = time.monotonic(), 0
        with closing(self._writer.stream(messages, max_tokens=max_tokens, grammar=grammar)) as pieces:
            for piece in pieces:
                if piece:
                    self._count(asked)
                    counted += 1
                yield piece
        own = self._writer.own_count if isinstance(self._writer, CountsItself) else None
        if counted and own is not None:
            name = _name(self._writer.identity)
            self._wrote[name] = replace(self._wrote[name], tokens=self._wrote[name].tokens + own - counted)

    def take(self, composed: bool = False) -> tuple[ModelWork, ...]:
        """What was done since this was last asked for, model by model.

        Args:
            composed: whether the answer has sentences that a model wrote.
        """
        wrote, fell_back = self._wrote, self.fell_back
        self._wrote, self.fell_back = {}, False
        if fell_back and not wrote:
            return (ModelWork(self._preferred, fell_back=True),)
        last = _name(self._writer.identity)
        work = [
            replace(one, composed=composed and name == last, fell_back=fell_back or name != last)
            for name, one in wrote.items()
        ]
        if wrote and self._preferred not in wrote:
            work.insert(0, ModelWork(self._preferred, fell_back=True))
        return tuple(work)

    def _count(self, asked: float) -> None:
        name = _name(self._writer.identity)
        done = self._wrote.get(name) or ModelWork(name, first_text_ms=round((time.monotonic() - asked) * 1000))
        self._wrote[name] = replace(done, tokens=done.tokens + 1)


def _name(identity: str) -> str:
    """A model's stable name, without the digest of its files."""
    return identity.partition("@")[0]

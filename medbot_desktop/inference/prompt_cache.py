"""Keep what the model made of earlier prompts, so that a prompt which begins like one of them starts sooner."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_WORTH_KEEPING = 32
"""Tokens that it takes less time to read again than to look after."""


@dataclass(frozen=True, slots=True)
class _Kept:
    adapter: str | None
    tokens: tuple[int, ...]
    state: ctypes.Array[ctypes.c_uint8]


class PromptCache:
    """The states of prompts that were read, beside the one that the model holds itself.

    The model always holds the last prompt and its answer. Where another prompt would overwrite much of that, a copy is
    kept; where another prompt begins like a copy, the copy is put back. A state that was made with another adapter is
    never used.

    Args:
        llama: the model, from llama-cpp-python.
        most_bytes: of all copies together; what was used longest ago goes first.
    """

    def __init__(self, llama: Any, most_bytes: int) -> None:
        import llama_cpp

        self._library: Any = llama_cpp
        self._llama = llama
        self._most_bytes = most_bytes
        self._adapter: str | None = None
        self._kept: list[_Kept] = []  # the one used last is the last

    @property
    def held_bytes(self) -> int:
        """What the copies take."""
        return sum(len(kept.state) for kept in self._kept)

    def turn_to(self, tokens: Sequence[int], adapter: str | None) -> None:
        """Have the model hold as much of a prompt's beginning as was read before.

        Args:
            tokens: the prompt.
            adapter: the adapter that it will be read with; it is switched on already.
        """
        live = tuple(int(token) for token in self._llama.input_ids[: self._llama.n_tokens])
        shared = _common(live, tokens) if adapter == self._adapter else 0
        best = max(
            (kept for kept in self._kept if kept.adapter == adapter),
            key=lambda kept: _common(kept.tokens, tokens),
            default=None,
        )
        if len(live) - shared >= _WORTH_KEEPING:
            self._keep(live)
        if best is not None and _common(best.tokens, tokens) >= shared + _WORTH_KEEPING:
            self._restore(best, most=len(tokens) - 1)
        elif adapter != self._adapter:
            self._llama.reset()
        self._adapter = adapter

    def _keep(self, live: tuple[int, ...]) -> None:
        known = [kept for kept in self._kept if kept.adapter == self._adapter]
        if any(kept.tokens[: len(live)] == live for kept in known):
            return
        context = self._llama.ctx
        # A computation that was broken off may have left more in the memory than the model counts.
        self._library.llama_memory_seq_rm(self._library.llama_get_memory(context), 0, len(live), -1)
        size = self._library.llama_state_seq_get_size(context, 0)
        if not 0 < size <= self._most_bytes:
            return
        state = (ctypes.c_uint8 * size)()
        if self._library.llama_state_seq_get_data(context, state, size, 0) != size:
            return
        longer = [kept for kept in known if live[: len(kept.tokens)] == kept.tokens]
        self._kept = [kept for kept in self._kept if kept not in longer]
        while self._kept and self.held_bytes + size > self._most_bytes:
            del self._kept[0]
        self._kept.append(_Kept(self._adapter, live, state))

    def _restore(self, kept: _Kept, most: int) -> None:
        context = self._llama.ctx
        if not self._library.llama_state_seq_set_data(context, kept.state, len(kept.state), 0):
            self._llama.reset()
            return
        count = min(len(kept.tokens), most)  # the last token is read anew, for what follows it was not kept
        self._llama.input_ids[:count] = kept.tokens[:count]
        self._llama.n_tokens = count
        if kept in self._kept:
            self._kept.remove(kept)
            self._kept.append(kept)


def _common(one: Sequence[int], other: Sequence[int]) -> int:
    for place, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return place
    return min(len(one), len(other))

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import llama_cpp
import pytest

from medbot_desktop.inference.prompt_cache import PromptCache
from medbot_desktop.inference.store import ModelStore

PLENTY = 64 * 2**20
FEVER = b"Drink plenty of water and rest when you have a fever. " * 5
NOSEBLEED = b"Lean forward and pinch the soft part of the nose for ten minutes. " * 5


@pytest.fixture(scope="module")
def opened(models: ModelStore) -> Iterator[Any]:
    gguf: Path = models.file("smollm2-135m-instruct-q4_1", "SmolLM2-135M-Instruct.Q4_1.gguf")
    llama: Any = llama_cpp.Llama(str(gguf), n_ctx=512, n_threads=2, verbose=False)
    yield llama
    llama.close()


@pytest.fixture
def llama(opened: Any) -> Any:
    opened.reset()
    return opened


@pytest.fixture
def tokens(llama: Any) -> Callable[[bytes], list[int]]:
    return lambda text: list(llama.tokenize(text))


def read(llama: Any, cache: PromptCache, prompt: list[int], adapter: str | None = None) -> int:
    """Read a prompt as the child does; says how many of its tokens were known."""
    cache.turn_to(prompt, adapter)
    known = 0
    while known < llama.n_tokens and known < len(prompt) and llama.input_ids[known] == prompt[known]:
        known += 1
    next(llama.generate(prompt, temp=0.0))
    return known


def test_the_next_turn_of_a_conversation_knows_the_last_one(llama: Any, tokens: Callable[[bytes], list[int]]) -> None:
    cache = PromptCache(llama, PLENTY)
    first = tokens(FEVER)
    assert read(llama, cache, first) == 0
    assert read(llama, cache, first + tokens(b"And for children?")) == len(first)


def test_prompts_that_take_turns_both_stay_known(llama: Any, tokens: Callable[[bytes], list[int]]) -> None:
    cache = PromptCache(llama, PLENTY)
    one, other = tokens(FEVER), tokens(NOSEBLEED)
    read(llama, cache, one)
    read(llama, cache, other)
    assert read(llama, cache, one + tokens(b"What else?")) == len(one)
    assert read(llama, cache, other + tokens(b"What else?")) == len(other)


def test_a_state_that_was_put_back_goes_on_like_one_that_was_read(
    llama: Any, tokens: Callable[[bytes], list[int]]
) -> None:
    prompt = tokens(FEVER)

    def answer() -> list[int]:
        return [token for token, _ in zip(llama.generate(prompt, temp=0.0), range(8), strict=False)]

    expected = answer()
    llama.reset()
    cache = PromptCache(llama, PLENTY)
    read(llama, cache, prompt)
    read(llama, cache, tokens(NOSEBLEED))
    cache.turn_to(prompt, None)
    assert llama.n_tokens == len(prompt) - 1
    assert answer() == expected


def test_what_was_read_with_another_adapter_is_not_used(llama: Any, tokens: Callable[[bytes], list[int]]) -> None:
    cache = PromptCache(llama, PLENTY)
    prompt = tokens(FEVER)
    read(llama, cache, prompt)
    assert read(llama, cache, prompt, "kind") == 0
    assert read(llama, cache, prompt, "strict") == 0
    assert read(llama, cache, prompt) == len(prompt) - 1
    assert read(llama, cache, prompt, "kind") == len(prompt) - 1


def test_the_copies_keep_to_their_bound(llama: Any, tokens: Callable[[bytes], list[int]]) -> None:
    prompts = [tokens(b"%d " % number + FEVER) for number in range(6)]
    everything = PromptCache(llama, PLENTY)
    for prompt in prompts:
        read(llama, everything, prompt)
    bound = everything.held_bytes // 2
    llama.reset()
    cache = PromptCache(llama, bound)
    for prompt in prompts:
        read(llama, cache, prompt)
        assert cache.held_bytes <= bound
    assert read(llama, cache, prompts[0]) < len(prompts[0]) // 2
    assert read(llama, cache, prompts[-1]) > len(prompts[-1]) // 2


def test_without_room_nothing_is_kept(llama: Any, tokens: Callable[[bytes], list[int]]) -> None:
    cache = PromptCache(llama, 0)
    read(llama, cache, tokens(FEVER))
    read(llama, cache, tokens(NOSEBLEED))
    assert cache.held_bytes == 0

"""Judge a model on items that it has not learnt from, and compare two runtimes of one model token by token."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from build.finetune.base import Base
from build.finetune.items import Item

LONGEST_ANSWER = 64
"""Tokens after which an answer counts as ended."""

Predict = Callable[[list[int]], list[int]]
"""Gives, for each token of a text, the likeliest next one."""


@dataclass(frozen=True, slots=True)
class Marks:
    """How a model does.

    Attributes:
        loss: mean negative log-likelihood of the wanted tokens, in nats.
        exact: how many answers are the wanted text to the letter.
        count: how many items there are.
    """

    loss: float
    exact: int
    count: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far another runtime writes as the original does.

    Attributes:
        tokens: tokens that the original wrote.
        equal: those of them that the other finds likeliest too, after the same text.
        texts: answers that the original wrote.
        same: those of them that the other finds likeliest to the last token, and so would write itself.
    """

    tokens: int
    equal: int
    texts: int
    same: int

    @property
    def share(self) -> float:
        """Share of equal tokens."""
        return self.equal / self.tokens


def loss(base: Base, model: Any, items: Sequence[Item]) -> float:
    """Mean negative log-likelihood of the wanted tokens, in nats."""
    total, count = 0.0, 0
    for item in items:
        prompt, answer = base.prompt(item), base.answer(item)
        scores = _scores(model, prompt + answer)[len(prompt) - 1 : -1]
        total += float(torch.nn.functional.cross_entropy(scores, torch.tensor(answer), reduction="sum"))
        count += len(answer)
    return total / count


def write(base: Base, model: Any, item: Item) -> list[int]:
    """The tokens that a model finds likeliest, one after the other, with the one that ends them."""
    prompt = torch.tensor([base.prompt(item)])
    with torch.inference_mode():
        written = model.generate(
            input_ids=prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=LONGEST_ANSWER, do_sample=False
        )
    return [int(token) for token in written[0, prompt.shape[1] :]]


def judge(base: Base, model: Any, items: Sequence[Item]) -> tuple[Marks, list[list[int]]]:
    """Mark a model.

    Returns:
        The marks, and what it wrote to each item.
    """
    written = [write(base, model, item) for item in items]
    exact = sum(base.text(tokens) == item.output for tokens, item in zip(written, items, strict=True))
    return Marks(loss(base, model, items), exact, len(items)), written


def compare(base: Base, items: Sequence[Item], written: Sequence[list[int]], predict: Predict) -> Agreement:
    """Lead another runtime through what the original wrote, and count where it would have gone the same way.

    Args:
        base: the model's vocabulary.
        items: what was asked.
        written: the tokens that the original wrote to each item.
        predict: the other runtime.
    """
    equal, same = 0, 0
    for item, tokens in zip(items, written, strict=True):
        prompt = base.prompt(item)
        likeliest = predict(prompt + tokens)[len(prompt) - 1 : -1]
        hits = sum(one == other for one, other in zip(likeliest, tokens, strict=True))
        equal += hits
        same += hits == len(tokens)
    return Agreement(sum(map(len, written)), equal, len(written), same)


def _scores(model: Any, tokens: list[int]) -> torch.Tensor:
    with torch.inference_mode():
        scores: torch.Tensor = model(torch.tensor([tokens])).logits[0]
    return scores

"""Train a LoRA on the CPU: small matrices beside the model's own, which stay as they are."""

from __future__ import annotations

import math
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from peft import LoraConfig, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict

from build.finetune.base import Base
from build.finetune.items import Item, Parts
from build.finetune.judging import loss

MODULES = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
_IGNORED = -100
_WARM_UP = 0.1
_LONGEST_STEP = 1.0
"""The norm to which a gradient is cut."""


@dataclass(frozen=True, slots=True)
class Course:
    """How a LoRA is trained.

    Attributes:
        rank: columns of its matrices.
        alpha: by alpha / rank its effect is multiplied.
        dropout: share of the inputs that it does not see in training.
        passes: how often it goes through the items.
        batch: items in a step.
        rate: the highest learning rate; it rises over the first tenth and falls to nothing.
        seed: decides the order, the dropout and the first weights.
    """

    rank: int = 16
    alpha: int = 32
    dropout: float = 0.05
    passes: int = 5
    batch: int = 8
    rate: float = 1e-3
    seed: int = 0


def train(base: Base, parts: Parts, course: Course) -> Any:
    """Train, telling on one line how far it is, and return the model as it was after its best pass.

    Args:
        base: what is taught; its weights are wrapped, not changed.
        parts: the items. The watched ones tell which pass was the best.
        course: how.

    Returns:
        The model of ``peft``, ready to write.
    """
    torch.manual_seed(course.seed)
    order = random.Random(course.seed)
    shape = LoraConfig(
        task_type="CAUSAL_LM",
        r=course.rank,
        lora_alpha=course.alpha,
        lora_dropout=course.dropout,
        target_modules=list(MODULES),
    )
    model = get_peft_model(base.model, shape)
    steps = course.passes * math.ceil(len(parts.train) / course.batch)
    optimiser = torch.optim.AdamW([weight for weight in model.parameters() if weight.requires_grad], lr=course.rate)
    rates = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, steps))
    best, kept = math.inf, {}
    began = time.monotonic()
    for number in range(1, course.passes + 1):
        model.train()
        for batch in _batches(order.sample(parts.train, len(parts.train)), course.batch):
            model(**_tensors(base, batch)).loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), _LONGEST_STEP)
            optimiser.step()
            rates.step()
            optimiser.zero_grad()
            _tell(f"pass {number} of {course.passes}, step {rates.last_epoch} of {steps}", began)
        model.eval()
        watched = loss(base, model, parts.watched)
        _tell(f"pass {number} of {course.passes} done, loss on watched items {watched:.3f}", began, end="\n")
        if watched < best:
            best = watched
            kept = {
                name: weight.clone()
                for name, weight in get_peft_model_state_dict(model, save_embedding_layers=False).items()
            }
    set_peft_model_state_dict(model, kept)
    return model.eval()


def _rate(step: int, steps: int) -> float:
    rise = max(1, round(steps * _WARM_UP))
    return (step + 1) / rise if step < rise else max(0.0, (steps - step) / max(1, steps - rise))


def _batches(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _tensors(base: Base, items: Sequence[Item]) -> dict[str, torch.Tensor]:
    """Lay items side by side, filled up on the right; only what the model is to write is learnt."""
    pairs = [(base.prompt(item), base.answer(item)) for item in items]
    width = max(len(prompt) + len(answer) for prompt, answer in pairs)
    rows, seen, wanted = [], [], []
    for prompt, answer in pairs:
        length = len(prompt) + len(answer)
        rows.append(prompt + answer + [base.end] * (width - length))
        seen.append([1] * length + [0] * (width - length))
        wanted.append([_IGNORED] * len(prompt) + answer + [_IGNORED] * (width - length))
    return {
        "input_ids": torch.tensor(rows), "attention_mask": torch.tensor(seen), "labels": torch.tensor(wanted)
    }  # fmt: skip


def _tell(text: str, began: float, end: str = "") -> None:
    """Write over one line in a terminal; a log gets the ends of the passes only."""
    if not (sys.stderr.isatty() or end):
        return
    minutes, seconds = divmod(int(time.monotonic() - began), 60)
    start = "\r\x1b[K" if sys.stderr.isatty() else ""
    print(f"{start}  Training: {text} ({minutes}:{seconds:02})", end=end, file=sys.stderr, flush=True)

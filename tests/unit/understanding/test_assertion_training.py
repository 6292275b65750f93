"""Networks learn what they are shown, by slopes that are those of the loss."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from build import assertion_training
from build.assertion_training import Lesson, taught, untaught
from medbot_desktop.understanding.assertion_head import FARTHEST, LABELS, SHAPES, AssertionHead, Window

STATES = SHAPES["project"][0]


def lesson(chance: np.random.Generator, label: int, states: np.ndarray, sign: int) -> Lesson:
    """A sign among tokens with these states, of which it is one."""
    tokens = np.arange(len(states))
    steps = (tokens - sign).clip(-FARTHEST, FARTHEST) + FARTHEST
    return Lesson(
        states.astype(np.float16), Window(0, (tokens == sign) * 1, steps, int(chance.integers(len(LABELS)))), label
    )


def cured_or_caused(chance: np.random.Generator, count: int) -> list[Lesson]:
    """Signs of two kinds, which tokens tell apart that stand at a place of no meaning among others."""
    kinds = np.random.default_rng(1).standard_normal((2, STATES))
    lessons = []
    for _ in range(count):
        label = int(chance.integers(2))
        states = chance.standard_normal((int(chance.integers(6, 12)), STATES))
        sign, told = chance.choice(len(states), 2, replace=False)
        states[told] = kinds[label] + 0.3 * states[told]
        lessons.append(lesson(chance, label, states, int(sign)))
    return lessons


def loss(parts: dict[str, np.ndarray], lessons: Sequence[Lesson]) -> float:
    """What training lessens, by the code that judges."""
    head = AssertionHead("none", {name: part[None] for name, part in parts.items()})
    left = assertion_training._LEFT_TO_OTHERS
    told = 0.0
    for one in lessons:
        wanted = np.full(len(LABELS), left / len(LABELS))
        wanted[one.label] += 1 - left
        told -= float(wanted @ head.judge_one(one.states, one.seen))
    return told / len(lessons)


@pytest.mark.parametrize("name", SHAPES)
def test_a_slope_tells_how_the_loss_changes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for lost in ("_LOST_INPUTS", "_LOST", "_LOST_RULES"):
        monkeypatch.setattr(assertion_training, lost, 0.0)
    chance = np.random.default_rng(0)
    lessons = cured_or_caused(chance, 4)
    parts = {one: part[0] + 0.02 * chance.standard_normal(part[0].shape) for one, part in untaught("").parts.items()}
    parts = {one: part.astype(np.float32) for one, part in parts.items()}
    slope = assertion_training._slopes(parts, lessons, chance)[name]
    steepness = float(np.sqrt((slope * slope).sum()))
    way = 0.01 * slope / steepness
    up, down = (loss({**parts, name: parts[name] + there}, lessons) for there in (way, -way))
    assert steepness > 0
    assert (up - down) / 0.02 == pytest.approx(steepness, rel=0.05)


def test_what_was_shown_is_told_of_signs_that_were_not(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.default_rng(2)
    shown, others = cured_or_caused(chance, 480), cured_or_caused(chance, 60)
    head, before = taught(shown, "none", networks=1), untaught("none")
    right, by_luck = (
        np.mean([int(each.judge_one(one.states, one.seen).argmax()) == one.label for one in others])
        for each in (head, before)
    )
    assert right > 0.9
    assert by_luck < 0.7

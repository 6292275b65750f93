"""Train the networks that judge signs by the embedder's token states: forward, backward and Adam, on numpy alone.

``train_assertions.py`` runs it. A network as the program runs it is ``understanding/assertion_head.py``; here it runs
over many signs at once, loses some of its inputs by chance (dropout; Srivastava et al. 2014), now and then all that the
rules make of the signs, so that it does not lean on them, and learns from labels that leave a little to the other
assertions (label smoothing; Szegedy et al. 2016), by Adam with decoupled weight decay (Loshchilov and Hutter 2019).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from medbot_desktop.understanding.assertion_head import FARTHEST, HEADS, LABELS, SHAPES, AssertionHead, Window

Numbers = NDArray[np.float32]
Parts = dict[str, Numbers]

NETWORKS = 3
"""How many judge together."""

_PASSES = 6
_AT_ONCE, _SORTED_AT_ONCE = 48, 960
_RATE, _DECAY, _RISE = 2e-3, 0.02, 0.15
_LOST_INPUTS, _LOST, _LOST_RULES = 0.2, 0.15, 0.3
_LEFT_TO_OTHERS = 0.05
_TABLES = ("mark", "step", "rule")
_TINY = np.float32(1e-5)
_FAR = np.float32(-1e4)


@dataclass(frozen=True, slots=True)
class Lesson:
    """A sign to learn from.

    Attributes:
        states: of the tokens around it, shape (tokens, 4 x 384), in half precision.
        seen: the same tokens.
        label: its place in ``LABELS``.
    """

    states: NDArray[np.float16]
    seen: Window
    label: int


def taught(lessons: Sequence[Lesson], identity: str, networks: int = NETWORKS) -> AssertionHead:
    """Networks that learnt from these, side by side.

    Args:
        lessons: at least one.
        identity: the embedder's that gave the states.
        networks: how many; the number of each is the seed of what is left to chance in it.
    """
    with ThreadPoolExecutor(networks) as pool:  # the sums are done outside the interpreter's lock
        each = list(pool.map(partial(_taught, lessons), range(networks)))
    return AssertionHead(identity, {name: np.stack([parts[name] for parts in each]) for name in SHAPES})


def untaught(identity: str) -> AssertionHead:
    """One network that has learnt nothing yet."""
    return AssertionHead(identity, {name: part[None] for name, part in _beginning(np.random.default_rng(0)).items()})


def _taught(lessons: Sequence[Lesson], seed: int) -> Parts:
    chance = np.random.default_rng(seed)
    parts = _beginning(chance)
    means, squares = ({name: np.zeros_like(part) for name, part in parts.items()} for _ in range(2))
    steps = _PASSES * -(-len(lessons) // _AT_ONCE)
    done = 0
    for _ in range(_PASSES):
        for batch in _batches(lessons, chance):
            slopes = _slopes(parts, batch, chance)
            done += 1
            _step(parts, slopes, means, squares, done, _rate(min(1.0, done / steps)))
    return parts


def _beginning(chance: np.random.Generator) -> Parts:
    parts = {name: np.zeros(shape, np.float32) for name, shape in SHAPES.items()}
    for name, part in parts.items():
        if part.ndim > 1:
            spread = 0.05 if name in _TABLES or name == "judge" else len(part) ** -0.5
            part += (chance.standard_normal(part.shape) * spread).astype(np.float32)
    parts["norm"] += 1
    return parts


def _batches(lessons: Sequence[Lesson], chance: np.random.Generator) -> Iterator[list[Lesson]]:
    """Lessons of like length together, in an order left to chance."""
    order = chance.permutation(len(lessons))
    batches: list[list[Lesson]] = []
    for start in range(0, len(order), _SORTED_AT_ONCE):
        some = sorted((lessons[at] for at in order[start : start + _SORTED_AT_ONCE]), key=lambda one: len(one.states))
        batches += [some[at : at + _AT_ONCE] for at in range(0, len(some), _AT_ONCE)]
    return (batches[at] for at in chance.permutation(len(batches)))


def _rate(way: float) -> float:
    """How far to step: rising at first, then falling as a cosine does."""
    falls = 0.5 * (1 + np.cos(np.pi * max(0.0, (way - _RISE) / (1 - _RISE))))
    return float(_RATE * min(1.0, way / _RISE) * falls)


def _step(parts: Parts, slopes: Mapping[str, Numbers], means: Parts, squares: Parts, done: int, rate: float) -> None:
    steepness = np.sqrt(sum(float((slope * slope).sum()) for slope in slopes.values()))
    for name, part in parts.items():
        slope = slopes[name] * np.float32(min(1.0, 1 / steepness))
        means[name] += np.float32(0.1) * (slope - means[name])
        squares[name] += np.float32(0.001) * (slope * slope - squares[name])
        if part.ndim > 1:
            part *= np.float32(1 - rate * _DECAY)
        size = np.sqrt(squares[name] / np.float32(1 - 0.999**done)) + np.float32(1e-8)
        part -= np.float32(rate / (1 - 0.9**done)) * means[name] / size


def _kept(shape: tuple[int, ...], lost: float, chance: np.random.Generator) -> Numbers:
    kept: Numbers = (chance.random(shape, dtype=np.float32) >= lost).astype(np.float32) / np.float32(1 - lost)
    return kept


def _slopes(parts: Mapping[str, Numbers], batch: Sequence[Lesson], chance: np.random.Generator) -> Parts:
    """How the loss over a batch changes with each weight."""
    count, longest = len(batch), max(len(one.states) for one in batch)
    states = np.zeros((count, longest, SHAPES["project"][0]), np.float32)
    marks, steps = np.zeros((2, count, longest), np.int64)
    beyond = np.full((count, 1, longest), _FAR)
    for row, one in enumerate(batch):
        size = len(one.states)
        states[row, :size], marks[row, :size], steps[row, :size] = one.states, one.seen.marks, one.seen.steps
        beyond[row, :, :size] = 0
    rules = np.array([one.seen.rule for one in batch])
    width = SHAPES["project"][1]
    is_sign = (marks == 1).astype(np.float32)
    knows = chance.random(count) >= _LOST_RULES
    marks = np.where(knows[:, None], marks, marks.clip(max=2))
    is_ruled = is_sign * knows[:, None]

    states *= _kept((count, 1, states.shape[2]), _LOST_INPUTS, chance)
    tokens = states @ parts["project"] + parts["project_bias"] + parts["mark"][marks] + parts["step"][steps]
    tokens += is_ruled[..., None] * parts["rule"][rules][:, None]
    kept_tokens = _kept(tokens.shape, _LOST, chance)
    tokens *= kept_tokens
    tokens -= tokens.mean(axis=-1, keepdims=True)
    spread = np.sqrt((tokens * tokens).mean(axis=-1, keepdims=True) + _TINY)
    normed = tokens / spread
    tokens = normed * parts["norm"] + parts["norm_bias"]
    of_sign = is_sign / is_sign.sum(axis=1, keepdims=True)
    sign = np.einsum("bn,bnd->bd", of_sign, tokens)
    first = _look(tokens, sign @ parts["query"] + parts["query_bias"], parts["key"], beyond)
    known = np.concatenate([sign, first.around], axis=1)
    again = _look(tokens, known @ parts["query_again"] + parts["query_again_bias"], parts["key_again"], beyond)
    seen = np.concatenate([known, again.around], axis=1)
    kept_seen = _kept(seen.shape, _LOST, chance)
    seen *= kept_seen
    raised = seen @ parts["hidden"] + parts["hidden_bias"]
    kept_hidden = _kept(raised.shape, _LOST, chance)
    hidden = np.maximum(raised, 0) * kept_hidden
    found = softmax(hidden @ parts["judge"] + parts["judge_bias"], axis=-1)

    wanted = np.full((count, len(LABELS)), _LEFT_TO_OTHERS / len(LABELS), np.float32)
    wanted[np.arange(count), [one.label for one in batch]] += 1 - _LEFT_TO_OTHERS
    by_judge = (found - wanted) / np.float32(count)
    by_hidden = (by_judge @ parts["judge"].T) * kept_hidden * (raised > 0)
    by_seen = (by_hidden @ parts["hidden"].T) * kept_seen
    by_query_again, by_key_again, by_tokens_again = _look_slopes(tokens, again, by_seen[:, 2 * width :])
    by_known = by_seen[:, : 2 * width] + by_query_again @ parts["query_again"].T
    by_query, by_key, by_tokens = _look_slopes(tokens, first, by_known[:, width:])
    by_sign = by_known[:, :width] + by_query @ parts["query"].T
    by_tokens += by_tokens_again + of_sign[..., None] * by_sign[:, None]
    by_normed = by_tokens * parts["norm"]
    by_input = by_normed - by_normed.mean(axis=-1, keepdims=True)
    by_input = (by_input - normed * (by_normed * normed).mean(axis=-1, keepdims=True)) / spread * kept_tokens
    flat = by_input.reshape(-1, width)
    return {
        "project": states.reshape(-1, states.shape[2]).T @ flat,
        "project_bias": flat.sum(axis=0),
        "mark": _gathered(flat, marks.ravel(), SHAPES["mark"][0]),
        "step": _gathered(flat, steps.ravel(), 2 * FARTHEST + 1),
        "rule": _gathered(np.einsum("bn,bnd->bd", is_ruled, by_input), rules, len(LABELS)),
        "norm": (by_tokens * normed).sum(axis=(0, 1)),
        "norm_bias": by_tokens.sum(axis=(0, 1)),
        "query": sign.T @ by_query,
        "query_bias": by_query.sum(axis=0),
        "key": by_key,
        "query_again": known.T @ by_query_again,
        "query_again_bias": by_query_again.sum(axis=0),
        "key_again": by_key_again,
        "hidden": seen.T @ by_hidden,
        "hidden_bias": by_hidden.sum(axis=0),
        "judge": hidden.T @ by_judge,
        "judge_bias": by_judge.sum(axis=0),
    }


@dataclass(frozen=True, slots=True)
class _Look:
    """One look around: what was asked, with which keys, what was heeded of each token, and what that gave.

    Axes: signs, heads, tokens, width of a head; of ``keys`` signs, tokens, heads, width; of ``around`` signs, width.
    """

    query: Numbers
    key: Numbers
    keys: Numbers
    heeded: Numbers
    around: Numbers


def _look(tokens: Numbers, query: Numbers, key: Numbers, beyond: Numbers) -> _Look:
    count, longest, width = tokens.shape
    query = query.reshape(count, HEADS, -1)
    keys = (tokens @ key).reshape(count, longest, HEADS, -1)
    heeded = softmax(np.einsum("bnhk,bhk->bhn", keys, query) / np.float32(np.sqrt(width // HEADS)) + beyond, axis=-1)
    values = tokens.reshape(count, longest, HEADS, -1)
    return _Look(query, key, keys, heeded, np.einsum("bhn,bnhk->bhk", heeded, values).reshape(count, width))


def _look_slopes(tokens: Numbers, look: _Look, by_around: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """How the loss changes with a look's query, its key's weights, and the tokens."""
    count, longest, width = tokens.shape
    by_around = by_around.reshape(count, HEADS, -1)
    heeded = look.heeded
    by_heeded = np.einsum("bhk,bnhk->bhn", by_around, tokens.reshape(count, longest, HEADS, -1))
    by_scores = heeded * (by_heeded - (by_heeded * heeded).sum(axis=-1, keepdims=True))
    by_scores /= np.float32(np.sqrt(width // HEADS))
    by_query = np.einsum("bhn,bnhk->bhk", by_scores, look.keys).reshape(count, width)
    by_keys = np.einsum("bhn,bhk->bnhk", by_scores, look.query).reshape(-1, width)
    by_tokens = np.einsum("bhn,bhk->bnhk", heeded, by_around).reshape(count, longest, width)
    by_tokens += (by_keys @ look.key.T).reshape(tokens.shape)
    return by_query, tokens.reshape(-1, width).T @ by_keys, by_tokens


def _gathered(rows: Numbers, places: NDArray[np.int64], size: int) -> Numbers:
    """The sum of the rows of each place."""
    is_at = np.zeros((len(places), size), np.float32)
    is_at[np.arange(len(places)), places] = 1
    summed: Numbers = is_at.T @ rows
    return summed

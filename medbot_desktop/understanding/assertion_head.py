"""Tell from what the embedder makes of the words around a sign whether it is there, denied, doubted, past and so on.

Words that ``surroundings`` never saw still lie near words that it did: "gran's riddled with it" lies near "my mother
has it". So a small network looks at the states that the embedder has of each token behind four of its layers: it marks
the sign, asks from there which tokens around it matter (the attention of Vaswani et al. 2017, with one query), asks
once more with what it found ("the tablets" may have cured or caused; Sukhbaatar et al. 2015), and judges by what both
found and by the sign's own tokens. The embedder itself is not taught anything.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from medbot_desktop.domain import Assertion, Entity
from medbot_desktop.errors import InputError

if TYPE_CHECKING:  # ONNX Runtime takes its time, and is not needed where nothing is embedded
    from medbot_desktop.inference.embedder import Looked

LABELS = tuple(Assertion)
"""What the columns of the judgement stand for."""

HEADS = 4
"""How many times it asks, each with a part of the query."""

FARTHEST = 20
"""Tokens farther from the sign than this count as if they were so far."""

_AROUND = 24  # tokens before and behind the sign that it looks at
_PLAIN, _SIGN, _OTHERS = 0, 1, 2
_LARGEST = "project"  # kept in half precision, as it is on the disk
_TINY = np.float32(1e-5)
_FAR = np.float32(-1e4)
_AT_ONCE = 32  # signs

Numbers = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Window:
    """The tokens around one sign.

    Attributes:
        begin: the first of them in the text.
        marks: of each, whether it is of the sign (1), of another sign that the rules read as ``LABELS[n]`` (2 + n), or
            of none (0).
        steps: how far it is from the sign, ``FARTHEST`` added so that none is below zero.
        rule: what the rules make of the sign, as a place in ``LABELS``.
    """

    begin: int
    marks: NDArray[np.int64]
    steps: NDArray[np.int64]
    rule: int

    @property
    def end(self) -> int:
        """Behind the last of them."""
        return self.begin + len(self.marks)


def windows(signs: Sequence[Entity], spans: Sequence[tuple[int, int]]) -> dict[Entity, Window]:
    """The tokens around each sign; without the signs that lie behind the last token that was looked at.

    Args:
        signs: all of the message, as the rules read them.
        spans: where each token begins and is over.
    """
    unlike = list(dict.fromkeys(signs))
    begins, ends = np.array(spans).reshape(-1, 2).T
    starts, overs = np.array([(sign.start, sign.end) for sign in unlike]).reshape(-1, 2).T[..., None]
    owns = (begins < overs) & (starts < ends)
    firsts, lasts = owns.argmax(axis=1), len(spans) - 1 - owns[:, ::-1].argmax(axis=1)
    marks, places = np.full(len(spans), _PLAIN), np.arange(len(spans))
    for sign, own in zip(unlike, owns, strict=True):
        marks[own] = _OTHERS + LABELS.index(sign.assertion)
    seen = np.where(owns, _SIGN, marks)
    steps = (places - places.clip(firsts[:, None], lasts[:, None])).clip(-FARTHEST, FARTHEST) + FARTHEST
    found: dict[Entity, Window] = {}
    for row in np.flatnonzero(owns.any(axis=1)).tolist():
        sign, begin, end = unlike[row], max(0, int(firsts[row]) - _AROUND), int(lasts[row]) + 1 + _AROUND
        rule = LABELS.index(sign.assertion)
        found[sign] = Window(begin, seen[row, begin:end], steps[row, begin:end], rule)
    return found


SHAPES = {
    "project": (4 * 384, 160), "project_bias": (160,), "mark": (_OTHERS + len(LABELS), 160),
    "step": (2 * FARTHEST + 1, 160), "rule": (len(LABELS), 160), "norm": (160,), "norm_bias": (160,),
    "query": (160, 160), "query_bias": (160,), "key": (160, 160), "query_again": (320, 160),
    "query_again_bias": (160,), "key_again": (160, 160), "hidden": (480, 160), "hidden_bias": (160,),
    "judge": (160, len(LABELS)), "judge_bias": (len(LABELS),),
}  # fmt: skip
"""The parts of each network."""


@dataclass(frozen=True, slots=True)
class AssertionHead:
    """Networks of 461,000 weights each that judge together, by ``build/train_assertions.py``.

    They learnt the same from other beginnings, so each errs elsewhere (deep ensembles; Lakshminarayanan et al. 2017).

    Attributes:
        identity: that of the embedder whose states they were taught on; those of another tell them nothing.
        parts: their weights, of ``SHAPES`` behind an axis for the networks; where they were read, the largest in half
            precision.
    """

    identity: str
    parts: Mapping[str, Numbers] = field(repr=False)

    @classmethod
    def load(cls, resources: Path) -> Self:
        """Read ``triage/assertion_head.npz``.

        Raises:
            InputError: the file is missing, broken, or of other networks.
        """
        path = resources / "triage" / "assertion_head.npz"
        try:
            with np.load(path, allow_pickle=False) as data:
                parts = {name: data[name].astype(np.float16 if name == _LARGEST else np.float32) for name in SHAPES}
                identity = str(data["identity"])
            networks = len(parts["judge"])
            if not networks or any(parts[name].shape != (networks, *shape) for name, shape in SHAPES.items()):
                raise ValueError("The numbers are of another shape.")
        except (OSError, ValueError, TypeError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise InputError(f"The file {path.name} is missing or broken.", hint="Install MedBot again.") from error
        return cls(identity, parts)

    def save(self, resources: Path) -> Path:
        """Write the same file, in half precision."""
        path = resources / "triage" / "assertion_head.npz"
        halves = {name: part.astype(np.float16) for name, part in self.parts.items()}
        np.savez_compressed(path, identity=np.array(self.identity), **halves)  # type: ignore[arg-type]
        return path

    def judge(self, looked: Looked, signs: Sequence[Entity]) -> dict[Entity, Numbers]:
        """How likely each assertion of each sign is, as logarithms in the order of ``LABELS``.

        Args:
            looked: the message, by the embedder of the same identity.
            signs: all of the message, as the rules read them; those behind the last token are left out of what is told.
        """
        if looked.states is None or not signs:
            return {}
        projected = self._projected(looked.states)
        each = list(windows(signs, looked.spans).items())
        told: dict[Entity, Numbers] = {}
        for start in range(0, len(each), _AT_ONCE):
            some = each[start : start + _AT_ONCE]
            told.update(
                zip((sign for sign, _ in some), self._judged(projected, [seen for _, seen in some]), strict=True)
            )
        return told

    def judge_one(self, states: NDArray[np.float16], seen: Window) -> Numbers:
        """The same of one sign, by the states of the tokens in its window only; for training."""
        judged: Numbers = self._judged(self._projected(states), [replace(seen, begin=0)])[0]
        return judged

    def _projected(self, states: NDArray[np.floating]) -> Numbers:
        project = self.parts[_LARGEST].astype(np.float32)
        return _centred(states.astype(np.float32) @ project + self.parts["project_bias"][:, None])

    def _judged(self, projected: Numbers, each: Sequence[Window]) -> Numbers:
        """One row for each window; axes: networks, signs, tokens (or heads), width."""
        parts = self.parts
        longest = max(len(seen.marks) for seen in each)
        places, marks, steps = np.zeros((3, len(each), longest), np.int64)
        beyond = np.full((len(each), 1, longest), _FAR)
        for row, seen in enumerate(each):
            size = len(seen.marks)
            places[row, :size] = np.arange(seen.begin, seen.end)
            marks[row, :size], steps[row, :size] = seen.marks, seen.steps
            beyond[row, :, :size] = 0
        is_sign = (marks == _SIGN).astype(np.float32)
        rows, columns = is_sign.nonzero()
        rules = np.array([seen.rule for seen in each])[rows]
        tokens = projected[:, places]
        tokens += (_centred(parts["mark"])[:, :, None] + _centred(parts["step"])[:, None])[:, marks, steps]
        tokens[:, rows, columns] += _centred(parts["rule"])[:, rules]
        tokens /= np.sqrt(np.einsum("...d,...d->...", tokens, tokens)[..., None] / np.float32(tokens.shape[-1]) + _TINY)
        norm, bias = parts["norm"][:, None], parts["norm_bias"][:, None]  # of what is summed up, not of each token
        of_sign = is_sign / is_sign.sum(axis=1, keepdims=True)
        sign = (of_sign[:, None] @ tokens)[:, :, 0] * norm + bias
        found: Numbers = sign
        for name in ("", "_again"):  # what the first look found tells what to look for next
            asked = found @ parts[f"query{name}"] + parts[f"query{name}_bias"][:, None]
            around = self._around(tokens, asked, parts[f"key{name}"], beyond) * norm + bias
            found = np.concatenate([found, around], axis=-1)
        hidden = found @ parts["hidden"] + parts["hidden_bias"][:, None]
        judged = (np.maximum(hidden, 0) @ parts["judge"] + parts["judge_bias"][:, None]).mean(axis=0)
        return np.log(_chances(judged))

    def _around(self, tokens: Numbers, asked: Numbers, key: Numbers, beyond: Numbers) -> Numbers:
        """What is heeded of the tokens, without the norm of the network."""
        networks, signs, longest, width = tokens.shape
        parted = asked.reshape(networks, signs, HEADS, -1)
        keys = key.reshape(networks, width, HEADS, -1).transpose(0, 2, 3, 1)
        wanted: Numbers = (parted.swapaxes(1, 2) @ keys).swapaxes(1, 2)  # so no token needs a key of its own
        wanted *= self.parts["norm"][:, None, None] / np.float32(np.sqrt(parted.shape[-1]))
        scores: Numbers = wanted @ tokens.swapaxes(2, 3) + beyond
        heeded = _chances(scores)
        values = tokens.reshape(networks, signs, longest, HEADS, -1).swapaxes(2, 3)
        around: Numbers = (heeded[..., None, :] @ values).reshape(networks, signs, width)
        return around


def _centred(rows: Numbers) -> Numbers:
    """So that each row is nought in the mean, and the sum of such rows too."""
    centred: Numbers = rows - rows.mean(axis=-1, keepdims=True)
    return centred


def _chances(scores: Numbers) -> Numbers:
    """Of the last axis, so that they make one together (softmax)."""
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    chances: Numbers = raised / raised.sum(axis=-1, keepdims=True)
    return chances

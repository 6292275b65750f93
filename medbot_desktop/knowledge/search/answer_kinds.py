"""Tell what a question asks about its subject, and what kind of answer a text gives, so that they can be compared."""

from __future__ import annotations

import re
import tomllib
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.search.terms import NUMBER, TermIndex, Terms

OPENING = 40
"""How many content words at the beginning of a unit are looked at."""

_UNITS_AT_ONCE = 4_096


@dataclass(frozen=True, slots=True)
class QuestionCues:
    """The words by which questions ask for each kind of answer.

    Attributes:
        names: the kinds; the last one is for questions without a cue.
        cues: one pattern for each kind.
        empty: words that say nothing about the subject.
    """

    names: tuple[str, ...]
    cues: tuple[re.Pattern[str], ...]
    empty: frozenset[str]

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read ``resources/retrieval/answer_kinds.toml``.

        Raises:
            LibraryError: the file is missing or broken.
        """
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
            kinds = [(str(kind["name"]), "|".join(kind["cues"])) for kind in data["kind"]]
            cues = tuple(re.compile(rf"\b(?:{any_of_them})\b") for _, any_of_them in kinds)
            return cls(tuple(name for name, _ in kinds), cues, frozenset(data["empty"]))
        except (OSError, ValueError, KeyError, TypeError, re.error) as error:
            raise LibraryError(
                f"The kinds of answers {path.name} cannot be read.", hint="Install MedBot again."
            ) from error

    def part(self, question: str) -> tuple[int, str]:
        """The number of the kind that a lower-case question asks for, and the question without the words of that."""
        for number, cue in enumerate(self.cues):
            if cue.search(question):
                return number, cue.sub(" ", question)
        return len(self.names) - 1, question


@dataclass(frozen=True, slots=True)
class AnswerKinds:
    """A multinomial logistic regression over the first words of a unit, trained by ``build/train_ranker.py``.

    Attributes:
        terms: the known terms, sorted, shape (n,).
        weights: shape (n, kinds).
        bias: shape (kinds,).
    """

    terms: Terms
    weights: NDArray[np.float32] = field(repr=False)
    bias: NDArray[np.float32]

    @classmethod
    def load(cls, path: Path, kinds: int) -> Self:
        """Read the trained numbers.

        Args:
            path: the file.
            kinds: how many kinds there are.

        Raises:
            LibraryError: the file is missing, broken, or of other kinds.
        """
        try:
            with np.load(path, allow_pickle=False) as data:
                made = cls(data["terms"], data["weights"].astype(np.float32), data["bias"])
            if made.weights.shape != (len(made.terms), kinds) or made.bias.shape != (kinds,):
                raise ValueError("The numbers are of another shape.")
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise LibraryError(
                f"The kinds of answers {path.name} cannot be read.", hint="Install MedBot again."
            ) from error
        return made

    def of_units(self, index: TermIndex) -> NDArray[np.float16]:
        """The logarithm of the probability of each kind for each unit, shape (units, kinds)."""
        kinds = np.empty((len(index), len(self.bias)), dtype=np.float16)
        for start in range(0, len(index), _UNITS_AT_ONCE):
            kinds[start : start + _UNITS_AT_ONCE] = self._of_some(index, start, min(len(index), start + _UNITS_AT_ONCE))
        return kinds

    def _of_some(self, index: TermIndex, start: int, end: int) -> NDArray[np.float32]:
        begins = index.offsets[start:end]
        lengths = np.minimum(index.offsets[start + 1 : end + 1] - begins, OPENING)
        unit = np.repeat(np.arange(end - start), lengths)
        place = np.arange(len(unit)) - (np.cumsum(lengths) - lengths)[unit]
        terms = index.flat[begins[unit] + place] & NUMBER
        logits = np.repeat(self.bias[None, :], end - start, axis=0)
        if len(self.terms):
            at = np.minimum(np.searchsorted(self.terms, terms), len(self.terms) - 1)
            known = self.terms[at] == terms
            pairs = np.unique(unit[known] * len(self.terms) + at[known])
            np.add.at(logits, pairs // len(self.terms), self.weights[pairs % len(self.terms)])
        kinds: NDArray[np.float32] = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
        return kinds

"""The questions of the exam that a text model sits before it may write: read from ``resources/exam/``."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from medbot_desktop.errors import InputError
from medbot_desktop.generation.drafting import REVISION
from medbot_desktop.generation.prompting import openings
from medbot_desktop.generation.task import Source, Task
from medbot_desktop.resources import load_resource

KINDS = (
    "from_passage",
    "not_in_passage",
    "numbers",
    "negations",
    "disagree",
    "citing",
    "orders",
    "persona",
    "plain_words",
)
"""What is examined; each kind is a file."""


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Passage(_Row):
    title: str = Field(min_length=1)
    text: str = Field(min_length=1)


class _Item(_Row):
    id: str = Field(min_length=1)
    question: str = Field(min_length=1)
    persona: str = ""
    must: list[list[str]] = []
    must_not: list[str] = []
    cites: list[int] = []
    passages: list[_Passage] = Field(min_length=1)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if any(not 0 < n <= len(self.passages) for n in self.cites):
            raise ValueError(f"{self.id} cites a passage that it does not have")
        if any(not group or not all(group) for group in self.must) or not all(self.must_not):
            raise ValueError(f"{self.id} asks for an empty word")
        return self


class _Sheet(_Row):
    item: list[_Item] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class ExamItem:
    """One question with what a right answer holds.

    Attributes:
        id: stable identifier.
        kind: one of `KINDS`.
        task: the question and its passages, as a model is asked.
        must: of each group, one of these has to be said.
        must_not: none of these may be said.
        cites: the passages that hold the answer, from 1; empty where none does.
    """

    id: str
    kind: str
    task: Task
    must: tuple[tuple[str, ...], ...]
    must_not: tuple[str, ...]
    cites: tuple[int, ...]

    @property
    def answerable(self) -> bool:
        """Whether a passage holds the answer."""
        return bool(self.must)


@dataclass(frozen=True, slots=True)
class Exam:
    """All items, those of a kind together."""

    items: tuple[ExamItem, ...]


def exam_version(folder: Path) -> str:
    """A digest of what a result depends on: the items as they lie in ``resources/exam``, and how they are asked."""
    asked = "".join(message.content for opening in openings() for message in opening)
    digest = hashlib.sha256(f"{REVISION}{asked}".encode())
    for file in sorted(folder.glob("*.toml")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def load_exam(folder: Path) -> Exam:
    """Read the exam.

    Args:
        folder: ``resources/exam``.

    Raises:
        InputError: a file is missing or broken, or two items have the same id; names the file or the id.
    """
    items = tuple(item for kind in KINDS for item in _items(folder / f"{kind}.toml", kind))
    seen: set[str] = set()
    for item in items:
        if item.id in seen:
            raise InputError(f"The exam has two items called {item.id}.", hint="Give one of them another id.")
        seen.add(item.id)
    return Exam(items)


def _items(file: Path, kind: str) -> Iterator[ExamItem]:
    for row in load_resource(file, _Sheet).item:
        if bool(row.must) != (kind != "not_in_passage"):
            raise InputError(
                f"The exam item {row.id} does not fit {file.name}.",
                hint="Items that no passage answers ask for no words; all others do.",
            )
        task = Task(row.question, tuple(Source(p.title, p.text) for p in row.passages), row.persona)
        must = tuple(tuple(group) for group in row.must)
        yield ExamItem(row.id, kind, task, must, tuple(row.must_not), tuple(row.cites))

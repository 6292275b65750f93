"""Read the answers that retrieval learns from, and part them into a half to learn from and a half to report on."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from medbot_desktop.knowledge.building import DocumentBuilder
from medbot_desktop.knowledge.document import Document
from medbot_desktop.text import stem, words

_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Answer:
    """A question with its own answer.

    Attributes:
        id: identifier.
        question: the question.
        text: the answer.
        kind: what kind of answer it is, e.g. ``treatment``.
        focus: what it is about.
        url: the page that it stands on.
    """

    id: str
    question: str
    text: str
    kind: str
    focus: str
    url: str


def read_answers(path: Path) -> list[Answer]:
    """Read JSON lines with ``id``, ``question``, ``answer``, ``qtype``, ``focus`` and ``url``, gzipped or not."""
    raw = path.read_bytes()
    lines = (gzip.decompress(raw) if raw.startswith(_GZIP) else raw).decode("utf-8").splitlines()
    records = [json.loads(line) for line in lines if line.strip()]
    return [
        Answer(
            f"a{number}",
            record["question"],
            record["answer"],
            record.get("qtype", ""),
            record.get("focus", ""),
            record.get("url", ""),
        )
        for number, record in enumerate(records)
    ]


def documents_of(answers: Sequence[Answer]) -> Iterator[Document]:
    """The answers alone as documents: neither the question nor what it is about stands in a title or in the text."""
    for answer in answers:
        builder = DocumentBuilder()
        builder.paragraph(answer.text)
        yield builder.build(answer.id, answer.id)


def families(answers: Sequence[Answer]) -> NDArray[np.int64]:
    """A number for each answer, the same for those that share a subject, a page or a question."""
    leader = list(range(len(answers)))

    def find(number: int) -> int:
        while leader[number] != number:
            leader[number] = leader[leader[number]]
            number = leader[number]
        return number

    first: dict[tuple[str, str], int] = {}
    for number, answer in enumerate(answers):
        focus = " ".join(sorted(map(stem, words(answer.focus))))
        for key in (("focus", focus), ("url", answer.url), ("question", answer.question.lower().strip())):
            if key[1]:
                leader[find(number)] = find(first.setdefault(key, number))
    return np.array([find(number) for number in range(len(answers))])


def is_for_tuning(answers: Sequence[Answer], family: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which answers are learnt from: whole families, by a hash of what they are about."""
    return np.array([_hash(answers[number].focus.lower()) % 2 == 0 for number in family.tolist()])


def _hash(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest(), 16)

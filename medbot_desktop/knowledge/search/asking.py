"""Part a question into its subject and what is asked about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from medbot_desktop.knowledge.search.answer_kinds import QuestionCues
from medbot_desktop.text import STOP_WORDS, stem, words

_LONGEST = 4_000
"""What a question has beyond this many letters is not looked at: nobody asks at that length."""

Wording = tuple[tuple[str, ...], tuple[str, ...]]
"""Another way to write a subject, in stems: the whole of it so written, and the part that is put in."""


@dataclass(frozen=True, slots=True)
class Asking:
    """A question, read.

    Attributes:
        kind: the number of the kind of answer that it asks for.
        subject: the lower-case words that name the subject, little words between them included.
        stems: the distinct stems of the subject's content words, in order.
        every: the distinct stems of all content words of the question.
    """

    kind: int
    subject: tuple[str, ...]
    stems: tuple[str, ...]
    every: tuple[str, ...]


def shortened(question: str) -> str:
    """The beginning of a question that is longer than anything that is asked."""
    return question[:_LONGEST]


def read_question(question: str, cues: QuestionCues) -> Asking:
    """Part a question into what it asks about and what it asks of that."""
    lower = shortened(question).lower().replace("’", "'")
    kind, rest = cues.part(lower)
    found = [word for word in words(rest) if word not in cues.empty]
    while found and found[0] in STOP_WORDS:
        found.pop(0)
    while found and found[-1] in STOP_WORDS:
        found.pop()
    # A question of little words alone still has to be searched for by them.
    content = [word for word in words(lower) if word not in STOP_WORDS] or words(lower) or ["?"]
    every = tuple(dict.fromkeys(map(stem, content)))
    stems = tuple(dict.fromkeys(stem(word) for word in found if word not in STOP_WORDS))
    return Asking(kind, tuple(found) or tuple(content), stems or every, every)


def with_other_words(asking: Asking, pairs: Iterable[tuple[str, str]]) -> list[Wording]:
    """The subject with other words for parts of it.

    Args:
        asking: the question, read.
        pairs: the words of the question and what else stands for them.
    """
    found: list[Wording] = []
    for written, other in pairs:
        old, new = content_stems_of(written), content_stems_of(other)
        if old and new and old != new:
            found += [
                ((*asking.stems[:start], *new, *asking.stems[start + len(old) :]), new)
                for start in range(len(asking.stems) - len(old) + 1)
                if asking.stems[start : start + len(old)] == old
            ]
    return found


def content_stems_of(phrase: str) -> tuple[str, ...]:
    """The stems of the words of a phrase that carry meaning."""
    return tuple(stem(word) for word in words(phrase) if word not in STOP_WORDS)

"""What a model that composes is asked: a question and the passages that it may answer from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """A passage as the model reads it."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Task:
    """What a model is to answer.

    Attributes:
        question: the question as cleaned.
        sources: passages, the most useful first; their numbers are their places, from 1.
        persona: how answers should sound, in the clinic's own words.
        earlier: what the person asked before, oldest first, so that "and for children?" can be understood.
    """

    question: str
    sources: tuple[Source, ...]
    persona: str = ""
    earlier: tuple[str, ...] = ()

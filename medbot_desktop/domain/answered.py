"""An answer, with what supports it and who wrote it."""

from __future__ import annotations

from dataclasses import dataclass, field

from medbot_desktop.domain.found import Citation
from medbot_desktop.domain.said import Utterance
from medbot_desktop.domain.urgency import Triage


@dataclass(frozen=True, slots=True)
class Grounding:
    """How the answer came about: ``mode`` is ``extractive``, ``composed`` or ``none``."""

    mode: str = "none"
    sentences: int = 0
    supported: int = 0
    removed: int = 0

    def __add__(self, other: Grounding) -> Grounding:
        """How an answer in two parts came about: composed if one of them was."""
        modes = (self.mode, other.mode)
        return Grounding(
            next((mode for mode in ("composed", "extractive") if mode in modes), "none"),
            self.sentences + other.sentences,
            self.supported + other.supported,
            self.removed + other.removed,
        )


@dataclass(frozen=True, slots=True)
class ModelUse:
    """The text model that served, its tier (``composes``, ``phrases``, ``silent``) and its device."""

    name: str
    tier: str
    device: str


@dataclass(frozen=True, slots=True)
class ModelWork:
    """What one text model did for an answer, in numbers.

    Attributes:
        model: its stable name.
        tokens: pieces of text that it wrote, about one for each token.
        first_text_ms: milliseconds from being asked to its first text; None where it wrote none.
        composed: whether the answer has sentences that it wrote.
        fell_back: whether another model, or the library's own words, had to take its place.
    """

    model: str
    tokens: int = 0
    first_text_ms: int | None = None
    composed: bool = False
    fell_back: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole turn, as it is shown, stored and printed.

    Attributes:
        question: the message as cleaned.
        text: the answer with its numbered marks; paragraphs are parted by an empty line.
        skill: which skill answered.
        timings_ms: milliseconds by step; ``total`` is the whole turn.
        work: what the text models did for it; it is counted by day and not kept with the answer.
    """

    question: str
    text: str
    utterance: Utterance
    skill: str
    triage: Triage
    citations: tuple[Citation, ...] = ()
    grounding: Grounding = Grounding()
    model: ModelUse | None = None
    escalated: bool = False
    timings_ms: dict[str, int] = field(default_factory=dict)
    work: tuple[ModelWork, ...] = ()

"""What happens in a turn, in the order in which it is told."""

from __future__ import annotations

from dataclasses import dataclass

from medbot_desktop.domain.answered import Answer
from medbot_desktop.domain.found import Citation
from medbot_desktop.domain.said import Utterance
from medbot_desktop.domain.urgency import Triage


@dataclass(frozen=True, slots=True)
class Understood:
    """The message was read."""

    utterance: Utterance


@dataclass(frozen=True, slots=True)
class Alert:
    """Red flags were found: show this before anything else."""

    triage: Triage


@dataclass(frozen=True, slots=True)
class Triaged:
    """How urgent the complaint is, where it is no emergency: the care card above the answer."""

    triage: Triage


@dataclass(frozen=True, slots=True)
class Question:
    """The assistant asks back; ``options`` are answers to offer as buttons, ``why`` may say why it asks."""

    text: str
    options: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next piece of the answer's text; empty while a model is still at a sentence."""

    text: str


@dataclass(frozen=True, slots=True)
class Cited:
    """A source that the answer's text refers to by its number."""

    citation: Citation


@dataclass(frozen=True, slots=True)
class ToolUsed:
    """A step behind the answer, for whoever wants to see how it came about."""

    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The turn is complete and stored; ``message_id`` names the stored answer."""

    answer: Answer
    message_id: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The turn could not be completed; the next one can."""

    message: str
    hint: str


TurnEvent = Understood | Alert | Triaged | Question | TextDelta | Cited | ToolUsed | Finished | Failed

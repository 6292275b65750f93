"""One turn on its way: what was said, what is written so far, and how long each step took."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from medbot_desktop.assistant.complaints import Judged
from medbot_desktop.assistant.render import AnswerText
from medbot_desktop.domain import Conversation, Grounding, ModelUse, ModelWork, Triage, Utterance


@dataclass(slots=True)
class Draft:
    """What a skill has written so far."""

    skill: str
    answer: AnswerText
    grounding: Grounding = field(default_factory=Grounding)
    model: ModelUse | None = None
    escalated: bool = False
    work: tuple[ModelWork, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn: where it stands, what was said, and how urgent that is."""

    conversation: Conversation
    utterance: Utterance
    judged: Judged
    triage: Triage


class Clock:
    """Milliseconds of each step of a turn."""

    def __init__(self) -> None:
        self._start = self._last = time.perf_counter()
        self.timings_ms: dict[str, int] = {}

    def lap(self, step: str) -> None:
        """Note how long a step took, since the one before it."""
        now = time.perf_counter()
        self.timings_ms[step] = round((now - self._last) * 1000)
        self._last = now

    def first_text(self) -> None:
        """Note when the first word was shown; later calls change nothing."""
        self.timings_ms.setdefault("first_text", self._since_start())

    def stop(self) -> dict[str, int]:
        """All that was noted, with the whole turn."""
        self.timings_ms["total"] = self._since_start()
        return self.timings_ms

    def _since_start(self) -> int:
        return round((time.perf_counter() - self._start) * 1000)

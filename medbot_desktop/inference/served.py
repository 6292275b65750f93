"""Count which model served, for those who want to know what became of their questions."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Tally:
    """What one model did since the program was started.

    Attributes:
        answers: answers that it wrote to the end.
        pieces: pieces of text that it wrote, about one for each token.
        first_text_s: seconds from the question to the first text, all added up.
        begun: answers that it began; ``first_text_s`` divided by it is the mean.
        broken: answers that it broke off in the middle.
        fallbacks: answers that it could not begin, so that the next one was asked.
    """

    answers: int = 0
    pieces: int = 0
    first_text_s: float = 0.0
    begun: int = 0
    broken: int = 0
    fallbacks: int = 0


class Served:
    """Tallies by model; used from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tallies: dict[str, Tally] = {}

    @property
    def tallies(self) -> Mapping[str, Tally]:
        """By the model's name, as it is now."""
        with self._lock:
            return dict(self._tallies)

    def began(self, identity: str, after: float) -> None:
        """A model wrote its first text, so many seconds after it was asked."""
        with self._lock:
            tally = self._of(identity)
            self._tallies[identity] = replace(tally, begun=tally.begun + 1, first_text_s=tally.first_text_s + after)

    def wrote(self, identity: str, pieces: int, *, ended: bool = False, broken: bool = False) -> None:
        """A model wrote so many pieces of an answer; one neither ``ended`` nor ``broken`` off was stopped."""
        with self._lock:
            tally = self._of(identity)
            self._tallies[identity] = replace(
                tally,
                answers=tally.answers + ended,
                pieces=tally.pieces + pieces,
                broken=tally.broken + broken,
            )

    def passed_over(self, identity: str) -> None:
        """A model could not begin."""
        with self._lock:
            tally = self._of(identity)
            self._tallies[identity] = replace(tally, fallbacks=tally.fallbacks + 1)

    def _of(self, identity: str) -> Tally:
        return self._tallies.get(identity, Tally())

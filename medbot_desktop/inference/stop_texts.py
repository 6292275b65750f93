"""End an answer before a text at which it is to stop, though that text comes in pieces."""

from __future__ import annotations

from collections.abc import Sequence


class StopTexts:
    """Lets through what surely lies before every stop text.

    Args:
        stops: the texts at which the answer ends; empty ones count for nothing.

    Attributes:
        met: whether one of them came.
    """

    def __init__(self, stops: Sequence[str]) -> None:
        self.met = False
        self._stops = [stop for stop in stops if stop]
        self._held = ""

    def pass_on(self, piece: str) -> str:
        """Take the next characters; returns those that can be shown by now."""
        text = self._held + piece
        places = [place for stop in self._stops if (place := text.find(stop)) >= 0]
        if self.met or places:
            self.met, self._held = True, ""
            return text[: min(places)] if places else ""
        keep = max((_begun(text, stop) for stop in self._stops), default=0)
        self._held = text[len(text) - keep :]
        return text[: len(text) - keep]

    def rest(self) -> str:
        """What was held back; to be shown where the answer ended by itself."""
        rest, self._held = self._held, ""
        return rest


def _begun(text: str, stop: str) -> int:
    """How many of the last characters may be the beginning of a stop text."""
    for length in range(min(len(text), len(stop) - 1), 0, -1):
        if stop.startswith(text[-length:]):
            return length
    return 0

"""A sentence of an answer with what supports it."""

from __future__ import annotations

from dataclasses import dataclass

from medbot_desktop.domain import Hit


@dataclass(frozen=True, slots=True)
class SupportedSentence:
    """One sentence that may be shown.

    Attributes:
        text: the sentence, without citation marks.
        hit: the passage that supports it.
        span: (start, end) offsets of the support in the passage's text.
        part: ``body`` or ``safety_net``.
    """

    text: str
    hit: Hit
    span: tuple[int, int]
    part: str = "body"

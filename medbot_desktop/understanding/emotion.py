"""Tell what somebody feels, and how strongly, from the words and the way they are written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from medbot_desktop.domain import Assertion
from medbot_desktop.resources import load_resource
from medbot_desktop.understanding.assertion import Context
from medbot_desktop.understanding.patterns import PatternSet
from medbot_desktop.understanding.rulefiles import EmotionFile
from medbot_desktop.understanding.tokens import Token

NEUTRAL = "neutral"

_LEAST = 0.3
_PAIN = "in_pain"
_NO_PAIN_NOW = (Assertion.NEGATED, Assertion.PAST, Assertion.HYPOTHETICAL)
_EMPHASIS = "emphasis"
_NEAR = 3
_STRONGER = 0.2
_LOUD = 0.1
_CAPITALS = re.compile(r"\b[A-Z]{4,}\b")
_MARKS = re.compile(r"!{2,}|\?!|!\?")


class Emotions:
    """The words of feelings, compiled once.

    Args:
        rules: what ``emotions.toml`` holds.
    """

    def __init__(self, rules: EmotionFile) -> None:
        self._entries = rules.emotion
        patterns = [(str(n), pattern) for n, entry in enumerate(rules.emotion) for pattern in entry.patterns]
        self._patterns = PatternSet([*patterns, *((_EMPHASIS, pattern) for pattern in rules.emphasis)], {})

    @classmethod
    def load(cls, resources: Path) -> Emotions:
        """Read ``intents/emotions.toml``.

        Raises:
            InputError: the file is missing or wrong.
        """
        return cls(load_resource(resources / "intents" / "emotions.toml", EmotionFile))

    def read(self, text: str, tokens: Sequence[Token], context: Context) -> tuple[str, float]:
        """Return the strongest feeling of a message and its strength in 0..1; one that is denied does not count.

        Args:
            text: the message as cleaned.
            tokens: its tokens.
            context: decides whether a feeling is denied.
        """
        found = self._patterns.find(tokens)
        emphasis = [match.first for match in found if match.key == _EMPHASIS]
        loud = _LOUD * (bool(_CAPITALS.search(text)) + bool(_MARKS.search(text)))
        best, strongest = NEUTRAL, 0.0
        for match in found:
            if match.key == _EMPHASIS:
                continue
            entry = self._entries[int(match.key)]
            if not _is_felt(entry.name, context.assertion(match.tokens, "symptom")):
                continue
            near = any(match.first - _NEAR <= at <= match.last + 1 for at in emphasis)
            strength = min(1.0, entry.strength + (_STRONGER if near else 0.0) + loud)
            if strength > strongest:
                best, strongest = entry.name, strength
        return (best, round(strongest, 2)) if strongest >= _LEAST else (NEUTRAL, 0.0)


def _is_felt(emotion: str, assertion: Assertion) -> bool:
    """Whether a feeling counts: none that is denied, and no pain that is long past or only asked about."""
    return assertion not in (_NO_PAIN_NOW if emotion == _PAIN else (Assertion.NEGATED,))

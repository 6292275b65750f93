"""Tell what a message wants, by rules that can be read in ``resources/intents/intents.toml``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from medbot_desktop.domain import Assertion, Entity, Intent
from medbot_desktop.resources import load_resource
from medbot_desktop.understanding.patterns import PatternSet
from medbot_desktop.understanding.rulefiles import IntentEntry, IntentFile
from medbot_desktop.understanding.tokens import Token, normal

_REPORTED = (Assertion.PRESENT, Assertion.UNCERTAIN)


class Intents:
    """The intents in the order in which they are tried; the first that fits is the message's.

    Args:
        rules: what ``intents.toml`` holds.
    """

    def __init__(self, rules: IntentFile) -> None:
        self._rules = rules
        self._only = {entry.name: frozenset(map(normal, entry.only_words)) for entry in rules.intent}
        self._patterns = PatternSet(
            [(entry.name, pattern) for entry in rules.intent for pattern in entry.patterns], rules.groups
        )

    @classmethod
    def load(cls, resources: Path) -> Intents:
        """Read ``intents/intents.toml``.

        Raises:
            InputError: the file is missing or wrong.
        """
        return cls(load_resource(resources / "intents" / "intents.toml", IntentFile))

    @property
    def words(self) -> set[str]:
        """The words of the patterns."""
        return self._patterns.words

    def choose(self, tokens: Sequence[Token], entities: Sequence[Entity]) -> Intent:
        """Return what the message wants."""
        found = {match.key for match in self._patterns.find(tokens)}
        reported = [
            entity
            for entity in entities
            if entity.assertion in _REPORTED and entity.kind not in ("context", "measure", "medicine")
        ]
        for entry in self._rules.intent:
            if self._fits(entry, tokens, found, reported):
                return Intent(entry.name)
        return Intent(self._rules.default)

    def _fits(self, entry: IntentEntry, tokens: Sequence[Token], found: set[str], reported: list[Entity]) -> bool:
        if len(tokens) > entry.max_words or (entry.unless_signs and reported):
            return False
        only = self._only[entry.name]
        if only and not all(token.word in only for token in tokens):
            return False
        if entry.patterns and entry.name in found:
            return True
        return any(entity.name in entry.signs or entity.kind in entry.any_sign_of for entity in reported)

"""Tell by which words a rule decided."""

from __future__ import annotations

from collections.abc import Sequence

from medbot_desktop.domain import Because, Disposition, Entity


def because_of(level: Disposition, rule: str, why: str, source: str, decided: Sequence[Entity]) -> Because:
    """What decided, with the words and the names of the entities by which it did.

    Args:
        level: what was decided.
        rule: the rule's name.
        why: its reason, one plain sentence.
        source: its guideline; empty where it has none.
        decided: the entities by which it held.
    """
    ordered = sorted(decided, key=lambda entity: entity.start)
    words = tuple(dict.fromkeys(entity.text for entity in ordered))
    return Because(level, rule, why, source, words, tuple(dict.fromkeys(entity.name for entity in ordered)))

"""Read what a record holds of a person, so that it counts where a message says nothing of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from medbot_desktop.domain import FROM_RECORD, RECORDED, Assertion, Context, Entity
from medbot_desktop.resources import load_resource
from medbot_desktop.understanding.rulefiles import RecordFile

_NAMED = ("medicine", "medicine_class", "allergy")
_HELD = (Assertion.PRESENT, Assertion.UNCERTAIN, Assertion.PAST)
_WEEKS_OF_A_YEAR = 365.25 / 7
_SPOKEN_OF_IN_WEEKS = 2.0
"""The age in years below which weeks are counted."""


class Records:
    """What of a record counts.

    Args:
        rules: what ``record.toml`` holds.
    """

    def __init__(self, rules: RecordFile) -> None:
        self._lasting = frozenset(rules.lasting)

    @classmethod
    def load(cls, resources: Path) -> Records:
        """Read ``triage/record.toml``.

        Raises:
            InputError: the file is missing or wrong.
        """
        return cls(load_resource(resources / "triage" / "record.toml", RecordFile))

    def read(self, known: Context, find: Callable[[str], Sequence[Entity]]) -> tuple[Entity, ...]:
        """What is known of a person, as entities without a place in any message.

        Args:
            known: what the record holds.
            find: finds the signs of a sentence.
        """
        return tuple(
            replace(entity, text=f"{words}{FROM_RECORD}", start=RECORDED, end=RECORDED, because="")
            for words, sentence in _sentences(known)
            for entity in find(sentence)
            if self._counts(entity)
        )

    def _counts(self, entity: Entity) -> bool:
        if entity.by_rules not in _HELD:
            return False
        if entity.kind in ("context", "condition"):
            return entity.name in self._lasting
        return entity.kind in _NAMED or entity.name == "age"


def _sentences(known: Context) -> Iterator[tuple[str, str]]:
    """What the record holds, each in its own words and as the person would say it."""
    if known.age is not None:
        in_weeks = known.age < _SPOKEN_OF_IN_WEEKS
        number = int(known.age * _WEEKS_OF_A_YEAR) if in_weeks else int(known.age)
        age = f"{number} {'week' if in_weeks else 'year'}{'' if number == 1 else 's'}"
        yield f"age {age}", f"I am {age} old"
    if known.pregnant:
        yield "pregnant", "I am pregnant"
    yield from ((condition, f"I have {condition}") for condition in known.conditions)
    yield from ((medicine, f"I take {medicine}") for medicine in known.medicines)
    yield from ((allergy, f"I am allergic to {allergy}") for allergy in known.allergies)

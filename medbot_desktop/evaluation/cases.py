"""Say what a labelled case is, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from medbot_desktop.errors import InputError

Case = Mapping[str, Any]
"""A line of a set: its id, its text, its label, its half."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One case, or one thing that a case names, and what became of it.

    Attributes:
        id: the case.
        text: what was read.
        expected: the label that it has.
        found: the label that the rules gave it.
        because: what decided, in words; empty where nothing did.
        confidence: how sure the program was of what it found, in 0..1; None where it does not say.
    """

    id: str
    text: str
    expected: str
    found: str
    because: str = ""
    confidence: float | None = None

    @property
    def is_right(self) -> bool:
        """Whether what was expected was found."""
        return self.expected == self.found


def field(case: Case, name: str, kind: type[Any]) -> Any:
    """A field of a case.

    Raises:
        InputError: it is not there, or of another kind.
    """
    value = case.get(name)
    if not isinstance(value, kind):
        raise InputError(f"The case {case['id']} has no {name}.", hint="The set belongs to another suite, perhaps.")
    return value

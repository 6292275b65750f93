"""Read what clinical rules say of measures: ``age < 3 months``, ``temperature >= 38``."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass

from medbot_desktop.errors import InputError

_FORM = re.compile(r"([a-z_0-9]+) (<=|>=|<|>) (\d+(?:\.\d+)?)(?: (hour|day|week|month|year)s?)?")
COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
"""What each sign of a comparison asks."""
DAYS = {"hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.4, "year": 365.25}
"""The length of each unit of time, in days."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A measure that must lie on one side of a limit.

    Attributes:
        name: of the measure.
        compare: ``<``, ``<=``, ``>`` or ``>=``.
        limit: in the unit of the measure: years for ages, days for durations.
    """

    name: str
    compare: str
    limit: float

    @classmethod
    def read(cls, written: str) -> Comparison:
        """Read one.

        Raises:
            InputError: it is none.
        """
        match = _FORM.fullmatch(written)
        if match is None:
            raise InputError(f"The condition {written!r} of a rule cannot be read.", hint="Correct that entry.")
        name, compare, number, unit = match.groups()
        limit = float(number)
        if unit:
            limit *= DAYS[unit] / (DAYS["year"] if name == "age" else 1.0)
        return cls(name, compare, limit)

    def holds(self, value: float) -> bool:
        """Whether it holds of a value."""
        return COMPARE[self.compare](value, self.limit)

"""Read the conditions of triage rules, over signs and measures, and tell whether they hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from medbot_desktop.comparison import Comparison
from medbot_desktop.domain import Entity
from medbot_desktop.triage.findings import Findings

_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Condition:
    """One entry of a rule, of whose alternatives one must hold.

    Attributes:
        alternatives: signs, and comparisons of measures.
        names: the signs and measures that it asks for.
    """

    alternatives: tuple[str | Comparison, ...]
    names: tuple[str, ...]

    def deciding(self, findings: Findings, complaint: Sequence[str] = ()) -> list[Entity] | None:
        """The entities by which it holds; None where it does not, or is not known.

        Args:
            findings: what is known.
            complaint: the signs of the complaint, whose duration is asked for.
        """
        decided: list[Entity] | None = None
        for alternative in self.alternatives:
            found = _deciding(alternative, findings, complaint)
            if found is not None:
                decided = [*decided, *found] if decided else found
        return decided

    def is_known(self, findings: Findings) -> bool:
        """Whether what it asks for was said, either way."""
        return self.deciding(findings) is not None or all(map(findings.is_known, self.names))


@lru_cache(maxsize=10_000)
def read_condition(written: str) -> Condition:
    """Read ``"fever|high_fever"``, ``"duration >= 3 weeks"`` or ``"infant|age < 1 year"``.

    Raises:
        InputError: it is none of these.
    """
    parts = written.split("|")
    alternatives = tuple(part if _NAME.fullmatch(part) else Comparison.read(part) for part in parts)
    return Condition(alternatives, tuple(one if isinstance(one, str) else one.name for one in alternatives))


def _deciding(alternative: str | Comparison, findings: Findings, complaint: Sequence[str]) -> list[Entity] | None:
    if isinstance(alternative, str):
        return findings.held.get(alternative)
    name = alternative.name
    of_complaint = name == "duration" and complaint
    value = findings.duration_of(complaint) if of_complaint else findings.numbers.get(name)
    if value is None or not alternative.holds(value):
        return None
    lasting = findings.lasting(complaint) if of_complaint else None
    return [lasting] if lasting else findings.measured.get(name, [])


@dataclass(frozen=True, slots=True)
class Conditions:
    """All conditions of one rule.

    Attributes:
        all_of: each must hold.
        any_of: at least ``at_least`` must hold, where there are any.
        none_of: none may hold.
        wanted: the signs and measures of the first two.
    """

    all_of: tuple[Condition, ...]
    any_of: tuple[Condition, ...]
    none_of: tuple[Condition, ...]
    at_least: int
    wanted: frozenset[str]

    @classmethod
    def read(cls, all_of: Iterable[str], any_of: Iterable[str], none_of: Iterable[str], at_least: int) -> Conditions:
        """Read the entries of a rule.

        Raises:
            InputError: one cannot be read.
        """
        every, some, none = (tuple(map(read_condition, entries)) for entries in (all_of, any_of, none_of))
        wanted = frozenset(name for one in (*every, *some) for name in one.names)
        return cls(every, some, none, at_least, wanted)

    def deciding(self, findings: Findings, complaint: Sequence[str] = ()) -> list[Entity] | None:
        """The entities by which the rule holds, or None where it does not; takes what `Condition.deciding` takes."""
        decided: list[Entity] = []
        for condition in self.all_of:
            found = condition.deciding(findings, complaint)
            if found is None:
                return None
            decided += found
        some = [found for condition in self.any_of if (found := condition.deciding(findings, complaint)) is not None]
        if self.any_of and len(some) < self.at_least:
            return None
        if any(condition.deciding(findings, complaint) is not None for condition in self.none_of):
            return None
        return decided + [entity for found in some for entity in found]

    def denials(self, findings: Findings, as_if: Findings, complaint: Sequence[str] = ()) -> list[Entity]:
        """The denials without which the rule would hold; none where it holds, or would not hold even so.

        Args:
            findings: what is known.
            as_if: the same if what is denied were there, see `Findings.with_denied`.
            complaint: the signs of the complaint, whose duration is asked for.
        """
        if self.wanted.isdisjoint(findings.denied):
            return []
        decided = replace(self, none_of=()).deciding(as_if, complaint)
        if decided is None or self.deciding(findings, complaint) is not None:
            return []
        if any(condition.deciding(findings, complaint) is not None for condition in self.none_of):
            return []
        return [entity for entity in decided if entity.name in findings.denied]

    def missing(self, findings: Findings) -> int:
        """How many of its conditions are still to be met before it holds."""
        met = sum(condition.deciding(findings) is not None for condition in self.any_of)
        some = max(0, self.at_least - met) if self.any_of else 0
        return some + sum(condition.deciding(findings) is None for condition in self.all_of)

    def open_names(self, findings: Findings) -> list[str]:
        """What has to be asked for to know whether the rule holds; nothing where it cannot hold any more."""
        if any(condition.deciding(findings) is not None for condition in self.none_of):
            return []
        missing = [condition for condition in self.all_of if condition.deciding(findings) is None]
        if any(condition.is_known(findings) for condition in missing):
            return []
        held = sum(condition.deciding(findings) is not None for condition in self.any_of)
        if self.any_of and held < self.at_least:
            open_ones = [condition for condition in self.any_of if not condition.is_known(findings)]
            if held + len(open_ones) < self.at_least:
                return []
            missing += open_ones
        return list(dict.fromkeys(name for condition in missing for name in condition.names))

"""Sort what a message says into what triage asks for: signs that hold, signs that are denied, and numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from medbot_desktop.domain import CLINICAL_KINDS, GONE, Assertion, Entity
from medbot_desktop.triage.early_warning import news2

_HOLDS = (Assertion.PRESENT, Assertion.UNCERTAIN)
_NEAR = 80
"""How far from a sign, in characters, a duration may stand that tells how long it has lasted."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What is known of one person's complaint.

    Attributes:
        held: the entities that hold now, by name; lasting circumstances (diabetes) also where they are said as past.
        denied: the names of signs that are said not to be there.
        numbers: the measures that are known, by name; see `UNITS` of ``understanding.measures``.
        strange: measures that cannot be, as they were written.
        durations: every duration with the offset of its first character, in days.
        recorded: the measures that the record tells, and not the message, by name.
    """

    held: Mapping[str, list[Entity]]
    denied: frozenset[str]
    numbers: Mapping[str, float]
    strange: tuple[Entity, ...] = ()
    durations: tuple[tuple[int, float], ...] = field(default=())
    recorded: Mapping[str, Entity] = field(default_factory=dict)

    @classmethod
    def of(cls, entities: Sequence[Entity]) -> Findings:
        """Sort the entities of a message."""
        held: dict[str, list[Entity]] = {}
        denied: set[str] = set()
        numbers: dict[str, float] = {}
        strange: list[Entity] = []
        durations: list[tuple[int, float]] = []
        for entity in entities:
            if entity.kind not in CLINICAL_KINDS:
                continue
            if entity.kind == "measure":
                if entity.by_rules in _HOLDS:
                    _add_measure(entity, numbers, strange, durations)
            elif entity.by_rules in _HOLDS or (entity.by_rules is Assertion.PAST and _still_counts(entity)):
                held.setdefault(entity.name, []).append(entity)
            elif entity.by_rules is Assertion.NEGATED:
                denied.add(entity.name)
        if (age := _age_of_patient(held, [entity for entity in entities if entity.name == "age"])) is not None:
            numbers["age"] = age
        if durations:
            numbers["duration"] = max(days for _, days in durations)
        score = news2(numbers, held.keys())
        if score is not None:
            numbers["news2"] = float(score.total)
        recorded = {entity.name: entity for entity in entities if entity.kind == "measure" and entity.is_recorded}
        return cls(held, frozenset(denied - held.keys()), numbers, tuple(strange), tuple(durations), recorded)

    def holds(self, name: str) -> bool:
        """Whether a sign is there."""
        return name in self.held

    def is_reported(self, name: str) -> bool:
        """Whether a sign is there by what is said, and not by the record alone."""
        return any(not entity.is_recorded for entity in self.held.get(name, ()))

    def is_known(self, name: str) -> bool:
        """Whether a sign was said or denied, or a measure given."""
        return name in self.held or name in self.denied or name in self.numbers

    def duration_of(self, names: Iterable[str]) -> float | None:
        """How long a complaint has lasted, in days: the longest duration near one of its signs, else of all."""
        places = [entity.start for name in names for entity in self.held.get(name, ())]
        near = [days for at, days in self.durations if any(abs(at - place) <= _NEAR for place in places)]
        return max(near, default=self.numbers.get("duration"))


def _age_of_patient(held: Mapping[str, list[Entity]], ages: Iterable[Entity]) -> float | None:
    """The age closest to what is reported, where a message gives more than one: "I am 34, my 2 year old is hot"."""
    known = [age for age in ages if age.number is not None and age.by_rules in _HOLDS]
    reported = [sign for signs in held.values() for sign in signs if sign.kind in ("symptom", "event")]
    if len(known) < 2 or not reported:
        return known[0].number if known else None

    def distance(age: Entity) -> int:
        return min(max(sign.start - age.end, age.start - sign.end, 0) for sign in reported)

    return min(known, key=distance).number


def _still_counts(entity: Entity) -> bool:
    """Whether what is past counts: a lasting circumstance, and a sign that was there lately."""
    return entity.kind == "context" or entity.value == GONE


def _add_measure(
    entity: Entity, numbers: dict[str, float], strange: list[Entity], durations: list[tuple[int, float]]
) -> None:
    if entity.number is None:
        strange.append(entity)
    elif entity.name == "duration":
        durations.append((entity.start, entity.number))
    elif entity.name == "age":
        pass  # one of them is the patient's
    elif entity.name in ("oxygen_saturation", "systolic", "peak_flow", "coma_scale"):
        numbers[entity.name] = min(numbers.get(entity.name, entity.number), entity.number)
    else:
        numbers[entity.name] = max(numbers.get(entity.name, entity.number), entity.number)

"""Sort what a message says into what triage asks for: signs that hold, signs that are denied, and numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from medbot_desktop.domain import CLINICAL_KINDS, GONE, Assertion, Entity
from medbot_desktop.triage.early_warning import news2

_HOLDS = (Assertion.PRESENT, Assertion.UNCERTAIN)
_LOW_IS_WORSE = ("oxygen_saturation", "systolic", "peak_flow", "coma_scale")
_NEAR = 80
"""How far from a sign, in characters, a duration may stand that tells how long it has lasted."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What is known of one person's complaint.

    Attributes:
        held: the entities that hold now, by name; lasting circumstances (diabetes) also where they are said as past.
        denied: the entities of signs that are said not to be there and hold nowhere, by name.
        numbers: the measures that are known, by name; see `UNITS` of ``understanding.measures``.
        strange: measures that cannot be, as they were written.
        durations: every duration, in days.
        measured: the entities that give each number, by its name: of two readings the one that counts.
    """

    held: Mapping[str, list[Entity]]
    denied: Mapping[str, list[Entity]]
    numbers: Mapping[str, float]
    strange: tuple[Entity, ...] = ()
    durations: tuple[Entity, ...] = ()
    measured: Mapping[str, list[Entity]] = field(default_factory=dict)

    @classmethod
    def of(cls, entities: Sequence[Entity]) -> Findings:
        """Sort the entities of a message."""
        held: dict[str, list[Entity]] = {}
        denied: dict[str, list[Entity]] = {}
        measured: dict[str, Entity] = {}
        strange: list[Entity] = []
        durations: list[Entity] = []
        for entity in entities:
            if entity.kind not in CLINICAL_KINDS:
                continue
            if entity.kind == "measure":
                if entity.by_rules in _HOLDS:
                    _add_measure(entity, measured, strange, durations)
            elif entity.by_rules in _HOLDS or (entity.by_rules is Assertion.PAST and _still_counts(entity)):
                held.setdefault(entity.name, []).append(entity)
            elif entity.by_rules is Assertion.NEGATED:
                denied.setdefault(entity.name, []).append(entity)
        if (age := _age_of_patient(held, [entity for entity in entities if entity.name == "age"])) is not None:
            measured["age"] = age
        if durations:
            measured["duration"] = max(durations, key=_number)
        numbers = {name: _number(entity) for name, entity in measured.items()}
        told = {name: [entity] for name, entity in measured.items()}
        gone = {name: found for name, found in denied.items() if name not in held}
        known = cls(held, gone, numbers, tuple(strange), tuple(durations), told)
        score = news2(numbers, held.keys())
        if score is None:
            return known
        numbers["news2"] = float(score.total)
        return replace(known, measured={**told, "news2": known.named(score.weighing)})

    def named(self, names: Iterable[str]) -> list[Entity]:
        """What gives each of these measures, or holds of these signs: one entity of each."""
        return [found[0] for name in names if (found := self.measured.get(name) or self.held.get(name))]

    def with_denied(self) -> Findings:
        """The same if what is denied were there."""
        return replace(self, held={**self.denied, **self.held}, denied={})

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
        found = self.lasting(names)
        return _number(found) if found else None

    def lasting(self, names: Iterable[str]) -> Entity | None:
        """What tells how long a complaint has lasted, as for `duration_of`."""
        places = [entity.start for name in names for entity in self.held.get(name, ())]
        near = [one for one in self.durations if any(abs(one.start - place) <= _NEAR for place in places)]
        return max(near or self.durations, key=_number, default=None)


def _number(entity: Entity) -> float:
    return entity.number or 0.0


def _age_of_patient(held: Mapping[str, list[Entity]], ages: Iterable[Entity]) -> Entity | None:
    """The age closest to what is reported, where a message gives more than one: "I am 34, my 2 year old is hot"."""
    known = [age for age in ages if age.number is not None and age.by_rules in _HOLDS]
    reported = [sign for signs in held.values() for sign in signs if sign.kind in ("symptom", "event")]
    if len(known) < 2 or not reported:
        return known[0] if known else None

    def distance(age: Entity) -> int:
        return min(max(sign.start - age.end, age.start - sign.end, 0) for sign in reported)

    return min(known, key=distance)


def _still_counts(entity: Entity) -> bool:
    """Whether what is past counts: a lasting circumstance, and a sign that was there lately."""
    return entity.kind == "context" or entity.value == GONE


def _add_measure(entity: Entity, measured: dict[str, Entity], strange: list[Entity], durations: list[Entity]) -> None:
    if entity.number is None:
        strange.append(entity)
    elif entity.name == "duration":
        durations.append(entity)
    elif entity.name == "age":
        pass  # one of them is the patient's
    else:
        weightier = min if entity.name in _LOW_IS_WORSE else max
        measured[entity.name] = weightier(measured.get(entity.name, entity), entity, key=_number)

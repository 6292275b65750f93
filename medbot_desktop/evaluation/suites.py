"""Run the program's rules on labelled cases: each suite says what it expects of a case, and what it found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from medbot_desktop.domain import Assertion, Disposition, Triage
from medbot_desktop.errors import InputError
from medbot_desktop.evaluation.scores import Confusion
from medbot_desktop.triage.watch import Watch
from medbot_desktop.understanding.reader import Reader

Case = Mapping[str, Any]
"""A line of a set: its id, its text, its label, its half."""

EMERGENCY, OTHER = "emergency", "other"
NOT_FOUND = "not found"
INTENTS = (
    "crisis", "speak_to_person", "symptom_report", "interaction_check", "medicine_question", "health_question",
    "appointment_book", "appointment_change", "appointment_cancel", "appointment_ask", "coverage_question",
    "billing_question", "authorisation_question", "feedback", "greeting", "thanks", "small_talk", "out_of_scope",
)  # fmt: skip
"""What a message may want, as the set of intents is labelled."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One case and what became of it.

    Attributes:
        id: the case.
        text: what was read.
        expected: the label that it has.
        found: the label that the rules gave it.
        because: what decided, in words; empty where nothing did.
    """

    id: str
    text: str
    expected: str
    found: str
    because: str = ""

    @property
    def is_right(self) -> bool:
        """Whether what was expected was found."""
        return self.expected == self.found


@dataclass(frozen=True, slots=True)
class Suite:
    """A way to judge cases.

    Attributes:
        name: as `medbot eval` takes it.
        labels: what may be expected, the weightiest first.
        cases: the file of the set among those of the repository.
        judge: judges one case.
    """

    name: str
    labels: tuple[str, ...]
    cases: str
    judge: Callable[[Case], Judged]


@dataclass(frozen=True, slots=True)
class Result:
    """What a suite found.

    Attributes:
        suite: its name.
        judged: every case.
        confusion: how often which label was found for which.
    """

    suite: str
    judged: tuple[Judged, ...]
    confusion: Confusion

    @property
    def wrong(self) -> list[Judged]:
        """The cases that went wrong, those with the weightiest label first."""
        labels = self.confusion.labels
        return sorted((case for case in self.judged if not case.is_right), key=lambda case: labels.index(case.expected))


def suites(reader: Reader, watch: Watch) -> dict[str, Suite]:
    """The suites, by name.

    Args:
        reader: reads the messages.
        watch: looks for red flags in them.
    """

    def red_flag(case: Case) -> Judged:
        triage = watch.watch(reader.read(case["text"]))
        expected = EMERGENCY if _field(case, "emergency", bool) else OTHER
        because = ", ".join(flag.name for flag in triage.red_flags) if triage else ""
        return Judged(str(case["id"]), case["text"], expected, EMERGENCY if triage else OTHER, because)

    def triage(case: Case) -> Judged:
        found = watch.watch(reader.read(case["text"])) or Triage()
        because = ", ".join(flag.name for flag in found.red_flags)
        return Judged(str(case["id"]), case["text"], _field(case, "level", str), found.disposition.value, because)

    def intent(case: Case) -> Judged:
        name = reader.read(case["text"]).intent.name
        return Judged(
            str(case["id"]), case["text"], _field(case, "intent", str), name if name in INTENTS else NOT_FOUND, name
        )

    def assertion(case: Case) -> Judged:
        start, end = _field(case, "start", int), _field(case, "end", int)
        entities = reader.read(case["text"]).entities
        inside = [entity for entity in entities if entity.start < end and start < entity.end]
        nearest = max(inside, key=lambda entity: min(end, entity.end) - max(start, entity.start), default=None)
        return Judged(
            str(case["id"]),
            case["text"],
            _field(case, "assertion", str),
            nearest.assertion.value if nearest else NOT_FOUND,
            f"{case['text'][start:end]!r} read as {nearest.name}" if nearest else "",
        )

    levels = tuple(level.value for level in Disposition)
    known = (
        Suite("redflags", (EMERGENCY, OTHER), "red_flags.jsonl", red_flag),
        Suite("triage", levels, "triage.jsonl", triage),
        Suite("assertions", (*(label.value for label in Assertion), NOT_FOUND), "assertions.jsonl", assertion),
        Suite("intents", (*INTENTS, NOT_FOUND), "intents.jsonl", intent),
    )
    return {suite.name: suite for suite in known}


def run(suite: Suite, cases: Iterable[Case]) -> Result:
    """Judge all cases.

    Raises:
        InputError: a case lacks what the suite needs, or has a label that it does not know.
    """
    judged = tuple(map(suite.judge, cases))
    strange = next((case for case in judged if case.expected not in suite.labels), None)
    if strange is not None:
        raise InputError(
            f"The case {strange.id} expects {strange.expected!r}, which is no label of {suite.name}.",
            hint=f"Use one of: {', '.join(suite.labels)}.",
        )
    pairs = ((case.expected, case.found) for case in judged)
    return Result(suite.name, judged, Confusion.of(suite.labels, pairs))


def _field(case: Case, name: str, kind: type[Any]) -> Any:
    value = case.get(name)
    if not isinstance(value, kind):
        raise InputError(f"The case {case['id']} has no {name}.", hint="The set belongs to another suite, perhaps.")
    return value

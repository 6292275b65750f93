"""Run the program's rules on labelled cases: each suite says what it expects of a case, and what it found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from medbot_desktop.domain import Assertion, Disposition, Entity
from medbot_desktop.errors import InputError
from medbot_desktop.evaluation.cases import Case, Judged, field
from medbot_desktop.evaluation.entities import LABELS as ENTITY_LABELS
from medbot_desktop.evaluation.entities import NOTHING, judge_entities
from medbot_desktop.evaluation.medicines import LABELS as SEVERITIES
from medbot_desktop.evaluation.medicines import judge_medicines
from medbot_desktop.evaluation.mentions import LABELS as MENTION_LABELS
from medbot_desktop.evaluation.mentions import judge_mentions
from medbot_desktop.evaluation.scores import Calibration, Confusion, Share
from medbot_desktop.evaluation.support import LABELS as SUPPORT_LABELS
from medbot_desktop.evaluation.support import judge_support, support_shares
from medbot_desktop.medicines.formulary import Formulary
from medbot_desktop.triage.judging import Judge
from medbot_desktop.triage.watch import Watch
from medbot_desktop.understanding.mentions.finding import KINDS as MENTIONS
from medbot_desktop.understanding.reader import Reader

EMERGENCY, OTHER = "emergency", "other"
NOT_FOUND = "not found"
INTENTS = (
    "crisis", "speak_to_person", "symptom_report", "interaction_check", "medicine_question", "health_question",
    "appointment_book", "appointment_change", "appointment_cancel", "appointment_ask", "coverage_question",
    "billing_question", "authorisation_question", "feedback", "greeting", "thanks", "small_talk", "out_of_scope",
)  # fmt: skip
"""What a message may want, as the set of intents is labelled."""

_NO_SIGNS = ("measure", *MENTIONS)
# Symptom checkers are compared on three levels (Semigran 2015): a doctor today and one this week are the middle one.
_THREE_LEVELS = {level.value: "doctor" for level in (Disposition.URGENT, Disposition.ROUTINE)}


def _no_shares(_: Confusion) -> dict[str, Share]:
    return {}


@dataclass(frozen=True, slots=True)
class Suite:
    """A way to judge cases.

    Attributes:
        name: as `medbot eval` takes it.
        labels: what may be expected, the weightiest first.
        cases: the file of the set among those of the repository.
        judge: judges one case: one item for each thing in it that has a label.
        nothing: the label of what is none; empty where all that is judged is something.
        shares: what else is told, by name, from what was found for what.
    """

    name: str
    labels: tuple[str, ...]
    cases: str
    judge: Callable[[Case], Sequence[Judged]]
    nothing: str = ""
    shares: Callable[[Confusion], Mapping[str, Share]] = _no_shares


@dataclass(frozen=True, slots=True)
class Result:
    """What a suite found.

    Attributes:
        suite: its name.
        judged: every case, or everything that the cases name.
        confusion: how often which label was found for which.
        shares: what else the suite tells, by name.
    """

    suite: str
    judged: tuple[Judged, ...]
    confusion: Confusion
    shares: Mapping[str, Share]

    @property
    def wrong(self) -> list[Judged]:
        """The cases that went wrong, those with the weightiest label first."""
        labels = self.confusion.labels
        return sorted((case for case in self.judged if not case.is_right), key=lambda case: labels.index(case.expected))

    @property
    def calibration(self) -> Calibration | None:
        """How well the stated confidences agree with what was right; None where none were stated."""
        stated = ((case.confidence, case.is_right) for case in self.judged if case.confidence is not None)
        return Calibration.of(stated)


def suites(reader: Reader, watch: Watch, judge: Judge, formulary: Formulary) -> dict[str, Suite]:
    """The suites, by name.

    Args:
        reader: reads the messages.
        watch: looks for red flags in them.
        judge: judges how urgent they are.
        formulary: knows what medicines mean together.
    """
    levels = tuple(level.value for level in Disposition)
    assertions = (*(label.value for label in Assertion), NOT_FOUND)
    known = (
        Suite(
            "redflags",
            (EMERGENCY, OTHER),
            "red_flags.jsonl",
            partial(_red_flag, reader, watch),
            shares=lambda confusion: {"non_emergencies_called_emergency": confusion.found_in_vain(EMERGENCY)},
        ),
        Suite("triage", levels, "triage.jsonl", partial(_triage, reader, judge), shares=_triage_shares),
        Suite(
            "assertions",
            assertions,
            "assertions.jsonl",
            partial(_assertion, reader),
            shares=lambda confusion: {"right_of_those_found": confusion.right_unless(NOT_FOUND)},
        ),
        Suite("intents", (*INTENTS, NOT_FOUND), "intents.jsonl", partial(_intent, reader)),
        Suite("entities", ENTITY_LABELS, "entities.jsonl", partial(judge_entities, reader), nothing=NOTHING),
        Suite("mentions", MENTION_LABELS, "mentions.jsonl", partial(judge_mentions, reader), nothing=NOTHING),
        Suite(
            "medicines",
            SEVERITIES,
            "medicines.jsonl",
            lambda case: [judge_medicines(reader, formulary, case)],
            shares=lambda confusion: {"rated_too_low": confusion.too_low, "rated_too_high": confusion.too_high},
        ),
        Suite("support", SUPPORT_LABELS, "support.jsonl", judge_support, shares=support_shares),
    )
    return {suite.name: suite for suite in known}


def run(suite: Suite, cases: Iterable[Case]) -> Result:
    """Judge all cases.

    Raises:
        InputError: a case lacks what the suite needs, or has a label that it does not know.
    """
    judged = tuple(one for case in cases for one in suite.judge(case))
    strange = next((case for case in judged if case.expected not in suite.labels), None)
    if strange is not None:
        raise InputError(
            f"The case {strange.id} expects {strange.expected!r}, which is no label of {suite.name}.",
            hint=f"Use one of: {', '.join(suite.labels)}.",
        )
    pairs = ((case.expected, case.found) for case in judged)
    confusion = Confusion.of(suite.labels, pairs, suite.nothing)
    return Result(suite.name, judged, confusion, suite.shares(confusion))


def _red_flag(reader: Reader, watch: Watch, case: Case) -> list[Judged]:
    triage = watch.watch(reader.read(case["text"]))
    expected = EMERGENCY if field(case, "emergency", bool) else OTHER
    because = ", ".join(flag.name for flag in triage.red_flags) if triage else ""
    return [Judged(str(case["id"]), case["text"], expected, EMERGENCY if triage else OTHER, because)]


def _triage(reader: Reader, judge: Judge, case: Case) -> list[Judged]:
    found = judge.judge(reader.read(case["text"]))
    because = "; ".join(f"{one.rule} {list(one.words)}" for one in found.because[:3])
    return [Judged(str(case["id"]), case["text"], field(case, "level", str), found.disposition.value, because)]


def _triage_shares(confusion: Confusion) -> dict[str, Share]:
    """How often a message was called less or more urgent than it is, among all levels and three, or an emergency."""
    three = confusion.merged(_THREE_LEVELS)
    return {
        "three_level_accuracy": three.accuracy,
        "three_level_under_triage": three.too_low,
        "three_level_over_triage": three.too_high,
        "under_triage": confusion.too_low,
        "over_triage": confusion.too_high,
        "non_emergencies_called_emergency": confusion.found_in_vain(EMERGENCY),
    }


def _intent(reader: Reader, case: Case) -> list[Judged]:
    intent = reader.read(case["text"]).intent
    found = intent.name if intent.name in INTENTS else NOT_FOUND
    expected = field(case, "intent", str)
    return [Judged(str(case["id"]), case["text"], expected, found, intent.name, intent.confidence)]


def sign_at(entities: Iterable[Entity], start: int, end: int) -> Entity | None:
    """The sign that the words from ``start`` to ``end`` were read as; None where they were read as none.

    Of two that hold the words, the one of these words alone is meant: "headache" and not "thunderclap headache".
    """
    inside = [one for one in entities if one.kind not in _NO_SIGNS and one.start < end and start < one.end]
    return max(
        inside,
        key=lambda entity: (min(end, entity.end) - max(start, entity.start), entity.start - entity.end),
        default=None,
    )


def _assertion(reader: Reader, case: Case) -> list[Judged]:
    start, end = field(case, "start", int), field(case, "end", int)
    nearest = sign_at(reader.read(case["text"]).entities, start, end)
    found = nearest.assertion.value if nearest else NOT_FOUND
    because = f"{case['text'][start:end]!r} read as {nearest.name}{decided_by(nearest)}" if nearest else ""
    return [Judged(str(case["id"]), case["text"], field(case, "assertion", str), found, because)]


def decided_by(sign: Entity) -> str:
    """By which words it was said to hold or not, to stand behind its name; nothing where none says otherwise."""
    if sign.because:
        return f", {sign.assertion.value} by {sign.because!r}"
    if sign.ruled is not None:
        return f", {sign.assertion.value} by all the words around it together; by the rules, {sign.ruled.value}"
    return ""

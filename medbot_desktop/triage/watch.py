"""Find what must stop everything else: red flags of an emergency, in every message, by rules that can be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from medbot_desktop.domain import Disposition, Entity, RedFlag, Triage, Utterance
from medbot_desktop.errors import InputError
from medbot_desktop.resources import load_resource, read_once, state_of
from medbot_desktop.triage.conditions import Conditions
from medbot_desktop.triage.findings import Findings
from medbot_desktop.triage.left_out import LeftOutFile
from medbot_desktop.triage.recorded import with_record


class FlagRule(BaseModel):
    """One rule of ``red_flags.toml``, over the names of signs and circumstances.

    Attributes:
        name: stable identifier.
        group: the kind of emergency.
        all_of: every one must hold; an entry may offer alternatives, ``"sweating|vomiting"``.
        any_of: at least ``at_least`` of them must hold, where there are any.
        none_of: none may hold.
        why: one plain sentence that a patient can read.
        source: the guideline and its year.
        action: which entry of ``[actions]`` says what to do.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    group: str
    all_of: list[str] = []
    any_of: list[str] = []
    at_least: int = Field(default=1, ge=1)
    none_of: list[str] = []
    why: str = Field(min_length=15)
    source: str = Field(pattern=r"\d{4}")
    action: str

    @cached_property
    def conditions(self) -> Conditions:
        """Its conditions, read."""
        return Conditions.read(self.all_of, self.any_of, self.none_of, self.at_least)


class FlagFile(BaseModel):
    """``red_flags.toml``: what to do, by name, and the rules in order of weight."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    actions: dict[str, list[str]]
    rule: list[FlagRule]


class Watch:
    """Looks for red flags in what was read.

    Args:
        rules: what ``red_flags.toml`` holds.
        left_out: the steps that are not for everybody.
    """

    def __init__(self, rules: FlagFile, left_out: LeftOutFile) -> None:
        self._rules = rules
        self._left_out = left_out

    @classmethod
    def load(cls, resources: Path) -> Watch:
        """Read ``triage/red_flags.toml`` and ``triage/left_out.toml``.

        Raises:
            InputError: a file is missing, or does not fit its schema.
        """
        file, left_out = resources / "triage" / "red_flags.toml", resources / "triage" / "left_out.toml"
        return _watch(file, left_out, state_of([file, left_out]))

    @property
    def rules(self) -> tuple[FlagRule, ...]:
        """The rules in order of weight."""
        return tuple(self._rules.rule)

    def watch(self, utterance: Utterance) -> Triage | None:
        """Return the red flags that the person asserts now, for themselves or for someone with them.

        A sign that is denied, long past, hypothetical or asked about in general raises nothing; one that is only
        thought likely does. The sentences of ``do_now`` still hold ``{emergency_number}`` and ``{crisis_line}``
        for the caller to fill in.

        Returns:
            The emergency with its flags, the weightiest first, or None where there is none.
        """
        said = Findings.of(utterance.entities)
        record = _Record.of(utterance)
        known = record.with_said if record else said
        flags = [
            self._flag(rule, deciding, known)
            for rule in self._rules.rule
            if (deciding := _deciding(rule, said, record)) is not None
        ]
        if not flags:
            return None
        return Triage(Disposition.EMERGENCY, tuple(flags), tuple(dict.fromkeys(flag.why for flag in flags)))

    def fitting(self, steps: Sequence[str], findings: Findings) -> tuple[str, ...]:
        """The steps that are for the person of whom this is known, without those that could harm."""
        return self._left_out.fitting(steps, findings)

    def _flag(self, rule: FlagRule, deciding: list[Entity], known: Findings) -> RedFlag:
        ordered = sorted(deciding, key=lambda entity: entity.start)
        words = tuple(dict.fromkeys(entity.text for entity in ordered))
        names = tuple(dict.fromkeys(entity.name for entity in ordered))
        steps = self.fitting(self._rules.actions[rule.action], known)
        return RedFlag(rule.name, rule.why, rule.source, steps, words, names)


@dataclass(frozen=True, slots=True)
class _Record:
    """What a record tells, alone and with what is said."""

    alone: Findings
    with_said: Findings

    @classmethod
    def of(cls, utterance: Utterance) -> _Record | None:
        """None where nothing is recorded."""
        if not utterance.known:
            return None
        together = with_record(utterance.entities, utterance.known)
        return cls(Findings.of([entity for entity in together if entity.is_recorded]), Findings.of(together))


def _deciding(rule: FlagRule, said: Findings, record: _Record | None) -> list[Entity] | None:
    """By what a rule holds; the record may add to what is said, and neither raises an alarm alone nor stills one."""
    found = rule.conditions.deciding(said)
    if found is not None or record is None:
        return found
    found = rule.conditions.deciding(record.with_said)
    return found if found is None or rule.conditions.deciding(record.alone) is None else None


@read_once
def _watch(file: Path, left_out: Path, _state: object) -> Watch:
    rules = load_resource(file, FlagFile)
    unknown = {rule.action for rule in rules.rule} - rules.actions.keys()
    if unknown:
        raise InputError(f"The rule file {file.name} names actions that it lacks: {', '.join(sorted(unknown))}.")
    return Watch(rules, load_resource(left_out, LeftOutFile))

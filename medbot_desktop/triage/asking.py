"""Choose the question to ask next: of those that fit the patient, the one whose answer may raise the level most."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from pydantic import BaseModel, ConfigDict

from medbot_desktop.comparison import Comparison
from medbot_desktop.domain import Disposition, Entity
from medbot_desktop.text import stem
from medbot_desktop.triage.answers import TOLD
from medbot_desktop.triage.conditions import Conditions
from medbot_desktop.triage.findings import Findings
from medbot_desktop.triage.protocols import Asked, Protocol
from medbot_desktop.triage.watch import FlagRule

_ORDER = tuple(Disposition)
_OLDEST = 120.0
# Signs that tell an age where no number does: the years below which it lies.
_YOUNG = {"young_infant": 0.25, "newborn_trouble": 0.25, "infant": 2.0, "child": 13.0}

Years = tuple[float, float]
"""The least and the highest age that the patient can have."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AgesEntry(_Strict):
    """Complaints, or signs that are asked for, and the ages that they fit.

    Attributes:
        names: protocols, or signs.
        ages: comparisons of ``age``, each of which must hold.
    """

    names: list[str]
    ages: list[str]

    @cached_property
    def comparisons(self) -> tuple[Comparison, ...]:
        """The ages, read."""
        return tuple(map(Comparison.read, self.ages))

    def fits(self, years: Years) -> bool:
        """Whether the patient may be of these ages."""
        return all(one.holds(years[0]) or one.holds(years[1]) for one in self.comparisons)

    def is_for(self, years: Years) -> bool:
        """Whether the patient is of these ages for certain."""
        return all(one.holds(years[0]) and one.holds(years[1]) for one in self.comparisons)


class AgesFile(_Strict):
    """``triage/ages.toml``: whom the questions of a complaint, or for a sign, are for; what is not named fits all."""

    protocol: list[AgesEntry]
    sign: list[AgesEntry]


_ANYBODY = AgesEntry(names=[], ages=[])


@dataclass(frozen=True, slots=True)
class _Open:
    """Something that may still raise the level.

    Attributes:
        level: the place of its level among all, the most urgent first.
        worth: how much an answer tells: more for a higher level, and the less is open.
        names: what has to be asked for.
        conditions: by which it would hold.
        why: what it would mean.
    """

    level: int
    worth: float
    names: frozenset[str]
    conditions: Conditions
    why: str


class Asking:
    """Chooses questions.

    Args:
        flags: the red flags, by name.
        ages: whom questions fit.
    """

    def __init__(self, flags: Mapping[str, FlagRule], ages: AgesFile) -> None:
        self._flags = flags
        self._protocols = {name: entry for entry in ages.protocol for name in entry.names}
        self._signs = {name: entry for entry in ages.sign for name in entry.names}

    def suits(self, protocol: Protocol, findings: Findings) -> bool:
        """Whether a complaint may be one of somebody as old as the patient."""
        return self._protocols.get(protocol.name, _ANYBODY).fits(years_of(findings))

    def choose(
        self,
        applied: Sequence[tuple[Protocol, Disposition]],
        findings: Findings,
        asked: Collection[str],
        answered: Collection[str] = (),
    ) -> Asked | None:
        """The question whose answer may change the level most, with its reason; None where no answer can raise it.

        A complaint of another age than the patient's asks last. What may make an emergency is asked first; then what
        belongs to the complaint that decided, and of these to the one that is made for the patient's age.

        Args:
            applied: the complaints that are there, each with the level that it has.
            findings: what is known.
            asked: the names that were asked for already.
            answered: the names that something wider answers, see `Answered`.
        """
        known = min((_ORDER.index(level) for _, level in applied), default=len(_ORDER))
        years = years_of(findings)
        findings = _without_other_ages(findings, years)
        best: tuple[tuple[float, ...], Protocol, Asked, list[_Open]] | None = None
        for protocol, level in applied:
            made_for = self._protocols.get(protocol.name, _ANYBODY)
            still_open = self._still_open(protocol, findings, known)
            place = (_ORDER.index(level) == known, made_for is not _ANYBODY and made_for.is_for(years))
            for question in protocol.question if still_open else ():
                if self._is_settled(question, findings, asked, years):
                    continue
                if _is_answered(question, protocol.question, answered):
                    continue
                raising = [one for one in still_open if not one.names.isdisjoint(question.asks)]
                if not raising:
                    continue
                level_raised = min(one.level for one in raising)
                rank = (made_for.fits(years), -level_raised, *place, sum(one.worth for one in raising))
                if best is None or rank > best[0]:
                    best = rank, protocol, question, raising
        if best is None:
            return None
        _, protocol, question, raising = best
        return question.model_copy(update={"why": question.why or _reason(question, protocol.title, raising, findings)})

    def _is_settled(self, question: Asked, findings: Findings, asked: Collection[str], years: Years) -> bool:
        """Whether a question was asked, is answered already, or does not fit the patient."""
        return any(
            name in asked or _is_known(name, findings) or (name in self._signs and not self._signs[name].fits(years))
            for name in question.asks
        )

    def _still_open(self, protocol: Protocol, findings: Findings, known: int) -> list[_Open]:
        """What may still raise the level above the one that is known."""
        found = []
        for discriminator in protocol.discriminator:
            level = _ORDER.index(discriminator.disposition)
            rule = self._flags[discriminator.flag] if discriminator.flag else discriminator
            names = rule.conditions.open_names(findings) if level < known else []
            if names:
                worth = 10.0 ** (3 - level) / len(names)
                found.append(_Open(level, worth, frozenset(names), rule.conditions, rule.why))
        return found


def _is_answered(question: Asked, others: Sequence[Asked], answered: Collection[str]) -> bool:
    """Whether all that a question asks is answered by something wider, or another question asks for the rest alone."""
    rest = {name for name in question.asks if name not in answered}
    if len(rest) == len(question.asks):
        return False
    return not rest or any(rest.issuperset(other.asks) for other in others)


def years_of(findings: Findings) -> Years:
    """The ages that the patient can have by what is known."""
    age = findings.numbers.get("age")
    if age is not None:
        return age, age
    return 0.0, min((below for name, below in _YOUNG.items() if findings.holds(name)), default=_OLDEST)


def _without_other_ages(findings: Findings, years: Years) -> Findings:
    """What is known, and that the patient is no baby or no child where the age says so."""
    others = {
        sign: list[Entity]()
        for sign, _, age in TOLD
        if age.name == "age" and not age.holds(years[0]) and not age.holds(years[1])
    }
    return replace(findings, denied={**others, **findings.denied})


def _reason(question: Asked, complaint: str, raising: Sequence[_Open], findings: Findings) -> str:
    """Why a question is asked: what a yes would come nearest to, and of several what speaks of the same things."""
    asked = _stems(f"{question.text} {' '.join(question.asks)} {complaint}".replace("_", " "))

    def distance(one: _Open) -> tuple[float, ...]:
        return one.conditions.missing(findings), -len(asked & _stems(one.why)), one.level, -one.worth

    return min(raising, key=distance).why


def _stems(text: str) -> set[str]:
    return {stem(word) for word in re.findall(r"[a-z]{4,}", text.lower())}


def _is_known(name: str, findings: Findings) -> bool:
    """Whether a sign was said or denied, or is told by a measure: at 36.8 °C there is no fever to ask for."""
    told = any(sign == name and one.name in findings.numbers for sign, _, one in TOLD)
    return told or findings.is_known(name)

"""Know which questions are answered already by something wider: "no blood" those for blood that is coughed up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pydantic import BaseModel, ConfigDict

from medbot_desktop.domain import Assertion, Entity
from medbot_desktop.triage.findings import Findings

_WORD = re.compile(r"[\w'’]+")
_CLAUSE_ENDS = re.compile(r"[,.;:!?\n]|\bbut\b", re.IGNORECASE)
_I_MYSELF = re.compile(r"\bi(?:[’']?ve)?(?: just| have| had| suddenly| nearly)*\s*$", re.IGNORECASE)
_AFTERTHOUGHT = 4
"""How many words a clause has at most that only weighs the one before it: "no rash, not really"."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Denied(_Strict):
    """Signs that are answered where each of the wider ones is denied as a whole."""

    wider: list[str]
    narrower: list[str]


class Told(_Strict):
    """Signs that are answered where one of some others is said."""

    said: list[str]
    answers: list[str]


class Answered(_Strict):
    """``triage/answered.toml``: what answers what; the file's header explains its words."""

    before: frozenset[str]
    narrowing: frozenset[str]
    unsure: frozenset[str]
    denied: list[Denied]
    held: list[Told]
    own: list[Told]

    def names(self, messages: Iterable[tuple[str, Sequence[Entity]]], findings: Findings) -> frozenset[str]:
        """The signs that need not be asked for.

        Args:
            messages: the text of each message, and what it names, with offsets in it.
            findings: what is known by all of them: what holds in one is denied in none.
        """
        found: set[str] = set()
        whole: set[str] = set()
        for text, entities in messages:
            whole |= {one.name for one in entities if one.name in findings.denied and self._is_whole(one, text)}
            for told in self.own:
                if any(one.name in told.said and _is_own(one, text) for one in entities):
                    found.update(told.answers)
        for denied in self.denied:
            if whole.issuperset(denied.wider):
                found.update(denied.narrower)
        for told in self.held:
            if any(map(findings.holds, told.said)):
                found.update(told.answers)
        return frozenset(found)

    def _is_whole(self, entity: Entity, text: str) -> bool:
        """Whether a sign is denied for certain, and not for some place or time only."""
        if entity.assertion is not Assertion.NEGATED or entity.by_rules is not Assertion.NEGATED:
            return False
        before = _words(_CLAUSE_ENDS.split(text[: entity.start])[-1])
        clause, *later = _CLAUSE_ENDS.split(text[entity.end :])
        behind = _words(clause)
        thought = _words(later[0]) if later else []
        about = {*before, *behind, *(thought if len(thought) <= _AFTERTHOUGHT else ())}
        is_bare = not before or before[-1] in self.before
        return is_bare and self.unsure.isdisjoint(about) and self.narrowing.isdisjoint(behind)


def _is_own(entity: Entity, text: str) -> bool:
    """Whether somebody tells of themselves that they have had something."""
    return entity.assertion is Assertion.PRESENT and bool(_I_MYSELF.search(text[: entity.start]))


def _words(text: str) -> list[str]:
    return [re.sub(r"['’]", "", word).lower() for word in _WORD.findall(text)]

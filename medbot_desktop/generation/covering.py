"""Lay a clause of a claim along a clause of a passage and see whether the one says no more than the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from medbot_desktop.generation.clauses import MAIN
from medbot_desktop.generation.omissions import drops
from medbot_desktop.generation.reordering import orders
from medbot_desktop.generation.word_classes import (
    HEDGES,
    LIMITS,
    PARTICLES,
    PEOPLE,
    PREPOSITIONS,
    STAND_INS,
    Tokens,
    is_amount,
)
from medbot_desktop.generation.wording import PRONOUN, Token, canonical

Named = frozenset[tuple[str, ...]]
"""Runs of words that the passage names nearby."""

TAKING = canonical("take use eat drink have")
_ADDED_BEHIND = canonical("in for during after on")
_UNNAMED = PREPOSITIONS | PARTICLES
_DEFINITE = frozenset({"the", "this", "these", "your"})
_LONGEST_NAME = 4
_MOST_STRANGE = 0.7
"""Of the words of a clause of the claim: those that the clause of the passage does not have."""
_LONGEST_CLAUSE = 80
"""Tokens; in longer ones, which nobody reads as one clause, the ways through are too many to try."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What may stand in for a pronoun or be left out of a clause.

    Attributes:
        named: what the passage names nearby.
        topic: what the passage is about.
        said: what the claim says elsewhere.
        mark: the mark of the clause.
        keeps_start: whether the start of the passage's clause may not be left out.
    """

    named: Named
    topic: Named
    said: Named
    mark: str = MAIN
    keeps_start: bool = False


@lru_cache(maxsize=2_048)
def covers(claim: Tokens, clause: Tokens, setting: Setting) -> bool:
    """Whether the clause of a passage says all that the claim says, under the same limits.

    Args:
        claim: the tokens of a clause of the claim.
        clause: the tokens of a clause of the passage with the same mark.
        setting: what stands around them.
    """
    if max(len(claim), len(clause)) > _LONGEST_CLAUSE:
        return False
    values = {token.value for token in clause}
    strange = sum(token.value not in values for token in claim)
    if strange > _LONGEST_NAME or strange > _MOST_STRANGE * len(claim):
        return False
    return any(_Walk(ordered, clause, setting).arrives() for ordered in orders(claim, clause))


class _Step(NamedTuple):
    """How far a walk along a clause has come.

    Attributes:
        said: tokens of the claim that are behind it.
        heard: tokens of the clause that are behind it.
        just: ``gap`` or ``added`` where it has just left something out, or put something in.
        added: whether it has put something in at all.
    """

    said: int
    heard: int
    just: str = ""
    added: bool = False


@dataclass(frozen=True, slots=True)
class _Walk:
    """Lays a claim along a clause from left to right, with nothing left out or put in that may not be."""

    claim: Tokens
    clause: Tokens
    setting: Setting

    def arrives(self) -> bool:
        """Whether there is a way to the end of both."""
        ends = drops(self.clause, self.setting.mark)
        waiting = [_Step(0, 0)]
        seen = set(waiting)
        while waiting:
            step = waiting.pop()
            if step.said == len(self.claim) and step.heard == len(self.clause):
                return True
            fresh = [one for one in self._next(step, ends) if one not in seen]
            waiting += fresh
            seen.update(fresh)
        return False

    def _next(self, step: _Step, ends: tuple[frozenset[int], ...]) -> Iterator[_Step]:
        # What is put in where something else is left out stands for it, and of a list something has to stay.
        if not step.just and (step.said or step.heard or not self.setting.keeps_start):
            for end in ends[step.heard]:
                yield step._replace(heard=end, just="" if self.clause[step.heard].bracket else "gap")
        if step.heard < len(self.clause):
            source = self.clause[step.heard]
            if source.value == PRONOUN and not source.is_negated:
                yield step._replace(heard=step.heard + 1)
        if step.said < len(self.claim):
            yield from self._skipped(step)
            yield from self._put_in(step)
            if step.heard < len(self.clause):
                yield from self._matched(step)
                yield from self._pointed_back(step)
                yield from self._prepositions(step)

    def _skipped(self, step: _Step) -> Iterator[_Step]:
        """A word of the claim that adds nothing: a pronoun, a word that makes it weaker."""
        token = self.claim[step.said]
        if token.is_negated:
            return
        inside = not token.begins_part or not step.said  # a clause may begin behind a comma
        hedges = token.value in HEDGES and inside and not any(one.is_negated for one in self.claim)
        helps = token.written == "help" and step.said > 0 and self.claim[step.said - 1].value == "may"
        if token.value == PRONOUN or hedges or helps:
            yield step._replace(said=step.said + 1)

    def _matched(self, step: _Step) -> Iterator[_Step]:
        """The same word, or a shorter name, or the second thing that one "do not" forbids."""
        said, heard = step.said, step.heard
        token = self.claim[said]
        if _same(self.claim, self.clause, said, heard, step.just == "gap"):
            yield _Step(said + 1, heard + 1, "", step.added)
        if token.is_negated and self.clause[heard].is_negated:
            # "Do not shave or wax" forbids to wax.
            for later in range(heard + 1, len(self.clause)):
                source = self.clause[later]
                if source.joint == "or" and source.value == token.value and not source.is_negated:
                    yield _Step(said + 1, later + 1, "", step.added)
        if not token.before.isdisjoint(_DEFINITE):
            # "The cream" is the "hydrocortisone cream" that the passage is about.
            for end in range(heard + 1, min(heard + 2, len(self.clause) - 1) + 1):
                name = _name(self.clause[heard : end + 1])
                if name in self.setting.topic and _same_word(token, self.clause[end]):
                    yield _Step(said + 1, end + 1, "", step.added)

    def _pointed_back(self, step: _Step) -> Iterator[_Step]:
        """A pronoun on one side and what it stands for on the other."""
        said, heard = step.said, step.heard
        token, source = self.claim[said], self.clause[heard]
        at_pronoun = source.value == PRONOUN and source.is_negated == token.is_negated
        if _points_back(token):
            if at_pronoun:
                yield _Step(said + 1, heard + 1, "", step.added)
            for end in range(heard + 1, min(heard + _LONGEST_NAME, len(self.clause)) + 1):
                name = _name(self.clause[heard:end])
                if name and _UNNAMED.isdisjoint(name) and (name in self.setting.named or name in self.setting.said):
                    yield _Step(said + 1, end, "", step.added)
        for end in range(said + 1, min(said + _LONGEST_NAME + 1, len(self.claim)) + 1) if at_pronoun else ():
            run = self.claim[said:end]
            if (_name(run) or _strength(run)) in self.setting.named:
                yield _Step(end, heard + 1, "", step.added)

    def _put_in(self, step: _Step) -> Iterator[_Step]:
        """What the claim names once more, once in a clause."""
        if step.added or step.just == "gap":
            return
        for end in range(step.said + 1, min(step.said + _LONGEST_NAME + 1, len(self.claim)) + 1):
            if _may_be_added(self.claim, step.said, end, self.setting):
                yield _Step(end, step.heard, "added", True)

    def _prepositions(self, step: _Step) -> Iterator[_Step]:
        """A preposition that only one side has: "lasts (for) 2 days", "pain of (from)", "for A and (for) B"."""
        token, source = self.claim[step.said], self.clause[step.heard]
        behind = self.claim[step.said + 1 : step.said + 2]
        source_behind = self.clause[step.heard + 1 : step.heard + 2]
        if token.value == "for" and behind and is_amount(behind[0]):
            yield step._replace(said=step.said + 1)
        repeated = token.joint and any(token.value == one.value for one in self.claim[: step.said])
        if repeated and token.value in PREPOSITIONS and token.joint == _effective_joint(self.clause, step.heard):
            yield step._replace(said=step.said + 1)
        if source_behind and (
            (source.value == "for" and is_amount(source_behind[0]))
            or (source.value == "from" and "of" in token.before and not source.begins_part)
        ):
            yield step._replace(heard=step.heard + 1)


def _effective_joint(clause: Tokens, heard: int) -> str:
    """The "and" or "or" before a token, for which the comma of a list stands too."""
    source = clause[heard]
    if source.joint or not source.pause:
        return source.joint
    return next((one.joint for one in clause[heard:] if one.joint), "")


def _points_back(token: Token) -> bool:
    """Whether the token is a pronoun, or a noun that stands for what was named: "the medicine"."""
    if token.is_negated:
        return False
    return token.value == PRONOUN or (token.value in STAND_INS and not token.before.isdisjoint(_DEFINITE - {"your"}))


def _may_be_added(claim: Tokens, start: int, end: int, setting: Setting) -> bool:
    """Whether the run only says again what the passage is about: "side effects OF IBUPROFEN", "AFTER SURGERY"."""
    name = _name(claim[start:end])
    if start and claim[start - 1].value in HEDGES:
        return False
    if not name or (start and (claim[start].begins_part or (end < len(claim) and claim[end].begins_part))):
        return False
    if claim[start].joint or (end < len(claim) and claim[end].joint):
        return False
    if not PEOPLE.isdisjoint(name):
        return len(name) == 1 and end < len(claim) and (*name, claim[end].value) in setting.named
    if name[0] in PREPOSITIONS:
        helps = start > 0 and claim[start - 1].written == "help" and name[0] == "with"
        return (helps or name[0] in _ADDED_BEHIND) and name[1:] in setting.topic
    return name in setting.named and _UNNAMED.isdisjoint(name)


def _strength(run: Tokens) -> tuple[str, ...]:
    """The values of a run that names a product with its strength in percent, else empty."""
    values = tuple(token.value for token in run)
    return values if "%" in values and not any(token.is_negated or token.begins_part for token in run) else ()


def _name(run: Tokens) -> tuple[str, ...]:
    """The values of a run that can be a name; empty where it holds more than that."""
    name = tuple(token.value for token in run)
    plain = LIMITS.isdisjoint(name) and PRONOUN not in name
    inner = any(token.begins_part for token in run[1:])
    return name if plain and not inner and not any(token.is_number or token.is_negated for token in run) else ()


def _same(claim: Tokens, clause: Tokens, said: int, heard: int, gapped: bool) -> bool:
    """Whether two tokens say the same, and "and" or "or" before them too."""
    token, source = claim[said], clause[heard]
    if not _same_word(token, source):
        return False
    if token.joint and source.joint and token.joint != source.joint:
        return False
    if said == 0 or heard == 0:
        return token.joint != "or" or heard > 0 or said == 0
    joint = _effective_joint(clause, heard)
    if token.joint:
        added = token.joint == "and" and (source.pause == ";" or (not source.joint and token.value in PREPOSITIONS))
        return token.joint == joint or added
    return gapped or bool(token.pause) or not source.joint


def _same_word(token: Token, source: Token) -> bool:
    if token.value == source.value:
        return token.is_negated == source.is_negated
    avoided, refrained = (token, source) if token.value == "avoid" else (source, token)
    return avoided.value == "avoid" and not avoided.is_negated and refrained.is_negated and refrained.value in TAKING

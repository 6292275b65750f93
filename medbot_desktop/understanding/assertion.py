"""Decide whether a sign holds now: after ConText (Harkema et al. 2009), with its triggers as data.

A trigger ("no", "history of", "what are the signs of") reaches a number of words before or behind it, or a sentence, or
a message. Where danger and none are both possible reading, the sign is left to hold.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from medbot_desktop.domain import Assertion
from medbot_desktop.resources import load_resource
from medbot_desktop.understanding.answers import Answers
from medbot_desktop.understanding.patterns import Match, PatternSet
from medbot_desktop.understanding.reach import (
    NOTHING_SINCE,
    OPENER,
    RESOLVED,
    STOP,
    TERMINATOR,
    Reach,
    Trigger,
    begins_clause,
)
from medbot_desktop.understanding.rulefiles import ContextFile, TriggerEntry
from medbot_desktop.understanding.tokens import Token

# No trigger reaches farther than this, in words; those of a whole sentence or message aside.
_FARTHEST = 25
_WIDE = ("sentence", "message")
_LIFTED = "lifted"
_PRECEDENCE = ("hypothetical", "negated", "other", "past", RESOLVED, "uncertain")
_TOLD = ("negated", "past", RESOLVED)
_BREAKS = frozenset({"but", "however", "although", "though", "because", "whereas"})


class Assertions:
    """The triggers, compiled once.

    Args:
        rules: what ``context.toml`` holds.
    """

    def __init__(self, rules: ContextFile) -> None:
        self._entries = rules.trigger
        patterns = [(str(n), phrase) for n, entry in enumerate(rules.trigger) for phrase in entry.phrases]
        patterns += [(TERMINATOR, phrase) for phrase in rules.terminators]
        patterns += [(OPENER, phrase) for phrase in rules.openers]
        patterns += [(NOTHING_SINCE, phrase) for phrase in rules.nothing_since]
        patterns += [(f"{STOP} {n}", phrase) for n, entry in enumerate(rules.trigger) for phrase in entry.stops_at]
        patterns += [(f"{_LIFTED} {n}", phrase) for n, entry in enumerate(rules.trigger) for phrase in entry.lifted_by]
        self._patterns = PatternSet(patterns, rules.groups)

    @classmethod
    def load(cls, resources: Path) -> Assertions:
        """Read ``triage/context.toml``.

        Raises:
            InputError: the file is missing or wrong.
        """
        return cls(load_resource(resources / "triage" / "context.toml", ContextFile))

    @property
    def words(self) -> set[str]:
        """The words of the triggers."""
        return self._patterns.words

    def read(self, tokens: Sequence[Token]) -> Context:
        """Return the triggers of one message, ready to be asked about its signs."""
        found = self._patterns.find(tokens)
        triggers = [Trigger(self._entries[int(m.key)], m.tokens) for m in found if m.key.isdigit()]
        lifted = {int(match.key.split()[1]) for match in found if match.key.startswith(f"{_LIFTED} ")}
        pseudo = [set(trigger.tokens) for trigger in triggers if trigger.entry.category == "none"]
        real = [
            trigger
            for trigger in triggers
            if trigger.entry.category != "none"
            and not any(trigger.entry is self._entries[n] for n in lifted)
            and not any(covers > set(trigger.tokens) for covers in pseudo)
            and not _is_broken(trigger, tokens)
        ]
        return Context(tokens, real, found, self._entries)


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a sign holds.

    Attributes:
        assertion: that.
        is_over: whether it is said to have gone, rather than to be long past.
        by: the tokens of the trigger that says so; empty where none does.
    """

    assertion: Assertion
    is_over: bool
    by: tuple[int, ...]


class Context:
    """What one message says about the signs in it."""

    def __init__(
        self, tokens: Sequence[Token], triggers: list[Trigger], found: list[Match], entries: list[TriggerEntry]
    ) -> None:
        self._wide = [trigger for trigger in triggers if trigger.entry.direction in _WIDE]
        self._near = sorted(
            (trigger for trigger in triggers if trigger.entry.direction not in _WIDE),
            key=lambda trigger: trigger.tokens,
        )
        self._places = [trigger.tokens[0] for trigger in self._near]
        self._reach = Reach(tokens, found, entries)
        self._answers = Answers(tokens)

    def assertion(self, sign: tuple[int, ...], kind: str) -> Assertion:
        """Whether the sign that took the tokens ``sign`` holds; takes what `decide` takes."""
        return self.decide(sign, kind).assertion

    def decide(self, sign: tuple[int, ...], kind: str) -> Decision:
        """Whether the sign that took the tokens ``sign`` holds, and the words that say so.

        Args:
            sign: indices of the sign's tokens, in order.
            kind: the sign's kind; some triggers speak of some kinds only.
        """
        reaching = [
            trigger
            for trigger in self._within_reach(sign)
            if (trigger.entry.category == "uncertain" or not set(trigger.tokens) <= set(sign))
            and (not trigger.entry.kinds or kind in trigger.entry.kinds)
            and self._reach.covers(trigger, sign)
        ]
        category = self._category(reaching, sign)
        nearest = min(
            (trigger for trigger in reaching if trigger.entry.category == category),
            key=lambda trigger: min(abs(at - sign[0]) for at in trigger.tokens),
            default=None,
        )
        return Decision(
            Assertion.PAST if category == RESOLVED else Assertion(category),
            category == RESOLVED,
            nearest.tokens if nearest else (),
        )

    def _category(self, reaching: Sequence[Trigger], sign: tuple[int, ...]) -> str:
        """The category of triggers that decides on a sign."""
        categories = {trigger.entry.category for trigger in reaching}
        answer = self._answers.answer(sign)
        if answer == "yes":
            categories -= {"negated"}
        elif answer == "no":
            categories.add("negated")
        if not answer and self._answers.asks_in_general(sign):
            categories.add("hypothetical")
        elif _is_told_after(reaching, sign):
            categories.discard("hypothetical")
        if self._answers.is_taken_back(sign):
            categories.add("present")
        if RESOLVED in categories:
            categories -= {"negated"}
        if "present" in categories:
            return "uncertain" if categories & {"uncertain", "negated"} else "present"
        return next((category for category in _PRECEDENCE if category in categories), "present")

    def _within_reach(self, sign: tuple[int, ...]) -> list[Trigger]:
        low = bisect_left(self._places, sign[0] - _FARTHEST)
        high = bisect_right(self._places, sign[-1] + _FARTHEST)
        return self._near[low:high] + self._wide


def _is_told_after(reaching: Sequence[Trigger], sign: tuple[int, ...]) -> bool:
    """Whether what comes behind says what is so: "we looked for a lump, and there was none"."""
    imagined = [trigger for trigger in reaching if trigger.entry.category == "hypothetical"]
    told = any(t.entry.category in _TOLD and t.tokens[0] > sign[-1] for t in reaching)
    return told and all(t.entry.direction == "forward" and t.tokens[-1] < sign[0] for t in imagined)


def _is_broken(trigger: Trigger, tokens: Sequence[Token]) -> bool:
    """Whether a "but", or a clause about somebody, begins in a gap of what a trigger took.

    What is told of somebody else in a sentence goes on behind an "and": "he fell, and his arm hung, they took him".
    """
    taken, is_story = trigger.tokens, trigger.entry.category == "other" and trigger.entry.direction in _WIDE
    gap = [at for at in range(taken[0] + 1, taken[-1]) if at not in taken]
    return any(tokens[at].word in _BREAKS or (begins_clause(tokens, at) and not is_story) for at in gap)

"""Decide whether a sign holds now: after ConText (Harkema et al. 2009), with its triggers as data.

A trigger ("no", "history of", "what are the signs of") reaches a number of words before or behind it, until a word or a
comma ends its scope. Where danger and none are both possible reading, the sign is left to hold.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from medbot_desktop.domain import Assertion
from medbot_desktop.resources import load_resource
from medbot_desktop.understanding.patterns import Match, PatternSet
from medbot_desktop.understanding.rulefiles import ContextFile, TriggerEntry
from medbot_desktop.understanding.tokens import Token

_LIST_REACH = 14
# No trigger reaches farther than this, in words; those of a whole sentence or message aside.
_FARTHEST = 25
_RESOLVED = "resolved"
_PRECEDENCE = ("hypothetical", "negated", "other", "past", _RESOLVED, "uncertain")
_MAY_SHARE = ("uncertain", _RESOLVED)
"""The categories whose triggers may hold words of the sign: "is my toe infected?", "he was a colicky baby"."""
_TOLD = ("negated", "past", _RESOLVED)
_FEW_SENTENCES = 3
"""A trigger of a whole message holds in one of so many sentences; in a longer story it holds in its own sentence."""
_BREAKS = frozenset({"but", "however", "although", "though", "because", "whereas"})
_NOES = frozenset({"no", "none", "nil", "nope", "nah", "negative", "neg", "absent", "denied"})
_EMPHATIC_NOES = (
    "not at",
    "none at",
    "none of",
    "none seen",
    "none noted",
    "none so",
    "none now",
    "none today",
    "no not",
    "no never",
    "no none",
)
_YESES = frozenset({"yes", "yeah", "yep", "yup", "positive", "present"})
# What stands before or in the words that say that a sign has gone, and says that it has not, or that it is waited for.
_NOT_YET = frozenset(
    """not hasnt havent isnt arent wont never doesnt dont didnt wasnt cant cannot couldnt nor hardly barely
    until before if
    unless when will would to make makes made making wish hope hoping want help helps nothing yet""".split()
)
# What may follow "gone" where the sign has gone; "gone numb" is a sign itself.
_AFTER_GONE = frozenset(
    """now and but by since after today in this for with altogether down off overnight too at entirely totally
    within before
    so when once thanks thankfully away completely again as finally too i""".split()
)
_ASKING = frozenset(
    """what whats which who whos how hows why when where is are does do did can could would will should
    any""".split()
)
_BEFORE_A_QUESTION = frozenset(
    """hi hello hey so and also but please ok okay um right doctor doc just well sorry""".split()
)
# A question with one of these is about somebody, or about what is there now.
_PERSONAL = frozenset(
    """i im ive id my me mine he hes she shes him his her our we weve us they theyre them this these that
    those it its
    there theres now today tonight since patient pt here help think say to""".split()
)
_ON_SECOND_THOUGHT = frozenset({"actually", "well", "wait", "sorry", "oh", "hang"})
_DO = frozenset({"do", "does", "did", "am", "is", "are", "have", "has", "yes"})
_SHORTEST_QUESTION = 4
_TERMINATOR, _OPENER = "terminator", "opener"


@dataclass(frozen=True, slots=True)
class _Trigger:
    entry: TriggerEntry
    tokens: tuple[int, ...]


class Assertions:
    """The triggers, compiled once.

    Args:
        rules: what ``context.toml`` holds.
    """

    def __init__(self, rules: ContextFile) -> None:
        self._entries = rules.trigger
        patterns = [(str(n), phrase) for n, entry in enumerate(rules.trigger) for phrase in entry.phrases]
        patterns += [(_TERMINATOR, phrase) for phrase in rules.terminators]
        patterns += [(_OPENER, phrase) for phrase in rules.openers]
        patterns += [(f"stop {n}", phrase) for n, entry in enumerate(rules.trigger) for phrase in entry.stops_at]
        self._patterns = PatternSet(patterns, rules.groups)

    @classmethod
    def load(cls, resources: Path) -> Assertions:
        """Read ``triage/context.toml``.

        Raises:
            InputError: the file is missing or wrong.
        """
        return cls(load_resource(resources / "triage" / "context.toml", ContextFile))

    def read(self, tokens: Sequence[Token]) -> Context:
        """Return the triggers of one message, ready to be asked about its signs."""
        found = self._patterns.find(tokens)
        triggers = [_Trigger(self._entries[int(m.key)], m.tokens) for m in found if m.key.isdigit()]
        pseudo = [set(trigger.tokens) for trigger in triggers if trigger.entry.category == "none"]
        real = [
            trigger
            for trigger in triggers
            if trigger.entry.category != "none"
            and not any(covers > set(trigger.tokens) for covers in pseudo)
            and not _is_broken(trigger.tokens, tokens)
        ]
        return Context(tokens, real, found, self._entries)


class Context:
    """What one message says about the signs in it."""

    def __init__(
        self, tokens: Sequence[Token], triggers: list[_Trigger], found: list[Match], entries: list[TriggerEntry]
    ) -> None:
        self._tokens = tokens
        self._sentences = len({token.sentence for token in tokens})
        self._lists: dict[int, bool] = {}
        self._general: dict[int, int | None] = {}
        wide = ("sentence", "message")
        self._wide = [trigger for trigger in triggers if trigger.entry.direction in wide]
        self._near = sorted(
            (trigger for trigger in triggers if trigger.entry.direction not in wide), key=lambda trigger: trigger.tokens
        )
        self._places = [trigger.tokens[0] for trigger in self._near]
        self._terminators = {match.first for match in found if match.key == _TERMINATOR}
        self._openers = {match.first for match in found if match.key == _OPENER}
        self._stops = {
            id(entries[int(key)]): {match.first for match in found if match.key == f"stop {key}"}
            for key in {match.key.split()[1] for match in found if match.key.startswith("stop ")}
        }

    def assertion(self, sign: tuple[int, ...], kind: str) -> Assertion:
        """Whether the sign that took the tokens ``sign`` holds; takes what `category` takes."""
        category = self.category(sign, kind)
        return Assertion.PAST if category == _RESOLVED else Assertion(category)

    def is_over(self, sign: tuple[int, ...], kind: str) -> bool:
        """Whether the sign is said to have gone, rather than to be long past; takes what `category` takes."""
        return self.category(sign, kind) == _RESOLVED

    def category(self, sign: tuple[int, ...], kind: str) -> str:
        """The category of triggers that decides on the sign that took the tokens ``sign``.

        Args:
            sign: indices of the sign's tokens, in order.
            kind: the sign's kind; some triggers speak of some kinds only.
        """
        reaching = [
            trigger
            for trigger in self._within_reach(sign)
            if (trigger.entry.category == "uncertain" or not set(trigger.tokens) <= set(sign))
            and (not trigger.entry.kinds or kind in trigger.entry.kinds)
            and self._reaches(trigger, sign)
        ]
        categories = {trigger.entry.category for trigger in reaching}
        answer = self._answer(sign)
        if answer == "yes":
            categories -= {"negated"}
        elif answer == "no":
            categories.add("negated")
        if not answer and self._asks_in_general(sign):
            categories.add("hypothetical")
        elif self._is_told_after(reaching, sign):
            categories.discard("hypothetical")
        if self._taken_back(sign):
            categories.add("present")
        if _RESOLVED in categories:
            categories -= {"negated"}
        if "present" in categories:
            return "uncertain" if categories & {"uncertain", "negated"} else "present"
        return next((category for category in _PRECEDENCE if category in categories), "present")

    def _answer(self, sign: tuple[int, ...]) -> str:
        """The yes or no behind a sign that stands as a question or in a form, "Rigors: nil"; else empty."""
        after = sign[-1] + 1
        if after >= len(self._tokens) or not (self._tokens[after].pause or self._starts_after(after, sign)):
            return ""
        word = self._tokens[after].word
        if word in _YESES:
            return "yes" if self._item_ends(after) else ""
        is_no = word in _NOES and self._item_ends(after)
        said = " ".join(token.word for token in self._tokens[after : after + 2])
        return "no" if is_no or said in _EMPHATIC_NOES else ""

    def _item_ends(self, at: int) -> bool:
        """Whether a comma, the end of the sentence or the end of the message comes after the token ``at``."""
        return self._ends(at) or self._tokens[at + 1].pause

    def _asks_in_general(self, sign: tuple[int, ...]) -> bool:
        """Whether the sign's sentence is a question that speaks of nobody: "is scarlet fever catching?"."""
        sentence = self._tokens[sign[0]].sentence
        if sentence not in self._general:
            places = [at for at, token in enumerate(self._tokens) if token.sentence == sentence]
            words = [self._tokens[at].word for at in places]
            begin = next((n for n, word in enumerate(words) if word not in _BEFORE_A_QUESTION), 0)
            asks = len(words) - begin >= _SHORTEST_QUESTION and words[begin] in _ASKING
            self._general[sentence] = places[begin] if asks and not _PERSONAL.intersection(words) else None
        asked = self._general[sentence]
        return asked is not None and asked not in sign  # "what's the point in living" is a sign itself

    def _is_told_after(self, reaching: Sequence[_Trigger], sign: tuple[int, ...]) -> bool:
        """Whether what comes behind says what is so: "we looked for a lump, and there was none"."""
        imagined = [trigger for trigger in reaching if trigger.entry.category == "hypothetical"]
        told = any(t.entry.category in _TOLD and t.tokens[0] > sign[-1] for t in reaching)
        return told and all(t.entry.direction == "forward" and t.tokens[-1] < sign[0] for t in imagined)

    def _taken_back(self, sign: tuple[int, ...]) -> bool:
        """Whether the next sentence takes a denial back: "I have no chest pain. Actually I do"."""
        after = next((at for at in range(sign[-1], len(self._tokens)) if self._starts_after(at, sign)), None)
        if after is None or self._tokens[after].word not in _ON_SECOND_THOUGHT:
            return False
        begin = self._tokens[after : after + 5]
        return any(token.word in _DO and token.sentence == begin[0].sentence for token in begin)

    def _starts_after(self, at: int, sign: tuple[int, ...]) -> bool:
        return self._tokens[at].sentence == self._tokens[sign[-1]].sentence + 1

    def _ends(self, at: int) -> bool:
        """Whether the token is a sentence of its own."""
        return at + 1 == len(self._tokens) or self._tokens[at + 1].sentence != self._tokens[at].sentence

    def _within_reach(self, sign: tuple[int, ...]) -> list[_Trigger]:
        low = bisect_left(self._places, sign[0] - _FARTHEST)
        high = bisect_right(self._places, sign[-1] + _FARTHEST)
        return self._near[low:high] + self._wide

    def _reaches(self, trigger: _Trigger, sign: tuple[int, ...]) -> bool:
        direction = trigger.entry.direction
        if direction == "message" and self._sentences <= _FEW_SENTENCES:
            return True
        if self._tokens[trigger.tokens[0]].sentence != self._tokens[sign[0]].sentence:
            return False
        if direction in ("sentence", "message"):
            return True
        if trigger.tokens[0] < sign[0] and sign[-1] < trigger.tokens[-1]:
            return True
        shared = set(trigger.tokens) & set(sign)
        if trigger.entry.category in _MAY_SHARE and shared and len(shared) < len(trigger.tokens):
            return True
        forward = direction != "backward" and self._reaches_forward(trigger, sign)
        return forward or (direction != "forward" and self._reaches_backward(trigger, sign))

    def _reaches_forward(self, trigger: _Trigger, sign: tuple[int, ...]) -> bool:
        last = trigger.tokens[-1]
        later = [at for at in sign if at > last]
        if not later or later[0] - last > trigger.entry.scope:
            return False
        return not any(self._ends_at(at, trigger, sign) for at in range(last + 1, later[0] + 1))

    def _reaches_backward(self, trigger: _Trigger, sign: tuple[int, ...]) -> bool:
        first = trigger.tokens[0]
        earlier = [at for at in sign if at < first]
        if not earlier or first - earlier[-1] > trigger.entry.scope:
            return False
        if trigger.entry.category == _RESOLVED and self._is_not_yet(trigger, earlier[-1]):
            return False
        inside = range(earlier[-1] + 1, first + 1)
        return not any(
            (at in self._terminators and at not in trigger.tokens)
            or (self._tokens[at].pause and not trigger.entry.crosses_commas)
            for at in inside
        )

    def _is_not_yet(self, trigger: _Trigger, sign_ends: int) -> bool:
        """Whether what stands before or in the trigger says that it has not come about: "until it stops"."""
        nearby = range(max(sign_ends + 1, trigger.tokens[0] - 4), trigger.tokens[-1])
        if any(self._tokens[at].word in _NOT_YET for at in nearby if at not in trigger.tokens):
            return True
        last = trigger.tokens[-1]
        if self._item_ends(last):
            return False
        word, after = self._tokens[last].word, self._tokens[last + 1].word
        return after.endswith("ing") or (word == "gone" and after not in _AFTER_GONE)

    def _ends_at(self, at: int, trigger: _Trigger, sign: tuple[int, ...]) -> bool:
        """Whether the scope of a forward trigger ends at the token ``at``."""
        is_have_got = self._tokens[at].word == "got" and at == trigger.tokens[-1] + 1
        if at in self._terminators and at not in sign and not is_have_got:
            return True
        if at in self._stops.get(id(trigger.entry), ()):
            return True
        joined = self._tokens[at - 1].word in ("and", "so", "then", "plus") and at - 1 > trigger.tokens[-1]
        if joined and at in self._openers:
            return True
        if not self._tokens[at].pause or trigger.entry.crosses_commas:
            return False
        if at not in self._lists:
            self._lists[at] = self._list_goes_on(at)
        return at in self._openers or not self._lists[at]

    def _list_goes_on(self, at: int) -> bool:
        """Whether a comma at ``at`` parts items of a list that ends in "or": "no cough, fever or rash"."""
        for later in range(at, min(at + _LIST_REACH, len(self._tokens))):
            token = self._tokens[later]
            if token.sentence != self._tokens[at].sentence or later in self._terminators:
                return False
            if token.pause and later in self._openers:
                return False
            if token.word in ("or", "nor"):
                return True
        return False


def _is_broken(taken: tuple[int, ...], tokens: Sequence[Token]) -> bool:
    """Whether a "but" or the like stands in a gap of what a trigger took."""
    return any(at not in taken and tokens[at].word in _BREAKS for at in range(taken[0] + 1, taken[-1]))

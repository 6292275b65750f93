"""Find the parts of the body that a message names, and on which side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path

from medbot_desktop.domain import Assertion, Entity
from medbot_desktop.resources import load_resource
from medbot_desktop.understanding.mentions.files import BodyPartFile
from medbot_desktop.understanding.patterns import PatternSet
from medbot_desktop.understanding.tokens import Token, pattern_words

BOTH = "both"
_POSSESSIVES = frozenset(("my", "his", "their", "your", "our", "whose"))
_PLACES = frozenset(
    "back front side sides half top bottom inside outside tip base sole ball bridge end edge corner".split()
)
_HAS = re.compile(r"['’`´]s$", re.IGNORECASE)
_FARTHEST_SIDE = 5
_BEHIND = 3


class BodyParts:
    """The words for parts of the body, compiled once.

    Args:
        rules: what ``body_parts.toml`` holds.
    """

    def __init__(self, rules: BodyPartFile) -> None:
        self._names: dict[tuple[str, ...], str] = {}
        self._longest: dict[str, int] = {}
        for name, words in rules.part.items():
            for written in words:
                phrase = tuple(pattern_words(written))
                self._names[phrase] = name
                self._longest[phrase[0]] = max(len(phrase), self._longest.get(phrase[0], 0))
        self._sides = {word: side for side, words in rules.sides.items() for word in words}
        self._between = frozenset(rules.between)
        self._owners = frozenset(rules.owners)
        self._owned = frozenset(rules.owned)
        self._complaints = frozenset(rules.complaints)
        self._sayings = PatternSet([("saying", pattern) for pattern in rules.sayings], {})

    @classmethod
    def load(cls, resources: Path) -> BodyParts:
        """Read ``mentions/body_parts.toml``.

        Raises:
            InputError: the file is missing or wrong.
        """
        return cls(load_resource(resources / "mentions" / "body_parts.toml", BodyPartFile))

    @property
    def names(self) -> frozenset[str]:
        """The parts that are known."""
        return frozenset(self._names.values())

    def find(self, text: str, tokens: Sequence[Token]) -> list[Entity]:
        """Return the parts of the body that a message names, in their order.

        Args:
            text: the message as cleaned.
            tokens: its tokens.

        Returns:
            Entities of kind ``body_part``; the value is ``left``, ``right`` or ``both`` where the side is told.
        """
        places = self._places(tokens)
        if not places:
            return []
        sayings = [set(match.tokens) for match in self._sayings.find(tokens)]
        found: list[Entity] = []
        told = -1  # the last token that tells the side of a part before it
        for first, last in places:
            if first <= told or self._is_figurative(tokens, first, last, sayings):
                continue
            begin, side = self._side_before(tokens, first)
            if first == last and tokens[first].word in _PLACES and _is_of(tokens, last):
                continue
            is_owned = first != last or tokens[first].word not in self._owned
            if not (is_owned or side or self._belongs(tokens, first, last)):
                continue
            if not side:
                side, told = self._side_behind(tokens, last)
            start = tokens[begin].start
            end = start + len(_HAS.sub("", text[start : tokens[last].end]))  # "my leg's swollen"
            name = self._names[tuple(token.word for token in tokens[first : last + 1])]
            found.append(Entity(text[start:end], "body_part", name, start, end, Assertion.PRESENT, side))
        return found

    def _places(self, tokens: Sequence[Token]) -> list[tuple[int, int]]:
        """The first and the last token of each name, the longest where several begin in one place."""
        places = []
        at = 0
        while at < len(tokens):
            size = self._size(tokens, at)
            if size:
                places.append((at, at + size - 1))
            at += size or 1
        return places

    def _size(self, tokens: Sequence[Token], at: int) -> int:
        for size in range(min(self._longest.get(tokens[at].word, 0), len(tokens) - at), 0, -1):
            own = tokens[at : at + size]
            if tuple(token.word for token in own) in self._names and not any(token.pause for token in own[1:]):
                return size
        return 0

    def _is_figurative(self, tokens: Sequence[Token], first: int, last: int, sayings: Sequence[set[int]]) -> bool:
        own = set(range(first, last + 1))
        is_owned = first > 0 and tokens[first - 1].word in _POSSESSIVES
        return any(saying & own and not (is_owned and first - 1 not in saying) for saying in sayings)

    def _belongs(self, tokens: Sequence[Token], first: int, last: int) -> bool:
        """Whether the words around tell that a word which means other things too is a part of the body."""
        before = tokens[max(0, first - 2) : first]
        behind = tokens[last + 1 : last + 2]
        is_owned = any(token.word in self._owners for token in before[-1:]) or (
            len(before) == 2 and before[0].word in self._owners and before[1].word in self._between
        )
        return is_owned or any(token.word in self._complaints and not token.pause for token in behind)

    def _side_before(self, tokens: Sequence[Token], first: int) -> tuple[int, str | None]:
        """The first token of the words that tell the side or the place, and the side."""
        words = list(
            takewhile(
                lambda at: tokens[at].word in self._between | self._sides.keys() and not tokens[at + 1].pause,
                range(first - 1, max(-1, first - 1 - _FARTHEST_SIDE), -1),
            )
        )
        begin = first
        for at in words:
            side = self._sides.get(tokens[at].word)
            between = {tokens[one].word for one in range(at + 1, first)}
            if side and (side == BOTH or "of" in between or not between & (_POSSESSIVES | {"the", "her"})):
                both = at >= 2 and tokens[at - 1].word in ("and", "or") and tokens[at - 2].word in self._sides
                return (at - 2, BOTH) if both else (at, side)
            if tokens[at].word in _PLACES and tokens[at + 1].word == "of":
                begin = at
        return begin, None

    def _side_behind(self, tokens: Sequence[Token], last: int) -> tuple[str | None, int]:
        """The side that is told behind, and the last token that tells it: "knee (left)", "calves on both sides"."""
        behind = range(last + 1, min(len(tokens), last + 1 + _BEHIND))
        for at in behind:
            token = tokens[at]
            if token.sentence != tokens[last].sentence:
                break
            if token.pause and at == last + 1 and token.word in self._sides and len(token.word) > 2:
                is_next_part = (
                    at + 1 < len(tokens) and tokens[at + 1].word in self._longest and not tokens[at + 1].pause
                )
                return (None, -1) if is_next_part else (self._sides[token.word], at)
            if token.pause or token.word in self._longest:
                break
            if token.word == "on":
                where = [one for one in range(at + 1, min(len(tokens), at + 4)) if tokens[one].word in self._sides]
                return (self._sides[tokens[where[0]].word], where[0] + 2) if where else (None, -1)
        return None, -1


def _is_of(tokens: Sequence[Token], last: int) -> bool:
    """Whether a place is that of a part which follows: "both sides of the head"."""
    return last + 1 < len(tokens) and tokens[last + 1].word == "of"

"""Find what is asked about as medicines are, and is none that is known, so that it is never passed over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from rapidfuzz.distance import OSA

from medbot_desktop.domain import UNKNOWN_MEDICINE, Assertion, Entity
from medbot_desktop.resources import load_resource
from medbot_desktop.understanding.rulefiles import AskedMedicinesFile
from medbot_desktop.understanding.tokens import Token, pattern_words

_HELD = frozenset(("medicine", "medicine_class", "substance", "allergy"))
# What is read as one of these is nothing unknown; a sign may span words that it does not speak of.
_READ = _HELD | {"name", "contact", "date"}
_SHORTEST = 4
_LONG = 8
_NEAR = 4
"""How many words may lie between an opening and what it asks: "can X and Y be taken"."""


class UnknownMedicines:
    """Finds them by where they stand: behind "take", in "is ... safe", in a list with a medicine.

    Args:
        rules: what ``asked_medicines.toml`` holds.
        knows: whether a word is one of the language or of the lexicon.
    """

    def __init__(self, rules: AskedMedicinesFile, knows: Callable[[str], bool]) -> None:
        self._rules = rules
        self._knows = knows
        self._names = frozenset(tuple(pattern_words(name)) for name in rules.names)
        self._longest = max(map(len, self._names))
        self._often = sorted(
            word for word in {*rules.often, *rules.takes, *rules.fits, *rules.goes} if len(word) >= _SHORTEST
        )

    @classmethod
    def load(cls, resources: Path, knows: Callable[[str], bool]) -> UnknownMedicines:
        """Read ``mentions/asked_medicines.toml``.

        Raises:
            InputError: the file is missing or wrong.
        """
        return cls(load_resource(resources / "mentions" / "asked_medicines.toml", AskedMedicinesFile), knows)

    def find(self, text: str, tokens: Sequence[Token], entities: Sequence[Entity]) -> list[Entity]:
        """Return what stands in ``text`` where a medicine does, and is none that is known.

        Args:
            text: the message as cleaned.
            tokens: its tokens.
            entities: what was found in it.

        Returns:
            Entities of the kind ``UNKNOWN_MEDICINE``, named by their own words; none where nothing is asked.
        """
        rules = self._rules
        if "?" not in text and not any(token.word in rules.asks | rules.goes | rules.fits for token in tokens):
            return []
        slots = _Slots(tokens, _held(tokens, entities), rules)
        others = [entity for entity in entities if entity.kind in _READ]
        read = [_overlaps(token, others) for token in tokens]
        found = []
        at = 0
        while at < len(tokens):
            end = self._run(tokens, read, at)
            if end > at:
                first, end = _whole(text, tokens, at, end)
                if slots.holds(first, end):
                    slots.held.update(range(first, end))
                    start, stop = tokens[first].start, tokens[end - 1].end
                    name = text[start:stop]
                    found.append(Entity(name, UNKNOWN_MEDICINE, name.lower(), start, stop, Assertion.PRESENT))
            at = max(end, at + 1)
        return found

    def _run(self, tokens: Sequence[Token], read: Sequence[bool], at: int) -> int:
        """Where the name ends that may begin at ``at``; ``at`` itself where none does."""
        for size in range(min(self._longest, len(tokens) - at), 0, -1):
            if tuple(token.word for token in tokens[at : at + size]) in self._names:
                return at + size
        end = at
        while (
            end < len(tokens)
            and not read[end]
            and self._is_unknown(tokens[end])
            and (end == at or not (tokens[end].pause or tokens[end].sentence != tokens[at].sentence))
        ):
            end += 1
        return end

    def _is_unknown(self, token: Token) -> bool:
        word = token.word
        if token.value is not None or len(word) < _SHORTEST or not word.isalpha() or self._knows(word):
            return False
        return not any(OSA.distance(word, one) <= (2 if len(one) >= _LONG else 1) for one in self._often)


class _Slots:
    """The places of one message where a medicine stands.

    Args:
        tokens: the message.
        held: the indices of the tokens that name a medicine, or were found to stand where one does.
        rules: the words around such places.
    """

    def __init__(self, tokens: Sequence[Token], held: set[int], rules: AskedMedicinesFile) -> None:
        self._tokens = tokens
        self.held = held
        self._rules = rules

    def holds(self, at: int, end: int) -> bool:
        """Whether a medicine stands from ``at`` to ``end``, by what stands before and behind."""
        before = self._before(at)
        if before is None:
            return self._opens(end)
        word = self._tokens[before].word
        if word in self._rules.joins and self._is_joined(before):
            return word == "with" or self._ends(end)
        if before in self.held:
            return self._ends(end) if self._tokens[at].pause else self._asks_behind(end, 1)
        return self._is_taken(before) or (word in self._rules.asks and self._is_asked(end))

    def _before(self, at: int) -> int | None:
        """What stands before ``at``, beside words that say nothing; None at the beginning of a sentence."""
        sentence = self._tokens[at].sentence
        while at > 0 and self._tokens[at - 1].sentence == sentence:
            at -= 1
            token = self._tokens[at]
            if at in self.held or not (token.word in self._rules.skipped or token.value is not None):
                return at
        return None

    def _word(self, at: int) -> str:
        return self._tokens[at].word if 0 <= at < len(self._tokens) else ""

    def _is_taken(self, at: int) -> bool:
        """Whether what is taken stands behind ``at``: "take", "can I have", "I am on", "what about"."""
        word, rules = self._word(at), self._rules
        if word == "on":
            return self._word(at - 1) in rules.on_behind
        if word == "about":
            return self._word(at - 1) in ("what", "how")
        if word in rules.takes_if_allowed:
            return any(self._word(place) in rules.may for place in range(max(at - 3, 0), at))
        return word in rules.takes or word == "between"

    def _is_joined(self, at: int) -> bool:
        """Whether the word that joins at ``at`` stands behind a medicine, or behind what is asked of one."""
        before = self._before(at)
        if before is None:
            return False
        word, rules = self._word(before), self._rules
        if before in self.held:
            return True
        return self._word(at) in ("with", "alongside") and (
            word in rules.fits or word in rules.goes or self._is_taken(before)
        )

    def _ends(self, end: int) -> bool:
        """Whether a list of medicines may end, or go on, at ``end``; where somebody does something, it does neither."""
        if (
            end >= len(self._tokens)
            or self._tokens[end].pause
            or self._tokens[end].sentence != self._tokens[end - 1].sentence
        ):
            return True
        word, rules = self._word(end), self._rules
        return (
            end in self.held
            or any(word in words for words in (rules.joins, rules.behind, rules.fits, rules.goes))
            or self._tokens[end].value is not None
        )

    def _opens(self, end: int) -> bool:
        """Whether what begins a sentence is asked about: "X with warfarin?", "X safe?"."""
        joined = self._word(end) in self._rules.joins and end + 1 in self.held
        return joined or end in self.held or self._word(end) in self._rules.fits or self._asks_behind(end, 1)

    def _asks_behind(self, end: int, reach: int) -> bool:
        return any(self._word(place) in self._rules.goes for place in range(end, end + reach))

    def _is_asked(self, end: int) -> bool:
        """Whether it is asked if what ends at ``end`` is safe or goes with others; not if somebody may take others."""
        for place in range(end, min(end + _NEAR * 2, len(self._tokens))):
            if self._tokens[place].sentence != self._tokens[end - 1].sentence:
                return False
            word = self._word(place)
            if word in self._rules.fits:
                takes = (*self._rules.takes, *self._rules.takes_if_allowed)
                is_person = self._word(place + 1) == "to" and self._word(place + 2) in takes and place + 3 in self.held
                return not is_person
            if word in self._rules.goes and place < end + _NEAR:
                return True
        return False


def _held(tokens: Sequence[Token], entities: Sequence[Entity]) -> set[int]:
    medicines = [entity for entity in entities if entity.kind in _HELD]
    return {at for at, token in enumerate(tokens) if _overlaps(token, medicines)}


def _overlaps(token: Token, entities: Sequence[Entity]) -> bool:
    return any(entity.start < token.end and token.start < entity.end for entity in entities)


def _whole(text: str, tokens: Sequence[Token], at: int, end: int) -> tuple[int, int]:
    """From where to where a name goes with what a hyphen joins to it: "co-amilozide"."""
    while at > 0 and text[tokens[at - 1].end : tokens[at].start] == "-":
        at -= 1
    while end < len(tokens) and text[tokens[end - 1].end : tokens[end].start] == "-":
        end += 1
    return at, end

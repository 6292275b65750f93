"""Find the medicines that a message names: by generic name, brand or misspelling, with the dose beside them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from medbot_desktop.domain import Assertion, Entity
from medbot_desktop.understanding.tokens import Token, pattern_words

_UNITS = r"(?:mg|mcg|micrograms?|µg|g|grams?|ml|mls|units?|iu|%|puffs?|tablets?|tabs?|capsules?|pills?)"
_NUMBER = r"(?:\d+(?:[.,]\d+)?|one|two|three|four|half a)"
_DOSE_BEHIND = re.compile(rf"[\s(,]{{0,2}}(?P<dose>{_NUMBER}\s*{_UNITS}(?:\s*/\s*\d*\s*(?:mg|mls?))?)\b", re.IGNORECASE)
_DOSE_BEFORE = re.compile(rf"(?P<dose>{_NUMBER}\s*(?:{_UNITS}|x|×))(?:\s+of)?\s+$", re.IGNORECASE)
_BEFORE = 24
_ALLERGIC_BEFORE = re.compile(
    r"\b(?:allerg(?:ic|y|ies)|intoleran(?:t|ce)|anaphyla\w+|reacted(?: badly)?|reaction|sensitive)\s*(?:to|:|with)\s+"
    r"(?:the\s+|all\s+|both\s+)?(?:[\w-]+(?:\s*,\s*|\s+and\s+|\s+or\s+)){0,3}$",
    re.IGNORECASE,
)
# Brands that are people too: "the night nurse gave me ibuprofen", and yet "I took the Night Nurse".
_PEOPLE_TOO = frozenset({("day", "nurse"), ("night", "nurse")})
_BEFORE_PEOPLE = frozenset(("the", "a", "our", "this", "that", "every", "each", "another", "one", "two"))
_TAKEN = frozenset(
    ("take", "takes", "taking", "took", "taken", "have", "had", "use", "used", "of", "with", "and", "or")
)
_ALLERGY_BEHIND = re.compile(r"\s*(?:-\s*)?(?:allerg(?:y|ic|ies)|intolerance)\b", re.IGNORECASE)


class MedicineNames:
    """Every way to write a medicine.

    Args:
        names: written form to kind (``medicine``, ``medicine_class``, ``substance``) and international name.
    """

    def __init__(self, names: Mapping[str, tuple[str, str]]) -> None:
        self._names: dict[tuple[str, ...], tuple[str, str]] = {}
        self._longest: dict[str, int] = {}
        for written, named in names.items():
            words = tuple(pattern_words(written))
            if words:
                self._names.setdefault(words, named)
                self._longest[words[0]] = max(len(words), self._longest.get(words[0], 0))

    @property
    def words(self) -> set[str]:
        """Every word of the names, against which spelling is put right."""
        return {word for words in self._names for word in words if word.isalpha()}

    def find(self, text: str, tokens: Sequence[Token]) -> list[tuple[Entity, tuple[int, ...]]]:
        """Return the medicines of ``text`` in order, each with the indices of its tokens.

        The value of an entity is the dose as written. What somebody is allergic to is of kind ``allergy``. Whether they
        hold is left open.
        """
        found = []
        at = 0
        while at < len(tokens):
            size = self._size(tokens, at)
            if not size:
                at += 1
                continue
            kind, name = self._names[tuple(token.word for token in tokens[at : at + size])]
            start, end = tokens[at].start, tokens[at + size - 1].end
            if _ALLERGIC_BEFORE.search(text[:start]) or _ALLERGY_BEHIND.match(text, end):
                kind = "allergy"
            entity = Entity(text[start:end], kind, name, start, end, Assertion.PRESENT, _dose(text, start, end))
            found.append((entity, tuple(range(at, at + size))))
            at += size
        return found

    def _size(self, tokens: Sequence[Token], at: int) -> int:
        """How many tokens the longest name that begins here takes; 0 where none does."""
        for size in range(min(self._longest.get(tokens[at].word, 0), len(tokens) - at), 0, -1):
            words = tuple(token.word for token in tokens[at : at + size])
            if words in self._names and not (words in _PEOPLE_TOO and _is_person(tokens, at)):
                return size
        return 0


def _is_person(tokens: Sequence[Token], at: int) -> bool:
    if at == 0 or tokens[at - 1].word not in _BEFORE_PEOPLE:
        return False
    return at == 1 or tokens[at - 2].word not in _TAKEN


def _dose(text: str, start: int, end: int) -> str | None:
    behind = _DOSE_BEHIND.match(text, end)
    if behind:
        return behind["dose"]
    before = _DOSE_BEFORE.search(text[max(0, start - _BEFORE) : start])
    return before["dose"] if before else None

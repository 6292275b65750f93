"""Find whom a message speaks of: whoever writes it, "my mother", "the patient", "a man at the bus stop"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from medbot_desktop.domain import Assertion, Entity
from medbot_desktop.resources import load_resource
from medbot_desktop.text import NUMBER_WORDS
from medbot_desktop.understanding.cleaning import small
from medbot_desktop.understanding.mentions.date_patterns import alternatives
from medbot_desktop.understanding.mentions.files import PeopleFile

SELF = "self"
_CHILD, _SOMEONE = "own_child", "someone"
_BETWEEN = r"[\s-]+"
_UNIT = r"(?:years?|yrs?|yr|y|months?|mths?|mo|weeks?|wks?|days?)"
_COUNT = r"(?:\d{1,3}|[a-z]+teen|[a-z]+ty(?:-[a-z]+)?|" + "|".join(NUMBER_WORDS) + ")"
_AGE = rf"{_COUNT}[\s-]*{_UNIT}?(?:[\s-]*(?:olds?|/?o))?,?"
_AGED = rf"{_COUNT}[\s-]*{_UNIT}[\s-]*old"
_AGED_BEFORE = rf"\d{{1,3}}[\s-]*{_UNIT}[\s-]*(?:old|/?o)?"
_OWNERS_OF_CHILDREN = ("my", "our", "his", "her", "their")
_SELF = re.compile(r"\b(?:i(?=['’](?:m|ve|d|ll)\b)|im|ive|i(?!['’.\-])|me|myself|my(?!\s+(?:full\s+)?name))\b")
_NO_SELF = re.compile(r"\b(?:type|grade|class|stage|phase|factor|vitamin|part|bipolar|hsv)\s+$")


class People:
    """The words for people, compiled once.

    Args:
        rules: what ``people.toml`` holds.
    """

    def __init__(self, rules: PeopleFile) -> None:
        self._names = {word: person.name for person in rules.person for word in (*person.words, *person.alone)}
        words = alternatives(word for person in rules.person for word in person.words)
        alone = alternatives(word for person in rules.person for word in person.alone)
        adjective = rf"(?:(?:{alternatives(rules.adjectives)}|{_AGE}){_BETWEEN})"
        owner = rf"(?:{alternatives(rules.owners)})"
        self._owned = re.compile(rf"\b{owner}\s+{adjective}{{0,4}}(?P<who>{words})\b(?!-)")
        self._of_age = re.compile(rf"\b(?P<owner>my|our|an?|the|his|her|their)\s+(?P<who>{_AGED})\b(?!-)")
        self._aged = re.compile(rf"\b{_AGED_BEFORE}{_BETWEEN}{adjective}{{0,2}}(?P<who>{words})\b(?!-)")
        self._of_another = re.compile(rf"\b(?:{words})['’]?s\s+{adjective}{{0,2}}(?P<who>{words})\b(?!-)")
        self._alone = re.compile(rf"(?<![\w'’-])(?P<who>{alone})\b(?!-)")
        self._none = re.compile(rf"\b(?:{alternatives(rules.not_people)})\b")

    @classmethod
    def load(cls, resources: Path) -> People:
        """Read ``mentions/people.toml``.

        Raises:
            InputError: the file is missing or wrong.
        """
        return cls(load_resource(resources / "mentions" / "people.toml", PeopleFile))

    @property
    def names(self) -> frozenset[str]:
        """The people that are known."""
        return frozenset((SELF, *self._names.values()))

    def find(self, text: str) -> list[Entity]:
        """Return the people of a message in their order: each one named, and whoever writes once.

        Args:
            text: the message as cleaned.

        Returns:
            Entities of kind ``person``; their name is the relation to whoever writes, or ``self``.
        """
        lowered = small(text)
        none = [match.span() for match in self._none.finditer(lowered)]
        taken: list[tuple[int, int]] = []
        found: list[Entity] = []
        for name, who, start, end in self._named(lowered):
            if _meets(start, end, taken) or _meets(*who, none):
                continue
            taken.append((start, end))
            found.append(Entity(text[start:end], "person", name, start, end, Assertion.PRESENT))
        own = self._self(lowered, taken)
        if own is not None:
            found.append(Entity(text[own[0] : own[1]], "person", SELF, *own, Assertion.PRESENT))
        return sorted(found, key=lambda entity: (entity.start, entity.end))

    def _named(self, lowered: str) -> Iterator[tuple[str, tuple[int, int], int, int]]:
        """Name, offsets of the word for the person, and offsets with what belongs to it."""
        for pattern in (self._owned, self._aged):
            for match in pattern.finditer(lowered):
                yield self._name(match["who"]), match.span("who"), *match.span()
        for match in self._of_age.finditer(lowered):
            name = _CHILD if match["owner"] in _OWNERS_OF_CHILDREN else _SOMEONE
            yield name, match.span("who"), *match.span()
        for pattern in (self._of_another, self._alone):
            for match in pattern.finditer(lowered):
                yield self._name(match["who"]), match.span("who"), *match.span("who")

    def _name(self, written: str) -> str:
        words = " ".join(written.replace("’", "'").split())
        return self._names.get(words) or self._names[words.replace("-", " ")]

    def _self(self, lowered: str, taken: list[tuple[int, int]]) -> tuple[int, int] | None:
        for match in _SELF.finditer(lowered):
            if _meets(*match.span(), taken) or _NO_SELF.search(lowered, max(0, match.start() - 12), match.start()):
                continue
            return match.span()
        return None


def _meets(start: int, end: int, places: list[tuple[int, int]]) -> bool:
    return any(start < other_end and other_start < end for other_start, other_end in places)

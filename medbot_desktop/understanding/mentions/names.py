"""Find the names of people in a message, and take no medicine, illness or place for one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from medbot_desktop.domain import Assertion, Entity
from medbot_desktop.resources import load_resource
from medbot_desktop.understanding.cleaning import small
from medbot_desktop.understanding.mentions.date_patterns import alternatives
from medbot_desktop.understanding.mentions.files import NamesFile
from medbot_desktop.understanding.mentions.name_words import NameWords

OWN, OTHER = "own_name", "other_name"
_NEXT = r"(?=[^\W\d_])"
_I_AM = re.compile(rf"\b(?:i['’]?m|i am|this is|hello it['’]?s|hi it['’]?s|hey it['’]?s|^it['’]?s)\s+{_NEXT}")
_IT_IS = re.compile(rf"\bit['’]?s\s+{_NEXT}")
_THERE = re.compile(r"\s+(?:here|calling|speaking|phoning|ringing|again)\b")
_OPENING = re.compile(rf"(?:^|[.!?,\n]\s*|\b(?:hi|hello|hey)\s+){_NEXT}")
_ANYWHERE = re.compile(
    r"(?<![\w'’.@-])(?<!\b[Ss]t )(?<!\b[Ss]t\. )(?<!Saint )(?<!\b[Ii]n )(?<!\bnear )(?<!Christmas )(?<!Year['’]s )"
    + _NEXT
)
_REST = re.compile(r"[\s.!,x]*$")
_SHORT_ENTITY = 3

_Place = tuple[int, int, str]
"""Offsets of a name, and whose it is."""


class Names:
    """The ways to give a name, compiled once.

    Args:
        rules: what ``names.toml`` holds.
        knows: whether a word is one of the language or of the lexicon.
    """

    def __init__(self, rules: NamesFile, knows: Callable[[str], bool]) -> None:
        self._words = NameWords(rules, knows)
        self._own = re.compile(rf"(?:{'|'.join(rules.own)})\s*{_NEXT}")
        self._introductions = re.compile(rf"\b(?:{'|'.join(rules.introductions)})\s*{_NEXT}")
        self._titles = re.compile(rf"\b(?P<title>{alternatives(rules.titles)})\b\.?\s+{_NEXT}")
        self._relations = re.compile(rf"\b(?:{alternatives(rules.relations)}),?\s+(?:is\s+|called\s+|named\s+)?{_NEXT}")
        self._perhaps = re.compile(rf"\b(?:{alternatives(rules.perhaps)})\s+{_NEXT}")
        self._addressed = re.compile(rf"\b(?:{alternatives(rules.addressed)}),?\s+{_NEXT}")
        self._signing = re.compile(rf"\b(?:{alternatives(rules.signing)})\s*[,.\n-]\s*{_NEXT}")

    @classmethod
    def load(cls, resources: Path, knows: Callable[[str], bool]) -> Names:
        """Read ``mentions/names.toml``.

        Raises:
            InputError: the file is missing or wrong.
        """
        return cls(load_resource(resources / "mentions" / "names.toml", NamesFile), knows)

    def find(self, text: str, named: Sequence[Entity] = ()) -> list[Entity]:
        """Return the names of people in a message, in their order.

        Args:
            text: the message as cleaned.
            named: its signs and medicines, which are no names.

        Returns:
            Entities of kind ``name``, named ``own_name`` where somebody gives their own; the value is the name in its
            usual capitals, with the title.
        """
        lowered = small(text)
        others = [(one.start, one.end) for one in named if len(one.text.split()) <= _SHORT_ENTITY]
        found: list[_Place] = []
        for place in (*self._introduced(text, lowered), *self._titled(text, lowered)):
            _add(place, found, ())
        for place in (*self._own_names(text, lowered), *self._others(text, lowered)):
            _add(place, found, others)
        return [
            Entity(text[start:end], "name", whose, start, end, Assertion.PRESENT, self._words.written(text[start:end]))
            for start, end, whose in sorted(found)
        ]

    def _introduced(self, text: str, lowered: str) -> Iterator[_Place]:
        for pattern, whose in ((self._own, OWN), (self._introductions, OTHER)):
            for match in pattern.finditer(lowered):
                end = self._words.introduced(text, match.end())
                if end:
                    yield match.end(), end, whose

    def _titled(self, text: str, lowered: str) -> Iterator[_Place]:
        for match in self._titles.finditer(lowered):
            title = text[match.start() : match.end("title")]
            end = self._words.titled(text, match.end(), title)
            if end:
                yield match.start(), end, OTHER

    def _own_names(self, text: str, lowered: str) -> Iterator[_Place]:
        """What may be the name of whoever writes: "I'm Anna", "Tom speaking", "Thanks, Tom"."""
        words = self._words
        for match in _I_AM.finditer(lowered):
            yield match.end(), words.likely(text, match.end()), OWN
        for pattern, behind in ((_IT_IS, _THERE), (_OPENING, _THERE), (self._signing, _REST)):
            for match in pattern.finditer(lowered):
                end = words.likely(text, match.end())
                if behind.match(lowered, end):
                    yield match.end(), end, OWN

    def _others(self, text: str, lowered: str) -> Iterator[_Place]:
        """What may be the name of another: "ask for Joe", "my wife Amelia", "for John Smith"."""
        words = self._words
        for match in self._addressed.finditer(lowered):
            yield match.end(), words.likely(text, match.end()), OTHER
        for pattern in (self._relations, self._perhaps):
            for match in pattern.finditer(lowered):
                yield match.end(), words.known(text, match.end(), may_be_small=pattern is self._relations), OTHER
        for match in _ANYWHERE.finditer(text):
            if text[match.start()].isupper():
                yield match.start(), words.full(text, match.start()), OTHER


def _add(place: _Place, found: list[_Place], others: Sequence[tuple[int, int]]) -> None:
    """Take a name up that is not empty, and lies in nothing else that was found."""
    start, end, _ = place
    if end > start and not any(start < last and first < end for first, last in (*others, *(one[:2] for one in found))):
        found.append(place)

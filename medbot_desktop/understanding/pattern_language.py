"""Read the language of word patterns: what each term of a pattern may be, written out as phrases.

A pattern is one or more terms. ``@chest + @pain`` asks for both in one clause, in any order; ``@cannot > breathe``
asks for the second after the first; ``@blood - nose`` asks that the second is not near. The words found may span nine
tokens, or as many as ``/14`` at the end says. A term is alternatives, ``arm|shoulder blade|@limb``. An alternative is a
phrase of adjacent words, compared by stem. In it ``=fitting`` asks for exactly that word, ``(left|right)`` for one of
these words, ``~`` passes over up to three words, ``#<90`` is a number below 90, and ``@name`` is a group of
alternatives from the file's ``[groups]``.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from medbot_desktop.errors import InputError
from medbot_desktop.text import stem
from medbot_desktop.understanding.tokens import pattern_words

_WINDOW = 9
_PARTS = re.compile(r"\s+([+>-])\s+")
_WITHIN = re.compile(r"\s*/(\d+)$")
_NUMBER = re.compile(r"#(<=|>=|<|>|=)(\d+(?:\.\d+)?)")

Groups = Mapping[str, Sequence[str]]


class Slot(NamedTuple):
    """What one word of a phrase may be.

    Attributes:
        words: its stem is one of these; "=fitting" stands for exactly this word.
        comparison: or it is a number that stands so to ``limit``; empty: no number will do.
        limit: what the number is compared with.
    """

    words: frozenset[str] = frozenset()
    comparison: str = ""
    limit: float = 0.0


GAP = Slot()
"""Up to three words that are passed over."""

Phrase = tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern that was read.

    Attributes:
        key: what it is a pattern of.
        terms: the numbers of the terms that must hold, each with whether it must stand behind those before it.
        absent: the numbers of the terms that must not stand near.
        within: how many tokens what is found may span.
    """

    key: str
    terms: tuple[tuple[int, bool], ...]
    absent: tuple[int, ...]
    within: int


class Terms:
    """The terms of patterns, each with a number, while they are compiled."""

    def __init__(self, groups: Groups) -> None:
        self._groups = groups
        self._written: dict[str, list[Phrase]] = {}
        self._of_groups: dict[str, list[Phrase]] = {}
        self._numbers: dict[str, int] = {}
        self._of: dict[Phrase, list[int]] = {}
        self._slots: dict[Slot, Slot] = {GAP: GAP}
        self._words: set[str] = set()

    def number(self, text: str) -> int:
        """The number of a term."""
        if text in self._numbers:
            return self._numbers[text]
        number = self._numbers[text] = len(self._numbers)
        for phrase in self._alternatives(text):
            if GAP in (phrase[0], phrase[-1]):
                raise InputError(f"The pattern {text!r} has a phrase that begins or ends with '~'.")
            self._of.setdefault(phrase, []).append(number)
        return number

    def of_phrases(self) -> dict[Phrase, list[int]]:
        """The phrases that are alternatives of terms, with the numbers of these."""
        return self._of

    def words(self) -> set[str]:
        """Every word that the terms are made of."""
        return self._words

    def _alternatives(self, text: str) -> list[Phrase]:
        """The alternatives of a term; those of one word each are one phrase, or there would be half a million."""
        if text not in self._written:
            written = [
                tuple(itertools.chain.from_iterable(parts))
                for alternative in _outer(text, "|")
                for parts in itertools.product(*self._choices(alternative.strip(), text))
            ]
            self._written[text] = self._united(written)
        return self._written[text]

    def _choices(self, alternative: str, text: str) -> list[list[Phrase]]:
        """What may stand in each place of an alternative."""
        choices: list[list[Phrase]] = []
        for piece in _outer(alternative, " "):
            if piece.startswith("("):
                choices.append(self._alternatives(piece[1:-1]))
            elif not piece.startswith("@"):
                choices.append([_piece(piece)])
                self._words.update(word for word in _words_of(piece) if word.isalpha())
            elif piece[1:] in self._groups:
                choices.append(self._of_group(piece[1:]))
            else:
                raise InputError(f"The pattern {text!r} names the group {piece}, which is not there.")
        if not choices or not all(all(choice) for choice in choices):
            raise InputError(f"The pattern {text!r} has an alternative that is empty or cannot be read.")
        return choices

    def _of_group(self, name: str) -> list[Phrase]:
        """What may stand in the place of a group; hundreds of patterns name the same ones."""
        if name not in self._of_groups:
            written = [phrase for entry in self._groups[name] for phrase in self._alternatives(entry)]
            self._of_groups[name] = self._united(written)
        return self._of_groups[name]

    def _united(self, phrases: Sequence[Phrase]) -> list[Phrase]:
        """The phrases, those of one word each as one."""
        single = [phrase[0] for phrase in phrases if _is_word(phrase)]
        words: frozenset[str] = frozenset().union(*(slot.words for slot in single))
        united: list[Phrase] = [(Slot(words),)] if single else []
        united += dict.fromkeys(phrase for phrase in phrases if not _is_word(phrase))
        return [tuple([self._slots.setdefault(slot, slot) for slot in phrase]) for phrase in united]


def read_pattern(key: str, pattern: str, terms: Terms) -> Pattern:
    """Read a pattern.

    Args:
        key: what it is a pattern of.
        pattern: as written in a file of rules.
        terms: where its terms get their numbers.

    Raises:
        InputError: it names a group that is not there, or cannot be read.
    """
    within = _WINDOW
    if size := _WITHIN.search(pattern):
        within = int(size.group(1))
        pattern = pattern[: size.start()]
    parts = ["+", *_PARTS.split(pattern.strip())]
    held: list[tuple[int, bool]] = []
    absent: list[int] = []
    for sign, part in zip(parts[::2], parts[1::2], strict=True):
        if sign == "-":
            absent.append(terms.number(part))
        else:
            held.append((terms.number(part), sign == ">"))
    if not held or not pattern.strip():
        raise InputError(f"The pattern {pattern!r} of {key} is empty.")
    return Pattern(key, tuple(held), tuple(absent), within)


def _outer(text: str, mark: str) -> list[str]:
    """Split ``text`` at each ``mark`` that stands outside parentheses."""
    if "(" not in text:
        return text.split() if mark == " " else text.split(mark)
    parts, depth = [""], 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if character == mark and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part for part in parts if part] if mark == " " else parts


def _is_word(phrase: Phrase) -> bool:
    return len(phrase) == 1 and bool(phrase[0].words)


@lru_cache(maxsize=10_000)
def _piece(piece: str) -> Phrase:
    if piece == "~":
        return (GAP,)
    if number := _NUMBER.fullmatch(piece):
        return (Slot(comparison=number.group(1), limit=float(number.group(2))),)
    if piece.startswith("="):
        return tuple([Slot(frozenset((f"={word}",))) for word in _words_of(piece)])
    return tuple([Slot(frozenset((stem(word),))) for word in _words_of(piece)])


@lru_cache(maxsize=10_000)
def _words_of(piece: str) -> tuple[str, ...]:
    return () if piece.startswith("#") else tuple(pattern_words(piece))

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

from medbot_desktop.errors import InputError
from medbot_desktop.text import stem
from medbot_desktop.understanding.tokens import pattern_words

_WINDOW = 9
_PARTS = re.compile(r"\s+([+>-])\s+")
_WITHIN = re.compile(r"\s*/(\d+)$")
_NUMBER = re.compile(r"#(<=|>=|<|>|=)(\d+(?:\.\d+)?)")

Groups = Mapping[str, Sequence[str]]
# What a word must be to be accepted: how it is compared, the word, and the limit of a number.
Element = tuple[str, str, float]
Phrase = tuple[Element, ...]


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
        self._written: dict[str, list[str]] = {}
        self._numbers: dict[str, int] = {}
        self._of: dict[str, list[int]] = {}

    def number(self, text: str) -> int:
        """The number of a term."""
        if text in self._numbers:
            return self._numbers[text]
        number = self._numbers[text] = len(self._numbers)
        for alternative in dict.fromkeys(self._expand(text)):
            self._of.setdefault(alternative, []).append(number)
        return number

    def of_phrases(self) -> dict[Phrase, list[int]]:
        """The phrases that are alternatives of terms, with the numbers of these."""
        found: dict[Phrase, list[int]] = {}
        for alternative, numbers in self._of.items():
            of_phrase = found.setdefault(_phrase(alternative), [])
            of_phrase += [number for number in numbers if number not in of_phrase]
        return found

    def words(self) -> set[str]:
        """Every word that the terms are made of."""
        pieces = {piece for alternative in self._of for piece in alternative.split()}
        return {word for piece in pieces for word in _piece_words(piece) if word.isalpha()}

    def _expand(self, text: str) -> list[str]:
        """The alternatives of a term, with the groups in them written out."""
        if text in self._written:
            return self._written[text]
        written: list[str] = []
        for alternative in _outer(text, "|"):
            choices: list[list[str]] = []
            for piece in _outer(alternative.strip(), " "):
                if piece.startswith("("):
                    choices.append(self._expand(piece[1:-1]))
                elif not piece.startswith("@"):
                    choices.append([piece])
                elif piece[1:] in self._groups:
                    choices.append([word for entry in self._groups[piece[1:]] for word in self._expand(entry)])
                else:
                    raise InputError(f"The pattern {text!r} names the group {piece}, which is not there.")
            if not choices:
                raise InputError(f"The pattern {text!r} has an empty alternative.")
            written += map(" ".join, itertools.product(*choices))
        self._written[text] = written
        return written


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


def _phrase(alternative: str) -> Phrase:
    pieces = [_piece(piece) for piece in alternative.split()]
    elements = tuple(itertools.chain.from_iterable(pieces))
    if not all(pieces) or not elements or "gap" in (elements[0][0], elements[-1][0]):
        raise InputError(f"The phrase {alternative!r} of a pattern cannot be read.")
    return elements


@lru_cache(maxsize=10_000)
def _piece(piece: str) -> Phrase:
    if piece == "~":
        return (("gap", "", 0.0),)
    if number := _NUMBER.fullmatch(piece):
        return ((number.group(1), "", float(number.group(2))),)
    if piece.startswith("="):
        return tuple([("word", word, 0.0) for word in _piece_words(piece)])
    return tuple([("stem", stem(word), 0.0) for word in _piece_words(piece)])


@lru_cache(maxsize=10_000)
def _piece_words(piece: str) -> tuple[str, ...]:
    return () if piece.startswith("#") else tuple(pattern_words(piece))

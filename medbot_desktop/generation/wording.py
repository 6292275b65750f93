"""Bring a sentence to plain tokens in which two ways of saying the same look alike.

Only what is listed in ``resources/support/wording.toml`` is taken for the same; a word that is not listed stands for
itself. Numbers keep their digits, units their short form, and a negation stays on the word behind it.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from functools import lru_cache

from medbot_desktop.generation.claim import plain_text, value_of
from medbot_desktop.settings import resources_folder
from medbot_desktop.text import stem

PRONOUN = "it"
AT_LEAST, AT_MOST, ABOVE, BELOW = ">=", "<=", ">", "<"
_COMPARATORS = {"at_least": AT_LEAST, "up_to": AT_MOST, "more_than": ABOVE, "less_than": BELOW}
_ONE_WORD_COMPARATORS = {"over": ABOVE, "above": ABOVE, "under": BELOW, "below": BELOW}
_PEOPLE_BEFORE = frozenset("adult adults baby babies child children man men people person woman women".split())
_BEHIND = {"or_more": AT_LEAST, "or_less": AT_MOST}
_NEGATORS = frozenset("no not never none nor".split())
_PRONOUNS = frozenset("it they them he she him this these those".split())
_MAY = frozenset("can could may might".split())
_AUX = frozenset("is are be been being was were has have had will would should must do does did".split())
_BRACKETS = {"(": 1, ")": -1}
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d](?:[^\W\d]|_)*(?:'[^\W\d_]+)*|%|[,;:()]|[.!?](?=\s|$)")
_UNIT = re.compile(r"(?<=\d)(?=[^\W\d_])")
_ALIKE = (
    (re.compile(r"\bavoid(?= \w+ing\b)"), "not"),
    (re.compile(r"\b(it|that|there|who)'s\b"), r"\1 is"),
    (re.compile(r"'s\b|(?<=s)'(?=\s)"), ""),
    (re.compile(r"\b(years?|months?|weeks?|days?)(?: old| of age)\b"), r"\1"),
    (re.compile(r"\baged (?=\d)"), ""),
    (re.compile(r"\b(?:is|are) (?:unable|not able) to\b"), "can not"),
    (re.compile(r"\bhalf an hour\b"), "30 minutes"),
    (re.compile(r"\bat (?=(?:a|the|your) (?:hospital|clinic|pharmacy)\b)"), "in "),
    (
        re.compile(r"\b(within|for|after|in|about|least|than|to|over) an? (?=(?:minute|hour|day|week|month|year)\b)"),
        r"\1 1 ",
    ),
    (re.compile(r"\bon (?=the same day\b)"), ""),
    (re.compile(r"\((?:also )?(?:called|known as) "), "("),
    (re.compile(r"\bfound (?=in\b)"), ""),
    (re.compile(r"\bjust (?=\d|a few\b|a couple\b|one\b|two\b|seconds\b|minutes\b)"), "only "),
    (
        re.compile(
            r"\b(adults?|babies|baby|child|children|men|people|person|somebody|someone|woman|women) who (?:has|have) "
            r"(?!(?:been|done|ever|had|just|never|no|not|only|to)\b|\w+(?:ed|en)\b)"
        ),
        r"\1 with ",
    ),
    (re.compile(r"\b(?:on (?:its|their|your) own|by (?:itself|themselves|yourself))\b"), "alone"),
    (re.compile(r"\b(first|second|third|last|next|other|new|each|this|that|another|which) ones?\b"), r"\1"),
)
"""Ways to write that make no difference."""


@dataclass(frozen=True, slots=True)
class Token:
    """One word or number of a sentence.

    Attributes:
        value: what it stands for.
        written: the word as it is written, in lower case.
        joint: ``and`` or ``or`` where it stands before the word, else empty.
        pause: whether a comma, bracket, colon or semicolon stands before it; ``;`` for the last two.
        before: the slight words that stand between it and the token before it.
        is_negated: whether a negation stands before it.
        bracket: the number of the bracket that it stands in; 0 where it stands in none.
    """

    value: str
    written: str
    joint: str = ""
    pause: str = ""
    before: frozenset[str] = frozenset()
    is_negated: bool = False
    bracket: int = 0

    @property
    def is_number(self) -> bool:
        """Whether it is a number."""
        return self.value[0].isdigit()

    @property
    def begins_part(self) -> bool:
        """Whether a new part of the sentence can begin here."""
        return bool(self.joint or self.pause)

    @property
    def follows_aux(self) -> bool:
        """Whether an auxiliary verb stands before it, as before the predicate."""
        return not self.before.isdisjoint(_AUX)


_NOTHING = Token("x", "")
"""What stands before the next token where nothing does."""


@dataclass(frozen=True, slots=True)
class _Wording:
    phrases: re.Pattern[str]
    phrase_of: dict[str, str]
    value_of: dict[str, str]
    slight: frozenset[str]


@lru_cache(maxsize=4_096)
def tokens(sentence: str) -> tuple[Token, ...]:
    """The tokens of one sentence in order; the number of a step is not among them."""
    wording = _wording()
    plain = _UNIT.sub(" ", plain_text(sentence).replace("°", " "))
    for pattern, written in _ALIKE:
        plain = pattern.sub(written, plain)
    plain = wording.phrases.sub(lambda match: wording.phrase_of[match.group()], plain)
    reading = _Reading(wording)
    for word in _TOKEN.findall(plain):
        reading.take(word)
    reading.end_negation()
    return tuple(_with_comparators(reading.found))


class _Reading:
    """Takes a sentence word by word and keeps what stands before the next token.

    Args:
        wording: what is taken for the same.

    Attributes:
        found: the tokens so far.
    """

    def __init__(self, wording: _Wording) -> None:
        self.found: list[Token] = []
        self._wording = wording
        self._waiting = _NOTHING
        self._depth = 0
        self._brackets = 0

    def take(self, word: str) -> None:
        """Take the next word, number or mark."""
        if word in _BRACKETS:
            self._depth = max(0, self._depth + _BRACKETS[word])
            self._brackets += word == "("
        if word in ",;:(":
            self._pause(word)
        elif word not in ".!?)":
            self._word(word)

    def end_negation(self) -> None:
        """Keep a negation that stands before nothing as a token of its own."""
        if self._waiting.is_negated:
            self.found.append(replace(self._waiting, value="not", written="not"))
            self._waiting = _NOTHING

    def _pause(self, mark: str) -> None:
        self.end_negation()
        pause = "," if mark in ",(" and self._waiting.pause != ";" else ";"
        self._waiting = replace(self._waiting, pause=pause, before=frozenset())

    def _word(self, word: str) -> None:
        inside = self._brackets if self._depth else 0
        if word in ("and", "or"):
            self._waiting = replace(self._waiting, joint=word)
        elif word in _NEGATORS:
            self.end_negation()
            joint = self._waiting.joint or ("or" if word == "nor" else "")
            self._waiting = replace(self._waiting, is_negated=True, joint=joint)
        elif word in self._wording.slight:
            self._waiting = replace(self._waiting, before=self._waiting.before | {word})
        elif word not in _BEHIND or not _put_before_number(self.found, _BEHIND[word], inside):
            value = _value(word, self._wording)
            self.found.append(replace(self._waiting, value=value, written=word, bracket=inside))
            self._waiting = _NOTHING


def _value(word: str, wording: _Wording) -> str:
    if word in _PRONOUNS:
        return PRONOUN
    if word in _MAY:
        return "may"
    if word in _COMPARATORS or word in _ONE_WORD_COMPARATORS:
        return word
    return wording.value_of.get(word) or wording.value_of.get(value := value_of(word)) or value


def canonical(words: str) -> frozenset[str]:
    """What the words of a list stand for, as the values of tokens."""
    return frozenset(_value(word, _wording()) for word in words.split())


def _put_before_number(found: list[Token], comparator: str, inside: int) -> bool:
    """Put the comparator that is written behind a number before it: "38 or more" is "at least 38".

    Returns:
        Whether there is a number near enough before it.
    """
    outside = [place for place, token in enumerate(found) if token.bracket == inside]
    for place in reversed(outside[-4:]):
        if found[place].is_number:
            number = found[place]
            found[place] = replace(number, joint="", pause="", before=frozenset(), is_negated=False)
            found.insert(place, replace(number, value=comparator, written=comparator))
            return True
    return False


def _with_comparators(found: list[Token]) -> list[Token]:
    """The same with one sign for each comparison with a number; "not more than" is "up to"."""
    result = list(found)
    for place, token in enumerate(result):
        sign = _COMPARATORS.get(token.value) or _ONE_WORD_COMPARATORS.get(token.value)
        if sign is None:
            continue
        before_number = place + 1 < len(result) and result[place + 1].is_number
        result[place] = replace(token, value=sign if before_number else token.value.replace("_", " "))
    for place, token in enumerate(result):
        if token.value != ABOVE or token.written != "more_than":
            continue
        for earlier in range(place, max(-1, place - 10), -1):
            if result[earlier].is_negated:
                result[earlier] = replace(result[earlier], is_negated=False)
                result[place] = replace(result[place], value=AT_MOST)
                break
            if result[earlier].begins_part or result[earlier].written in _PEOPLE_BEFORE:
                break
    return result


@lru_cache(maxsize=1)
def _wording() -> _Wording:
    """What ships as data about wording."""
    file = tomllib.loads((resources_folder() / "support" / "wording.toml").read_text(encoding="utf-8"))
    phrase_of = {phrase: name for name, phrases in file["phrases"].items() for phrase in phrases}
    longest_first = sorted(phrase_of, key=len, reverse=True)
    values = {name: name for name in phrase_of.values()}
    for base, forms in file["forms"].items():
        values |= {form: stem(base) for form in forms}
    for group in file["synonyms"]["groups"]:
        values |= {form: stem(group[0]) for word in group for form in (word, stem(word))}
    first = {stem(word): stem(group[0]) for group in file["synonyms"]["groups"] for word in group}
    values = {word: first.get(value, value) for word, value in values.items()}
    values |= {word: word for word in file["distinct"]["words"]}
    return _Wording(
        phrases=re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})(?!\w)"),
        phrase_of=phrase_of,
        value_of=values,
        slight=frozenset(file["slight"]["words"]),
    )

"""Learn from the libraries which short forms stand for which long ones: questions use one, and texts the other."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from medbot_desktop.knowledge.search.asking import Asking, Wording
from medbot_desktop.text import STOP_WORDS, stem, words, written_words

_BRACKETS = re.compile(r"\(([^()]{2,40})\)")
_LEAD_IN = re.compile(r"^(?:also (?:known as|called)|abbreviated(?: as)?|or|called)\s+")
_PART = re.compile(r"[;,]| or ")
_BEFORE = 200
"""How many letters before the brackets can hold the long form."""
_WEAK = frozenset(
    stem(word) for word in "syndrome disease disorder deficiency type condition familial hereditary congenital".split()
)
_MOST = 6
"""How many other ways to write a subject are looked for in the texts."""
_COMMONEST = 2
_SPELLED = 3

Form = tuple[str, ...]


class Abbreviations:
    """Short and long forms, learnt from "long form (LF)" (Schwartz & Hearst 2003), and words in capitals at large."""

    def __init__(self) -> None:
        self._short: dict[Form, Counter[Form]] = defaultdict(Counter)
        self._long: dict[Form, Counter[Form]] = defaultdict(Counter)
        self._capitals: Counter[str] = Counter()
        self._by_letter: dict[str, list[str]] = {}

    def learn(self, texts: Iterable[str]) -> None:
        """Learn from more texts."""
        for text in texts:
            self._capitals.update(stem(word.lower()) for word in written_words(text) if is_capital(word))
            for short, long in explained(text):
                self._add(short, long, 1)
        self._sort()

    def to_lists(self) -> tuple[list[list[Any]], list[list[Any]]]:
        """The (short, long, times) and the (word in capitals, times), to be kept."""
        forms: list[list[Any]] = [
            [list(short), list(long), times] for short, found in self._long.items() for long, times in found.items()
        ]
        return forms, [[word, times] for word, times in self._capitals.items()]

    @classmethod
    def from_lists(cls, forms: Iterable[Sequence[Any]], capitals: Iterable[Sequence[Any]]) -> Abbreviations:
        """Read what `to_lists` gave."""
        made = cls()
        for short, long, times in forms:
            made._add(tuple(short), tuple(long), int(times))
        made._capitals.update({word: int(times) for word, times in capitals})
        made._sort()
        return made

    def copy(self) -> Abbreviations:
        """Another one that has learnt the same."""
        made = Abbreviations()
        for short, found in self._long.items():
            for long, times in found.items():
                made._add(short, long, times)
        made._capitals.update(self._capitals)
        made._sort()
        return made

    def wordings(self, asking: Asking) -> list[Wording]:
        """Other ways to write the subject of a question."""
        stems = asking.stems
        found: list[Wording] = []
        for start in range(len(stems)):
            for end in range(len(stems), start, -1):
                part = stems[start:end]
                for forms in (self._short.get(part) if end - start > 1 else None, self._long.get(part)):
                    for form, _ in forms.most_common(_COMMONEST) if forms else ():
                        found.append(((*stems[:start], *form, *stems[end:]), form))
        known = {form for _, form in found}
        found += [((word,), (word,)) for word in self._spelled(asking.subject) if (word,) not in known]
        return found[:_MOST]

    def _add(self, short: Form, long: Form, times: int) -> None:
        self._short[long][short] += times
        self._long[short][long] += times

    def _sort(self) -> None:
        by_letter: dict[str, list[str]] = defaultdict(list)
        for word, times in sorted(self._capitals.items()):
            if times > 1 and word.isalpha() and 3 <= len(word) <= 8:
                by_letter[word[0]].append(word)
        self._by_letter = dict(by_letter)

    def _spelled(self, subject: Sequence[str]) -> list[str]:
        if sum(not _is_weak(word) for word in subject) < 2:
            return []
        return [word for word in self._by_letter.get(subject[0][0], ()) if is_spelled_by(word, subject)][:_SPELLED]


def explained(text: str) -> Iterator[tuple[Form, Form]]:
    """The (short, long) forms, as stems, that a text explains in brackets."""
    for match in _BRACKETS.finditer(text):
        for part in _PART.split(match.group(1)):
            short = _LEAD_IN.sub("", part.strip())
            if not _may_be_short_form(short):
                continue
            most = min(len(short) + 5, 2 * len(short))
            before = " ".join(text[max(0, match.start() - _BEFORE) : match.start()].split()[-most:])
            long = _long_form(short, before)
            long_stems = tuple(stem(word) for word in words(long) if word not in STOP_WORDS)
            short_stems = tuple(stem(word) for word in words(short))
            if len(long) > len(short) + 2 and long_stems and not set(short_stems) <= set(long_stems):
                yield short_stems, long_stems


def is_capital(word: str) -> bool:
    """Whether a word looks like an abbreviation: two capitals or more."""
    return not word[1:].islower() and sum(map(str.isupper, word)) >= 2


def is_spelled_by(short: str, subject: Sequence[str]) -> bool:
    """Whether each specific word gives its first letter, in order; one of four letters or more may come from inside."""

    def go(at: int, word: int, inside: int, spare: int) -> bool:
        if at == len(short):
            return all(_is_weak(left) for left in subject[word + 1 :])
        if word + 1 < len(subject):
            following = subject[word + 1]
            if following[0] == short[at] and go(at + 1, word + 1, 1, spare):
                return True
            if _is_weak(following) and go(at, word + 1, len(following), spare):
                return True
        if word >= 0 and spare:
            place = subject[word].find(short[at], inside)
            return place >= 0 and go(at + 1, word, place + 1, spare - 1)
        return False

    return go(0, -1, 0, int(len(short) > 3))


def _is_weak(word: str) -> bool:
    return len(word) <= 2 or word in STOP_WORDS or stem(word) in _WEAK


def _may_be_short_form(short: str) -> bool:
    return (
        2 <= len(short) <= 10
        and short[0].isalnum()
        and sum(letter.isupper() for letter in short) >= 2
        and len(short.split()) <= 2
    )


def _long_form(short: str, before: str) -> str:
    """The shortest run of words at the end of ``before`` that has the letters of the short form, or nothing."""
    place = len(before) - 1
    for at in range(len(short) - 1, -1, -1):
        letter = short[at].lower()
        if not letter.isalnum():
            continue
        while place >= 0 and (
            before[place].lower() != letter or (at == 0 and place > 0 and before[place - 1].isalnum())
        ):
            place -= 1
        if place < 0:
            return ""
        place -= 1
    return before[before.rfind(" ", 0, place + 1) + 1 :]

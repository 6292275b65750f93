"""Tell how far a name goes: which words of a message can be part of one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from medbot_desktop.understanding.mentions.files import NamesFile
from medbot_desktop.understanding.tokens import normal

_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’\-](?=[^\W\d_]))*")
_GAP = re.compile(r"[^\S\n]+")
_INITIAL_GAP = re.compile(r"\.?[^\S\n]*")
_MOST_WORDS = 4
_LETTER = re.compile(r"(^|[-'’])([^\W\d_])")
_DESCRIBES = re.compile(r"(?:ian|ish|ese|ic|ive|ed|ing|ous|al|ful|less|able|ly|ist)$")
_OWNED = re.compile(r"['’]s$", re.IGNORECASE)
_CODE = re.compile(r"[A-Z]{2}")
_PLACE = re.compile(
    r"['’s]*(?:\s+[A-Z]\w+)?\s+(?:Hospital|Road|Street|Ward|Clinic|Surgery|House|Centre|Center|Station|Park|Avenue|Lane|Court|Infirmary"
    r"|University|College|School|Wort|wort|Syndrome|syndrome|Disease|disease|Practice)\b"
)
_SHORT_TITLES = frozenset(("mr", "mrs", "ms", "mx", "dr", "prof", "mister"))
_ALSO_A_VERB = "miss"
_ILLNESS = "MS"


class NameWords:
    """The words that names are made of.

    Args:
        rules: what ``names.toml`` holds.
        knows: whether a word is one of the language or of the lexicon.
    """

    def __init__(self, rules: NamesFile, knows: Callable[[str], bool]) -> None:
        self._knows = knows
        self._given = frozenset(rules.given.split())
        self._surnames = frozenset(rules.surnames.split())
        self._also_words = frozenset(rules.also_words.split())
        self._ends = frozenset(rules.ends.split())
        self._no_names = frozenset(rules.no_names.split())
        self._particles = frozenset(rules.particles)
        self._titles = frozenset(rules.titles)

    def introduced(self, text: str, at: int) -> int:
        """The end of the name that begins at ``at`` behind an introduction, in any letters; 0 where none does."""
        return self._end(text, at, lambda word, _: (word[0].isupper() and not word.isupper()) or self._is_name(word))

    def titled(self, text: str, at: int, title: str) -> int:
        """The end of the name that begins at ``at`` behind a title; 0 where none does."""
        small = title.lower()
        if title == _ILLNESS or (small == _ALSO_A_VERB and title.islower()):
            return 0
        if title.islower() and small not in _SHORT_TITLES:
            return self._end(text, at, lambda word, _: word[0].isupper() and self._is_name(word))
        return self._end(text, at, lambda word, _: word[0].isupper() or self._is_name(word))

    def likely(self, text: str, at: int) -> int:
        """The end of the name that may begin at ``at``: one that is known, or no word; 0 where none does."""
        return self._end(text, at, self._fits_likely)

    def known(self, text: str, at: int, *, may_be_small: bool) -> int:
        """The end of the name that may begin at ``at``: a given name that is known, or two words; 0 where none does.

        Args:
            text: the message.
            at: where it begins.
            may_be_small: whether a given name in small letters counts.
        """
        end = self._end(text, at, self._fits_likely)
        first = _WORD.match(text, at)
        if not end or first is None:
            return 0
        word = first.group()
        is_given = _plain(word) in self._given - self._also_words and (may_be_small or word[0].isupper())
        is_full = len(text[at:end].split()) > 1 and not self._knows(normal(word))
        return end if is_given or is_full or (may_be_small and word[0].isupper()) else 0

    def full(self, text: str, at: int) -> int:
        """The end of a given name in capitals that begins at ``at``; one that is a word too needs a surname; else 0."""
        first = _WORD.match(text, at)
        if first is None or _plain(first.group()) not in self._given:
            return 0
        if _plain(first.group()) in self._also_words:
            return self._with_surname(text, at)
        return self._end(text, at, lambda word, is_first: is_first or (word[0].isupper() and self._is_name(word)))

    def _with_surname(self, text: str, at: int) -> int:
        end = self._end(text, at, lambda word, is_first: is_first or _plain(word) in self._surnames)
        return end if len(text[at:end].split()) > 1 else 0

    def written(self, name: str) -> str:
        """The name in its usual capitals."""
        return " ".join(self._capitals(word) for word in name.split())

    def _capitals(self, word: str) -> str:
        is_plain = word.islower() or (word.isupper() and len(word) > 2)
        if not is_plain or word in self._particles:
            return word
        return _LETTER.sub(lambda part: part[1] + part[2].upper(), word.lower())

    def _end(self, text: str, at: int, fits: Callable[[str, bool], bool]) -> int:
        """How far words go on that can be part of a name."""
        end = 0
        for number, match in enumerate(self._words(text, at)):
            word = match.group()
            plain = _plain(word)
            if plain in self._no_names or (plain in self._ends and not (word[0].isupper() and plain in self._given)):
                break
            if plain in self._titles and number:
                break
            is_particle = plain in self._particles
            if word.islower() and not is_particle and end and text[at].isupper():  # "Dr Patel will"
                break
            if not is_particle and not (len(word) == 1 and number) and not fits(word, number == 0):
                break
            if len(word) == 1 and not word.isupper():
                break
            if not is_particle:
                end = match.end() - len(word) + len(_OWNED.sub("", word))
            if _OWNED.search(word):  # "Mr Khan's ECG"
                break
        return 0 if _PLACE.match(text, end) else end

    def _words(self, text: str, at: int) -> Iterator[re.Match[str]]:
        for _ in range(_MOST_WORDS):
            match = _WORD.match(text, at)
            if match is None:
                return
            yield match
            gap = (_INITIAL_GAP if len(match.group()) == 1 else _GAP).match(text, match.end())
            if gap is None or gap.end() == match.end():
                return
            at = gap.end()

    def _is_name(self, word: str) -> bool:
        plain = _plain(word)
        return plain in self._given or plain in self._surnames or not self._knows(normal(word))

    def _fits_likely(self, word: str, is_first: bool) -> bool:
        plain = _plain(word)
        if not word[0].isupper():
            return plain in self._given - self._also_words if is_first else plain in self._surnames
        if not is_first:
            return self._is_name(word)
        if _CODE.match(word) and plain not in self._given:  # "I'm HIV positive"
            return False
        return plain in self._given or not (self._knows(normal(word)) or _DESCRIBES.search(plain))


def _plain(word: str) -> str:
    return word.lower().replace("’", "'").removesuffix("'s")

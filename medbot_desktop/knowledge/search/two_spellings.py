"""Turn British spellings into American ones and back, word by word, so that either finds documents in the other."""

from __future__ import annotations

import re
from collections.abc import Mapping

_SHORTEST = 4
"""No word with fewer letters is spelt in two ways."""

_ENDINGS = "(?=(?:ed?|ers?|es|ing|ations?)$)"


class TwoSpellings:
    """The rules between the two spellings.

    Args:
        rules: ``start``, ``anywhere``, ``end`` and ``whole``, each of lines "British = American", and ``is_or_iz``, the
            beginnings of the verbs that are spelt with "is" in one and with "iz" in the other.

    Raises:
        KeyError: a rule is missing.
        ValueError: a line of a rule is no pair.
    """

    def __init__(self, rules: Mapping[str, str]) -> None:
        pairs = {place: _pairs(rules[place]) for place in ("start", "anywhere", "end", "whole")}
        verbs = rules["is_or_iz"].split()
        self._american = _Rewriting(pairs, verbs, "is", "iz")
        back = {place: [(american, british) for british, american in found] for place, found in pairs.items()}
        self._british = _Rewriting(back, verbs, "iz", "is")

    def american(self, word: str) -> str:
        """The American spelling of a lower-case word, which may be the word itself."""
        return self._american.rewrite(word)

    def british(self, word: str) -> str:
        """The British spelling of a lower-case word, which may be the word itself."""
        return self._british.rewrite(word)


class _Rewriting:
    """One direction."""

    def __init__(self, pairs: Mapping[str, list[tuple[str, str]]], verbs: list[str], before: str, after: str) -> None:
        self._whole = dict(pairs["whole"])
        verb = f"^(?:{'|'.join(verbs)}){before}{_ENDINGS}"
        self._verb = re.compile(verb)
        self._before, self._after = before, after
        self._parts = {old: new for place in ("start", "anywhere", "end") for old, new in pairs[place]}
        start, anywhere, end = (
            "|".join(sorted((old for old, _ in pairs[place]), key=len, reverse=True))
            for place in ("start", "anywhere", "end")
        )
        self._part = re.compile(f"^(?:{start})|(?:{anywhere})|(?:{end})$")

    def rewrite(self, word: str) -> str:
        if len(word) < _SHORTEST:
            return word
        whole = self._whole.get(word)
        if whole is not None:
            return whole
        spelt = self._part.sub(lambda match: self._parts[match.group()], word)
        verb = self._verb.match(spelt)
        return spelt if verb is None else spelt[: verb.end() - len(self._before)] + self._after + spelt[verb.end() :]


def _pairs(lines: str) -> list[tuple[str, str]]:
    found = []
    for line in filter(None, map(str.strip, lines.splitlines())):
        british, american = line.split(" = ")
        found.append((british, american))
    return found

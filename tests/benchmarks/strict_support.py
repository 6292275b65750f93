"""Judge shown sentences once more, by a method that shares nothing with the support check and is stricter.

A sentence passes if its words that carry meaning are, by their stems, nearly all those of one sentence of its passage
or of two neighbouring ones, in the same order but for one part that changed its place at a comma, and if both have the
same numbers with the words behind them, the same negations and the same words of order and condition. There are no
synonyms, no pronouns and no rules of grammar: much that is true does not pass, and is printed to be read by a person.

    python -m tests.benchmarks.strict_support SHOWN.jsonl      lines {"id", "text", "passage"}
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from medbot_desktop.text import NUMBER_WORDS, sentences, stem, words

_NEGATORS = frozenset("no not never none nor neither without cannot avoid except".split())
_TURNS = frozenset(
    "if unless until before after under over above below more less least most only all some every always sometimes "
    "often usually rarely may might can will first last with because".split()
)
_EMPTY = frozenset(
    "a an the and or is are be been being was were to of in on at for by from that which this these those it its they "
    "their them you your he she his her as so also then there do does did have has had should must need needs".split()
)
_LEAST_SAID = 0.8
"""Of the words of the passage's sentence; who leaves out more may leave out whom it is for."""
_SHORT = re.compile(r"n['’]t\b")
_MARK = re.compile(r"\s*\[\d+\]")


def strictly_supported(sentence: str, passage: str) -> bool:
    """Whether a passage says a sentence nearly word by word.

    Args:
        sentence: the sentence, with or without its citation marks.
        passage: the text that it cites.
    """
    parts = [_stems(part) for part in _MARK.sub("", sentence).split(",")]
    said = [word for part in parts for word in part]
    turned = [[word for part in (*parts[cut:], *parts[:cut]) for word in part] for cut in range(len(parts))]
    return bool(said) and any(
        _weighs_the_same(said, heard) and any(_in_order(order, heard) for order in turned)
        for heard in map(_stems, _stretches(passage))
    )


def _stretches(passage: str) -> Iterator[str]:
    single = sentences(passage)
    yield from single
    yield from (f"{one} {other}" for one, other in pairwise(single))


def _stems(text: str) -> list[str]:
    """The stems of the words that carry meaning, with numbers in digits, negations and words of order, in order."""
    plain = re.sub(r"(?<=\d)(?=[^\W\d_])", " ", _SHORT.sub(" not", text).replace("cannot", "can not"))
    found = (str(NUMBER_WORDS.get(word, word)) for word in words(plain))
    return [word if word in _NEGATORS | _TURNS else stem(word) for word in found if word not in _EMPTY]


def _weighs_the_same(said: list[str], heard: list[str]) -> bool:
    """Whether the passage's words are nearly all said, and all of them that turn a meaning."""
    kept = _NEGATORS | _TURNS
    if Counter(word for word in said if word in kept) != Counter(word for word in heard if word in kept):
        return False
    return len(said) >= _LEAST_SAID * len(heard)


def _is_number(word: str) -> bool:
    return word[0].isdigit()


def _in_order(said: list[str], stretch: list[str]) -> bool:
    """Whether the words follow one another in the stretch, and behind each number the same word does."""
    behind = {pair for pair in pairwise([*stretch, ""]) if _is_number(pair[0])}
    if any(pair not in behind for pair in pairwise([*said, ""]) if _is_number(pair[0]) and pair[1]):
        return False
    rest = iter(stretch)
    return all(word in rest for word in said)


def main(path: str) -> None:
    """Print how many pass, and the rest to be read."""
    shown = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines() if line.strip()]
    rest = [one for one in shown if not strictly_supported(one["text"], one["passage"])]
    print(f"{len(shown) - len(rest):,} of {len(shown):,} sentences pass; {len(rest):,} are left to be read:")
    for one in rest:
        print(f"\n{one['id']}: {one['text']}\n    {one['passage']}")


if __name__ == "__main__":
    main(sys.argv[1])

"""Find the sentences of the passages that a model has copied as those that tell what was asked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from medbot_desktop.generation.task import Source
from medbot_desktop.text import sentences, words

_LINE = re.compile(r"^\s*\[(\d+)\](.*)$", re.MULTILINE)
_NONE = "none"
_SLIGHT = frozenset("a an the to of in is are be and or for it you your with on at by that this as if can".split())
REFERS_BACK = re.compile(
    r"(?:it|its|they|their|this|these|that|those|then|he|she|there|also|for this|in this)\b", re.IGNORECASE
)
_ENOUGH = 0.7
"""The share of the words that mean something in what was copied, of which a sentence that it is taken for has to have.
Small models leave out words or turn them round; a number must be there in any case."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Sentences of one passage that tell what was asked.

    Attributes:
        number: the passage's place in the prompt, from 1.
        source: its title and those of its sentences.
    """

    number: int
    source: Source


def evidence_in(copied: str, sources: Sequence[Source]) -> tuple[Evidence, ...]:
    """What a model has copied, as it stands in the passages.

    A sentence that refers back ("It ...") brings the one before it. What stands in another passage than the one that
    is named counts for that one; what stands in none does not count.

    Args:
        copied: lines of a number in square brackets and a sentence or NONE, among others.
        sources: the passages in the order of the prompt.

    Returns:
        One for each passage that has something, in their order.
    """
    places: dict[int, set[int]] = {}
    texts = [sentences(source.text) for source in sources]
    for number, sentence in _LINE.findall(copied):
        written = words(sentence)
        if not written or written == [_NONE]:
            continue
        named = int(number) - 1
        for position in sorted(range(len(sources)), key=lambda position: position != named):
            if found := _located(written, sources[position].title, texts[position]):
                places.setdefault(position, set()).update(found)
                break
    return gathered(places, sources)


def gathered(places: Mapping[int, set[int]], sources: Sequence[Source]) -> tuple[Evidence, ...]:
    """Sentences of the passages as evidence, each that refers back with the one before it.

    Args:
        places: the places of the sentences, by that of their passage; all from 0.
        sources: the passages.
    """
    evidence = []
    for position, found in sorted(places.items()):
        own = sentences(sources[position].text)
        whole = found | {n - 1 for n in found if n and REFERS_BACK.match(own[n])}
        text = " ".join(own[n] for n in sorted(whole))
        evidence.append(Evidence(position + 1, Source(sources[position].title, text)))
    return tuple(evidence)


def _located(copied: list[str], title: str, passage: list[str]) -> set[int]:
    """Which sentences were copied; where none is there word for word, the one that has most of its words."""
    whole = f" {' '.join(copied)} "
    found = {n for n, sentence in enumerate(passage) if _overlaps(whole, f" {' '.join(words(sentence))} ")}
    if not found:
        known = set(words(title)) | _SLIGHT
        telling = [word for word in copied if word not in known] or copied
        shares = [_share(telling, set(words(sentence))) for sentence in passage]
        best = max(range(len(shares)), key=shares.__getitem__, default=None)
        if best is not None and shares[best] >= _ENOUGH:
            found.add(best)
    return found


def _overlaps(copied: str, sentence: str) -> bool:
    return bool(sentence.strip()) and (sentence in copied or copied in sentence)


def _share(copied: list[str], sentence: set[str]) -> float:
    if any(word[0].isdigit() and word not in sentence for word in copied):
        return 0.0
    return sum(word in sentence for word in copied) / len(copied)

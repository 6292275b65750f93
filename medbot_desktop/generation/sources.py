"""Read a passage as sentences in the ways that each may be written, with what each may point back to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from medbot_desktop.generation.claim import sentences_of
from medbot_desktop.generation.clauses import BINDING, MAIN, Clause, Parting, clauses
from medbot_desktop.generation.rewriting import ways_to_write, without_contrast
from medbot_desktop.generation.word_classes import begins_predicate
from medbot_desktop.generation.wording import PRONOUN

_LONGEST_NAME = 4
_TOPIC = 5
"""Words at the beginning of a passage that say what it is about."""
_NEARBY = 2
"""How many sentences back a pronoun may point."""


@dataclass(frozen=True, slots=True)
class Source:
    """A sentence of the passage, written one way, and what is named in it and near it.

    Attributes:
        clauses: its clauses.
        values: the values of its tokens.
        named: the names in it, in those before it and in the first of the passage.
        topic: the names that the passage begins with.
    """

    clauses: tuple[Clause, ...]
    values: frozenset[str]
    named: frozenset[tuple[str, ...]]
    topic: frozenset[tuple[str, ...]]


Ways = tuple[Source, ...]
"""One sentence of the passage in the ways to write it."""


@lru_cache(maxsize=256)
def sources_of(passage: str, parting: Parting) -> tuple[Ways, ...]:
    """The sentences of a passage, in its order.

    Args:
        passage: its text.
        parting: where a comma parts its clauses.
    """
    texts = [passage[start:end] for start, end in sentences_of(passage)]
    plain = [clauses(without_contrast(text), parting) for text in texts]
    names = [frozenset(names_in(own)) for own in plain]
    spoken_of = [frozenset(names_in(_spoken_of(own))) for own in plain]
    beginning = [replace(one, tokens=one.tokens[:_TOPIC]) for one in plain[0][:1]] if plain else []
    topic = frozenset(names_in(beginning))
    found = []
    for place, text in enumerate(texts):
        near = {0, *_before(plain, place)} - {place}
        named = names[place].union(*(spoken_of[one] for one in near))
        # "even if" and the like are marks, which a claim has too.
        found.append(
            tuple(
                Source(own, frozenset(token.value for clause in own for token in clause.tokens), named, topic)
                for own in (clauses(way, parting) for way in ways_to_write(text))
            )
        )
    return tuple(found)


def _names_subject(own: Sequence[Clause]) -> bool:
    """Whether the main clause of a sentence names what it speaks of, and a pronoun behind it stands for that."""
    main = next((clause for clause in own if clause.mark == MAIN), None)
    return main is not None and main.tokens[0].value != PRONOUN and any(map(begins_predicate, main.tokens[1:]))


def _spoken_of(own: Sequence[Clause]) -> Sequence[Clause]:
    """The clauses without the conditions, where a main clause names its subject: "triptans are used if ..."."""
    return [clause for clause in own if clause.mark not in BINDING] if _names_subject(own) else own


def _before(parted: Sequence[Sequence[Clause]], place: int) -> range:
    """The sentences before one that a pronoun in it may point back to."""
    near = 1 if place and _names_subject(parted[place - 1]) else _NEARBY
    return range(max(0, place - near), place)


def values_of(sources: Sequence[Ways]) -> frozenset[str]:
    """The values of all tokens of the sentences."""
    return frozenset().union(*(source.values for ways in sources for source in ways))


def names_in(own: Sequence[Clause]) -> Iterator[tuple[str, ...]]:
    """The runs of words that stand together in a sentence and are no item of a list beside another item."""
    for clause in own:
        for start in range(len(clause.tokens)):
            for end in range(start + 1, min(start + _LONGEST_NAME, len(clause.tokens)) + 1):
                run = clause.tokens[start:end]
                behind = clause.tokens[end : end + 1]
                beside = (run[0].joint and not run[0].pause and start > 0) or (
                    behind and behind[0].joint and not behind[0].pause and len(run) == 1
                )
                if clause.tokens[start - 1].value == "without" and start:
                    continue
                if (
                    not beside
                    and not any(token.begins_part for token in run[1:])
                    and not any(token.is_negated for token in run)
                ):
                    yield tuple(token.value for token in run)

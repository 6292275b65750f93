"""Take up what "it" stands for: "my brother had chest pain last year. Now I have it", "a stroke in May, it's back"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from medbot_desktop.domain import Assertion, Entity
from medbot_desktop.understanding.reach import item_ends, sentence_ends
from medbot_desktop.understanding.tokens import Token, written

_KINDS = ("symptom", "condition", "event")
_TAKEN = {
    Assertion.PAST: Assertion.PRESENT,
    Assertion.OTHER: Assertion.PRESENT,
    Assertion.HYPOTHETICAL: Assertion.UNCERTAIN,
}
"""What is said of a sign before, and what holds of it where it is taken up."""

_SUBJECTS = frozenset("i im ive he hes she shes".split())
_HAVING = frozenset("have has ive got having getting feeling feel get gets hes shes".split())
_VERBS = _HAVING - _SUBJECTS
_BETWEEN = _VERBS | frozenset("now also think just too all exactly both".split())
_IT = frozenset("it that them this same".split())
_SAME_WHAT = frozenset("thing things symptom symptoms problem pain feeling signs".split())
_GOING_ON = frozenset("too now again also myself today tonight and but since as".split())
_ASKING = frozenset("do does did could can might will would if should am have until unless when whether that".split())
_BACK = frozenset("back returned recurred".split())
_COMING = frozenset("come came".split())
_HAPPENING = frozenset("happening started starting doing".split())
_FARTHEST = 2
"""How many sentences before the one that takes it up a sign may stand."""


def taken_up(entities: Sequence[Entity], tokens: Sequence[Token], text: str) -> list[Entity]:
    """Return the entities; those that were of another time or person, and are taken up, hold now.

    Args:
        entities: what a message names, each with its assertion.
        tokens: the message.
        text: the message as cleaned.
    """
    found = list(entities)
    if not any(entity.assertion in _TAKEN for entity in found):
        return found
    for at in range(len(tokens)):
        places = _somebody_has_it(tokens, at) or _it_is_back(tokens, at)
        if places:
            because = written(text, tokens, places)
            for n in _meant(found, tokens, at):
                assertion = _TAKEN[found[n].assertion]
                found[n] = replace(found[n], assertion=assertion, value=None, because=because)
    return found


def _somebody_has_it(tokens: Sequence[Token], at: int) -> tuple[int, ...]:
    """The places of "I have it" that begins at ``at``; none where it does not, or is asked."""
    if tokens[at].word not in _SUBJECTS or (at and tokens[at - 1].word in _ASKING):
        return ()
    later = at + 1
    while later < len(tokens) and tokens[later].word in _BETWEEN | {"the"} and not sentence_ends(tokens, later):
        later += 1
    said = {token.word for token in tokens[at:later]}
    if later >= len(tokens) or tokens[later].word not in _IT or not said & (_VERBS | {"ive", "hes", "shes"}):
        return ()
    last = later
    if last + 1 < len(tokens) and tokens[later].word in ("same", "this") and tokens[last + 1].word in _SAME_WHAT:
        last += 1
    return tuple(range(at, last + 1)) if _is_all(tokens, last) else ()


def _it_is_back(tokens: Sequence[Token], at: int) -> tuple[int, ...]:
    """The places of "it's back" or "it is happening again" that begins at ``at``."""
    if tokens[at].word not in ("it", "its"):
        return ()
    later = at + 1
    while later < len(tokens) and tokens[later].word in {"is", "has", "all", "just", "now"} | _COMING | _HAPPENING:
        later += 1
    if later >= len(tokens) or tokens[later].sentence != tokens[at].sentence:
        return ()
    is_again = tokens[later].word == "again" and tokens[later - 1].word in _HAPPENING
    is_back = tokens[later].word in _BACK and (tokens[at].word == "its" or later > at + 1)
    return tuple(range(at, later + 1)) if (is_back or is_again) and _is_all(tokens, later) else ()


def _is_all(tokens: Sequence[Token], last: int) -> bool:
    """Whether nothing follows that gives the words another meaning: "I have it on film", "it came back clear"."""
    return item_ends(tokens, last) or tokens[last + 1].word in _GOING_ON


def _meant(entities: Sequence[Entity], tokens: Sequence[Token], at: int) -> list[int]:
    """The places of the signs that were named last before ``at``, where none of them is there by itself."""
    signs = [n for n, entity in enumerate(entities) if entity.kind in _KINDS and entity.end <= tokens[at].start]
    if not signs:
        return []
    last = max(signs, key=lambda n: entities[n].end)
    sentence = _sentence(entities[last], tokens)
    if tokens[at].sentence - sentence > _FARTHEST or entities[last].assertion not in _TAKEN:
        return []
    return [n for n in signs if entities[n].assertion in _TAKEN and _sentence(entities[n], tokens) == sentence]


def _sentence(entity: Entity, tokens: Sequence[Token]) -> int:
    return next((token.sentence for token in tokens if token.end > entity.start), 0)

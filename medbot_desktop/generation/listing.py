"""Change over the items of a list in a claim, where their order says nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from medbot_desktop.generation.word_classes import LIMITS, PREPOSITIONS, Tokens, begins_predicate
from medbot_desktop.generation.wording import Token, canonical

_LONGEST_ITEM = 5
_LEADS = PREPOSITIONS - canonical("from under over by") | canonical("with include cause avoid affect") | {"such_as"}
"""What a list of things, and not of steps, stands behind."""
_IN_ORDER = canonical(
    "both between together first last more less rather instead once twice alone each_day each_week"
) | {"more than", "less than"}
_COUNTED = canonical("under over about") | {"<", ">", "<=", ">="}
_MOST_SWAPS = 6


def swapped(claim: Tokens) -> Iterator[Tokens]:
    """Yield the claim with neighbouring items of a list of things changed over.

    A list that steps are taken in, or that a number or a comparison counts on, stays as it is.
    """
    if not _IN_ORDER.isdisjoint(token.value for token in claim):
        return
    seen = {claim}
    waiting = [claim]
    while waiting and len(seen) <= _MOST_SWAPS:
        current = waiting.pop(0)
        for other in _changed_over(current):
            if other not in seen:
                seen.add(other)
                waiting.append(other)
                yield other


def _changed_over(claim: Tokens) -> Iterator[Tokens]:
    for middle, token in enumerate(claim):
        if middle and (token.joint or token.pause == ","):
            end = next((place for place in range(middle + 1, len(claim)) if claim[place].begins_part), len(claim))
            for start in range(max(0, middle - _LONGEST_ITEM), middle):
                if _is_list(claim, start, middle, end):
                    yield _changed(claim, start, middle, end)
                if start and claim[middle - 1].begins_part:
                    break


def _is_list(claim: Tokens, start: int, middle: int, end: int) -> bool:
    """Whether two items of a list of things stand from ``start`` to ``middle`` and from there to ``end``."""
    one, other = claim[start:middle], claim[middle:end]
    if (
        len(other) > _LONGEST_ITEM
        or any(token.begins_part for token in one[1:])
        or not (_is_thing(one) and _is_thing(other))
    ):
        return False
    if not any(token.joint for token in claim[middle:]):
        return False
    return _begins(claim, start, other)


def _begins(claim: Tokens, start: int, other: Tokens) -> bool:
    """Whether a list of things can begin, or go on, at ``start``."""
    first = claim[start]
    if start and (first.begins_part or claim[start - 1].value in _LEADS):
        return first.value not in PREPOSITIONS or first.value == other[0].value
    return bool(start) and first.value in PREPOSITIONS and first.value == other[0].value


def _is_thing(item: Tokens) -> bool:
    """Whether an item is the name of a thing or of people and nothing else."""
    inner = item[1:] if item[0].value in PREPOSITIONS else item
    values = {token.value for token in inner}
    plain = values.isdisjoint(PREPOSITIONS - _COUNTED) and values.isdisjoint(LIMITS - _COUNTED) and "with" not in values
    acts = any(one.is_negated or one.bracket or begins_predicate(one) or "to" in one.before for one in inner)
    return bool(inner) and plain and not acts


def _changed(claim: Tokens, start: int, middle: int, end: int) -> Tokens:
    one, other = claim[start:middle], claim[middle:end]
    return (*claim[:start], *_opened_as(other, one[0]), *_opened_as(one, other[0]), *claim[end:])


def _opened_as(item: Tokens, first: Token) -> Tokens:
    """The item with the comma or the "and" that another begins with."""
    return (replace(item[0], joint=first.joint, pause=first.pause), *item[1:])

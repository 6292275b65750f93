"""Bring the words of a claim into the order of the passage, where another order says the same.

A phrase of time or place may stand elsewhere, a passive may turn into an active, "tablets of paracetamol" into
"paracetamol tablets". Who does what to whom, and which number goes with what, stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from medbot_desktop.generation.word_classes import (
    COMPARATORS,
    LIMITS,
    PARTICLES,
    PREPOSITIONS,
    Tokens,
    begins_predicate,
)
from medbot_desktop.generation.wording import Token, canonical

_MOVABLE = canonical(
    "in on at for during after before within from until once twice every at_once as_soon_as_can each_day each_week"
)
_FLOATING = canonical("only usually often always") | {"may"}
_FIXED = LIMITS - _FLOATING
_SINGLES_OUT = canonical("only most best main first")
_PARTICIPLES = ("ed", "en", "wn", "pt", "ft", "ut", "ld", "ne")
_MOST_ORDERS = 16


def orders(claim: Tokens, clause: Tokens) -> Iterator[Tokens]:
    """The claim, and its tokens in other orders that say the same and are nearer to the clause's order."""
    yield claim
    waiting, seen = [claim], {claim}
    while waiting and len(seen) < _MOST_ORDERS:
        current = waiting.pop(0)
        now = _descents(current, clause)
        if not now:
            continue
        for other in (*_moved(current, clause), *_rotated(current, clause, now)):
            if other not in seen and _keeps_amounts(claim, other) and _descents(other, clause) < now:
                seen.add(other)
                waiting.append(other)
                yield other


def _keeps_amounts(claim: Tokens, other: Tokens) -> bool:
    """Whether each number and comparison still stands before its word, and each limit beside one of its own."""
    pairs, kept = _pairs(claim), set(_pairs(other))
    for n, (token, behind) in enumerate(pairs):
        before = pairs[n - 1] if n else ("", token)
        if token[0].isdigit() or token in COMPARATORS:
            if (token, behind) not in kept:
                return False
        elif token in _FIXED and (token, behind) not in kept and before not in kept:
            return False
    return True


def _pairs(claim: Tokens) -> list[tuple[str, str]]:
    values = [token.value for token in claim]
    return list(zip(values, [*values[1:], ""], strict=True))


def _places(claim: Tokens, clause: Tokens) -> list[int | None]:
    """Where in the clause each token of the claim stands: of several places the next after the one before it."""
    where: dict[str, list[int]] = {}
    for place, token in enumerate(clause):
        where.setdefault(token.value, []).append(place)
    found: list[int | None] = []
    last = -1
    for n, token in enumerate(claim):
        following = claim[n + 1].value if n + 1 < len(claim) else ""
        own = [
            (one != last + 1, one + 1 < len(clause) and clause[one + 1].value != following, one <= last, one)
            for one in where.get(token.value, ())
        ]
        if own:
            last = min(own)[-1]
        found.append(last if own else None)
    return found


def _descents(claim: Tokens, clause: Tokens) -> int:
    """How often the claim goes back in the clause."""
    places = [place for place in _places(claim, clause) if place is not None]
    return sum(later <= earlier for earlier, later in pairwise(places))


def _moved(claim: Tokens, clause: Tokens) -> Iterator[Tokens]:
    """The claim after one move of a phrase, of the verb of a passive, or of a noun with "of"."""
    places = _places(claim, clause)
    for start, token in enumerate(claim):
        place = places[start]
        if place is None:
            continue
        if token.value in _MOVABLE or "to" in token.before & clause[place].before:
            yield from _phrase_moved(claim, clause, places, start)
        if token.written == "only" or token.value in PARTICLES:
            rest = (*claim[:start], *claim[start + 1 :])
            yield from ((*rest[:target], token, *rest[target:]) for target in range(len(rest) + 1))
        if start and token.follows_aux:
            yield from _active(claim, clause, places, start)
            if not _SINGLES_OUT.isdisjoint(one.value for one in claim):
                yield (*claim[start:], *claim[:start])
        if clause[place].follows_aux and place:
            yield from _passive(claim, clause, start)
        if start and ("of" in token.before or "of" in _before(clause, places[start - 1])):
            yield from _nouns_swapped(claim, clause, places, start)


def _rotated(claim: Tokens, clause: Tokens, descents: int) -> Iterator[Tokens]:
    """The claim, which goes back in the clause once, with the two runs of words changed over that stand the other way.

    Who does something to whom takes two steps back to turn round; "A is a B", which takes one, is left alone.
    """
    places = _places(claim, clause)
    turn = next((n for n in range(1, len(claim)) if _goes_back(places, n)), None)
    if descents != 1 or turn is None:
        return
    if claim[turn].joint == "or":
        yield from _items_swapped(claim, turn)
    if _is_aux_of_be(claim[turn]) and not _is_done(claim[turn], clause):
        return
    for start in range(turn):
        for end in range(turn + 1, len(claim) + 1):
            moved = (*claim[start:turn], *claim[turn:end])
            whole = start == 0 and end == len(claim)
            if whole or not any(token.joint == "and" for token in moved):
                yield (*claim[:start], *claim[turn:end], *claim[start:turn], *claim[end:])


def _items_swapped(claim: Tokens, turn: int) -> Iterator[Tokens]:
    """The claim with the items around an "or" changed over; the "or" stays between them."""
    for start in range(turn):
        for end in range(turn + 1, len(claim) + 1):
            one, other = claim[start:turn], claim[turn:end]
            is_alike = one[0].is_negated == other[0].is_negated
            if not is_alike or any(token.is_negated for token in (*one[1:], *other[1:])):
                break
            if any(token.joint for token in other[1:]):
                break
            first = replace(other[0], joint=one[0].joint, pause=one[0].pause)
            second = replace(one[0], joint="or", pause=other[0].pause)
            yield (*claim[:start], first, *other[1:], second, *one[1:], *claim[end:])


def _is_done(verb: Token, clause: Tokens) -> bool:
    """Whether the verb is the passive of one that the clause has in the active: "is taken" of "take"."""
    active = [token for token in clause if token.value == verb.value]
    return verb.written.endswith(_PARTICIPLES) and not any(
        _is_aux_of_be(token) or _has_article(token) for token in active
    )


def _goes_back(places: list[int | None], n: int) -> bool:
    earlier = next((place for place in reversed(places[:n]) if place is not None), None)
    here = places[n]
    return here is not None and earlier is not None and here <= earlier


def _active(claim: Tokens, clause: Tokens, places: list[int | None], verb: int) -> Iterator[Tokens]:
    """The claim with the verb of its passive where the clause tells or does it."""
    by = next((place for place, token in enumerate(claim) if token.value == "by"), None)
    if by is not None:
        begin = verb - 1 if claim[verb - 1].value == "may" else verb
        if verb < by:
            yield (*claim[by + 1 :], *claim[begin:by], *claim[:begin])
        return
    first = places[0]
    if (first is not None and _is_aux_of_be(clause[first])) or _has_article(claim[verb]):
        return
    if places[verb] == 0:
        yield (claim[verb], *claim[:verb], *claim[verb + 1 :])
    if places[verb] == 1 and clause[0].value == "may" == claim[verb - 1].value:
        yield (claim[verb - 1], claim[verb], *claim[: verb - 1], *claim[verb + 1 :])


def _is_aux_of_be(token: Token) -> bool:
    return not token.before.isdisjoint({"is", "are", "was", "were"})


def _has_article(token: Token) -> bool:
    return not token.before.isdisjoint({"a", "an", "the", "your"})


def _passive(claim: Tokens, clause: Tokens, verb: int) -> Iterator[Tokens]:
    """The claim with its verb where the passive of the clause has it."""
    by = next((token for token in clause if token.value == "by"), None)
    if by is not None and verb:
        for end in range(verb + 2, len(claim) + 1):
            begin = verb - 1 if claim[verb - 1].value == "may" else verb
            yield (*claim[verb + 1 : end], *claim[begin : verb + 1], *claim[end:], by, *claim[:begin])
    elif by is None and verb == 0 and not claim[0].follows_aux and not _has_article(claim[0]):
        yield from ((*claim[1:end], claim[0], *claim[end:]) for end in range(2, min(len(claim), 8) + 1))


def _nouns_swapped(claim: Tokens, clause: Tokens, places: list[int | None], start: int) -> Iterator[Tokens]:
    """The claim with two neighbouring nouns in the order of the clause: "tablets of paracetamol"."""
    head = places[start - 1]
    if claim[start].follows_aux or head is None or clause[head].follows_aux:
        return
    longest = 3 if "of" in claim[start].before else 1
    for right in range(start + 1, min(start + longest, len(claim)) + 1):
        swapped = [*places[start:right], places[start - 1]]
        first = swapped[0]
        if first is not None and swapped == list(range(first, first + len(swapped))):
            yield (*claim[: start - 1], *claim[start:right], claim[start - 1], *claim[right:])


def _before(clause: Tokens, place: int | None) -> frozenset[str]:
    return frozenset() if place is None else clause[place].before


def _phrase_moved(claim: Tokens, clause: Tokens, places: list[int | None], start: int) -> Iterator[Tokens]:
    """The claim with the phrase at ``start`` where the clause has it."""
    end = start + 1
    while end < len(claim) and places[end] is not None and places[end] == (places[end - 1] or 0) + 1:
        end += 1
    begin = places[start] or 0
    for stop in range(start + 1, end + 1):
        behind = (places[stop - 1] or 0) + 1
        ends_phrase = behind >= len(clause) or clause[behind].begins_part or begins_predicate(clause[behind])
        if not (ends_phrase or clause[behind].value in PREPOSITIONS | _MOVABLE or clause[behind].bracket):
            continue
        phrase, rest = claim[start:stop], (*claim[:start], *claim[stop:])
        others = [*places[:start], *places[stop:]]
        for target in range(len(rest) + 1):
            left = others[target - 1] if target else None
            # What stands behind an "and" says something of that alone.
            crossed = clause[left + 1 : begin + 1] if left is not None else ()
            passed = rest[min(start, target) : max(start, target)]
            leads = (start == 0 and target == len(rest)) or (target == 0 and stop == len(claim))
            if target != start and (leads or not any(token.joint == "and" for token in (*crossed, *passed))):
                yield (*rest[:target], *phrase, *rest[target:])

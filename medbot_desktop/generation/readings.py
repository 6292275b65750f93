"""Find the ways in which the clauses of a claim can be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from medbot_desktop.generation.clauses import MAIN, Clause, Parting, attached, clauses


@lru_cache(maxsize=512)
def readings_of(sentence: str, parting: Parting) -> tuple[tuple[Clause, ...], ...]:
    """The ways to part a claim into clauses, each of which claims no less than the usual one.

    Args:
        sentence: the claim.
        parting: where a comma parts its clauses.
    """
    others = (Parting.NEVER, Parting.NEITHER) if parting is Parting.USUAL else ()
    found = [clauses(sentence, one) for one in (parting, *others)]
    usual = found[0]
    for place, clause in enumerate(usual):
        if clause.mark != MAIN:
            continue
        for cut, token in enumerate(clause.tokens):
            if cut and token.joint == "and" and not token.pause:
                one = replace(clause, tokens=clause.tokens[:cut])
                other = replace(clause, tokens=clause.tokens[cut:], link="and")
                found.append(attached((*usual[:place], one, other, *usual[place + 1 :])))
        found += _reasons_turned(usual, place)
    found += [one for reading in tuple(found) for one in (*_contrasts_parted(reading), *_conditions_of_first(reading))]
    return tuple(dict.fromkeys(found))


def _contrasts_parted(parted: tuple[Clause, ...]) -> Iterator[tuple[Clause, ...]]:
    """The reading with "A, though B" as "A, but B"."""
    if any(one.mark == "although" for one in parted):
        yield attached([replace(one, mark=MAIN, link="but") if one.mark == "although" else one for one in parted])


def _conditions_of_first(parted: tuple[Clause, ...]) -> Iterator[tuple[Clause, ...]]:
    """The reading with "if C, A, but B" as "if C, A, but at any time B", which claims more."""
    shared = [
        place
        for place, one in enumerate(parted)
        if len(one.belongs_to) == 2 and place < one.belongs_to[0] and parted[one.belongs_to[1]].link == "but"
    ]
    if shared:
        yield tuple(replace(one, belongs_to=one.belongs_to[:1]) if n in shared else one for n, one in enumerate(parted))


def _reasons_turned(usual: tuple[Clause, ...], place: int) -> Iterator[tuple[Clause, ...]]:
    """The reading with "A, because B" as "B, so A", and the other way round."""
    main = usual[place]
    reason = next((n for n, one in enumerate(usual) if one.mark == "because" and one.belongs_to == (place,)), None)
    if reason is not None:
        rest = [one for n, one in enumerate(usual) if n not in (place, reason)]
        yield attached((*rest[:place], replace(usual[reason], mark=MAIN), replace(main, link="so"), *rest[place:]))
    if main.link == "so" and place and usual[place - 1].mark == MAIN:
        reason_before = replace(usual[place - 1], mark="because")
        yield attached((*usual[: place - 1], replace(main, link=""), *usual[place + 1 :], reason_before))

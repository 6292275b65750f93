"""Decide whether a sentence says, in other words, what neighbouring sentences of a passage say.

Each clause of the sentence must be covered by a clause of the passage with the same mark; a condition must be the one
that the passage sets for the same thing, and none that it sets may be left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from medbot_desktop.generation.claim import sentences_of
from medbot_desktop.generation.clauses import BINDING, MAIN, Clause, Parting, attached, clauses
from medbot_desktop.generation.covering import TAKING, Setting, covers
from medbot_desktop.generation.word_classes import HEDGES, PEOPLE, PREPOSITIONS, STAND_INS
from medbot_desktop.generation.wording import PRONOUN, Token

_WIDEST = 3
"""Neighbouring sentences of a passage that one sentence may draw together."""
_LEAST_SHARED = 0.4
_LONGEST_NAME = 4
_TOPIC = 5
"""Words at the beginning of a passage that say what it is about."""
_UNASKED = PREPOSITIONS | HEDGES | STAND_INS | {PRONOUN, "help"}
"""Words that the passage need not have to be looked at."""
_NEARBY = 2
"""How many sentences back a pronoun may point."""


@dataclass(frozen=True, slots=True)
class _Source:
    """A sentence of the passage, and what is named in it and near it."""

    clauses: tuple[Clause, ...]
    values: frozenset[str]
    named: frozenset[tuple[str, ...]]
    topic: frozenset[tuple[str, ...]]


def restating(sentence: str, passage: str) -> tuple[int, int] | None:
    """Find the stretch of a passage that a sentence restates.

    Args:
        sentence: one sentence without citation marks.
        passage: the text that it cites.

    Returns:
        The (start, end) offsets of one to three neighbouring sentences of the passage; None where none say it.
    """
    spans = sentences_of(passage)
    for parting in (Parting.USUAL, Parting.INLINE, Parting.LISTED):
        sources, readings = _sources(passage, parting), _readings(sentence, parting)
        said = {token.value for clause in readings[0] for token in clause.tokens} - _UNASKED
        heard = frozenset().union(*(source.values for source in sources))
        if not said or not said <= heard | {"avoid"} | (TAKING if "avoid" in heard else frozenset()):
            continue
        for width in range(1, min(_WIDEST, len(sources)) + 1):
            for start in range(len(sources) - width + 1):
                window = sources[start : start + width]
                shared = said & frozenset().union(*(source.values for source in window))
                if len(shared) >= _LEAST_SHARED * len(said) and any(_holds(claim, window) for claim in readings):
                    return spans[start][0], spans[start + width - 1][1]
    return None


@lru_cache(maxsize=256)
def _sources(passage: str, parting: Parting = Parting.USUAL) -> tuple[_Source, ...]:
    texts = [passage[start:end] for start, end in sentences_of(passage)]
    parted = [clauses(text, parting) for text in texts]
    names = [frozenset(_names(own)) for own in parted]
    beginning = [replace(one, tokens=one.tokens[:_TOPIC]) for one in parted[0][:1]] if parted else []
    topic = frozenset(_names(beginning))
    found = []
    for place, own in enumerate(parted):
        near = {0, *range(max(0, place - _NEARBY), place + 1)}
        # "even if" and the like are marks, which a claim has too.
        values = frozenset(token.value for clause in own for token in clause.tokens)
        found.append(_Source(own, values, frozenset().union(*(names[one] for one in near)), topic))
    return tuple(found)


def _names(own: Sequence[Clause]) -> Iterator[tuple[str, ...]]:
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


@lru_cache(maxsize=512)
def _readings(sentence: str, parting: Parting) -> tuple[tuple[Clause, ...], ...]:
    """The ways to part the claim into clauses."""
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
        found += _drawn_together(usual, place)
    return tuple(dict.fromkeys(found))


def _drawn_together(usual: tuple[Clause, ...], place: int) -> Iterator[tuple[Clause, ...]]:
    """The reading with "A does B, and it does C" as "A does B and does C"."""
    behind = usual[place + 1 : place + 2]
    if not behind or behind[0].mark != MAIN or behind[0].link != "and" or len(behind[0].tokens) < 2:
        return
    pronoun, first, *rest = behind[0].tokens
    if pronoun.value == PRONOUN and not pronoun.is_negated:
        tokens = (*usual[place].tokens, replace(first, joint="and", pause=""), *rest)
        yield attached((*usual[:place], replace(usual[place], tokens=tokens), *usual[place + 2 :]))


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


def _holds(claim: tuple[Clause, ...], window: Sequence[_Source]) -> bool:
    """Whether every clause of the claim is said in the window, and every sentence of the window is needed."""
    mains = [place for place, clause in enumerate(claim) if clause.mark == MAIN]
    used: list[int] = []
    for n, main in enumerate(mains):
        where = next(
            (
                number
                for number, source in enumerate(window)
                if any(_fits(claim, main, source, run, keeps_start=n > 0) for run in _runs(source))
            ),
            None,
        )
        if where is None or (claim[main].link == "so" and used[-1:] != [where]):
            return False
        used.append(where)
    return bool(mains) and len(set(used)) == len(window)


_Run = tuple[tuple[int, ...], tuple[Token, ...]]
"""The places of the clauses of the passage, and their tokens."""


def _runs(source: _Source) -> Iterator[_Run]:
    """What a sentence says: each main clause, with the subject that it shares, and neighbouring ones together."""
    mains = [place for place, clause in enumerate(source.clauses) if clause.mark == MAIN]
    for size in (1, 2):
        for start in range(len(mains) - size + 1):
            run = tuple(mains[start : start + size])
            yield run, tuple(token for place in run for token in source.clauses[place].tokens)
    for earlier, later in pairwise(mains):
        subject = _subject(source.clauses[earlier])
        if (
            subject
            and source.clauses[later].tokens[0].value != PRONOUN
            and source.clauses[later].link in ("and", "but")
        ):
            first, *rest = source.clauses[later].tokens
            yield (later,), (*subject, replace(first, joint="", pause=""), *rest)
    for place, clause in enumerate(source.clauses):
        if clause.mark == "which" and place:
            yield (place,), (*source.clauses[place - 1].tokens[-1:], *clause.tokens)


def _subject(clause: Clause) -> tuple[Token, ...]:
    """The tokens before the auxiliary verb of a clause; empty where it has none."""
    for place, token in enumerate(clause.tokens):
        if place and (token.follows_aux or token.value == "may"):
            return clause.tokens[:place]
    return ()


def _fits(claim: tuple[Clause, ...], main: int, source: _Source, run: _Run, *, keeps_start: bool) -> bool:
    """Whether the main clause of the claim, with all that belongs to it, is what the run of the source says."""
    places, tokens = run
    setting = Setting(source.named, source.topic, _said_elsewhere(claim, main), MAIN, keeps_start)
    links = claim[main].link, source.clauses[places[0]].link
    if links[0] != links[1] and ("so" in links[:1] or set(links) == {"and", "or"}):
        return False
    if not covers(claim[main].tokens, tokens, setting):
        return False
    own = [clause for clause in claim if main in clause.belongs_to]
    bound = [clause for clause in source.clauses if not set(places).isdisjoint(clause.belongs_to)]
    met: list[Clause] = []
    for clause in own:
        # A condition of another part of the same sentence only narrows this one.
        others = [one for one in source.clauses if one.mark in BINDING and one not in bound]
        hits = _hits(clause, (*bound, *others), claim, source)
        if hits:
            met += hits
        elif not _is_known(clause, source, bound):
            return False
    return all(one in met or _is_alternative(one, met, bound) for one in bound if one.mark in BINDING)


def _hits(clause: Clause, among: Sequence[Clause], claim: tuple[Clause, ...], source: _Source) -> list[Clause]:
    """The clauses of the passage that say the clause of the claim: one, or one for each of its alternatives."""
    hit = next((one for one in among if _same_clause(clause, one, claim, source)), None)
    if hit is not None:
        return [hit]
    for cut, token in enumerate(clause.tokens):
        if cut and token.joint == "or":
            parts = (replace(clause, tokens=clause.tokens[:cut]), replace(clause, tokens=clause.tokens[cut:]))
            each = [next((one for one in among if _same_clause(part, one, claim, source)), None) for part in parts]
            found = [one for one in each if one is not None]
            if len(set(found)) == len(parts):
                return found
    return []


def _same_clause(clause: Clause, source_clause: Clause, claim: tuple[Clause, ...], source: _Source) -> bool:
    if clause.mark != source_clause.mark:
        return False
    setting = Setting(source.named, source.topic, _said_elsewhere(claim, None), clause.mark)
    return covers(clause.tokens, source_clause.tokens, setting)


def _is_alternative(clause: Clause, met: Sequence[Clause], bound: Sequence[Clause]) -> bool:
    """Whether the passage gives the condition as one of several of which one is met: "if A, if B or if C"."""
    series = [one for one in bound if one.mark == clause.mark]
    links = {one.link for one in series}
    return "or" in links and "and" not in links and any(one in met for one in series)


def _is_known(clause: Clause, source: _Source, bound: Sequence[Clause]) -> bool:
    """Whether a short condition only says again what the passage is about: "if you have a hypo"."""
    name = tuple(token.value for token in clause.tokens)
    plain = not any(token.is_number or token.is_negated for token in clause.tokens) and PEOPLE.isdisjoint(name)
    free = not any(one.mark == clause.mark for one in bound)
    return clause.mark in ("if", "after", "during") and plain and free and len(name) <= 3 and name in source.named


@lru_cache(maxsize=1_024)
def _said_elsewhere(claim: tuple[Clause, ...], main: int | None) -> frozenset[tuple[str, ...]]:
    return frozenset(_names([clause for place, clause in enumerate(claim) if place != main]))

"""Decide whether a sentence says, in other words, what neighbouring sentences of a passage say.

Each clause of the sentence must be covered by a clause of the passage with the same mark; a condition must be the one
that the passage sets for the same thing, and none that it sets may be left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

from medbot_desktop.generation.claim import sentences_of
from medbot_desktop.generation.clauses import BINDING, MAIN, Clause, Parting
from medbot_desktop.generation.covering import Setting, covers
from medbot_desktop.generation.readings import readings_of
from medbot_desktop.generation.sources import Source, Ways, names_in, sources_of, values_of
from medbot_desktop.generation.word_classes import HEDGES, PEOPLE, PREPOSITIONS, STAND_INS, begins_predicate
from medbot_desktop.generation.wording import PRONOUN, Token

_WIDEST = 3
"""Neighbouring sentences of a passage that one sentence may draw together."""
_LEAST_SHARED = 0.4
_LONGEST_NAME = 4
_ARTICLES = frozenset({"a", "an", "the", "your"})
_UNASKED = PREPOSITIONS | HEDGES | STAND_INS | {PRONOUN, "help"}
"""Words that the passage need not have to be looked at."""


def restating(sentence: str, passage: str) -> tuple[int, int] | None:
    """Find the stretch of a passage that a sentence restates.

    Args:
        sentence: one sentence without citation marks.
        passage: the text that it cites.

    Returns:
        The (start, end) offsets of one to three neighbouring sentences of the passage; None where none say it.
    """
    spans = sentences_of(passage)
    for parting in (Parting.USUAL, Parting.INLINE, Parting.LEADING):
        sources, readings = sources_of(passage, parting), readings_of(sentence, parting)
        said = {token.value for clause in readings[0] for token in clause.tokens} - _UNASKED
        if not said or not said <= values_of(sources) | {"avoid"}:
            continue
        for width in range(1, min(_WIDEST, len(sources)) + 1):
            for start in range(len(sources) - width + 1):
                window = sources[start : start + width]
                shared = said & values_of(window)
                if len(shared) < _LEAST_SHARED * len(said):
                    continue
                if any(_holds(claim, window, keeps_start=parting is Parting.LEADING) for claim in readings):
                    return spans[start][0], spans[start + width - 1][1]
    return None


def _holds(claim: tuple[Clause, ...], window: Sequence[Ways], *, keeps_start: bool) -> bool:
    """Whether every clause of the claim is said in the window, and every sentence of the window is needed."""
    mains = [place for place, clause in enumerate(claim) if clause.mark == MAIN]
    used: list[int] = []
    for n, main in enumerate(mains):
        where = next(
            (
                number
                for number, ways in enumerate(window)
                if any(
                    _fits(claim, main, one, run, keeps_start=keeps_start or n > 0) for one in ways for run in _runs(one)
                )
            ),
            None,
        )
        if where is None or (claim[main].link == "so" and used[-1:] != [where]):
            return False
        used.append(where)
    told = [(claim[main], where) for main, where in zip(mains, used, strict=True)]
    in_order = all(_keeps_order(one, other, window) for one, other in pairwise(told))
    return bool(mains) and in_order and len(set(used)) == len(window)


def _keeps_order(one: tuple[Clause, int], other: tuple[Clause, int], window: Sequence[Ways]) -> bool:
    """Whether two things to do one after the other stand so in the passage: "rinse and spit"."""
    (step, where), (next_step, next_where) = one, other
    if not (_is_step(step) and _is_step(next_step)) or where != next_where:
        return where <= next_where or not (_is_step(step) and _is_step(next_step))
    values = [token.value for clause in window[where][0].clauses for token in clause.tokens]
    first, then = step.tokens[0].value, next_step.tokens[0].value
    return first not in values or then not in values[: values.index(first)]


def _is_step(clause: Clause) -> bool:
    """Whether a main clause may tell somebody to do something."""
    first, *rest = clause.tokens
    names_somebody = first.value == PRONOUN or not first.before.isdisjoint(_ARTICLES)
    return not (names_somebody or first.is_negated or any(begins_predicate(token) for token in rest))


_Run = tuple[tuple[int, ...], tuple[Token, ...]]
"""The places of the clauses of the passage, and their tokens."""


def _runs(source: Source) -> Iterator[_Run]:
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
            yield (place,), (*_antecedent(source.clauses[place - 1]), *clause.tokens)


def _antecedent(clause: Clause) -> tuple[Token, ...]:
    """What "which" behind a clause stands for: its last word, with those that follow the same article."""
    size = len(clause.tokens)
    first = next((place for place in reversed(range(size)) if not clause.tokens[place].before.isdisjoint(_ARTICLES)), 0)
    parted = any(
        token.value in PREPOSITIONS or begins_predicate(token) or not token.before.isdisjoint({"to", "of"})
        for token in clause.tokens[first + 1 :]
    )
    return clause.tokens[size - 1 if parted or first < size - _LONGEST_NAME else first :]


def _subject(clause: Clause) -> tuple[Token, ...]:
    """The tokens before the auxiliary verb of a clause; empty where it has none."""
    for place, token in enumerate(clause.tokens):
        if place and (token.follows_aux or token.value == "may"):
            return clause.tokens[:place]
    return ()


def _fits(claim: tuple[Clause, ...], main: int, source: Source, run: _Run, *, keeps_start: bool) -> bool:
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
        others = [
            one for one in source.clauses if one.mark in BINDING and one not in bound and one.link not in ("and", "but")
        ]
        hits = _hits(clause, (*bound, *others), claim, source)
        if hits:
            met += hits
        elif not _is_known(clause, source, bound):
            return False
    return all(one in met or _is_alternative(one, met, bound) for one in bound if one.mark in BINDING)


def _hits(clause: Clause, among: Sequence[Clause], claim: tuple[Clause, ...], source: Source) -> list[Clause]:
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


def _same_clause(clause: Clause, source_clause: Clause, claim: tuple[Clause, ...], source: Source) -> bool:
    if clause.mark != source_clause.mark:
        return False
    setting = Setting(source.named, source.topic, _said_elsewhere(claim, None), clause.mark)
    return covers(clause.tokens, source_clause.tokens, setting)


def _is_alternative(clause: Clause, met: Sequence[Clause], bound: Sequence[Clause]) -> bool:
    """Whether the passage gives the condition as one of several of which one is met: "if A, if B or if C"."""
    series = [one for one in bound if one.mark == clause.mark]
    links = {one.link for one in series}
    return "or" in links and "and" not in links and any(one in met for one in series)


def _is_known(clause: Clause, source: Source, bound: Sequence[Clause]) -> bool:
    """Whether a short condition only says again what the passage is about: "if you have a hypo"."""
    name = tuple(token.value for token in clause.tokens)
    plain = not any(token.is_number or token.is_negated for token in clause.tokens) and PEOPLE.isdisjoint(name)
    free = not any(one.mark == clause.mark for one in bound)
    begun = tuple(token.value for token in source.clauses[0].tokens[: len(name)]) if clause.mark == "after" else ()
    known = name == begun or name in source.topic
    return clause.mark in ("if", "after", "during") and plain and free and len(name) <= 3 and known


@lru_cache(maxsize=1_024)
def _said_elsewhere(claim: tuple[Clause, ...], main: int | None) -> frozenset[tuple[str, ...]]:
    return frozenset(names_in([clause for place, clause in enumerate(claim) if place != main]))

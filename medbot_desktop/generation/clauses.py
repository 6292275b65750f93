"""Part a sentence into its clauses: what is said, and when, why or for whom it holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import lru_cache

from medbot_desktop.generation.word_classes import PREPOSITIONS
from medbot_desktop.generation.wording import PRONOUN, Token, canonical, tokens

MAIN = ""
ELABORATION = "elaboration"
PURPOSE = "purpose"
BINDING = frozenset([*"if unless until before after".split(), "not if", "not before", "not after", "not until"])
"""Clauses without which the clause that they belong to claims more."""

_MARKS = {
    **dict.fromkeys("if when whenever once while whilst".split(), "if"),
    **dict.fromkeys("because since".split(), "because"),
    **dict.fromkeys("although though".split(), "although"),
    **{word: word for word in "unless until before after even_if so_that".split()},
}
_ASIDES = frozenset(["because", "which", "so_that", "although", ELABORATION])
"""Clauses that, behind a comma, say more: what follows hangs on them and not on the main clause."""
_BECAUSE = "because", ""
_MAYBE_PREPOSITION = frozenset("before after until since".split())
_NOT_ONCE = frozenset("a every each daily per more again twice each_day each_week weekly".split())
_ELABORATES = canonical("usually often mostly mainly sometimes")
_AS_SAID = frozenset("prescribed directed needed instructed advised usual normal well".split())
_CLAUSE_WORDS = frozenset("you is are has have was were".split())


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of a sentence.

    Attributes:
        mark: what it begins with (``if``, ``because``, ...); empty for a main clause.
        tokens: its tokens, without the mark.
        belongs_to: the places in the sentence of the main clauses that it belongs to; empty for a main clause.
        link: ``or``, ``but``, ``and`` or ``so`` where one stands before it.
    """

    mark: str
    tokens: tuple[Token, ...]
    belongs_to: tuple[int, ...] = ()
    link: str = ""


class Parting(Enum):
    """Where a comma with "and" or "or" behind it parts clauses."""

    USUAL = auto()
    """Before "and"."""
    NEVER = auto()
    """Nowhere: it is the comma of a list."""
    NEITHER = auto()
    """Before "and" and "or", where "do not" reaches behind the "or"."""
    INLINE = auto()
    """Before "and", and what "before", "after" and "until" begin is a phrase of the clause that it stands in."""
    LISTED = auto()
    """Before "and", and a condition that stands first may hold a list: "if you have A, B or C, do not take D"."""


@lru_cache(maxsize=4_096)
def clauses(sentence: str, parting: Parting = Parting.USUAL) -> tuple[Clause, ...]:
    """The clauses of one sentence in order."""
    parted = [clause for clause in _parted(tokens(sentence), parting) if clause.tokens]
    return attached(_with_purposes(parted))


def _with_purposes(parted: list[Clause]) -> list[Clause]:
    """The clauses, each purpose and fronted phrase at the end of the main clause that it belongs to."""
    found: list[Clause] = []
    waiting: tuple[Token, ...] = ()
    for clause in parted:
        main = next((place for place in reversed(range(len(found))) if found[place].mark == MAIN), None)
        if clause.mark != PURPOSE:
            found.append(clause)
            if clause.mark == MAIN and waiting:
                found[-1] = replace(clause, tokens=(*clause.tokens, *waiting))
                waiting = ()
        elif main is None:
            waiting = (*waiting, *clause.tokens)
        else:
            found[main] = replace(found[main], tokens=(*found[main].tokens, *clause.tokens))
    return [*found, Clause(MAIN, waiting)] if waiting else found


def _parted(stream: tuple[Token, ...], parting: Parting) -> Iterator[Clause]:
    mark, link = MAIN, ""
    own: list[Token] = []
    leading = apart = False
    for place, token in enumerate(stream):
        found = _mark_of(stream, place)
        if parting is Parting.INLINE and found in _MAYBE_PREPOSITION:
            found = None
        if found is not None and (token.pause or not apart):
            yield Clause(mark, tuple(own), link=link)
            leading = leading or place == 0
            apart = bool(token.pause) and found in _ASIDES
            mark, link, own = found, token.joint, []
            continue
        ends_leading = leading and bool(own) and not (parting is Parting.LISTED and _goes_on_listing(stream, place))
        begun = _extra(stream, place, mark) or _begun(token, ends_leading, parting)
        if begun is None and mark not in (MAIN, ELABORATION) and _goes_on(token, own):
            begun = MAIN, "and"
        if begun is not None:
            yield Clause(mark, tuple(own), link=link)
            mark, link = begun
            apart = mark in _ASIDES
            own, leading = [], mark == PURPOSE and (leading or not place)
            if parting is Parting.NEITHER and link == "or":
                token = replace(token, is_negated=True)
        if token.value != "but":
            own.append(token)
    yield Clause(mark, tuple(own), link=link)


def _goes_on_listing(stream: tuple[Token, ...], place: int) -> bool:
    """Whether the comma at a place parts items of a list, whose last one an "or" joins and another comma ends."""
    last = next((n for n in range(place, len(stream)) if stream[n].joint), None)
    if last is None or stream[last].joint != "or":
        return False
    end = next((n for n in range(last + 1, len(stream)) if stream[n].pause), None)
    return end is not None and not stream[end].joint and stream[end].written not in _MARKS


def _extra(stream: tuple[Token, ...], place: int, mark: str) -> tuple[str, str] | None:
    """The mark and the link of a part that begins at a place and hangs on a main clause, like a purpose."""
    if mark != ELABORATION and _is_aside(stream[place], place):
        return PURPOSE, ""
    return (ELABORATION, "") if _is_elaboration(stream, place) else None


def _is_aside(token: Token, place: int) -> bool:
    """Whether a purpose begins, or a phrase before all else: "to prevent thrush", "in an attack"."""
    if token.joint or token.bracket:
        return False
    purposeful = "to" in token.before and (not place or bool(token.pause))
    return purposeful or (not place and token.value in PREPOSITIONS)


def _is_elaboration(stream: tuple[Token, ...], place: int) -> bool:
    """Whether a part begins that says more of the same: ", usually 5 days after they appeared"."""
    token, behind = stream[place], stream[place + 1 : place + 2]
    if not token.pause or token.joint or token.bracket or token.value not in _ELABORATES or not place or not behind:
        return False
    return behind[0].is_number or behind[0].value in PREPOSITIONS


def _goes_on(token: Token, own: list[Token]) -> bool:
    """Whether the main clause goes on behind a condition: "pain when you pass urine AND NEEDING to go more often"."""
    is_doing = token.joint == "and" and token.written.endswith("ing")
    return is_doing and not any(other.written.endswith("ing") for other in own)


def _begun(token: Token, ends_leading: bool, parting: Parting) -> tuple[str, str] | None:
    """The mark and the link of the clause that begins with the token itself; None where none begins."""
    if token.value == "but":
        return MAIN, "but"
    if "as" in token.before and token.value == PRONOUN:
        return _BECAUSE
    if token.bracket or not token.pause:
        return None
    if "as" in token.before and not token.joint and token.written not in _AS_SAID:
        return _BECAUSE
    if "which" in token.before and not token.joint:
        return "which", ""
    link = "so" if "so" in token.before else "then" if "then" in token.before else token.joint
    subject = "you" in token.before or token.value == PRONOUN
    parts = {
        "and": parting is not Parting.NEVER,
        "or": subject or parting is Parting.NEITHER,
        "": ends_leading or token.pause == ";",
    }.get(link, True)
    return (MAIN, link or token.pause) if parts or token.pause == ";" else None


def _mark_of(stream: tuple[Token, ...], place: int) -> str | None:
    """The mark of the clause that begins at a place; None where none begins."""
    token = stream[place]
    if token.bracket:
        return None
    behind = stream[place + 1 : place + 8]
    mark = _MARKS.get(token.written)
    if mark is None or not behind or behind[0].pause or behind[0].written in _MARKS:
        return None
    if token.written == "once" and (behind[0].written in _NOT_ONCE or not behind[0].before.isdisjoint({"a", "an"})):
        return None
    if token.written == "since" and not token.pause:
        return None
    if token.written in _MAYBE_PREPOSITION and not _is_clause(behind):
        return None
    return f"not {mark}" if token.is_negated else mark


def _is_clause(behind: Sequence[Token]) -> bool:
    """Whether the words behind a preposition make a clause: somebody who does something, or a doing."""
    if behind[0].written.endswith("ing") and behind[0].value not in PREPOSITIONS:
        return True
    for n, token in enumerate(behind):
        if n and (token.pause or token.joint or token.written in _MARKS):
            return False
        if not token.before.isdisjoint(_CLAUSE_WORDS) or (token.value == PRONOUN and token.written in ("it", "they")):
            return True
        if token.value == "may":
            return True
    return False


def attached(parted: Sequence[Clause]) -> tuple[Clause, ...]:
    """The clauses with what each belongs to: what leads to the main clauses behind it, else the nearest before it."""
    mains = [place for place, clause in enumerate(parted) if clause.mark == MAIN]
    ends = [place for place in mains[1:] if parted[place].link == ";"]
    found = []
    for place, clause in enumerate(parted):
        earlier = [main for main in mains if main < place]
        later = [main for main in mains if main > place and not any(place < end <= main for end in ends)]
        if earlier:
            # "Do A if C, then do B": whether B asks for C too cannot be told, so it does.
            more = [main for main in later if clause.mark in ("if", "unless") and parted[main].link in ("and", "then")]
            later = [*earlier[-1:], *more]
        belongs_to = () if clause.mark == MAIN else tuple(later)
        found.append(replace(clause, belongs_to=belongs_to))
    return tuple(found)

"""Decide what may be left out of a clause without a change of what the rest of it claims."""

from __future__ import annotations

from functools import lru_cache

from medbot_desktop.generation.clauses import MAIN
from medbot_desktop.generation.word_classes import (
    COMPARATORS,
    EXCEPTIONS,
    LIMITS,
    PREPOSITIONS,
    Tokens,
    begins_predicate,
)
from medbot_desktop.generation.wording import canonical

_UNTIL = canonical("until unless if")
_TOGETHER = canonical("together combined mixed")
_BOTH = canonical("both between")
_LISTS = canonical("may include such_as")


@lru_cache(maxsize=2_048)
def drops(clause: Tokens, mark: str) -> tuple[frozenset[int], ...]:
    """For each place in the clause, and its end, where a part that begins there and may be left out ends."""
    size = len(clause)
    ends = [
        frozenset(end for end in range(start + 1, size + 1) if may_drop(clause, start, end, mark))
        for start in range(size)
    ]
    return (*ends, frozenset())


def may_drop(clause: Tokens, start: int, end: int, mark: str = MAIN) -> bool:
    """Whether the tokens from ``start`` to ``end`` can be left out without a change of what the rest claims."""
    run = clause[start:end]
    values = {token.value for token in run}
    first = run[0]
    if first.is_negated and first.pause and not first.joint and end == len(clause) and mark == MAIN:
        return not any(token.is_negated for token in run[1:]) and values.isdisjoint(EXCEPTIONS)
    if first.is_negated and first.joint == "and" and end == len(clause) and mark == MAIN:
        return not any(token.is_negated for token in run[1:]) and values.isdisjoint(EXCEPTIONS)
    is_negated = any(token.is_negated for token in run)
    if is_negated and mark == "if" and first.joint == "or" and end == len(clause):
        return values.isdisjoint(EXCEPTIONS)
    if is_negated or not values.isdisjoint(EXCEPTIONS):
        return False
    if first.bracket:
        return _is_bracket(clause, start, end)
    ends_part = end == len(clause) or clause[end].begins_part
    if "to" in first.before and first.pause and end == len(clause) and mark == MAIN:
        return LIMITS.isdisjoint(values) and not any(token.is_number for token in run)
    if first.value in ("such_as", "even_without") and ends_part:
        return True
    return _is_named_again(clause, start, end) or _is_item(clause, start, end, mark)


def _is_named_again(clause: Tokens, start: int, end: int) -> bool:
    """Whether another name for the same stands behind the run: in brackets, or after "called"."""
    run, rest = clause[start:end], clause[end:]
    if start == 0 and run[-1].value == "called":
        return True
    if not rest or not rest[0].bracket or any(token.bracket or token.is_number for token in run):
        return False
    named = [token for token in rest if token.bracket == rest[0].bracket]
    if len(named) != 1 or named[0].is_number:
        return False
    letters, written = iter("".join(token.written for token in run)), named[0].written
    is_short_for = len(written) <= 6 and len(run) > 1 and all(letter in letters for letter in written)
    return len(run) == 1 or (is_short_for and written[0] == run[0].written[0])


def _is_bracket(clause: Tokens, start: int, end: int) -> bool:
    """Whether the run is all that stands in one bracket."""
    number = clause[start].bracket
    places = [place for place, token in enumerate(clause) if token.bracket == number]
    return places == list(range(start, end))


def _is_item(clause: Tokens, start: int, end: int, mark: str) -> bool:
    """Whether the run is an item of a list whose items hold each by itself."""
    run, rest = clause[start:end], clause[end:]
    joint = _joint_of(clause, start, end)
    values = {token.value for token in run}
    if not joint or not _TOGETHER.isdisjoint(token.value for token in clause):
        return False
    number_next = run[0].is_number and start > 0 and clause[start - 1].is_number
    number_next |= bool(rest) and rest[0].is_number and (run[-1].is_number or len(run) == 1)
    if number_next or run[0].value in COMPARATORS:
        return False
    if not run[0].pause and not _has_own_phrases(clause, start, end):
        return False
    begins = start == 0 or run[0].begins_part
    ends = not rest or rest[0].begins_part or (start > 0 and bool(run[0].joint) and begins_predicate(rest[0]))
    is_plain = LIMITS.isdisjoint(values) and not any(token.is_number for token in run)
    if not (begins and ends):
        return _is_item_inside(clause, start, end, joint, is_plain=is_plain)
    return joint == "or" or _and_item_holds_alone(clause, start, end, mark)


def _has_own_phrases(clause: Tokens, start: int, end: int) -> bool:
    """Whether what hangs on the run's prepositions cannot belong to what stands before the run, too."""
    if end != len(clause) or start == 0:
        return True
    inside = [token.value for token in clause[start + 1 : end] if token.value in PREPOSITIONS]
    before = {token.value for token in clause[:start]}
    if clause[start].value in PREPOSITIONS and before.isdisjoint(PREPOSITIONS):
        return False
    return set(inside) <= before and _UNTIL.isdisjoint(token.value for token in clause[start:end])


def _is_item_inside(clause: Tokens, start: int, end: int, joint: str, *, is_plain: bool) -> bool:
    """Whether the run is one of two things with what both share before or behind: "calcium OR IRON tablets"."""
    run, rest = clause[start:end], clause[end:]
    if not rest or not start:
        return False
    alike = not run[0].before.isdisjoint(rest[0].before & {"to", "of"})
    if alike and rest[0].joint == "or":
        return True
    if not is_plain:
        return False
    if run[0].joint == "or" and not any(token.begins_part for token in run[1:]):
        return len(run) <= 3
    of_all = rest[0].value in PREPOSITIONS or "of" in rest[0].before
    if run[0].joint == "and" and of_all and not any(token.begins_part for token in run[1:]):
        return len(run) <= 3 and _and_item_holds_alone(clause, start, end, MAIN)
    alike |= run[0].value == rest[0].value and run[0].value in PREPOSITIONS
    if joint == "or" and rest[0].begins_part and (alike or (len(run) <= 2 and rest[0].joint == "or")):
        return True
    begins_list = clause[start - 1].value in _LISTS and run[0].value not in PREPOSITIONS
    return bool(rest[0].pause) and begins_list and not rest[0].bracket


def _joint_of(clause: Tokens, start: int, end: int) -> str:
    """The "and" or "or" of the list that the run is an item of."""
    behind = [token.joint for token in clause[end:] if token.joint]
    if clause[start].joint:
        return clause[start].joint
    return behind[0] if behind else ""


def _and_item_holds_alone(clause: Tokens, start: int, end: int, mark: str) -> bool:
    run, before = clause[start:end], clause[:start]
    if mark not in (MAIN, "because", "which"):
        return False
    if not _BOTH.isdisjoint(token.value for token in clause) or any(token.is_negated for token in before):
        return False
    # In "people you live with and partners" nothing hangs on "with" any more.
    has_own = any(token.value in PREPOSITIONS for token in run[1:])
    if not has_own and any(token.value in ("with", "without") for token in before[:-1]):
        return False
    if any("who" in token.before for token in before) or run[0].value in PREPOSITIONS or run[0].is_number:
        return False
    ends = end == len(clause)
    return ends or start == 0 or (LIMITS.isdisjoint(t.value for t in run) and not any(t.is_number for t in run))

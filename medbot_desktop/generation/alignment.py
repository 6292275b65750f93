"""Lay a claim along a sentence and see whether it says the same, with nothing left out that it depends on."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from medbot_desktop.generation.claim import NEGATIONS, Term
from medbot_desktop.text import stem


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in text.split()) | frozenset(text.split())


_CONDITIONS = _stems(
    "if only unless except until before after when whenever while once during provided than but though although "
    "however whether who"
)
# How strongly, how often, how much, by which way: what carries one of these belongs to what stands beside it.
_LIMITS = _CONDITIONS | _stems(
    "under over above below less more least most first last must should may might can could will would sometimes often "
    "usually always every each within per in for with at on to from by into as through between against up about same "
    "mild severe"
)
_PEOPLE = _stems(
    "child children baby babies infant infants toddler toddlers adult adults woman women man men pregnant pregnancy "
    "breastfeeding older elderly young age aged boy girl teenager teenagers newborn"
)
_TOGETHER = _stems("both together combined between mixed")
_EXAMPLES = _stems("including")
_OPENERS = _EXAMPLES | _stems("because such for")
_LONGEST_ITEM = 16
"""Terms of the longest item of a list; only what ends the sentence may be longer."""


def follows(claim: tuple[Term, ...], sentence: tuple[Term, ...]) -> bool:
    """Whether the claim says what the sentence says, in its order, leaving out only what may be left out."""
    if not claim or not sentence or claim[0].value != sentence[0].value:
        return False
    ends = _ends_of_droppable(sentence)
    places = {0}
    for said, term in enumerate(claim):
        if said:
            places = _with_dropped(places, ends)
        places = {
            heard + 1
            for heard in places
            if heard < len(sentence)
            and term.value == sentence[heard].value
            and _same_joint(claim, said, sentence, heard)
        }
        if not places:
            return False
    return len(sentence) in _with_dropped(places, ends)


def is_part_of(claim: tuple[Term, ...], sentence: tuple[Term, ...]) -> bool:
    """Whether the claim's terms stand in the sentence in the same order, whatever is left out between them."""
    rest = iter(term.value for term in sentence)
    return all(any(value == term.value for value in rest) for term in claim)


def _with_dropped(places: set[int], ends: Sequence[frozenset[int]]) -> set[int]:
    """The places in the sentence that can be reached from these by leaving parts out."""
    reached: set[int] = set()
    waiting = set(places)
    while waiting:
        place = waiting.pop()
        reached.add(place)
        waiting |= ends[place] - reached
    return reached


@lru_cache(maxsize=1_024)
def _ends_of_droppable(sentence: tuple[Term, ...]) -> tuple[frozenset[int], ...]:
    """For each place in the sentence, and its end, where a part that begins there and can be left out may end."""
    size = len(sentence)
    ends = [
        frozenset(
            end
            for end in {*range(start + 1, min(start + _LONGEST_ITEM, size) + 1), size}
            if _may_drop(sentence, start, end)
        )
        for start in range(size)
    ]
    return (*ends, frozenset())


def _same_joint(claim: tuple[Term, ...], said: int, sentence: tuple[Term, ...], heard: int) -> bool:
    """Whether "and" and "or" before two like terms mean the same; the comma of a list stands for its "and" or "or"."""
    term, source = claim[said], sentence[heard]
    if said == 0 or heard == 0:
        return term.joined_by != "or" or heard > 0
    if not source.begins_part:
        return not term.joined_by
    joint = source.joined_by or next((later.joined_by for later in sentence[heard:] if later.joined_by), "")
    if term.joined_by:
        return term.joined_by == joint
    return term.after_pause or source.joined_by != "or"


def _may_drop(sentence: tuple[Term, ...], start: int, end: int) -> bool:
    """Whether the terms from ``start`` to ``end`` can be left out without a change of what the rest claims."""
    if not sentence[start].begins_part and sentence[start].value not in _OPENERS:
        return False
    run = [term.value for term in sentence[start:end]]
    to_the_end = end == len(sentence)
    if run[0] == stem("because") and to_the_end:
        return _CONDITIONS.isdisjoint(run)
    if any(term.is_number for term in sentence[start:end]) or not NEGATIONS.isdisjoint(run):
        return False
    if sentence[start].after_pause and run[0] in ("so", "which") and to_the_end:
        return _CONDITIONS.isdisjoint(run)
    if _is_example(run) and (to_the_end or sentence[end].after_pause):
        return _CONDITIONS.isdisjoint(run)
    return _is_list_item(sentence, start, end) and _is_plain(run)


def _is_plain(run: list[str]) -> bool:
    """Whether nothing in the run limits when, how or for whom something holds."""
    return _LIMITS.isdisjoint(run) and _PEOPLE.isdisjoint(run)


def _is_example(run: list[str]) -> bool:
    return run[0] in _EXAMPLES or run[:2] in ([stem("such"), "as"], ["for", stem("example")])


def _is_list_item(sentence: tuple[Term, ...], start: int, end: int) -> bool:
    """Whether the run stands between commas, "and" or "or", where each item holds by itself."""
    if not sentence[start].begins_part or not (end == len(sentence) or sentence[end].begins_part):
        return False
    values = [term.value for term in sentence]
    if not _TOGETHER.isdisjoint(values):
        return False
    # "If A and B" needs both; of "if A or B" each is enough.
    conditional = not _CONDITIONS.isdisjoint(values) or "with" in values or "without" in values
    return not conditional or all(term.joined_by != "and" for term in sentence)

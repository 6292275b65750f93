"""Decide whether a passage supports a sentence; what it does not support is never shown.

The check is strict on purpose and is code, not another opinion of a model. A sentence is supported when one sentence of
the passage, or two neighbouring ones, say the same in the same order: every number with its unit, every negation, every
word but a few slight ones ("the", "your"); or when it says the same in other words (`restating`). Left out may be only
what takes nothing away from the truth of the rest: the item of a list, an example, a reason. A condition, a time, a
number, a negation or the people it holds for may not.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from medbot_desktop.generation.alignment import follows, is_part_of
from medbot_desktop.generation.claim import NEGATIONS, Term, sentences_of, step_number, terms
from medbot_desktop.generation.restating import restating
from medbot_desktop.generation.rewording import rewordings


class Fault(StrEnum):
    """Why a sentence is not supported."""

    NUMBER = "number"
    WORDS = "words"
    NEGATION = "negation"
    LEFT_OUT = "left_out"
    ORDER = "order"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Support:
    """The verdict on one sentence.

    Attributes:
        span: (start, end) offsets in the passage of the stretch that supports the sentence; None where none does.
        fault: why it is not supported; None where it is.
        detail: the number or the word's stem that is missing.
    """

    span: tuple[int, int] | None
    fault: Fault | None = None
    detail: str = ""

    @property
    def holds(self) -> bool:
        """Whether the passage supports the sentence."""
        return self.fault is None


_CUT_OFF = re.compile(r"\b(?:and|or|but|not)\W*$", re.IGNORECASE)
_CITATION_MARK = re.compile(r"\s*\[\d+\]")


def check(sentence: str, passage: str) -> Support:
    """Decide whether ``passage`` supports ``sentence``.

    Args:
        sentence: one sentence, with or without its numbered citation marks.
        passage: the text of the passage that it cites.

    Returns:
        The stretch of the passage that supports the sentence, or the fault against the nearest stretch.
    """
    claim_text = _CITATION_MARK.sub(" ", sentence).strip()
    claim = terms(claim_text)
    if not claim:
        return Support(None, Fault.EMPTY)
    if _CUT_OFF.search(claim_text) and claim_text not in passage:
        return Support(None, Fault.LEFT_OUT)
    span = _said(claim_text, passage)
    if span is not None:
        return Support(span)
    texts = [passage[start:end] for start, end in sentences_of(passage)]
    stretches = [terms(text) for text in texts]
    stretches += [one + other for one, other in pairwise(stretches)]
    return min((_fault(claim, stretch) for stretch in stretches), key=_distance, default=Support(None, Fault.WORDS))


def _said(claim_text: str, passage: str) -> tuple[int, int] | None:
    """The stretch that says the claim in its own words or in others; None where none does."""
    span = _literal(claim_text, passage)
    if span is None and not step_number(claim_text):
        ways = (claim_text, *rewordings(claim_text))
        span = next((found for way in ways if (found := restating(way, passage)) is not None), None)
    return span


def _literal(claim_text: str, passage: str) -> tuple[int, int] | None:
    """The stretch that says the claim in its own words and order; None where none does."""
    claim, step = terms(claim_text), step_number(claim_text)
    spans = sentences_of(passage)
    texts = [passage[start:end] for start, end in spans]
    for span, text in zip(spans, texts, strict=True):
        if step in ("", step_number(text)) and follows(claim, terms(text)):
            return span
    for (first, one), (second, other) in pairwise(zip(spans, texts, strict=True)):
        if step in ("", step_number(one)) and _joins(claim, terms(one), terms(other)):
            return first[0], second[1]
    return None


def _joins(claim: tuple[Term, ...], one: tuple[Term, ...], other: tuple[Term, ...]) -> bool:
    """Whether the claim says the one sentence and then the other, without or with the other's same first words."""
    shared = 0
    while shared < min(len(one), len(other)) and one[shared].value == other[shared].value:
        shared += 1
    return any(
        claim[cut].joined_by != "or" and follows(claim[:cut], one) and follows(claim[cut:], other[skipped:])
        for cut in range(1, len(claim))
        for skipped in range(min(shared, len(other) - 1) + 1)
    )


def _fault(claim: tuple[Term, ...], stretch: tuple[Term, ...]) -> Support:
    """What is wrong with a claim that the stretch does not support."""
    numbers = set(_quantities(stretch))
    for quantity in _quantities(claim):
        if quantity not in numbers:
            return Support(None, Fault.NUMBER, " ".join(quantity).strip())
    said = {term.value for term in stretch}
    negated = _negations(claim) - _negations(stretch)
    missing = [term.value for term in claim if term.value not in said and term.value not in negated]
    if missing:
        return Support(None, Fault.WORDS, missing[0])
    if negated or _negations(stretch) - _negations(claim):
        return Support(None, Fault.NEGATION)
    return Support(None, Fault.LEFT_OUT if is_part_of(claim, stretch) else Fault.ORDER)


def _distance(verdict: Support) -> int:
    """How far a fault is from support: order and omission are nearest."""
    return [Fault.LEFT_OUT, Fault.ORDER, Fault.NEGATION, Fault.NUMBER, Fault.WORDS].index(verdict.fault or Fault.WORDS)


def _quantities(stretch: tuple[Term, ...]) -> list[tuple[str, str]]:
    """Every number with the word behind it."""
    following = (*(term.value for term in stretch[1:]), "")
    return [(term.value, unit) for term, unit in zip(stretch, following, strict=False) if term.is_number]


def _negations(stretch: tuple[Term, ...]) -> Counter[str]:
    return Counter(term.value for term in stretch if term.value in NEGATIONS)

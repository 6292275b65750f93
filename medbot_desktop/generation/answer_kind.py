"""Tell what kind of answer a question asks for, such as an amount or a length of time, and what cannot be one."""

from __future__ import annotations

import re

from medbot_desktop.text import NUMBER_WORDS, content_stems

_AMOUNT_ASKED = re.compile(
    r"\bhow (?:many|much|old|far|high|low)\b"
    r"|\b(?:what|which|(?:until|from|at|to|up to) (?:what|which))\b[^?.]{0,24}\b(?:time|temperature|dose|amount|reading"
    r"|value|level|number|percentage|age|price|cost|fee|limit|strength)\b",
    re.IGNORECASE,
)
_TIME_ASKED = re.compile(r"\bhow (?:long|many (?:minutes|hours|days|weeks|months|years))\b", re.IGNORECASE)
_MASS_ASKED = re.compile(r"\bhow (?:many|much) (?:milligrams?|mg|micrograms?|mcg)\b", re.IGNORECASE)
_NUMBER = re.compile(rf"\d|\b(?:{'|'.join(NUMBER_WORDS)}|half|once|twice|never|none|no|every|each)\b", re.IGNORECASE)
_TIME = re.compile(
    r"\b(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|nights?|overnight|daily|lifelong|life|short|long|longer"
    r"|until|soon|quickly|always|term|forever|permanent(?:ly)?|temporary)\b",
    re.IGNORECASE,
)
_MASS = re.compile(r"\d\s*(?:mg|g|mcg|µg|milligrams?|micrograms?|grams?)\b", re.IGNORECASE)
_TELLING = 2
"""Words that mean something, from which on a question names what it is about; "What helps?" goes on from another."""


def may_answer(question: str, sentences: str, passages: str) -> bool:
    """Whether sentences can hold the answer at all: their kind fits, and the passages speak of what was asked.

    Args:
        question: what was asked.
        sentences: what is thought to answer it.
        passages: the texts that they are from, with their titles.
    """
    if _MASS_ASKED.search(question) and not _MASS.search(sentences):
        return False
    if _TIME_ASKED.search(question) and not _TIME.search(sentences):
        return False
    if _AMOUNT_ASKED.search(question) and not _NUMBER.search(sentences):
        return False
    asked = set(content_stems(question))
    return len(asked) < _TELLING or not asked.isdisjoint(content_stems(passages))

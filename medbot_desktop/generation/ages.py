"""Tell from its words whom a sentence is meant for by age, and how old somebody is whom a question is about."""

from __future__ import annotations

import re

from medbot_desktop.text import NUMBER_WORDS, sentences

_MONTHS = {"day": 12 / 365.25, "week": 84 / 365.25, "month": 1.0, "year": 12.0}
_NUMBER = rf"(?:\d+(?:\.\d+)?|{'|'.join(sorted(NUMBER_WORDS, key=len, reverse=True))})"
_UNIT = r"(?P<unit>day|week|month|year)s?"
_AGE = re.compile(rf"\b(?P<n>{_NUMBER})[ -]{_UNIT}[ -]old\b", re.IGNORECASE)
_RANGES = (
    re.compile(rf"\b(?P<low>{_NUMBER})\s*(?:to|and|-|–)\s*(?P<high>{_NUMBER})\b(?:\s+{_UNIT}\b)?", re.IGNORECASE),
    re.compile(
        rf"\b(?:under|below|younger than|less than)\s+(?:the age of\s+)?(?P<below>{_NUMBER})\b(?:\s+{_UNIT}\b)?",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b(?:over|above|older than)\s+(?:the age of\s+)?(?P<above>{_NUMBER})\b(?:\s+{_UNIT}\b)?", re.IGNORECASE
    ),
)
_WHO = re.compile(
    r"\b(?:bab(?:y|ies)|infants?|newborns?|toddlers?|child(?:ren)?|adults?|teenagers?|people|boys?|girls?|women|men"
    r"|patients?|anyone|someone|age[sd]?)(?:\s+(?:age[sd]?|of|who (?:is|are)|from|between))*\s+$",
    re.IGNORECASE,
)
_OLD = re.compile(r"[\s-]old\b", re.IGNORECASE)


def ages_in(question: str) -> list[float]:
    """The ages that a question states ("3 years old", "a 6-month-old"), in months."""
    return [_number(match["n"]) * _MONTHS[match["unit"].lower()] for match in _AGE.finditer(question)]


def for_ages(text: str, ages: list[float]) -> str:
    """A text without the sentences that are meant for people of other ages.

    Args:
        text: a passage.
        ages: in months; where there are none, nothing is left out.
    """
    if not ages:
        return text
    return " ".join(sentence for sentence in sentences(text) if _fits(sentence, ages))


def _fits(sentence: str, ages: list[float]) -> bool:
    meant = _meant_for(sentence)
    return meant is None or any(meant[0] <= age < meant[1] for age in ages)


def _meant_for(sentence: str) -> tuple[float, float] | None:
    """The ages in months, the second not included, that a sentence is for; None where it does not say one range."""
    found = {limits for pattern in _RANGES for match in pattern.finditer(sentence) if (limits := _limits(match))}
    return found.pop() if len(found) == 1 else None


def _limits(match: re.Match[str]) -> tuple[float, float] | None:
    """The range of a match; None where it counts something else than age, such as days of a treatment."""
    if not _WHO.search(match.string[: match.start()]) and not _OLD.match(match.string, match.end()):
        return None
    groups = match.groupdict()
    unit = _MONTHS[(groups["unit"] or "year").lower()]
    if "below" in groups:
        return 0.0, _number(groups["below"]) * unit
    if "above" in groups:
        return _number(groups["above"]) * unit, float("inf")
    return _number(groups["low"]) * unit, (_number(groups["high"]) + 1) * unit


def _number(written: str) -> float:
    return float(NUMBER_WORDS.get(written.lower(), written))

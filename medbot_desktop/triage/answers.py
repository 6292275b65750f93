"""Read what a person answers to a question of triage: a yes, a no, or a number with or without its unit."""

from __future__ import annotations

import re
from enum import StrEnum

from medbot_desktop.comparison import DAYS, Comparison
from medbot_desktop.domain import Assertion, Entity
from medbot_desktop.text import NUMBER_WORDS

_TAKEN_BACK = re.compile(
    r"\b(?:well|actually|but|though|a bit|a little|maybe|sometimes|except|only|yes)\b", re.IGNORECASE
)
_NO = re.compile(
    r"^\W*(?:no|n|nope|nah|none|never(?! mind)|nothing|negative|not (?:at all|that i know(?: of)?|now|any)"
    r"|(?:i|it|he|she|they|we|that) (?:do|does|did|is|am|are|was|has|have|had)(?:n.?t| not)|(?:i.?m|it.?s) not)\b",
    re.IGNORECASE,
)
_NOT_SURE = re.compile(
    r"^\W*(?:not (?:sure|certain|really)|unsure|(?:i )?(?:really )?(?:don.?t|do not) know|dunno|no idea"
    r"|can.?t (?:say|tell)|unknown|not measured|n/a|\?)",
    re.IGNORECASE,
)
_YES = re.compile(
    r"^\W*(?:y|yes|yeah|yep|yup|aye|ok|of course|definitely|a (?:bit|little|lot)|sometimes|correct|right|true|sure"
    r"|i think so|probably|maybe"
    r"|(?:i|it|he|she|they|we) (?:do|does|did|is|am|are|was|has|have)(?! not|n.?t))\b",
    re.IGNORECASE,
)
_NOW_AND_THEN = re.compile(r"^\W*(?:only (?:when|if|at|on|after)|when i|sometimes)\b", re.IGNORECASE)
_MEASURED = re.compile(
    r"^(?P<before>[^\d-]{0,20})(?P<minus>-?)(?P<n>\d+(?:[.,]\d+)?)(?:\s*(?:to|-|–|and)\s*(?P<most>\d+(?:[.,]\d+)?))?\s*"
    r"(?:(?:/|over\b|out\s+of\b)\s*(?P<low>\d+)\s*)?"
    r"(?P<unit>hours?|days?|weeks?|months?|years?|°?\s*[cf]\b)?\D{0,16}$",
    re.IGNORECASE,
)
_CORRECTING = re.compile(
    r"^[^\w-]*(?:(?:no|nope|oh|oops|ah|ooh|sorry|my (?:mistake|bad)|(?:a )?(?:typo|slip|mistake)|i mean|i meant"
    r"|(?:it )?(?:should|must) (?:be|read|say|have been)|to (?:type|write|say|put)|rather)\b[^\w-]*)+",
    re.IGNORECASE,
)
_LESS = re.compile(r"(?:less than|under|below|nearly|almost|not yet)\s*$", re.IGNORECASE)
_SHORT = 4
_PAUSES = (",", ".", ";", "!", "-", ":")
_A_LITTLE_LESS = 0.97
_FAHRENHEIT = (92.0, 112.0)

_PRESSURES = ("systolic", "diastolic")

# What each measure that is asked for can be, and the unit that a bare number has.
_POSSIBLE = {
    "age": (0.0, 120.0),
    "duration": (0.0, 36_525.0),
    "temperature": (30.0, 45.0),
    "severity": (0.0, 10.0),
    "pregnancy_weeks": (1.0, 44.0),
    "glucose": (0.3, 80.0),
    "peak_flow": (1.0, 150.0),
    "heart_rate": (15.0, 320.0),
    "exercise_heart_rate": (15.0, 320.0),
    "respiratory_rate": (2.0, 120.0),
    "oxygen_saturation": (30.0, 100.0),
    "systolic": (30.0, 320.0),
    "diastolic": (15.0, 220.0),
    "coma_scale": (3.0, 15.0),
}

MEASURES = frozenset(_POSSIBLE)
"""What is asked for as a number."""

TOLD = tuple(
    (sign, kind, Comparison.read(when))
    for sign, kind, when in (
        ("fever", "symptom", "temperature >= 38"),
        ("high_fever", "symptom", "temperature >= 39.5"),
        ("hypothermic", "symptom", "temperature < 35.5"),
        ("high_glucose", "symptom", "glucose >= 20"),
        ("low_glucose", "symptom", "glucose < 4"),
        ("infant", "context", "age < 2 years"),
        ("young_infant", "context", "age < 3 months"),
        ("child", "context", "age < 13 years"),
        ("pregnant", "context", "pregnancy_weeks >= 1"),
        ("low_oxygen", "symptom", "oxygen_saturation < 92"),
        ("very_low_oxygen", "symptom", "oxygen_saturation < 88"),
        ("very_fast_heart", "symptom", "heart_rate >= 131"),
        ("very_fast_heart", "symptom", "exercise_heart_rate > 220"),
        ("slow_heart", "symptom", "heart_rate < 40"),
        ("bp_very_high", "symptom", "systolic >= 180"),
        ("bp_very_high", "symptom", "diastolic >= 120"),
        ("bp_high", "symptom", "systolic >= 140"),
        ("bp_high", "symptom", "diastolic >= 90"),
        ("shock_vitals", "symptom", "systolic <= 90"),
        ("low_gcs", "symptom", "coma_scale <= 13"),
    )
)
"""The signs that a measure tells, as ``lexicon/measured.toml`` has them for messages."""


class Answer(StrEnum):
    """What an answer says to a question of yes or no."""

    YES = "yes"
    NO = "no"
    NOT_SURE = "not sure"
    OTHER = "other"


def answer_of(text: str) -> Answer:
    """Tell what a text answers; a no that is taken back ("no, well a bit") is a yes."""
    if _NOT_SURE.match(text):
        return Answer.NOT_SURE
    if no := _NO.match(text):
        if _goes_on(text, no.end()):
            return Answer.OTHER
        return Answer.YES if _TAKEN_BACK.search(text, no.end()) else Answer.NO
    if _NOW_AND_THEN.match(text):
        return Answer.YES
    yes = _YES.match(text)
    return Answer.YES if yes and not _goes_on(text, yes.end()) else Answer.OTHER


def _goes_on(text: str, end: int) -> bool:
    """Whether a long sentence goes on behind its first words without a pause: "no energy since I had the flu"."""
    return len(text[end:].split()) > _SHORT and text[end : end + 1] not in _PAUSES


def is_number(text: str) -> bool:
    """Whether a text is a number with little beside it, in digits or in one word: "40", "no sorry, I meant 40"."""
    plain = _plain(text)
    return _MEASURED.match(plain) is not None or plain.lower() in NUMBER_WORDS


def measured(name: str, text: str, at: int) -> list[Entity]:
    """Read a number as the measure that was asked for.

    Args:
        name: the measure; a number without a unit has years, days, °C, or the only unit there is.
        text: the answer, such as ``2 months``, ``Under 38`` or ``101``.
        at: offset of the answer among all that was said.

    Returns:
        The measure and the signs that it tells, of a blood pressure both its measures; nothing where there is no
        number. One that cannot be has none, to be asked about.
    """
    match = _MEASURED.match(_plain(text))
    if match and match["low"] and name in _PRESSURES:
        return [
            *_measure("systolic", float(match["n"]), text, at),
            *_measure("diastolic", float(match["low"]), text, at),
        ]
    number = _value(name, _plain(text))
    return [] if number is None else _measure(name, number, text, at)


def _measure(name: str, number: float, text: str, at: int) -> list[Entity]:
    least, most = _POSSIBLE[name]
    end = at + len(text)
    if not least <= number <= most:
        return [Entity(text, "measure", name, at, end, Assertion.PRESENT, text)]
    signs = [
        Entity(text, kind, sign, at, end, Assertion.PRESENT)
        for sign, kind, told in TOLD
        if told.name == name and told.holds(number)
    ]
    return [Entity(text, "measure", name, at, end, Assertion.PRESENT, text, number), *signs]


def _plain(text: str) -> str:
    """The text without the words by which somebody corrects themselves: "no sorry, I meant 40"."""
    return text[match.end() :].strip() if (match := _CORRECTING.match(text)) else text.strip()


def _value(name: str, text: str) -> float | None:
    word = NUMBER_WORDS.get(text.lower())
    if word is not None:
        return float(word)
    match = _MEASURED.match(text)
    if match is None or (match["low"] and (name, match["low"]) != ("severity", "10")):
        return None
    if match["minus"]:
        return -float(match["n"].replace(",", "."))
    number = float((match["most"] or match["n"]).replace(",", "."))
    unit = (match["unit"] or "").lower().strip("° ").rstrip("s")
    if unit in DAYS and name == "age":
        number *= DAYS[unit] / DAYS["year"]
    elif unit in DAYS and name == "duration":
        number *= DAYS[unit]
    elif name == "temperature" and (unit == "f" or (unit != "c" and _FAHRENHEIT[0] <= number <= _FAHRENHEIT[1])):
        number = round((number - 32.0) / 1.8, 1)
    return number * _A_LITTLE_LESS if _LESS.search(match["before"]) else number

"""Read the numbers of a message that mean something: ages, how long, temperatures, vital signs, how bad."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from medbot_desktop.comparison import DAYS
from medbot_desktop.domain import Assertion, Entity
from medbot_desktop.resources import load_resource
from medbot_desktop.text import NUMBER_WORDS
from medbot_desktop.understanding.cleaning import small
from medbot_desktop.understanding.number_words import in_digits
from medbot_desktop.understanding.rulefiles import MeasureFile

_WORDS = {
    **{word: float(value) for word, value in NUMBER_WORDS.items() if word not in ("zero", "hundred")},
    "a": 1.0,
    "an": 1.0,
    "couple": 2.0,
    "few": 3.0,
    "several": 4.0,
}
_DECADES = {"twent": 20, "thirt": 30, "fort": 40, "fift": 50, "sixt": 60, "sevent": 70, "eight": 80, "ninet": 90}
_DAYS = {"min": 1 / 1440, **DAYS}
_SHORT_UNITS = {
    "h": "hour",
    "d": "day",
    "w": "week",
    "m": "month",
    "y": "year",
    "7": "day",
    "52": "week",
    "12": "month",
}
_WEEKS_OF_A_MONTH = 4.35
_MILLIGRAMS_OF_A_MILLIMOLE = 18.0
_SUGAR_IN_MILLIGRAMS = 45.0
"""A blood sugar above this, without a unit, is in mg/dL."""
_LESS = re.compile(r"(?:less than|under|below|not yet|nearly|almost|just under)\s+$")
_MINUS = re.compile(r"^(?:[-−]|minus\s+)")
_A_LITTLE_LESS = 0.97
_LOOK_BACK = 16

_PARTS = {
    "N": r"(?P<n>\d+(?:[.,]\d+)?|(?:a\s+)?(?:couple|few)(?:\s+of)?|several|half\s+an?|an?|"
    + "|".join(sorted((word for word in _WORDS if len(word) > 2), key=len, reverse=True))
    + ")",
    "D": r"\b(?P<n>\d+(?:[.,]\d+)?|one|two|three|four|five|six|seven|eight|nine)",
    "SMALL": r"(?:two|three|four|five|six|seven|eight|nine)",
    "UNIT": r"(?P<unit>min(?:ute)?s?|hours?|hrs?|hr|days?|weeks?|wks?|wk|months?|mths?|mth|mo|years?|yrs?|yr)",
    "WEEKDAY": r"(?:mon|tues|wednes|thurs|fri|satur|sun)day",
    "SEX": r"(?:m|f|male|female|man|woman|lady|gentleman|boy|girl|nb)",
    "GAP": r"(?:\s+(?:is|are|was|were|of|at|about|around|now|only|just|(?:dropped|fell|down)(?:\s+to)?|currently"
    r"|reads|reading|today|up\s+to|been|has\s+been|shows|roughly|approx(?:imately)?))*\s*[:=(]?\s*",
    "PERSON": r"(?:mum|mom|mother|mam|dad|father|husband|hubby|wife|partner|boyfriend|girlfriend|bf|gf|fianc\w+|son"
    r"|daughter|brother|sister|uncle|aunt\w*|nan|gran\w*|nephew|niece|cousin|friend|neighbou?r|colleague|mr|mrs|ms|miss"
    r"|man|woman|male|female|lady|gentleman|boy|girl|lad|child|kid|toddler|teenager|student|patient|pt|resident)",
    "BABY": r"\b(?:baby|babies|newborn|infant|napp(?:y|ies)|diapers?|breast\s?fe\w+|bottles?|formula|milk|teething|cot"
    r"|crib|weaning|dummy|pacifier|health\s+visitor|feeds)\b",
    "OBSTETRIC": r"\b(?:preg\w*|gestation\w*|f(?:o?e)tal|baby|babies|bump|contract\w+|labou?r|waters|midwi\w+|antenatal"
    r"|obstetric\w*|primip\w*|multip\w*|gravid\w*|g\d\s?p\d|uter(?:us|ine)|breech|placenta\w*|(?:pre-?)?eclampsia"
    r"|membranes|s?rom|trimester|due\s+date|edd|pv\s+bleed\w*|vaginal\s+bleed\w*|first\s+baby"
    r"|fm|fhh?|ctg|sfh|pv\s+loss|twins)\b",
    "PULSE": r"(?:heart\s*(?:rate|beat)|pulse(?:\s+rate)?|hr|bpm)",
    "TOLD": r"(?:\s+(?:is|are|was|can|often|usually|sometimes|always|about|around|over|at|of|to|up|be|goes|rises|went"
    r"|got|(?:go|get|hit|jump|climb|peak|average)s?|reach\w*|shoots?|shot|rose|peaked|spike[sd]?|averaged))*\s*[:=]?\s*",
    "EFFORT": r"(?:during|while|whilst|when|whenever|after|on|in|doing|with)"
    r"(?:\s+(?:i|he|she|we|they|i['’]?m|am|is|are|was|were|my|his|her|a|an|the|hard|doing|go|goes|going|at|just|some"
    r"|usual|normal|regular|daily|light|moderate|intense|for|up|two|three|flights?\s+of))*\s+(?:exercis\w*"
    r"|work(?:ing)?\s?-?outs?|run|runs|running|ran|jog\w*|sprint\w*|cycl(?:e|ing|ed)|spin(?:ning)?|treadmill|peloton"
    r"|cross\s?trainer|elliptical|rowing|swim\w*|gym|hiit|cardio|crossfit|zumba|aerobics|football|tennis|squash|netball"
    r"|park\s?run|training|rac(?:e|ing)|stairs|(?:climb\w*|walk\w*|go\w*|run\w*)\s+(?:up\s+)?(?:the\s+|some\s+)?"
    r"(?:stairs|hills?|steps)|upstairs|uphill|brisk\s+walk\w*|hik(?:e|ing)|bik(?:e|ing)|stress\s+test|exertion|dancing"
    r"|weights)\b",
    "REST": r"[^.!?\n]{0,80}\b(?:rest|resting|rested|still|sat|sitting|lying|bed|hours?|stopped|later|since|yesterday"
    r"|ago|(?:not|n['’]?t)\s+(?:come|coming|go|going|settle|settling))\b",
    "MINUS": r"(?:[-−]|minus\s+)",
    "CHILD_IS": r"\b(?:is|was|has|had|been|at|now|about|around|up|to|today|tonight|running|hit|reached|still)\b",
    "HOT": r"(?P<n>3[5-9]|4[0-2]|10[0-5])\b(?=\s*(?:$|[,;!?)\n]|\.(?!\d)|(?:and|but|with|today|tonight|now|this|last"
    r"|since|for|after|before|again|still|when|so|or|at|on|he|she|it|what|should|do|is|help|despite|even"
    r"|in\s+(?:the|his|her))\b))",
    "NOT_AGE": r"(?!\s*(?:/|['′’\"″]\s*\d|f(?:oo|ee)?t\b|tall\b|inch|cm\b|mg|mcg|ml|kg|st\b|stone|lb"
    r"|weeks?\s+pregnant|days?|hours?|%|per\s?cent|out\s+of|times|am\b|pm\b|o.?clock|tablets?|pills?|min))",
}


@dataclass(frozen=True, slots=True)
class _Reading:
    name: str
    pattern: re.Pattern[str]
    value: Callable[[re.Match[str]], float]


class Measures:
    """The ways to write measures, compiled once.

    Args:
        rules: what ``measures.toml`` holds.

    Attributes:
        timing: words by which one speaks of how a complaint went, see ``asides.py``.
    """

    def __init__(self, rules: MeasureFile) -> None:
        self.timing = rules.timing
        self._units = rules.units
        self._possible = rules.possible
        self._readings = [
            _Reading(
                entry.name,
                re.compile(re.sub(r"\{([A-Z_]+)\}", lambda part: _PARTS[part.group(1)], entry.pattern)),
                _READERS[entry.reads] if entry.reads else _looked_up(entry.values),
            )
            for entry in rules.measure
        ]

    @classmethod
    def load(cls, resources: Path) -> Measures:
        """Read ``lexicon/measures.toml``.

        Raises:
            InputError: the file is missing or wrong.
        """
        return cls(load_resource(resources / "lexicon" / "measures.toml", MeasureFile))

    def find(self, text: str) -> list[Entity]:
        """Return the measures of a cleaned message in their order; of two that overlap the earlier reading counts.

        Returns:
            Entities of kind ``measure`` with their numbers in the units of the file; a number that cannot be (a
            temperature of 400) has none.
        """
        written, places = in_digits(small(text))
        taken: list[tuple[int, int]] = []
        found: list[Entity] = []
        for reading in self._readings:
            for match in reading.pattern.finditer(written):
                own = "own" if "own" in reading.pattern.groupindex else 0
                start, end = _trimmed(written, *match.span(own))
                if any(start < other_end and other_start < end for other_start, other_end in taken):
                    continue
                if _is_score(match):
                    continue
                taken.append((start, end))
                found += self._entities(reading, text, places.start(start), places.end(end), match)
        return sorted(found, key=lambda entity: (entity.start, entity.end, entity.name))

    def _entities(self, reading: _Reading, text: str, start: int, end: int, match: re.Match[str]) -> Iterator[Entity]:
        value = reading.value(match)
        if _LESS.search(text[max(0, start - _LOOK_BACK) : start].lower()):
            value *= _A_LITTLE_LESS
        pairs = [(reading.name, value)]
        is_pair = "low" in reading.pattern.groupindex
        if is_pair:
            pairs.append(("diastolic", float(match["low"])))
        for name, number in pairs:
            possible = number if self._can_be(name, number) else None
            if is_pair and value <= pairs[1][1] and all(self._can_be(*pair) for pair in pairs):
                possible = None  # each could be, both together cannot
            shown = text[start:end] if possible is None else f"{possible:.4g} {self._units[name]}"
            yield Entity(text[start:end], "measure", name, start, end, Assertion.PRESENT, shown, possible)

    def _can_be(self, name: str, number: float) -> bool:
        least, most = self._possible[name]
        return least <= number <= most


def _is_score(match: re.Match[str]) -> bool:
    """Whether two numbers that could be a blood pressure are a score or a share: "67/100", "50/50"."""
    groups = match.groupdict()
    return bool(groups.get("low")) and not groups.get("named") and float(groups["low"]) >= float(groups["n"])


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The offsets without the space and the brackets around them."""
    while start < end and text[start] in " (,":
        start += 1
    while start < end and text[end - 1] in " ),":
        end -= 1
    return start, end


def _number(match: re.Match[str]) -> float:
    """The value of a number in digits or in words: "2.5", "couple of", "half an", "-3", "minus two"."""
    plain = match["n"].strip().replace(",", ".")
    positive = _MINUS.sub("", plain)
    try:
        value = float(positive)
    except ValueError:
        words = positive.split()
        value = 0.5 if "half" in words else max((_WORDS.get(word, 0.0) for word in words), default=1.0)
    return value if positive == plain else -value


def _days_of_unit(written: str) -> float:
    for unit, days in _DAYS.items():
        if written.startswith(unit) or (unit == "month" and written.startswith(("mo", "mth"))):
            return days
    return _DAYS[_SHORT_UNITS.get(written) or _SHORT_UNITS[written[0]]]


def _days(match: re.Match[str]) -> float:
    return _number(match) * _days_of_unit(match["unit"])


def _years(match: re.Match[str]) -> float:
    unit = match.groupdict().get("unit")
    return _number(match) if unit is None else _number(match) * _days_of_unit(unit) / _DAYS["year"]


def _celsius(match: re.Match[str]) -> float:
    value = _number(match)
    scale = (match.groupdict().get("scale") or "")[:1]
    is_fahrenheit = scale == "f" or (scale != "c" and 92.0 <= value <= 112.0)
    return round((value - 32.0) / 1.8, 1) if is_fahrenheit else value


def _sugar(match: re.Match[str]) -> float:
    value = _number(match)
    unit = match["unit"] or ""
    in_milligrams = unit.startswith("mg") or (not unit and value > _SUGAR_IN_MILLIGRAMS)
    return round(value / _MILLIGRAMS_OF_A_MILLIMOLE, 1) if in_milligrams else value


def _decade(match: re.Match[str]) -> float:
    written = match["n"]
    return float(written[:2]) if written[0].isdigit() else float(_DECADES[written])


def _weeks_of_months(match: re.Match[str]) -> float:
    return _number(match) * _WEEKS_OF_A_MONTH


def _looked_up(values: dict[str, float]) -> Callable[[re.Match[str]], float]:
    return lambda match: values.get(match["n"], values.get("", 0.0))


_READERS: dict[str, Callable[[re.Match[str]], float]] = {
    "number": _number,
    "days": _days,
    "years": _years,
    "celsius": _celsius,
    "sugar": _sugar,
    "decade": _decade,
    "weeks_of_months": _weeks_of_months,
}

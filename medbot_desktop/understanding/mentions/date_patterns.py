"""Compile the ways to write dates and times of ``mentions/dates.toml``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from medbot_desktop.text import NUMBER_WORDS
from medbot_desktop.understanding.mentions.files import DateEntry, DateFile, TimeEntry

_UNIT = (
    r"(?P<unit>min(?:ute)?s?|hours?|hrs?|hr|days?|nights?|weeks?|wks?|wk|fortnights?|months?|mths?|mth"
    r"|years?|yrs?|yr)"
)
_COUNTED = [word for word, value in NUMBER_WORDS.items() if 1 <= value <= 90]
_NUMBER = (
    r"(?P<n>\d{1,4}(?:[.,]\d)?|half\s+an?|(?:a\s+)?quarter\s+of\s+an?|(?:a\s+)?(?:couple|few)(?:\s+of)?|several|an?|"
    + "|".join(_COUNTED)
    + ")"
)
_HOUR = r"(?P<hour>\d{1,2}|" + "|".join(word for word in _COUNTED if NUMBER_WORDS[word] <= 12) + ")"


@dataclass(frozen=True, slots=True)
class DatePattern:
    """A way to write a date or a time of day.

    Attributes:
        reads: how its groups are read.
        pattern: over the message in small letters.
        weak: whether it counts only beside a day.
    """

    reads: str
    pattern: re.Pattern[str]
    weak: bool = False


def compiled(entries: Iterable[DateEntry | TimeEntry], rules: DateFile) -> list[DatePattern]:
    """The patterns with the lists of the file written into them."""
    parts = _placeholders(rules)
    return [
        DatePattern(
            entry.reads,
            re.compile(re.sub(r"\{([A-Z_]+)\}", lambda part: parts[part.group(1)], entry.pattern)),
            isinstance(entry, TimeEntry) and entry.weak,
        )
        for entry in entries
    ]


def alternatives(words: Iterable[str]) -> str:
    """The words as one alternation, the longest first; spaces and apostrophes as people type them."""
    ordered = sorted(words, key=len, reverse=True)
    return "|".join(word.replace(" ", r"\s+").replace("'", "['’]?") for word in ordered)


def _placeholders(rules: DateFile) -> dict[str, str]:
    ordinals = "|".join(sorted(rules.ordinals, key=len, reverse=True))
    months, short_months = _all(rules.months), _all(rules.short_months)
    weekdays = _all(rules.weekdays)
    parts = alternatives(rules.parts)
    lists = (rules.follow.words, rules.day_words, rules.meals)
    follow = "|".join([*map(alternatives, lists), months, weekdays, parts])
    clock = r"\d{1,2}(?:[:.]\d{2}|\s*[ap]\.?m)\b"
    end = rf"(?![\w/%°-])(?=\s*$|\s*[,;:!?()\n](?!\d)|\s*\.(?!\d)|\s+[-–]|\s+(?:{follow})\b|\s+{clock})"
    four = r"(?P<year>(?:19|20)\d{2})\b"
    return {
        "DAY": rf"(?P<day>\d{{1,2}}(?:st|nd|rd|th)?|{ordinals})",
        "DAY_TH": rf"(?P<day>\d{{1,2}}(?:st|nd|rd|th)|{ordinals})",
        "MONTH": f"(?P<month>{months})",
        "MONTHS": f"{months}|{short_months}",
        "MONTH_SHORT": f"(?P<month_short>{short_months})",
        "YEAR": rf"(?P<year>(?:19|20)\d{{2}}\b|['’]?\d{{2}}(?![:.]\d){end})",
        "YEAR_OF_FOUR": four,
        "WEEKDAY": f"(?P<weekday>{weekdays})",
        "WEEKDAYS": f"(?:{weekdays})",
        "SHORT_WEEKDAYS": f"(?:{_all(rules.short_weekdays)})",
        "WEEKDAY_SHORT": f"(?P<weekday_short>{_all(rules.short_weekdays)})",
        "DAY_WORD": f"(?P<day_word>{alternatives(rules.day_words)})",
        "HOLIDAY": f"(?P<holiday>{alternatives(rules.holidays)})",
        "PART": f"(?P<part>{parts})",
        "PARTS": parts,
        "MEAL": f"(?P<meal>{alternatives(rules.meals)})",
        "EATEN": alternatives(rules.eaten),
        "NUMBER": _NUMBER,
        "UNIT": _UNIT,
        "HOUR": _HOUR,
        "END": end,
    }


def _all(lists: Mapping[str, Iterable[str]]) -> str:
    return alternatives(word for words in lists.values() for word in words)

"""Tell what is asked about a medicine: which field of its monograph answers."""

from __future__ import annotations

import re
from collections.abc import Sequence

_HAD = r"\b(?:took|taken|had|gave|given|swallowed)\b"
_BY_MISTAKE = r"\b(?:accidentally|mistakenly|by (?:mistake|accident))\b"

# What is asked about a medicine: the field that answers, its heading, and the words that ask for it.
ASPECTS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "max_daily",
        "Most in a day",
        (
            r"how (?:much|many)\b.*\b(?:too (?:much|many)|day|daily|24 (?:hours|hrs)|at most|at once|safely|safe)\b",
            r"\bmax(?:imum|imal)?\b",
            r"\b(?:the most|highest)\b",
            r"\blimit\b",
        ),
    ),
    (
        "overdose",
        "Too much",
        (
            "too much",
            "too many",
            "overdos",
            "double(?:d)? (?:the |my |his |her )?dose",
            "twice by (?:mistake|accident)",
            "kill",
            "lethal",
            rf"{_HAD}.{{0,40}}\b(?:twice|double|an extra|too (?:soon|close|early))\b(?! (?:a|per|every) day| daily)",
            r"what (?:happens|would happen|if) .{0,12}\b(?:take|took|had)\b.{0,12}\b(?:two|three|double|twice|\d+)\b",
            rf"{_BY_MISTAKE}.{{0,30}}{_HAD}",
            rf"{_HAD}.{{0,50}}{_BY_MISTAKE}",
        ),
    ),
    (
        "missed_dose",
        "Missed dose",
        (
            r"\bmiss(?:ed|ing)?\b",
            "forgot",
            "forget",
            "skipped",
            "late (?:dose|pill|tablet)",
            r"\b(?:hours?|hrs?|days?) late\b",
            r"\b(?:did ?n.?t|have ?n.?t|not) tak(?:e|en)\b.{0,30}\b(?:yesterday|last night|today|this morning|dose)\b",
        ),
    ),
    (
        "children",
        "Children",
        (
            r"\bchild",
            r"\bkids?\b",
            r"\bbab(?:y|ies)\b(?! aspirin)",  # "baby aspirin" is what a low dose for adults is called
            r"\bgiv(?:e|ing)\b.{0,20}\bbaby\b",
            r"\btoddler",
            r"\binfant",
            r"\bnewborn",
            r"\bteen(?:s|ager)",
            r"\b(?:grand|step)?(?:son|daughter)s?\b",
            r"\b(?:1[0-5]|\d)[- ]?(?:year|yr)s?[- ]olds?\b",
            r"\b(?:month|week|day)s?[- ]old\b",
            r"\bI(?:'m| am) (?:1[0-5]|\d)\b(?! (?:week|month|day|hour|mg))",
        ),
    ),
    ("pregnancy", "Pregnancy", ("pregnan", "expecting", "conceive", "trying for a baby")),
    ("breastfeeding", "Breastfeeding", ("breast ?feed", "nursing", "lactat", "milk supply", "breast ?milk")),
    ("alcohol", "Alcohol", ("alcohol", r"\bdrink(?:ing)?\b(?! (?:water|with))", r"\bbeer", r"\bwine", "spirits")),
    ("driving", "Driving", (r"\bdriv(?:e|ing)", "machin")),
    ("storage", "Storage", (r"\bstor(?:e|age)", "fridge", "keep it", "expire", "out of date")),
    (
        "serious",
        "Get help for",
        ("serious", "danger", "severe side", "emergency", "allergic reaction", "warning"),
    ),
    (
        "common",
        "Side effects",
        ("side[ -]?effects?", "mak(?:e|es|ing) me", "cause", "reaction", "feel (?:sick|dizzy|tired)"),
    ),
    (
        "avoid",
        "Who should ask first",
        (
            "who (?:should|can)(?:n.?t| not)",
            "should(?:n.?t| not) take",
            r"\b(?:safe|ok|okay|al ?right|fine|suitable|bad|dangerous|good|allowed)"
            r" (?:for|if|to|with|when|while|in|on)\b",
            r"\bcan (?:i|we|you|he|she|they|(?:my|a|an|the) [a-z]+|(?:people|someone|anyone)(?: with [a-z ]+)?)"
            r" (?:still |also |safely )?(?:take|have|use)\b",
            r"\bshould i (?:still |also )?(?:take|avoid|use)\b",
        ),
    ),
    (
        "adult_dose",
        "Usual dose for adults",
        (r"\bdos(?:e|age|ing)", "how (?:much|many|often|long)", r"max(?:imum)?\b", r"mg\b", "when (?:should|do) i"),
    ),
    (
        "uses",
        "What it is for",
        (
            r"what(?:'s| is| are)? .*\bfor\b",
            r"\buse(?:d for)?\b",
            r"\btreat",
            r"work(?:s)?\b",
            "what (?:is|are)",
            "tell me",
        ),
    ),
)
_ASKED = tuple((field, re.compile("|".join(words), re.IGNORECASE)) for field, _, words in ASPECTS)
_PATTERNS = dict(_ASKED)
_GIVEN = re.compile(
    r"\b(?:give|giving|gave)\b|\bfor (?:my|our|the|a) (?:newborn|baby|infant|son|daughter|child|toddler|little one)"
    r"|\bcan (?:he|she|(?:my|the|our) (?:newborn|baby|son|daughter|child|toddler))\b",
    re.IGNORECASE,
)
_WHAT_FOR = re.compile(
    r"what(?:'s| is| are)?\b.*\bfor\b|\bused? (?:for|to)\b|treat|work|tell me|what (?:is|are) (?!the\b)", re.IGNORECASE
)
_STOPS_IT = re.compile(
    r"\b(?:stop|stopping|quit|quitting|come off|coming off) (?:taking|using|it|them|this|these|suddenly|abruptly)\b",
    re.IGNORECASE,
)
_NEAR = 25
"""So many characters at most stand between "stop" and the medicine that is stopped."""
_AMOUNT_TOO = re.compile(r"\bhow (?:much|many|often)\b|\bmax|\bmg\b|usual dose|what dose", re.IGNORECASE)
_BESIDE_MISSED = frozenset({"avoid", "uses", "max_daily"})
_NARROWER = frozenset({"breastfeeding", "alcohol", "driving", "storage"})
_STOPS = re.compile(
    r"\b(?:stop|stopping|quit|quitting|come off|coming off|wean off|weaning off|withdrawing from)\b", re.IGNORECASE
)


def asks_of(field: str, text: str) -> bool:
    """Whether a message asks what a field of the monographs answers, as far as its words tell."""
    return _PATTERNS[field].search(text) is not None


def asked_fields(text: str) -> list[str]:
    """The fields that answer what a message asks about a medicine, the most telling first; empty where none does.

    A baby that is breastfed is not the one who takes the medicine, a missed dose asks for no dose, and who asks what
    the side effects are does not ask what it is for. Whoever asks about stopping is told nothing of who may take it.
    """
    fields = [field for field, pattern in _ASKED if pattern.search(text)]
    if "breastfeeding" in fields and not _GIVEN.search(text):
        fields = [field for field in fields if field != "children"]
    if "missed_dose" in fields:
        fields = [field for field in fields if field not in _BESIDE_MISSED]
        if not _AMOUNT_TOO.search(text):
            fields = [field for field in fields if field != "adult_dose"]
    if _NARROWER.intersection(fields) or _STOPS.search(text):
        fields = [field for field in fields if field != "avoid"]
    if len(fields) > 1 and not _WHAT_FOR.search(text):
        fields = [field for field in fields if field != "uses"]
    return fields


def asks_of_stopping(text: str, places: Sequence[int]) -> bool:
    """Whether a message asks about stopping a medicine, rather than what a medicine may stop.

    Args:
        text: the message.
        places: where it names medicines.
    """
    stops = _STOPS.search(text)
    if stops is None:
        return False
    names_it = any(0 <= place - stops.end() <= _NEAR for place in places)
    return names_it or _STOPS_IT.search(text) is not None


def tells_of_dose(text: str) -> bool:
    """Whether a message tells of a dose that was missed, or of more than was meant."""
    return asks_of("missed_dose", text) or asks_of("overdose", text)

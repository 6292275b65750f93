"""Put what a monograph holds under one of its fields into sentences, as answers say them."""

from __future__ import annotations

import re
from collections.abc import Collection

from medbot_desktop.assistant.medicine_aspects import ASPECTS
from medbot_desktop.assistant.medicine_warnings import opened
from medbot_desktop.domain import Utterance
from medbot_desktop.medicines.files import Medicine
from medbot_desktop.text import content_stems

HOLDS = "holds"
"""What a combination or a brand holds."""
TOO_YOUNG = "too_young"
"""For which ages it is not."""
HEADINGS = {
    **{field: heading for field, heading, _ in ASPECTS},
    HOLDS: "What it holds",
    TOO_YOUNG: "Do not take it, or ask first",
}
"""What stands over each field."""

_AGE = re.compile(r"\bunder \d+\b(?! ?(?:kg|mg|ml|cm|stone))")
_TELLING_NOTHING = frozenset(content_stems("disease problem trouble condition bad stage severe mild take have"))


def stems_of_conditions(utterance: Utterance) -> frozenset[str]:
    """The stems of the words by which a message names illnesses and circumstances, such as a pregnancy."""
    named = (entity.text for entity in utterance.entities if entity.kind in ("condition", "context"))
    return frozenset(stem for text in named for stem in content_stems(text)) - _TELLING_NOTHING


def lines_of(medicine: Medicine, field: str, conditions: Collection[str] = ()) -> list[str]:
    """The sentences of a field; what is a phrase becomes one.

    Args:
        medicine: whose monograph it is.
        field: one of the monograph's fields, or ``TOO_YOUNG``.
        conditions: the stems of what the person has: who should ask first is told beginning with that.
    """
    name = opened(medicine.name)
    if field == TOO_YOUNG:
        ages = (phrase.replace("your", "their") for phrase in medicine.avoid if _AGE.search(phrase))
        return [f"{name}: not for children who {phrase}." for phrase in ages]
    value = getattr(medicine, field)
    if field == "uses":
        return [f"{name}: {value[0]}", *value[1:]]
    if field == "max_daily":
        return [f"{name}, the most in a day for adults: {value}."] if value else []
    if field == "common":
        return [f"Common side effects of {medicine.name}: {'; '.join(value)}."]
    if field == "serious":
        return [f"Get help at once if {medicine.name} causes any of these: {'; '.join(value)}."]
    if field == "avoid":
        ordered = sorted(value, key=lambda phrase: -len({*conditions}.intersection(content_stems(phrase))))
        return [f"Do not take {medicine.name}, or ask first, if you {'; or if you '.join(ordered)}."]
    return [f"{name}: {value}"]

"""Tell the medicines that somebody asks about from those that they take already: "I take A and B, is C safe?"."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from medbot_desktop.domain import Entity, Utterance
from medbot_desktop.medicines.checking import Check

NAMES = ("medicine", "medicine_class", "substance")
"""The kinds of what may go badly together."""

_WHO = r"(?:i|we|you|he|she|they|(?:my|our|the) [a-z]+(?: [a-z]+)?|(?<!my )(?:mum|mom|dad|gran|nan)|who|and|also)"
_BE = r"(?:'?m|'?s|'re| am| is| are| was| were|'ve been| have been| has been)?"
_ALSO = r"(?: (?:also|already|currently|now|just|still|only|regularly|usually|always|at the moment))*"
_MAY = "can could may might should shall must do does did would will ok okay safe fine alright happens what"
_NOT_ASKED = "".join(rf"(?<!\b{word} )(?<!\b{word} if )" for word in _MAY.split())
_TAKEN = re.compile(
    rf"\b{_NOT_ASKED}{_WHO}{_BE}{_ALSO} (?:takes?|taking|on|prescribed|uses?|using)\b(?! (?:it|that|this|them)\b)"
    r"|\b(?:if|when|while|whilst|as|because|since) (?:already |also )?(?:taking|on|using)\b"
    r"|\b(?:my|his|her|their|current|regular|repeat) (?:usual |regular |daily |other )?"
    r"(?:medicines?|medications?|meds|tablets|prescriptions?|drugs)(?: list)? (?:are|is|includes?)\b"
    r"|^\W*(?:currently |already )?(?:on|taking|takes|take)\b",
    re.IGNORECASE,
)
_BESIDE = re.compile(
    r"\b(?:with|alongside|besides?|on top of|as well as|in addition to|added to|plus)\b", re.IGNORECASE
)
_ASKED = re.compile(
    r"\b(?:can|could|may|might|should|shall|is|are|does|will|would|how about|what about|what if|want|need|thinking)\b"
    r"|\b(?:ok(?:ay)?|safe|alright|all right|fine|like|allowed|possible|bad|dangerous|wise|happens|problem)"
    r" (?:(?:for \w+ )?to|if (?:i|we|he|she|they)) (?:also )?"
    r"(?:take|have|use|add|drink|eat|start|mix|combine|try|buy|get|give)\b"
    r"|[.!;\n]\s+(?=[^.!?;\n]*\b(?:ok(?:ay)?|safe|alright|fine)\b[^.!?;\n]*\?)"
    r"|\b(?:gave|given|gives|offered|prescribed|started|put|bought|got|picked up)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Turned:
    """A place from which on medicines are asked about, or are taken already."""

    at: int
    is_asked: bool
    is_beside: bool = False


def asked_about(utterance: Utterance) -> tuple[str, ...]:
    """The medicines and substances that a message asks about beside others that are taken already.

    Args:
        utterance: the message.

    Returns:
        Their names in order; empty where all, or none, of those that it names are asked about.
    """
    named = [entity for entity in utterance.entities if entity.kind in NAMES]
    turns = _turns(utterance.text)
    asked = dict.fromkeys(entity.name for entity in named if _is_asked(entity, turns))
    others = {entity.name for entity in named} - asked.keys()
    return tuple(asked) if others else ()


def of_asked(found: Check, asked: tuple[str, ...]) -> tuple[Check, Check]:
    """Part what was found: what concerns the medicines that were asked about, and the rest.

    Args:
        found: what was found.
        asked: the medicines; with none, all that was found concerns them.
    """
    if not asked:
        return found, replace(found, interactions=(), duplicates=(), allergies=())
    own = replace(
        found,
        interactions=tuple(one for one in found.interactions if one.first in asked or one.second in asked),
        duplicates=tuple(one for one in found.duplicates if one.first in asked or one.second in asked),
        allergies=tuple(one for one in found.allergies if one.medicine in asked),
    )
    rest = replace(
        found,
        interactions=tuple(one for one in found.interactions if one not in own.interactions),
        duplicates=tuple(one for one in found.duplicates if one not in own.duplicates),
        allergies=tuple(one for one in found.allergies if one not in own.allergies),
    )
    return own, rest


def _turns(text: str) -> list[_Turned]:
    """Where a message turns from what is taken to what is asked about, and back, in order."""
    turns = [_Turned(match.end(), True) for match in _ASKED.finditer(text)]
    turns += [_Turned(match.end(), False) for match in _TAKEN.finditer(text)]
    turns += [_Turned(match.end(), False, is_beside=True) for match in _BESIDE.finditer(text)]
    return sorted(turns, key=lambda turn: (turn.at, not turn.is_asked))


def _is_asked(entity: Entity, turns: list[_Turned]) -> bool:
    """Whether a medicine stands where it is asked about, or before what it would be taken beside."""
    # Wine with a medicine is asked about as much as the medicine is.
    counted = [turn for turn in turns if not turn.is_beside] if entity.kind == "substance" else turns
    before = [turn for turn in counted if turn.at <= entity.start]
    return before[-1].is_asked if before else bool(turns) and turns[0].is_beside

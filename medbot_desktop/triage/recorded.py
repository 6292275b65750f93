"""Add to what is said what a record holds of the person, where nothing that is said speaks against it."""

from __future__ import annotations

from collections.abc import Sequence

from medbot_desktop.domain import Assertion, Entity

_SPOKEN_OF = (Assertion.PRESENT, Assertion.UNCERTAIN, Assertion.PAST, Assertion.NEGATED)
_TOLD = (Assertion.PRESENT, Assertion.UNCERTAIN)
_OF_AGE = frozenset({"age", "infant", "young_infant", "first_day", "child"})
_NO_PREGNANCY = frozenset({"not_pregnant", "recent_birth", "postpartum", "pregnancy_lost"})


def with_record(said: Sequence[Entity], known: Sequence[Entity]) -> tuple[Entity, ...]:
    """What is said, and what of the record counts beside it: the message's own words go before the record.

    An entry of the record counts for nothing where something that it tells is denied, or is said otherwise: the age of
    somebody of whom another age is said, a pregnancy after a birth.

    Args:
        said: the entities of what is said.
        known: the entities of the record.
    """
    spoken_of = {entity.name for entity in said if entity.by_rules in _SPOKEN_OF}
    told = {entity.name for entity in said if entity.by_rules in _TOLD}
    denied = {entity.name for entity in said if entity.by_rules is Assertion.NEGATED}
    gone = {entity.text for entity in known if entity.name in denied or _is_contradicted(entity.name, told)}
    return (*said, *(one for one in known if one.text not in gone and one.name not in spoken_of))


def _is_contradicted(name: str, told: set[str]) -> bool:
    if name in _OF_AGE:
        return not _OF_AGE.isdisjoint(told)
    return name == "pregnant" and not _NO_PREGNANCY.isdisjoint(told)

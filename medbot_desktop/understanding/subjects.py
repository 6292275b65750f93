"""Tell whose a condition is where a message names several people: "my brother is diabetic and I am always thirsty"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from medbot_desktop.domain import Assertion, Entity
from medbot_desktop.understanding.tokens import Token

_KIN = frozenset(
    """mum mums mother mothers mom mam dad dads father fathers brother brothers sister sisters sibling siblings uncle
    aunt auntie cousin grandmother grandmothers grandfather grandma grandpa grandad granddad gran granny nan nana
    parents husband wife partner boyfriend girlfriend fiance twin neighbour neighbor cleaner colleague coworker friend
    flatmate housemate roommate classmate boss relative inlaw stepmother stepfather niece nephew contact
    contacts""".split()
)
_FOLK = frozenset("son daughter child boy girl baby".split())
_SELF = frozenset("i im ive id me myself mine".split())
_PRONOUNS = frozenset("he hes she shes him they theyre theyve patient pt".split())
_POSSESSIVE = frozenset("her his their babys childs patients wifes husbands partners childrens".split())
_HAD = frozenset("had died dx diagnosed".split())
_REACH = 9
_KINDS = ("condition", "context")
_SHOWN = ("symptom", "event")
_HELD = (Assertion.PRESENT, Assertion.UNCERTAIN)


def of_others(entities: Sequence[Entity], tokens: Sequence[Token]) -> list[Entity]:
    """Return the entities, the lasting conditions of people who are not the patient marked so.

    Signs and events are left alone, whoever they are said of: what somebody shows counts, and two people in one message
    are told apart too badly to let a sign of danger go.
    """
    subjects = [_subject(entity, tokens) for entity in entities]
    shows_signs = {
        subject
        for entity, subject in zip(entities, subjects, strict=True)
        if entity.kind in _SHOWN and entity.assertion in _HELD
    }
    speaks_of_self = any(token.word in _SELF for token in tokens)
    marked = []
    for entity, subject in zip(entities, subjects, strict=True):
        is_kin = subject.startswith(("kin", "kins"))
        if entity.kind in _KINDS and entity.assertion in _HELD and is_kin:
            is_patient = bool(shows_signs & {"kin", "other"}) and subject == "kin"
            is_told_of = speaks_of_self or subject in ("kins kin", "kin had")
            if is_told_of and not is_patient:
                entity = replace(entity, assertion=Assertion.OTHER)
        marked.append(entity)
    return marked


def _subject(entity: Entity, tokens: Sequence[Token]) -> str:
    """Who the nearest word before the entity speaks of: self, other, kin, kin had, kins kin; empty for nobody."""
    first = next((n for n, token in enumerate(tokens) if token.end > entity.start), 0)
    for at in range(first - 1, max(-1, first - 1 - _REACH), -1):
        if tokens[at].sentence != tokens[first].sentence:
            break
        word = tokens[at].word
        if word in _KIN:
            return _kin(tokens, at, first)
        if word in _SELF or (word == "my" and not _names_kin(tokens, at)):
            return "self"
        if word in _PRONOUNS or word in _FOLK:
            return "other"
    return ""


def _names_kin(tokens: Sequence[Token], at: int) -> bool:
    return any(token.word in _KIN or token.word in _FOLK for token in tokens[at + 1 : at + 4])


def _kin(tokens: Sequence[Token], at: int, first: int) -> str:
    if any(token.word in _POSSESSIVE for token in tokens[max(0, at - 2) : at]):
        return "kins kin"
    return "kin had" if any(token.word in _HAD for token in tokens[at + 1 : first]) else "kin"

"""Look for emergencies in a text that is too long to be answered, so that the alarm comes with the refusal."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from medbot_desktop.domain import Entity, Intent, Triage, Utterance
from medbot_desktop.understanding.cleaning import pieces
from medbot_desktop.understanding.quoted import blanked, quotes


class SignReader(Protocol):
    """Finds what a text reports."""

    def signs(self, text: str) -> Utterance:
        """The signs of a text, and nothing else of it."""


class EmergencyJudge(Protocol):
    """Finds emergencies."""

    def emergency(self, utterance: Utterance) -> Triage | None:
        """The emergency that a message tells of, or None."""


def alarm_of(reader: SignReader, judge: EmergencyJudge, text: str) -> Triage | None:
    """The emergency in a text of any length: of its first piece that tells of one, else of all pieces together.

    Args:
        reader: finds what a piece reports.
        judge: finds emergencies.
        text: the text as typed.

    Returns:
        The emergency, or None where no piece tells of one.
    """
    together: list[Entity] = []
    for at, piece in pieces(blanked(text, quotes(text))):
        said = reader.signs(piece)
        alarm = judge.emergency(said)
        if alarm is not None:
            return alarm
        together += [replace(entity, start=entity.start + at, end=entity.end + at) for entity in said.entities]
    return judge.emergency(Utterance("", "und", Intent("symptom_report"), tuple(together)))

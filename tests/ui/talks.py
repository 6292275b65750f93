"""Parts of conversations about a complaint, for tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from medbot_desktop.domain import Because, Disposition, Message, Triage

from .conftest import finished

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def settled(disposition: Disposition = Disposition.SELF_CARE) -> Triage:
    """A complaint about which nothing is left to ask."""
    why = "Most sore throats get better."
    return Triage(
        disposition,
        reasons=(why,),
        because=(Because(disposition, "sore_throat: otherwise", why, "NHS: Sore throat", ("sore throat",)),),
        do_now=("Drink plenty.", "Rest."),
        safety_net=("See a doctor after a week.",),
        complaint="Sore throat",
    )


FOLLOWED = replace(settled(), follow_up="Do you have a fever?")
"""A complaint about which something is asked."""


def said(text: str) -> Message:
    """What a person said, as it is stored."""
    return Message("p", "c", "person", text, NOON)


def answered(triage: Triage, text: str = "Do you have a fever?") -> Message:
    """An answer, as it is stored."""
    return Message("a", "c", "medbot", text, NOON, finished(text, triage=triage).answer)

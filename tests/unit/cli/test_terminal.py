"""In the terminal a turn shows its care card first, and the answers that a question offers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from medbot_desktop.cli.terminal import Terminal
from medbot_desktop.domain import (
    Alert,
    Answer,
    Conversation,
    Disposition,
    Finished,
    Intent,
    Question,
    RedFlag,
    TextDelta,
    ToolUsed,
    Triage,
    Triaged,
    TurnEvent,
    Utterance,
)

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
TALK = Conversation("c1", "", NOON)


class Played:
    """A workspace whose assistant answers with the events of a test."""

    text_model = None

    def __init__(self, *events: TurnEvent) -> None:
        self._events = events

    @property
    def assistant(self) -> Played:
        return self

    def respond(self, conversation: Conversation, text: str) -> Iterator[TurnEvent]:
        yield from self._events


def ended(text: str) -> Finished:
    """The end of a turn that answered ``text``."""
    utterance = Utterance("message", "en", Intent("symptom_report"))
    return Finished(Answer("message", text, utterance, "symptom_report", Triage()), "m1")


def printed(capsys: pytest.CaptureFixture[str], *events: TurnEvent) -> str:
    """What one turn of these events prints, as one line of words."""
    Terminal(Played(*events)).turn(TALK, "message")  # type: ignore[arg-type]
    return " ".join(capsys.readouterr().out.replace("│", " ").split())


def test_a_care_card_says_why_what_to_do_and_when_to_come_back(capsys: pytest.CaptureFixture[str]) -> None:
    triage = Triage(
        Disposition.ROUTINE, reasons=("It lasts.",), do_now=("Book a visit.",), safety_net=("Call if it is worse.",)
    )
    out = printed(capsys, Triaged(triage), TextDelta("Here is more."))
    assert "ROUTINE: book an appointment" in out
    assert "It lasts. Book a visit. Come back or call: - Call if it is worse." in out
    assert out.index("ROUTINE") < out.index("Here is more.")


def test_a_care_card_that_has_not_changed_is_one_line_the_second_time(capsys: pytest.CaptureFixture[str]) -> None:
    card = Triaged(Triage(Disposition.ROUTINE, reasons=("It lasts.",), do_now=("Book a visit.",)))
    other = Triaged(Triage(Disposition.ROUTINE, reasons=("It spreads.",), do_now=("Book a visit.",)))
    out = printed(capsys, card, card, other)
    assert out.count("It lasts.") == 1
    assert "Still ROUTINE: book an appointment" in out
    assert out.count("Book a visit.") == 2


def test_the_card_of_an_emergency_is_shown_each_time(capsys: pytest.CaptureFixture[str]) -> None:
    flag = RedFlag("sepsis", "It may be sepsis.", "NHS 2023", ("Call 999 now.",))
    alert = Alert(Triage(Disposition.EMERGENCY, (flag,), (flag.why,)))
    assert printed(capsys, alert, alert).count("Call 999 now.") == 2


@pytest.mark.parametrize("disposition", [Disposition.URGENT, Disposition.ROUTINE, Disposition.SELF_CARE])
def test_every_level_has_its_card(capsys: pytest.CaptureFixture[str], disposition: Disposition) -> None:
    heading = disposition.value.upper().replace("_", " ")
    assert heading in printed(capsys, Triaged(Triage(disposition, reasons=("Why.",))))


def test_an_emergency_stays_as_short_as_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    flag = RedFlag("sepsis", "It may be sepsis.", "NHS 2023", ("Call 999 now.",))
    triage = Triage(Disposition.EMERGENCY, (flag,), (flag.why,), safety_net=("Later.",))
    out = printed(capsys, Alert(triage))
    assert "It may be sepsis. Call 999 now." in out
    assert "Later." not in out


def test_a_question_shows_the_answers_that_it_offers(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys, TextDelta("Do you have a fever?"), Question("Do you have a fever?", ("Yes", "[bold]No")))
    assert out == "Do you have a fever? Answer for example: Yes, [bold]No"


def test_a_question_that_stands_in_no_text_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys, TextDelta("You are not alone."), Question("Shall I fetch somebody?", ("Yes, please",)))
    assert "You are not alone. Shall I fetch somebody?" in out


def test_a_question_shows_why_it_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    asked = Question("Do you have a fever?", ("Yes",), "A fever can be an infection.")
    out = printed(capsys, TextDelta("Do you have a fever?"), asked)
    assert "fever? Why this is asked: A fever can be an infection. Answer for example: Yes" in out


def test_the_end_of_a_complaint_shows_the_summary_for_the_clinician(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(
        capsys, ToolUsed("triage.summary", "Situation: [b]Cough."), TextDelta("Thank you."), ended("Thank you.")
    )
    assert out == "Thank you. Summary for the clinician Situation: [b]Cough."

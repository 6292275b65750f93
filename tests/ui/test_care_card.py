"""The care card says how soon which help is needed, why, what to do, and when to come back."""

import pytest
from pytestqt.qtbot import QtBot

from medbot_desktop.domain import Disposition, Triage, Triaged
from medbot_desktop.ui.care_card import CareCardLayout, care_card
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.ui.transcript_layout import lay_out
from medbot_desktop.ui.transcript_model import Entry, TranscriptModel, entries_of

from .conftest import emergency
from .talks import FOLLOWED, answered, said, settled

BELOW_EMERGENCY = (Disposition.URGENT, Disposition.ROUTINE, Disposition.SELF_CARE)


@pytest.mark.parametrize("disposition", BELOW_EMERGENCY)
def test_a_card_says_why_what_to_do_and_when_to_come_back(disposition: Disposition) -> None:
    card = care_card(settled(disposition), "999")
    assert card is not None
    assert card.sections == (
        ("", ("Most sore throats get better.",)),
        ("What to do now", ("Drink plenty.", "Rest.")),
        ("Come back or call", ("See a doctor after a week.",)),
    )


@pytest.mark.parametrize("disposition", BELOW_EMERGENCY)
def test_a_card_stands_above_the_answer(qtbot: QtBot, appearance: Appearance, disposition: Disposition) -> None:
    entry = Entry(mine=False, text="Here is more.", triage=settled(disposition))
    layout = lay_out(entry, appearance.theme, 800, "999")
    assert layout.card is not None
    assert layout.card_at.y() + layout.card.height < layout.text_at.y()


def test_nothing_reported_has_no_card() -> None:
    assert care_card(Triage(), "999") is None


def test_an_emergency_stays_short_and_says_first_what_to_do() -> None:
    triage = emergency()
    card = care_card(Triage(triage.disposition, triage.red_flags, triage.reasons, safety_net=("Later.",)), "999")
    assert card is not None
    assert card.heading == "Call 999 now"
    assert card.sections == (
        ("What to do now", ("Sit down and rest.",)),
        ("Why", ("This can be a heart attack.",)),
    )


def test_an_emergency_without_a_red_flag_says_what_the_protocol_says() -> None:
    triage = Triage(Disposition.EMERGENCY, reasons=("One.", "Two.", "Three."), do_now=("Go now.",))
    card = care_card(triage, "")
    assert card is not None
    assert card.spoken() == "Call the emergency number now. Go now. One. Two."


def test_a_card_with_an_open_question_says_that_it_may_change() -> None:
    card = care_card(FOLLOWED, "999")
    assert card is not None
    assert card.spoken().endswith("It may change as you say more.")


def test_a_screen_reader_hears_the_card_before_the_answer() -> None:
    entry = Entry(mine=False, text="Here is more.", triage=settled(Disposition.URGENT))
    assert entry.spoken() == (
        "MedBot: See a clinician today. Most sore throats get better. Drink plenty. Rest. "
        "Come back or call: See a doctor after a week. Here is more."
    )


def test_a_card_that_has_not_changed_is_brief_the_second_time(qtbot: QtBot) -> None:
    model = TranscriptModel()
    shown = []
    for triage in (FOLLOWED, FOLLOWED, settled(Disposition.URGENT), settled(Disposition.URGENT)):
        row = model.begin_turn("no")
        model.apply(row, Triaged(triage))
        card = model.entry(row).card("999")
        assert card is not None
        shown.append((card.disposition.value, bool(card.steps)))
    assert shown == [("self_care", True), ("self_care", False), ("urgent", True), ("urgent", False)]


def test_a_resumed_conversation_shows_the_same_cards() -> None:
    messages = [
        said("sore throat"),
        answered(FOLLOWED),
        said("no"),
        answered(FOLLOWED),
        said("no"),
        answered(settled()),
    ]
    cards = [entry.card("999") for entry in entries_of(messages) if not entry.mine]
    assert [bool(card and card.safety_net) for card in cards] == [True, False, False]


@pytest.mark.parametrize("disposition", [Disposition.EMERGENCY, *BELOW_EMERGENCY])
def test_a_card_is_higher_where_it_is_narrower(qtbot: QtBot, appearance: Appearance, disposition: Disposition) -> None:
    card = care_card(settled(disposition), "999")
    assert card is not None
    heights = [CareCardLayout(card, appearance.theme, width).height for width in (720, 320, 200)]
    assert heights == sorted(heights)
    assert heights[0] < heights[-1]

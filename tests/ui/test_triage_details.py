"""The panel says why a message is this urgent, and what the clinician should know."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from medbot_desktop.domain import Because, Disposition, ToolUsed, Triage
from medbot_desktop.ui.clinician_summary import ClinicianSummary
from medbot_desktop.ui.main_window import MainWindow
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.ui.transcript_model import Entry
from medbot_desktop.ui.triage_details import ReasonCard, triage_page
from medbot_desktop.ui.turn_details import steps_page

from .conftest import PlayedServices, citation, emergency, finished
from .talks import FOLLOWED, settled

SUMMARY = "Situation: Sore throat. Denies: fever.\nBackground:\nAssessment: It is mild.\nRecommendation: self care."


def told(page: QWidget) -> list[str]:
    """Every line of a page, from top to bottom."""
    return [label.text() for label in page.findChildren(QLabel)]


def page_of(qtbot: QtBot, appearance: Appearance, triage: Triage) -> QWidget:
    page = triage_page(Entry(mine=False, triage=triage), appearance.theme, "999")
    qtbot.addWidget(page)
    return page


def test_each_rule_is_told_with_level_reason_words_and_source(qtbot: QtBot, appearance: Appearance) -> None:
    lines = told(page_of(qtbot, appearance, settled(Disposition.URGENT)))
    assert lines[-4:] == [
        "Urgent: sore throat, otherwise",
        "Most sore throats get better.",
        "Because of “sore throat”",
        "Rule “sore_throat: otherwise”, after NHS: Sore throat",
    ]


def test_every_rule_that_held_is_told(qtbot: QtBot, appearance: Appearance) -> None:
    because = tuple(Because(Disposition.ROUTINE, f"cough: rule_{n}", f"Reason {n}.", "NICE") for n in range(12))
    page = page_of(qtbot, appearance, Triage(Disposition.ROUTINE, because=because))
    cards = page.findChildren(ReasonCard)
    assert [card.accessibleName() for card in cards] == [f"Routine: Reason {n}." for n in range(12)]


def test_a_question_is_told_with_why_it_is_asked(qtbot: QtBot, appearance: Appearance) -> None:
    asked = Triage(Disposition.ROUTINE, follow_up="Do you have a fever?", follow_up_why="Fever can mean an infection.")
    lines = told(page_of(qtbot, appearance, asked))
    assert lines[-2:] == ["Do you have a fever?", "Why this is asked: Fever can mean an infection."]


def test_a_rule_without_a_guideline_says_so(qtbot: QtBot, appearance: Appearance) -> None:
    because = Because(Disposition.ROUTINE, "no protocol", "There is no rule for it.", "")
    lines = told(page_of(qtbot, appearance, Triage(Disposition.ROUTINE, because=(because,))))
    assert lines[-1] == "Rule “no protocol”, with no guideline behind it"


def test_the_red_flags_of_an_alert_are_told_before_the_rest_is_known(qtbot: QtBot, appearance: Appearance) -> None:
    lines = told(page_of(qtbot, appearance, emergency()))
    assert "Because of “chest”" in lines
    assert "Rule “red flag: chest_pain_cardiac”, after NHS 2023" in lines


def test_the_next_question_is_told(qtbot: QtBot, appearance: Appearance) -> None:
    assert told(page_of(qtbot, appearance, FOLLOWED))[-1] == "Do you have a fever?"


def test_why_opens_what_decided(qtbot: QtBot, window: MainWindow, services: PlayedServices) -> None:
    services.events = lambda text: [finished("Rest.", triage=settled())]
    window.chat.send("sore throat")
    qtbot.waitUntil(lambda: window.chat.composer.send_button.isVisible())
    window.chat.panel.hide()
    names = [action.text() for action in window.chat.transcript.menu_for(1).actions()]
    assert "Why this advice?" in names
    window.chat.transcript.setCurrentIndex(window.chat.transcript.model().index(1, 0))
    qtbot.keyClick(window.chat.transcript, Qt.Key.Key_Return)
    assert window.chat.panel.isVisible()
    assert window.chat.panel.section() == "Triage"


def test_an_answer_without_triage_offers_no_why(window: MainWindow) -> None:
    window.chat.talk.transcript.add(Entry(mine=False, text="Rest. [1]", citations=(citation(),)))
    names = [action.text() for action in window.chat.transcript.menu_for(0).actions()]
    assert "Why this advice?" not in names


def test_the_summary_for_the_clinician_is_told_line_by_line(qtbot: QtBot, appearance: Appearance) -> None:
    page = steps_page(Entry(mine=False, steps=(ToolUsed("triage.summary", SUMMARY),)), appearance.theme)
    qtbot.addWidget(page)
    assert told(page) == [
        "Summary for the clinician",
        "Situation",
        "Sore throat. Denies: fever.",
        "Background",
        "Nothing was said.",
        "Assessment",
        "It is mild.",
        "Recommendation",
        "self care.",
    ]


def test_the_summary_for_the_clinician_is_copied_whole(qtbot: QtBot, appearance: Appearance) -> None:
    summary = ClinicianSummary(SUMMARY, appearance.theme)
    qtbot.addWidget(summary)
    summary.copy_button.click()
    assert QGuiApplication.clipboard().text() == SUMMARY
    assert summary.copy_button.text() == "Copied"
    qtbot.waitUntil(lambda: summary.copy_button.text() == "Copy the summary")


def test_what_the_words_of_a_rule_come_to_is_told(qtbot: QtBot, appearance: Appearance) -> None:
    points = "“HR 132” scores 3, 3 together"
    because = Because(Disposition.URGENT, "vital_signs: news2", "Far off.", "RCP", ("HR 132",), ("heart_rate",), points)
    lines = told(page_of(qtbot, appearance, Triage(Disposition.URGENT, because=(because,))))
    assert lines[-2:] == [points, "Rule “vital_signs: news2”, after RCP"]

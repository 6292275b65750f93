"""A medicine's whole monograph is one click away from an answer; no document is offered that is not there."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from medbot_desktop.assistant.medicine_answers import LIBRARY
from medbot_desktop.domain import Answer, Assertion, Citation, Entity, Finished, Intent, Passage, Triage, Utterance
from medbot_desktop.errors import InputError
from medbot_desktop.medicines.formulary import Formulary
from medbot_desktop.medicines.monograph import monograph_of
from medbot_desktop.settings import resources_folder
from medbot_desktop.ui.main_window import MainWindow
from medbot_desktop.ui.monograph import FORMULARY, read_monograph
from medbot_desktop.ui.monograph_dialog import MonographDialog
from medbot_desktop.ui.passage_card import PassageCard
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.ui.transcript_layout import Action
from medbot_desktop.ui.transcript_model import Entry

from .conftest import PlayedServices, citation
from .showing import in_front

TEXT = "Metformin: Type 2 diabetes."
PART = Passage(
    "medicines/metformin/uses", LIBRARY, "metformin", "Metformin (NHS: Metformin)", "What it is for", TEXT, 0, len(TEXT)
)
PAIR = Passage(
    "medicines/interaction/a with b", LIBRARY, "a with b", "A with b (BNF)", "Interaction", TEXT, 0, len(TEXT)
)


def about_medicines(*names: str, skill: str = "medicine_question") -> Finished:
    """The end of a turn that was about medicines."""
    entities = tuple(Entity(name, "medicine", name, 0, 1, Assertion.PRESENT) for name in names)
    utterance = Utterance("question", "en", Intent("medicine_question"), entities)
    cited = (Citation(1, PART, ((0, len(TEXT)),), 1.0),)
    return Finished(Answer("question", f"- {TEXT} [1]", utterance, skill, Triage(), cited), "m1")


def ask(qtbot: QtBot, window: MainWindow, services: PlayedServices, *names: str, skill: str = "") -> Entry:
    services.events = lambda text: [about_medicines(*names, skill=skill or "medicine_question")]
    window.chat.send("What is metformin for?")
    qtbot.waitUntil(lambda: window.chat.composer.send_button.isVisible())
    return window.chat.talk.transcript.entry(-1)


def opened(qtbot: QtBot, window: MainWindow) -> MonographDialog:
    return in_front(qtbot, lambda: window.chat.monographs.dialog)


def monograph_buttons(window: MainWindow, entry: Entry) -> list[str]:
    layout = window.chat.transcript.painter.layout(entry, window.chat.transcript.viewport().width())
    return [button.name for button in layout.buttons if button.action is Action.MONOGRAPH]


def test_the_window_knows_the_formulary_by_its_name() -> None:
    assert FORMULARY == LIBRARY


def test_a_medicine_answer_has_a_button_for_the_monograph_of_each_medicine(
    qtbot: QtBot, window: MainWindow, services: PlayedServices
) -> None:
    entry = ask(qtbot, window, services, "metformin", "ibuprofen", "metformin")
    assert monograph_buttons(window, entry) == ["Monograph: metformin", "Monograph: ibuprofen"]


def test_an_answer_of_another_kind_offers_no_monograph(
    qtbot: QtBot, window: MainWindow, services: PlayedServices
) -> None:
    entry = ask(qtbot, window, services, "metformin", skill="symptom_report")
    assert monograph_buttons(window, entry) == []


def test_a_click_on_the_button_shows_the_monograph(qtbot: QtBot, window: MainWindow, services: PlayedServices) -> None:
    entry = ask(qtbot, window, services, "metformin")
    transcript = window.chat.transcript
    layout = transcript.painter.layout(entry, transcript.viewport().width())
    button = next(button for button in layout.buttons if button.action is Action.MONOGRAPH)
    at = button.box.center() + transcript.visualRect(transcript.model().index(1, 0)).topLeft()
    qtbot.mouseClick(transcript.viewport(), Qt.MouseButton.LeftButton, pos=at)
    dialog = opened(qtbot, window)
    assert dialog.windowTitle() == "Monograph: Metformin"
    assert "diabetes" in dialog.text.toPlainText()


def test_the_menu_of_an_answer_offers_the_monograph(qtbot: QtBot, window: MainWindow, services: PlayedServices) -> None:
    ask(qtbot, window, services, "metformin")
    menu = window.chat.transcript.menu_for(1)
    next(action for action in menu.actions() if action.text() == "Monograph: metformin").trigger()
    assert opened(qtbot, window).isVisible()


def test_a_monograph_is_read_and_closed_by_keys_alone(
    qtbot: QtBot, window: MainWindow, services: PlayedServices
) -> None:
    window.chat.monographs.open("metformin")
    dialog = opened(qtbot, window)
    qtbot.waitUntil(dialog.text.hasFocus)
    qtbot.keyClick(dialog.text, Qt.Key.Key_Tab)
    assert dialog.close_button.hasFocus()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert window.chat.monographs.dialog is None


def test_a_monograph_goes_when_the_conversations_are_dropped(
    qtbot: QtBot, window: MainWindow, services: PlayedServices
) -> None:
    window.chat.monographs.open("metformin")
    opened(qtbot, window)
    window.chat.forget()
    assert window.chat.monographs.dialog is None


def test_a_medicine_that_is_not_there_is_said_to_be_missing(
    qtbot: QtBot, window: MainWindow, services: PlayedServices
) -> None:
    window.chat.monographs.open("nosuchmedicine")
    qtbot.waitUntil(window.chat.notice.isVisible)
    assert "no medicine called" in window.chat.notice.words.text()
    with pytest.raises(InputError):
        read_monograph("nosuchmedicine")


def test_every_monograph_shows_all_that_is_published() -> None:
    formulary = Formulary.load(resources_folder())
    for medicine in formulary.medicines.values():
        whole = monograph_of(medicine, formulary)
        told = "\n".join((*whole.facts, *(line for _, lines in whole.sections for line in lines)))
        published = (*medicine.uses, *medicine.common, *medicine.serious, *medicine.avoid, *medicine.sources)
        single = (medicine.adult_dose, medicine.max_daily, medicine.pregnancy, medicine.breastfeeding, medicine.alcohol)
        more = (medicine.driving, medicine.storage, medicine.missed_dose, medicine.overdose, *medicine.names[1:])
        assert [words for words in (*published, *single, *more) if words not in told] == []
        assert all(lines for _, lines in whole.sections)


def test_no_monograph_gives_a_childs_dose_of_its_own() -> None:
    whole = read_monograph("paracetamol")
    assert "ask a pharmacist" in dict(whole.sections)["Usual dose for adults"][-1]


@pytest.mark.parametrize(
    ("passage", "offered"),
    [(PART, ["Open the monograph"]), (PAIR, []), (citation().passage, ["Open in the library"])],
)
def test_a_source_offers_what_there_is_to_open(
    qtbot: QtBot, appearance: Appearance, passage: Passage, offered: list[str]
) -> None:
    card = PassageCard(Citation(1, passage, (), 1.0), appearance.theme)
    qtbot.addWidget(card)
    assert [button.text() for button in card.findChildren(QPushButton)] == offered
    assert passage.title in card.accessibleName()
    assert passage.section in card.accessibleName()


def test_a_source_of_the_formulary_leads_to_its_monograph(
    qtbot: QtBot, window: MainWindow, services: PlayedServices
) -> None:
    ask(qtbot, window, services, "metformin")
    qtbot.waitUntil(lambda: len(window.chat.panel.cards) == 1)
    card = window.chat.panel.cards[0]
    assert TEXT in card.text.toPlainText()
    card.findChild(QPushButton).click()
    assert opened(qtbot, window).windowTitle() == "Monograph: Metformin"

"""The small parts around conversations: headings of days, the person's form, and the line that tells what was done."""

from datetime import UTC, date, datetime

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from medbot_desktop.domain import Conversation, Failed, Person
from medbot_desktop.ui.conversation_model import ConversationModel, Heading
from medbot_desktop.ui.days import day_heading, short_moment
from medbot_desktop.ui.notice_bar import NoticeBar
from medbot_desktop.ui.person_form import PersonForm
from medbot_desktop.ui.person_list import PersonModel
from medbot_desktop.ui.talk import Talk
from medbot_desktop.ui.theme import Appearance

TODAY = date(2026, 11, 21)


def talk(title: str, day: int, pinned: bool = False) -> Talk:
    moment = datetime(2026, 11, day, 12, tzinfo=UTC)
    return Talk(Conversation(title, title, moment, updated=moment, pinned=pinned), is_loaded=False)


@pytest.mark.parametrize(
    ("day", "heading"),
    [
        (TODAY, "Today"),
        (date(2026, 11, 20), "Yesterday"),
        (date(2026, 11, 12), "Thursday 12 November"),
        (date(2025, 12, 31), "31 December 2025"),
    ],
)
def test_a_day_is_called_what_people_call_it(day: date, heading: str) -> None:
    assert day_heading(day, TODAY) == heading


def test_a_moment_is_told_by_the_least_that_tells_it_apart() -> None:
    moments = [datetime(2026, 11, 21, 9, 5), datetime(2026, 11, 20, 9, 5), datetime(2026, 5, 3, 9, 5)]
    assert [short_moment(moment, TODAY) for moment in moments] == ["09:05", "Yesterday", "3 May 2026"]


def test_a_group_is_headed_once_and_only_where_there_is_something_in_it(qtbot: QtBot) -> None:
    model = ConversationModel(lambda: TODAY)
    model.show([talk("a", 21), talk("b", 21), talk("c", 3, pinned=True), talk("d", 2)], [])
    headings = [row.text for row in model.rows() if isinstance(row, Heading)]
    assert headings == ["Pinned", "Today", "Monday 2 November"]


def test_headings_cannot_be_chosen_and_conversations_can(qtbot: QtBot) -> None:
    model = ConversationModel(lambda: TODAY)
    model.show([talk("a", 21)], [])
    enabled = [bool(model.flags(model.index(row)) & Qt.ItemFlag.ItemIsEnabled) for row in range(model.rowCount())]
    assert enabled == [False, True]


@pytest.mark.parametrize(
    ("name", "day", "month", "year", "why"),
    [
        ("  ", "", "", "", "The person needs a name."),
        ("Ann", "31", "2", "1990", "This is not a day of the calendar."),
        ("Ann", "1", "", "", "This is not a day of the calendar."),
        ("Ann", "1", "1", "9998", "The date of birth lies in the future."),
    ],
)
def test_a_person_who_cannot_be_added_is_refused_with_a_reason(
    qtbot: QtBot, appearance: Appearance, name: str, day: str, month: str, year: str, why: str
) -> None:
    form = PersonForm(appearance)
    qtbot.addWidget(form)
    form.begin(name)
    for field, text in zip(form.born.fields, (day, month, year), strict=True):
        field.setText(text)
    with qtbot.assertNotEmitted(form.filled):
        form.save_button.click()
    assert form.failure.text().startswith(why)


def test_people_are_found_by_name_in_any_case_and_by_reference(qtbot: QtBot) -> None:
    people = [
        Person("1", "Ann Example", None, "A-17"),
        Person("2", "Bo Étienne", None, "B-2"),
        Person("3", "佐藤 花子"),
    ]
    model = PersonModel(people)
    found = {}
    for typed in ("ANN", "étienne", "a-17", "佐藤", "ann b-2", ""):
        model.narrow(typed)
        found[typed] = [model.person(row).id for row in range(model.rowCount())]
    assert found == {"ANN": ["1"], "étienne": ["2"], "a-17": ["1"], "佐藤": ["3"], "ann b-2": [], "": ["1", "2", "3"]}


def test_what_was_done_goes_away_by_itself_and_a_failure_stays(qtbot: QtBot, appearance: Appearance) -> None:
    bar = NoticeBar(appearance)
    qtbot.addWidget(bar)
    bar.tell("Done.")
    bar.ending.timeout.emit()
    assert bar.isHidden()
    bar.tell_failure(Failed("It was not stored.", "Try again."))
    assert not bar.ending.isActive()
    assert not bar.isHidden()
    bar.close_button.click()
    assert bar.isHidden()


def test_the_offer_is_taken_once(qtbot: QtBot, appearance: Appearance) -> None:
    taken: list[int] = []
    bar = NoticeBar(appearance)
    qtbot.addWidget(bar)
    bar.tell("Deleted.", "Undo", lambda: taken.append(1))
    bar.action_button.click()
    bar.action_button.click()
    assert taken == [1]
    assert bar.isHidden()

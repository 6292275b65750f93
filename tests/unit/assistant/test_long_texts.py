"""A text that is too long to be answered is looked through for emergencies, from end to end."""

from __future__ import annotations

import pytest

from medbot_desktop.assistant.long_texts import alarm_of
from medbot_desktop.medicines.formulary import Formulary
from medbot_desktop.settings import MESSAGE_LIMIT, resources_folder
from medbot_desktop.triage.judging import Judge
from medbot_desktop.understanding.reader import Reader

STORY = "I went to the shop and then I walked home and made some tea for us. "
LINES = MESSAGE_LIMIT // len(STORY)
HEART = "Then I got crushing chest pain and I am sweating. "


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.load(resources_folder(), Formulary.load(resources_folder()).spoken)


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge.load(resources_folder())


@pytest.mark.parametrize("place", [0, 40, LINES - 1, LINES, LINES + 1, 2 * LINES, 3 * LINES])
def test_an_emergency_is_found_wherever_it_stands(reader: Reader, judge: Judge, place: int) -> None:
    text = STORY * place + HEART + STORY * (3 * LINES - place)
    alarm = alarm_of(reader, judge, text)
    assert alarm is not None
    assert alarm.red_flags[0].name == "chest_pain_cardiac"
    assert alarm.because


def test_signs_that_stand_pages_apart_make_an_emergency_together(reader: Reader, judge: Judge) -> None:
    fever, baby = "There is a fever. ", "It is for my baby, who is 5 weeks old. "
    far = STORY * 2 * LINES
    assert alarm_of(reader, judge, fever) is None
    assert alarm_of(reader, judge, fever + far + baby) is not None


@pytest.mark.parametrize("text", [STORY * 200, "", " ", "I have no chest pain. " * 300, "a" * 10_000])
def test_a_text_that_tells_of_none_raises_no_alarm(reader: Reader, judge: Judge, text: str) -> None:
    assert alarm_of(reader, judge, text) is None

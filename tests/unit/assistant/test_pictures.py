"""The text of a picture in a turn: its medicines are answered about, and its warnings alarm nobody."""

from __future__ import annotations

import pytest

from medbot_desktop.assistant.assistant import Assistant
from medbot_desktop.domain import Alert, Disposition
from medbot_desktop.knowledge.opening import Knowledge
from medbot_desktop.memory.conversations import ConversationStore
from medbot_desktop.understanding.quoted import quote
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.roles import DEMO_ACCOUNT
from tests.assistants import answer_of, assistant_of, events_of

LABEL = quote("METFORMIN 500 mg\nCall a doctor at once if you have crushing chest pain.")
LONG = "Some more lines of a long letter.\n" * 200


@pytest.fixture
def memory(knowledge: Knowledge) -> ConversationStore:
    return ConversationStore(knowledge.vault, Access(knowledge.vault, DEMO_ACCOUNT))


@pytest.fixture
def assistant(knowledge: Knowledge, memory: ConversationStore) -> Assistant:
    return assistant_of(knowledge.retriever, knowledge.prepared.embed, memory)


def test_what_is_this_for_is_answered_about_the_medicine_of_the_label(
    assistant: Assistant, memory: ConversationStore
) -> None:
    answer = answer_of(assistant, memory.start(), f"What is this for?\n\n{LABEL}")
    assert answer.skill == "medicine_question"
    assert "diabetes" in answer.text
    assert answer.triage.disposition is Disposition.NONE
    assert answer.question == f"What is this for?\n\n{LABEL}"


def test_a_label_alone_tells_of_its_medicine(assistant: Assistant, memory: ConversationStore) -> None:
    assert "Metformin" in answer_of(assistant, memory.start(), LABEL).text


def test_the_medicine_of_a_label_is_checked_with_one_that_is_asked_about(
    assistant: Assistant, memory: ConversationStore
) -> None:
    answer = answer_of(assistant, memory.start(), f"Can I take ibuprofen with this?\n\n{quote('WARFARIN 1 mg')}")
    assert answer.skill == "interaction_check"
    assert "bleed" in answer.text.casefold()


@pytest.mark.parametrize("own", ["I have crushing chest pain and my left arm is numb", ""])
def test_a_red_flag_is_what_the_person_says_and_not_what_a_label_says(
    assistant: Assistant, memory: ConversationStore, own: str
) -> None:
    events = events_of(assistant, memory.start(), f"{own}\n\n{LABEL}")
    assert any(isinstance(event, Alert) for event in events) is bool(own)


def test_a_note_in_the_first_person_alarms(assistant: Assistant, memory: ConversationStore) -> None:
    events = events_of(assistant, memory.start(), quote("I have crushing chest pain\nand my left arm is numb"))
    assert any(isinstance(event, Alert) for event in events)


def test_a_text_that_is_too_long_alarms_by_what_the_person_says_alone(assistant: Assistant) -> None:
    letter = quote(LONG + "Call a doctor at once if there is crushing chest pain and the left arm is numb.")
    assert assistant.alarm(letter) is None
    assert assistant.alarm(f"{letter}\nI have crushing chest pain and my left arm is numb") is not None


def test_a_picture_without_a_medicine_and_without_a_question_is_asked_about(
    assistant: Assistant, memory: ConversationStore
) -> None:
    answer = answer_of(assistant, memory.start(), quote("Green Valley Health Plan\nMember 0042"))
    assert (answer.skill, answer.citations) == ("picture", ())
    assert answer.text.endswith("What would you like to know about it?")

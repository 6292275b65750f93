"""Questions that found nothing are listed as what to add next, for those who may read them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from medbot_desktop.errors import PermissionRefusedError
from medbot_desktop.memory.conversations import ConversationStore
from medbot_desktop.memory.unanswered import Unanswered
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.preferences import mark
from medbot_desktop.vault.roles import Account
from medbot_desktop.vault.vault import Vault
from tests.unit.memory.turns import EVA, HALL, RUTH, answer, said, store_of


@pytest.fixture
def unanswered(vault: Vault, access: Access) -> Unanswered:
    return Unanswered(vault, access)


def not_found(store: ConversationStore, *questions: str) -> str:
    """Store a conversation whose questions found nothing; returns its identifier."""
    talk = store.start()
    for question in questions:
        store.record(talk.id, replace(answer(question, (), "Nothing was found."), skill="not_found"))
    return talk.id


def listed(unanswered: Unanswered) -> list[tuple[str, int]]:
    return [(question.text, question.count) for question in unanswered.list()]


def test_only_questions_that_found_nothing_are_listed(store: ConversationStore, unanswered: Unanswered) -> None:
    said(store, "What is asthma?")
    not_found(store, "Do you stock the yellow fever vaccine?")
    assert listed(unanswered) == [("Do you stock the yellow fever vaccine?", 1)]


def test_a_question_that_is_written_in_two_ways_is_one(store: ConversationStore, unanswered: Unanswered) -> None:
    not_found(store, "Where do I park?", "where  do I park", "WHERE DO I PARK?!")
    assert listed(unanswered) == [("WHERE DO I PARK?!", 3)]


def test_what_is_asked_most_stands_first_and_then_what_was_asked_last(
    store: ConversationStore, unanswered: Unanswered
) -> None:
    not_found(store, "once", "often", "often", "later")
    assert [text for text, _ in listed(unanswered)] == ["often", "later", "once"]


def test_it_is_said_when_a_question_was_last_asked(store: ConversationStore, unanswered: Unanswered) -> None:
    before = datetime.now(UTC)
    not_found(store, "Where do I park?")
    assert before <= unanswered.list()[0].last_asked <= datetime.now(UTC)


def test_no_more_are_listed_than_are_wanted(store: ConversationStore, unanswered: Unanswered) -> None:
    not_found(store, *(f"question {number}" for number in range(9)))
    assert len(unanswered.list(limit=4)) == 4


def test_a_dismissed_question_is_gone_until_it_is_asked_again(store: ConversationStore, unanswered: Unanswered) -> None:
    not_found(store, "Where do I park?", "Where do I park?", "Who was Galen?")
    unanswered.dismiss("Where do I park?")
    assert listed(unanswered) == [("Who was Galen?", 1)]
    not_found(store, "where do I park?")
    assert dict(listed(unanswered)) == {"Who was Galen?": 1, "where do I park?": 1}


def test_what_is_kept_about_dismissed_questions_goes_with_their_conversations(
    store: ConversationStore, unanswered: Unanswered, vault: Vault
) -> None:
    talk = not_found(store, "Where do I park?")
    unanswered.dismiss("Where do I park?")
    not_found(store, "Who was Galen?")
    store.delete(talk)
    unanswered.dismiss("Who was Galen?")
    with vault.reading() as session:
        assert len(mark(session, "dismissed_questions")) == 1
        assert "park" not in str(mark(session, "dismissed_questions"))


def test_questions_of_deleted_conversations_are_not_listed(store: ConversationStore, unanswered: Unanswered) -> None:
    store.delete(not_found(store, "Where do I park?"))
    assert listed(unanswered) == []


def test_a_clinician_sees_what_others_asked(vault: Vault) -> None:
    not_found(store_of(vault, RUTH), "Where do I park?")
    store_of(vault, EVA)
    assert listed(Unanswered(vault, Access(vault, EVA))) == [("Where do I park?", 1)]


@pytest.mark.parametrize("account", [RUTH, HALL])
def test_who_may_not_read_others_sees_none_and_dismisses_none(vault: Vault, account: Account) -> None:
    store_of(vault, account)
    unanswered = Unanswered(vault, Access(vault, account))
    with pytest.raises(PermissionRefusedError):
        unanswered.list()
    with pytest.raises(PermissionRefusedError):
        unanswered.dismiss("Where do I park?")

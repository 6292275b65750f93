"""Emergencies: each one that was shown is in the trail once, whatever becomes of the turn."""

from __future__ import annotations

import logging

import pytest
from sqlalchemy import select, text

from medbot_desktop.assistant.assistant import Assistant
from medbot_desktop.domain import Alert, Conversation, Failed, Finished, Retrieved
from medbot_desktop.knowledge.opening import Knowledge
from medbot_desktop.memory.conversations import ConversationStore
from medbot_desktop.vault.schema import AuditRow
from medbot_desktop.vault.vault import Vault
from tests.assistants import assistant_of, events_of

EMERGENCY = "I have crushing chest pain and my left arm hurts"


@pytest.fixture
def assistant(knowledge: Knowledge, store: ConversationStore) -> Assistant:
    return assistant_of(knowledge.retriever, knowledge.embedder.embed, store)


@pytest.fixture
def talk(store: ConversationStore) -> Conversation:
    return store.start()


def emergencies(vault: Vault) -> list[AuditRow]:
    """The entries of the trail about emergencies."""
    with vault.transaction() as session:
        return list(session.scalars(select(AuditRow).where(AuditRow.action == "emergency_shown")))


def test_an_emergency_is_in_the_trail_once_and_without_words(
    assistant: Assistant, talk: Conversation, vault: Vault
) -> None:
    assert isinstance(events_of(assistant, talk, EMERGENCY)[-1], Finished)
    [entry] = emergencies(vault)
    assert (entry.kind, entry.record) == ("conversation", talk.id)
    assert "chest_pain" in entry.details["red_flags"]
    assert "crushing" not in str(entry.details)


def test_a_message_without_red_flags_leaves_no_entry(assistant: Assistant, talk: Conversation, vault: Vault) -> None:
    events_of(assistant, talk, "What is asthma?")
    assert emergencies(vault) == []


def test_an_emergency_stays_in_the_trail_where_the_turn_is_cancelled(
    assistant: Assistant, talk: Conversation, vault: Vault, store: ConversationStore
) -> None:
    turn = assistant.respond(talk, EMERGENCY)
    while not isinstance(next(turn), Alert):
        pass
    assert emergencies(vault) == []  # the alert does not wait for the disk
    turn.close()
    assert len(emergencies(vault)) == 1
    assert store.messages(talk.id) == []


def test_an_emergency_stays_in_the_trail_where_the_turn_fails(
    knowledge: Knowledge, store: ConversationStore, talk: Conversation, vault: Vault
) -> None:
    class Broken:
        def retrieve(self, question: str) -> Retrieved:
            raise RuntimeError(question)

    assistant = assistant_of(Broken(), knowledge.embedder.embed, store)
    assert isinstance(events_of(assistant, talk, EMERGENCY)[-1], Failed)
    assert len(emergencies(vault)) == 1


def break_the_trail(vault: Vault) -> None:
    with vault.transaction() as session:
        session.execute(text("DROP TABLE audit_head"))


def test_a_trail_that_cannot_be_written_does_not_stop_the_turn(
    assistant: Assistant, talk: Conversation, vault: Vault, caplog: pytest.LogCaptureFixture
) -> None:
    break_the_trail(vault)
    with caplog.at_level(logging.ERROR):
        assert isinstance(events_of(assistant, talk, EMERGENCY)[-1], Finished)
    assert [record.message for record in caplog.records] == ["emergency not noted"]


def test_a_trail_that_cannot_be_written_does_not_stop_cancelling(
    assistant: Assistant, talk: Conversation, vault: Vault
) -> None:
    break_the_trail(vault)
    turn = assistant.respond(talk, EMERGENCY)
    while not isinstance(next(turn), Alert):
        pass
    turn.close()
    assert isinstance(events_of(assistant, talk, "What is asthma?")[-1], Finished)


def test_each_emergency_of_a_conversation_has_its_entry(assistant: Assistant, talk: Conversation, vault: Vault) -> None:
    for _ in range(3):
        events_of(assistant, talk, EMERGENCY)
    assert len(emergencies(vault)) == 3

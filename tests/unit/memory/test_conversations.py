"""Conversations: a turn is stored whole, and comes back as it was."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from medbot_desktop.domain import (
    Answer,
    Assertion,
    Citation,
    Disposition,
    Entity,
    Grounding,
    Intent,
    ModelUse,
    Passage,
    RedFlag,
    Triage,
    Utterance,
)
from medbot_desktop.errors import VaultError
from medbot_desktop.memory.conversations import ConversationStore
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.roles import DEMO_ACCOUNT
from medbot_desktop.vault.schema import CitationRow, MessageRow
from medbot_desktop.vault.vault import Vault

PASSAGE = Passage(
    "core/asthma/2", "core", "asthma", "Asthma", "What it is", "Asthma is common. It can run in families.", 120, 162
)
CITATIONS = (
    Citation(1, PASSAGE, ((0, 17), (18, 42)), 0.875),
    Citation(2, Passage("core/cough/0", "core", "cough", "Cough", "What it is", "A cough.", 0, 8, page=3), (), 0.5),
)


@pytest.fixture
def vault() -> Iterator[Vault]:
    opened = Vault.open_in_memory()
    yield opened
    opened.close()


@pytest.fixture
def store(vault: Vault) -> ConversationStore:
    return ConversationStore(vault, Access(vault, DEMO_ACCOUNT))


def answer(question: str = "What is asthma?", citations: tuple[Citation, ...] = CITATIONS) -> Answer:
    wheeze = Entity("wheeze", "symptom", "wheeze", 0, 6, Assertion.NEGATED, "at night")
    flag = RedFlag("sepsis", "It may be sepsis.", "NICE 2024", ("Call now.",), ("blue", "lips"))
    return Answer(
        question=question,
        text="- Asthma is common. [1]",
        utterance=Utterance(question, "en", Intent("health_question", 0.93), (wheeze,), "anxious"),
        skill="health_question",
        triage=Triage(Disposition.EMERGENCY, (flag,), ("blue lips",), "Who is it?"),
        citations=citations,
        grounding=Grounding("extractive", 2, 2, 1),
        model=ModelUse("a model", "phrases", "cpu"),
        timings_ms={"total": 31},
    )


def test_a_turn_comes_back_as_it_was(store: ConversationStore) -> None:
    talk = store.start()
    message_id = store.record(talk.id, answer())
    asked, answered = store.messages(talk.id)
    assert (asked.role, asked.text, asked.answer) == ("person", "What is asthma?", None)
    assert (answered.id, answered.role, answered.text) == (message_id, "medbot", "- Asthma is common. [1]")
    assert answered.answer == answer()


def test_the_citations_come_back_with_passage_and_quotes(store: ConversationStore) -> None:
    talk = store.start()
    store.record(talk.id, answer())
    stored = store.messages(talk.id)[1].answer
    assert stored is not None
    assert stored.citations == CITATIONS
    assert stored.citations[0].quote == "Asthma is common."


def test_turns_stay_in_order(store: ConversationStore) -> None:
    talk = store.start()
    for n in range(5):
        store.record(talk.id, answer(f"question {n}", ()))
    assert [message.text for message in store.messages(talk.id)][::2] == [f"question {n}" for n in range(5)]


def test_a_turn_that_cannot_be_stored_whole_is_not_stored_at_all(store: ConversationStore, vault: Vault) -> None:
    talk = store.start()
    with pytest.raises(Exception, match="UNIQUE"):
        store.record(talk.id, answer(citations=(CITATIONS[0], CITATIONS[0])))
    assert store.messages(talk.id) == []
    assert store.list()[0].title == ""
    with vault.transaction() as session:
        assert session.scalar(select(func.count()).select_from(MessageRow)) == 0
        assert session.scalar(select(func.count()).select_from(CitationRow)) == 0


def test_the_first_question_becomes_the_title(store: ConversationStore) -> None:
    talk = store.start()
    store.record(talk.id, answer("  My knee\nhurts "))
    store.record(talk.id, answer("And my elbow"))
    assert store.list()[0].title == "My knee hurts"


def test_a_long_first_question_is_cut_in_the_title(store: ConversationStore) -> None:
    talk = store.start()
    store.record(talk.id, answer("word " * 40))
    title = store.list()[0].title
    assert len(title) <= 60
    assert title.endswith("word…")


def test_the_newest_conversation_is_first(store: ConversationStore) -> None:
    talks = [store.start() for _ in range(3)]
    assert [talk.id for talk in store.list()] == [talk.id for talk in reversed(talks)]


@pytest.mark.parametrize("rating", [1, -1, None])
def test_a_rating_is_kept(store: ConversationStore, rating: int | None) -> None:
    talk = store.start()
    message_id = store.record(talk.id, answer())
    store.rate(message_id, 1)
    store.rate(message_id, rating)
    assert store.messages(talk.id)[1].rating == rating


def test_rating_a_message_that_is_gone_is_a_clear_error(store: ConversationStore) -> None:
    with pytest.raises(VaultError, match="not in the vault any more"):
        store.rate("nobody", 1)


def test_a_conversation_that_is_gone_is_a_clear_error(store: ConversationStore) -> None:
    with pytest.raises(VaultError, match="not in the vault any more"):
        store.messages("nobody")
    with pytest.raises(VaultError, match="not in the vault any more"):
        store.record("nobody", answer())


def test_two_conversations_keep_their_messages_apart(store: ConversationStore) -> None:
    one, other = store.start(), store.start()
    store.record(one.id, answer("first"))
    assert store.messages(other.id) == []
    assert len(store.messages(one.id)) == 2

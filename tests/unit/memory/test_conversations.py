"""Conversations: a turn is stored whole, and comes back as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text, update

from medbot_desktop.domain import Assertion, Entity
from medbot_desktop.errors import InputError, VaultError
from medbot_desktop.memory import conversations
from medbot_desktop.memory.conversations import ConversationStore
from medbot_desktop.memory.people import People
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.schema import CitationRow, ConversationRow, MessageRow
from medbot_desktop.vault.vault import Vault
from tests.unit.memory.turns import CITATIONS, answer, said, trail_of


def set_clock(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    """Let the store take this for the present moment."""
    monkeypatch.setattr(conversations, "stored_now", lambda: moment.astimezone(UTC).replace(tzinfo=None))


def set_days(vault: Vault, conversation_id: str, started: datetime, updated: datetime) -> None:
    """Let a conversation have been held then."""
    values = {
        "started": started.astimezone(UTC).replace(tzinfo=None),
        "updated": updated.astimezone(UTC).replace(tzinfo=None),
    }
    with vault.transaction() as session:
        session.execute(update(ConversationRow).where(ConversationRow.id == conversation_id).values(values))


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


def test_what_was_asked_before_is_the_last_of_what_the_person_wrote(store: ConversationStore) -> None:
    talk, other = store.start(), store.start()
    assert store.asked_before(talk.id) == []
    store.record(other.id, answer("elsewhere", ()))
    for n in range(3):
        store.record(talk.id, answer(f"question {n}", ()))
    assert store.asked_before(talk.id) == ["question 1", "question 2"]


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


def test_a_conversation_goes_on_where_it_ended(store: ConversationStore, vault: Vault, access: Access) -> None:
    talk = said(store, "first")
    again = ConversationStore(vault, access)
    again.record(talk, answer("second"))
    assert [message.text for message in again.messages(talk)][::2] == ["first", "second"]


def test_a_new_message_brings_a_conversation_to_the_top(store: ConversationStore) -> None:
    old, new = said(store, "old"), said(store, "new")
    store.record(old, answer("once more"))
    assert [talk.id for talk in store.list()] == [old, new]


def test_a_triage_and_its_times_stand_in_columns_of_their_own(store: ConversationStore, vault: Vault) -> None:
    store.record(store.start().id, answer())
    with vault.transaction() as session:
        row = session.scalars(select(MessageRow).where(MessageRow.role == "medbot")).one()
    assert (row.disposition, row.timings) == ("emergency", {"total": 31})
    assert row.triage is not None
    assert row.triage["red_flags"][0]["name"] == "sepsis"
    assert row.answer is not None
    assert not {"triage", "timings_ms", "citations"} & set(row.answer)


def test_a_clock_set_back_does_not_make_a_conversation_older(
    store: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = said(store, "first")
    before = store.get(talk).updated
    set_clock(monkeypatch, before - timedelta(days=3))
    store.record(talk, answer("second"))
    assert store.get(talk).updated == before


def test_conversations_of_one_moment_stand_newest_first(
    store: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(monkeypatch, datetime(2026, 1, 1, tzinfo=UTC))
    talks = [store.start().id for _ in range(3)]
    assert [talk.id for talk in store.list()] == talks[::-1]


def test_a_pinned_conversation_stands_first(store: ConversationStore) -> None:
    pinned, other = store.start().id, store.start().id
    store.pin(pinned, True)
    assert [talk.id for talk in store.list()] == [pinned, other]
    store.pin(pinned, False)
    assert [talk.id for talk in store.list()] == [other, pinned]


def test_a_conversation_gets_another_title(store: ConversationStore) -> None:
    talk = said(store, "My knee hurts")
    store.rename(talk, "  Knee\x00 of\nAnn ")
    assert store.get(talk).title == "Knee of Ann"


@pytest.mark.parametrize("title", ["", " \n\x07 ", "a" * 201])
def test_a_title_that_is_empty_or_too_long_is_refused(store: ConversationStore, title: str) -> None:
    talk = said(store, "My knee hurts")
    with pytest.raises(InputError, match="1 to 200 characters"):
        store.rename(talk, title)
    assert store.get(talk).title == "My knee hurts"


def test_a_title_of_200_characters_in_any_script_is_kept(store: ConversationStore) -> None:
    talk = store.start().id
    store.rename(talk, "膝" * 200)
    assert store.get(talk).title == "膝" * 200


def test_a_conversation_is_about_a_person_or_nobody(store: ConversationStore, people: People) -> None:
    ann = people.add("Ann")
    talk = store.start(ann.id).id
    assert store.get(talk).person == ann
    store.link(talk, None)
    assert store.get(talk).person is None
    store.link(talk, ann.id)
    assert store.get(talk).person == ann


def test_nobody_can_be_linked_who_is_not_there(store: ConversationStore) -> None:
    talk = store.start().id
    with pytest.raises(VaultError, match="That person is not in the vault"):
        store.link(talk, "nobody")
    with pytest.raises(VaultError, match="That person is not in the vault"):
        store.start("nobody")


def test_the_list_is_narrowed_to_one_person(store: ConversationStore, people: People) -> None:
    ann = people.add("Ann")
    about = store.start(ann.id).id
    store.start()
    assert [talk.id for talk in store.list(person_id=ann.id)] == [about]


def test_the_list_is_narrowed_to_conversations_that_touch_a_span(store: ConversationStore, vault: Vault) -> None:
    noon = datetime(2026, 3, 10, 12, tzinfo=UTC)
    spans = {name: store.start().id for name in ("before", "into", "within", "after")}
    day = timedelta(days=1)
    set_days(vault, spans["before"], noon - 3 * day, noon - 2 * day)
    set_days(vault, spans["into"], noon - 3 * day, noon)
    set_days(vault, spans["within"], noon, noon)
    set_days(vault, spans["after"], noon + 2 * day, noon + 2 * day)
    found = {talk.id for talk in store.list(since=noon - day, until=noon + day)}
    assert found == {spans["into"], spans["within"]}


def test_a_moment_without_a_zone_is_local(
    store: ConversationStore, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = store.start().id
    late = datetime(2026, 3, 10, 23, 30, tzinfo=UTC).astimezone()
    set_days(vault, talk, late, late)
    midnight = late.replace(hour=0, minute=0, tzinfo=None)
    assert [each.id for each in store.list(since=midnight, until=midnight + timedelta(days=1))] == [talk]
    assert store.list(until=midnight) == []


def test_what_is_deleted_is_gone_from_list_and_search_until_it_is_undone(store: ConversationStore) -> None:
    talk = said(store, "my private knee")
    store.delete(talk)
    assert store.list() == []
    assert store.search("knee") == []
    assert [each.id for each in store.list(deleted=True)] == [talk]
    store.undelete(talk)
    assert [each.id for each in store.list()] == [talk]
    assert len(store.search("private")) == 2  # the title, and the message
    assert store.list(deleted=True) == []


def test_what_is_deleted_can_be_looked_at_and_not_be_continued(store: ConversationStore) -> None:
    talk = said(store, "my knee")
    store.delete(talk)
    assert store.get(talk).deleted is not None
    assert len(store.messages(talk)) == 2
    with pytest.raises(VaultError, match="not in the vault any more"):
        store.record(talk, answer())


def test_deleting_and_undoing_stand_in_the_trail_once(store: ConversationStore, vault: Vault) -> None:
    talk = said(store, "my knee")
    store.delete(talk)
    store.undelete(talk)
    store.undelete(talk)
    assert trail_of(vault) == [("demo", "deleted", talk), ("demo", "undeleted", talk)]


def test_what_is_deleted_after_the_clock_was_set_back_keeps_its_day(
    store: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = said(store, "my knee")
    held = store.get(talk).updated
    set_clock(monkeypatch, held - timedelta(days=2))
    store.delete(talk)
    assert store.get(talk).deleted == held


def test_libraries_are_switched_off_for_one_conversation_alone(store: ConversationStore) -> None:
    talk, other = store.start(), store.start()
    store.set_libraries_off(talk.id, ["leaflets", "core", "leaflets"])
    assert store.get(talk.id).libraries_off == ("core", "leaflets")
    assert store.get(other.id).libraries_off == ()


def test_libraries_are_switched_on_again(store: ConversationStore) -> None:
    talk = store.start()
    store.set_libraries_off(talk.id, ["core"])
    store.set_libraries_off(talk.id, [])
    assert store.list()[0].libraries_off == ()


def test_what_the_record_of_the_person_holds_is_not_kept_with_the_answer(
    store: ConversationStore, people: People, vault: Vault
) -> None:
    ann = people.add("Ann", medicines=["warfarin"])
    talk = store.start(ann.id)
    assert talk.person == ann
    known = Entity("warfarin (from the record)", "medicine", "warfarin", -1, -1, Assertion.PRESENT)
    turn = answer()
    store.record(talk.id, replace(turn, utterance=replace(turn.utterance, known=(known,))))
    stored = store.messages(talk.id)[1].answer
    assert stored is not None
    assert stored.utterance == turn.utterance
    with vault.transaction() as session:
        assert "warfarin" not in str(session.scalars(text("SELECT answer FROM messages")).all())

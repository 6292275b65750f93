"""Searching what was said: whatever a person types is a query, and the matches are where the offsets say."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from medbot_desktop.memory.conversations import ConversationStore
from medbot_desktop.memory.people import People
from medbot_desktop.memory.search import Found, full_text_query
from medbot_desktop.vault.schema import MessageRow
from medbot_desktop.vault.vault import Vault
from tests.unit.memory.turns import answer, said

LONG = (
    "At night my child coughs so much that nobody sleeps. " * 4 + "Then the rash came. " + "It is red and sore. " * 20
)


def messages(store: ConversationStore, words: str) -> list[Found]:
    """What is found in messages, titles left out."""
    return [found for found in store.search(words) if found.message_id]


def marked(found: Found) -> list[str]:
    """The words that are highlighted."""
    return [found.snippet[start:end] for start, end in found.highlights]


@pytest.mark.parametrize(
    ("words", "matches"),
    [
        ("cough", True),
        ("COUGHING", True),
        ("cough rash", True),
        ("rash cough", True),
        ("cough fever", False),
        ('"the rash came"', True),
        ('"came the rash"', False),
        ('"the rash', True),
        ('night "rash came" sor', True),
        ("slee", True),
        ("lee", False),
        ("sle ", False),
        ("child's", False),
        ("", False),
        ("  ", False),
        ("?!", False),
        ('"', False),
    ],
)
def test_words_phrases_and_a_begun_last_word_are_found(store: ConversationStore, words: str, matches: bool) -> None:
    talk = said(store, LONG)
    store.rename(talk, "Title")
    assert bool(store.search(words)) is matches


@pytest.mark.parametrize("whole", ["itching", "vomited", "medication", "dizziness", "infections", "diarrhoea", "fever"])
def test_a_word_is_found_while_it_is_being_typed(store: ConversationStore, whole: str) -> None:
    store.record(store.start().id, answer("question", (), text=f"About {whole} again"))
    for length in range(3, len(whole) + 1):
        assert messages(store, whole[:length]), whole[:length]


@pytest.mark.parametrize("said_so", ["Grüße an Zoë", "Головная боль", "頭痛がします", "صداع شديد", "सिरदर्द है"])
def test_any_script_is_found_by_its_first_word(store: ConversationStore, said_so: str) -> None:
    said(store, said_so)
    assert messages(store, said_so.split()[0])


def test_accents_do_not_matter_in_messages(store: ConversationStore) -> None:
    said(store, "My ménopause began")
    assert messages(store, "menopause")


def test_a_snippet_is_plain_text_around_the_match_and_the_offsets_mark_it(store: ConversationStore) -> None:
    said(store, LONG)
    [found] = messages(store, "rash came")
    assert marked(found) == ["rash", "came"]
    assert "\x02" not in found.snippet
    assert 80 < len(found.snippet) < 240


def test_a_match_after_an_emoji_is_marked_where_it_is(store: ConversationStore) -> None:
    said(store, "👩‍👧 has a rash 🤒 and a cough")
    [found] = messages(store, "cough")
    assert marked(found) == ["cough"]


def test_markup_in_a_message_stays_text_in_a_snippet(store: ConversationStore) -> None:
    said(store, "<b>rash</b> & more")
    [found] = messages(store, "rash")
    assert found.snippet == "<b>rash</b> & more"
    assert marked(found) == ["rash"]


def test_the_newest_message_comes_first(store: ConversationStore) -> None:
    talk = said(store, "first rash", "second rash", "third rash")
    assert [found.snippet for found in messages(store, "rash")] == ["third rash", "second rash", "first rash"]
    assert {found.conversation.id for found in store.search("rash")} == {talk}


def test_a_title_is_found_by_any_part_of_its_words(store: ConversationStore) -> None:
    talk = said(store, "something else")
    store.rename(talk, "100% of_Ann's knee")
    for words in ("knee", "ann", "100%", "of_a"):
        assert [found.conversation.id for found in store.search(words)] == [talk]
    for words in ("10%%", "of-ann", "100_"):
        assert store.search(words) == []


def test_no_more_than_the_limit_comes_back(store: ConversationStore) -> None:
    said(store, *(f"rash {number}" for number in range(8)))
    assert len([found for found in store.search("rash", limit=5) if found.message_id]) == 5


def test_a_search_is_narrowed_to_one_person(store: ConversationStore, people: People) -> None:
    ann = people.add("Ann")
    about = said(store, "a rash", person_id=ann.id)
    said(store, "a rash")
    assert {found.conversation.id for found in store.search("rash", person_id=ann.id)} == {about}


def test_a_search_is_narrowed_to_a_span_by_the_moment_of_each_message(store: ConversationStore, vault: Vault) -> None:
    talk = said(store, "old rash", "new rash")
    now = datetime.now().astimezone()
    with vault.transaction() as session:
        old = update(MessageRow).where(MessageRow.position < 2).values(created=datetime(2020, 5, 5, 12))
        session.execute(old)
    store.rename(talk, "Title")
    assert [found.snippet for found in store.search("rash", since=now - timedelta(hours=1))] == ["new rash"]
    assert store.search("rash", since=now + timedelta(hours=1)) == []
    assert store.search("rash", until=now - timedelta(hours=1)) == []


def test_more_words_than_anybody_types_are_no_error(store: ConversationStore) -> None:
    said(store, "a rash")
    assert store.search("rash " * 5_000)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(max_size=40) | st.text('"*^-+:(){}NEAR OR AND\\\x00%_', max_size=20))
def test_whatever_is_typed_is_a_query(store: ConversationStore, words: str) -> None:
    if not store.list():
        said(store, LONG)
    for found in store.search(words):
        assert all(0 <= start < end <= len(found.snippet) for start, end in found.highlights)


@pytest.mark.parametrize("letter", ["a", "T", "7"])
def test_one_letter_alone_is_taken_as_a_whole_word(letter: str) -> None:
    assert "*" not in full_text_query(letter)

"""What text models did is counted by day with the turn, in numbers that outlive the conversation."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from medbot_desktop.domain import ModelWork
from medbot_desktop.errors import PermissionRefusedError
from medbot_desktop.memory.conversations import ConversationStore
from medbot_desktop.memory.usage import DayUse, Usage, count_work
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.preferences import Preferences
from medbot_desktop.vault.retention import Retention
from medbot_desktop.vault.vault import Vault

from .turns import ADA, EVA, HALL, RUTH, answer, store_of, trail_of

TODAY = date(2026, 5, 4)
WROTE = ModelWork("qwen", 40, 300, composed=True)
FAILED = ModelWork("qwen", 3, 900, fell_back=True)


@pytest.fixture
def usage(vault: Vault, access: Access) -> Usage:
    return Usage(vault, access)


def count(vault: Vault, day: date, *answers: tuple[ModelWork, ...]) -> None:
    with vault.transaction() as session:
        for work in answers:
            count_work(session, work, day)


def test_a_turn_is_counted_as_it_is_stored(vault: Vault, usage: Usage, store: ConversationStore) -> None:
    talk = store.start()
    store.record(talk.id, replace(answer(), work=(WROTE,)))
    assert usage.by_day() == [DayUse(date.today(), "qwen", 1, 1, 40, 300, 0)]


def test_the_counts_of_a_day_are_added_up(vault: Vault, usage: Usage) -> None:
    count(vault, TODAY, (WROTE,), (ModelWork("qwen", 20, 100),))
    assert usage.by_day(today=TODAY) == [DayUse(TODAY, "qwen", 2, 1, 60, 200, 0)]


def test_an_answer_in_which_the_model_failed_is_the_librarys_own(vault: Vault, usage: Usage) -> None:
    count(vault, TODAY, (FAILED,), ())
    found = usage.by_day(today=TODAY)
    assert found == [DayUse(TODAY, "", 2, 0, 0, None, 0), DayUse(TODAY, "qwen", 0, 0, 3, 900, 1)]


def test_a_fallback_is_counted_where_it_failed_and_where_it_was_served(vault: Vault, usage: Usage) -> None:
    count(vault, TODAY, (ModelWork("server", fell_back=True), WROTE))
    found = usage.by_day(today=TODAY)
    assert found == [DayUse(TODAY, "qwen", 1, 1, 40, 300, 0), DayUse(TODAY, "server", 0, 0, 0, None, 1)]


def test_the_newest_day_comes_first_and_older_ones_than_asked_for_are_left_out(vault: Vault, usage: Usage) -> None:
    for ago in (0, 13, 14):
        count(vault, TODAY - timedelta(days=ago), (WROTE,))
    assert [use.day for use in usage.by_day(14, TODAY)] == [TODAY, TODAY - timedelta(days=13)]


def test_a_turn_that_is_not_stored_is_not_counted(vault: Vault, usage: Usage, store: ConversationStore) -> None:
    talk = store.start()
    with vault.transaction() as session:
        session.execute(text("CREATE TRIGGER broken BEFORE INSERT ON citations BEGIN SELECT RAISE(ABORT, 'no'); END"))
    with pytest.raises(IntegrityError, match="no"):
        store.record(talk.id, replace(answer(), work=(WROTE,)))
    assert usage.by_day() == []


def test_no_word_of_a_conversation_is_in_the_counts(vault: Vault, store: ConversationStore) -> None:
    talk = store.start()
    store.record(talk.id, replace(answer("Is asthma catching?"), work=(WROTE,)))
    with vault.transaction() as session:
        [row] = session.execute(text("SELECT * FROM model_use")).all()
    assert [value for value in row if isinstance(value, str)] == [date.today().isoformat(), "qwen"]


def test_the_counts_outlive_the_conversation_and_are_forgotten_after_a_year_and_more(
    vault: Vault, access: Access, usage: Usage, store: ConversationStore
) -> None:
    retention = Retention(vault, access, Preferences(vault, access))
    now = datetime.now(UTC)
    talk = store.start()
    store.record(talk.id, replace(answer(), work=(WROTE,)))
    store.delete(talk.id)
    today = now.astimezone().date()
    count(vault, today - timedelta(days=400), (WROTE,))
    count(vault, today - timedelta(days=401), (WROTE,))
    retention.run(now + timedelta(days=1), confirmed=True)
    with vault.transaction() as session:
        assert session.execute(text("SELECT count(*) FROM conversations")).scalar() == 0
    assert [use.day for use in usage.by_day(1_000, today)] == [today]


@pytest.mark.parametrize("account", [ADA, EVA])
def test_whoever_may_see_the_insights_sees_the_counts(vault: Vault, account: object) -> None:
    count(vault, TODAY, (WROTE,))
    assert Usage(vault, Access(vault, account)).by_day(today=TODAY)  # type: ignore[arg-type]


@pytest.mark.parametrize("account", [RUTH, HALL])
def test_others_do_not_and_the_trail_says_so(vault: Vault, account: object) -> None:
    store_of(vault, account)  # type: ignore[arg-type]
    with pytest.raises(PermissionRefusedError):
        Usage(vault, Access(vault, account)).by_day()  # type: ignore[arg-type]
    assert trail_of(vault)[-1][1:] == ("refused", "see_insights")

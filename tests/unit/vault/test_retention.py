"""Retention: the rules erase what is old enough, never what is pinned, and never by a clock that cannot be trusted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from medbot_desktop.errors import PermissionRefusedError
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.data_key import DataKey
from medbot_desktop.vault.preferences import ClinicSettings, Preferences, RetentionRules
from medbot_desktop.vault.retention import Retention, RetentionReport
from medbot_desktop.vault.roles import DEMO_ACCOUNT, Account, Role
from medbot_desktop.vault.schema import AccountRow, AuditRow, ConversationRow, MessageRow
from medbot_desktop.vault.trail import Action
from medbot_desktop.vault.vault import Vault, account_row
from tests.unit.memory.raw_pages import readable
from tests.unit.vault.vaults import found

NOON = datetime(2026, 6, 15, 12).astimezone()
DAY = timedelta(days=1)
DESK = Account("ruth", "Ruth", Role.FRONT_DESK)
HALL = Account("hall", "Hall", Role.KIOSK)


class Clinic:
    """A vault with conversations of any age."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault
        with self.vault.transaction() as session:
            session.add_all(account_row(account) for account in (DESK, HALL))
        self.access = Access(self.vault, DEMO_ACCOUNT)
        self.preferences = Preferences(self.vault, self.access)
        self.retention = Retention(self.vault, self.access, self.preferences)

    def keep(
        self,
        name: str,
        days_ago: float,
        account: Account = DESK,
        pinned: bool = False,
        deleted: datetime | None = None,
    ) -> None:
        moment = _stored(NOON - timedelta(days=days_ago))
        with self.vault.transaction() as session:
            row = ConversationRow(id=name, title="", started=moment, updated=moment, pinned=pinned)
            row.at_kiosk = account.role is Role.KIOSK
            row.account_id, row.deleted = account.id, deleted and _stored(deleted)
            session.add(row)
            session.flush()
            said = {"position": 0, "role": "person", "text": f"words of {name}", "created": moment}
            session.add(MessageRow(id=f"{name}-0", conversation_id=name, **said))

    def rules(self, conversations_days: int | None = None, kiosk_days: int | None = 30) -> None:
        rules = RetentionRules(conversations_days=conversations_days, kiosk_days=kiosk_days)
        self.preferences.change(ClinicSettings(retention=rules))

    def left(self) -> set[str]:
        with self.vault.transaction() as session:
            return set(session.scalars(select(ConversationRow.id)))

    def runs_in_trail(self) -> list[dict[str, int]]:
        with self.vault.transaction() as session:
            return list(session.scalars(select(AuditRow.details).where(AuditRow.action == Action.RETENTION_RUN.value)))


def _stored(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def kinds(report: RetentionReport) -> dict[str, tuple[str, ...]]:
    return {rule.kind: rule.conversations for rule in report.rules if rule.conversations}


@pytest.fixture
def clinic() -> Iterator[Clinic]:
    made = Clinic(Vault.open_in_memory())
    yield made
    made.vault.close()


@pytest.fixture
def begun(clinic: Clinic) -> Clinic:
    """A clinic where the rules have run a day ago, and with no trail that is older than that."""
    clinic.retention.run(NOON - DAY)
    return clinic


def test_conversations_of_staff_are_kept_for_good_at_first(clinic: Clinic) -> None:
    clinic.keep("old", days_ago=5_000)
    assert clinic.retention.run(NOON).conversations == 0
    assert clinic.left() == {"old"}


def test_each_kind_goes_by_its_own_rule(clinic: Clinic) -> None:
    clinic.rules(conversations_days=365, kiosk_days=30)
    clinic.retention.run(NOON, confirmed=True)
    for name, days in (("older", 366), ("younger", 364)):
        clinic.keep(name, days)
    for name, days in (("kiosk older", 31), ("kiosk younger", 29)):
        clinic.keep(name, days, account=HALL)
    report = clinic.retention.run(NOON)
    assert kinds(report) == {"kiosk": ("kiosk older",), "conversations": ("older",)}
    assert clinic.left() == {"younger", "kiosk younger"}
    assert [found(clinic.vault, word) for word in ("older", "younger")] == [0, 2]


def test_what_was_said_at_a_kiosk_stays_under_its_rule_when_the_kiosk_is_gone(clinic: Clinic) -> None:
    clinic.rules(conversations_days=None, kiosk_days=30)
    clinic.keep("older", 31, HALL)
    with clinic.vault.transaction() as session:
        session.delete(session.get(AccountRow, HALL.id))
    clinic.retention.run(NOON)
    assert clinic.left() == set()


def test_an_age_of_just_so_many_days_is_not_older(begun: Clinic) -> None:
    begun.keep("edge", days_ago=30, account=HALL)
    begun.retention.run(NOON)
    assert begun.left() == {"edge"}


def test_what_is_pinned_stays(begun: Clinic) -> None:
    begun.keep("pinned", days_ago=90, account=HALL, pinned=True)
    begun.retention.run(NOON)
    assert begun.left() == {"pinned"}


def test_what_was_deleted_goes_when_its_local_day_is_over(begun: Clinic) -> None:
    midnight = NOON.replace(hour=0)
    begun.keep("yesterday", 3, deleted=midnight - timedelta(seconds=1), pinned=True)
    begun.keep("today", 3, deleted=midnight)
    assert kinds(begun.retention.run(NOON)) == {"deleted": ("yesterday",)}
    assert begun.left() == {"today"}


def test_what_was_deleted_under_a_clock_that_was_ahead_stays(begun: Clinic) -> None:
    begun.keep("ahead", 3, deleted=NOON + 3 * DAY)
    begun.retention.run(NOON)
    assert begun.left() == {"ahead"}


def test_a_dry_run_tells_what_a_run_erases_and_erases_nothing(begun: Clinic) -> None:
    begun.keep("one", 40, account=HALL)
    begun.keep("two", 50, account=HALL)
    report = begun.retention.dry_run(NOON)
    [kiosk] = [rule for rule in report.rules if rule.kind == "kiosk"]
    assert (kiosk.days, kiosk.conversations, kiosk.oldest) == (30, ("two", "one"), NOON - 50 * DAY)
    assert begun.left() == {"one", "two"}
    assert begun.retention.run(NOON) == report


def test_rules_can_be_tried_before_they_hold(begun: Clinic) -> None:
    begun.keep("one", 40)
    report = begun.retention.dry_run(NOON, RetentionRules(conversations_days=39))
    assert kinds(report) == {"conversations": ("one",)}
    assert begun.retention.run(NOON).conversations == 0


def test_a_run_is_in_the_trail_with_counts_where_it_erased_anything(begun: Clinic) -> None:
    begun.retention.run(NOON)
    assert begun.runs_in_trail() == []
    begun.keep("one", 40, account=HALL)
    begun.retention.run(NOON)
    assert begun.runs_in_trail() == [{"deleted": 0, "kiosk": 1, "conversations": 0}]


def test_it_runs_once_on_each_local_day(begun: Clinic) -> None:
    assert begun.retention.run_if_due(NOON) is not None
    begun.keep("one", 40, account=HALL)
    assert begun.retention.run_if_due(NOON + timedelta(hours=11)) is None
    assert begun.retention.run_if_due(NOON + timedelta(hours=13)) is not None
    assert begun.left() == set()


def test_a_clock_set_back_postpones_and_erases_nothing(begun: Clinic) -> None:
    begun.keep("one", 40, account=HALL)
    report = begun.retention.run_if_due(NOON - 5 * DAY)
    assert report is not None
    assert "earlier" in report.postponed
    assert begun.left() == {"one"}


@pytest.mark.parametrize("days", [46, 20_000])
def test_a_clock_far_ahead_waits_for_an_administrator(begun: Clinic, days: int) -> None:
    begun.keep("one", 1, account=HALL)
    later = NOON + days * DAY
    for _ in range(2):  # closing and opening the program again does not make the clock right
        report = begun.retention.run_if_due(later)
        assert report is not None
        assert "more than 45 days" in report.postponed
    assert begun.retention.dry_run(later).postponed == report.postponed
    assert begun.left() == {"one"}
    assert begun.retention.run(later, confirmed=True).conversations == 1
    assert begun.left() == set()


def test_a_clock_that_was_ahead_by_mistake_is_forgiven_once_it_is_confirmed(begun: Clinic) -> None:
    begun.retention.run(NOON + 20_000 * DAY, confirmed=True)
    assert begun.retention.run(NOON).postponed
    assert begun.retention.run(NOON, confirmed=True).postponed == ""
    assert begun.retention.run(NOON + DAY).postponed == ""


def test_a_pause_of_a_month_needs_nobody(begun: Clinic) -> None:
    assert begun.retention.run(NOON + 40 * DAY).postponed == ""


def test_a_first_run_long_after_the_first_entry_of_the_trail_waits(clinic: Clinic) -> None:
    clinic.access.note(Action.OPENED, "vault")
    clinic.keep("one", 40, account=HALL)
    assert clinic.retention.run(datetime.now(UTC) + 50 * DAY).postponed
    assert clinic.left() == {"one"}


def test_every_role_lets_the_rules_run_and_only_an_administrator_confirms(begun: Clinic) -> None:
    begun.keep("one", 40, account=HALL)
    desk = Retention(begun.vault, Access(begun.vault, DESK), begun.preferences)
    with pytest.raises(PermissionRefusedError):
        desk.run(NOON, confirmed=True)
    with pytest.raises(PermissionRefusedError):
        desk.dry_run(NOON)
    assert desk.run(NOON).conversations == 1


def test_more_conversations_than_a_statement_takes_parameters(begun: Clinic) -> None:
    moment = _stored(NOON - 40 * DAY)
    same = {"title": "", "started": moment, "updated": moment, "pinned": False, "at_kiosk": True, "account_id": HALL.id}
    with begun.vault.transaction() as session:
        session.execute(insert(ConversationRow), [{"id": f"{number}", **same} for number in range(33_000)])
    assert begun.retention.run(NOON).conversations == 33_000
    assert begun.left() == set()


def test_no_page_holds_what_was_erased(tmp_path: Path) -> None:
    key = DataKey.random()
    vault = Vault.open(tmp_path / "vault.db", key)
    vault.migrate()
    clinic = Clinic(vault)
    clinic.keep("zvortlak", 40, account=HALL)
    assert readable(tmp_path / "vault.db", key).count(b"zvortlak") > 3
    clinic.retention.run(NOON)
    assert readable(tmp_path / "vault.db", key).count(b"zvortlak") == 0
    vault.close()

"""The clinic's settings are kept in the vault, changed only by who may, and told in the trail without their values."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from pydantic import ValidationError

from medbot_desktop.errors import PermissionRefusedError
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.audit import AuditEntry, AuditTrail
from medbot_desktop.vault.data_key import DataKey
from medbot_desktop.vault.preferences import (
    BackupPlan,
    ClinicSettings,
    Preferences,
    RetentionRules,
    mark,
    set_mark,
)
from medbot_desktop.vault.roles import DEMO_ACCOUNT, Account, Role
from medbot_desktop.vault.vault import Vault, account_row

KEY = DataKey(b"k" * 32)
CHANGED = ClinicSettings(
    lock_after_minutes=3,
    retention=RetentionRules(conversations_days=90, kiosk_days=None),
    backup=BackupPlan(folder="/media/a private drive", every_hours=0, keep=3),
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new vault's database, which the tests copy."""
    file = tmp_path_factory.mktemp("made") / "vault.db"
    vault = Vault.open(file, KEY)
    vault.migrate()
    with vault.transaction() as session:
        session.add(account_row(DEMO_ACCOUNT))
    vault.close()
    return file


@pytest.fixture
def file(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(made, tmp_path / "vault.db"))


@pytest.fixture
def vault(file: Path) -> Iterator[Vault]:
    vault = Vault.open(file, KEY)
    yield vault
    vault.close()


@pytest.fixture
def preferences(vault: Vault) -> Preferences:
    return Preferences(vault, Access(vault, DEMO_ACCOUNT))


def mark_and_fail(vault: Vault) -> None:
    with vault.transaction() as session:
        set_mark(session, "last_backup", "2026-01-01")
        raise KeyError


def trail(vault: Vault) -> Sequence[AuditEntry]:
    return AuditTrail(vault, Access(vault, DEMO_ACCOUNT)).entries()


def test_a_new_vault_has_the_defaults(preferences: Preferences) -> None:
    settings = preferences.read()
    assert settings.lock_after_minutes == 10
    assert settings.retention == RetentionRules(conversations_days=None, kiosk_days=30)
    assert settings.backup == BackupPlan(folder="", every_hours=24, keep=14)


def test_changed_settings_are_there_when_the_vault_is_opened_again(file: Path) -> None:
    vault = Vault.open(file, KEY)
    Preferences(vault, Access(vault, DEMO_ACCOUNT)).change(CHANGED)
    vault.close()
    vault = Vault.open(file, KEY)
    assert Preferences(vault, Access(vault, DEMO_ACCOUNT)).read() == CHANGED
    vault.close()


def test_the_trail_tells_what_was_changed_but_not_to_what(vault: Vault, preferences: Preferences) -> None:
    preferences.change(ClinicSettings(retention=RetentionRules(kiosk_days=7), backup=BackupPlan(folder="/private")))
    (entry,) = trail(vault)
    assert (entry.action, entry.kind, entry.record) == (
        "settings_changed", "settings", "backup.folder,retention.kiosk_days",
    )  # fmt: skip
    assert "private" not in repr(entry)


def test_a_change_that_changes_nothing_leaves_no_entry(vault: Vault, preferences: Preferences) -> None:
    preferences.change(preferences.read())
    preferences.change(CHANGED)
    preferences.change(CHANGED)
    assert [entry.record for entry in trail(vault)] == [
        "backup.every_hours,backup.folder,backup.keep,lock_after_minutes,"
        "retention.conversations_days,retention.kiosk_days"
    ]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_nobody_but_an_administrator_changes_them(vault: Vault, preferences: Preferences, role: Role) -> None:
    account = Account("other", "other", role)
    with vault.transaction() as session:
        session.add(account_row(account))
    theirs = Preferences(vault, Access(vault, account))
    with pytest.raises(PermissionRefusedError):
        theirs.change(CHANGED)
    assert theirs.read() == preferences.read() == ClinicSettings()
    assert [entry.action for entry in trail(vault)] == ["refused"]


@pytest.mark.parametrize(
    "stored", [[], "text", 7, {"lock_after_minutes": 0}, {"retention": None}, {"backup": {"keep": "many"}}]
)
def test_settings_that_cannot_be_read_are_the_defaults_and_can_be_changed(
    vault: Vault, preferences: Preferences, stored: object
) -> None:
    with vault.transaction() as session:
        set_mark(session, "clinic", stored)
    assert preferences.read() == ClinicSettings()
    preferences.change(CHANGED)
    assert preferences.read() == CHANGED


def test_a_setting_of_another_version_is_passed_over(vault: Vault, preferences: Preferences) -> None:
    with vault.transaction() as session:
        set_mark(session, "clinic", {"lock_after_minutes": 3, "colour": "green"})
    assert preferences.read() == ClinicSettings(lock_after_minutes=3)


@pytest.mark.parametrize("minutes", [0, -1, 24 * 60 + 1])
def test_a_screen_that_never_locks_is_no_setting(minutes: int) -> None:
    with pytest.raises(ValidationError):
        ClinicSettings(lock_after_minutes=minutes)


def test_a_rule_of_no_days_and_a_plan_that_keeps_no_backup_are_refused() -> None:
    with pytest.raises(ValidationError):
        RetentionRules(conversations_days=0)
    with pytest.raises(ValidationError):
        BackupPlan(keep=0)


def test_a_mark_is_kept_and_replaced(vault: Vault, preferences: Preferences) -> None:
    assert preferences.mark("last_backup") is None
    for value in ("2026-01-01", {"at": 1}):
        with vault.transaction() as session:
            set_mark(session, "last_backup", value)
        assert preferences.mark("last_backup") == value
    with vault.transaction() as session:
        assert mark(session, "last_backup") == {"at": 1}


def test_a_mark_goes_with_its_transaction(vault: Vault, preferences: Preferences) -> None:
    with pytest.raises(KeyError):
        mark_and_fail(vault)
    assert preferences.mark("last_backup") is None

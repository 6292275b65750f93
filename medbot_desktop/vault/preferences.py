"""Keep what an administrator decides for the clinic in the vault: locking, retention, backups, the model server."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.orm import Session

from medbot_desktop.vault.access import Access
from medbot_desktop.vault.roles import Permission
from medbot_desktop.vault.schema import SettingRow
from medbot_desktop.vault.trail import Action
from medbot_desktop.vault.vault import Vault

_CLINIC = "clinic"
_LONGEST_DAYS = 36_500


class RetentionRules(BaseModel):
    """How long what is kept; None keeps it until somebody erases it. What is pinned is never erased by a rule.

    Attributes:
        conversations_days: days since the last message of a staff conversation.
        kiosk_days: days since the last message of a kiosk conversation.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    conversations_days: int | None = Field(default=None, ge=1, le=_LONGEST_DAYS)
    kiosk_days: int | None = Field(default=30, ge=1, le=_LONGEST_DAYS)


class BackupPlan(BaseModel):
    """Where backups go and when.

    Attributes:
        folder: empty: the vault's own folder of backups.
        every_hours: hours between two backups; 0: only on demand.
        keep: how many of the newest are kept.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    folder: str = ""
    every_hours: int = Field(default=24, ge=0, le=24 * 365)
    keep: int = Field(default=14, ge=1, le=1_000)


class ModelServer(BaseModel):
    """The server of the clinic that writes for it; the attributes are those of `Settings` without ``server_``."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    url: str = ""
    model: str = ""
    allowed: str = ""
    ca_file: str = ""
    key_file: str = ""
    context: int = Field(default=4096, ge=512, le=1_000_000)
    patience: float = Field(default=20.0, ge=0.1, le=600)


class ClinicSettings(BaseModel):
    """The decisions of one clinic; ``lock_after_minutes`` is how long nobody may touch the program before it locks."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    lock_after_minutes: int = Field(default=10, ge=1, le=24 * 60)
    retention: RetentionRules = RetentionRules()
    backup: BackupPlan = BackupPlan()
    server: ModelServer = ModelServer()


class Preferences:
    """The settings of one vault, and the program's own marks beside them.

    Args:
        vault: the open vault.
        access: who reads and changes them.
    """

    def __init__(self, vault: Vault, access: Access) -> None:
        self._vault = vault
        self._access = access

    def read(self) -> ClinicSettings:
        """The settings in force; those that cannot be read are the defaults."""
        stored = self.mark(_CLINIC)
        try:
            return ClinicSettings.model_validate(stored or {})
        except ValidationError:
            return ClinicSettings()

    def change(self, settings: ClinicSettings) -> None:
        """Put new settings in force.

        Raises:
            PermissionRefusedError: the account may not change settings.
        """
        self._access.require(Permission.CHANGE_SETTINGS)
        before, after = _flat(self.read()), _flat(settings)
        changed = sorted(name for name, value in after.items() if before.get(name) != value)
        if not changed:
            return
        with self._vault.transaction() as session:
            set_mark(session, _CLINIC, settings.model_dump(mode="json"))
            self._access.record(session, Action.SETTINGS_CHANGED, "settings", ",".join(changed))

    def mark(self, key: str) -> Any:
        """What the program noted under ``key``, or None."""
        with self._vault.transaction() as session:
            return mark(session, key)


def mark(session: Session, key: str) -> Any:
    """What is noted under ``key`` in the vault, or None."""
    row = session.get(SettingRow, key)
    return None if row is None else row.value


def set_mark(session: Session, key: str, value: Any) -> None:
    """Note ``value``, which JSON can hold, under ``key``, in the transaction of ``session``."""
    session.merge(SettingRow(key=key, value=value))


def _flat(settings: ClinicSettings) -> dict[str, object]:
    dumped = settings.model_dump(mode="json")
    groups = {name: group if isinstance(group, dict) else {"": group} for name, group in dumped.items()}
    return {f"{name}.{key}".rstrip("."): value for name, group in groups.items() for key, value in group.items()}

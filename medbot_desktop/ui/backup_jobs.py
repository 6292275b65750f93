"""Do the slow work of the page of backups; only worker threads call what is here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from medbot_desktop.errors import MedBotError, PassphraseError
from medbot_desktop.ui import restoring
from medbot_desktop.ui.restore_dialog import Restoration
from medbot_desktop.ui.worker import Services
from medbot_desktop.ui.working_page import Progress
from medbot_desktop.vault.roles import Permission

if TYPE_CHECKING:
    from medbot_desktop.vault.backup import BackupInfo, Backups
    from medbot_desktop.vault.integrity import IntegrityReport
    from medbot_desktop.vault.preferences import BackupPlan


@dataclass(frozen=True, slots=True)
class Situation:
    """What the page shows.

    Attributes:
        plan: where backups go, how often, and how many are kept.
        backups: those that there are, newest first.
        problem: why nobody can look at them; empty if nothing hinders.
        last: when the last one was made by the plan; None: never.
        account: who has the vault open.
        may_plan: whether they may change the plan.
        may_restore: whether they may restore a backup.
    """

    plan: BackupPlan
    backups: Sequence[BackupInfo]
    problem: str
    last: datetime | None
    account: str
    may_plan: bool
    may_restore: bool


def look(services: Services) -> Situation:
    """What there is to show."""
    problem, listed = "", []
    try:
        listed = list(_backups(services).list())
    except MedBotError as error:
        problem = f"{error.message} {error.hint}".strip()
    may = services.access.may
    return Situation(
        services.preferences.read().backup,
        listed,
        problem,
        _backups(services).last_planned,
        services.access.account.name,
        may(Permission.CHANGE_SETTINGS),
        may(Permission.RESTORE),
    )


def verify_all(services: Services, progress: Progress) -> IntegrityReport:
    """Check the vault itself, beside other work."""
    from medbot_desktop.vault.integrity import verify_vault

    assert services.opened is not None
    with services.opened.beside() as beside:
        return verify_vault(beside, progress)


def make(services: Services, progress: Progress) -> BackupInfo:
    """Make a backup in the plan's folder, beside other work."""
    from medbot_desktop.vault.backup import backups_beside

    assert services.opened is not None
    with backups_beside(services.opened) as backups:
        return backups.make(progress=progress)


def verify(services: Services, file: Path, progress: Progress) -> BackupInfo:
    """Check a backup, beside other work."""
    from medbot_desktop.vault.backup import backups_beside

    assert services.opened is not None
    with backups_beside(services.opened) as backups:
        return backups.verify(file, progress)


def check(services: Services, restoration: Restoration) -> None:
    """See whether what was typed opens a backup, while the vault stays open.

    Raises:
        PassphraseError: it does not; the audit trail has an entry.
        VaultError: the backup cannot be read.
    """
    from medbot_desktop.vault.trail import Action

    assert services.opened is not None
    try:
        restoring.check(restoration)
    except PassphraseError:
        services.opened.access.note(Action.WRONG_PASSPHRASES, "backup", count=1)
        raise


def _backups(services: Services) -> Backups:
    assert services.backups is not None
    return services.backups

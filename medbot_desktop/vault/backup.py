"""Keep the backups of a vault: make them on demand and by plan, list and verify them, let go of old ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from medbot_desktop.errors import VaultError
from medbot_desktop.vault.backup_file import SUFFIX, read_manifest
from medbot_desktop.vault.backup_making import (
    backup_turn,
    explained,
    opens,
    require_sound,
    rewrite_backup,
    scratch_folder,
    unpack_into,
    write_backup,
)
from medbot_desktop.vault.copying import Progress
from medbot_desktop.vault.preferences import Preferences, set_mark
from medbot_desktop.vault.roles import Permission
from medbot_desktop.vault.rotation import kept
from medbot_desktop.vault.trail import Action
from medbot_desktop.vault.vault import Vault

if TYPE_CHECKING:
    from medbot_desktop.vault.opening import OpenedVault

__all__ = ["BackupInfo", "BackupState", "Backups", "backups_beside", "write_backup"]

_LAST = "last_backup"


class BackupState(StrEnum):
    """How a file that looks like a backup stands to the vault that is open."""

    SOUND = "sound"
    DAMAGED = "damaged"
    OTHER_VAULT = "other_vault"
    OLDER_KEY = "older_key"


@dataclass(frozen=True, slots=True)
class BackupInfo:
    """One backup.

    Attributes:
        file: where it lies.
        created: when the vault was as it is in it, in UTC; of a damaged one, when the file was last changed.
        size: bytes of the file.
        schema: revision of its schema; empty where it is damaged.
        vault_id: the vault that it is of; empty where it is damaged.
        messages: how many messages it holds; None where it is damaged.
        reason: why it was made.
        state: ``older_key`` is told only by `Backups.verify`: whole, but made before the data key was changed, so only
            a passphrase or the recovery key of its time opens it.
        fault: a sentence about what is wrong; empty if nothing is.
    """

    file: Path
    created: datetime
    size: int
    schema: str
    vault_id: str
    messages: int | None
    reason: str = ""
    state: BackupState = BackupState.SOUND
    fault: str = ""


class Backups:
    """The backups of an open vault.

    Args:
        opened: the vault.
        preferences: tell where backups go, how often, and how many are kept.
    """

    def __init__(self, opened: OpenedVault, preferences: Preferences) -> None:
        self._opened = opened
        self._preferences = preferences

    @property
    def folder(self) -> Path:
        """Where backups go by the plan."""
        planned = self._preferences.read().backup.folder
        return Path(planned).expanduser() if planned else self._opened.folder.backups

    def make(self, target: Path | None = None, progress: Progress | None = None) -> BackupInfo:
        """Make a backup now, verify it by opening it, and then remove those that are no longer needed.

        Args:
            target: a folder that is there, e.g. a USB drive's; None: the plan's.
            progress: told how much of how much is done; what it raises ends the backup, and nothing is left of it.

        Raises:
            DiskFullError: there is no room in the folder.
            PermissionRefusedError: the account may not make backups.
            VaultError: as `write_backup`.
        """
        self._opened.access.require(Permission.BACK_UP)
        return self._make(target or self.folder, progress, "on demand")

    def make_due(self, now: datetime, progress: Progress | None = None) -> BackupInfo | None:
        """Make the backup that the plan asks for, if it is time, whoever is signed in: an administrator planned it.

        Raises:
            DiskFullError: there is no room in the folder.
            VaultError: as `write_backup`.
        """
        return self._make(self.folder, progress, "planned") if self.is_due(now) else None

    def is_due(self, now: datetime) -> bool:
        """Whether the plan asks for a backup at ``now``.

        A last backup that lies in the future was made before the clock was set back, so the next one is due.
        """
        hours = self._preferences.read().backup.every_hours
        if hours == 0:
            return False
        last = self.last_planned
        if last is None:
            return True
        passed = now - last
        return passed < timedelta() or passed >= timedelta(hours=hours)

    @property
    def last_planned(self) -> datetime | None:
        """When the last backup was made in the plan's folder, in UTC; None: never."""
        last = self._preferences.mark(_LAST)
        return None if last is None else datetime.fromisoformat(last)

    def list(self, target: Path | None = None) -> Sequence[BackupInfo]:
        """The backups of a folder, newest first, after a quick look at each; damaged and foreign ones say so.

        Raises:
            PermissionRefusedError: the account may not look after backups.
            VaultError: the folder is not there.
        """
        self._opened.access.require(Permission.BACK_UP)
        folder = target or self.folder
        if folder == self._opened.folder.backups and not folder.exists():
            return []
        if not folder.is_dir():
            raise VaultError("The folder of backups is not there.", hint="Plug its drive in, or choose another folder.")
        return self._look(folder)

    def verify(self, file: Path, progress: Progress | None = None) -> BackupInfo:
        """Read a backup whole, compare it with its hashes, and open it with the data key to check its database.

        Args:
            file: the backup.
            progress: told the bytes read, of how many.

        Returns:
            The backup; its state says what is wrong, if anything is. One of another vault is not opened.

        Raises:
            DiskFullError: there is no room to unpack it in the vault's folder.
            PermissionRefusedError: the account may not look after backups.
            VaultError: a backup is being made meanwhile, or the vault's folder cannot be written.
        """
        self._opened.access.require(Permission.BACK_UP)
        info = self._info(file)
        if info.state is BackupState.DAMAGED:
            return info
        folder, vault_id = self._opened.folder, self._opened.keyslots.vault_id
        with explained(), backup_turn(folder), scratch_folder(folder.path, vault_id) as scratch:
            try:
                unpack_into(file, scratch, progress)
                if info.state is BackupState.OTHER_VAULT:
                    return info
                if not opens(scratch.database, self._opened.key):
                    return replace(info, state=BackupState.OLDER_KEY)
                require_sound(scratch.database, self._opened.key)
            except VaultError as error:
                return replace(info, state=BackupState.DAMAGED, fault=error.message)
        return info

    def rewrite(self, file: Path, change: Callable[[Vault], None], progress: Progress | None = None) -> None:
        """Change what a backup holds, e.g. to erase a person from it; it stays the backup of its time.

        Args:
            file: the backup; it is replaced when the new one is whole, and stays as it was otherwise.
            change: is given the backup's database at the newest schema.
            progress: told how much of how much is done.

        Raises:
            DiskFullError: there is no room beside the file.
            PermissionRefusedError: the account may not erase.
            VaultError: the backup is damaged, of another vault, or was made under an older data key.
        """
        self._opened.access.require(Permission.ERASE)
        if read_manifest(file).vault_id != self._opened.keyslots.vault_id:
            raise VaultError(f"The backup {file.name} is of another vault.", hint="It was left as it was.")
        rewrite_backup(self._opened.folder, self._opened.key, file, change, progress)

    def _make(self, target: Path, progress: Progress | None, reason: str) -> BackupInfo:
        info = self._info(write_backup(self._opened.folder, self._opened.key, target, progress, reason))
        removed, by_plan = self._rotate(info), target == self.folder
        with self._opened.vault.transaction() as session:
            counts = {"messages": info.messages or 0, "bytes": info.size, "removed": removed}
            self._opened.access.record(session, Action.BACKED_UP, "backup", info.file.stem, **counts)
            if by_plan:
                set_mark(session, _LAST, info.created.isoformat())
        return info

    def _rotate(self, made: BackupInfo) -> int:
        """Remove sound backups of this vault that the rule does not keep; the one just made and verified stays."""
        keep = self._preferences.read().backup.keep
        ours = [info for info in self._look(made.file.parent) if info.state is BackupState.SOUND]
        staying = kept((info.created for info in ours), keep) | {made.created}
        removed = 0
        for info in ours:
            if info.created not in staying:
                with suppress(OSError):  # one that cannot be removed now goes another time
                    info.file.unlink()
                    removed += 1
        return removed

    def _look(self, folder: Path) -> Sequence[BackupInfo]:
        files = [file for file in folder.glob(f"*{SUFFIX}") if file.is_file()]
        return sorted((self._info(file) for file in files), key=lambda info: info.created, reverse=True)

    def _info(self, file: Path) -> BackupInfo:
        try:
            manifest = read_manifest(file)
        except VaultError as error:
            return _damaged(file, error.message)
        ours = manifest.vault_id == self._opened.keyslots.vault_id
        return BackupInfo(
            file=file,
            created=manifest.created.astimezone(UTC),
            size=file.stat().st_size,
            schema=manifest.schema_revision,
            vault_id=manifest.vault_id,
            messages=manifest.messages,
            reason=manifest.reason,
            state=BackupState.SOUND if ours else BackupState.OTHER_VAULT,
            fault="" if ours else "This backup is of another vault.",
        )


@contextmanager
def backups_beside(opened: OpenedVault) -> Iterator[Backups]:
    """The backups of a vault that another thread is using meanwhile."""
    with opened.beside() as beside:
        yield Backups(beside, Preferences(beside.vault, beside.access))


def _damaged(file: Path, fault: str) -> BackupInfo:
    try:
        found = file.stat()
        changed, size = datetime.fromtimestamp(found.st_mtime, UTC), found.st_size
    except OSError:
        changed, size = datetime.fromtimestamp(0, UTC), 0
    return BackupInfo(file, changed, size, "", "", None, state=BackupState.DAMAGED, fault=fault)

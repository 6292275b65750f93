"""Put a backup in the place of the vault, if there is one, and say how the window goes on; only worker threads do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from medbot_desktop.errors import VaultError
from medbot_desktop.ui.amounts import local_moment
from medbot_desktop.ui.entry import unlock
from medbot_desktop.ui.restore_dialog import Restoration
from medbot_desktop.ui.worker import Services
from medbot_desktop.ui.working_page import Progress

if TYPE_CHECKING:
    from medbot_desktop.vault.opening import Credentials

_WAIT_SECONDS = 0.1

Opening = Callable[[], Services]

AFTER_FAILURE = "The vault is as it was: sign in to go on."
_WITH_THE_KEY = "The backup is in its place. Sign in with a passphrase of its time, or use the recovery key."


def look_at(file: Path) -> tuple[datetime, bool]:
    """When a backup was made, and whether it is of another vault than the one that is here.

    Raises:
        MedBotError: it is no backup, or cannot be read.
    """
    from medbot_desktop.vault.backup_file import read_manifest
    from medbot_desktop.vault.folder import VaultFolder
    from medbot_desktop.vault.keyslots import Keyslots

    manifest = read_manifest(file)
    try:
        return manifest.created, manifest.vault_id != Keyslots.read(VaultFolder.standard()).vault_id
    except VaultError:  # there is none here, or nobody can tell any more
        return manifest.created, False


def check(restoration: Restoration) -> None:
    """See whether what was typed opens the backup, before anything is closed.

    Raises:
        MedBotError: it does not, or the backup cannot be read.
    """
    from medbot_desktop.vault.folder import VaultFolder
    from medbot_desktop.vault.restore import check as check_backup

    check_backup(restoration.file, VaultFolder.standard(), _credentials(restoration))


def put_back(
    services: Services, restoration: Restoration, progress: Progress, is_free: Event
) -> tuple[Opening | None, str]:
    """Close the vault and put a backup in its place; takes and returns what `bring_back` does.

    The vault is closed also where this fails, so the window locks in any case. ``is_free`` is set as soon as the second
    thread does nothing with the vault any more.
    """
    assert services.opened is not None
    while not is_free.wait(_WAIT_SECONDS):
        progress(0, 0)
    services.opened.close()
    return bring_back(restoration, progress)


def bring_back(restoration: Restoration, progress: Progress | None = None) -> tuple[Opening | None, str]:
    """Put a backup in its place; no vault is open.

    Returns:
        What opens the restored vault, if that can be done at once, and what the lock screen says until then.

    Raises:
        MedBotError: the backup was not restored; what is here is as it was.
    """
    from medbot_desktop.vault.folder import VaultFolder
    from medbot_desktop.vault.restore import restore

    folder = VaultFolder.standard()
    restored = restore(restoration.file, folder, _credentials(restoration), restoration.other_vault, progress)
    told = _told(local_moment(restored.created), restored.set_aside)
    if restoration.by_recovery_key:
        return None, f"{told} {_WITH_THE_KEY}"
    return partial(_open, restoration.account, restoration.secret, told), told


def _credentials(restoration: Restoration) -> Credentials:
    from medbot_desktop.vault.keyslots import SlotKind
    from medbot_desktop.vault.opening import Credentials

    if restoration.by_recovery_key:
        return Credentials(None, restoration.secret, SlotKind.RECOVERY)
    return Credentials(restoration.account or None, restoration.secret)


def _open(account: str, passphrase: str, told: str) -> Services:
    services = unlock(account, passphrase)
    if services.opened is not None:
        services.opened.notices.append(told)
    return services


def _told(created: str, set_aside: Path | None) -> str:
    aside = f" What was there until now is kept in {set_aside}." if set_aside is not None else ""
    return f"The vault of {created} is back.{aside}"

"""Put a backup in the place of the vault that is open: close it, restore, and say how the window goes on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from medbot_desktop.ui.amounts import local_moment
from medbot_desktop.ui.entry import unlock
from medbot_desktop.ui.restore_dialog import Restoration
from medbot_desktop.ui.section_page import Progress
from medbot_desktop.ui.worker import Services

Opening = Callable[[], Services]

AFTER_FAILURE = "The vault is as it was: sign in to go on."
_WITH_THE_KEY = "The backup is in its place. Sign in with a passphrase of its time, or use the recovery key."


def put_back(services: Services, restoration: Restoration, progress: Progress) -> tuple[Opening | None, str]:
    """Close the vault and put a backup in its place; only the worker thread calls it.

    The vault is closed also where this fails, so the window locks in any case.

    Returns:
        What opens the restored vault, if that can be done at once, and what the lock screen says until then.

    Raises:
        MedBotError: the backup was not restored; the vault is as it was, and closed.
    """
    from medbot_desktop.vault.keyslots import SlotKind
    from medbot_desktop.vault.opening import Credentials
    from medbot_desktop.vault.restore import restore

    assert services.opened is not None
    folder = services.opened.folder
    kind = SlotKind.RECOVERY if restoration.by_recovery_key else SlotKind.PASSPHRASE
    account = None if restoration.by_recovery_key else restoration.account or None
    services.opened.close()
    credentials = Credentials(account, restoration.secret, kind)
    restored = restore(restoration.file, folder, credentials, restoration.other_vault, progress)
    told = _told(local_moment(restored.created), restored.set_aside)
    if restoration.by_recovery_key:
        return None, f"{told} {_WITH_THE_KEY}"
    return partial(_open, restoration.account, restoration.secret, told), told


def _open(account: str, passphrase: str, told: str) -> Services:
    services = unlock(account, passphrase)
    if services.opened is not None:
        services.opened.notices.append(told)
    return services


def _told(created: str, set_aside: Path | None) -> str:
    aside = f" What was there until now is kept in {set_aside}." if set_aside is not None else ""
    return f"The vault of {created} is back.{aside}"

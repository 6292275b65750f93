"""Open what the window works on; every function here is slow, so only the worker thread calls it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from medbot_desktop.errors import MedBotError, MustChangeError, PassphraseError, VaultError

if TYPE_CHECKING:
    from medbot_desktop.ui.services import Services
    from medbot_desktop.vault.copying import Progress
    from medbot_desktop.vault.opening import OpenedVault


def preload() -> None:
    """Load the program's parts while somebody types a passphrase."""
    import medbot_desktop.workspace  # noqa: F401


def open_workspace(profile: str) -> Services:
    """Open a profile that needs no passphrase.

    Raises:
        MedBotError: it cannot be opened.
    """
    from medbot_desktop.workspace import Workspace  # slow to import

    return Workspace.open(profile=profile).prepare()


def unlock(
    account: str, passphrase: str, new: tuple[str, str] | None = None, accepted: Callable[[], None] | None = None
) -> Services:
    """Open the clinic's vault.

    Args:
        account: the account's name; empty: the only one.
        passphrase: its passphrase.
        new: a passphrase to take from now on, typed twice; needed where the account has one for a single use.
        accepted: is called when the vault is open; what takes long comes after it.

    Raises:
        MustChangeError: the passphrase was for one use, and ``new`` is missing.
        PassphraseError: the passphrase does not open the vault, or the new one cannot be used.
        VaultError: the vault cannot be opened.
    """
    from medbot_desktop.vault.accounts import Accounts
    from medbot_desktop.vault.folder import VaultFolder
    from medbot_desktop.vault.opening import Credentials, open_vault

    if new is not None:
        _require_same(new)
    opened = open_vault(VaultFolder.standard(), Credentials(account.strip() or None, passphrase))
    try:
        if new is not None:
            Accounts(opened).change_passphrase(passphrase, new[0])
        elif opened.account.must_change:
            raise MustChangeError("This passphrase was made for one use.", hint="Choose your own, and type it twice.")
    except BaseException:
        opened.close()
        raise
    if accepted is not None:
        accepted()
    return build_on(opened)


def recover(
    account: str, recovery_key: str, new: tuple[str, str], accepted: Callable[[], None] | None = None
) -> Services:
    """Give an account a new passphrase with the recovery key, and open the vault for it.

    Raises:
        InputError: there is no such account.
        PassphraseError: the recovery key does not open the vault, or the new passphrase cannot be used.
        VaultError: the vault cannot be opened.
    """
    from medbot_desktop.vault.accounts import Accounts
    from medbot_desktop.vault.folder import VaultFolder
    from medbot_desktop.vault.keyslots import SlotKind
    from medbot_desktop.vault.opening import Credentials, open_vault

    _require_same(new)
    opened = open_vault(VaultFolder.standard(), Credentials(None, recovery_key, SlotKind.RECOVERY))
    try:
        Accounts(opened).set_passphrase_after_recovery(account, new[0])
    finally:
        opened.close()
    return unlock(account, new[0], accepted=accepted)


def has_kiosk() -> bool:
    """Whether a kiosk of this computer may open the vault by itself."""
    from medbot_desktop.vault.folder import VaultFolder
    from medbot_desktop.vault.keyslots import Keyslots, SlotKind

    try:
        return Keyslots.read(VaultFolder.standard()).has(SlotKind.KEYRING)
    except VaultError:
        return False


def unlock_kiosk(accepted: Callable[[], None]) -> Services:
    """Open the vault for the kiosk of this computer, with the key in the system's keyring.

    Raises:
        VaultError: the keyring holds no key, or the vault cannot be opened.
    """
    from medbot_desktop.vault.folder import VaultFolder
    from medbot_desktop.vault.opening import kiosk_credentials, open_vault

    folder = VaultFolder.standard()
    opened = open_vault(folder, kiosk_credentials(folder))
    accepted()
    return build_on(opened)


def build_on(opened: OpenedVault) -> Services:
    """Build everything on a vault that is open already."""
    from medbot_desktop.logs import start_logging
    from medbot_desktop.settings import home_folder
    from medbot_desktop.workspace import Workspace

    start_logging(home_folder() / "logs")
    try:
        workspace = Workspace.open_on(opened)
    except BaseException:
        opened.close()
        raise
    return workspace.prepare()


def minutes_before_lock(services: Services) -> int | None:
    """After how many minutes without use the window locks; None where nothing is kept."""
    return services.preferences.read().lock_after_minutes if services.opened is not None else None


def upkeep(services: Services) -> list[str]:
    """Erase what is old enough by now, and return the sentences that somebody should read."""
    return services.upkeep(datetime.now().astimezone())


def planned_backup(services: Services, progress: Progress) -> str:
    """Make the backup that is due, if one is, beside other work.

    Args:
        services: the workspace.
        progress: told how much of how much is done; what it raises ends the backup.

    Returns:
        A sentence that somebody should read; empty where all is well.
    """
    from medbot_desktop.vault.backup import backups_beside

    if services.opened is None:
        return ""
    try:
        with backups_beside(services.opened) as backups:
            backups.make_due(datetime.now().astimezone(), progress)
    except MedBotError as error:
        return f"The planned backup was not made. {error.message} {error.hint}".strip()
    return ""


def _require_same(new: tuple[str, str]) -> None:
    if new[0] != new[1]:
        raise PassphraseError("The two new passphrases are not the same.", hint="Type the same one twice.")

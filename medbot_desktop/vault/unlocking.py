"""Unwrap the data key for whoever knows a secret, and slow down whoever does not."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from medbot_desktop.errors import PassphraseError
from medbot_desktop.vault.attempts import Attempts, Failures
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.keyslots import Keyslots, SlotKind, Unlocked
from medbot_desktop.vault.trail import Action

if TYPE_CHECKING:
    from medbot_desktop.vault.opening import OpenedVault

_LONGEST_SLEEP_S = 5.0
"""A shorter wait after wrong passphrases is waited for; a longer one is told."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """With what a vault is opened.

    Attributes:
        account: the name of the account; None: the only one, or ``admin``.
        secret: the passphrase, the recovery key, or the kiosk's key from the system's keyring.
        kind: which of them it is.
    """

    account: str | None
    secret: str = field(repr=False)
    kind: SlotKind = SlotKind.PASSPHRASE


def unlock(folder: VaultFolder, keyslots: Keyslots, credentials: Credentials) -> tuple[Unlocked, Failures | None]:
    """Unwrap the data key, no faster than wrong passphrases before allow.

    Args:
        folder: where the tries are counted.
        keyslots: of the vault, or of a backup of it.
        credentials: what opens a slot.

    Returns:
        The key, and the wrong tries since the slot was last opened, if any.

    Raises:
        PassphraseError: the secret does not open the slot, or too many wrong ones were tried.
    """
    attempts = Attempts(folder)
    slot = keyslots.slot_id(credentials.account, credentials.kind)
    wait = attempts.wait_seconds(slot)
    if wait > _LONGEST_SLEEP_S:
        raise PassphraseError(
            f"Too many wrong passphrases were tried. The next try is possible in {_duration(wait)}.",
            hint="Wait, or use the recovery key.",
            wait_seconds=wait,
        )
    time.sleep(wait)
    attempts.begin(slot)
    try:
        unlocked = keyslots.unlock(credentials.account, credentials.secret, credentials.kind)
    except PassphraseError as error:
        raise PassphraseError(error.message, error.hint, attempts.wait_seconds(slot)) from error
    return unlocked, attempts.succeeded(slot)


def prove(opened: OpenedVault, passphrase: str) -> None:
    """Let whoever has a vault open prove again who they are, no faster than wrong passphrases before allow.

    Raises:
        PassphraseError: it is not the passphrase of the account, or too many wrong ones were tried; the audit trail
            has an entry.
    """
    try:
        unlocked, _ = unlock(opened.folder, opened.keyslots, Credentials(opened.account.name, passphrase))
    except PassphraseError:
        opened.access.note(Action.WRONG_PASSPHRASES, "account", opened.account.id, count=1)
        raise
    unlocked.key.wipe()


def _duration(seconds: float) -> str:
    whole = math.ceil(seconds)
    return f"{whole} seconds" if whole < 90 else f"{math.ceil(whole / 60)} minutes"

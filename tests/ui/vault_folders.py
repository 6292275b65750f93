"""Vaults on the disk for the tests of the window, with an account of each role that people have."""

from __future__ import annotations

from pathlib import Path

from medbot_desktop.vault.accounts import Accounts
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.keyslots import LEAST_COST
from medbot_desktop.vault.opening import create_vault
from medbot_desktop.vault.roles import Role

PASSPHRASE = "correct horse battery staple"
"""The administrator's."""

OTHERS = "another long passphrase"
"""Everybody else's."""


def make_vault(home: Path) -> VaultFolder:
    """Make a vault with an administrator ``admin``, a clinician ``eva`` and ``desk`` at the front desk."""
    folder = VaultFolder(home / "vault")
    opened, _ = create_vault(folder, "admin", PASSPHRASE, LEAST_COST)
    accounts = Accounts(opened)
    accounts.add("eva", Role.CLINICIAN, OTHERS)
    accounts.add("desk", Role.FRONT_DESK, OTHERS)
    opened.close()
    return folder

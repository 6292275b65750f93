"""What the tests of the vault's commands share: a vault that was made, and how a command ended."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.keyslots import SlotKind
from medbot_desktop.vault.opening import Credentials, OpenedVault, open_vault
from tests.unit.cli.test_ask import Ended

PASSPHRASE = "correct horse battery staple"
ADMIN = Credentials("admin", PASSPHRASE)
OTHERS = "another long passphrase"
NEW = "violet harbour seven lanterns"
PERSON = "Ada Marsh"


@dataclass(frozen=True, slots=True)
class Made:
    """A home folder with a vault, and what the vault was made with."""

    home: Path
    recovery_key: str
    conversation_id: str


def written(folder: Path, secret: str, name: str = "passphrase.txt") -> str:
    (folder / name).write_text(secret + "\n", encoding="utf-8")
    return str(folder / name)


def said(ended: Ended) -> str:
    """What a command that worked printed; it said nothing beside it."""
    assert (ended.status, ended.err) == (0, "")
    return ended.out


def refused(ended: Ended) -> str:
    """The one line of a command that could not: a sentence and a hint on standard error, and no result."""
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.count("\n") == 1
    assert ended.err.count(". ") >= 1, f"no hint: {ended.err}"
    return ended.err


def opens(home: Path, account: str | None, secret: str, kind: SlotKind = SlotKind.PASSPHRASE) -> OpenedVault:
    return open_vault(VaultFolder(home / "vault"), Credentials(account, secret, kind))


def change_the_trail(home: Path) -> None:
    """Change the first entry of the audit trail behind the program's back."""
    opened = opens(home, "admin", PASSPHRASE)
    with opened.vault.transaction() as session:
        session.execute(text("DROP TRIGGER audit_keeps_update"))
        session.execute(text("UPDATE audit SET account_name = 'nobody' WHERE seq = 1"))
    opened.close()

"""Small vaults with a conversation in them, for the tests of backups, restores and changes of the key."""

from __future__ import annotations

import uuid
import zipfile
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select, text

from medbot_desktop.vault.accounts import Accounts
from medbot_desktop.vault.backup import Backups
from medbot_desktop.vault.backup_file import unpack
from medbot_desktop.vault.data_key import DataKey
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.keyslots import LEAST_COST
from medbot_desktop.vault.opening import Credentials, OpenedVault, create_vault, open_vault
from medbot_desktop.vault.preferences import Preferences
from medbot_desktop.vault.roles import Role
from medbot_desktop.vault.schema import ConversationRow, MessageRow
from medbot_desktop.vault.vault import Vault

PASSPHRASE = "correct horse battery staple"
RIGHT = Credentials("admin", PASSPHRASE)
CLINICIAN = Credentials("eva", "another long passphrase")
NOON = datetime(2026, 1, 1, 12)
FIRST = "a first private cough"


def make_vault(folder: VaultFolder) -> str:
    """Make a vault with an administrator, a clinician and one message; returns its recovery key."""
    opened, recovery_key = create_vault(folder, "admin", PASSPHRASE, LEAST_COST)
    Accounts(opened).add("eva", Role.CLINICIAN, CLINICIAN.secret)
    write(opened.vault, FIRST)
    opened.close()
    return recovery_key


def write(vault: Vault, *texts: str) -> None:
    """Store messages, all in one transaction."""
    with vault.transaction() as session:
        talk = session.get(ConversationRow, "talk")
        if talk is None:
            talk = ConversationRow(id="talk", title="Talk", started=NOON, updated=NOON, pinned=False)
            session.add(talk)
            session.flush()
        position = session.scalar(select(func.count()).select_from(MessageRow)) or 0
        for offset, said in enumerate(texts):
            row = MessageRow(id=uuid.uuid4().hex, conversation_id="talk", text=said, role="person", created=NOON)
            row.position = position + offset
            session.add(row)


def messages(vault: Vault) -> list[str]:
    """What is stored, in order."""
    with vault.transaction() as session:
        return list(session.scalars(select(MessageRow.text).order_by(MessageRow.position)))


def found(vault: Vault, word: str) -> int:
    """In how many messages the full-text search finds a word."""
    with vault.transaction() as session:
        query = text("SELECT count(*) FROM messages_fts WHERE messages_fts MATCH :word")
        return session.scalar(query, {"word": word}) or 0


def backups_of(opened: OpenedVault) -> Backups:
    """The backups of an open vault."""
    return Backups(opened, Preferences(opened.vault, opened.access))


def files_in(folder: Path) -> dict[Path, bytes]:
    """Every file under a folder, hidden ones too, but for locks, counted tries and what readers share."""
    passing = ("vault.lock", "backup.lock", "attempts.json", "vault.db-shm")
    return {file: file.read_bytes() for file in folder.rglob("*") if file.is_file() and file.name not in passing}


def copy_of(file: Path, key: DataKey, folder: Path) -> Vault:
    """The vault in a backup, opened."""
    database = folder / f"{file.name}.db"
    unpack(file, database, lambda _count: None)
    return Vault.open(database, key)


def another_vaults_backup(folder: Path, drive: Path) -> Path:
    """Make another vault, and a backup of it."""
    other = VaultFolder(folder / "other")
    make_vault(other)
    opened = open_vault(other, RIGHT)
    file = backups_of(opened).make(drive).file
    opened.close()
    return file


def content_of(file: Path) -> list[bytes]:
    """The members of a backup."""
    with zipfile.ZipFile(file) as archive:
        return [archive.read(name) for name in ("vault.db", "keyslots.json", "manifest.json")]


def flip(file: Path, at: int) -> None:
    """Change one byte of a file."""
    content = bytearray(file.read_bytes())
    content[at] ^= 0x40
    file.write_bytes(content)

"""Say where each file of a vault lies."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from medbot_desktop.settings import home_folder


@dataclass(frozen=True, slots=True)
class VaultFolder:
    """The folder of one vault; its files may not exist yet.

    Attributes:
        path: the folder itself.
    """

    path: Path

    @classmethod
    def standard(cls) -> VaultFolder:
        """The vault of the home folder."""
        return cls(home_folder() / "vault")

    @property
    def database(self) -> Path:
        """The encrypted database."""
        return self.path / "vault.db"

    @property
    def unfinished(self) -> Path:
        """The database of a vault that is being made; it gets its name when everything else is in place."""
        return self.path / "vault.db.new"

    @property
    def keyslots(self) -> Path:
        """The wrapped copies of the data key."""
        return self.path / "keyslots.json"

    @property
    def previous_keyslots(self) -> Path:
        """The keyslots before the last change, until the new ones have been read back."""
        return self.path / "keyslots.json.previous"

    @property
    def attempts(self) -> Path:
        """How often a wrong passphrase was tried."""
        return self.path / "attempts.json"

    @property
    def index(self) -> Path:
        """The folder of the encrypted index snapshots."""
        return self.path / "index"

    @property
    def backups(self) -> Path:
        """The folder of backups where no other one is chosen."""
        return self.path / "backups"

    @property
    def lock(self) -> Path:
        """The file that the one program that has the vault open holds locked."""
        return self.path / "vault.lock"

    def exists(self) -> bool:
        """Whether anything of a vault is here, also where a part of it is missing."""
        return self.database.exists() or (self.keyslots.exists() and not self.unfinished.exists())

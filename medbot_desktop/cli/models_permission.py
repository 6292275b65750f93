"""Where there is a vault, let only an administrator change the models, and write it into the audit trail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from medbot_desktop.cli.opening import SignIn, opened_vault
from medbot_desktop.settings import Settings, load_settings
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.opening import OpenedVault
from medbot_desktop.vault.preferences import Preferences
from medbot_desktop.vault.roles import Permission
from medbot_desktop.vault.server_in_force import server_in_force
from medbot_desktop.vault.trail import Action


@dataclass(frozen=True, slots=True)
class ModelChange:
    """A change of the models that is allowed.

    Attributes:
        opened: the vault, open for whoever makes it; None where there is none.
    """

    opened: OpenedVault | None

    def note(self, name: str, what: str) -> None:
        """Write into the audit trail what was done with which model."""
        if self.opened is not None:
            self.opened.access.note(Action.MODELS_CHANGED, "model", name, what=what)

    def settings(self) -> Settings:
        """The settings in force, with the model server that may be asked.

        Raises:
            InputError: the file or a variable holds something that is no setting.
        """
        settings, opened = load_settings(), self.opened
        if opened is None:
            return settings
        return server_in_force(settings, Preferences(opened.vault, opened.access), opened.access)[0]


@contextmanager
def changing_models(sign_in: SignIn) -> Iterator[ModelChange]:
    """Go on only where there is no vault, or with an account that may change the settings.

    Raises:
        PermissionRefusedError: the account may not; the attempt is in the audit trail.
        VaultError: the vault cannot be opened, or no passphrase was given and nobody can be asked.
    """
    if not VaultFolder.standard().exists():
        yield ModelChange(None)
        return
    with opened_vault(sign_in) as opened:
        opened.access.require(Permission.CHANGE_SETTINGS)
        yield ModelChange(opened)

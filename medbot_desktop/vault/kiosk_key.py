"""Keep the kiosk's own key in the system's keyring, so that a kiosk can open the vault without anybody typing."""

from __future__ import annotations

import secrets
from contextlib import suppress

from medbot_desktop.errors import VaultError

_SERVICE = "MedBot"
_SECRET_BYTES = 32


def store_kiosk_secret(vault_id: str) -> str:
    """Make a random secret for the kiosk of a vault and keep it in the keyring.

    Returns:
        The secret, for the kiosk's keyslot.

    Raises:
        VaultError: this computer has no keyring that can be used.
    """
    import keyring  # takes long to load, and only a kiosk needs it
    from keyring.errors import KeyringError

    secret = secrets.token_hex(_SECRET_BYTES)
    try:
        keyring.set_password(_SERVICE, vault_id, secret)
    except KeyringError as error:
        raise _no_keyring() from error
    return secret


def kiosk_secret(vault_id: str) -> str:
    """The secret that the keyring holds for the kiosk of a vault.

    Raises:
        VaultError: there is no keyring that can be used, or it holds none.
    """
    import keyring
    from keyring.errors import KeyringError

    try:
        secret = keyring.get_password(_SERVICE, vault_id)
    except KeyringError as error:
        raise _no_keyring() from error
    if secret is None:
        raise VaultError(
            "This computer's keyring holds no key for the kiosk.", hint="An administrator adds the kiosk again."
        )
    return secret


def remove_kiosk_secret(vault_id: str) -> None:
    """Take the kiosk's secret out of the keyring; one that is not there, or no keyring, is no failure."""
    import keyring
    from keyring.errors import KeyringError

    with suppress(KeyringError):
        keyring.delete_password(_SERVICE, vault_id)


def _no_keyring() -> VaultError:
    return VaultError(
        "This computer has no keyring that MedBot can use.",
        hint="Set up the system's keyring (on Linux a Secret Service such as GNOME Keyring), or sign in by hand.",
    )

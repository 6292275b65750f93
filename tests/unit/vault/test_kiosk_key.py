"""A kiosk's key lies in the system's keyring, and a computer without one says so."""

from __future__ import annotations

import pytest

from medbot_desktop.errors import VaultError
from medbot_desktop.vault.kiosk_key import kiosk_secret, remove_kiosk_secret, store_kiosk_secret
from tests.keyrings import KeyringInMemory

VAULT = "0123456789abcdef"


def test_a_stored_secret_is_random_and_comes_back(system_keyring: KeyringInMemory) -> None:
    secret = store_kiosk_secret(VAULT)
    assert len(bytes.fromhex(secret)) == 32
    assert kiosk_secret(VAULT) == secret
    assert store_kiosk_secret(VAULT) != secret


def test_each_vault_has_a_secret_of_its_own(system_keyring: KeyringInMemory) -> None:
    first, second = store_kiosk_secret(VAULT), store_kiosk_secret("another")
    assert (kiosk_secret(VAULT), kiosk_secret("another")) == (first, second)
    remove_kiosk_secret("another")
    assert kiosk_secret(VAULT) == first


def test_a_removed_secret_is_gone(system_keyring: KeyringInMemory) -> None:
    store_kiosk_secret(VAULT)
    remove_kiosk_secret(VAULT)
    assert system_keyring.kept == {}
    with pytest.raises(VaultError, match="holds no key for the kiosk") as refused:
        kiosk_secret(VAULT)
    assert refused.value.hint


def test_removing_what_is_not_there_is_no_failure(system_keyring: KeyringInMemory) -> None:
    remove_kiosk_secret(VAULT)


def test_a_keyring_that_stays_locked_is_told(system_keyring: KeyringInMemory) -> None:
    store_kiosk_secret(VAULT)
    system_keyring.is_locked = True
    with pytest.raises(VaultError, match="no keyring that MedBot can use"):
        kiosk_secret(VAULT)
    remove_kiosk_secret(VAULT)


def test_a_computer_without_a_keyring_says_so(no_keyring: None) -> None:
    with pytest.raises(VaultError, match="no keyring that MedBot can use") as refused:
        store_kiosk_secret(VAULT)
    assert "sign in by hand" in refused.value.hint
    with pytest.raises(VaultError, match="no keyring that MedBot can use"):
        kiosk_secret(VAULT)
    remove_kiosk_secret(VAULT)

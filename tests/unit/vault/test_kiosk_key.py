"""A kiosk's key lies in the system's keyring, and a computer without one says so."""

from __future__ import annotations

from collections.abc import Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail
from keyring.errors import KeyringLocked, PasswordDeleteError

from medbot_desktop.errors import VaultError
from medbot_desktop.vault.kiosk_key import kiosk_secret, remove_kiosk_secret, store_kiosk_secret

VAULT = "0123456789abcdef"


class KeyringInMemory(KeyringBackend):
    """A keyring for a test, since a test has no desktop session; it answers as the system's do."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}
        self.is_locked = False

    def get_password(self, service: str, username: str) -> str | None:
        self._require_open()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._require_open()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._require_open()
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError("No such password!")

    def _require_open(self) -> None:
        if self.is_locked:
            raise KeyringLocked("Failed to unlock the collection!")


@pytest.fixture
def backend() -> Iterator[KeyringInMemory]:
    before, backend = keyring.get_keyring(), KeyringInMemory()
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(before)


@pytest.fixture
def no_keyring() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]
    yield
    keyring.set_keyring(before)


def test_a_stored_secret_is_random_and_comes_back(backend: KeyringInMemory) -> None:
    secret = store_kiosk_secret(VAULT)
    assert len(bytes.fromhex(secret)) == 32
    assert kiosk_secret(VAULT) == secret
    assert store_kiosk_secret(VAULT) != secret


def test_each_vault_has_a_secret_of_its_own(backend: KeyringInMemory) -> None:
    first, second = store_kiosk_secret(VAULT), store_kiosk_secret("another")
    assert (kiosk_secret(VAULT), kiosk_secret("another")) == (first, second)
    remove_kiosk_secret("another")
    assert kiosk_secret(VAULT) == first


def test_a_removed_secret_is_gone(backend: KeyringInMemory) -> None:
    store_kiosk_secret(VAULT)
    remove_kiosk_secret(VAULT)
    assert backend.kept == {}
    with pytest.raises(VaultError, match="holds no key for the kiosk") as refused:
        kiosk_secret(VAULT)
    assert refused.value.hint


def test_removing_what_is_not_there_is_no_failure(backend: KeyringInMemory) -> None:
    remove_kiosk_secret(VAULT)


def test_a_keyring_that_stays_locked_is_told(backend: KeyringInMemory) -> None:
    store_kiosk_secret(VAULT)
    backend.is_locked = True
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

"""Accounts: who can open the vault, with what, and that nobody locks everybody out."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from medbot_desktop.errors import InputError, MedBotError, PassphraseError, PermissionRefusedError, VaultError
from medbot_desktop.vault.accounts import Accounts
from medbot_desktop.vault.attempts import FREE_TRIES, Attempts
from medbot_desktop.vault.audit import AuditTrail
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.keyslots import LEAST_COST, Keyslots, SlotKind
from medbot_desktop.vault.kiosk_key import kiosk_secret
from medbot_desktop.vault.opening import Credentials, OpenedVault, create_vault, kiosk_credentials, open_vault
from medbot_desktop.vault.roles import Permission, Role
from tests.disks import read_only
from tests.keyrings import KeyringInMemory

PASSPHRASE = "correct horse battery staple"
OTHER = "another long passphrase"
Opening = Callable[..., OpenedVault]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[VaultFolder, str]:
    folder = VaultFolder(tmp_path_factory.mktemp("made") / "vault")
    opened, recovery_key = create_vault(folder, "admin", PASSPHRASE, LEAST_COST)
    opened.close()
    return folder, recovery_key


@pytest.fixture
def folder(made: tuple[VaultFolder, str], tmp_path: Path) -> VaultFolder:
    shutil.copytree(made[0].path, tmp_path / "vault")
    return VaultFolder(tmp_path / "vault")


@pytest.fixture
def opening(folder: VaultFolder) -> Iterator[Opening]:
    """Opens the vault in place of whoever had it open before."""
    held: list[OpenedVault] = []

    def open_it(
        name: str | None = "admin", secret: str = PASSPHRASE, kind: SlotKind = SlotKind.PASSPHRASE
    ) -> OpenedVault:
        while held:
            held.pop().close()
        held.append(open_vault(folder, Credentials(name, secret, kind)))
        return held[-1]

    yield open_it
    for opened in held:
        opened.close()


@pytest.fixture
def accounts(opening: Opening) -> Accounts:
    return Accounts(opening())


def actions(opened: OpenedVault) -> list[str]:
    return [entry.action for entry in AuditTrail(opened.vault, opened.access).entries()]


def test_an_added_account_opens_the_vault_with_its_own_passphrase_and_role(
    accounts: Accounts, opening: Opening
) -> None:
    account, one_time = accounts.add("Dr Ödön 医師", Role.CLINICIAN, OTHER)
    assert one_time is None
    opened = opening("dr ödön 医師", OTHER)
    assert opened.account == account
    with pytest.raises(PermissionRefusedError):
        Accounts(opened).list()


def test_without_a_passphrase_a_one_time_one_is_made_and_must_be_changed_before_anything_else(
    accounts: Accounts, opening: Opening
) -> None:
    _, one_time = accounts.add("Ruth", Role.ADMINISTRATOR)
    assert one_time
    opened = opening("ruth", one_time)
    assert opened.account.must_change
    with pytest.raises(PassphraseError, match="choose your own"):
        opened.access.require(Permission.CONVERSE)
    Accounts(opened).change_passphrase(one_time, OTHER)
    opened.access.require(Permission.CONVERSE)
    with pytest.raises(PassphraseError):
        opening("ruth", one_time)
    assert not opening("ruth", OTHER).account.must_change


def test_a_changed_passphrase_opens_and_the_old_one_does_not(accounts: Accounts, opening: Opening) -> None:
    accounts.change_passphrase(PASSPHRASE, OTHER)
    with pytest.raises(PassphraseError):
        opening()
    assert actions(opening("admin", OTHER))[2] == "passphrase_changed"


def test_a_passphrase_is_changed_only_by_who_knows_the_old_one(accounts: Accounts, opening: Opening) -> None:
    with pytest.raises(PassphraseError, match="does not open"):
        accounts.change_passphrase("not the old one", OTHER)
    assert "wrong_passphrases" in actions(opening())


def test_who_tries_old_passphrases_at_an_open_window_waits_as_at_the_door(
    accounts: Accounts, folder: VaultFolder
) -> None:
    attempts = Attempts(folder)
    for _ in range(FREE_TRIES + 2):
        attempts.begin(Keyslots.read(folder).slot_id("admin", SlotKind.PASSPHRASE))
    with pytest.raises(PassphraseError, match="next try") as refused:
        accounts.change_passphrase(PASSPHRASE, OTHER)
    assert refused.value.wait_seconds > 0


@pytest.mark.parametrize("new", ["", "short", "two\nlines of it", "\ud800 half a character"])
def test_a_passphrase_that_cannot_be_used_is_refused_and_the_old_one_stays(
    accounts: Accounts, opening: Opening, new: str
) -> None:
    with pytest.raises(PassphraseError) as refused:
        accounts.change_passphrase(PASSPHRASE, new)
    assert refused.value.hint
    opening()


def test_a_passphrase_of_ten_thousand_characters_of_any_script_works(accounts: Accounts, opening: Opening) -> None:
    long = "пароль 密码 كلمة السر 🔑 " * 500
    accounts.change_passphrase(PASSPHRASE, long[:10_000])
    opening("admin", long[:10_000])
    with pytest.raises(PassphraseError):
        opening("admin", long[:9_999])


def test_a_passphrase_that_could_not_be_written_leaves_the_old_one_in_force(
    accounts: Accounts, opening: Opening, folder: VaultFolder
) -> None:
    with read_only(folder.path), pytest.raises(MedBotError) as refused:
        accounts.change_passphrase(PASSPHRASE, OTHER)
    assert refused.value.hint
    accounts.new_recovery_key()  # writes the keyslots again, which must not bring the new passphrase in
    opening()
    with pytest.raises(PassphraseError):
        opening("admin", OTHER)


def test_a_reset_passphrase_is_for_one_use(accounts: Accounts, opening: Opening) -> None:
    account, _ = accounts.add("Ruth", Role.FRONT_DESK, OTHER)
    one_time = accounts.reset_passphrase(account.id)
    with pytest.raises(PassphraseError):
        opening("Ruth", OTHER)
    assert opening("Ruth", one_time).account.must_change


def test_the_recovery_key_gives_an_account_a_new_passphrase(opening: Opening, made: tuple[VaultFolder, str]) -> None:
    Accounts(opening(None, made[1], SlotKind.RECOVERY)).set_passphrase_after_recovery("ADMIN", OTHER)
    assert opening("admin", OTHER).account.name == "admin"


def test_only_the_recovery_key_sets_a_passphrase_without_the_old_one(accounts: Accounts) -> None:
    with pytest.raises(PermissionRefusedError):
        accounts.set_passphrase_after_recovery("admin", OTHER)


def test_a_new_recovery_key_replaces_the_old_one(
    accounts: Accounts, opening: Opening, made: tuple[VaultFolder, str]
) -> None:
    new = accounts.new_recovery_key()
    with pytest.raises(PassphraseError):
        opening(None, made[1], SlotKind.RECOVERY)
    opening(None, new, SlotKind.RECOVERY)


def test_a_removed_account_opens_nothing(accounts: Accounts, opening: Opening) -> None:
    account, _ = accounts.add("Ruth", Role.CLINICIAN, OTHER)
    accounts.remove(account.id)
    with pytest.raises(PassphraseError):
        opening("Ruth", OTHER)
    assert [line.account.name for line in Accounts(opening()).list()] == ["admin"]


def test_a_changed_role_holds_from_the_next_opening(accounts: Accounts, opening: Opening) -> None:
    account, _ = accounts.add("Ruth", Role.CLINICIAN, OTHER)
    accounts.change_role(account.id, Role.FRONT_DESK)
    assert opening("Ruth", OTHER).account.role is Role.FRONT_DESK


def test_nobody_removes_their_own_account_or_the_last_administrator(accounts: Accounts) -> None:
    (mine,) = accounts.list()
    with pytest.raises(InputError, match="their own account"):
        accounts.remove(mine.account.id)
    with pytest.raises(InputError, match="at least one administrator"):
        accounts.change_role(mine.account.id, Role.CLINICIAN)
    assert [line.account.role for line in accounts.list()] == [Role.ADMINISTRATOR]


@pytest.mark.parametrize("name", ["admin", " ADMIN ", "recovery key"])
def test_two_accounts_never_have_one_name(accounts: Accounts, name: str) -> None:
    with pytest.raises(InputError, match="already"):
        accounts.add(name, Role.CLINICIAN, OTHER)


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "a\u202eb", "a\x00b"])
def test_a_name_that_cannot_be_read_is_refused(accounts: Accounts, name: str) -> None:
    with pytest.raises(InputError):
        accounts.add(name, Role.CLINICIAN, OTHER)


def test_an_account_that_is_gone_is_a_clear_error(accounts: Accounts) -> None:
    with pytest.raises(VaultError, match="not in the vault any more"):
        accounts.reset_passphrase("nobody")
    with pytest.raises(InputError, match="no account with that name"):
        accounts.find("nobody")


@pytest.mark.usefixtures("system_keyring")
class TestKiosk:
    """A kiosk opens the vault by itself, and may do nothing but converse."""

    def test_it_opens_the_vault_with_its_key_from_the_keyring(self, accounts: Accounts, opening: Opening) -> None:
        account = accounts.add_kiosk()
        credentials = kiosk_credentials(opening().folder)
        opened = opening(credentials.account, credentials.secret, credentials.kind)
        assert opened.account == account
        opened.access.require(Permission.CONVERSE)
        for permission in set(Permission) - {Permission.CONVERSE}:
            with pytest.raises(PermissionRefusedError):
                opened.access.require(permission)

    def test_its_key_is_no_passphrase(self, accounts: Accounts, opening: Opening) -> None:
        account = accounts.add_kiosk()
        secret = kiosk_secret(opening().keyslots.vault_id)
        with pytest.raises(PassphraseError):
            opening(account.name, secret)

    def test_removing_it_empties_the_keyring(
        self, accounts: Accounts, opening: Opening, system_keyring: KeyringInMemory
    ) -> None:
        accounts.remove(accounts.add_kiosk().id)
        assert system_keyring.kept == {}

    def test_there_is_one_for_each_computer(self, accounts: Accounts) -> None:
        accounts.add_kiosk()
        with pytest.raises(InputError, match="has an account already"):
            accounts.add_kiosk("second kiosk")

    def test_nobody_else_becomes_one_and_it_becomes_nobody_else(self, accounts: Accounts) -> None:
        kiosk = accounts.add_kiosk()
        with pytest.raises(InputError):
            accounts.change_role(kiosk.id, Role.ADMINISTRATOR)
        with pytest.raises(InputError):
            accounts.add("Ruth", Role.KIOSK, OTHER)


def test_a_computer_without_a_keyring_has_no_kiosk_account(accounts: Accounts, no_keyring: None) -> None:
    with pytest.raises(VaultError, match="keyring"):
        accounts.add_kiosk()
    assert [line.account.name for line in accounts.list()] == ["admin"]


@pytest.mark.usefixtures("system_keyring")
def test_a_kiosk_gets_another_name_where_somebody_is_called_kiosk(accounts: Accounts) -> None:
    accounts.add("Kiosk", Role.FRONT_DESK, OTHER)
    assert accounts.add_kiosk().name == "kiosk 2"

"""A new data key: everything is encrypted anew, only who did it keeps their passphrase, nothing is lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from medbot_desktop.errors import DiskFullError, PassphraseError, PermissionRefusedError, VaultError
from medbot_desktop.vault.accounts import Accounts
from medbot_desktop.vault.audit import AuditTrail
from medbot_desktop.vault.backup import BackupState
from medbot_desktop.vault.data_key import DataKey
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.integrity import verify_vault
from medbot_desktop.vault.keyslots import SlotKind
from medbot_desktop.vault.kiosk_key import kiosk_secret, remove_kiosk_secret
from medbot_desktop.vault.opening import Credentials, OpenedVault, open_vault
from medbot_desktop.vault.rekey import rekey
from medbot_desktop.vault.restore import restore
from medbot_desktop.vault.vault import Vault
from tests.disks import fill, small_disk
from tests.unit.vault.vaults import (
    CLINICIAN,
    FIRST,
    PASSPHRASE,
    RIGHT,
    backups_of,
    files_in,
    found,
    make_vault,
    messages,
    write,
)

Opening = Callable[..., OpenedVault]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[VaultFolder, str]:
    folder = VaultFolder(tmp_path_factory.mktemp("made") / "vault")
    return folder, make_vault(folder)


@pytest.fixture
def folder(made: tuple[VaultFolder, str], tmp_path: Path) -> VaultFolder:
    shutil.copytree(made[0].path, tmp_path / "vault")
    return VaultFolder(tmp_path / "vault")


@pytest.fixture
def opening(folder: VaultFolder) -> Iterator[Opening]:
    """Opens the vault, after closing what was opened before."""
    held: list[OpenedVault] = []

    def open_it(credentials: Credentials = RIGHT) -> OpenedVault:
        while held:
            held.pop().close()
        held.append(open_vault(folder, credentials))
        return held[-1]

    yield open_it
    for opened in held:
        opened.close()


def test_all_that_was_stored_is_there_and_sound(opening: Opening) -> None:
    opened = opening()
    rekey(opened, PASSPHRASE)
    assert messages(opened.vault) == [FIRST]
    assert verify_vault(opened).ok
    again = opening()
    assert messages(again.vault) == [FIRST]
    assert verify_vault(again).ok


def test_the_old_key_opens_nothing_any_more(opening: Opening, folder: VaultFolder) -> None:
    opened = opening()
    old = DataKey(opened.key.raw)
    rekey(opened, PASSPHRASE)
    assert opened.key.raw != old.raw
    opened.vault.vacuum()
    with pytest.raises(VaultError):
        Vault.open(folder.database, old)


def test_searching_and_writing_go_on(opening: Opening) -> None:
    opened = opening()
    rekey(opened, PASSPHRASE)
    write(opened.vault, "another cough")
    assert found(opened.vault, "cough") == 2
    with opened.vault.transaction() as session:
        session.execute(text("DELETE FROM messages"))
    assert found(opened.vault, "cough") == 0


def test_the_trail_still_cannot_be_changed(opening: Opening) -> None:
    opened = opening()
    rekey(opened, PASSPHRASE)
    with pytest.raises(DatabaseError, match="cannot be changed"), opened.vault.transaction() as session:
        session.execute(text("DELETE FROM audit"))


def test_it_is_in_the_trail_with_counts(opening: Opening) -> None:
    opened = opening()
    rekey(opened, PASSPHRASE)
    trail = AuditTrail(opened.vault, opened.access)
    entry = trail.entries(limit=1)[0]
    assert (entry.action, entry.details) == ("data_key_changed", {"one_time": 1, "dropped": 0})
    assert trail.verify().ok


def test_others_sign_in_with_their_one_time_passphrase_and_must_change_it(opening: Opening) -> None:
    one_time = rekey(opening(), PASSPHRASE).one_time
    assert set(one_time) == {"eva"}
    with pytest.raises(PassphraseError):
        opening(CLINICIAN)
    assert opening(Credentials("eva", one_time["eva"])).account.must_change


def test_only_the_new_recovery_key_opens(opening: Opening, made: tuple[VaultFolder, str]) -> None:
    recovery_key = rekey(opening(), PASSPHRASE).recovery_key
    with pytest.raises(PassphraseError):
        opening(Credentials(None, made[1], SlotKind.RECOVERY))
    assert messages(opening(Credentials(None, recovery_key, SlotKind.RECOVERY)).vault) == [FIRST]


def test_the_vault_stays_the_same_one_and_nothing_old_lies_about(opening: Opening, folder: VaultFolder) -> None:
    opened = opening()
    vault_id = opened.keyslots.vault_id
    folder.index.mkdir()
    (folder.index / "core.index").write_bytes(b"under the old key")
    rekey(opened, PASSPHRASE)
    assert opened.keyslots.vault_id == vault_id
    assert not folder.index.exists()
    assert [path.name for path in folder.path.parent.iterdir()] == ["vault"]


def test_backups_from_before_open_with_the_passphrases_of_their_time(
    opening: Opening, folder: VaultFolder, tmp_path: Path
) -> None:
    opened = opening()
    before = backups_of(opened).make().file
    rekey(opened, PASSPHRASE)
    backups = backups_of(opened)
    assert backups.verify(before).state is BackupState.OLDER_KEY
    assert backups.verify(backups.make().file).state is BackupState.SOUND
    with pytest.raises(VaultError, match="older data key"):
        backups.rewrite(before, lambda _vault: None)
    elsewhere = VaultFolder(tmp_path / "elsewhere" / "vault")
    restore(before, elsewhere, RIGHT)
    with_old = open_vault(elsewhere, CLINICIAN)
    assert messages(with_old.vault) == [FIRST]
    with_old.close()


@pytest.mark.usefixtures("system_keyring")
class TestAKiosk:
    def test_goes_on_with_its_key_from_the_keyring(self, opening: Opening) -> None:
        opened = opening()
        account = Accounts(opened).add_kiosk()
        secret = kiosk_secret(opened.keyslots.vault_id)
        assert rekey(opened, PASSPHRASE).dropped == []
        assert opening(Credentials(None, secret, SlotKind.KEYRING)).account == account

    def test_is_dropped_where_the_keyring_has_lost_its_key(self, opening: Opening) -> None:
        opened = opening()
        Accounts(opened).add_kiosk("hall")
        secret = kiosk_secret(opened.keyslots.vault_id)
        remove_kiosk_secret(opened.keyslots.vault_id)
        assert rekey(opened, PASSPHRASE).dropped == ["hall"]
        with pytest.raises(PassphraseError):
            opening(Credentials(None, secret, SlotKind.KEYRING))


class TestWhatIsRefused:
    def refused(self, opened: OpenedVault, secret: str, error: type[VaultError]) -> None:
        before = opened.folder.keyslots.read_bytes()
        with pytest.raises(error) as failure:
            rekey(opened, secret)
        assert failure.value.hint
        assert opened.folder.keyslots.read_bytes() == before
        assert messages(opened.vault) == [FIRST]

    def test_a_wrong_passphrase(self, opening: Opening) -> None:
        self.refused(opening(), "not this one", PassphraseError)

    def test_an_account_that_may_not_manage_accounts(self, opening: Opening) -> None:
        self.refused(opening(CLINICIAN), CLINICIAN.secret, PermissionRefusedError)

    def test_the_recovery_key(self, opening: Opening, made: tuple[VaultFolder, str]) -> None:
        self.refused(opening(Credentials(None, made[1], SlotKind.RECOVERY)), made[1], PermissionRefusedError)

    def test_a_damaged_vault(self, opening: Opening, folder: VaultFolder) -> None:
        opened = opening()
        write(opened.vault, *["x" * 50_000] * 5)
        opened.vault.vacuum()
        content = bytearray(folder.database.read_bytes())
        content[-2_000] ^= 1
        folder.database.write_bytes(content)
        with pytest.raises(VaultError, match="damaged"):
            rekey(opened, PASSPHRASE)
        assert folder.database.read_bytes() == bytes(content)
        assert [path.name for path in folder.path.parent.iterdir()] == ["vault"]

    def test_a_change_that_is_cancelled(self, opening: Opening, folder: VaultFolder) -> None:
        class CancelledError(RuntimeError):
            pass

        def cancel(_done: int, _total: int) -> None:
            raise CancelledError

        opened = opening()
        before = files_in(folder.path.parent)
        with pytest.raises(CancelledError):
            rekey(opened, PASSPHRASE, cancel)
        assert files_in(folder.path.parent) == before


def test_a_full_disk_leaves_the_vault_under_the_old_key(made: tuple[VaultFolder, str], tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", kilobytes=4_000) as disk:
        shutil.copytree(made[0].path, disk / "vault")
        opened = open_vault(VaultFolder(disk / "vault"), RIGHT)
        fill(disk, leave=80_000)
        with pytest.raises(DiskFullError, match="no room left") as refused:
            rekey(opened, PASSPHRASE)
        assert refused.value.hint
        (disk / "filler").unlink()
        write(opened.vault, "goes on")
        assert rekey(opened, PASSPHRASE).recovery_key
        assert messages(opened.vault) == [FIRST, "goes on"]
        opened.close()

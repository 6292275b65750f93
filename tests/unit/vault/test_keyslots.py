"""Keyslots: the right secret unwraps the data key, nothing else does, and no failure loses the file."""

from __future__ import annotations

import hashlib
import json
import random
import signal
import time
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from medbot_desktop.errors import DiskFullError, PassphraseError, VaultError
from medbot_desktop.vault.data_key import DataKey
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.keyslots import LEAST_COST, KeyCost, Keyslots, SlotKind, derive, tune_cost
from medbot_desktop.vault.passphrase import check_new
from medbot_desktop.vault.recovery_key import new_recovery_key
from tests.disks import fill, read_only, small_disk

PASSPHRASE = "correct horse battery staple"
OTHER = "another long passphrase"
KEY = DataKey(bytes(range(32)))
RECOVERY_KEY = new_recovery_key()
KILLS = 30
PATIENCE_S = 30
Change = Callable[[dict[str, Any]], object]


def small_keyslots() -> Keyslots:
    """A vault's keyslots with one account."""
    keyslots = Keyslots.new(LEAST_COST)
    keyslots.add("a1", "Áine", PASSPHRASE, KEY)
    return keyslots


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a vault with two accounts, a recovery key and a kiosk."""
    keyslots = small_keyslots()
    keyslots.add("a2", "Ruth", OTHER, KEY)
    keyslots.add("recovery", "recovery key", RECOVERY_KEY, KEY, SlotKind.RECOVERY)
    keyslots.add("a3", "kiosk", "the kiosk's secret", KEY, SlotKind.KEYRING)
    folder = VaultFolder(tmp_path_factory.mktemp("made"))
    keyslots.write(folder)
    return folder.keyslots.read_bytes()


@pytest.fixture
def folder(made: bytes, tmp_path: Path) -> VaultFolder:
    folder = VaultFolder(tmp_path / "vault")
    folder.path.mkdir()
    folder.keyslots.write_bytes(made)
    return folder


@pytest.fixture
def keyslots(folder: VaultFolder) -> Keyslots:
    return Keyslots.read(folder)


def edit(folder: VaultFolder, change: Change, is_signed: bool = True) -> None:
    """Change the file as somebody would who knows how its checksum is made, or does not."""
    fields = json.loads(folder.keyslots.read_text(encoding="utf-8"))
    checksum = fields.pop("checksum")
    change(fields)
    if is_signed:
        checksum = hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()
    folder.keyslots.write_text(json.dumps(fields | {"checksum": checksum}), encoding="utf-8")


def opens(keyslots: Keyslots, name: str | None, secret: str, kind: SlotKind = SlotKind.PASSPHRASE) -> bool:
    """Whether a secret unwraps the data key."""
    try:
        return keyslots.unlock(name, secret, kind).key.raw == KEY.raw
    except PassphraseError:
        return False


class TestUnlocking:
    """Each secret opens its own slot."""

    def test_an_account_s_passphrase_unwraps_the_data_key(self, keyslots: Keyslots) -> None:
        unlocked = keyslots.unlock("Ruth", OTHER)
        assert (unlocked.account_id, unlocked.kind, unlocked.key.raw) == ("a2", SlotKind.PASSPHRASE, KEY.raw)

    def test_the_recovery_key_needs_no_name_and_may_be_typed_carelessly(self, keyslots: Keyslots) -> None:
        typed = RECOVERY_KEY.lower().replace("-", " ").replace("0", "o")
        unlocked = keyslots.unlock(None, typed, SlotKind.RECOVERY)
        assert (unlocked.account_id, unlocked.key.raw) == ("recovery", KEY.raw)

    def test_the_kiosk_s_key_needs_no_name(self, keyslots: Keyslots) -> None:
        assert keyslots.unlock(None, "the kiosk's secret", SlotKind.KEYRING).account_id == "a3"

    @pytest.mark.parametrize("name", ["ÁINE", "  áine ", unicodedata.normalize("NFD", "Áine")])
    def test_a_name_may_be_written_in_any_way(self, keyslots: Keyslots, name: str) -> None:
        assert keyslots.unlock(name, PASSPHRASE).account_id == "a1"

    def test_without_a_name_the_only_account_is_meant(self, keyslots: Keyslots) -> None:
        keyslots.remove("a2")
        assert keyslots.unlock(None, PASSPHRASE).account_id == "a1"

    def test_without_a_name_and_with_several_accounts_admin_is_meant(self, keyslots: Keyslots) -> None:
        assert not opens(keyslots, None, PASSPHRASE)
        keyslots.add("a4", "admin", "a third passphrase", KEY)
        assert keyslots.unlock(None, "a third passphrase").account_id == "a4"

    @pytest.mark.parametrize(
        ("name", "secret"),
        [
            ("Áine", OTHER),
            ("Áine", PASSPHRASE.title()),
            ("Áine", PASSPHRASE + " "),
            ("Áine", ""),
            ("Áine", "half a character \ud800"),
            ("nobody", PASSPHRASE),
            ("\ud800", PASSPHRASE),
            ("", ""),
        ],
    )
    def test_a_wrong_passphrase_and_an_unknown_name_get_the_same_sentence(
        self, keyslots: Keyslots, name: str, secret: str
    ) -> None:
        with pytest.raises(PassphraseError) as refused:
            keyslots.unlock(name, secret)
        assert refused.value.message == "That passphrase does not open this vault."
        assert refused.value.hint == "Try again, or use the recovery key."

    def test_another_vault_s_recovery_key_does_not_open(self, keyslots: Keyslots) -> None:
        with pytest.raises(PassphraseError, match="That recovery key does not open this vault") as refused:
            keyslots.unlock(None, new_recovery_key(), SlotKind.RECOVERY)
        assert refused.value.hint == "Try again."

    def test_a_typing_error_in_the_recovery_key_is_told_as_one(self, keyslots: Keyslots) -> None:
        wrong = ("2" if RECOVERY_KEY[0] != "2" else "3") + RECOVERY_KEY[1:]
        with pytest.raises(PassphraseError, match="typing error"):
            keyslots.unlock(None, wrong, SlotKind.RECOVERY)

    def test_a_secret_opens_only_the_kind_of_slot_that_it_was_made_for(self, keyslots: Keyslots) -> None:
        assert not opens(keyslots, "kiosk", "the kiosk's secret")
        assert not opens(keyslots, "Áine", PASSPHRASE, SlotKind.KEYRING)
        assert not opens(keyslots, "recovery key", RECOVERY_KEY)

    @settings(max_examples=8, deadline=None)
    @given(st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=8, max_size=40))
    def test_a_passphrase_in_any_script_opens_however_it_is_composed(self, passphrase: str) -> None:
        assume(passphrase.strip())
        check_new(passphrase)
        keyslots = Keyslots.new(LEAST_COST)
        keyslots.add("a1", "admin", unicodedata.normalize("NFD", passphrase), KEY)
        assert opens(keyslots, "admin", unicodedata.normalize("NFC", passphrase))
        assert not opens(keyslots, "admin", passphrase + "x")


class TestSlots:
    """Slots are added, replaced and removed one by one."""

    def test_a_new_passphrase_replaces_the_old_one_and_touches_no_other_slot(self, keyslots: Keyslots) -> None:
        keyslots.add("a1", "Áine", "a new passphrase", KEY)
        assert opens(keyslots, "Áine", "a new passphrase")
        assert not opens(keyslots, "Áine", PASSPHRASE)
        assert opens(keyslots, "Ruth", OTHER)

    def test_a_removed_account_opens_nothing(self, keyslots: Keyslots) -> None:
        keyslots.remove("a2")
        assert not opens(keyslots, "Ruth", OTHER)
        assert keyslots.account_ids() == {"a1", "recovery", "a3"}
        assert keyslots.account_ids(SlotKind.PASSPHRASE) == {"a1"}

    def test_one_passphrase_of_two_accounts_is_wrapped_in_two_ways(self, folder: VaultFolder) -> None:
        keyslots = small_keyslots()
        keyslots.add("a2", "Ruth", PASSPHRASE, KEY)
        keyslots.write(folder)
        slots = json.loads(folder.keyslots.read_text(encoding="utf-8"))["slots"]
        for field in ("salt", "wrapped", "name"):
            assert len({slot[field] for slot in slots}) == 2

    def test_tries_are_counted_under_a_name_that_tells_no_account(self, keyslots: Keyslots) -> None:
        assert keyslots.slot_id("áine") == keyslots.slot_id("ÁINE") == "passphrase:a1"
        unknown = keyslots.slot_id("Bridget")
        assert unknown == keyslots.slot_id("BRIDGET") != keyslots.slot_id("somebody else")
        assert "bridget" not in unknown.lower()
        assert keyslots.slot_id(None, SlotKind.RECOVERY) == "recovery:recovery"

    def test_the_salt_of_a_database_has_sixteen_bytes(self, keyslots: Keyslots) -> None:
        with pytest.raises(ValueError, match="16 bytes"):
            keyslots.bind(b"short")

    def test_each_vault_has_an_identifier_of_its_own(self) -> None:
        assert Keyslots.new(LEAST_COST).vault_id != Keyslots.new(LEAST_COST).vault_id


class TestCost:
    """What a derivation costs is measured, within bounds, and kept in the file."""

    def test_the_tuned_cost_lies_between_the_least_and_what_an_office_computer_has(self) -> None:
        cost = tune_cost()
        assert 64 * 1024 <= cost.memory_kib <= 256 * 1024
        assert 3 <= cost.passes <= 100
        assert cost.lanes == LEAST_COST.lanes

    def test_a_derivation_at_the_tuned_cost_takes_half_a_second_or_costs_more_than_the_least(self) -> None:
        cost = tune_cost()
        begun = time.perf_counter()
        derive(b"secret", bytes(16), cost)
        assert time.perf_counter() - begun >= 0.25 or cost.memory_kib > LEAST_COST.memory_kib

    def test_the_cost_is_kept(self, folder: VaultFolder) -> None:
        cost = KeyCost(LEAST_COST.memory_kib, 4, 1)
        keyslots = Keyslots.new(cost)
        keyslots.add("a1", "admin", PASSPHRASE, KEY)
        keyslots.write(folder)
        kept = Keyslots.read(folder)
        assert kept.cost == cost
        assert opens(kept, "admin", PASSPHRASE)


class TestFile:
    """The file tells nothing, and a file that was tampered with opens nothing."""

    def test_what_was_written_is_read(self, folder: VaultFolder, keyslots: Keyslots) -> None:
        keyslots.write(folder)
        again = Keyslots.read(folder)
        assert again.vault_id == keyslots.vault_id
        assert again.account_ids() == {"a1", "a2", "recovery", "a3"}
        assert opens(again, "Áine", PASSPHRASE)

    def test_no_name_no_secret_and_no_key_stand_in_it(self, made: bytes) -> None:
        content = made.decode().casefold()
        for word in ("áine", "ruth", "\\u00c1ine".casefold(), PASSPHRASE, OTHER, RECOVERY_KEY.casefold(), KEY.hex()):
            assert word not in content
        assert RECOVERY_KEY.replace("-", "").casefold() not in content

    @pytest.mark.parametrize(
        "change",
        [
            lambda fields: fields.update(vault_id="0" * 32),
            lambda fields: fields["slots"][0].update(account_id="a2"),
            lambda fields: fields["slots"][0].update(salt="0" * 32),
            lambda fields: fields["slots"][0].update(wrapped=fields["slots"][1]["wrapped"]),
            lambda fields: fields["slots"][0].update(wrapped="A" * 80),
            lambda fields: fields["cost"].update(passes=4),
            lambda fields: fields["cost"].update(memory_kib=65 * 1024),
            lambda fields: fields["cost"].update(lanes=1),
        ],
        ids=["vault", "account", "salt", "other slot's", "made up", "passes", "memory", "lanes"],
    )
    def test_a_slot_that_was_edited_or_moved_does_not_open(self, folder: VaultFolder, change: Change) -> None:
        edit(folder, change)
        assert not opens(Keyslots.read(folder), "Áine", PASSPHRASE)

    def test_a_slot_cannot_be_given_to_another_name_together_with_its_account(self, folder: VaultFolder) -> None:
        def move(fields: dict[str, Any]) -> None:
            fields["slots"][0]["name"], fields["slots"][1]["name"] = (fields["slots"][n]["name"] for n in (1, 0))
            fields["slots"][0]["account_id"], fields["slots"][1]["account_id"] = "a2", "a1"

        edit(folder, move)
        keyslots = Keyslots.read(folder)
        assert not opens(keyslots, "Ruth", PASSPHRASE)
        assert not opens(keyslots, "Áine", OTHER)

    def test_a_slot_in_another_vault_s_file_does_not_open(self, folder: VaultFolder, tmp_path: Path) -> None:
        other = VaultFolder(tmp_path)
        small_keyslots().write(other)
        (slot,) = json.loads(other.keyslots.read_text(encoding="utf-8"))["slots"]
        edit(folder, lambda fields: slot.update(name=fields["slots"][0]["name"]) or fields.update(slots=[slot]))
        assert not opens(Keyslots.read(folder), "Áine", PASSPHRASE)

    @pytest.mark.parametrize(
        "change",
        [
            lambda fields: fields["cost"].update(memory_kib=1 << 40),
            lambda fields: fields["cost"].update(passes=1 << 31),
            lambda fields: fields["cost"].update(passes=1),
            lambda fields: fields["cost"].update(memory_kib=8),
            lambda fields: fields["cost"].update(lanes=0),
            lambda fields: fields["cost"].update(extra=1),
            lambda fields: fields.pop("cost"),
            lambda fields: fields.update(name_salt="short"),
            lambda fields: fields.update(vault_id=7),
            lambda fields: fields.update(version=0),
            lambda fields: fields.pop("version"),
            lambda fields: fields["slots"][0].update(wrapped="A"),
            lambda fields: fields["slots"][0].update(wrapped=""),
            lambda fields: fields["slots"][0].update(salt=""),
            lambda fields: fields["slots"][0].update(kind="master"),
            lambda fields: fields["slots"][0].pop("name"),
            lambda fields: fields.update(slots="none"),
            lambda fields: fields.update(unknown=True),
        ],
    )
    def test_values_that_no_vault_has_are_damage_before_anything_is_derived(
        self, folder: VaultFolder, change: Change
    ) -> None:
        edit(folder, change)
        with pytest.raises(VaultError, match="damaged or was edited") as refused:
            Keyslots.read(folder)
        assert "medbot vault restore" in refused.value.hint

    def test_an_edited_file_is_damage(self, folder: VaultFolder) -> None:
        edit(folder, lambda fields: fields["slots"].pop(), is_signed=False)
        with pytest.raises(VaultError, match="damaged or was edited"):
            Keyslots.read(folder)

    @pytest.mark.parametrize(
        "content",
        [b"", b"{}", b"[]", b"null", b"not JSON", b"\xff\xfe\x00", b"[" * 200_000, b'{"a":' * 200_000, b"9" * 10_000,
         b" " * ((1 << 20) + 1)],
        ids=["empty", "object", "list", "null", "text", "bytes", "deep", "deeper", "number", "huge"],
    )  # fmt: skip
    def test_a_file_of_anything_else_is_damage(self, folder: VaultFolder, content: bytes) -> None:
        folder.keyslots.write_bytes(content)
        with pytest.raises(VaultError, match="damaged or was edited") as refused:
            Keyslots.read(folder)
        assert refused.value.hint

    def test_a_file_cut_short_anywhere_is_damage(self, folder: VaultFolder, made: bytes) -> None:
        for length in range(0, len(made) - 2, 37):
            folder.keyslots.write_bytes(made[:length])
            with pytest.raises(VaultError, match="damaged or was edited"):
                Keyslots.read(folder)

    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.data())
    def test_a_flipped_bit_anywhere_is_damage(self, folder: VaultFolder, made: bytes, data: st.DataObject) -> None:
        content = bytearray(made)
        content[data.draw(st.integers(0, len(made) - 1))] ^= 1 << data.draw(st.integers(0, 7))
        folder.keyslots.write_bytes(content)
        with suppress(VaultError):
            assert Keyslots.read(folder).account_ids() == {"a1", "a2", "recovery", "a3"}  # a space became another one
            assert json.loads(content) == json.loads(made)

    def test_a_missing_file_is_named(self, folder: VaultFolder) -> None:
        folder.keyslots.unlink()
        with pytest.raises(VaultError, match="keyslot file of the vault is missing") as refused:
            Keyslots.read(folder)
        assert "medbot vault restore" in refused.value.hint

    def test_a_folder_in_its_place_cannot_be_read(self, folder: VaultFolder) -> None:
        folder.keyslots.unlink()
        folder.keyslots.mkdir()
        with pytest.raises(VaultError, match=r"cannot be read: Is a directory|cannot be read: Permission") as refused:
            Keyslots.read(folder)
        assert refused.value.hint

    def test_a_newer_version_s_file_is_left_to_that_version(self, folder: VaultFolder) -> None:
        edit(folder, lambda fields: fields.update(version=2, more={}))
        with pytest.raises(VaultError, match="newer version of MedBot") as refused:
            Keyslots.read(folder)
        assert "Install" in refused.value.hint

    def test_keyslots_beside_another_vault_s_database_are_told(self, folder: VaultFolder, keyslots: Keyslots) -> None:
        keyslots.bind(b"the right salt!!")
        keyslots.write(folder)
        folder.database.write_bytes(b"the right salt!!" + bytes(4_080))
        Keyslots.read(folder)
        folder.database.write_bytes(b"the wrong salt!!" + bytes(4_080))
        with pytest.raises(VaultError, match="belongs to another vault") as refused:
            Keyslots.read(folder)
        assert refused.value.hint


class TestWriting:
    """A writing that is cut off at any moment loses nothing."""

    def test_the_file_before_is_removed_once_the_new_one_is_read_back(
        self, folder: VaultFolder, keyslots: Keyslots
    ) -> None:
        keyslots.write(folder)
        assert [file.name for file in folder.path.iterdir()] == ["keyslots.json"]

    @pytest.mark.parametrize("left", [0, 1, 500])
    def test_where_a_writing_was_cut_off_the_file_before_opens(
        self, folder: VaultFolder, made: bytes, left: int
    ) -> None:
        folder.previous_keyslots.write_bytes(made)
        folder.keyslots.write_bytes(made[:left])
        assert opens(Keyslots.read(folder), "Áine", PASSPHRASE)
        folder.keyslots.unlink()
        assert opens(Keyslots.read(folder), "Áine", PASSPHRASE)

    def test_a_file_before_that_was_left_behind_is_not_used_and_goes(
        self, folder: VaultFolder, keyslots: Keyslots
    ) -> None:
        small_keyslots().write(folder)
        folder.previous_keyslots.write_bytes(folder.keyslots.read_bytes())
        folder.keyslots.unlink()
        keyslots.write(folder)
        folder.previous_keyslots.write_bytes(b"left behind")
        assert Keyslots.read(folder).account_ids() == keyslots.account_ids()
        assert not folder.previous_keyslots.exists()

    def test_where_both_are_damaged_that_is_told(self, folder: VaultFolder) -> None:
        folder.keyslots.write_bytes(b"{")
        folder.previous_keyslots.write_bytes(b"{")
        with pytest.raises(VaultError, match="damaged"):
            Keyslots.read(folder)

    def test_a_damaged_file_never_takes_the_place_of_the_sound_one_before_it(
        self, folder: VaultFolder, made: bytes
    ) -> None:
        folder.previous_keyslots.write_bytes(made)
        folder.keyslots.write_bytes(made[:100])
        keyslots = Keyslots.read(folder)
        folder.keyslots.unlink()
        folder.keyslots.mkdir()  # nothing can be put in its place
        with pytest.raises(VaultError):
            keyslots.write(folder)
        assert folder.previous_keyslots.read_bytes() == made

    def test_a_full_disk_leaves_the_file_as_it_was(self, tmp_path: Path, made: bytes) -> None:
        with small_disk(tmp_path / "disk", kilobytes=64) as disk:
            folder = VaultFolder(disk)
            folder.keyslots.write_bytes(made)
            keyslots = Keyslots.read(folder)
            keyslots.add("a1", "Áine", "a new passphrase", KEY)
            for left in (0, 4_096):  # no room for the file before, and then for it but not for the new one
                fill(disk, leave=left)
                with pytest.raises(DiskFullError) as refused:
                    keyslots.write(folder)
                assert refused.value.hint
                assert folder.keyslots.read_bytes() == made
            assert opens(Keyslots.read(folder), "Áine", PASSPHRASE)
            (disk / "filler").unlink()
            keyslots.write(folder)
            assert opens(Keyslots.read(folder), "Áine", "a new passphrase")

    def test_a_read_only_folder_leaves_the_file_as_it_was(
        self, folder: VaultFolder, made: bytes, keyslots: Keyslots
    ) -> None:
        folder.previous_keyslots.write_bytes(made)
        keyslots.add("a1", "Áine", "a new passphrase", KEY)
        with read_only(folder.path):
            with pytest.raises(VaultError, match="cannot be written") as refused:
                keyslots.write(folder)
            assert opens(Keyslots.read(folder), "Áine", PASSPHRASE)
        assert refused.value.hint
        assert folder.keyslots.read_bytes() == made

    def test_a_program_that_is_killed_while_it_writes_leaves_keyslots_that_open(
        self, folder: VaultFolder, keyslots: Keyslots, spawning: ForkServerContext
    ) -> None:
        sampling = random.Random(7)
        for kill in range(KILLS):
            mine, theirs = spawning.Pipe()
            child = spawning.Process(target=write_without_end, args=(folder.path, theirs), daemon=True)
            child.start()
            assert mine.poll(PATIENCE_S), "The child did not begin to write."
            time.sleep(sampling.uniform(0, 0.03))
            child.kill()
            child.join(PATIENCE_S)
            assert child.exitcode == -signal.SIGKILL
            keyslots = Keyslots.read(folder)
            assert {"a1", "recovery", "a3"} <= keyslots.account_ids()
            if kill % 6 == 0:
                assert opens(keyslots, "Áine", PASSPHRASE)
        assert opens(Keyslots.read(folder), None, RECOVERY_KEY, SlotKind.RECOVERY)


def write_without_end(path: Path, told: Connection) -> None:
    """Write keyslots with and without a second account, in turn."""
    folder = VaultFolder(path)
    short = Keyslots.read(folder)
    short.remove("a2")
    long = Keyslots.read(folder)
    long.add("a2", "Ruth", OTHER, KEY)
    told.send("writing")
    while True:
        short.write(folder)
        long.write(folder)


def test_the_least_cost_is_what_the_issue_of_a_vault_asks() -> None:
    assert asdict(LEAST_COST) == {"memory_kib": 65_536, "passes": 3, "lanes": 2}

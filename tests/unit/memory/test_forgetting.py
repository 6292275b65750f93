"""Forgetting a person: nothing of them is left in any table, page or backup, and the rest is as it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from medbot_desktop.domain import Person
from medbot_desktop.errors import DiskFullError, PermissionRefusedError, VaultError
from medbot_desktop.memory.conversations import ConversationStore
from medbot_desktop.memory.forgetting import Forgetting
from medbot_desktop.memory.people import People
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.audit import AuditTrail
from medbot_desktop.vault.backup import Backups
from medbot_desktop.vault.backup_file import unpack
from medbot_desktop.vault.erasing import empty_log
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.keyslots import LEAST_COST
from medbot_desktop.vault.opening import OpenedVault, create_vault
from medbot_desktop.vault.preferences import BackupPlan, ClinicSettings, Preferences
from medbot_desktop.vault.schema import Base
from medbot_desktop.vault.trail import Action
from medbot_desktop.vault.vault import Vault
from tests.disks import fill, small_disk
from tests.unit.memory.raw_pages import readable
from tests.unit.memory.turns import EVA, answer, full_text_is_whole, said

NAME = "Wilhelmina Oxenstierna"
PHRASE = "QZVORTLAK swelling"
TRACES = {
    "the name": b"Oxenstierna",
    "the name as it is compared": b"oxenstierna",
    "what was said": b"QZVORTLAK",
    "the word in the full text": b"zvortlak",
}


@pytest.fixture
def wilhelmina(people: People) -> Person:
    return people.add(NAME)


@pytest.fixture
def forgetting(vault: Vault, access: Access) -> Forgetting:
    return Forgetting(vault, access)


class Clinic:
    """A vault on a disk with the person in it, among others."""

    def __init__(self, folder: Path) -> None:
        self.opened: OpenedVault = create_vault(VaultFolder(folder), "admin", "correct horse battery", LEAST_COST)[0]
        vault, access = self.opened.vault, self.opened.access
        self.people, self.store = People(vault, access), ConversationStore(vault, access)
        self.preferences = Preferences(vault, access)
        self.backups = Backups(self.opened, self.preferences)
        self.forgetting = Forgetting(vault, access, self.backups, self.opened.folder)
        self.person = self.people.add(NAME)
        said(self.store, *(f"another question {number} about a cough" for number in range(30)))
        self.about = said(self.store, f"{NAME} has a {PHRASE}", person_id=self.person.id)
        self.store.record(self.about, answer("again", text=f"{PHRASE} of {NAME}"))
        said(self.store, "one more")

    def traces(self) -> set[str]:
        """What of the person can be read in the files, with the key."""
        content = readable(self.opened.folder.database, self.opened.key)
        return {what for what, found in TRACES.items() if found in content}

    def traces_in_backup(self, file: Path, scratch: Path) -> set[str]:
        """What of the person can be read in a backup, with the key."""
        scratch.unlink(missing_ok=True)
        unpack(file, scratch, lambda _count: None)
        content = readable(scratch, self.opened.key)
        return {what for what, found in TRACES.items() if found in content}


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    made = Clinic(tmp_path / "vault")
    yield made
    made.opened.close()


def test_nothing_of_a_person_is_left_in_any_page_of_the_files(clinic: Clinic) -> None:
    assert clinic.traces() == set(TRACES)
    erasure = clinic.forgetting.forget(clinic.person)
    assert clinic.traces() == set()
    assert (erasure.conversations, erasure.messages, erasure.compacted) == (1, 4, True)
    assert b"another question" in readable(clinic.opened.folder.database, clinic.opened.key)
    assert full_text_is_whole(clinic.opened.vault)


def test_nothing_of_a_person_is_left_in_any_backup(clinic: Clinic, tmp_path: Path) -> None:
    files = [clinic.backups.make().file for _ in range(2)]
    assert all(clinic.traces_in_backup(file, tmp_path / "copy.db") == set(TRACES) for file in files)
    erasure = clinic.forgetting.forget(clinic.person)
    assert set(erasure.backups) == {file.name for file in files}
    assert erasure.not_reached == ()
    assert all(clinic.traces_in_backup(file, tmp_path / "copy.db") == set() for file in files)
    assert all(clinic.backups.verify(file).fault == "" for file in files)


def test_the_vaults_own_backups_are_reached_where_new_ones_go_elsewhere(clinic: Clinic, tmp_path: Path) -> None:
    own = clinic.backups.make().file
    drive = tmp_path / "drive"
    drive.mkdir()
    clinic.preferences.change(ClinicSettings(backup=BackupPlan(folder=str(drive))))
    there = clinic.backups.make().file
    assert set(clinic.forgetting.forget(clinic.person).backups) == {own.name, there.name}


def test_a_damaged_backup_is_named_and_the_person_erased_all_the_same(clinic: Clinic) -> None:
    whole, broken = clinic.backups.make().file, clinic.backups.make().file
    broken.write_bytes(broken.read_bytes()[:-500])
    erasure = clinic.forgetting.forget(clinic.person)
    assert (erasure.backups, erasure.not_reached) == ((whole.name,), (broken.name,))
    assert clinic.traces() == set()


def test_a_drive_that_is_not_plugged_in_is_named(clinic: Clinic, tmp_path: Path) -> None:
    clinic.preferences.change(ClinicSettings(backup=BackupPlan(folder=str(tmp_path / "drive"))))
    assert clinic.forgetting.preview(clinic.person).not_reached == ("drive",)
    assert clinic.forgetting.forget(clinic.person).not_reached == ("drive",)


def test_a_vault_that_a_restore_has_set_aside_is_named(clinic: Clinic) -> None:
    aside = clinic.opened.folder.path.with_name("vault.before-2026-01-01T12-00-00Z")
    aside.mkdir()
    assert clinic.forgetting.forget(clinic.person).not_reached == (aside.name,)


def test_without_room_to_rewrite_the_file_its_free_pages_hold_nothing_either(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 4_000) as disk:
        clinic = Clinic(disk / "vault")
        empty_log(clinic.opened.vault)
        fill(disk, leave=200_000)
        erasure = clinic.forgetting.forget(clinic.person)
        assert not erasure.compacted
        assert clinic.traces() == set()
        clinic.opened.close()


def test_a_disk_without_any_room_leaves_the_person_whole(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 4_000) as disk:
        clinic = Clinic(disk / "vault")
        fill(disk)
        with pytest.raises(DiskFullError, match="no room left"):
            clinic.forgetting.forget(clinic.person)
        assert clinic.people.list() == [clinic.person]
        assert len(clinic.store.messages(clinic.about)) == 4
        (disk / "filler").unlink()
        assert full_text_is_whole(clinic.opened.vault)
        clinic.opened.close()


def test_the_trail_keeps_counts_and_no_name(clinic: Clinic) -> None:
    clinic.backups.make()
    clinic.forgetting.forget(clinic.person)
    trail = AuditTrail(clinic.opened.vault, clinic.opened.access)
    [entry] = trail.entries(action=Action.ERASED)
    assert (entry.kind, entry.record) == ("person", clinic.person.id)
    counts = {"conversations": 1, "messages": 4, "citations": 2, "backups": 1, "not_reached": 0}
    assert entry.details == counts
    assert trail.verify().ok


def test_a_preview_tells_what_forgetting_does_and_changes_nothing(clinic: Clinic) -> None:
    clinic.backups.make()
    before = clinic.store.list()
    preview = clinic.forgetting.preview(clinic.person)
    assert clinic.store.list() == before
    assert clinic.forgetting.forget(clinic.person) == preview


def test_what_was_deleted_is_erased_too(store: ConversationStore, wilhelmina: Person, forgetting: Forgetting) -> None:
    store.delete(said(store, "something", person_id=wilhelmina.id))
    assert forgetting.forget(wilhelmina).conversations == 1
    assert store.list(deleted=True) == []


def test_others_of_the_same_name_stay(
    store: ConversationStore, people: People, wilhelmina: Person, forgetting: Forgetting
) -> None:
    other = people.add(NAME)
    talk = said(store, f"{NAME} again", person_id=other.id)
    erasure = forgetting.forget(wilhelmina)
    assert people.list() == [other]
    assert erasure.mentions == (talk,)


@pytest.mark.parametrize(
    ("name", "sentence", "is_mention"),
    [
        (NAME, f"please call {NAME} back", True),
        (NAME, "please call WILHELMINA\noxenstierna back", True),
        (NAME, "please call Wilhelmina back", False),
        (NAME, "Wilhelmina and Oxenstierna", False),
        ("Ann Lee", "Ann Leeds called", False),
        ("Ann Lee", "Joann Lee called", False),
        ("Ann Lee", "is (Ann Lee)?", True),
        ("Élodie Ñáñez", "ÉLODIE ÑÁÑEZ rang", True),
        ("王小明", "昨天王小明头疼", True),
        ("王小明", "昨天小明头疼", False),
        ("O'Brien", "Mrs O'Brien rang", True),
        ("50% Pure_", "she is 50% Pure_ today", True),
        ("50% Pure_", "she is 50 or Purest today", False),
    ],
)
def test_the_full_name_in_other_conversations_is_reported_not_erased(
    store: ConversationStore, people: People, forgetting: Forgetting, name: str, sentence: str, is_mention: bool
) -> None:
    person = people.add(name)
    talk = said(store, "first", sentence)
    assert forgetting.forget(person).mentions == ((talk,) if is_mention else ())
    assert len(store.messages(talk)) == 4


def test_a_name_in_the_title_of_another_conversation_is_reported(
    store: ConversationStore, wilhelmina: Person, forgetting: Forgetting
) -> None:
    talk = said(store, "first")
    store.rename(talk, f"The sister of {NAME}")
    assert forgetting.preview(wilhelmina).mentions == (talk,)


def test_only_an_administrator_erases(vault: Vault, store: ConversationStore, wilhelmina: Person) -> None:
    clinician = Forgetting(vault, Access(vault, EVA))
    for act in (clinician.preview, clinician.forget):
        with pytest.raises(PermissionRefusedError, match="may not erase"):
            act(wilhelmina)
    with pytest.raises(PermissionRefusedError):
        clinician.erase_conversation(said(store, "first"))


def test_a_person_who_is_gone_is_a_clear_error(wilhelmina: Person, forgetting: Forgetting) -> None:
    forgetting.forget(wilhelmina)
    with pytest.raises(VaultError, match="not in the vault any more"):
        forgetting.forget(wilhelmina)


def test_one_conversation_is_erased_for_good(clinic: Clinic) -> None:
    clinic.forgetting.erase_conversation(clinic.about)
    content = readable(clinic.opened.folder.database, clinic.opened.key)
    assert TRACES["what was said"] not in content
    assert TRACES["the word in the full text"] not in content
    assert clinic.people.list() == [clinic.person]
    with pytest.raises(VaultError, match="not in the vault any more"):
        clinic.forgetting.erase_conversation(clinic.about)


def test_every_table_that_knows_a_person_lets_go_of_them(vault: Vault) -> None:
    """Whoever adds a table that refers to people has to say that it goes with them."""
    with vault.transaction() as session:
        tables = inspect(session.connection())
        for table in Base.metadata.tables:
            for key in tables.get_foreign_keys(table):
                if key["referred_table"] in ("people", "conversations", "messages"):
                    assert key["options"]["ondelete"] == "CASCADE", table
            if table != "conversations":
                assert "person_id" not in {column["name"] for column in tables.get_columns(table)}


def test_the_demo_in_memory_forgets_too(
    vault: Vault, store: ConversationStore, wilhelmina: Person, forgetting: Forgetting
) -> None:
    said(store, "first", person_id=wilhelmina.id)
    erasure = forgetting.forget(wilhelmina)
    assert (erasure.conversations, erasure.backups) == (1, ())
    with vault.transaction() as session:
        assert session.execute(text("SELECT count(*) FROM messages")).scalar() == 0

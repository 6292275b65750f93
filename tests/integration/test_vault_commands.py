"""The vault at the command line, by the real program: a clinic's whole way with it, and whatever goes wrong on it."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from medbot_desktop.inference.store import ModelStore
from medbot_desktop.memory.conversations import ConversationStore
from medbot_desktop.vault.accounts import Accounts
from medbot_desktop.vault.attempts import Attempts
from medbot_desktop.vault.backup import Backups
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.keyslots import LEAST_COST, Keyslots, SlotKind
from medbot_desktop.vault.opening import Credentials, create_vault, open_vault
from medbot_desktop.vault.preferences import Preferences
from medbot_desktop.vault.roles import Role
from tests.disks import fill, read_only, small_disk
from tests.integration.real_medbot import PASSPHRASE, AtTerminal, Medbot
from tests.keyrings import KeyringInMemory

OTHERS = "another long passphrase"
PERSON = "Wilhelmina Thistlewood"
QUESTION = "how do I treat a sore throat"


@pytest.fixture
def terminal(medbot: Medbot) -> Iterator[Callable[..., AtTerminal]]:
    """Starts commands at a terminal."""
    if not hasattr(os, "login_tty"):
        pytest.skip("this system has no terminals that a program can make")
    started: list[AtTerminal] = []

    def start(*arguments: str) -> AtTerminal:
        started.append(AtTerminal(medbot, *arguments))
        return started[-1]

    yield start
    for at_terminal in started:
        at_terminal.stop()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A home folder with a vault, for the tests to copy, and the vault's recovery key."""
    home = tmp_path_factory.mktemp("made")
    opened, recovery_key = create_vault(VaultFolder(home / "vault"), "admin", PASSPHRASE, LEAST_COST)
    Accounts(opened).add("desk", Role.FRONT_DESK, OTHERS)
    opened.close()
    return home, recovery_key


@pytest.fixture
def medbot(made: tuple[Path, str], tmp_path: Path) -> Medbot:
    """The program on a copy of the vault."""
    return Medbot(Path(shutil.copytree(made[0], tmp_path / "home")))


@pytest.fixture
def drive(tmp_path: Path) -> Path:
    """A folder for backups."""
    (tmp_path / "drive").mkdir()
    return tmp_path / "drive"


def written(folder: Path, secret: str) -> str:
    file = folder / "passphrase.txt"
    file.write_text(secret + "\n", encoding="utf-8")
    return str(file)


def assert_nothing_lost(medbot: Medbot) -> None:
    """The vault opens as it was made."""
    with medbot.opened() as opened:
        assert {line.account.name for line in Accounts(opened).list()} == {"admin", "desk"}


@pytest.mark.slow
def test_a_clinics_whole_way_with_its_vault(models: ModelStore, medbot: Medbot, drive: Path, tmp_path: Path) -> None:
    medbot.output("vault", "people", "add", PERSON, "--born", "1950-02-03")
    talked = medbot.run("chat", "--person", PERSON, "--json", typed=f"{QUESTION}\n")
    assert json.loads(talked.stdout)["sources"]
    kept = talked.stderr.partition("--resume ")[2].partition("`")[0]
    assert json.loads(medbot.output("ask", "what helps a fever", "--json"))["answer"]
    assert f"You, {time.strftime('%Y')}" in (resumed := medbot.output("chat", "--resume", kept))
    assert QUESTION in resumed
    added = json.loads(medbot.output("vault", "accounts", "add", "Eva", "--role", "clinician", "--json"))
    backup = json.loads(medbot.output("vault", "backup", "--to", str(drive), "--json"))
    assert json.loads(medbot.output("vault", "verify", "--json"))["ok"]

    second = Medbot(tmp_path / "second")
    assert json.loads(second.output("vault", "restore", backup["file"], "--json"))["set_aside"] is None
    with second.opened() as opened:
        conversations = ConversationStore(opened.vault, opened.access)
        assert conversations.messages(kept)[0].text == QUESTION
        assert len(conversations.list()) == 2

    would = json.loads(medbot.output("vault", "forget", PERSON, "--dry-run", "--json"))
    erased = json.loads(medbot.output("vault", "forget", PERSON, "--json"))
    assert (would.pop("dry_run"), erased.pop("dry_run")) == (True, False)
    assert (erased["conversations"], erased["messages"]) == (would["conversations"], would["messages"]) == (1, 2)
    assert json.loads(medbot.output("vault", "audit", "verify", "--json"))["ok"]
    medbot.output("vault", "audit", "export", str(tmp_path / "trail.jsonl"))
    trail = [json.loads(line) for line in (tmp_path / "trail.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {"vault_created", "opened", "account_added", "backed_up", "erased"} <= {entry["action"] for entry in trail}
    rekeyed = json.loads(medbot.output("vault", "rekey", "--json"))
    assert set(rekeyed["one_time_passphrases"]) == {"desk", added["name"]}
    with medbot.opened() as opened:
        assert len(ConversationStore(opened.vault, opened.access).list()) == 1
    assert (medbot.home / "logs").is_dir()


def test_without_a_vault_a_chat_says_that_nothing_is_kept_and_keeps_nothing(models: ModelStore, medbot: Medbot) -> None:
    shutil.rmtree(medbot.home)
    ended = medbot.run("chat", passphrase=None)
    assert (ended.returncode, ended.stderr.count("\n")) == (0, 1)
    assert ended.stderr.startswith("Nothing of this is kept. `medbot vault create` makes")
    assert not medbot.home.exists()


def test_a_vault_is_made_at_a_terminal_with_every_mistake_told(
    tmp_path: Path, drive: Path, terminal: Callable[..., AtTerminal], medbot: Medbot
) -> None:
    shutil.rmtree(medbot.home)
    person = terminal("vault", "create")
    person.answer("Name of the administrator's account [admin]: ", "recovery key")
    person.read_until("That name belongs to the recovery key. Choose another name.")
    person.answer("account [admin]: ", "")
    person.answer("Passphrase, four or more words: ", "short")
    person.answer("The same again: ", "short")
    person.read_until("A passphrase needs at least 8 characters.")
    person.answer("Passphrase, four or more words: ", PASSPHRASE)
    person.answer("The same again: ", PASSPHRASE + "s")
    person.read_until("The two passphrases are not the same.")
    person.answer("Passphrase, four or more words: ", "верная лошадь батарея скоба")
    person.answer("The same again: ", "верная лошадь батарея скоба")
    person.read_until("as written down: ")
    [key] = [line.strip() for line in person.seen.splitlines() if line.strip().count("-") == 6]
    first = int(person.seen.rpartition("Group ")[2].partition(" ")[0])
    person.answer("as written down: ", "00000")
    person.answer("Group ", key.split("-")[0])
    person.read_until(f"Group {first} is not as the recovery key shows it.")
    person.answer("as written down: ", key.split("-")[first - 1])
    person.read_until(": ")
    second = int(person.seen.rpartition("Group ")[2].partition(":")[0])
    person.answer(": ", key.split("-")[second - 1].lower())
    person.answer("empty for the vault's own: ", str(drive / "missing"))
    person.answer("empty for the vault's own: ", str(drive))
    assert person.end() == 0
    assert PASSPHRASE not in person.seen
    for credentials in (Credentials("admin", "верная лошадь батарея скоба"), Credentials(None, key, SlotKind.RECOVERY)):
        open_vault(medbot.vault, credentials).close()


def test_ctrl_c_at_the_prompt_for_the_passphrase_ends_without_a_traceback(
    terminal: Callable[..., AtTerminal], medbot: Medbot
) -> None:
    person = terminal("vault", "accounts")
    person.answer("Account [admin]: ", "admin")
    person.read_until("Passphrase: ")
    person.press_ctrl_c()
    assert person.end() == 1
    assert "Aborted." in person.seen
    assert "Traceback" not in person.seen
    assert not medbot.vault.attempts.exists()
    assert_nothing_lost(medbot)


def test_what_cannot_be_taken_back_is_asked_for_at_a_terminal(
    terminal: Callable[..., AtTerminal], medbot: Medbot
) -> None:
    person = terminal("vault", "accounts", "remove", "desk")
    person.answer("Account [admin]: ", "")
    person.answer("Passphrase: ", PASSPHRASE)
    person.answer("Remove the account desk? [y/N]: ", "")
    assert person.end() == 1
    assert "Nothing was changed." in person.seen
    assert PASSPHRASE not in person.seen
    assert_nothing_lost(medbot)


def test_without_a_terminal_a_passphrase_must_come_from_somewhere(medbot: Medbot) -> None:
    assert "--passphrase-file or MEDBOT_PASSPHRASE" in medbot.refusal("ask", QUESTION, passphrase=None)


@pytest.mark.slow
def test_wrong_passphrases_are_slowed_down_from_one_start_to_the_next_but_not_the_recovery_key(
    medbot: Medbot, made: tuple[Path, str], tmp_path: Path
) -> None:
    for wrong in ("wrong horse battery staple", "", "x" * 10_000, "верная лошадь батарея скоба", "正しい馬の電池🔑"):
        sign_in = ("--passphrase-file", written(tmp_path, wrong))
        assert "passphrase" in medbot.refusal("vault", "accounts", *sign_in)
    attempts = Attempts(medbot.vault)
    for _ in range(3):  # as many more as make the wait longer than a slow start
        attempts.begin(Keyslots.read(medbot.vault).slot_id("admin", SlotKind.PASSPHRASE))
    assert medbot.refusal("vault", "accounts").startswith("Too many wrong passphrases were tried. The next try is ")
    open_vault(medbot.vault, Credentials(None, made[1], SlotKind.RECOVERY)).close()


def foreign(folder: VaultFolder) -> None:
    other = VaultFolder(folder.path.parent / "other")
    create_vault(other, "admin", PASSPHRASE, LEAST_COST)[0].close()
    shutil.copy(other.keyslots, folder.keyslots)


def edited(folder: VaultFolder) -> None:
    content = folder.keyslots.read_text(encoding="utf-8")
    folder.keyslots.write_text(content.replace('"passes": 3', '"passes": 1'), encoding="utf-8")


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda folder: folder.keyslots.unlink(), "The keyslot file of the vault is missing."),
        (lambda folder: os.truncate(folder.keyslots, 300), "The keyslot file of the vault is damaged or was edited."),
        (edited, "The keyslot file of the vault is damaged or was edited."),
        (foreign, "The keyslot file belongs to another vault than the database beside it."),
    ],
    ids=["missing", "truncated", "edited", "foreign"],
)
def test_keyslots_that_are_not_this_vaults_are_told_and_nothing_is_lost(
    medbot: Medbot, damage: Callable[[VaultFolder], None], sentence: str
) -> None:
    right = medbot.vault.keyslots.read_bytes()
    damage(medbot.vault)
    assert medbot.refusal("vault", "accounts").startswith(sentence)
    medbot.vault.keyslots.write_bytes(right)
    assert_nothing_lost(medbot)


@pytest.mark.parametrize("at", [100, 40_000])
def test_flipped_bytes_in_the_database_are_told_and_a_backup_brings_all_back(
    medbot: Medbot, drive: Path, at: int
) -> None:
    with medbot.opened() as opened:
        backup = Backups(opened, Preferences(opened.vault, opened.access)).make(drive).file
    content = bytearray(medbot.vault.database.read_bytes())
    content[at : at + 10] = bytes(byte ^ 0xFF for byte in content[at : at + 10])
    medbot.vault.database.write_bytes(content)
    ended = medbot.run("vault", "verify")
    assert ended.returncode == 1
    assert "`medbot vault restore`" in ended.stderr
    assert "inside MedBot" not in ended.stderr
    medbot.output("vault", "restore", str(backup))
    assert_nothing_lost(medbot)


def test_a_vault_that_another_program_holds_is_told(medbot: Medbot) -> None:
    with medbot.opened():
        assert medbot.refusal("vault", "accounts").startswith("Another MedBot has this vault open.")


def test_a_vault_of_a_newer_version_is_left_as_it_is(medbot: Medbot) -> None:
    with medbot.opened() as opened, opened.vault.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = medbot.vault.database.read_bytes()
    assert medbot.refusal("vault", "accounts").startswith("This vault was last used by a newer version of MedBot")
    assert medbot.vault.database.read_bytes() == before


def test_the_backup_of_another_vault_takes_this_ones_place_only_if_that_is_said(medbot: Medbot, drive: Path) -> None:
    opened, _ = create_vault(VaultFolder(drive / "other"), "admin", PASSPHRASE, LEAST_COST)
    backup = Backups(opened, Preferences(opened.vault, opened.access)).make(drive).file
    opened.close()
    assert medbot.refusal("vault", "restore", str(backup)).startswith("This backup is of another vault than the one")
    assert_nothing_lost(medbot)
    restored = json.loads(medbot.output("vault", "restore", str(backup), "--other-vault", "--json"))
    assert VaultFolder(Path(restored["set_aside"])).exists()


def test_a_backup_that_was_cut_short_changes_nothing(medbot: Medbot, drive: Path) -> None:
    with medbot.opened() as opened:
        backup = Backups(opened, Preferences(opened.vault, opened.access)).make(drive).file
    os.truncate(backup, backup.stat().st_size // 2)
    assert "is damaged or was cut short" in medbot.refusal("vault", "restore", str(backup))
    assert_nothing_lost(medbot)


def test_a_backup_to_a_disk_that_cannot_be_written_is_told(medbot: Medbot, drive: Path) -> None:
    with read_only(drive):
        medbot.refusal("vault", "backup", "--to", str(drive))
    assert list(drive.iterdir()) == []
    assert_nothing_lost(medbot)


def test_a_backup_to_a_full_disk_is_told_and_leaves_nothing_there(medbot: Medbot, tmp_path: Path) -> None:
    with small_disk(tmp_path / "full", kilobytes=1_000) as full:
        fill(full, leave=50_000)
        assert medbot.refusal("vault", "backup", "--to", str(full)).startswith("There is no room left for the backup.")
        assert [file.name for file in full.iterdir()] == ["filler"]
    assert_nothing_lost(medbot)


def test_the_front_desk_may_not_copy_the_trail(medbot: Medbot, tmp_path: Path) -> None:
    sign_in = ("--account", "desk", "--passphrase-file", written(tmp_path, OTHERS))
    file = tmp_path / "trail.jsonl"
    refusal = medbot.refusal("vault", "audit", "export", str(file), *sign_in)
    assert refusal.startswith("An account with the role front desk may not read the audit trail.")
    assert not file.exists()


def test_a_kiosk_does_nothing_at_the_command_line_even_with_its_own_key(
    medbot: Medbot, system_keyring: KeyringInMemory
) -> None:
    with medbot.opened() as opened:
        Accounts(opened).add_kiosk()
    [secret] = system_keyring.kept.values()
    medbot.refusal("vault", "people", "--account", "kiosk", passphrase=secret)

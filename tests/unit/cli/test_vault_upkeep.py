"""`medbot vault backup`, `restore`, `verify`, `retention` and `rekey`: what each says, and leaves behind."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from medbot_desktop.memory.people import People
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.keyslots import SlotKind
from medbot_desktop.vault.opening import open_vault
from medbot_desktop.vault.preferences import ClinicSettings, Preferences, RetentionRules
from medbot_desktop.vault.schema import ConversationRow
from tests.unit.cli.test_ask import Medbot
from tests.unit.cli.vault_commands import (
    ADMIN,
    OTHERS,
    PASSPHRASE,
    PERSON,
    Made,
    change_the_trail,
    opens,
    refused,
    said,
    written,
)


def test_backup_makes_one_and_lists_it(medbot: Medbot, home: Path, tmp_path: Path) -> None:
    assert "was checked by opening it" in said(medbot("backup"))
    (tmp_path / "drive").mkdir()
    [made] = medbot("backup", "--to", str(tmp_path / "drive"), "--json").objects
    assert Path(made["file"]).parent == tmp_path / "drive"
    assert made["state"] == "sound"
    assert medbot("backup", "--list", "--to", str(tmp_path / "drive"), "--json").objects[0]["file"] == made["file"]
    assert "on demand" in said(medbot("backup", "--list"))


def test_backup_to_a_folder_that_is_not_there_is_refused(medbot: Medbot, home: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    for place in ("missing", "file", "a" * 300):
        refused(medbot("backup", "--to", str(tmp_path / place)))


def test_restore_into_an_empty_home_brings_everything_back(medbot: Medbot, home: Path, tmp_path: Path) -> None:
    (tmp_path / "drive").mkdir()
    [backup] = medbot("backup", "--to", str(tmp_path / "drive"), "--json").objects
    shutil.rmtree(home)
    [restored] = medbot("restore", backup["file"], "--json").objects
    assert (restored["folder"], restored["set_aside"]) == (str(home / "vault"), None)
    assert medbot("people", "--json").objects[0]["name"] == PERSON


def test_restore_keeps_the_vault_that_is_here_beside_it(medbot: Medbot, home: Path, made: Made, tmp_path: Path) -> None:
    [backup] = medbot("backup", "--json").objects
    said(medbot("people", "add", "Jon Ash"))
    key = ("--recovery-key-file", written(tmp_path, made.recovery_key, "key.txt"))
    shown = said(medbot("restore", backup["file"], *key))
    [aside] = [line for line in shown.splitlines() if line.startswith("What was there is kept in ")]
    assert len(medbot("people", "--json").objects) == 1
    kept = open_vault(VaultFolder(Path(aside.removeprefix("What was there is kept in ").rstrip("."))), ADMIN)
    assert len(People(kept.vault, kept.access).list()) == 2
    kept.close()


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 cut short", b"%PDF-1.7"])
def test_restore_of_what_is_no_backup_changes_nothing(
    medbot: Medbot, home: Path, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "some.medbot-backup"
    if content is not None:
        file.write_bytes(content)
    assert "some.medbot-backup" in refused(medbot("restore", str(file)))
    assert len(medbot("people", "--json").objects) == 1


def test_verify_says_that_all_is_whole(medbot: Medbot, home: Path) -> None:
    assert said(medbot("verify")).startswith("The vault is whole: ")
    [report] = medbot("verify", "--json").objects
    assert (report["ok"], report["faults"]) == (True, [])
    assert report["pages"] > 10


def test_verify_names_a_fault_and_fails(medbot: Medbot, home: Path) -> None:
    change_the_trail(home)
    ended = medbot("verify", "--json")
    assert ended.status == 1
    assert not ended.objects[0]["ok"]
    assert "restore the latest backup" in ended.err
    assert medbot("verify").out.splitlines() == ended.objects[0]["faults"]


def test_retention_erases_what_is_older_than_the_rules_keep(medbot: Medbot, home: Path, made: Made) -> None:
    opened = opens(home, "admin", PASSPHRASE)
    Preferences(opened.vault, opened.access).change(ClinicSettings(retention=RetentionRules(conversations_days=30)))
    with opened.vault.transaction() as session:
        row = session.get_one(ConversationRow, made.conversation_id)
        row.updated = (datetime.now(UTC) - timedelta(days=40)).replace(tzinfo=None)
    opened.close()
    assert "Would erase 1 conversation of the staff with no message for 30 days." in said(
        medbot("retention", "--dry-run")
    )
    [report] = medbot("retention", "--json").objects
    assert (report["dry_run"], report["conversations"]) == (False, 1)
    assert {rule["kind"] for rule in report["rules"]} >= {"kiosk", "deleted"}
    assert "Erased 0 conversations of the staff" in said(medbot("retention"))


def test_rekey_changes_every_key_and_gives_others_one_time_passphrases(
    medbot: Medbot, home: Path, tmp_path: Path
) -> None:
    [rekeyed] = medbot("rekey", "--json").objects
    assert set(rekeyed["one_time_passphrases"]) == {"desk", "eva"}
    assert rekeyed["dropped"] == []
    opens(home, "eva", rekeyed["one_time_passphrases"]["eva"]).close()
    opens(home, None, rekeyed["recovery_key"], SlotKind.RECOVERY).close()
    refused(medbot("people", "--account", "eva", "--passphrase-file", written(tmp_path, OTHERS)))
    assert "The one-time passphrase of desk: " in said(medbot("rekey"))
    said(medbot("verify"))

"""`medbot vault audit`: who did what is shown, checked and copied."""

from __future__ import annotations

import json
from pathlib import Path

from tests.unit.cli.test_ask import Medbot
from tests.unit.cli.vault_commands import PERSON, change_the_trail, refused, said


def test_audit_shows_the_newest_entries_first(medbot: Medbot, home: Path) -> None:
    entries = medbot("audit", "--limit", "2", "--json").objects
    assert entries[0]["action"] == "opened"
    assert entries[0]["seq"] == entries[1]["seq"] + 1
    assert set(entries[0]) == {"seq", "at", "account", "action", "kind", "record", "details", "hash"}
    [older] = medbot("audit", "list", "--before", "2", "--json").objects
    assert (older["seq"], older["action"]) == (1, "vault_created")
    added = medbot("audit", "--action", "account_added", "--json").objects
    assert [entry["details"]["role"] for entry in added] == ["front_desk", "clinician"]
    assert "account added, account" in said(medbot("audit"))


def test_audit_verify_says_that_the_trail_is_whole(medbot: Medbot, home: Path) -> None:
    assert said(medbot("audit", "verify")).startswith("The audit trail is whole: ")
    assert medbot("audit", "verify", "--json").objects[0]["ok"]


def test_audit_verify_names_an_entry_that_was_changed(medbot: Medbot, home: Path) -> None:
    change_the_trail(home)
    ended = medbot("audit", "verify")
    assert ended.status == 1
    assert "1" in ended.out
    assert ended.err.startswith("The audit trail is broken at 1 place.")
    [report] = medbot("audit", "verify", "--json").objects
    assert [fault["seq"] for fault in report["faults"]] == [1]


def test_audit_export_writes_every_entry_oldest_first(medbot: Medbot, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "trail.jsonl"
    [exported] = medbot("audit", "export", str(file), "--json").objects
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert exported == {"file": str(file), "entries": len(lines)}
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert PERSON not in file.read_text(encoding="utf-8")
    assert "There is a file of that name already." in refused(medbot("audit", "export", str(file)))
    assert "which anybody can read who gets it" in said(medbot("audit", "export", str(tmp_path / "second.jsonl")))


def test_audit_export_to_where_no_file_can_be_is_refused(medbot: Medbot, home: Path, tmp_path: Path) -> None:
    for place in ("missing/trail.jsonl", "a" * 300):
        assert "inside MedBot" not in refused(medbot("audit", "export", str(tmp_path / place)))

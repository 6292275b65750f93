"""The vault at the command line: making it, signing in, changing a passphrase, and what all its commands share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from medbot_desktop.cli.vault import app
from medbot_desktop.vault.keyslots import SlotKind
from tests.unit.cli.test_ask import Medbot
from tests.unit.cli.vault_commands import NEW, OTHERS, PASSPHRASE, PERSON, Made, opens, refused, said, written


def commands(group: typer.Typer, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for command in group.registered_commands:
        assert command.callback is not None
        yield (*before, command.name or command.callback.__name__)
    for inner in group.registered_groups:
        assert inner.typer_instance is not None
        yield from commands(inner.typer_instance, (*before, str(inner.name)))


@pytest.mark.parametrize("command", list(commands(app)), ids=" ".join)
def test_every_command_says_what_it_is_for_and_can_print_json(medbot: Medbot, command: tuple[str, ...]) -> None:
    ended = medbot(*command, "--help")
    assert ended.status == 0
    assert all(option in ended.out for option in ("--json", "--account", "--passphrase-file"))


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("nothing",),
        ("accounts", "add", "sam"),
        ("accounts", "add", "sam", "--role", "chief"),
        ("accounts", "role", "eva"),
        ("people", "add", PERSON, "--born", "yesterday"),
        ("audit", "--limit", "0"),
        ("audit", "--action", "slept"),
        ("forget",),
        ("restore",),
    ],
    ids=" ".join,
)
def test_bad_usage_has_the_status_of_bad_usage(medbot: Medbot, home: Path, arguments: tuple[str, ...]) -> None:
    assert medbot(*arguments).status == 2


def test_create_makes_the_account_admin_and_gives_the_recovery_key(medbot: Medbot, tmp_path: Path) -> None:
    [made] = medbot("create", "--json").objects
    assert made["folder"] == str(tmp_path / "home" / "vault")
    assert made["account"] == "admin"
    opens(tmp_path / "home", "admin", PASSPHRASE).close()
    opens(tmp_path / "home", None, made["recovery_key"], SlotKind.RECOVERY).close()


def test_create_names_another_account_and_shows_the_recovery_key_once(medbot: Medbot, tmp_path: Path) -> None:
    shown = said(medbot("create", "--account", "Dr  Ōwhiro"))
    assert "with the account Dr Ōwhiro." in shown
    assert shown.count("-") >= 6
    assert "is shown this once" in shown
    opens(tmp_path / "home", "dr ōwhiro", PASSPHRASE).close()


@pytest.mark.parametrize(
    ("passphrase", "sentence"),
    [
        ("", "A passphrase cannot be empty."),
        ("short", "A passphrase needs at least 8 characters."),
        ("x" * 100_001, "A passphrase has at most 100,000 characters."),
        ("with a bell\x07 in it", "That passphrase holds characters that cannot be typed."),
    ],
)
def test_create_refuses_a_passphrase_that_protects_nothing(
    medbot: Medbot, tmp_path: Path, passphrase: str, sentence: str
) -> None:
    file = written(tmp_path, passphrase)
    assert refused(medbot("create", "--passphrase-file", file)).startswith(sentence)
    assert not (tmp_path / "home" / "vault").exists()


@pytest.mark.parametrize("name", ["", "a" * 101, "recovery KEY", "a\u200bb"])
def test_create_refuses_a_name_that_cannot_be_an_account(medbot: Medbot, tmp_path: Path, name: str) -> None:
    refused(medbot("create", "--account", name))
    assert not (tmp_path / "home" / "vault").exists()


def test_create_without_a_passphrase_and_without_a_terminal_says_how_to_give_one(
    medbot: Medbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MEDBOT_PASSPHRASE")
    assert "--passphrase-file or MEDBOT_PASSPHRASE" in refused(medbot("create"))


def test_create_leaves_a_vault_that_is_there_as_it_is(medbot: Medbot, home: Path) -> None:
    assert "already" in refused(medbot("create"))
    opens(home, "eva", OTHERS).close()


def test_without_a_vault_every_command_names_the_one_that_makes_it(medbot: Medbot, tmp_path: Path) -> None:
    assert "`medbot vault create`" in refused(medbot("accounts"))
    assert not (tmp_path / "home" / "vault").exists()


def test_without_a_passphrase_and_without_a_terminal_a_command_says_how_to_give_one(
    medbot: Medbot, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MEDBOT_PASSPHRASE")
    assert "--passphrase-file or MEDBOT_PASSPHRASE" in refused(medbot("accounts"))


def test_the_file_of_the_passphrase_counts_before_the_environment(
    medbot: Medbot, home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MEDBOT_PASSPHRASE", "wrong in the environment")
    said(medbot("accounts", "--passphrase-file", written(tmp_path, PASSPHRASE)))


def test_a_file_of_the_passphrase_may_begin_with_a_mark_of_utf_8_and_end_its_line_as_windows_does(
    medbot: Medbot, home: Path, tmp_path: Path
) -> None:
    file = tmp_path / "passphrase.txt"
    file.write_bytes(b"\xef\xbb\xbf" + PASSPHRASE.encode() + b"\r\nsecond line\r\n")
    said(medbot("accounts", "--passphrase-file", str(file)))


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00", b"x" * (2 << 20)], ids=["missing", "no text", "too large"])
def test_a_file_of_the_passphrase_that_cannot_be_used_is_named(
    medbot: Medbot, home: Path, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "passphrase.txt"
    if content is not None:
        file.write_bytes(content)
    assert str(file) in refused(medbot("accounts", "--passphrase-file", str(file)))


def test_wrong_passphrases_before_are_told_beside_the_result(
    medbot: Medbot, home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = written(tmp_path, "not the passphrase")
    refused(medbot("accounts", "--passphrase-file", file))
    ended = medbot("accounts", "--json")
    assert ended.err == "A wrong passphrase was tried for this account since it was last opened.\n"
    assert len(ended.objects) == 3


def test_a_command_on_the_vault_starts_the_log(medbot: Medbot, home: Path) -> None:
    said(medbot("accounts"))
    assert (home / "logs").is_dir()


def test_passphrase_changes_ones_own(medbot: Medbot, home: Path, tmp_path: Path) -> None:
    new = ("--new-passphrase-file", written(tmp_path, NEW, "new.txt"))
    assert said(medbot("passphrase", *new)) == "The passphrase of admin was changed.\n"
    refused(medbot("accounts"))
    opens(home, "admin", NEW).close()


def test_passphrase_takes_the_new_one_from_the_environment(
    medbot: Medbot, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDBOT_NEW_PASSPHRASE", NEW)
    assert medbot("passphrase", "--json").objects == [{"account": "admin", "changed": True}]
    opens(home, "admin", NEW).close()


def test_passphrase_without_a_new_one_says_how_to_give_it(medbot: Medbot, home: Path) -> None:
    assert "--new-passphrase-file or MEDBOT_NEW_PASSPHRASE" in refused(medbot("passphrase"))


def test_passphrase_refuses_a_weak_new_one_and_keeps_the_old(medbot: Medbot, home: Path, tmp_path: Path) -> None:
    assert "at least 8 characters" in refused(
        medbot("passphrase", "--new-passphrase-file", written(tmp_path, "short", "new.txt"))
    )
    said(medbot("accounts"))


def test_the_recovery_key_sets_a_passphrase_without_the_old_one(
    medbot: Medbot, home: Path, made: Made, tmp_path: Path
) -> None:
    key = written(tmp_path, made.recovery_key.lower().replace("-", " "), "key.txt")
    new = ("--new-passphrase-file", written(tmp_path, NEW, "new.txt"))
    said(medbot("passphrase", "--recovery-key-file", key, "--account", "eva", *new))
    opens(home, "eva", NEW).close()
    said(medbot("passphrase", "--recovery-key-file", key, *new))
    opens(home, "admin", NEW).close()


def test_a_recovery_key_that_was_misspelt_is_told(medbot: Medbot, home: Path, made: Made, tmp_path: Path) -> None:
    misspelt = ("A" if made.recovery_key[0] != "A" else "B") + made.recovery_key[1:]
    for key in (misspelt, made.recovery_key[:-6], "not a key at all", ""):
        refused(medbot("passphrase", "--recovery-key-file", written(tmp_path, key, "key.txt")))


def test_recover_without_a_terminal_says_how_to_give_the_recovery_key(medbot: Medbot, home: Path) -> None:
    assert "--recovery-key-file" in refused(medbot("passphrase", "--recover"))


def test_an_account_with_a_one_time_passphrase_has_to_choose_its_own_first(
    medbot: Medbot, home: Path, tmp_path: Path
) -> None:
    [reset] = medbot("accounts", "reset", "eva", "--json").objects
    sign_in = ("--account", "eva", "--passphrase-file", written(tmp_path, reset["one_time_passphrase"]))
    assert "`medbot vault passphrase` changes it" in refused(medbot("people", *sign_in))
    said(medbot("passphrase", *sign_in, "--new-passphrase-file", written(tmp_path, NEW, "new.txt")))
    said(medbot("people", "--account", "eva", "--passphrase-file", written(tmp_path, NEW)))

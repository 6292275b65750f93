"""`medbot vault accounts`: who can open the vault, and who may do what with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from medbot_desktop.vault.keyslots import SlotKind
from tests.keyrings import KeyringInMemory
from tests.unit.cli.test_ask import Medbot
from tests.unit.cli.vault_commands import NEW, OTHERS, PERSON, Made, opens, refused, said, written


def test_accounts_lists_them_with_their_roles(medbot: Medbot, home: Path) -> None:
    lines = said(medbot("accounts")).splitlines()
    assert [line.split()[0] for line in lines] == ["Account", "admin", "desk", "eva"]
    assert "front desk" in lines[2]
    rows = medbot("accounts", "list", "--json").objects
    assert [(row["name"], row["role"], row["must_change"]) for row in rows] == [
        ("admin", "administrator", False),
        ("desk", "front_desk", False),
        ("eva", "clinician", False),
    ]
    assert rows[0]["last_opened"]
    assert rows[1]["last_opened"] is None


def test_accounts_add_shows_a_one_time_passphrase_once(medbot: Medbot, home: Path) -> None:
    [added] = medbot("accounts", "add", "Sam", "--role", "clinician", "--json").objects
    assert (added["name"], added["role"], added["must_change"]) == ("Sam", "clinician", True)
    opens(home, "sam", added["one_time_passphrase"]).close()
    assert "shown this once" in said(medbot("accounts", "add", "Kim", "--role", "front_desk"))
    assert "has to choose a passphrase" in said(medbot("accounts"))


def test_accounts_add_with_a_passphrase_makes_none(medbot: Medbot, home: Path, tmp_path: Path) -> None:
    chosen = ("--new-passphrase-file", written(tmp_path, NEW, "new.txt"))
    assert said(medbot("accounts", "add", "Sam", "--role", "administrator", *chosen)) == (
        "Added Sam with the role administrator.\n"
    )
    opens(home, "Sam", NEW).close()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("add", "EVA", "--role", "clinician"), "There is an account with that name already."),
        (("add", "Recovery key", "--role", "clinician"), "There is an account with that name already."),
        (("add", " ", "--role", "clinician"), "An account's name has 1 to 100 characters."),
        (("add", "booth", "--role", "kiosk"), "A kiosk signs in by itself"),
        (("role", "nobody", "clinician"), "There is no account with that name."),
        (("role", "admin", "clinician"), "A vault needs at least one administrator."),
        (("role", "eva", "kiosk"), "A kiosk stays a kiosk"),
        (("remove", "nobody"), "There is no account with that name."),
        (("remove", "admin"), "Nobody can remove their own account."),
        (("reset", "nobody"), "There is no account with that name."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_change_of_an_account_that_cannot_be_is_refused(
    medbot: Medbot, home: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    assert refused(medbot("accounts", *arguments)).startswith(sentence)
    assert len(medbot("accounts", "--json").objects) == 3


def test_accounts_role_changes_what_somebody_may_do(medbot: Medbot, home: Path) -> None:
    assert said(medbot("accounts", "role", "eva", "front_desk")) == "eva has the role front desk now.\n"
    [changed] = medbot("accounts", "role", "eva", "administrator", "--json").objects
    assert changed["role"] == "administrator"


def test_accounts_remove_closes_the_vault_to_somebody(medbot: Medbot, home: Path, tmp_path: Path) -> None:
    assert said(medbot("accounts", "remove", "EVA")) == "Removed eva.\n"
    refused(medbot("people", "--account", "eva", "--passphrase-file", written(tmp_path, OTHERS)))
    assert medbot("accounts", "remove", "desk", "--json").objects == [{"name": "desk", "removed": True}]


def test_accounts_reset_replaces_a_passphrase(medbot: Medbot, home: Path, tmp_path: Path) -> None:
    assert "The one-time passphrase of eva, shown this once" in said(medbot("accounts", "reset", "eva"))
    refused(medbot("people", "--account", "eva", "--passphrase-file", written(tmp_path, OTHERS)))


def test_accounts_recovery_key_replaces_the_old_one(medbot: Medbot, home: Path, made: Made, tmp_path: Path) -> None:
    [key] = medbot("accounts", "recovery-key", "--json").objects
    opens(home, None, key["recovery_key"], SlotKind.RECOVERY).close()
    old = ("--recovery-key-file", written(tmp_path, made.recovery_key, "key.txt"))
    refused(medbot("passphrase", *old, "--new-passphrase-file", written(tmp_path, NEW, "new.txt")))
    assert "shown this once" in said(medbot("accounts", "recovery-key"))


def test_the_kiosk_gets_a_key_in_the_keyring_and_loses_it(
    medbot: Medbot, home: Path, system_keyring: KeyringInMemory
) -> None:
    assert "its key lies in this computer's keyring" in said(medbot("accounts", "kiosk", "add"))
    assert len(system_keyring.kept) == 1
    assert "has an account already" in refused(medbot("accounts", "kiosk", "add", "second"))
    assert "A kiosk has no passphrase." in refused(medbot("accounts", "reset", "kiosk"))
    assert medbot("accounts", "kiosk", "remove", "--json").objects == [{"removed": ["kiosk"]}]
    assert system_keyring.kept == {}
    assert said(medbot("accounts", "kiosk", "remove")) == "This vault has no kiosk.\n"


def test_the_kiosks_name_may_be_chosen(medbot: Medbot, home: Path, system_keyring: KeyringInMemory) -> None:
    [added] = medbot("accounts", "kiosk", "add", "Entrance hall", "--json").objects
    assert (added["name"], added["role"]) == ("Entrance hall", "kiosk")


def test_a_kiosk_on_a_computer_without_a_keyring_is_refused(medbot: Medbot, home: Path, no_keyring: None) -> None:
    assert "keyring" in refused(medbot("accounts", "kiosk", "add"))
    assert len(medbot("accounts", "--json").objects) == 3


OF_ADMINISTRATORS = [
    ("accounts",),
    ("accounts", "add", "sam", "--role", "clinician"),
    ("accounts", "role", "eva", "administrator"),
    ("accounts", "remove", "desk"),
    ("accounts", "reset", "admin"),
    ("accounts", "recovery-key"),
    ("accounts", "kiosk", "add"),
    ("accounts", "kiosk", "remove"),
    ("audit",),
    ("audit", "verify"),
    ("audit", "export", "trail.jsonl"),
    ("forget", PERSON),
    ("forget", PERSON, "--dry-run"),
    ("rekey",),
    ("retention",),
    ("retention", "--dry-run"),
]


@pytest.mark.parametrize("command", OF_ADMINISTRATORS, ids=" ".join)
def test_what_only_administrators_may_is_refused_to_a_clinician(
    medbot: Medbot, home: Path, as_others: Callable[[str], tuple[str, ...]], command: tuple[str, ...]
) -> None:
    assert refused(medbot(*command, *as_others("eva"))).startswith("An account with the role clinician may not ")


def test_what_was_refused_is_in_the_trail(
    medbot: Medbot, home: Path, as_others: Callable[[str], tuple[str, ...]]
) -> None:
    refused(medbot("accounts", *as_others("eva")))
    [entry] = medbot("audit", "--action", "refused", "--json").objects
    assert entry["account"] == "eva"


def test_a_clinician_may_not_restore(
    medbot: Medbot, home: Path, as_others: Callable[[str], tuple[str, ...]], tmp_path: Path
) -> None:
    [backup] = medbot("backup", "--json").objects
    assert "may not restore a backup" in refused(medbot("restore", backup["file"], *as_others("eva")))
    assert not [path for path in home.iterdir() if path.name not in ("vault", "logs")]


@pytest.mark.parametrize("command", [("backup",), ("people",)], ids=" ".join)
def test_what_the_front_desk_may_works(
    medbot: Medbot, home: Path, as_others: Callable[[str], tuple[str, ...]], command: tuple[str, ...]
) -> None:
    said(medbot(*command, *as_others("desk")))

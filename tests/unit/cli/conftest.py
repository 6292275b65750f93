"""A vault for each test of its commands, and a way to run them."""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from medbot_desktop.cli.main import run
from medbot_desktop.memory.conversations import ConversationStore
from medbot_desktop.memory.people import People
from medbot_desktop.vault.accounts import Accounts
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.keyslots import LEAST_COST
from medbot_desktop.vault.opening import create_vault
from medbot_desktop.vault.roles import Role
from tests.unit.cli.test_ask import Ended, Medbot
from tests.unit.cli.vault_commands import OTHERS, PASSPHRASE, PERSON, Made, written


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A vault with an account of each role that people have, a person and two conversations, one about the person."""
    home = tmp_path_factory.mktemp("home")
    opened, recovery_key = create_vault(VaultFolder(home / "vault"), "admin", PASSPHRASE, LEAST_COST)
    accounts, conversations = Accounts(opened), ConversationStore(opened.vault, opened.access)
    accounts.add("eva", Role.CLINICIAN, OTHERS)
    accounts.add("desk", Role.FRONT_DESK, OTHERS)
    person = People(opened.vault, opened.access).add(PERSON, reference="A-17")
    about, other = conversations.start(person.id), conversations.start()
    conversations.rename(other.id, f"A call about {PERSON}")
    opened.close()
    return Made(home, recovery_key, about.id)


@pytest.fixture
def home(made: Made, tmp_path: Path) -> Path:
    """A copy of the home folder for one test."""
    return Path(shutil.copytree(made.home, tmp_path / "home"))


@pytest.fixture
def commands(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[[str], Medbot]:
    """Runs the commands of a group inside the test's process, as the administrator, with no terminal to ask at."""
    monkeypatch.setenv("MEDBOT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MEDBOT_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    monkeypatch.delenv("MEDBOT_NEW_PASSPHRASE", raising=False)

    def of_group(group: str) -> Medbot:
        def command(*arguments: str) -> Ended:
            monkeypatch.setattr(sys, "argv", ["medbot", group, *arguments])
            capsys.readouterr()
            with pytest.raises(SystemExit) as ended:
                run(lambda _profile: 1)
            captured = capsys.readouterr()
            assert isinstance(ended.value.code, int)
            return Ended(ended.value.code, captured.out, captured.err)

        return command

    return of_group


@pytest.fixture
def medbot(commands: Callable[[str], Medbot]) -> Medbot:
    """Runs a command of the vault."""
    return commands("vault")


@pytest.fixture
def as_others(tmp_path: Path) -> Callable[[str], tuple[str, ...]]:
    """The options with which an account other than the administrator's signs in."""
    return lambda account: ("--account", account, "--passphrase-file", written(tmp_path, OTHERS))

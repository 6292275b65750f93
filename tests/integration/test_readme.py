"""The README's commands are run as they stand."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.keyslots import LEAST_COST
from medbot_desktop.vault.opening import create_vault

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = [
    line
    for block in re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    for line in block.splitlines()
]
MEDBOT = [command for command in COMMANDS if command.startswith("medbot ")]
FILLING = MEDBOT[MEDBOT.index("medbot library verify") - 3 :][:8]
"""The commands that fill a library, one after the other."""


PASSPHRASE = "correct horse battery staple"


@pytest.fixture(scope="module")
def home_with_a_vault(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with a vault, for the tests to copy."""
    home = tmp_path_factory.mktemp("home")
    create_vault(VaultFolder(home / "vault"), "admin", PASSPHRASE, LEAST_COST)[0].close()
    return home


def _run(argv: list[str], tmp_path: Path, folder: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "MEDBOT_HOME": str(tmp_path), **variables}
    environment.pop("DISPLAY", None)
    environment.pop("WAYLAND_DISPLAY", None)
    return subprocess.run(
        argv, cwd=folder, env=environment, input="", capture_output=True, text=True, timeout=300, check=False
    )


def test_the_readme_shows_commands() -> None:
    assert len(MEDBOT) >= 5
    assert [command for command in COMMANDS if command.startswith("python3 dev.py")] == [
        "python3 dev.py run",
        "python3 dev.py test",
    ]


@pytest.mark.parametrize("command", [command for command in MEDBOT if command not in FILLING])
def test_a_medbot_command_of_the_readme_works(command: str, tmp_path: Path, home_with_a_vault: Path) -> None:
    home, variables = tmp_path / "home", {}
    if command.startswith("medbot vault"):
        variables["MEDBOT_PASSPHRASE"] = PASSPHRASE
        if command != "medbot vault create":
            shutil.copytree(home_with_a_vault, home)
    done = _run([sys.executable, "-m", "medbot_desktop", *shlex.split(command)[1:]], home, **variables)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_the_commands_that_fill_a_library_work_one_after_the_other(tmp_path: Path, home_with_a_vault: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(home_with_a_vault, home)
    (tmp_path / "protocols").mkdir()
    (tmp_path / "protocols" / "fever.md").write_text("# Fever\n\nGive water often.\n", encoding="utf-8")
    shutil.copy(ROOT / "tests/unit/knowledge/readers/files/writer_handbook.pdf", tmp_path / "formulary.pdf")
    assert [command.split()[2] for command in FILLING] == [
        *("add", "list", "search", "verify", "export", "add", "signers", "remove")
    ]
    said = ""
    for command in FILLING:
        signer = "".join(re.findall(r"Signed by ([A-Z0-9-]+):", said))
        argv = shlex.split(command.replace("FINGERPRINT", signer), comments=True)
        argv = [sys.executable, "-m", "medbot_desktop", *argv[1:]]
        done = _run(argv, home, tmp_path, MEDBOT_PASSPHRASE=PASSPHRASE, PYTHONPATH=str(ROOT))
        assert done.returncode == 0, (command, done.stderr)
        said = done.stdout


def test_the_first_command_of_the_readme_opens_the_chat_where_there_is_no_display(tmp_path: Path) -> None:
    done = _run([sys.executable, "dev.py", "run"], tmp_path)
    assert done.returncode == 0, done.stderr
    assert "display" in done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("command", ["lint", "screenshots", "bench"])
def test_a_developers_command_of_the_readme_works(command: str, tmp_path: Path) -> None:
    """``test`` runs this very test, and ``build`` has a test of its own."""
    assert f"python3 dev.py {command}" in (ROOT / "README.md").read_text(encoding="utf-8")
    done = _run([sys.executable, "dev.py", command], tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr

"""Make ``.venv`` hold exactly what the locks say, and know at a glance when it already does."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from build import SetupError
from build.progress import follow, say
from build.source_wheels import SourcePackage, all_compiled, source_packages, wheels
from build.system_libraries import install, missing_compiler, missing_libraries

if sys.platform != "win32":
    import fcntl

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "build/requirements"

RUN, DEVELOP = "run", "develop"
"""The two locks: what the program needs, and that with what tests and checks need."""

FINETUNE, TORCH, TORCH_CPU = "finetune", "finetune-torch", "finetune-torch-cpu"
"""What ``build/finetune`` needs, in an environment of its own; apart, its PyTorch, and that as built for CPUs alone."""

_LAUNCHER = """#!/bin/sh
# Starts MedBot from this checkout, in whatever folder it is called.
exec {python} -P -m medbot_desktop "$@"
"""
_WINDOWS_LAUNCHER = '@"%~dp0python.exe" -P -m medbot_desktop %*\n'


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment of this checkout.

    Attributes:
        folder: where it lies.
    """

    folder: Path

    @property
    def scripts(self) -> Path:
        """The folder of its programs."""
        return self.folder / ("Scripts" if os.name == "nt" else "bin")

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.scripts / ("python.exe" if os.name == "nt" else "python")

    def prepare(self, lock: str) -> None:
        """Install a lock, unless that was done before; then this reads two small files and no network.

        Args:
            lock: RUN, DEVELOP or FINETUNE.

        Raises:
            SetupError: a step failed; the next call begins it anew.
        """
        if self._holds(lock):
            return
        with _one_at_a_time(self.folder.with_suffix(".lock")):
            if not self._holds(lock):
                self._set_up(lock)

    def install(self, package: SourcePackage) -> None:
        """Put a compiled package in the place of the one that the lock installed.

        Args:
            package: from ``source_wheels``; it is compiled where this user's cache does not hold it.

        Raises:
            SetupError: a compiler is missing, or compiling failed.
        """
        with _one_at_a_time(self.folder.with_suffix(".lock")):
            compiled = wheels([package], pip_command())
            pip = [*pip_command(), "--python", str(self.python), "install", "--no-deps", "--no-index"]
            follow([*pip, "--force-reinstall", *map(str, compiled)], f"Installing {package.name}")

    def _holds(self, lock: str) -> bool:
        done = self._done()
        return done.get("root") == str(ROOT) and done.get(lock) == _digest(lock) and self.python.exists()

    def _set_up(self, lock: str) -> None:
        say(f"Setting MedBot up in {self.folder}. This is needed once and takes a few minutes.")
        install(missing_libraries() + ([] if all_compiled() else missing_compiler()))
        compiled = wheels(source_packages(), pip_command())
        self._create(keep=self._done().get("root") == str(ROOT) and self.python.exists())
        self._install(lock, compiled)
        self._write_launcher()
        levels = {level: _digest(level) for level in ((RUN, DEVELOP) if lock == DEVELOP else (lock,))}
        self._stamp.write_text(json.dumps({"root": str(ROOT)} | levels), encoding="utf-8")

    @property
    def _stamp(self) -> Path:
        return self.folder / "medbot.json"

    def _done(self) -> dict[str, str]:
        """What was installed whole; nothing after an interrupted run."""
        try:
            done = json.loads(self._stamp.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return done if isinstance(done, dict) else {}

    def _create(self, keep: bool) -> None:
        """Make the folder anew, unless what is in it was installed whole and for this place."""
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)
            venv.create(self.folder, with_pip=False, symlinks=os.name == "posix")
        self._stamp.unlink(missing_ok=True)

    def _install(self, lock: str, compiled: Sequence[Path]) -> None:
        self._install_locked(lock)
        if lock == FINETUNE and not self._install_torch_for_cpus():
            self._install_locked(TORCH)
        follow([*self._pip(), "--no-index", *map(str, compiled)], "Installing the compiled packages")

    def _install_locked(self, lock: str) -> None:
        requirements = REQUIREMENTS / f"{lock}.txt"
        count = sum("==" in line for line in requirements.read_text(encoding="utf-8").splitlines())
        follow(
            [*self._pip(), "--only-binary=:all:", "--require-hashes", "-r", str(requirements)],
            f"Installing {count} packages",
            note=_package_named,
        )

    def _pip(self) -> list[str]:
        return [*pip_command(), "--python", str(self.python), "install", "--no-deps"]

    def _install_torch_for_cpus(self) -> bool:
        """Take the CPU build from a folder that pip was told of; it spares some 3 GB, and no package index has it."""
        lock = str(REQUIREMENTS / f"{TORCH_CPU}.txt")
        command = [*self._pip(), "--no-index", "--only-binary=:all:", "--require-hashes", "-r", lock]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    def _write_launcher(self) -> None:
        """Make the package importable and ``medbot`` callable, as an editable install would."""
        (packages,) = self.folder.glob("Lib/site-packages" if os.name == "nt" else "lib/python3.*/site-packages")
        (packages / "medbot_desktop.pth").write_text(f"{ROOT}\n", encoding="locale")
        if os.name == "nt":
            (self.scripts / "medbot.cmd").write_text(_WINDOWS_LAUNCHER, encoding="utf-8")
            return
        launcher = self.scripts / "medbot"
        launcher.write_text(_LAUNCHER.format(python=shlex.quote(str(self.python))), encoding="utf-8")
        launcher.chmod(0o755)


def pip_command() -> list[str]:
    """The command that runs the pip which came with this Python.

    Raises:
        SetupError: there is none.
    """
    base = getattr(sys, "_base_executable", sys.executable)
    if sys.prefix == sys.base_prefix and importlib.util.find_spec("pip") is None:
        raise SetupError("This Python has no pip.", hint="On Debian or Ubuntu: sudo apt-get install -y python3-pip")
    return [base, "-m", "pip", "--disable-pip-version-check"]


@contextmanager
def _one_at_a_time(file: Path) -> Iterator[None]:
    """Let a second run wait until the first has set everything up; the system lets go when a run dies."""
    with file.open("w") as handle:
        if sys.platform != "win32":
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("Another run is setting MedBot up; waiting for it.")
                fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _digest(lock: str) -> str:
    """What an installed lock is known by."""
    names = (f"{lock}.txt", "source.txt", *((f"{TORCH}.txt", f"{TORCH_CPU}.txt") if lock == FINETUNE else ()))
    return hashlib.sha256(b"".join((REQUIREMENTS / name).read_bytes() for name in names)).hexdigest()


def _package_named(line: str) -> str | None:
    package = re.match(r"Collecting ([\w.-]+)|(Installing) collected packages", line)
    return (package[1] or "unpacking") if package else None

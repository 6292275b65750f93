"""A copy of the program that a test may damage, and the real commands of it."""

from __future__ import annotations

import compileall
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from medbot_desktop.inference.store import ModelStore
from medbot_desktop.settings import program_folder


@dataclass(frozen=True, slots=True)
class Program:
    """A copy of the program in a folder of its own, with links to the real models."""

    folder: Path

    @property
    def library(self) -> Path:
        return self.folder / "resources" / "library"

    def model_file(self, purpose: str) -> Path:
        """A private copy of a model's main file, to be damaged or removed."""
        store = ModelStore.standard()
        entry = store.catalogue.default(purpose)  # type: ignore[arg-type]
        assert entry is not None
        path = self.folder / "models" / entry.name / entry.files[0].name
        if path.parent.is_symlink():
            real = path.parent.resolve()
            path.parent.unlink()
            path.parent.mkdir()
            for file in real.iterdir():
                (path.parent / file.name).symlink_to(file)
        return path

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start ``medbot`` with these arguments; its input and outputs are pipes."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MEDBOT_")}
        environment |= {"PYTHONPATH": str(self.folder), "MEDBOT_HOME": str(self.folder / "home")}
        pipe = subprocess.PIPE
        return subprocess.Popen(
            [sys.executable, "-m", "medbot_desktop", *arguments],
            cwd=self.folder, env=environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True, encoding="utf-8",
            errors="surrogateescape",
        )  # fmt: skip

    def run(self, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """Run ``medbot`` to its end."""
        process = self.start(*arguments)
        out, err = process.communicate(typed, timeout=180)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code of the program with its bytecode, to be copied: each copy would be compiled anew at every start."""
    folder = tmp_path_factory.mktemp("compiled") / "medbot_desktop"
    shutil.copytree(program_folder() / folder.name, folder, ignore=shutil.ignore_patterns("__pycache__"))
    assert compileall.compile_dir(folder, quiet=1)
    return folder


@pytest.fixture
def program(models: ModelStore, compiled: Path, tmp_path: Path) -> Program:
    """The program as it is, copied; its models are links."""
    root = program_folder()
    shutil.copytree(compiled, tmp_path / compiled.name)
    shutil.copytree(root / "resources", tmp_path / "resources")
    (tmp_path / "models").mkdir()
    shutil.copy(root / "models" / "catalogue.toml", tmp_path / "models")
    for entry in models.installed():
        place = models.folder_of(entry)
        assert place is not None
        (tmp_path / "models" / entry.name).symlink_to(place)
    return Program(tmp_path)

"""Renew the locks: every package exactly pinned and known by its hashes, for every system at once."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
import tomllib
from pathlib import Path

from build import SetupError
from build.environment import DEVELOP, FINETUNE, REQUIREMENTS, ROOT, RUN, TORCH

SOURCE_PACKAGES = ("hnswlib", "llama-cpp-python")
"""Locked apart: they have no wheels, and are compiled from their checked source before the rest is installed."""

_TORCH = ("torch", "cuda-", "nvidia-", "triton")
"""What PyTorch's build for Linux brings along. The CPU build is in no index, so its lock is renewed by hand."""


def renew_locks(uv: Path) -> None:
    """Write the locks of ``build/requirements/`` from ``pyproject.toml`` and ``compile.in``, with today's versions.

    Args:
        uv: the resolver's program.

    Raises:
        SetupError: no set of versions fits, or the package index cannot be reached.
    """
    with tempfile.TemporaryDirectory() as folder:
        chosen = Path(folder) / "chosen.txt"
        develop = _resolve(uv, ROOT / "pyproject.toml", "--extra", "dev")
        chosen.write_text("".join(develop.values()), encoding="utf-8")
        run = _resolve(uv, ROOT / "pyproject.toml", "--constraints", str(chosen))
        tools = _resolve(uv, REQUIREMENTS / "compile.in", "--constraints", str(chosen))
        finetune = _resolve_finetune(uv, Path(folder), source=chosen.read_text(encoding="utf-8"))
    torch = {name: finetune.pop(name) for name in list(finetune) if name.startswith(_TORCH)}
    source = {name: develop.pop(name) for name in SOURCE_PACKAGES}
    run = {name: block for name, block in run.items() if name not in source}
    locks = {RUN: run, DEVELOP: develop, "source": source, "compile": tools, FINETUNE: finetune, TORCH: torch}
    for name, lock in locks.items():
        (REQUIREMENTS / f"{name}.txt").write_text("".join(lock.values()), encoding="utf-8")


def _resolve_finetune(uv: Path, folder: Path, source: str) -> dict[str, str]:
    """Lock the extra apart from the program, which has a newer ``tokenizers`` and no client of the model hub.

    Args:
        uv: the resolver's program.
        folder: for what the resolver reads.
        source: the lock with the version of llama-cpp-python, whose own dependencies come along.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (llama,) = re.findall(r"^llama-cpp-python==\S+", source, flags=re.MULTILINE)
    wanted = folder / "pyproject.toml"
    wanted.write_text(
        f"""
[project]
name = "finetune"
version = "0"
dependencies = {json.dumps([*project["project"]["optional-dependencies"][FINETUNE], llama])}
[tool.uv]
environments = {json.dumps(project["tool"]["uv"]["environments"])}
""",
        encoding="utf-8",
    )
    lock = _resolve(uv, wanted, "--directory", str(folder))
    del lock["llama-cpp-python"]
    return lock


def _resolve(uv: Path, requirements: Path, *options: str) -> dict[str, str]:
    """The lines of a lock by the name of their package."""
    command = [str(uv), "pip", "compile", str(requirements), *options, "--universal", "--python-version", "3.11"]
    command += ["--generate-hashes", "--no-annotate", "--no-header", "--no-emit-index-url", "--quiet"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SetupError(f"The versions for {requirements.name} could not be chosen: {done.stderr.strip()}")
    # The markers name the one Python that is asked for, on every line.
    text = done.stdout.replace("python_full_version < '3.12' and ", "").replace(" ; python_full_version < '3.12'", "")
    blocks = re.split(r"^(?=\S)", text, flags=re.MULTILINE)
    return {block.partition("==")[0]: block for block in blocks if block}

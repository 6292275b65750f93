"""Renew the locks: every package exactly pinned and known by its hashes, for every system at once."""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

from build import SetupError
from build.environment import DEVELOP, REQUIREMENTS, ROOT, RUN

SOURCE_PACKAGES = ("hnswlib", "llama-cpp-python")
"""Locked apart: they have no wheels, and are compiled from their checked source before the rest is installed."""


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
    source = {name: develop.pop(name) for name in SOURCE_PACKAGES}
    run = {name: block for name, block in run.items() if name not in source}
    for name, lock in ((RUN, run), (DEVELOP, develop), ("source", source), ("compile", tools)):
        (REQUIREMENTS / f"{name}.txt").write_text("".join(lock.values()), encoding="utf-8")


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

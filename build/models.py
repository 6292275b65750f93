"""Find the default models without starting the program."""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path


def default_model_files(root: Path) -> Iterator[tuple[Path, Path | None]]:
    """Yield every file of the default models: its place below a folder of models, and where it lies in its full size.

    The folders are those where the program looks, in its order; it checks the hashes itself when it opens a file.

    Args:
        root: the checkout.
    """
    catalogue = tomllib.loads((root / "models/catalogue.toml").read_text(encoding="utf-8"))
    folders = [folder for folder in (_own_folder(), _home_folder() / "models", root / "models") if folder]
    for model in catalogue["model"]:
        for file in model["files"] if model.get("default") else ():
            place = Path(model["name"], file["name"])
            yield place, next((folder / place for folder in folders if _holds(folder / place, file["size"])), None)


def models_ready(root: Path) -> bool:
    """Whether ``medbot models sync`` has nothing to fetch, and has prepared the library with the models.

    Args:
        root: the checkout.
    """
    prepared = (root / "resources/library" / name for name in ("vectors.npz", "passages.json"))
    return all(file.exists() for file in prepared) and all(found for _, found in default_model_files(root))


def _holds(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except OSError:
        return False


def _own_folder() -> Path | None:
    own = os.environ.get("MEDBOT_MODELS")
    return Path(own) if own else None


def _home_folder() -> Path:
    """The program's folder for its data, as platformdirs names it, which cannot be imported yet."""
    override = os.environ.get("MEDBOT_HOME")
    if override:
        return Path(override)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "MedBot"
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/MedBot"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "MedBot"

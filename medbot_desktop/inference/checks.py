"""Remember which model files were read through and found right, so that opening one takes no second reading."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from medbot_desktop.inference.disk import replace_text, sha256_of

STATE_FILE = ".verified.json"


class RememberedChecks:
    """Digests of files by their size and time of change, kept in a small file in each models folder.

    Where a folder may not be written, they are remembered for this run only.

    Args:
        folders: the models folders.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders
        self._known: dict[Path, dict[str, list[int | str]]] = {}
        self._lock = threading.Lock()

    def digest(self, path: Path, afresh: bool = False) -> str:
        """The SHA-256 of a file: read anew where it changed, or where ``afresh`` asks for it.

        Args:
            path: a file in one of the folders.
            afresh: read the file even if nothing speaks for a change.
        """
        stat = path.stat()
        with self._lock:
            kept = None if afresh else self._of(self._folder(path)).get(self._key(path))
        if kept is not None and kept[:2] == [stat.st_size, stat.st_mtime_ns]:
            return str(kept[2])
        digest = sha256_of(path)
        self.remember(path, digest)
        return digest

    def remember(self, path: Path, digest: str) -> None:
        """Keep the digest of a file as it is now."""
        stat, folder = path.stat(), self._folder(path)
        with self._lock:
            known = self._of(folder)
            known[self._key(path)] = [stat.st_size, stat.st_mtime_ns, digest]
            present = {key: value for key, value in known.items() if (folder / key).is_file()}
            self._known[folder] = present
            with suppress(OSError):
                replace_text(folder / STATE_FILE, json.dumps(present, indent=1))

    def _folder(self, path: Path) -> Path:
        return next(folder for folder in self._folders if folder in path.parents)

    def _key(self, path: Path) -> str:
        return path.relative_to(self._folder(path)).as_posix()

    def _of(self, folder: Path) -> dict[str, list[int | str]]:
        if folder not in self._known:
            self._known[folder] = _read(folder / STATE_FILE)
        return self._known[folder]


def _read(state: Path) -> dict[str, list[int | str]]:
    """The remembered digests; a state file that is missing or damaged only costs reading the models again."""
    try:
        document = json.loads(state.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(document, dict):
        return {}
    return {key: value for key, value in document.items() if isinstance(value, list) and len(value) == 3}

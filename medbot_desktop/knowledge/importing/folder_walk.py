"""Find the files of a folder, whatever links and names are in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.readers.reader import file_name

MOST_FILES = 100_000
"""A folder with more is more likely a whole disk than a library."""

# What programs keep beside documents for themselves: hidden files, locks and half-written copies.
_NOT_OURS = (".", "~$", "~lock.")
_HALF_WRITTEN = (".tmp", ".part", ".crdownload", ".swp")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A folder that may not be looked into."""

    path: Path


def files_below(folder: Path) -> Iterator[Path | Unreadable]:
    """The files of a folder and of the folders in it, in order of their names.

    Links to folders are not followed, so that no walk goes round in circles or out of the folder. Files that are
    hidden, or that a program keeps while it writes, are passed over.

    Args:
        folder: where to look.

    Raises:
        LibraryError: there are more than `MOST_FILES`.
    """
    found = 0
    open_folders = [folder]
    while open_folders:
        here = open_folders.pop()
        try:
            with os.scandir(here) as scan:
                entries = sorted((entry for entry in scan if not _is_passed_over(entry.name)), key=_by_name)
        except OSError:
            yield Unreadable(here)
            continue
        for entry in entries:
            if _is_file(entry):
                found += 1
                if found > MOST_FILES:
                    raise LibraryError(
                        f"{file_name(folder)} has more than {MOST_FILES:,} files in it.",
                        hint="Add the folders that hold the documents.",
                    )
                yield Path(entry.path)
        open_folders += [Path(entry.path) for entry in reversed(entries) if entry.is_dir(follow_symlinks=False)]


def _by_name(entry: os.DirEntry[str]) -> str:
    return entry.name


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Whether it is a file, or a link that leads nowhere: whoever opens that says so."""
    try:
        return entry.is_file()
    except OSError:
        return True


def _is_passed_over(name: str) -> bool:
    return name.startswith(_NOT_OURS) or name.lower().endswith(_HALF_WRITTEN)

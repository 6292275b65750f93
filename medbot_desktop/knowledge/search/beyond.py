"""Name the subjects that people ask about and that no library holds, so that such a question is told from ours."""

from __future__ import annotations

import tomllib
from pathlib import Path

from medbot_desktop.errors import LibraryError


def load_beyond(path: Path) -> list[str]:
    """Read the subjects of ``resources/retrieval/beyond.toml``.

    Raises:
        LibraryError: the file is missing or broken.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        return [str(subject) for group in data.values() for subjects in group.values() for subject in subjects]
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise LibraryError(
            f"The list of other subjects {path.name} cannot be read.", hint="Install MedBot again."
        ) from error

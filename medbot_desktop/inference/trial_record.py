"""Keep how fast each model wrote when it was added to this computer, until an exam has measured it better."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

from medbot_desktop.inference.catalogue import CatalogueEntry
from medbot_desktop.inference.disk import replace_text
from medbot_desktop.settings import home_folder

if TYPE_CHECKING:
    from medbot_desktop.inference.trial import Trial

TRIALS_FILE = "trials.json"
_MOST = 1_000


def remember_speed(entry: CatalogueEntry, trial: Trial) -> None:
    """Keep how fast a model wrote; where the home folder cannot be written, it is forgotten.

    Args:
        entry: the model.
        trial: how it did.
    """
    kept = _kept()
    kept.pop(entry.identity, None)
    if trial.tokens_per_second:
        kept[entry.identity] = round(trial.tokens_per_second, 1)
    with suppress(OSError):
        home_folder().mkdir(parents=True, exist_ok=True)
        replace_text(home_folder() / TRIALS_FILE, json.dumps(dict(list(kept.items())[-_MOST:]), indent=1))


def remembered_speed(entry: CatalogueEntry) -> float:
    """Tokens a second when these very files were added; 0 where that is not known."""
    return _kept().get(entry.identity, 0.0)


def _kept() -> dict[str, float]:
    """By the models' identities; a file that is missing or damaged only costs a line on the page."""
    try:
        document = json.loads((home_folder() / TRIALS_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(document, dict):
        return {}
    return {name: float(speed) for name, speed in document.items() if isinstance(speed, int | float) and speed > 0}

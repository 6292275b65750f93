"""Slow wrong passphrases down, also when the program is started again in between."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from medbot_desktop.errors import MedBotError
from medbot_desktop.vault.atomic_file import write_atomically
from medbot_desktop.vault.folder import VaultFolder

FREE_TRIES = 3
_FIRST_WAIT_S = 2.0
_LONGEST_WAIT_S = 15 * 60.0
_TRIES_OF_A_DAMAGED_FILE = 5
_MOST_SLOTS = 1_000


class _Tries(BaseModel):
    count: int = Field(ge=0, le=1_000_000)
    first: float
    last: float


_FILE = TypeAdapter(dict[str, _Tries])


@dataclass(frozen=True, slots=True)
class Failures:
    """Wrong tries since a slot was last opened; times in seconds since the epoch."""

    count: int
    first: float
    last: float


class Attempts:
    """The wrong tries of one vault, kept beside it without any name.

    A try is counted before it is made, so that ending the program in the middle gains nothing. After three wrong tries
    the next has to wait 2 seconds, and twice as long after each further one, up to 15 minutes. A clock that is set back
    begins the wait anew; one that is set forward cannot be told from time that has passed.

    Args:
        folder: the vault's folder; where it cannot be written, tries are counted as long as this object lives.
        now: the clock, in seconds since the epoch.
    """

    def __init__(self, folder: VaultFolder, now: Callable[[], float] = time.time) -> None:
        self._file = folder.attempts
        self._now = now
        self._tries = self._read()

    def wait_seconds(self, slot_id: str) -> float:
        """How long the next try of a slot has to wait."""
        tries = self._tries.get(slot_id) or self._tries.get("")
        if tries is None or tries.count < FREE_TRIES:
            return 0.0
        doubled = float(1 << min(tries.count - FREE_TRIES, 30))
        wait = min(_FIRST_WAIT_S * doubled, _LONGEST_WAIT_S)
        passed = self._now() - tries.last
        if passed < 0:
            tries.last = self._now()
            self._write()
            return wait
        return max(0.0, wait - passed)

    def begin(self, slot_id: str) -> None:
        """Count a try, before it is made."""
        now = self._now()
        tries = self._tries.get(slot_id)
        if tries is None:
            damaged = self._tries.get("")
            self._tries[slot_id] = _Tries(count=1 + (damaged.count if damaged else 0), first=now, last=now)
        else:
            tries.count += 1
            tries.last = now
        self._write()

    def succeeded(self, slot_id: str) -> Failures | None:
        """Forget the tries of a slot that was opened; returns those that were wrong before it, if any."""
        self._tries.pop("", None)
        tries = self._tries.pop(slot_id, None)
        self._write()
        if tries is None or tries.count <= 1:
            return None
        return Failures(tries.count - 1, tries.first, tries.last)

    def _read(self) -> dict[str, _Tries]:
        try:
            return _FILE.validate_json(self._file.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValidationError, ValueError):
            # Whoever damages the file shall not gain tries by it: it counts as several for every slot.
            now = self._now()
            return {"": _Tries(count=_TRIES_OF_A_DAMAGED_FILE, first=now, last=now)}

    def _write(self) -> None:
        kept = dict(sorted(self._tries.items(), key=lambda item: item[1].last)[-_MOST_SLOTS:])
        content = {slot_id: tries.model_dump() for slot_id, tries in kept.items()}
        with suppress(MedBotError):  # a disk that cannot be written must not keep the right passphrase out
            write_atomically(self._file, json.dumps(content, indent=2).encode())

"""Keep a log that says what failed and where, and nothing that anybody said, typed or is called."""

from __future__ import annotations

import json
import logging
import os
import traceback
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

_PACKAGE = "medbot_desktop"
_LARGEST_FILE = 1_000_000
_OLDER_FILES = 5
_FIELDS = ("error", "count", "seconds")
"""What a call may add by ``extra``; a value is kept where `_is_harmless` says so."""


def start_logging(folder: Path) -> None:
    """Write what the program logs to ``medbot.log`` in a folder, from now on.

    One JSON object a line: ``time`` (UTC), ``level``, ``logger``, ``event`` and, where there are any, ``values``,
    ``error`` with ``at``, ``count`` and ``seconds``. The event is the text of the call before anything is filled in. A
    value is kept only if it is a number or the name of a kind of error; of an error its kind and the lines of this
    program that it came through. At 1 MB a new file is begun, and five older ones are kept. Only a profile on the disk
    calls this. A folder that cannot be written is no failure: then nothing is logged.

    Args:
        folder: where the log lies; it is made if need be.
    """
    logger = logging.getLogger(_PACKAGE)
    for handler in [handler for handler in logger.handlers if isinstance(handler, _LogFile)]:
        logger.removeHandler(handler)
        handler.close()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return
    handler = _LogFile(folder / "medbot.log", maxBytes=_LARGEST_FILE, backupCount=_OLDER_FILES, delay=True)
    handler.setFormatter(_Line())
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)


class _LogFile(RotatingFileHandler):
    """A file that only its owner can read, and whose failures disturb nobody."""

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return TextIOWrapper(os.fdopen(descriptor, "ab"), encoding="utf-8")

    def close(self) -> None:
        """Close the file; what a full disk did not take is lost."""
        with suppress(OSError):
            super().close()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """A full disk must not stop the program, nor put a traceback on the terminal."""


class _Line(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": record.msg if isinstance(record.msg, str) else type(record.msg).__name__,
        }
        arguments = record.args if isinstance(record.args, tuple) else ()
        if values := [value for value in arguments if _is_harmless(value)]:
            entry["values"] = values
        for name in _FIELDS:
            if _is_harmless(value := getattr(record, name, None)):
                entry[name] = value
        if record.exc_info and record.exc_info[0] is not None:
            entry["error"] = record.exc_info[0].__name__
            entry["at"] = list(_own_lines(record.exc_info[2]))
        return json.dumps(entry)


def _is_harmless(value: object) -> bool:
    """Whether a value can say nothing about a person: a number, or the name of a kind of error."""
    return isinstance(value, int | float) or (isinstance(value, str) and value in _error_names(BaseException))


def _error_names(kind: type[BaseException]) -> Iterator[str]:
    yield kind.__name__
    for child in type.__subclasses__(kind):
        yield from _error_names(child)


def _own_lines(trace: TracebackType | None) -> Iterator[str]:
    """The places in this program that an error came through, as file:line."""
    for frame, line in traceback.walk_tb(trace):
        parts = Path(frame.f_code.co_filename).parts
        if _PACKAGE in parts:
            place = parts[len(parts) - 1 - parts[::-1].index(_PACKAGE) :]
            yield f"{'/'.join(place)}:{line}"

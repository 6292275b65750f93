from __future__ import annotations

import json
import logging
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from medbot_desktop.errors import VaultError
from medbot_desktop.logs import start_logging
from medbot_desktop.vault.keyslot_file import parsed
from tests.disks import read_only, small_disk

log = logging.getLogger("medbot_desktop.a_room")


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """The program's logger is one for the whole process; each test leaves it as it was."""
    logger = logging.getLogger("medbot_desktop")
    handlers, level = logger.handlers[:], logger.level
    yield
    for handler in logger.handlers[:]:
        if handler not in handlers:
            logger.removeHandler(handler)
            handler.close()
    logger.setLevel(level)


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "medbot.log").read_text(encoding="utf-8").splitlines()]


def test_a_line_says_when_how_bad_where_and_what(tmp_path: Path) -> None:
    start_logging(tmp_path)
    log.warning("The index is old.")
    [line] = lines(tmp_path)
    assert (line["level"], line["logger"], line["event"]) == ("WARNING", "medbot_desktop.a_room", "The index is old.")
    assert datetime.fromisoformat(line["time"]).utcoffset() == timedelta(0)


def test_of_what_is_filled_in_only_numbers_and_kinds_of_errors_are_kept(tmp_path: Path) -> None:
    start_logging(tmp_path)
    log.error("%s failed for %s after %d tries", "VaultError", "Aroha Ngata", 3)
    [line] = lines(tmp_path)
    assert (line["event"], line["values"]) == ("%s failed for %s after %d tries", ["VaultError", 3])
    assert "Aroha" not in (tmp_path / "medbot.log").read_text()


def test_of_what_is_added_only_known_fields_with_harmless_values_are_kept(tmp_path: Path) -> None:
    start_logging(tmp_path)
    log.error("failed", extra={"error": "DiskFullError", "count": 2, "person": "Aroha Ngata"})
    log.error("failed", extra={"error": "Aroha Ngata"})
    first, second = lines(tmp_path)
    assert (first["error"], first["count"]) == ("DiskFullError", 2)
    assert "error" not in second
    assert "Aroha" not in (tmp_path / "medbot.log").read_text()


def test_of_an_error_its_kind_and_the_programs_own_lines_are_kept_but_no_text(tmp_path: Path) -> None:
    start_logging(tmp_path)
    try:
        parsed(tmp_path / "a file of Aroha")
    except VaultError:
        log.exception("The keyslots cannot be read.")
    [line] = lines(tmp_path)
    assert line["error"] == "VaultError"
    assert all(place.startswith("medbot_desktop/vault/keyslot_file.py:") for place in line["at"])
    assert line["at"]
    assert "Aroha" not in (tmp_path / "medbot.log").read_text()
    assert "missing" not in (tmp_path / "medbot.log").read_text()


def test_something_that_is_no_text_is_told_by_its_kind(tmp_path: Path) -> None:
    start_logging(tmp_path)
    log.error({"person": "Aroha Ngata"})
    [line] = lines(tmp_path)
    assert line["event"] == "dict"


def test_the_log_is_readable_by_its_owner_only_and_begun_anew_when_it_is_large(tmp_path: Path) -> None:
    start_logging(tmp_path / "logs")
    for _ in range(600):
        log.info("word " * 2_000)
    files = sorted(file.name for file in (tmp_path / "logs").iterdir())
    assert files == ["medbot.log", *(f"medbot.log.{number}" for number in range(1, 6))]
    for file in (tmp_path / "logs").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert file.stat().st_size <= 1_000_000


def test_starting_twice_writes_each_line_once(tmp_path: Path) -> None:
    start_logging(tmp_path / "one")
    start_logging(tmp_path / "other")
    log.warning("once")
    assert not (tmp_path / "one" / "medbot.log").exists()
    assert len(lines(tmp_path / "other")) == 1


def test_a_folder_that_cannot_be_made_stops_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("in the way")
    start_logging(tmp_path / "file" / "logs")
    log.error("not written")
    assert capsys.readouterr().err == ""


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with read_only(tmp_path):
        start_logging(tmp_path)
        log.error("not written")
    assert capsys.readouterr().err == ""
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_stops_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with small_disk(tmp_path / "disk", 16) as disk:
        start_logging(disk)
        for _ in range(20):
            log.error("word " * 1_000)
    assert capsys.readouterr().err == ""

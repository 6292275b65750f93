"""Wrong passphrases are slowed down, whatever is done to the clock, the file and the program in between."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from medbot_desktop.vault.attempts import FREE_TRIES, Attempts, Failures
from medbot_desktop.vault.folder import VaultFolder
from tests.disks import fill, read_only, small_disk

SLOT = "passphrase:a1"
QUARTER_OF_AN_HOUR = 15 * 60


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder(tmp_path: Path) -> VaultFolder:
    return VaultFolder(tmp_path)


def begin(attempts: Attempts, times: int, slot: str = SLOT) -> None:
    for _ in range(times):
        attempts.begin(slot)


def test_the_first_three_tries_wait_for_nothing(folder: VaultFolder, clock: Clock) -> None:
    attempts = Attempts(folder, clock)
    waits = []
    for _ in range(FREE_TRIES):
        waits.append(attempts.wait_seconds(SLOT))
        attempts.begin(SLOT)
    assert waits == [0, 0, 0]


def test_each_further_one_waits_twice_as_long_up_to_a_quarter_of_an_hour(folder: VaultFolder, clock: Clock) -> None:
    attempts = Attempts(folder, clock)
    begin(attempts, FREE_TRIES)
    waits = []
    for _ in range(12):
        waits.append(attempts.wait_seconds(SLOT))
        clock.now += waits[-1]
        attempts.begin(SLOT)
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]


def test_thousands_of_tries_wait_no_longer(folder: VaultFolder, clock: Clock) -> None:
    tried = {SLOT: {"count": 9_999, "first": clock.now, "last": clock.now}}
    folder.attempts.write_text(json.dumps(tried), encoding="utf-8")
    attempts = Attempts(folder, clock)
    attempts.begin(SLOT)
    assert attempts.wait_seconds(SLOT) == QUARTER_OF_AN_HOUR


def test_the_wait_runs_down_as_time_passes(folder: VaultFolder, clock: Clock) -> None:
    attempts = Attempts(folder, clock)
    begin(attempts, FREE_TRIES + 2)
    clock.now += 3
    assert attempts.wait_seconds(SLOT) == 5
    clock.now += 60
    assert attempts.wait_seconds(SLOT) == 0


def test_starting_the_program_again_gains_nothing(folder: VaultFolder, clock: Clock) -> None:
    for _ in range(FREE_TRIES + 1):
        Attempts(folder, clock).begin(SLOT)
    assert Attempts(folder, clock).wait_seconds(SLOT) == 4


def test_setting_the_clock_back_begins_the_wait_anew_and_does_not_prolong_it(folder: VaultFolder, clock: Clock) -> None:
    begin(Attempts(folder, clock), FREE_TRIES + 3)
    clock.now -= 10 * 24 * 3600
    assert Attempts(folder, clock).wait_seconds(SLOT) == 16
    clock.now += 10
    assert Attempts(folder, clock).wait_seconds(SLOT) == 6
    clock.now += 6
    assert Attempts(folder, clock).wait_seconds(SLOT) == 0


def test_each_slot_waits_for_itself(folder: VaultFolder, clock: Clock) -> None:
    attempts = Attempts(folder, clock)
    begin(attempts, 10)
    assert attempts.wait_seconds("recovery:recovery") == 0


def test_success_tells_what_failed_before_it_and_forgets_it(folder: VaultFolder, clock: Clock) -> None:
    attempts, begun = Attempts(folder, clock), clock.now
    for _ in range(3):
        attempts.begin(SLOT)
        clock.now += 60
    attempts = Attempts(folder, clock)
    assert attempts.succeeded(SLOT) == Failures(2, begun, begun + 120)
    assert Attempts(folder, clock).wait_seconds(SLOT) == 0
    attempts.begin(SLOT)
    assert attempts.succeeded(SLOT) is None


def test_success_at_one_slot_forgets_nothing_of_another(folder: VaultFolder, clock: Clock) -> None:
    attempts = Attempts(folder, clock)
    begin(attempts, 6, "passphrase:a2")
    attempts.begin(SLOT)
    attempts.succeeded(SLOT)
    assert Attempts(folder, clock).wait_seconds("passphrase:a2") == 16


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff\xfe", b'{"passphrase:a1": 0}', b'{"passphrase:a1": {"count": -9, "first": 0, "last": 0}}',
     b"[" * 100_000],
)  # fmt: skip
def test_a_damaged_file_counts_as_several_tries_of_every_slot(
    folder: VaultFolder, clock: Clock, content: bytes
) -> None:
    folder.attempts.write_bytes(content)
    attempts = Attempts(folder, clock)
    assert attempts.wait_seconds(SLOT) == 8
    attempts.begin(SLOT)
    assert Attempts(folder, clock).wait_seconds(SLOT) == 16
    attempts.succeeded(SLOT)
    assert Attempts(folder, clock).wait_seconds("passphrase:a2") == 0


def test_a_folder_in_place_of_the_file_counts_as_damage_and_stops_nothing(folder: VaultFolder, clock: Clock) -> None:
    folder.attempts.mkdir()
    attempts = Attempts(folder, clock)
    assert attempts.wait_seconds(SLOT) == 8
    attempts.begin(SLOT)
    assert attempts.succeeded(SLOT) is not None


def test_in_a_folder_that_cannot_be_written_tries_count_as_long_as_the_program_runs(
    folder: VaultFolder, clock: Clock
) -> None:
    with read_only(folder.path):
        attempts = Attempts(folder, clock)
        begin(attempts, FREE_TRIES + 1)
        assert attempts.wait_seconds(SLOT) == 4
        assert attempts.succeeded(SLOT) is not None
        assert attempts.wait_seconds(SLOT) == 0
    assert not folder.attempts.exists()


def test_a_folder_that_is_not_there_stops_nothing(tmp_path: Path, clock: Clock) -> None:
    attempts = Attempts(VaultFolder(tmp_path / "nowhere"), clock)
    begin(attempts, FREE_TRIES)
    assert attempts.wait_seconds(SLOT) == 2


def test_a_full_disk_forgets_nothing_that_was_counted(tmp_path: Path, clock: Clock) -> None:
    with small_disk(tmp_path / "disk", kilobytes=64) as disk:
        folder = VaultFolder(disk)
        begin(Attempts(folder, clock), 5)
        fill(disk)
        Attempts(folder, clock).begin(SLOT)
        assert Attempts(folder, clock).wait_seconds(SLOT) == 8


def test_the_file_keeps_the_newest_thousand_names_that_were_tried(folder: VaultFolder, clock: Clock) -> None:
    tried = {
        f"passphrase:{number}": {"count": 9, "first": clock.now, "last": clock.now + number} for number in range(1_500)
    }
    folder.attempts.write_text(json.dumps(tried), encoding="utf-8")
    clock.now += 2_000
    Attempts(folder, clock).begin(SLOT)
    kept = json.loads(folder.attempts.read_text(encoding="utf-8"))
    assert len(kept) == 1_000
    assert {SLOT, "passphrase:1499"} <= set(kept)
    assert "passphrase:0" not in kept

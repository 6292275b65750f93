"""Files on their way are listed with what somebody wants to see first, and keep what was chosen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from medbot_desktop.knowledge.importing.file_states import FileState, Standing
from medbot_desktop.ui.file_list import FileList, FileModel, state_in_words
from medbot_desktop.ui.library_files import FilesTab
from medbot_desktop.ui.theme import Appearance

NOW = datetime.now(UTC).replace(tzinfo=None)


def state(number: int, standing: Standing = Standing.WAITING, share: float = 0.0, message: str = "") -> FileState:
    path = Path(f"/in/{number}.pdf")
    return FileState(number, "leaflets", path.name, path, standing, share, None, 0, 0, message, "", NOW, None)


@pytest.fixture
def tab(qtbot: QtBot, appearance: Appearance) -> FilesTab:
    tab = FilesTab(appearance)
    qtbot.addWidget(tab)
    tab.use(is_running=True, may_change=True)
    tab.resize(600, 500)
    tab.show()
    return tab


def ids(tab: FilesTab) -> list[int]:
    return [file.id for file in tab.files.files]


def test_what_is_read_and_what_failed_stands_first(tab: FilesTab) -> None:
    tab.show_files([state(1), state(2, Standing.KNOWN), state(3, Standing.FAILED), state(4, Standing.READING)])
    assert ids(tab) == [4, 3, 1, 2]


def test_a_file_that_moves_on_keeps_its_place_until_all_are_arranged(tab: FilesTab) -> None:
    tab.show_files([state(1), state(2), state(3)])
    tab.change([state(3, Standing.READING, 0.5)])
    assert ids(tab) == [1, 2, 3]
    tab.arrange()
    assert ids(tab) == [3, 1, 2]


def test_what_was_chosen_stays_chosen(tab: FilesTab) -> None:
    tab.show_files([state(1), state(2)])
    tab.list.choose(2)
    assert tab.cancel_button.isEnabled()
    tab.change([state(2, Standing.FAILED, message="2.pdf is damaged.")])
    tab.arrange()
    assert tab.list.chosen is not None
    assert tab.list.chosen.id == 2
    assert tab.retry_button.isEnabled()
    assert not tab.cancel_button.isEnabled()
    assert tab.about_chosen.text() == "/in/2.pdf: 2.pdf is damaged."


def test_the_bar_of_all_files_counts_each_alike(tab: FilesTab) -> None:
    tab.show_files([state(1, Standing.READING, 0.5), state(2)])
    assert tab.bar.value() == 250
    tab.change([state(1, Standing.DONE, 1.0)])
    assert tab.bar.value() == 500
    tab.change([state(2, Standing.CANCELLED)])
    assert not tab.bar.isVisible()


def test_a_file_that_is_not_listed_is_not_added(tab: FilesTab) -> None:
    tab.show_files([state(1)])
    tab.change([state(7, Standing.READING)])
    assert ids(tab) == [1]


def test_nothing_may_be_done_by_whom_may_not(tab: FilesTab) -> None:
    tab.show_files([state(1)])
    tab.use(is_running=False, may_change=False)
    tab.list.choose(1)
    buttons = (tab.pause_button, tab.go_on_button, tab.retry_button, tab.cancel_button, tab.dismiss_button)
    assert not any(button.isVisible() for button in buttons)


def test_a_state_is_said_in_words() -> None:
    reading = replace(state(1, Standing.READING), pages=12, passages=30)
    assert state_in_words(reading) == "Being read · 12 pages · 30 passages · into leaflets"
    assert state_in_words(state(1, Standing.FAILED, message="It is empty.")) == "It is empty."
    assert state_in_words(state(1, Standing.FAILED)) == "Not added"


def test_a_bar_is_painted_as_long_as_its_share(qtbot: QtBot, appearance: Appearance) -> None:
    files = FileModel()
    listed = FileList(appearance, files)
    qtbot.addWidget(listed)
    listed.resize(400, 100)
    listed.show()

    def painted(share: float) -> int:
        files.show([state(1, Standing.READING, share)])
        picture: QImage = listed.grab().toImage()
        wanted = appearance.theme.colour("accent").rgb()
        return sum(picture.pixel(x, y) == wanted for x in range(picture.width()) for y in range(picture.height()))

    assert painted(0.0) == 0
    assert painted(0.25) < painted(0.75)

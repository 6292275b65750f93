"""A library goes from one computer to another as a pack, once somebody has compared who made it."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from medbot_desktop.knowledge.readers.markdown import MarkdownReader
from medbot_desktop.ui.library_page import LibraryPage
from medbot_desktop.ui.main_window import MainWindow
from medbot_desktop.ui.pack_dialog import PackDialog
from medbot_desktop.vault.folder import VaultFolder

from .leaflets import leaflet
from .shelved import in_vault, open_as, open_demo, open_window, opened_dialog, settle, told

TEA = "# Peppermint tea\n\n## Why\n\nPeppermint tea calms the stomach after meals.\n"


@pytest.fixture(scope="module")
def pack(models: object, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack that another clinic has made."""
    folder = tmp_path_factory.mktemp("pack")
    with open_demo() as workspace:
        workspace.libraries.add("teas", MarkdownReader().read(leaflet(folder, "tea.md", TEA)))
        with workspace.packs() as packs:
            for _ in packs.make("teas", folder / "teas.medpack"):
                pass
    return folder / "teas.medpack"


def open_page(qtbot: QtBot, folder: VaultFolder, account: str = "admin") -> tuple[MainWindow, LibraryPage]:
    window = open_window(qtbot, lambda: open_as(folder, account))
    return window, window.desk.library


def ask(qtbot: QtBot, page: LibraryPage, file: Path) -> PackDialog:
    """Choose a pack, and wait for what is asked about it."""
    page.deeds.ask_pack = lambda *_: file
    page.column.install_button.click()
    return opened_dialog(qtbot, page, PackDialog)


def names(page: LibraryPage) -> list[str]:
    return [library.name for library in page.known.libraries]


def test_a_strangers_pack_is_installed_once_its_fingerprint_was_compared(
    qtbot: QtBot, library_folder: VaultFolder, pack: Path
) -> None:
    window, page = open_page(qtbot, library_folder)
    dialog = ask(qtbot, page, pack)
    assert dialog.fingerprint.text()
    assert not dialog.action_button.isEnabled()
    dialog.box.setChecked(True)
    dialog.action_button.click()
    assert told(qtbot, page) == "teas was installed: 1 document."
    settle(qtbot, window)
    assert page.shelf.title.text() == "teas"
    assert "It came as a pack" in page.shelf.about.text()
    found = in_vault(qtbot, window, lambda workspace: workspace.retriever.retrieve("peppermint tea for the stomach"))
    assert found.hits[0].passage.library == "teas"


def test_a_clinician_cannot_accept_a_strangers_pack(qtbot: QtBot, library_folder: VaultFolder, pack: Path) -> None:
    _, page = open_page(qtbot, library_folder, "eva")
    dialog = ask(qtbot, page, pack)
    assert not dialog.box.isVisible()
    assert not dialog.action_button.isEnabled()
    dialog.reject()
    assert names(page) == ["core", "leaflets"]


def test_an_altered_pack_is_refused(qtbot: QtBot, library_folder: VaultFolder, pack: Path, tmp_path: Path) -> None:
    altered = tmp_path / "altered.medpack"
    content = bytearray(pack.read_bytes())
    content[len(content) // 3] ^= 0xFF
    altered.write_bytes(content)
    window, page = open_page(qtbot, library_folder)
    page.deeds.ask_pack = lambda *_: altered
    page.column.install_button.click()
    qtbot.waitUntil(lambda: page.dialog is not None or page.notice.isVisible())
    if isinstance(page.dialog, PackDialog):  # what is altered lies behind the manifest
        page.dialog.box.setChecked(True)
        page.dialog.action_button.click()
    assert "was installed" not in told(qtbot, page)
    settle(qtbot, window)
    assert names(page) == ["core", "leaflets"]


def test_what_is_no_pack_is_told(qtbot: QtBot, library_folder: VaultFolder, tmp_path: Path) -> None:
    _, page = open_page(qtbot, library_folder)
    page.deeds.ask_pack = lambda *_: leaflet(tmp_path, "no.medpack", "words")
    page.column.install_button.click()
    assert told(qtbot, page)
    assert page.dialog is None


def test_a_library_is_made_into_a_pack_and_comes_back_without_a_question_about_its_maker(
    qtbot: QtBot, library_folder: VaultFolder, tmp_path: Path
) -> None:
    window, page = open_page(qtbot, library_folder)
    page.open_library("leaflets")
    page.deeds.ask_where = lambda *_: tmp_path / "leaflets.medpack"
    page.deeds.make_pack()
    assert "compares this fingerprint" in told(qtbot, page)
    in_vault(qtbot, window, lambda workspace: workspace.libraries.remove("leaflets"))
    page.notice.hide()
    dialog = ask(qtbot, page, tmp_path / "leaflets.medpack")
    assert dialog.action_button.isEnabled()
    dialog.action_button.click()
    assert told(qtbot, page) == "leaflets was installed: 2 documents."

"""Models: what each is and may write is shown, and an administrator may add, check, examine, choose and remove."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from medbot_desktop.domain import ModelWork
from medbot_desktop.generation import exam_items
from medbot_desktop.generation.exam_items import Exam
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.settings import load_settings, resources_folder
from medbot_desktop.ui import model_jobs
from medbot_desktop.ui.confirm_dialog import ConfirmDialog
from medbot_desktop.ui.desk import SETTINGS
from medbot_desktop.ui.exam_dialog import ExamDialog
from medbot_desktop.ui.library_dialogs import AskingDialog
from medbot_desktop.ui.main_window import MainWindow
from medbot_desktop.ui.model_facts import ModelFacts
from medbot_desktop.ui.models_page import ModelsPage
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.workspace import Workspace
from tests.onnx_graphs import write_export
from tests.unit.memory.turns import answer

from .shelved import in_vault, open_as, open_window, settle

SMOL = "smollm2-135m-instruct-q4_1"
QWEN = "qwen2.5-coder-1.5b-instruct-q4_k_m"
GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"


@pytest.fixture
def own_models(models: ModelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A models folder of one's own, in which nothing is; the weights of the checkout are still found behind it."""
    folder = tmp_path / "own"
    folder.mkdir()
    monkeypatch.setenv("MEDBOT_MODELS", str(folder))
    return folder


@pytest.fixture
def smol(models: ModelStore) -> Path:
    return models.file(SMOL, GGUF)


@pytest.fixture
def window(qtbot: QtBot, own_models: Path, library_folder: VaultFolder) -> MainWindow:
    return open_window(qtbot, lambda: open_as(library_folder))


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow) -> ModelsPage:
    return opened(qtbot, window)


def opened(qtbot: QtBot, window: MainWindow) -> ModelsPage:
    window.desk.open_page(SETTINGS)
    window.settings.buttons["models"].click()
    found = window.settings.section("models")
    assert isinstance(found, ModelsPage)
    qtbot.waitUntil(lambda: bool(found.table.rows.records))
    settle(qtbot, window)
    return found


def model(page: ModelsPage, name: str) -> ModelFacts:
    return next(one for one in page.table.rows.records if one.name == name)


def told(qtbot: QtBot, page: ModelsPage) -> str:
    qtbot.waitUntil(page.notice.isVisible)
    return page.notice.words.text()


def actions(qtbot: QtBot, window: MainWindow) -> list[tuple[str, object]]:
    """What the audit trail says was done to models, oldest first."""
    entries = in_vault(qtbot, window, lambda workspace: list(workspace.audit.entries()))
    return [(entry.record, entry.details["what"]) for entry in reversed(entries) if entry.action == "models_changed"]


def few_questions(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """Let the exam be a short one of its real questions."""
    whole = exam_items.load_exam(resources_folder() / "exam")
    monkeypatch.setattr(exam_items, "load_exam", lambda folder: Exam(whole.items[:count]))


def test_the_models_of_the_catalogue_are_listed_and_those_to_be_brought(page: ModelsPage) -> None:
    assert model(page, SMOL).state == "serving"
    assert page.table.chosen == model(page, SMOL)
    assert model(page, QWEN).can_fetch
    assert model(page, "medgemma-4b-it").state == "to_bring"


def test_what_matters_of_a_model_is_told(qtbot: QtBot, page: ModelsPage) -> None:
    qtbot.waitUntil(lambda: "Device: " in page.facts.text())
    text = page.facts.text()
    for words in ("Licence: Apache-2.0", "Size: 98", "Memory: it takes about", "Tier: ", "not sat the exam", "Speed: "):
        assert words in text
    page.choose_model("medgemma-4b-it")
    assert "Bring its GGUF file" in page.facts.text()
    assert "terms" in page.facts.text()


def test_of_a_model_in_onnx_too_the_memory_and_the_device_are_told(
    qtbot: QtBot, tmp_path: Path, page: ModelsPage
) -> None:
    page.choose_model("all-minilm-l6-v2-int8")
    assert "Memory: it takes about" in page.facts.text()
    assert "Device: The processor" in page.facts.text()
    page.add_from(write_export(tmp_path / "small writer", model_type="llama"))
    assert "Added" in told(qtbot, page)
    qtbot.waitUntil(lambda: "small-writer" in [one.name for one in page.table.rows.records])
    page.choose_model("small-writer")
    for words in ("Memory: it takes about", "Device: The processor", "tokens a second when it was added"):
        assert words in page.facts.text()


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080)])
def test_long_words_about_a_model_cover_nothing(
    qtbot: QtBot, window: MainWindow, page: ModelsPage, size: tuple[int, int]
) -> None:
    window.resize(*size)
    page.choose_model("medgemma-4b-it")

    def is_laid_out() -> bool:
        table, facts, button = (part.geometry() for part in (page.table, page.facts, page.table_button))
        is_whole = facts.height() >= page.facts.heightForWidth(facts.width())
        return is_whole and table.bottom() < facts.top() and facts.bottom() < button.top()

    qtbot.waitUntil(is_laid_out)


def test_a_model_that_is_whole_is_said_to_be_whole(qtbot: QtBot, page: ModelsPage) -> None:
    page.verify_button.click()
    assert "is whole" in told(qtbot, page)


def test_a_changed_file_is_found_and_told(qtbot: QtBot, own_models: Path, smol: Path, page: ModelsPage) -> None:
    damaged = own_models / SMOL / GGUF
    damaged.parent.mkdir()
    damaged.write_bytes(smol.read_bytes())
    with damaged.open("r+b") as file:
        file.seek(-5, os.SEEK_END)
        file.write(b"\0\1\2")
    page.verify_button.click()
    assert "was changed since it was installed" in told(qtbot, page)
    assert "Fetch it again" in told(qtbot, page)


def test_a_file_that_is_no_model_is_refused_in_one_sentence(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, own_models: Path, page: ModelsPage
) -> None:
    bad = tmp_path / "holiday.gguf"
    bad.write_bytes(b"GGUF" + bytes(400))
    page.add_from(bad)
    assert "holiday.gguf" in told(qtbot, page)
    qtbot.waitUntil(page.file_button.isEnabled)
    assert list(own_models.glob("*/*")) == []
    assert actions(qtbot, window) == []


def test_a_model_is_added_from_a_file_chosen_and_removed(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, own_models: Path, smol: Path, page: ModelsPage
) -> None:
    brought = tmp_path / "Clinic Words.gguf"
    data = bytearray(smol.read_bytes())
    data[-1] ^= 1  # another file than the catalogue's, as one that was trained further is
    brought.write_bytes(data)
    page.add_from(brought)
    assert "Added" in told(qtbot, page)
    qtbot.waitUntil(lambda: "clinic-words" in [one.name for one in page.table.rows.records])
    assert model(page, "clinic-words").tier == "silent"
    page.choose_model("clinic-words")
    assert "tokens a second when it was added; the exam measures it better" in page.facts.text()
    page.choose_button.click()
    qtbot.waitUntil(lambda: model(page, "clinic-words").state == "serving")
    assert load_settings().text_model == "clinic-words"
    assert not page.choose_button.isEnabled()
    page.remove_button.click()
    dialog = page.dialog
    assert isinstance(dialog, ConfirmDialog)
    dialog.action_button.click()
    qtbot.waitUntil(lambda: "clinic-words" not in [one.name for one in page.table.rows.records])
    assert not (own_models / "clinic-words").exists()
    assert actions(qtbot, window) == [("clinic-words", what) for what in ("added", "chosen", "removed")]


def test_an_exam_is_held_and_its_table_is_one_click_away(
    qtbot: QtBot, page: ModelsPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    few_questions(monkeypatch, 2)
    assert not page.table_button.isEnabled()
    page.exam_button.click()
    assert page.progress.isVisible()
    qtbot.waitUntil(lambda: page.table_button.isEnabled() and not page.is_busy)
    result = model(page, SMOL).result
    assert result is not None
    assert sum(kind.among for kind in result.kinds.values()) == 2
    assert result.tokens_per_second > 0
    assert "tokens a second" in page.facts.text()
    page.table_button.click()
    dialog = page.dialog
    assert isinstance(dialog, ExamDialog)
    rows = dialog.table.rows
    assert [rows.index(0, column).data() for column in (0, 1)] == [
        "From passage",
        f"{result.kinds['from_passage'].right} of 2",
    ]
    dialog.close_button.click()


def test_an_exam_that_is_stopped_does_not_count(qtbot: QtBot, page: ModelsPage) -> None:
    page.exam_button.click()
    qtbot.waitUntil(lambda: page.progress.bar.maximum() > 0)
    page.progress.stop_button.click()
    assert "stopped" in told(qtbot, page)
    qtbot.waitUntil(page.exam_button.isEnabled)
    assert model(page, SMOL).result is None


def test_nothing_is_fetched_before_somebody_says_so(qtbot: QtBot, page: ModelsPage) -> None:
    page.choose_model(QWEN)
    assert page.fetch_button.isEnabled()
    assert not page.exam_button.isEnabled()
    page.fetch_button.click()
    assert isinstance(page.dialog, AskingDialog)
    page.dialog.cancel_button.click()
    assert page.progress.isHidden()
    assert not page.is_busy


def test_what_cannot_be_fetched_is_told_and_the_page_goes_on(
    qtbot: QtBot, window: MainWindow, page: ModelsPage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    page.choose_model(QWEN)
    page.fetch_button.click()
    assert isinstance(page.dialog, AskingDialog)
    page.dialog.action_button.click()
    assert told(qtbot, page)
    qtbot.waitUntil(page.fetch_button.isEnabled)
    assert actions(qtbot, window) == []


def test_what_the_models_did_is_shown_by_day(qtbot: QtBot, window: MainWindow, page: ModelsPage) -> None:
    assert page.use.empty.isVisibleTo(page)

    def keep(workspace: Workspace) -> None:
        talk = workspace.conversations.start()
        for work in ((ModelWork(SMOL, 1_200, 250, composed=True),), ()):
            workspace.conversations.record(talk.id, replace(answer(), work=work))

    in_vault(qtbot, window, keep)
    page.refresh()
    qtbot.waitUntil(lambda: page.use.table.rows.rowCount() == 2)
    rows = page.use.table.rows
    shown = [[rows.index(row, column).data() for column in range(1, 7)] for row in range(2)]
    assert shown == [
        ["The library's own words", "1", "", "", "", ""],
        ["SmolLM2 135M Instruct, 4 bit", "1", "1", "1,200", "0.25 s", "0"],
    ]
    assert str(date.today().year) in rows.index(0, 0).data()


def test_a_clinician_sees_the_models_and_changes_nothing(
    qtbot: QtBot, own_models: Path, library_folder: VaultFolder
) -> None:
    window = open_window(qtbot, lambda: open_as(library_folder, "eva"))
    page = opened(qtbot, window)
    assert page.table.chosen is not None
    assert not page.facts.isHidden()
    assert all(button.isHidden() for button in (page.choose_button, page.remove_button, page.file_button))
    chosen = page.table.chosen
    refused: list[object] = []
    window.worker.run(lambda services: model_jobs.remove(services, chosen), failed=refused.append)
    qtbot.waitUntil(lambda: bool(refused))
    assert "may not change the settings" in refused[0].message  # type: ignore[attr-defined]


def test_the_front_desk_is_not_offered_the_models(qtbot: QtBot, own_models: Path, library_folder: VaultFolder) -> None:
    window = open_window(qtbot, lambda: open_as(library_folder, "desk"))
    window.desk.open_page(SETTINGS)
    settle(qtbot, window)
    assert window.settings.buttons["models"].isHidden()

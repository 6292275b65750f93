"""Which text model serves is kept in the settings file, whose other lines stay as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from medbot_desktop.errors import InputError
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.inference.text_model_setting import choose_text_model, chosen_text_model
from medbot_desktop.settings import Settings, load_settings


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MEDBOT_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("MEDBOT_TEXT_MODEL", raising=False)
    return tmp_path / "home" / "settings.toml"


def test_without_a_settings_file_one_is_made(file: Path) -> None:
    choose_text_model("qwen")
    assert file.read_text("utf-8") == 'text_model = "qwen"\n'
    assert load_settings().text_model == "qwen"


def test_the_other_lines_and_the_remarks_stay(file: Path) -> None:
    file.parent.mkdir()
    file.write_text('# of the clinic\ntheme = "dark"\ntext_model = "old"  # slow\n\n[other]\ntext_model = 1\n', "utf-8")
    choose_text_model("qwen")
    after = '# of the clinic\ntheme = "dark"\ntext_model = "qwen"\n\n[other]\ntext_model = 1\n'
    assert file.read_text("utf-8") == after


def test_a_file_with_tables_gets_the_line_before_them(file: Path) -> None:
    file.parent.mkdir()
    file.write_text('[other]\nname = "x"\n', "utf-8")
    choose_text_model("qwen")
    assert load_settings().text_model == "qwen"


@pytest.mark.parametrize("text", ["[other]\ntext_model = 1\n", 'theme = """\ntext_model = 1"""\n', "theme = dark"])
def test_a_file_that_cannot_be_changed_safely_is_left_as_it_is(file: Path, text: str) -> None:
    file.parent.mkdir()
    file.write_text(text, "utf-8")
    with pytest.raises(InputError, match=r"settings") as refused:
        choose_text_model("qwen")
    assert refused.value.hint
    assert file.read_text("utf-8") == text


def test_a_variable_that_decides_in_its_place_is_named(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDBOT_TEXT_MODEL", "other")
    with pytest.raises(InputError, match="MEDBOT_TEXT_MODEL"):
        choose_text_model("qwen")
    assert not file.exists()


def test_where_nobody_chose_the_catalogue_does(models: ModelStore, file: Path) -> None:
    assert chosen_text_model(models, load_settings()) == models.default("chat").name
    assert chosen_text_model(models, Settings(text_model="qwen")) == "qwen"

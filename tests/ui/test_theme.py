"""Every theme is complete, readable and switched at run time."""

import re
import sys
import tomllib
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

import medbot_desktop.ui
from medbot_desktop.errors import InputError
from medbot_desktop.ui.desk import SETTINGS
from medbot_desktop.ui.main_window import MainWindow
from medbot_desktop.ui.theme import (
    BOUNDARY_PAIRS,
    TEXT_PAIRS,
    Appearance,
    colour_names,
    contrast_ratio,
    load_theme,
    palette,
    style_sheet,
    theme_folder,
)

THEMES = ("light", "dark", "contrast")


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize(("text", "ground"), sorted(set(TEXT_PAIRS)))
def test_text_stands_out_from_its_ground(qapp: QApplication, name: str, text: str, ground: str) -> None:
    colours = load_theme(name).colours
    assert contrast_ratio(getattr(colours, text), getattr(colours, ground)) >= 4.5


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize(("line", "ground"), BOUNDARY_PAIRS)
def test_a_control_can_be_seen_on_its_ground(qapp: QApplication, name: str, line: str, ground: str) -> None:
    colours = load_theme(name).colours
    assert contrast_ratio(getattr(colours, line), getattr(colours, ground)) >= 3


def test_the_high_contrast_theme_reaches_seven_to_one(qapp: QApplication) -> None:
    colours = load_theme("contrast").colours
    assert all(contrast_ratio(getattr(colours, text), getattr(colours, ground)) >= 7 for text, ground in TEXT_PAIRS)


def test_contrast_is_reckoned_as_the_guideline_says() -> None:
    assert contrast_ratio("#000000", "#ffffff") == pytest.approx(21)
    assert contrast_ratio("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)


@pytest.mark.parametrize("name", THEMES)
def test_a_theme_has_each_colour_once_and_no_other(qapp: QApplication, name: str) -> None:
    tokens = tomllib.loads((theme_folder() / f"{name}.toml").read_text(encoding="utf-8"))["colours"]
    assert sorted(tokens) == sorted(colour_names())


@pytest.mark.parametrize("name", THEMES)
def test_the_style_sheet_leaves_no_token_open(qapp: QApplication, name: str) -> None:
    assert "$" not in style_sheet(load_theme(name))


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("kind", ["", "primary", "grave"])
def test_a_button_that_cannot_be_used_looks_so(qtbot: QtBot, qapp: QApplication, name: str, kind: str) -> None:
    Appearance(name)
    button = QPushButton("Back up now")
    button.setObjectName(kind)
    qtbot.addWidget(button)
    button.show()
    usable = button.grab().toImage()
    button.setEnabled(False)
    assert button.grab().toImage() != usable


def test_no_widget_names_a_colour_itself() -> None:
    folder = Path(medbot_desktop.ui.__file__).parent
    literal = re.compile(r"#[0-9a-fA-F]{3,8}\b|QColor\(\s*\d|Qt\.(GlobalColor\.)?(red|black|white|blue|gray)")
    guilty = [path.name for path in folder.glob("*.py") if literal.search(path.read_text(encoding="utf-8"))]
    assert guilty == []


def test_targets_and_type_keep_to_the_scale(qapp: QApplication) -> None:
    sizes = load_theme("light").sizes
    assert (sizes.small, sizes.body, sizes.large, sizes.title) == (13, 15, 18, 24)
    assert (sizes.unit, sizes.target) == (8, 44)


def test_a_damaged_theme_file_gives_one_clear_sentence(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "resources" / "theme"
    folder.mkdir(parents=True)
    (folder / "light.toml").write_text("dark = [", encoding="utf-8")
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    with pytest.raises(InputError, match=r"The theme file light\.toml cannot be read\."):
        load_theme("light")


def test_a_theme_that_lacks_a_colour_gives_one_clear_sentence(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "resources" / "theme"
    folder.mkdir(parents=True)
    (folder / "desk.toml").write_text((theme_folder() / "desk.toml").read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "light.toml").write_text('dark = false\n[colours]\npage = "#ffffff"\n', encoding="utf-8")
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    with pytest.raises(InputError, match="The theme light is incomplete"):
        load_theme("light")


def test_the_system_theme_follows_a_dark_palette(qapp: QApplication) -> None:
    before = qapp.palette()
    try:
        for name in ("dark", "light"):
            qapp.setPalette(palette(load_theme(name)))
            assert Appearance("system").theme.name == name
    finally:
        qapp.setPalette(before)


def test_another_theme_reaches_the_whole_window_at_once(window: MainWindow, appearance: Appearance) -> None:
    window.desk.open_page(SETTINGS)
    window.settings.choices["dark"].click()
    assert appearance.theme.name == "dark"
    assert load_theme("dark").colours.surface in QApplication.instance().styleSheet()
    assert window.chat.transcript.painter.theme.name == "dark"

"""Settings come from the home folder and the environment, and a wrong one is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from medbot_desktop.errors import InputError
from medbot_desktop.settings import home_folder, load_settings, program_folder, resources_folder


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MEDBOT_HOME", str(tmp_path))
    for name in ("COUNTRY", "THEME", "TEXT_MODEL", "THREADS"):
        monkeypatch.delenv(f"MEDBOT_{name}", raising=False)
    return tmp_path


def test_without_a_file_the_defaults_hold() -> None:
    settings = load_settings()
    assert (settings.country, settings.theme, settings.text_model, settings.threads) == ("", "system", "", 0)


def test_the_file_of_the_home_folder_is_read(home: Path) -> None:
    (home / "settings.toml").write_text('theme = "dark"\ncountry = "DE"\n', encoding="utf-8")
    settings = load_settings()
    assert (settings.theme, settings.country) == ("dark", "DE")


def test_a_variable_is_stronger_than_the_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "settings.toml").write_text('theme = "dark"\n', encoding="utf-8")
    monkeypatch.setenv("MEDBOT_THEME", "contrast")
    assert load_settings().theme == "contrast"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('theme = "pink"', "theme"),
        ("threads = -1", "threads"),
        ('threads = "many"', "threads"),
        ('country = "England"', "country"),
    ],
)
def test_a_wrong_value_is_named(home: Path, line: str, name: str) -> None:
    (home / "settings.toml").write_text(line, encoding="utf-8")
    with pytest.raises(InputError, match=f"cannot be used: {name}"):
        load_settings()


def test_a_file_that_is_not_toml_is_named(home: Path) -> None:
    (home / "settings.toml").write_text("theme = dark", encoding="utf-8")
    with pytest.raises(InputError, match="is not valid TOML") as caught:
        load_settings()
    assert caught.value.hint == "Correct or remove it."


def test_a_file_that_is_not_utf8_is_named(home: Path) -> None:
    (home / "settings.toml").write_bytes(b"theme = '\xff'")
    with pytest.raises(InputError, match="is not valid TOML"):
        load_settings()


def test_the_home_folder_is_where_the_variable_says(home: Path) -> None:
    assert home_folder() == home


def test_the_resources_lie_beside_the_package() -> None:
    assert resources_folder() == program_folder() / "resources"
    assert (resources_folder() / "library").is_dir()

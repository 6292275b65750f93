"""The rule files that ship fit their schema, and a wrong one is refused by its name and place."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel

from medbot_desktop.errors import InputError
from medbot_desktop.resources import load_resource
from medbot_desktop.settings import resources_folder
from medbot_desktop.understanding.rulefiles import ContextFile, IntentFile, LanguageFile, SignFile

FILES: list[tuple[str, type[BaseModel]]] = [
    ("triage/signs.toml", SignFile),
    ("triage/context.toml", ContextFile),
    ("intents/intents.toml", IntentFile),
    ("intents/languages.toml", LanguageFile),
]


@pytest.mark.parametrize(("name", "schema"), FILES)
def test_a_rule_file_fits_its_schema(name: str, schema: type[BaseModel]) -> None:
    load_resource(resources_folder() / name, schema)


def test_every_sign_has_one_entry() -> None:
    names = [sign.name for sign in load_resource(resources_folder() / "triage/signs.toml", SignFile).sign]
    assert len(names) == len(set(names))


def test_every_sign_that_an_intent_names_exists() -> None:
    signs = {sign.name for sign in load_resource(resources_folder() / "triage/signs.toml", SignFile).sign}
    intents = load_resource(resources_folder() / "intents/intents.toml", IntentFile)
    assert {name for intent in intents.intent for name in intent.signs} <= signs


@pytest.mark.parametrize(
    "content", ["not toml at all [", "groups = 3", '[groups]\nx = ["y"]', b"\xff\xfe\x00".decode("latin-1")]
)
def test_a_wrong_rule_file_is_refused_by_name(tmp_path: Path, content: str) -> None:
    file = tmp_path / "signs.toml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"signs\.toml"):
        load_resource(file, SignFile)

"""Another text model is chosen while the program runs: the old process ends, the new one serves the next turn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from medbot_desktop.inference.store import ModelStore
from medbot_desktop.inference.text_model import SupervisedTextModel
from medbot_desktop.inference.text_model_setting import choose_text_model
from medbot_desktop.workspace import Workspace
from tests.assistants import answer_of

SMOL = "smollm2-135m-instruct-q4_1"


@pytest.fixture
def demo(models: ModelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """The demo profile with the real text model, in a home folder of its own."""
    monkeypatch.setenv("MEDBOT_HOME", str(tmp_path))
    monkeypatch.delenv("MEDBOT_TEXT_MODEL", raising=False)
    with Workspace.open("demo") as opened:
        assert opened.text_model is not None
        assert opened.text_model.wait_ready(120)
        yield opened


def test_the_model_rests_while_something_about_it_changes_and_then_starts_anew(demo: Workspace) -> None:
    before = demo.text_model
    assert before is not None
    [model] = before.models
    assert isinstance(model, SupervisedTextModel)
    process = model.process_id
    assert process is not None
    with demo.text_model_at_rest():
        assert not psutil.pid_exists(process)
    assert demo.text_model is not None
    assert demo.text_model.wait_ready(120)
    assert demo.text_model is not before


def test_what_the_model_did_is_counted_with_the_turn(demo: Workspace) -> None:
    answer = answer_of(demo.assistant, demo.conversations.start(), "hello")
    assert answer.skill == "greeting"
    [smol] = [use for use in demo.usage.by_day() if use.model == SMOL]
    assert smol.answers + smol.fallbacks == 1
    assert smol.composed == 0


def test_a_choice_that_is_not_here_is_told_and_the_default_model_serves(demo: Workspace) -> None:
    talk = demo.conversations.start()
    answer_of(demo.assistant, talk, "hello")
    with demo.text_model_at_rest():
        choose_text_model("qwen2.5-coder-1.5b-instruct-q4_k_m-elsewhere")
    assert demo.text_model is not None
    assert demo.text_model.identity.startswith(SMOL)
    assert "There is no model called" in " ".join(demo.notices)
    answer = answer_of(demo.assistant, talk, "What is asthma?")
    assert answer.grounding.mode == "extractive"
    with demo.text_model_at_rest():
        choose_text_model(SMOL)
    assert demo.text_model is not None
    assert demo.notices == []

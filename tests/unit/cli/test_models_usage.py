"""`medbot models usage`: what the models did is shown by day, to those who may see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

from medbot_desktop.domain import ModelWork
from medbot_desktop.memory.conversations import ConversationStore
from tests.unit.cli.test_ask import Medbot
from tests.unit.cli.vault_commands import OTHERS, PASSPHRASE, opens, refused, said, written
from tests.unit.memory.turns import answer

SMOL = "smollm2-135m-instruct-q4_1"


def keep(home: Path) -> None:
    """Store two answers, one of them by a model."""
    opened = opens(home, "admin", PASSPHRASE)
    store = ConversationStore(opened.vault, opened.access)
    talk = store.start()
    for work in ((ModelWork(SMOL, 1_200, 250, composed=True),), ()):
        store.record(talk.id, replace(answer(), work=work))
    opened.close()


def test_the_counts_of_a_day_are_printed(commands: Callable[[str], Medbot], home: Path) -> None:
    keep(home)
    rows = commands("models")("usage", "--json").objects
    today = date.today().isoformat()
    nobody = {"answers": 1, "composed": 0, "tokens": 0, "first_text_ms": None, "fallbacks": 0}
    smol = {"answers": 1, "composed": 1, "tokens": 1_200, "first_text_ms": 250, "fallbacks": 0}
    assert rows == [{"day": today, "model": "", **nobody}, {"day": today, "model": SMOL, **smol}]
    told = said(commands("models")("usage"))
    assert "the library's own words" in told
    assert "0.25 s" in told


def test_where_nothing_was_asked_it_says_so(commands: Callable[[str], Medbot], home: Path) -> None:
    assert said(commands("models")("usage")) == "No question has been answered in these days.\n"


def test_the_front_desk_is_refused(commands: Callable[[str], Medbot], home: Path, tmp_path: Path) -> None:
    theirs = ("--account", "desk", "--passphrase-file", written(tmp_path, OTHERS))
    assert "may not see the insights" in refused(commands("models")("usage", *theirs))

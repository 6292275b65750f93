"""`medbot ask --image`: what was read is shown, corrected where somebody can be asked, and used."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.unit.cli.test_ask import ANSWER_KEYS, Medbot, medbot
from tests.unit.knowledge.pictures.made_photos import encoded, sheet

__all__ = ["medbot"]

LINES = ("METFORMIN 500 mg", "28 tablets", "Call a doctor if you have chest pain.")
SMALL = 2.0  # pixels to the point: quickly read, and as surely


class Keyboard(io.StringIO):
    """A terminal at which these lines are typed."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def label(tmp_path: Path) -> str:
    path = tmp_path / "label.png"
    path.write_bytes(encoded(sheet(LINES, scale=SMALL)))
    return str(path)


def test_the_text_of_a_picture_is_an_object_of_its_own(medbot: Medbot, label: str) -> None:
    ended = medbot("ask", "What is this for?", "--image", label, "--json", "--profile", "demo")
    assert (ended.status, ended.err) == (0, "")
    [answer] = ended.objects
    assert set(answer) == ANSWER_KEYS | {"image"}
    assert answer["image"] == {
        "text": "METFORMIN 500 mg\n28 tablets\nCall a doctor if you have chest pain.",
        "medicines": [{"name": "metformin", "text": "METFORMIN", "dose": "500 mg", "allergy": False}],
        "unsure": [],
        "turned": False,
    }
    assert answer["triage"]["disposition"] == "none"
    assert "diabetes" in answer["answer"]


def test_without_a_terminal_the_text_is_used_as_it_was_read_and_that_is_said(medbot: Medbot, label: str) -> None:
    ended = medbot("ask", "--image", label, "--profile", "demo")
    assert ended.status == 0
    assert "used as it was read" in ended.err
    assert "Recognised: metformin 500 mg" in ended.err
    assert "Metformin" in ended.out


def test_at_a_terminal_lines_are_corrected_and_taken_away(
    medbot: Medbot, label: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Keyboard("9\n1\nWARFARIN 1 mg\n3\n-\n\n"))
    ended = medbot("ask", "--image", label, "--profile", "demo")
    assert ended.status == 0
    assert "There is no line 9." in ended.err
    assert "Recognised: warfarin 1 mg" in ended.err
    assert "Warfarin" in ended.out
    assert "Metformin" not in ended.out


def test_a_text_of_which_nothing_is_left_is_refused(
    medbot: Medbot, label: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Keyboard("1\n-\n1\n-\n1\n-\n"))
    ended = medbot("ask", "--image", label, "--profile", "demo")
    assert (ended.status, ended.out) == (1, "")
    assert "Nothing is left of the text of the picture." in ended.err


def test_a_picture_of_nothing_is_told_with_what_is_not_looked_at(medbot: Medbot, tmp_path: Path) -> None:
    path = tmp_path / "wall.png"
    Image.new("RGB", (600, 400), "white").save(path)
    ended = medbot("ask", "What is this rash?", "--image", str(path), "--profile", "demo")
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.startswith("No text could be read in this picture.")
    assert "it does not look at skin, wounds or scans" in ended.err


def test_what_is_no_picture_is_refused_before_anything_is_opened(medbot: Medbot, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("METFORMIN")
    ended = medbot("ask", "--image", str(path), "--profile", "nowhere")
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.startswith("This file is no picture that can be read.")


def test_a_picture_goes_with_one_question_and_not_with_many(medbot: Medbot, label: str) -> None:
    assert medbot("ask", "--image", label, "--cases", label).status == 2
    assert medbot("ask").status == 2

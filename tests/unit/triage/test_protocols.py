"""A protocol that is not whole is refused by its file and its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from medbot_desktop.domain import Disposition
from medbot_desktop.errors import InputError
from medbot_desktop.settings import resources_folder
from medbot_desktop.triage.judging import Judge
from medbot_desktop.triage.protocols import Protocol, load_protocols

WHOLE = """
name = "hiccups"
title = "Hiccups"
group = "head"
presents_with = ["hiccups"]
topic = "hiccups"
otherwise = "self_care"
why_otherwise = "Hiccups go away by themselves."
sources = ["NHS: Hiccups (2023)"]
do_emergency = ["Call now."]
do_urgent = ["Be seen today."]
do_routine = ["Book."]
do_self_care = ["Hold your breath."]
safety_net = ["Come back if they last."]

[[discriminator]]
name = "hiccups_long"
level = "routine"
all_of = ["duration >= 2 days"]
why = "Hiccups that last should be looked at."
source = "NHS: Hiccups (2023)"

[[question]]
asks = ["duration"]
text = "How long have you had them?"
"""


def written(folder: Path, text: str) -> Path:
    (folder / "hiccups.toml").write_text(text, encoding="utf-8")
    return folder


def test_a_whole_protocol_is_read(tmp_path: Path) -> None:
    [protocol] = load_protocols(written(tmp_path, WHOLE))
    assert protocol.name == "hiccups"
    assert protocol.discriminator[0].disposition is Disposition.ROUTINE
    assert protocol.question[0].buttons == ["Yes", "No", "Not sure"]


def test_each_level_has_its_own_steps(tmp_path: Path) -> None:
    [protocol] = load_protocols(written(tmp_path, WHOLE))
    steps = {level: protocol.what_to_do(level) for level in Disposition}
    assert steps[Disposition.EMERGENCY] == ("Call now.",)
    assert steps[Disposition.SELF_CARE] == ("Hold your breath.",)
    assert steps[Disposition.NONE] == ()


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ('level = "routine"', 'level = "soon"'),
        ('why = "Hiccups that last should be looked at."\n', ""),
        ('source = "NHS: Hiccups (2023)"\n', ""),
        ('all_of = ["duration >= 2 days"]\n', ""),
        ('name = "hiccups_long"', 'name = "hiccups_long"\nflag = "stroke_face"'),
        ('presents_with = ["hiccups"]', "presents_with = []"),
        ('safety_net = ["Come back if they last."]', "safety_net = []"),
        ('asks = ["duration"]', "asks = []"),
        ('topic = "hiccups"', 'topic = "hiccups"\nmood = "merry"'),
        ('name = "hiccups"', 'name = "Hiccups!"'),
        ('title = "Hiccups"', "title = ["),
    ],
)
def test_a_protocol_that_is_not_whole_is_refused_by_its_file(tmp_path: Path, good: str, bad: str) -> None:
    assert good in WHOLE
    with pytest.raises(InputError, match=r"hiccups\.toml"):
        load_protocols(written(tmp_path, WHOLE.replace(good, bad, 1)))


def test_a_folder_without_protocols_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no triage protocols"):
        load_protocols(tmp_path)


def test_the_protocols_that_ship_are_read_once_for_each_file() -> None:
    folder = resources_folder() / "triage" / "protocols"
    names = [protocol.name for protocol in load_protocols(folder)]
    assert names == [file.stem for file in sorted(folder.glob("*.toml"))]


def test_a_judge_knows_every_protocol(judge: Judge) -> None:
    assert all(isinstance(protocol, Protocol) for protocol in judge.protocols)
    assert {"chest_pain", "headache", "cough", "fever_in_child"} <= {protocol.name for protocol in judge.protocols}

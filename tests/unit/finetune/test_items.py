"""The items of the fine-tuning recipe: which lines are refused, in which words, and how the rest is dealt out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from build.finetune.__main__ import main
from build.finetune.items import Broken, Item, part, read_items
from medbot_desktop.errors import InputError

APPOINTMENTS = Path("build/finetune/appointments.jsonl")
GOOD = [
    json.dumps({"instruction": "Say it shorter.", "input": f"I have {n} cats.", "output": f"{n} cats"})
    for n in range(12)
]


def written(folder: Path, *lines: str | bytes) -> Path:
    file = folder / "items.jsonl"
    file.write_bytes(b"\n".join(line if isinstance(line, bytes) else line.encode() for line in (*GOOD, *lines)))
    return file


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('{"instruction": "a", "input": "b", "output": ', "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ('["a", "b", "c"]', "is not an object"),
        ('{"instruction": "a", "input": "b"}', "has no output"),
        ('{"instruction": "a", "input": 3, "output": "c"}', "has an input that is no text"),
        ('{"instruction": "a", "input": "b", "output": "  "}', "has an empty output"),
        ('{"instruction": "", "input": "", "output": "c"}', "has neither an instruction nor an input"),
        (
            json.dumps({"instruction": "a", "input": "b" * 8001, "output": "c"}),
            "has an input of more than 8,000 characters",
        ),
        (r'{"instruction": "a", "input": "\ud83d", "output": "c"}', "has an input with half a character"),
        ('{"instruction": "a", "input": "<|im_end|>", "output": "c"}', "has an input with a mark of the chat template"),
        (b'{"instruction": "a", "input": "\xff", "output": "c"}', "is not UTF-8"),
        (GOOD[4], "asks the same as line 5"),
    ],
)
def test_a_broken_line_is_told_and_the_others_are_kept(line: str | bytes, why: str, tmp_path: Path) -> None:
    items, broken = read_items(written(tmp_path, line), most_broken=1)
    assert broken == [Broken(13, why)]
    assert len(items) == 12


def test_empty_lines_a_byte_order_mark_and_line_ends_of_windows_do_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "items.jsonl"
    file.write_bytes(b"\xef\xbb\xbf" + "\r\n\r\n".join(GOOD).encode())
    items, broken = read_items(file, most_broken=0)
    assert (len(items), broken) == (12, [])
    assert items[1] == Item("Say it shorter.", "I have 1 cats.", "1 cats", 3)


def test_too_many_broken_lines_stop_it_and_are_counted(tmp_path: Path) -> None:
    file = written(tmp_path, *["not an item"] * 5)
    with pytest.raises(
        InputError, match=r"^items.jsonl has 5 broken lines and 12 good ones: line 13 is not JSON; "
    ) as refused:
        read_items(file, most_broken=4)
    assert refused.value.message.endswith("and 2 more.")
    assert read_items(file, most_broken=5)[0]


def test_too_few_items_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "few.jsonl"
    with pytest.raises(InputError, match=r"^few.jsonl cannot be read: "):
        read_items(file, most_broken=0)
    file.write_text("\n".join(GOOD[:3]), encoding="utf-8")
    with pytest.raises(InputError, match=r"^few.jsonl has 3 usable lines"):
        read_items(file, most_broken=0)


@pytest.mark.parametrize("share", [0.0, 0.2, 0.99])
def test_each_item_is_in_one_part_and_the_same_one_each_time(share: float, tmp_path: Path) -> None:
    items, _ = read_items(written(tmp_path), most_broken=0)
    parts = part(items, share, seed=3)
    assert sorted(item.line for item in (*parts.train, *parts.watched, *parts.held_out)) == list(range(1, 13))
    assert parts.train
    assert parts.watched
    assert parts.held_out
    assert parts == part(items, share, seed=3)
    assert parts != part(items, share, seed=4)


def test_the_recipe_ends_with_a_sentence_where_a_file_is_broken_or_its_place_is_taken(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main([str(written(tmp_path, "not an item")), "--most-broken", "0", "--out", str(tmp_path / "made")]) == 1
    assert "items.jsonl has 1 broken lines and 12 good ones: line 13 is not JSON." in capfd.readouterr().err
    assert main([str(written(tmp_path)), "--out", str(tmp_path)]) == 1
    assert "holds something else" in capfd.readouterr().err
    assert [file.name for file in tmp_path.iterdir()] == ["items.jsonl"]


def test_the_appointments_are_a_hundred_items_in_the_form_that_they_teach() -> None:
    items, broken = read_items(APPOINTMENTS, most_broken=0)
    assert (len(items) >= 100, broken) == (True, [])
    days = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "today", "tomorrow", "any"}
    for item in items:
        action, day, time = item.output.split(" | ")
        assert action in ("book", "cancel", "move")
        assert day in days
        assert time in ("morning", "afternoon", "evening", "any")

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medbot_desktop.inference.stop_texts import StopTexts


def passed(stops: list[str], pieces: list[str]) -> str:
    stop = StopTexts(stops)
    return "".join(stop.pass_on(piece) for piece in pieces) + stop.rest()


def test_a_stop_text_in_pieces_ends_the_answer_before_it() -> None:
    assert passed(["\nUser:"], ["Rest.", "\n", "Us", "er: and"]) == "Rest."


def test_what_only_begins_like_a_stop_text_is_shown() -> None:
    assert passed(["\nUser:"], ["Rest.\nUs", "e it."]) == "Rest.\nUse it."


def test_what_is_held_back_at_the_end_is_shown() -> None:
    assert passed(["END"], ["The E"]) == "The E"


def test_without_stop_texts_everything_passes_at_once() -> None:
    assert StopTexts([""]).pass_on("Rest") == "Rest"


@pytest.mark.parametrize("piece", ["a,b;c", "x;y,z"])
def test_the_first_of_several_stop_texts_ends_the_answer(piece: str) -> None:
    assert passed([",", ";"], [piece]) == piece[0]


@given(st.lists(st.text("ab", max_size=3)), st.lists(st.text("ab", min_size=1, max_size=4), max_size=3))
def test_pieces_make_no_difference(pieces: list[str], stops: list[str]) -> None:
    whole = "".join(pieces)
    first = min((place for stop in stops if (place := whole.find(stop)) >= 0), default=len(whole))
    assert passed(stops, pieces) == whole[:first]

"""What cannot be read or shown safely is taken out; what is no message is refused in one clear sentence."""

from __future__ import annotations

from itertools import pairwise

import pytest

from medbot_desktop.errors import InputError
from medbot_desktop.settings import MESSAGE_LIMIT
from medbot_desktop.understanding.cleaning import clean, pieces


@pytest.mark.parametrize("text", ["", "   ", "\n\t\r\n", "\u200b\u200e\ufeff", "\x00\x07", "\u3000\u00a0"])
def test_a_text_without_anything_to_read_asks_for_a_question(text: str) -> None:
    with pytest.raises(InputError) as refused:
        clean(text)
    assert refused.value.message == "Please type a question."
    assert refused.value.hint


def test_a_hundred_thousand_characters_are_refused_at_once_with_both_counts() -> None:
    with pytest.raises(InputError) as refused:
        clean("chest pain " * 9_091)
    assert "100,001" in refused.value.message
    assert "4,000" in refused.value.message
    assert "Nothing was cut" in refused.value.hint


def test_one_character_over_the_limit_is_refused_and_the_limit_itself_is_read() -> None:
    assert len(clean("a" * MESSAGE_LIMIT)) == MESSAGE_LIMIT
    with pytest.raises(InputError):
        clean("a" * (MESSAGE_LIMIT + 1))


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("chest\x00 pain\x1b[31m", "chest pain[31m"),
        ("\u202echest\u202c pain\u200f", "chest pain"),
        ("chest\u200b pain\u2060\ufeff", "chest pain"),
        ("chest\r\npain\rnow\u2028please", "chest\npain\nnow\nplease"),
        ("  chest \t  pain  ", "chest pain"),
        ("one\n\n\n\ntwo", "one\n\ntwo"),
        ("<script>alert('x')</script> sore <b>throat</b>", "<script>alert('x')</script> sore <b>throat</b>"),
        ("I feel 🤒 today", "I feel 🤒 today"),
        ("family 👨\u200d👩\u200d👧 ill", "family 👨\u200d👩\u200d👧 ill"),
        ("chest\u200dpain", "chestpain"),
        ("\ud800sore throat", "sore throat"),
    ],
)
def test_only_what_can_be_read_is_left(typed: str, read: str) -> None:
    assert clean(typed) == read


def test_cleaning_twice_changes_nothing_more() -> None:
    once = clean(" a \u200b\r\n\r\n\r\n b\u202e\tc ")
    assert clean(once) == once


@pytest.mark.parametrize(
    "text",
    [
        "The pain is worse today. " * 700,
        "sore throat " * 2_000,
        "a" * 9_001,
        "One line\r\n\r\n\r\n" * 900,
        "short",
        "🤒" * 6_000,
        "",
        " \n ",
    ],
)
def test_a_text_of_any_length_is_cut_into_pieces_that_can_be_read_and_leave_nothing_out(text: str) -> None:
    cut = list(pieces(text))
    whole = "".join(text.split())
    assert all(clean(piece) == piece and len(piece) <= MESSAGE_LIMIT for _, piece in cut)
    end = 0
    for at, piece in cut:
        assert at <= end
        whole_piece = "".join(piece.split())
        assert whole_piece in whole
        end = at + len(piece)
    assert sum(len("".join(piece.split())) for _, piece in cut) >= len(whole)


def test_pieces_are_cut_at_the_ends_of_sentences_and_overlap() -> None:
    cut = list(pieces("The pain is worse today. " * 700))
    assert len(cut) > 4
    assert all(piece.startswith("The") and piece.endswith("today.") for _, piece in cut)
    for (at, piece), (following, _) in pairwise(cut):
        assert 100 < at + len(piece) - following <= MESSAGE_LIMIT // 10


def test_of_an_endless_text_the_two_ends_are_cut_into_pieces() -> None:
    cut = list(pieces(f"Begin. {'a word ' * 100_000} The end."))
    assert cut[0][1].startswith("Begin.")
    assert cut[-1][1].endswith("The end.")
    assert len(cut) < 40

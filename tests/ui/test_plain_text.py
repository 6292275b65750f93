"""Whatever is written is shown as text."""

import pytest

from medbot_desktop.ui.plain_text import bulleted, is_blank, shown


def test_a_mark_that_turns_text_round_is_spelt_out() -> None:
    assert shown("safe \u202egnp.exe") == "safe ‹U+202E›gnp.exe"


def test_a_control_character_is_spelt_out() -> None:
    assert shown("a\x00b\x1b[31m") == "a‹U+0000›b‹U+001B›[31m"


@pytest.mark.parametrize("text", ["مرحبا كيف حالك", "שלום", "😷🤒 fever", "<b>bold</b>", "tab\tand\nline", "क्षत्रिय"])
def test_ordinary_text_of_any_script_stays_as_it_is(text: str) -> None:
    assert shown(text) == text


def test_bullets_keep_every_offset() -> None:
    text = "- one\n* two\n  - three - not this"
    assert bulleted(text) == "• one\n• two\n  • three - not this"
    assert len(bulleted(text)) == len(text)


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\u200b\ufeff", "\u202e \u00a0"])
def test_text_without_anything_to_read_is_blank(text: str) -> None:
    assert is_blank(text)


def test_a_single_emoji_is_not_blank() -> None:
    assert not is_blank("🤒")

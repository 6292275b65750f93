"""The recovery key: what was written on paper can be typed again, and a typing error is found before anything else."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medbot_desktop.errors import PassphraseError
from medbot_desktop.vault.recovery_key import GROUPS, new_recovery_key, parse_recovery_key

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def test_a_new_key_has_seven_groups_of_five_clear_characters() -> None:
    groups = new_recovery_key().split("-")
    assert [len(group) for group in groups] == [5] * GROUPS
    assert GROUPS == 7
    assert set("".join(groups)) <= set(ALPHABET)


def test_no_two_keys_are_the_same() -> None:
    assert len({new_recovery_key() for _ in range(500)}) == 500


def test_a_key_is_read_as_it_was_made() -> None:
    for _ in range(200):
        key = new_recovery_key()
        assert parse_recovery_key(key) == key


@pytest.mark.parametrize("between", ["", " ", "-", " - ", "\n", "\t", "\u2013", "\u2011", "\u00a0"])
def test_case_spaces_dashes_and_letters_that_look_alike_do_not_matter(between: str) -> None:
    sampling = random.Random(7)
    likes = {"0": "0Oo", "1": "1IiLl"}
    for _ in range(50):
        key = new_recovery_key()
        typed = "".join(sampling.choice(likes.get(sign, sign + sign.lower())) for sign in key)
        assert parse_recovery_key(f" {typed.replace('-', between)}\n") == key


def test_a_wrong_character_anywhere_is_found() -> None:
    sampling = random.Random(7)
    tried = missed = 0
    for _ in range(3):
        key = new_recovery_key()
        for place in (place for place, sign in enumerate(key) if sign != "-"):
            for other in sampling.sample([sign for sign in ALPHABET if sign != key[place]], 8):
                tried += 1
                missed += reads(key[:place] + other + key[place + 1 :])
    assert tried == 3 * 35 * 8
    assert missed <= 3, "By chance, 1 in 32,768 passes: more than 3 of 840 do not."


def test_two_neighbours_in_the_wrong_order_are_found() -> None:
    missed = 0
    for _ in range(20):
        key = new_recovery_key().replace("-", "")
        swapped = [key[:place] + key[place + 1] + key[place] + key[place + 2 :] for place in range(len(key) - 1)]
        missed += sum(reads(typed) for typed in swapped if typed != key)
    assert missed <= 3, "By chance, 1 in 32,768 passes: more than 3 of about 660 do not."


@pytest.mark.parametrize("change", ["U", "!", "é", "\ud800", "\u0660"])
def test_a_character_that_no_key_has_is_a_typing_error(change: str) -> None:
    typed = change + new_recovery_key()[1:]
    with pytest.raises(PassphraseError, match="typing error") as refused:
        parse_recovery_key(typed)
    assert "group by group" in refused.value.hint
    assert typed[1:6] not in refused.value.message


@pytest.mark.parametrize("typed", ["", "     ", "ABCDE", "correct horse battery staple"])
def test_another_length_is_told_with_the_right_one(typed: str) -> None:
    with pytest.raises(PassphraseError, match="7 groups of 5 characters") as refused:
        parse_recovery_key(typed)
    assert refused.value.hint


def test_a_key_that_was_cut_short_is_told() -> None:
    key = new_recovery_key()
    for length in range(len(key)):
        assert not reads(key[:length])


@given(st.text(max_size=60))
def test_any_other_text_is_refused_as_a_passphrase_would_be(typed: str) -> None:
    with pytest.raises(PassphraseError):
        parse_recovery_key(typed)


def reads(typed: str) -> bool:
    """Whether a typed key passes for one."""
    try:
        parse_recovery_key(typed)
    except PassphraseError:
        return False
    return True

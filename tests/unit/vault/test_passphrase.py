"""Passphrases: any script is welcome, one that cannot be typed again is refused, and none is ever repeated."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from medbot_desktop.errors import InputError, PassphraseError
from medbot_desktop.vault.passphrase import (
    LEAST,
    LONGEST,
    Grade,
    check_new,
    normalise,
    one_time_passphrase,
    read_passphrase_file,
    strength,
)

TYPED = st.text(st.characters(exclude_categories=("Cc", "Cs")))
"""Whatever a keyboard can give, in any script."""
FILES = settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(TYPED)
def test_a_passphrase_is_the_same_however_its_letters_are_composed(typed: str) -> None:
    composed, taken_apart = unicodedata.normalize("NFC", typed), unicodedata.normalize("NFD", typed)
    assert normalise(composed) == normalise(taken_apart) == normalise(typed)


@given(TYPED)
def test_normalising_twice_changes_nothing_more(typed: str) -> None:
    assert normalise(normalise(typed)) == normalise(typed)


def test_letters_that_only_look_alike_stay_different() -> None:
    assert normalise("ﬁne ²") == "ﬁne ²"
    assert normalise("Passphrase") != normalise("passphrase")


@given(TYPED)
def test_eight_characters_of_any_script_are_enough(typed: str) -> None:
    assume(typed.strip() and len(normalise(typed)) >= LEAST)
    check_new(typed)


@given(st.text(max_size=LEAST - 1))
def test_what_takes_fewer_than_eight_bytes_is_refused(typed: str) -> None:
    assume(len(normalise(typed).encode()) < LEAST)
    with pytest.raises(PassphraseError):
        check_new(typed)


@pytest.mark.parametrize("typed", ["пароль и", "correct!", "密码很长", "كلمةالسر", "पासवर्ड", "🔑🔒", "a       "])
def test_a_passphrase_in_any_script_is_accepted(typed: str) -> None:
    check_new(typed)
    check_new(unicodedata.normalize("NFD", typed))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "cannot be empty"),
        (" \u3000\u00a0    \u2003   ", "cannot be empty"),
        ("1234567", "at least 8"),
        ("密码", "at least 8"),
        ("correct\x00horse", "cannot be typed"),
        ("correct\nhorse", "cannot be typed"),
        ("correct\ud800horse", "cannot be typed"),
        ("x" * (LONGEST + 1), "at most 100,000"),
    ],
)
def test_one_that_cannot_be_used_is_refused_with_the_reason_and_is_not_repeated(typed: str, said: str) -> None:
    with pytest.raises(PassphraseError, match=said) as refused:
        check_new(typed)
    assert refused.value.hint
    assert not typed or typed not in f"{refused.value.message} {refused.value.hint}"


def test_the_longest_one_is_accepted() -> None:
    check_new("x" * LONGEST)


@pytest.mark.parametrize(
    ("typed", "grade"),
    [
        ("", Grade.WEAK),
        ("password", Grade.WEAK),
        ("password password password password", Grade.WEAK),
        ("aaaaaaaaaaaaaaaaaaaaaaaaa", Grade.WEAK),
        ("Password1!", Grade.WEAK),
        ("20240131", Grade.WEAK),
        ("كلمةالسر", Grade.WEAK),
        ("नमस्ते", Grade.WEAK),
        ("密码", Grade.WEAK),
        ("correct horse battery", Grade.FAIR),
        ("correct horse battery staple", Grade.STRONG),
        ("حصان بطارية صحيح دباسة", Grade.STRONG),
        ("верная лошадь батарея скоба", Grade.STRONG),
        ("正しい馬の電池です", Grade.STRONG),
    ],
)
def test_strength_counts_words_that_differ(typed: str, grade: Grade) -> None:
    found = strength(typed)
    assert found.grade is grade
    assert found.advice


@given(st.text())
def test_every_text_has_a_strength_however_it_is_composed(typed: str) -> None:
    assert strength(unicodedata.normalize("NFD", typed)).grade is strength(normalise(typed)).grade


def test_one_time_passphrases_are_strong_clear_and_never_the_same() -> None:
    made = {one_time_passphrase() for _ in range(200)}
    assert len(made) == 200
    for passphrase in made:
        check_new(passphrase)
        assert [len(group) for group in passphrase.split("-")] == [4, 4, 4, 4]
        assert not set(passphrase) & set("0o1ilOIL")


@FILES
@given(
    typed=st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1), end=st.sampled_from(["", "\n", "\r\n"])
)
def test_a_file_s_first_line_is_the_passphrase(tmp_path: Path, typed: str, end: str) -> None:
    assume(not typed.startswith("\ufeff"))
    file = tmp_path / "passphrase.txt"
    file.write_bytes((typed + end + ("second line" if end else "")).encode())
    assert read_passphrase_file(file) == typed


def test_a_mark_that_an_editor_puts_before_the_text_is_no_part_of_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes("\ufeffcorrect horse \r\n".encode())
    assert read_passphrase_file(tmp_path / "file") == "correct horse "


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"caf\xe9 caf\xe9", "no UTF-8 text"), (b"x" * ((1 << 20) + 1), "too large"), (None, "cannot be read")],
)
def test_a_file_that_holds_no_passphrase_is_named(tmp_path: Path, content: bytes | None, said: str) -> None:
    file = tmp_path / "passphrase.txt"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InputError, match=said) as refused:
        read_passphrase_file(file)
    assert refused.value.hint
    assert "passphrase.txt" in refused.value.message


def test_a_folder_in_place_of_the_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_passphrase_file(tmp_path)

"""The data key: random, told to nobody, and gone when it is wiped."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from medbot_desktop.vault.data_key import KEY_BYTES, DataKey


def test_a_random_key_has_32_bytes_and_is_never_the_same() -> None:
    keys = {DataKey.random().raw for _ in range(100)}
    assert len(keys) == 100
    assert {len(key) for key in keys} == {KEY_BYTES} == {32}


def test_it_says_its_bytes_and_hexadecimal() -> None:
    key = DataKey(bytes(range(32)))
    assert key.raw == bytes(range(32))
    assert bytes.fromhex(key.hex()) == key.raw


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_another_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        DataKey(bytes(length))


def test_what_it_was_made_of_can_be_wiped_without_it() -> None:
    given = bytearray(b"k" * 32)
    key = DataKey(given)
    given[:] = bytes(32)
    assert key.raw == b"k" * 32


def test_derived_keys_follow_rfc_5869() -> None:
    extracted = hmac.digest(bytes(32), b"k" * 32, hashlib.sha256)
    expanded = hmac.digest(extracted, b"medbot index\x01", hashlib.sha256)
    assert DataKey(b"k" * 32).derive("index") == expanded


def test_each_purpose_and_each_key_has_a_derived_key_of_its_own() -> None:
    first, second = DataKey.random(), DataKey.random()
    derived = [key.derive(purpose) for key in (first, second) for purpose in ("index", "backup", "")]
    assert len({first.raw, second.raw, *derived}) == 8
    assert derived[0] == first.derive("index")


def test_a_wiped_key_is_gone() -> None:
    key = DataKey.random()
    key.wipe()
    assert key.raw == bytes(32)


def test_it_never_shows_in_a_repr() -> None:
    key = DataKey(b"k" * 32)
    shown = f"{key} {key!r} {[key]}"
    assert "kkk" not in shown
    assert key.hex()[:6] not in shown

"""The graphics cards are asked for in a process of its own, so that a driver that crashes costs nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from multiprocessing.connection import Connection

import pytest

from medbot_desktop.inference import cards
from medbot_desktop.inference.offload import Card, graphics_cards

CARD = Card("Vulkan", "A card", 2_000_000_000, 4_000_000_000)


def tell_one(pipe: Connection) -> None:
    pipe.send([CARD])


def crash(pipe: Connection) -> None:
    os.abort()


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    cards.cards_of_this_computer.cache_clear()
    yield
    cards.cards_of_this_computer.cache_clear()


def test_what_the_process_finds_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(cards.cards_of_this_computer()) == graphics_cards()
    cards.cards_of_this_computer.cache_clear()
    monkeypatch.setattr(cards, "_tell", tell_one)
    assert cards.cards_of_this_computer() == (CARD,)


def test_a_driver_that_crashes_counts_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cards, "_tell", crash)
    assert cards.cards_of_this_computer() == ()

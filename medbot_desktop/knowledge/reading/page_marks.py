"""Let a reader say which page it has read, so that whoever waits for a long document sees it go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Told = Callable[[int, int], None]
"""Takes the number of a page, from 1, and how many pages there are."""

_told: ContextVar[Told | None] = ContextVar("told_of_pages", default=None)


def page_read(number: int, count: int) -> None:
    """Say that a page has been read.

    Args:
        number: of the page, from 1.
        count: how many pages the file has.
    """
    told = _told.get()
    if told is not None:
        told(number, count)


@contextmanager
def told_of_pages(told: Told) -> Iterator[None]:
    """Hear of each page that is read while the context lasts."""
    token = _told.set(told)
    try:
        yield
    finally:
        _told.reset(token)

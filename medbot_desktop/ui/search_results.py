"""Show what a search of the conversations has found: title, day and the words around each match."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from medbot_desktop.ui.days import short_moment
from medbot_desktop.ui.result_list import ResultList, ResultModel
from medbot_desktop.ui.talk import one_line
from medbot_desktop.ui.theme import Appearance

if TYPE_CHECKING:
    from medbot_desktop.memory.search import Found

_TITLE_LETTERS = 60


class FoundModel(ResultModel["Found"]):
    """The places that were found in conversations.

    Args:
        today: says which day it is.
    """

    def __init__(self, today: Callable[[], date] = date.today, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._today = today

    def title(self, found: Found) -> str:
        """The conversation's."""
        return title_of(found)

    def where(self, found: Found) -> str:
        """When it was said, and whom the conversation is about."""
        conversation = found.conversation
        day = short_moment(conversation.updated.astimezone(), self._today())
        return f"{day} · {one_line(conversation.person.name, _TITLE_LETTERS)}" if conversation.person else day


class SearchResults(ResultList["Found"]):
    """The list of places that were found."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(appearance, FoundModel(), "Search results", parent)


def title_of(found: Found) -> str:
    """The name of the conversation in which it was found, never empty."""
    return one_line(found.conversation.title, _TITLE_LETTERS) or "New conversation"

"""List the passages that a search of the library has found, with the words marked that were looked for."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from medbot_desktop.domain import Passage
from medbot_desktop.ui.library_jobs import FoundPassage
from medbot_desktop.ui.result_list import ResultList, ResultModel
from medbot_desktop.ui.talk import one_line
from medbot_desktop.ui.theme import Appearance

_TITLE_LETTERS = 120


class HitModel(ResultModel[FoundPassage]):
    """Passages, the best one first."""

    def title(self, found: FoundPassage) -> str:
        """The document's."""
        return one_line(found.passage.title, _TITLE_LETTERS) or "Untitled document"

    def where(self, found: FoundPassage) -> str:
        """The section, the page and the library."""
        return place_of(found.passage)


class LibraryHits(ResultList[FoundPassage]):
    """The list of passages."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(appearance, HitModel(), "Passages that were found", parent)


def place_of(passage: Passage) -> str:
    """Where a passage stands, on one line."""
    page = "" if passage.page is None else f"page {passage.page}"
    parts = (one_line(passage.section, _TITLE_LETTERS), page, f"{one_line(passage.library, _TITLE_LETTERS)} library")
    return " · ".join(part for part in parts if part)

"""Show what the text models did in the last days, in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from medbot_desktop.ui.days import short_date
from medbot_desktop.ui.parts import words
from medbot_desktop.ui.section_page import SectionPage, block
from medbot_desktop.ui.table import Column, Table, TableModel

if TYPE_CHECKING:
    from medbot_desktop.memory.usage import DayUse
    from medbot_desktop.ui.model_jobs import Models

DAYS = 14
_ABOUT = (
    f"The last {DAYS} days, in numbers only: no word of a conversation is kept here. A fallback is an answer in which "
    "another model, or the library's own words, took the model's place."
)
_NO_MODEL = "The library's own words"


class UsageBlock:
    """The block "Use by day" of the page of models.

    Args:
        page: the page; the block is added to its column.
    """

    def __init__(self, page: SectionPage) -> None:
        self._titles: Mapping[str, str] = {}
        columns: list[Column[DayUse]] = [
            Column("Day", lambda use: short_date(use.day), 14),
            Column("Model", self._title, 30),
            Column("Answers", lambda use: f"{use.answers:,}", 10),
            Column("Composed", lambda use: f"{use.composed:,}" if use.model else "", 12),
            Column("Tokens", lambda use: f"{use.tokens:,}" if use.model else "", 11),
            Column("First words", lambda use: _seconds(use.first_text_ms), 13),
            Column("Fallbacks", lambda use: f"{use.fallbacks:,}" if use.model else ""),
        ]
        inside = block(page, "Use by day", _ABOUT)
        self.table = Table(page.appearance, TableModel(columns, page), "Use by day")
        self.empty = words("No question has been answered in these days.", "small")
        inside.addWidget(self.table)
        inside.addWidget(self.empty)

    def show(self, known: Models) -> None:
        """Show what was counted."""
        self._titles = known.titles
        self.table.rows.show(known.usage)
        self.table.setVisible(bool(known.usage))
        self.empty.setVisible(not known.usage)

    def forget(self) -> None:
        """Let go of what was counted."""
        self.table.rows.show([])

    def _title(self, use: DayUse) -> str:
        return self._titles.get(use.model, use.model) if use.model else _NO_MODEL


def _seconds(milliseconds: int | None) -> str:
    return "" if milliseconds is None else f"{milliseconds / 1000:,.2f} s"

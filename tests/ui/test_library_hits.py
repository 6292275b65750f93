"""The passages that a search of the library has found, as a list."""

from __future__ import annotations

from PySide6.QtWidgets import QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from medbot_desktop.domain import Passage
from medbot_desktop.ui.library_hits import LibraryHits
from medbot_desktop.ui.library_jobs import FoundPassage
from medbot_desktop.ui.theme import Appearance

TEXT = "A burn of the hand is dressed with paraffin gauze, each finger by itself. " * 3


def hit(number: int) -> FoundPassage:
    passage = Passage(f"clinic/{number}/0", "clinic", str(number), f"Burns {number}", "Dressing", TEXT, 0, len(TEXT))
    return FoundPassage(passage, TEXT, ((2, 6),))


def test_each_row_is_as_high_as_its_snippet_whatever_the_width(qtbot: QtBot) -> None:
    hits = LibraryHits(Appearance("light"))
    qtbot.addWidget(hits)
    hits.resize(3_000, 400)
    with qtbot.waitExposed(hits):
        hits.show()
    hits.show_results([hit(number) for number in range(20)])
    before = hits.visualRect(hits.results.index(0)).height()
    hits.resize(500, 400)
    rows = [hits.results.index(row) for row in range(20)]

    def are_right() -> bool:
        wanted = [hits.itemDelegate().sizeHint(QStyleOptionViewItem(), row).height() for row in rows]
        return [hits.visualRect(row).height() for row in rows] == wanted and wanted[0] > before

    qtbot.waitUntil(are_right)

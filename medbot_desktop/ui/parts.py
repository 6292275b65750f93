"""Make the small pieces that every page uses: widgets with a name for the style sheet, and labels of plain words."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from medbot_desktop.ui.plain_text import shown
from medbot_desktop.ui.theme import Theme

_Named = TypeVar("_Named", bound=QObject)


def named(widget: _Named, name: str) -> _Named:
    """Give a widget the name under which ``window.qss`` knows it."""
    widget.setObjectName(name)
    return widget


def words(text: str, name: str = "plain", selectable: bool = False) -> QLabel:
    """A label that shows ``text`` as it stands and breaks its lines.

    Args:
        text: what to show; never read as markup.
        name: how it looks: ``title``, ``heading``, ``strong``, ``small`` or ``plain``.
        selectable: whether the pointer can select it.
    """
    label = named(QLabel(shown(text)), name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    if selectable:
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def narrow_words(text: str, name: str = "plain") -> QLabel:
    """The same, but no word widens the place where it stands: one that is longer is cut."""
    label = words(text, name)
    policy = label.sizePolicy()
    policy.setHorizontalPolicy(QSizePolicy.Policy.Ignored)
    label.setSizePolicy(policy)
    return label


def section_column(theme: Theme) -> tuple[QWidget, QVBoxLayout]:
    """An empty page with room around it, and the column in which its parts stand."""
    page = QWidget()
    column = QVBoxLayout(page)
    pad = 2 * theme.sizes.unit
    column.setContentsMargins(pad, pad, pad, pad)
    column.setSpacing(theme.sizes.unit)
    return page, column


def sentence_case(name: str) -> str:
    """A stable identifier as words."""
    return name.replace("_", " ").replace(".", " ").capitalize()

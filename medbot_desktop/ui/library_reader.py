"""Read a document where it was cited: its text, the page as a picture, and what it has contributed to answers."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from medbot_desktop.ui.amounts import counted, local_moment
from medbot_desktop.ui.days import short_date
from medbot_desktop.ui.document_view import DocumentView
from medbot_desktop.ui.icons import icon
from medbot_desktop.ui.library_jobs import OpenedDocument
from medbot_desktop.ui.page_artist import PageArtist, WantedPage
from medbot_desktop.ui.parts import named, words
from medbot_desktop.ui.plain_text import shown
from medbot_desktop.ui.search_field import SearchField
from medbot_desktop.ui.talk import one_line
from medbot_desktop.ui.theme import Appearance, Theme

_LETTERS = 200
_QUESTION_LETTERS = 60
_PAGE_REST_MS = 150


class LibraryReader(QWidget):
    """A document that is open.

    Args:
        appearance: the look that is on.

    Attributes:
        view: the text.
        field: what is looked for in it.
        artist: draws its pages.

    Signals:
        left: the person goes back to where they came from.
        conversation_wanted: the conversation of that identifier is to be shown.
    """

    left = Signal()
    conversation_wanted = Signal(str)

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sizes = sizes = appearance.theme.sizes
        self._opened: OpenedDocument | None = None
        self._page = 0
        self._drawn = QPixmap()
        self.back_button = QPushButton("Back")
        self.title = words("", "title")
        self.about = words("", "small", selectable=True)
        self.uses_button = named(QToolButton(), "filter")
        self.uses_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.uses_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.uses_button.setFixedHeight(sizes.target)
        self.uses_button.setMenu(QMenu(self))
        self.field = SearchField(appearance, "Find in this document", "Find in this document", "Find (Ctrl+F)")
        self.field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.count = words("", "small")
        self.count.hide()
        self.previous_button, self.next_button = _step("The match before"), _step("The next match")
        self.page_button = named(QToolButton(), "filter")
        self.page_button.setText("Page")
        self.page_button.setCheckable(True)
        self.page_button.setFixedHeight(sizes.target)
        self.view = DocumentView(appearance)
        self.picture = QLabel()
        self.picture.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.area = QScrollArea()
        self.area.setObjectName("pageArea")
        self.area.setWidgetResizable(True)
        self.area.setWidget(self.picture)
        self.area.setAccessibleName("The page as a picture")
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._turning = QTimer(self)
        self._turning.setSingleShot(True)
        self._turning.setInterval(_PAGE_REST_MS)
        self._turning.timeout.connect(self._ask_page)
        self.artist = PageArtist()
        self.artist.drawn.connect(self._show_page)
        self._arrange(sizes.unit)
        self._connect()
        appearance.changed.connect(self._use_theme)
        self._use_theme(appearance.theme)

    def _arrange(self, unit: int) -> None:
        head = QHBoxLayout()
        head.setSpacing(2 * unit)
        head.addWidget(self.back_button, 0, Qt.AlignmentFlag.AlignTop)
        names = QVBoxLayout()
        names.setSpacing(unit // 2)
        names.addWidget(self.title)
        names.addWidget(self.about)
        head.addLayout(names, 1)
        tools = QHBoxLayout()
        tools.setSpacing(unit)
        tools.addWidget(self.field, 1)
        tools.addWidget(self.count)
        for button in (self.previous_button, self.next_button, self.page_button, self.uses_button):
            tools.addWidget(button)
        self._sides = sides = QHBoxLayout()
        sides.setSpacing(unit)
        sides.addWidget(self.view, 1)
        sides.addWidget(self.area, 1)
        sides.addStretch(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(unit)
        column.addLayout(head)
        column.addLayout(tools)
        column.addLayout(sides, 1)

    def _connect(self) -> None:
        self.back_button.clicked.connect(self.left)
        self.field.rested.connect(self._find)
        self.field.left.connect(self._leave_field)
        self.field.down_wanted.connect(lambda: self._go(1))
        self.next_button.clicked.connect(lambda: self._go(1))
        self.previous_button.clicked.connect(lambda: self._go(-1))
        self.page_button.toggled.connect(self._fit)
        self.view.page_changed.connect(self._turn)
        self.view.written.connect(lambda: self._find(self.field.text().strip()))
        self.field.installEventFilter(self)

    def show_document(self, opened: OpenedDocument, marked: tuple[int, int] = (0, 0)) -> None:
        """Show a document, at a passage of it.

        Args:
            opened: the document.
            marked: (start, end) offsets of the passage in its body.
        """
        self._opened = opened
        self._page = 0
        text = opened.text
        self.title.setText(one_line(text.summary.title, _LETTERS) or "Untitled document")
        self.about.setText(_facts(opened))
        self.field.clear()
        self._list_uses(opened)
        self._drawn = QPixmap()
        self.picture.clear()
        self.area.hide()
        self.page_button.hide()
        self.page_button.setChecked(self._has_room())
        self.view.show_text(text, marked)
        self._fit()
        self.view.setFocus()

    def forget(self) -> None:
        """Show nothing any more."""
        self._opened = None
        self._turning.stop()
        self.artist.forget()
        self.field.clear()
        self.view.show_text(None)
        self._drawn = QPixmap()
        self.picture.clear()
        self.uses_button.menu().clear()
        for label in (self.title, self.about):
            label.setText("")

    def enter_search(self) -> None:
        """Put the keyboard where words of the document are looked for."""
        self.field.setFocus()
        self.field.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Go to the match before with Shift and Enter."""
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if is_enter and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self._go(-1)
                return True
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Show text and picture beside each other where there is room for both, else the text."""
        super().resizeEvent(event)
        had_room = event.oldSize().width() >= self._sizes.reading
        if had_room != self._has_room():
            self.page_button.setChecked(self._has_room())
        self._fit()
        self._turning.start()

    def _has_room(self) -> bool:
        return self.width() >= self._sizes.reading

    def _fit(self) -> None:
        shows_page = not self._drawn.isNull() and self.page_button.isChecked()
        if shows_page:
            self._fit_picture()
        self.area.setVisible(shows_page)
        self.view.setVisible(self._has_room() or not shows_page)
        self.page_button.setText(f"Page {self._page}" if self._page else "Page")
        self.page_button.setAccessibleName(f"Show page {self._page} as a picture")

    def _fit_picture(self) -> None:
        """Show the picture no wider than there is room, until one comes that is drawn for that."""
        width = round(self._picture_width() * self._drawn.devicePixelRatio())
        too_wide = self._drawn.width() > width
        smooth = Qt.TransformationMode.SmoothTransformation
        self.picture.setPixmap(self._drawn.scaledToWidth(width, smooth) if too_wide else self._drawn)

    def _turn(self, page: int) -> None:
        self._page = page
        self._fit()
        self._turning.start()

    def _ask_page(self) -> None:
        wanted = self._wanted()
        if wanted is not None:
            self.artist.draw(wanted)

    def _wanted(self) -> WantedPage | None:
        """The page whose text is in sight, as large as there is room for its picture."""
        if not self._page or self._opened is None or not self._opened.text.path:
            return None
        text = self._opened.text
        width = round(self._picture_width() * self.devicePixelRatioF())
        return WantedPage(Path(text.path), text.file_sha256, self._page, width)

    def _picture_width(self) -> int:
        sizes = self._sizes
        beside = 2 if self._has_room() else 1
        return min(sizes.reading, self.width() // beside - sizes.scrollbar - sizes.unit)

    def _show_page(self, wanted: WantedPage, data: bytes | None) -> None:
        """Show the picture of a page, unless another one is in sight by now."""
        if wanted != self._wanted():
            return
        picture = QPixmap()
        if data is not None and picture.loadFromData(data):
            picture.setDevicePixelRatio(self.devicePixelRatioF())
            self.picture.setAccessibleName(f"Page {wanted.page} as a picture")
        self._drawn = picture
        self.page_button.setVisible(not picture.isNull())
        self._fit()

    def _find(self, words_: str) -> None:
        found = self.view.find_words(words_)
        self._tell_count(bool(words_), found)

    def _go(self, step: int) -> None:
        self.view.go_to_match(self.view.current + step)
        self._tell_count(bool(self.field.text().strip()), len(self.view.matches))

    def _tell_count(self, is_looking: bool, found: int) -> None:
        told = f"{self.view.current + 1:,} of {found:,}" if found else "Not found"
        self.count.setText(told)
        self.count.setVisible(is_looking)
        for button in (self.previous_button, self.next_button):
            button.setVisible(is_looking)
            button.setEnabled(found > 1)

    def _leave_field(self) -> None:
        if self.field.text():
            self.field.clear()
        else:
            self.left.emit()

    def _list_uses(self, opened: OpenedDocument) -> None:
        menu = self.uses_button.menu()
        menu.clear()
        for use in opened.contribution.last:
            question = one_line(use.question, _QUESTION_LETTERS).replace("&", "&&")
            action = menu.addAction(f"{local_moment(use.moment)} · {question}")
            action.triggered.connect(lambda _=False, key=use.conversation_id: self.conversation_wanted.emit(key))
        self.uses_button.setVisible(bool(opened.contribution.last))
        self.uses_button.setText("Answers")
        self.uses_button.setAccessibleName("Answers that cite this document")

    def _use_theme(self, theme: Theme) -> None:
        self.back_button.setIcon(icon(theme, "back"))
        self.uses_button.setIcon(icon(theme, "chevron"))
        self.previous_button.setIcon(icon(theme, "up"))
        self.next_button.setIcon(icon(theme, "chevron"))


def _step(name: str) -> QToolButton:
    button = named(QToolButton(), "quiet")
    button.setAccessibleName(name)
    button.setToolTip(name)
    button.hide()
    return button


def _facts(opened: OpenedDocument) -> str:
    """What there is to say about a document, on as many lines as it needs."""
    summary, answers = opened.text.summary, opened.contribution.answers
    facts = [
        f"{shown(summary.library)} library",
        counted(summary.pages, "page") if summary.pages else "",
        counted(summary.passages, "passage"),
        f"reviewed {summary.last_reviewed}" if summary.last_reviewed else "",
        f"added {short_date(summary.added.replace(tzinfo=UTC).astimezone().date())}" if summary.added else "",
        one_line(summary.file_name, _LETTERS),
        one_line(summary.url, _LETTERS),
        f"tagged {', '.join(summary.tags)}" if summary.tags else "",
        f"cited in {counted(answers, 'answer')}" if answers else "not cited in any answer yet",
    ]
    return " · ".join(fact for fact in facts if fact)

"""Let a person go through the conversations, and rename or delete one where it stands."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyledItemDelegate, QToolButton, QWidget

from medbot_desktop.ui.conversation_delegate import ConversationDelegate
from medbot_desktop.ui.conversation_model import ConversationModel, Heading
from medbot_desktop.ui.icons import icon
from medbot_desktop.ui.parts import named
from medbot_desktop.ui.talk import Talk
from medbot_desktop.ui.theme import Appearance, Theme
from medbot_desktop.ui.transcript_model import AnyIndex


class ConversationList(QListView):
    """The list at the left of the chat.

    Signals:
        chosen: a ``Talk`` was moved to.
        renamed: a ``Talk`` and its new name.
        deletion_wanted: a ``Talk`` is to be deleted.
        menu_wanted: a ``Talk`` and the point of the screen where its menu is to open.
    """

    chosen = Signal(object)
    renamed = Signal(object, str)
    deletion_wanted = Signal(object)
    menu_wanted = Signal(object, QPoint)

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.conversations = ConversationModel(parent=self)
        self._current: Talk | None = None
        self._is_allowed = False
        self._waiting: tuple[Sequence[Talk], Sequence[Talk], Talk] | None = None
        self._painter = ConversationDelegate(appearance.theme, self)
        self.more_button = named(QToolButton(self), "quiet")
        self.more_button.setAccessibleName("More about this conversation")
        self.more_button.setToolTip("More (Menu key)")
        self.more_button.clicked.connect(self._want_menu)
        self.more_button.hide()
        self.setObjectName("conversationList")
        self.setAccessibleName("Conversations")
        self.setModel(self.conversations)
        self.setItemDelegate(self._painter)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.conversations.renamed.connect(self.renamed)
        self.verticalScrollBar().valueChanged.connect(self._place_more)
        self.clicked.connect(self._fold)
        appearance.changed.connect(self._use_theme)
        self._use_theme(appearance.theme)

    def show_talks(self, talks: Sequence[Talk], deleted: Sequence[Talk], current: Talk) -> None:
        """List these conversations with ``current`` chosen; while a name is typed this waits for its end."""
        if self.state() is QAbstractItemView.State.EditingState:
            self._waiting = (talks, deleted, current)
            return
        place = self.verticalScrollBar().value()
        is_moved = current is not self._current
        self._show_as_current(current)
        is_new = self.conversations.show(talks, deleted)
        row = self.conversations.row_of(current)
        index = self.conversations.index(row) if row >= 0 else QModelIndex()
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if is_new:
            self.doItemsLayout()
            self.verticalScrollBar().setValue(place)
        if is_moved and index.isValid():
            self.scrollTo(index)
        self.viewport().update()
        self._place_more()

    def allow_changes(self, is_allowed: bool) -> None:
        """Let conversations be renamed and offer their menu, or not."""
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(triggers.EditKeyPressed if is_allowed else triggers.NoEditTriggers)
        self._is_allowed = is_allowed
        self._place_more()

    def talk_at(self, index: AnyIndex) -> Talk | None:
        """The conversation of a row; None for a heading."""
        row = self.conversations.row(index.row()) if index.isValid() else None
        return row if isinstance(row, Talk) else None

    def edit(self, index: AnyIndex, *trigger: object) -> bool:  # type: ignore[override]
        """Begin to rename, without the button in the way."""
        is_begun: bool = super().edit(index, *trigger)  # type: ignore[assignment]
        self._place_more()
        return is_begun

    def rename(self, talk: Talk) -> None:
        """Let the name of a conversation be typed in its row."""
        index = self.conversations.index(self.conversations.row_of(talk))
        if index.isValid():
            self.scrollTo(index)
            self.edit(index)

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:  # type: ignore[override]  # noqa: N802
        """Follow the keyboard or the pointer to another conversation."""
        super().currentChanged(current, previous)
        talk = self.talk_at(current)
        if talk is not None and talk is not self._current:
            self.chosen.emit(talk)

    def closeEditor(self, editor: QWidget, hint: QStyledItemDelegate.EndEditHint) -> None:  # noqa: N802
        """Show what has come while a name was typed."""
        super().closeEditor(editor, hint)
        waiting, self._waiting = self._waiting, None
        if waiting:
            self.show_talks(*waiting)
        self._place_more()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Delete and fold by key; Qt itself begins to rename with F2."""
        talk = self.talk_at(self.currentIndex())
        if event.key() == Qt.Key.Key_Delete and talk is not None and not talk.is_deleted():
            self.deletion_wanted.emit(talk)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and talk is None:
            self._fold(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        """Offer by keyboard and right click everything that can be done with a conversation."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        talk = self.talk_at(index)
        if talk is not None:
            at = self.visualRect(index).center() if by_key else event.pos()
            self.menu_wanted.emit(talk, self.viewport().mapToGlobal(at))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Let only the first button choose: the second one opens the menu of what it points at."""
        if event.button() is not Qt.MouseButton.RightButton:
            super().mousePressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Keep the button in its row."""
        super().resizeEvent(event)
        self._place_more()

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802
        """Keep the button in its row after rows were laid out."""
        done = super().viewportEvent(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._place_more()
        return done

    def _show_as_current(self, talk: Talk) -> None:
        self._current = self._painter.current = talk

    def _fold(self, index: AnyIndex) -> None:
        row = self.conversations.row(index.row()) if index.isValid() else None
        if isinstance(row, Heading) and row.is_open is not None:
            place = self.verticalScrollBar().value()
            self.conversations.fold()
            self.doItemsLayout()
            self.verticalScrollBar().setValue(place)
            self.setCurrentIndex(self.conversations.index(index.row()))
            if not row.is_open:
                self.scrollTo(self.conversations.index(index.row() + 1))

    def _place_more(self) -> None:
        """Put the button at the right end of the current conversation's row."""
        talk = self._current
        index = self.conversations.index(self.conversations.row_of(talk)) if talk else QModelIndex()
        box = self.visualRect(index)
        in_sight = self.viewport().rect().contains(box.center())
        is_stored = talk is not None and talk.conversation is not None
        is_edited = self.state() is QAbstractItemView.State.EditingState
        self.more_button.setVisible(not is_edited and self._is_allowed and is_stored and index.isValid() and in_sight)
        size = self.more_button.sizeHint()
        x = box.right() + 1 - size.width() + self.viewport().x()
        self.more_button.move(x, box.center().y() - size.height() // 2 + self.viewport().y() + 1)

    def _want_menu(self) -> None:
        if self._current is not None:
            self.menu_wanted.emit(self._current, self.more_button.mapToGlobal(self.more_button.rect().bottomLeft()))

    def _use_theme(self, theme: Theme) -> None:
        self._painter.theme = theme
        self.more_button.setIcon(icon(theme, "more"))
        self.more_button.setFixedSize(theme.sizes.target, theme.sizes.target)
        self.viewport().update()

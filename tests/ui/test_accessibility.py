"""Every control is reached by the Tab key in reading order, and a screen reader can name it."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from medbot_desktop.domain import Person
from medbot_desktop.ui.main_window import MainWindow
from medbot_desktop.ui.person_chooser import PersonChooser
from medbot_desktop.ui.theme import Appearance

from .conftest import PlayedServices, citation, finished

TAB = Qt.FocusPolicy.TabFocus


def walk(qtbot: QtBot, window: MainWindow) -> list[QWidget]:
    """The widgets that Tab leads to, from the field once around."""
    window.chat.composer.edit.setFocus()
    found: list[QWidget] = []
    for _ in range(60):
        here = QApplication.focusWidget()
        assert here is not None
        if here in found:
            return found
        found.append(here)
        qtbot.keyClick(here, Qt.Key.Key_Tab)
    raise AssertionError("the tab order has no end")


def name_of(widget: QWidget) -> str:
    """What a screen reader calls a widget."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name) if interface else ""


def with_an_answer(qtbot: QtBot, window: MainWindow, services: PlayedServices) -> None:
    services.events = lambda text: [finished("Rest. [1]", citation())]
    window.chat.send("Question")
    qtbot.waitUntil(lambda: window.chat.composer.send_button.isVisible() and bool(window.chat.panel.cards))
    window.chat.composer.set_text("more")


def test_every_stop_of_the_tab_key_has_a_name(qtbot: QtBot, window: MainWindow, services: PlayedServices) -> None:
    qtbot.waitUntil(lambda: bool(window.chat.empty.buttons))
    on_empty = walk(qtbot, window)
    with_an_answer(qtbot, window, services)
    on_answer = walk(qtbot, window)
    nameless = [type(widget).__name__ for widget in (*on_empty, *on_answer) if not name_of(widget)]
    assert nameless == []


def test_every_control_in_sight_is_a_stop_of_the_tab_key(
    qtbot: QtBot, window: MainWindow, services: PlayedServices
) -> None:
    with_an_answer(qtbot, window, services)
    stops = walk(qtbot, window)
    buttons = [button for button in window.findChildren(QAbstractButton) if button.isVisible() and button.isEnabled()]
    assert [button.text() for button in buttons if button not in stops] == []


def test_the_tab_key_goes_from_left_to_right(qtbot: QtBot, window: MainWindow, services: PlayedServices) -> None:
    with_an_answer(qtbot, window, services)
    stops = walk(qtbot, window)
    order = [stops.index(widget) for widget in (window.chat.composer.edit, window.chat.composer.send_button)]
    order += [stops.index(window.chat.panel.tabs), stops.index(window.desk.rail_buttons[0])]
    order += [stops.index(window.chat.column.new_button), stops.index(window.chat.column.list)]
    order += [stops.index(window.chat.transcript)]
    assert order == sorted(order)


def test_targets_are_at_least_44_pixels_high(qtbot: QtBot, window: MainWindow, services: PlayedServices) -> None:
    qtbot.waitUntil(lambda: bool(window.chat.empty.buttons))
    buttons = [button for button in window.findChildren(QAbstractButton) if button.isVisible()]
    assert [(button.text(), button.height()) for button in buttons if button.height() < 44] == []


def test_the_settings_page_is_reached_by_keys_alone(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    assert window.settings.isVisible()
    assert window.settings.choices["light"].hasFocus()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Down)
    qtbot.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert window.chat.composer.edit.hasFocus()


def test_a_screen_reader_finds_the_messages(qtbot: QtBot, window: MainWindow, services: PlayedServices) -> None:
    with_an_answer(qtbot, window, services)
    interface = QAccessible.queryAccessibleInterface(window.chat.transcript)
    names = [interface.child(row).text(QAccessible.Text.Name) for row in range(interface.childCount())]
    assert names == ["You: Question", "MedBot: Rest. [1]"]


def test_a_search_and_its_filters_can_be_named_and_touched(
    qtbot: QtBot, window: MainWindow, services: PlayedServices
) -> None:
    qtbot.waitUntil(lambda: window.chat.archive.is_known)
    column = window.chat.column
    column.enter_search()
    column.field.setText("flu")
    column.filters.choose_span("Between two days")
    parts = [part for part in column.findChildren(QWidget) if part.isVisible() and part.focusPolicy() & TAB]
    parts = [part for part in parts if part.parent() not in parts]  # a date's own line is part of it
    assert [type(part).__name__ for part in parts if not name_of(part)] == []
    assert [(name_of(part), part.height()) for part in parts if part.height() < 44] == []


def test_the_choice_of_a_person_can_be_named_and_touched(qtbot: QtBot, appearance: Appearance) -> None:
    dialog = PersonChooser(appearance, [Person("p", "Ann Example")], None, "Nobody", may_change=True)
    qtbot.addWidget(dialog)
    dialog.show()
    for is_form in (False, True):
        if is_form:
            dialog.add_button.click()
        parts = [part for part in dialog.findChildren(QWidget) if part.isVisible() and part.focusPolicy() & TAB]
        assert [type(part).__name__ for part in parts if not name_of(part)] == []
        assert [(name_of(part), part.height()) for part in parts if part.height() < 44] == []

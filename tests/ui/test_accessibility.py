"""Every control is reached by the Tab key in reading order, and a screen reader can name it."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from medbot_desktop.ui.main_window import MainWindow

from .conftest import PlayedServices, citation, finished


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
    order += [stops.index(window.chat.panel.tabs), stops.index(window.rail_buttons[0])]
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

"""What a person types is sent as it is, or stays where it is."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from medbot_desktop.settings import MESSAGE_LIMIT
from medbot_desktop.ui.composer import Composer
from medbot_desktop.ui.theme import Appearance


@pytest.fixture
def composer(qtbot: QtBot, appearance: Appearance) -> Composer:
    composer = Composer(appearance)
    qtbot.addWidget(composer)
    composer.resize(600, 200)
    with qtbot.waitExposed(composer):
        composer.show()
    return composer


@pytest.fixture
def sent(composer: Composer) -> list[str]:
    texts: list[str] = []
    composer.sent.connect(texts.append)
    return texts


def test_enter_sends_and_empties_the_field(qtbot: QtBot, composer: Composer, sent: list[str]) -> None:
    qtbot.keyClicks(composer.edit, "I have a cough")
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    assert sent == ["I have a cough"]
    assert composer.text() == ""


def test_shift_and_enter_begin_a_new_line(qtbot: QtBot, composer: Composer, sent: list[str]) -> None:
    qtbot.keyClicks(composer.edit, "one")
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(composer.edit, "two")
    assert (composer.text(), sent) == ("one\ntwo", [])


@pytest.mark.parametrize("text", ["", "   ", "\n\n\t", "\u200b"])
def test_text_without_anything_to_read_cannot_be_sent(
    qtbot: QtBot, composer: Composer, sent: list[str], text: str
) -> None:
    composer.set_text(text)
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    assert sent == []
    assert not composer.send_button.isEnabled()


def test_the_counter_shows_only_near_the_limit(composer: Composer) -> None:
    composer.set_text("a" * 3000)
    assert not composer.note.isVisible()
    composer.set_text("a" * 3700)
    assert composer.note.text() == "3,700 of 4,000 characters"


def test_exactly_the_limit_can_be_sent(qtbot: QtBot, composer: Composer, sent: list[str]) -> None:
    composer.set_text("a" * MESSAGE_LIMIT)
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    assert [len(text) for text in sent] == [MESSAGE_LIMIT]


def test_a_message_over_the_limit_stays_and_says_why(qtbot: QtBot, composer: Composer, sent: list[str]) -> None:
    composer.set_text("a" * (MESSAGE_LIMIT + 1))
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    assert sent == []
    assert len(composer.text()) == MESSAGE_LIMIT + 1
    assert composer.note.text() == "4,001 of 4,000 characters. Shorten the message by 1 character to send it."


def test_a_hundred_thousand_pasted_characters_stay_whole_and_unsent(
    qtbot: QtBot, composer: Composer, sent: list[str]
) -> None:
    QGuiApplication.clipboard().setText("sore throat " * 8334)
    composer.edit.paste()
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    assert (len(composer.text()), sent) == (100_008, [])
    assert composer.note.text().startswith("100,008 of 4,000 characters.")


def test_pasted_markup_is_text(composer: Composer) -> None:
    QGuiApplication.clipboard().setText("<b>bold</b><script>x</script> 😷 مرحبا")
    composer.edit.paste()
    assert composer.text() == "<b>bold</b><script>x</script> 😷 مرحبا"


def test_losing_the_focus_loses_no_text(qtbot: QtBot, composer: Composer) -> None:
    qtbot.keyClicks(composer.edit, "half a sent")
    composer.edit.clearFocus()
    composer.hide()
    composer.show()
    assert composer.text() == "half a sent"


def test_another_theme_loses_no_text(qtbot: QtBot, composer: Composer, appearance: Appearance) -> None:
    qtbot.keyClicks(composer.edit, "half a sent")
    appearance.choose("contrast")
    assert composer.text() == "half a sent"


def test_the_field_grows_with_its_lines_up_to_a_limit(composer: Composer) -> None:
    heights = []
    for lines in (1, 3, 6, 40):
        composer.set_text("\n".join("line" for _ in range(lines)))
        heights.append(composer.edit.height())
    assert heights[0] < heights[1] < heights[2] == heights[3]


def test_while_an_answer_is_written_enter_keeps_the_text(qtbot: QtBot, composer: Composer, sent: list[str]) -> None:
    composer.set_busy(True)
    qtbot.keyClicks(composer.edit, "another question")
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    assert sent == []
    assert composer.text() == "another question"
    assert composer.note.text().startswith("Wait for the answer, or press Stop.")
    assert composer.stop_button.isVisible()
    assert not composer.send_button.isVisible()


def test_a_text_over_the_limit_is_handed_over_once_typing_pauses(qtbot: QtBot, composer: Composer) -> None:
    long = "a" * (MESSAGE_LIMIT + 1)
    with qtbot.waitSignal(composer.too_long) as handed:
        composer.set_text(long)
    assert handed.args == [long]
    with qtbot.assertNotEmitted(composer.too_long, wait=900):
        composer.set_text(long + "b")
        composer.set_text("short")


def test_an_alarm_stands_above_the_refusal_until_the_text_is_short_enough(composer: Composer) -> None:
    composer.set_text("a" * (MESSAGE_LIMIT + 1))
    assert composer.warn("Call 999 now.")
    assert composer.note.text().startswith("Call 999 now.\n4,001 of 4,000 characters.")
    assert composer.note.accessibleName() == composer.note.text()
    assert not composer.warn("Call 999 now.")
    composer.set_text("short")
    assert not composer.note.isVisible()
    assert not composer.warn("Call 999 now.")
    composer.set_text("b" * (MESSAGE_LIMIT + 1))
    assert "Call" not in composer.note.text()

"""A person's record is taken down and corrected in the window, on a real vault on the disk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from medbot_desktop.domain import Conversation, Person
from medbot_desktop.ui.desk import CHAT
from medbot_desktop.ui.main_window import MainWindow
from medbot_desktop.ui.person_chooser import PersonChooser
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.roles import Account, Role

from .showing import in_front
from .vaulted import VaultServices, in_vault, open_as, open_window, settle

KEY = Qt.Key
SOON = date.today() + timedelta(days=90)


@pytest.fixture
def services(qapp: QApplication, bare_folder: VaultFolder) -> VaultServices:
    return open_as(bare_folder, "desk")


@pytest.fixture
def ann(services: VaultServices) -> Person:
    """Somebody with a record, whose name another person has too."""
    services.people.add("Ann Example", date(2002, 12, 1), "B-204")
    return services.people.add(
        "Ann Example",
        date(1961, 5, 3),
        "A-17",
        allergies=["latex"],
        medicines=["warfarin 3 mg, at night", "metformin"],
        conditions=["asthma"],
        due=SOON,
    )


@pytest.fixture
def about(services: VaultServices, ann: Person) -> Conversation:
    return services.keep("What helps?", ann)


@pytest.fixture
def window(qtbot: QtBot, services: VaultServices, about: Conversation) -> Iterator[MainWindow]:
    window = open_window(qtbot, services)
    window.desk.open_page(CHAT)
    talk = window.chat.archive.find(about)
    assert talk is not None
    window.chat.switch_to(talk)
    qtbot.waitUntil(lambda: talk.is_loaded)
    yield window
    window.close()


@pytest.fixture
def dialog(qtbot: QtBot, window: MainWindow) -> PersonChooser:
    return asked(qtbot, window)


def asked(qtbot: QtBot, window: MainWindow) -> PersonChooser:
    """Ask whom the conversation that is shown is about."""
    window.chat.desk.choose_person(window.chat.talk)
    return in_front(qtbot, lambda: window.chat.desk.dialog)


def kept(qtbot: QtBot, window: MainWindow, person: Person) -> Person:
    """A person as the vault holds them."""
    return in_vault(qtbot, window, lambda services: services.people.find(person.id))


def save(qtbot: QtBot, dialog: PersonChooser) -> None:
    """Save, and wait for what comes of it."""
    dialog.form.save_button.click()
    qtbot.waitUntil(lambda: not dialog.form.is_waiting)


def test_somebody_is_added_with_a_record_by_keys_alone(qtbot: QtBot, window: MainWindow, dialog: PersonChooser) -> None:
    qtbot.keyClicks(dialog.field, "Carla")
    dialog.add_button.setFocus()
    qtbot.keyClick(dialog.add_button, KEY.Key_Space)
    typed = ["", "3", "5", "1961", "C-3", "penicillin, latex\nhouse dust", "warfarin 3 mg", "asthma;eczema"]
    typed += [str(SOON.day), str(SOON.month), str(SOON.year)]
    for text in typed:
        here = QApplication.focusWidget()
        for number, line in enumerate(text.split("\n")):
            if number:
                qtbot.keyClick(here, KEY.Key_Return)
            qtbot.keyClicks(here, line)
        qtbot.keyClick(here, KEY.Key_Tab)
    qtbot.keyClick(QApplication.focusWidget(), KEY.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.chat.desk.dialog is None)
    settle(qtbot, window)
    person = window.chat.talk.person()
    assert person is not None
    assert (person.name, person.born, person.reference) == ("Carla", date(1961, 5, 3), "C-3")
    assert person.allergies == ("penicillin", "latex", "house dust")
    assert (person.medicines, person.conditions) == (("warfarin 3 mg",), ("asthma", "eczema"))
    assert person.due == SOON
    assert kept(qtbot, window, person) == person


def test_what_the_formulary_does_not_know_is_kept_and_named(
    qtbot: QtBot, window: MainWindow, dialog: PersonChooser
) -> None:
    dialog.add_button.click()
    dialog.form.name.setText("Carla")
    dialog.form.record.allergies.setPlainText("penicillin\nhouse dust")
    dialog.form.record.medicines.setPlainText("zzzmycin")
    dialog.form.save_button.click()
    qtbot.waitUntil(lambda: window.chat.desk.dialog is None)
    notice = window.chat.notice
    assert notice.isVisible()
    assert notice.words.text().endswith("not checked against medicines: house dust, zzzmycin.")
    person = window.chat.talk.person()
    assert person is not None
    assert person.allergies == ("penicillin", "house dust")


def test_the_form_is_filled_with_what_is_kept_of_the_one_of_two_who_is_chosen(
    qtbot: QtBot, dialog: PersonChooser, ann: Person
) -> None:
    dialog.edit_button.click()
    form = dialog.form
    assert (form.name.text(), form.reference.text()) == ("Ann Example", "A-17")
    assert [field.text() for field in form.born.fields] == ["3", "5", "1961"]
    assert form.record.medicines.toPlainText() == "warfarin 3 mg, at night\nmetformin"
    assert form.record.due.read() == SOON
    assert form.record.read(ann) == ann


def test_everything_about_a_person_can_be_corrected_and_taken_away(
    qtbot: QtBot, window: MainWindow, dialog: PersonChooser, ann: Person
) -> None:
    dialog.edit_button.click()
    form = dialog.form
    form.name.setText("Anne Example")
    form.born.show_date(date(1961, 5, 4))
    form.reference.clear()
    form.record.allergies.setPlainText("house dust")
    form.record.medicines.setPlainText("warfarin 3 mg, at night")
    form.record.conditions.clear()
    form.record.due.show_date(None)
    save(qtbot, dialog)
    changed = kept(qtbot, window, ann)
    assert changed == Person(
        ann.id, "Anne Example", date(1961, 5, 4), "", ("house dust",), ("warfarin 3 mg, at night",), (), None
    )
    assert dialog.stored.text().startswith("Saved. Kept, but not known to the formulary")
    assert dialog.stored.text().endswith("house dust.")
    assert dialog.allergies.text() == "Allergic to house dust"
    others = in_vault(qtbot, window, lambda services: services.people.list())
    assert [person.allergies for person in others if person.id != ann.id] == [()]


def test_every_conversation_about_somebody_knows_what_was_corrected(
    qtbot: QtBot, window: MainWindow, dialog: PersonChooser
) -> None:
    assert window.chat.person.allergies.text() == "Allergic to latex"
    dialog.edit_button.click()
    dialog.form.name.setText("Anne Example")
    dialog.form.record.allergies.setPlainText("latex\npenicillin")
    save(qtbot, dialog)
    dialog.reject()
    person = window.chat.talk.person()
    assert person is not None
    assert person.allergies == ("latex", "penicillin")
    assert window.chat.person.allergies.text() == "Allergic to latex, penicillin"
    assert "about Anne Example" in window.chat.talk.spoken()


@pytest.mark.parametrize(
    ("day", "month", "year"),
    [
        ("31", "2", str(SOON.year)),
        ("1", "", ""),
        ("1", "1", str(date.today().year - 3)),
        ("1", "1", str(date.today().year + 3)),
        ("1", "1", "26"),
    ],
)
def test_a_due_date_that_cannot_be_is_refused_and_nothing_typed_is_lost(
    qtbot: QtBot, window: MainWindow, dialog: PersonChooser, ann: Person, day: str, month: str, year: str
) -> None:
    dialog.edit_button.click()
    form = dialog.form
    form.record.allergies.setPlainText("penicillin,\n  house dust")
    for field, text in zip(form.record.due.fields, (day, month, year), strict=True):
        field.setText(text)
    save(qtbot, dialog)
    assert "due" in form.failure.text()
    assert form.failure.isVisible()
    assert form.record.allergies.toPlainText() == "penicillin,\n  house dust"
    assert [field.text() for field in form.record.due.fields] == [day, month, year]
    assert kept(qtbot, window, ann) == ann


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("x" * 101, "Each medicine has 1 to 100 characters."),
        ("x" * 200_000, "Each medicine has 1 to 100 characters."),
        ("\n".join(f"medicine {n}" for n in range(200)), "A record holds at most 50 medicines, and these are 200."),
        ("war\x07farin", "One of the medicines holds characters that cannot be seen."),
    ],
)
def test_entries_that_cannot_be_kept_are_refused_and_stay(
    qtbot: QtBot, window: MainWindow, dialog: PersonChooser, ann: Person, typed: str, why: str
) -> None:
    dialog.edit_button.click()
    dialog.form.record.medicines.setPlainText(typed)
    save(qtbot, dialog)
    assert dialog.form.failure.text().startswith(why)
    assert dialog.form.record.medicines.toPlainText() == typed
    assert kept(qtbot, window, ann) == ann


@pytest.mark.parametrize(
    ("typed", "entries"),
    [
        ("penicillin\r\nlatex\rdust", ("penicillin", "latex", "dust")),
        ("penicillin\u2028latex\u2029dust", ("penicillin", "latex", "dust")),
        ("  penicillin ,, \n\n ; latex,\t penicillin\n", ("penicillin", "latex")),
        ("heparin 5,000 units, aspirin", ("heparin 5,000 units", "aspirin")),
        ("ペニシリン、ラテックス", ("ペニシリン", "ラテックス")),
        (" \n\t,;", ()),
    ],
)
def test_entries_are_parted_by_line_breaks_and_commas_of_every_kind(
    qtbot: QtBot, window: MainWindow, dialog: PersonChooser, ann: Person, typed: str, entries: tuple[str, ...]
) -> None:
    dialog.edit_button.click()
    dialog.form.record.allergies.setPlainText(typed)
    save(qtbot, dialog)
    assert kept(qtbot, window, ann).allergies == entries


def test_leaving_what_is_not_saved_asks_once_and_changes_nothing(
    qtbot: QtBot, window: MainWindow, dialog: PersonChooser, ann: Person
) -> None:
    dialog.edit_button.click()
    form = dialog.form
    qtbot.keyClicks(form.record.allergies, "penicillin, ")
    qtbot.keyClick(form.record.allergies, KEY.Key_Escape)
    assert form.failure.text().startswith("This is not saved yet.")
    assert form.isVisible()
    dialog.close()
    assert not form.isVisible()
    assert kept(qtbot, window, ann) == ann
    again = asked(qtbot, window)
    again.edit_button.click()
    assert again.form.record.allergies.toPlainText() == "latex"


def test_typing_on_after_a_warning_is_warned_about_again(qtbot: QtBot, dialog: PersonChooser) -> None:
    dialog.edit_button.click()
    for _ in range(2):
        qtbot.keyClicks(dialog.form.name, "x")
        dialog.form.back_button.click()
        assert dialog.form.isVisible()
    dialog.form.back_button.click()
    assert not dialog.form.isVisible()
    assert dialog.isVisible()


def test_nothing_is_asked_where_nothing_was_typed(qtbot: QtBot, dialog: PersonChooser) -> None:
    dialog.edit_button.click()
    dialog.form.back_button.click()
    assert not dialog.form.isVisible()


def test_saving_twice_in_a_hurry_adds_one_person(qtbot: QtBot, window: MainWindow, dialog: PersonChooser) -> None:
    dialog.add_button.click()
    dialog.form.name.setText("Carla")
    for _ in range(3):
        qtbot.keyClick(dialog.form.name, KEY.Key_Return)
    qtbot.waitUntil(lambda: window.chat.desk.dialog is None)
    people = in_vault(qtbot, window, lambda services: services.people.list())
    assert [person.name for person in people].count("Carla") == 1


def test_the_dialog_stays_open_while_something_is_being_stored(
    qtbot: QtBot, window: MainWindow, dialog: PersonChooser
) -> None:
    dialog.edit_button.click()
    dialog.form.record.allergies.setPlainText("penicillin")
    dialog.form.save_button.click()
    dialog.form.back_button.click()
    dialog.close()
    assert dialog.isVisible()
    assert dialog.form.isVisible()
    qtbot.waitUntil(lambda: not dialog.form.is_waiting)
    assert not dialog.form.isVisible()


def test_somebody_who_was_erased_meanwhile_is_not_brought_back(
    qtbot: QtBot, window: MainWindow, dialog: PersonChooser, services: VaultServices, ann: Person
) -> None:
    dialog.edit_button.click()
    dialog.form.record.allergies.setPlainText("penicillin")
    account = services.rights.account
    services.rights.account = Account(account.id, account.name, Role.ADMINISTRATOR)
    in_vault(qtbot, window, lambda services: services.forgetting.forget(services.people.find(ann.id)))
    save(qtbot, dialog)
    assert dialog.form.failure.text().startswith("That person is not in the vault any more.")
    assert dialog.form.record.allergies.toPlainText() == "penicillin"
    people = in_vault(qtbot, window, lambda services: services.people.list())
    assert ann.id not in {person.id for person in people}


def test_whoever_may_not_is_refused_and_loses_nothing(
    qtbot: QtBot, window: MainWindow, dialog: PersonChooser, services: VaultServices
) -> None:
    dialog.edit_button.click()
    dialog.form.record.allergies.setPlainText("penicillin")
    account = services.rights.account
    services.rights.account = Account(account.id, account.name, Role.KIOSK)
    save(qtbot, dialog)
    assert dialog.form.failure.text() == (
        "An account with the role kiosk may not look at kept conversations. Ask an administrator."
    )
    assert dialog.form.record.allergies.toPlainText() == "penicillin"


def test_whoever_may_not_see_people_is_shown_none(qtbot: QtBot, window: MainWindow, services: VaultServices) -> None:
    account = services.rights.account
    services.rights.account = Account(account.id, account.name, Role.KIOSK)
    window.chat.desk.choose_person(window.chat.talk)
    settle(qtbot, window)
    assert window.chat.desk.dialog is None
    assert "may not look at kept conversations" in window.chat.notice.words.text()


def test_where_people_are_only_looked_for_none_is_added_or_corrected(
    qtbot: QtBot, window: MainWindow, appearance: Appearance, ann: Person
) -> None:
    window.chat.column.person_wanted.emit()
    dialog = in_front(qtbot, lambda: window.chat.desk.dialog)
    assert not dialog.add_button.isVisible()
    assert not dialog.edit_button.isVisible()


def test_a_screen_reader_hears_the_allergies_of_whom_the_list_stands_on(
    qtbot: QtBot, dialog: PersonChooser, ann: Person
) -> None:
    row = dialog.list.currentIndex()
    spoken = row.data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.startswith("Ann Example, born 3 May 1961 · A-17, Allergic to latex · Takes warfarin")
    assert dialog.allergies.text() == "Allergic to latex"
    assert "Has asthma" in dialog.record.text()
    other = dialog.people.index(1 - row.row())
    dialog.list.setCurrentIndex(other)
    assert not dialog.allergies.isVisible()
    assert not dialog.record.isVisible()


def test_every_field_of_the_form_has_a_name_and_is_reached_in_order_in_a_small_window(
    qtbot: QtBot, window: MainWindow
) -> None:
    window.resize(window.minimumSize())
    dialog = asked(qtbot, window)
    dialog.edit_button.click()
    form, record = dialog.form, dialog.form.record
    order = [form.name, *form.born.fields, form.reference, *record.entries, *record.due.fields]
    for widget in (*order, form.back_button, form.save_button):
        assert QApplication.focusWidget() is widget
        interface = QAccessible.queryAccessibleInterface(widget)
        assert interface is not None
        assert interface.text(QAccessible.Text.Name)
        assert widget.visibleRegion().boundingRect() == widget.rect()
        qtbot.keyClick(widget, KEY.Key_Tab)
    assert dialog.height() <= window.height()


def test_locking_lets_go_of_the_record_that_was_shown(qtbot: QtBot, window: MainWindow, dialog: PersonChooser) -> None:
    dialog.edit_button.click()
    window.chat.forget()
    assert window.chat.desk.dialog is None
    assert (window.chat.person.name.text(), window.chat.person.allergies.text()) == ("", "")
    assert not window.chat.person.isVisible()


def test_fifty_long_entries_leave_every_button_in_sight(
    qtbot: QtBot, window: MainWindow, services: VaultServices, ann: Person
) -> None:
    window.resize(window.minimumSize())
    dialog = asked(qtbot, window)
    dialog.edit_button.click()
    long = "\n".join(f"{n}{'x' * 98}" for n in range(50))
    for field in dialog.form.record.entries:
        field.setPlainText(long)
    save(qtbot, dialog)
    assert kept(qtbot, window, ann).conditions == tuple(long.split("\n"))
    assert "and 48 more" in dialog.allergies.text()
    assert "more." in dialog.stored.text()
    buttons = (dialog.add_button, dialog.edit_button, dialog.choose_button)
    qtbot.waitUntil(lambda: all(one.visibleRegion().boundingRect() == one.rect() for one in buttons))
    assert dialog.height() <= window.height()
    assert dialog.width() <= window.width()
    assert window.size() == window.minimumSize()


def test_the_tab_key_goes_through_the_list_and_its_buttons_from_top_to_bottom(dialog: PersonChooser) -> None:
    buttons = (dialog.add_button, dialog.edit_button, dialog.nobody_button, dialog.cancel_button, dialog.choose_button)
    for widget in (dialog.field, dialog.list, *buttons):
        assert QApplication.focusWidget() is widget
        QTest.keyClick(widget, KEY.Key_Tab)

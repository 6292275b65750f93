"""Before the computer sleeps the window is told, and the computer waits for it: on a real bus."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from PySide6.QtDBus import QDBusConnection
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from medbot_desktop.ui.suspend import SuspendWatch

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("dbus-daemon") is None, reason="there is no message bus"
)


class LoginService:
    """The part of systemd's login service that is used: it gives inhibitors out, and says that sleep comes."""

    def __init__(self, address: str) -> None:
        from jeepney import DBusAddress, message_bus
        from jeepney.io.blocking import open_dbus_connection

        self._connection = open_dbus_connection(address, enable_fds=True)
        self._connection.send_and_get_reply(message_bus.RequestName("org.freedesktop.login1"))
        self._manager = DBusAddress("/org/freedesktop/login1", interface="org.freedesktop.login1.Manager")
        self.asked: list[tuple[str, ...]] = []
        self._inhibitor, self._given = os.pipe()
        self._answering = Thread(target=self._answer, daemon=True)
        self._answering.start()

    def _answer(self) -> None:
        from jeepney import HeaderFields, MessageType, new_method_return

        while True:
            try:
                message = self._connection.receive()
            except (OSError, ValueError):
                return
            is_call = message.header.message_type is MessageType.method_call
            if is_call and message.header.fields.get(HeaderFields.member) == "Inhibit":
                self.asked.append(message.body)
                self._connection.send(new_method_return(message, "h", (self._given,)))
                os.close(self._given)

    def say_sleep(self, is_coming: bool) -> None:
        from jeepney import new_signal

        self._connection.send(new_signal(self._manager, "PrepareForSleep", "b", (is_coming,)))

    def is_held_up(self) -> bool:
        """Whether somebody still holds the inhibitor: the pipe ends when nobody does."""
        return not select.select([self._inhibitor], [], [], 0)[0]

    def close(self) -> None:
        self._connection.close()
        os.close(self._inhibitor)


@pytest.fixture
def address() -> Iterator[str]:
    """A message bus of our own."""
    with tempfile.TemporaryDirectory(prefix="mb") as folder:
        place = f"--address=unix:path={Path(folder, 'bus')}"
        daemon = subprocess.Popen(
            ["dbus-daemon", "--session", "--nofork", "--print-address=1", place], stdout=subprocess.PIPE
        )
        assert daemon.stdout is not None
        yield daemon.stdout.readline().decode().strip()
        daemon.terminate()
        daemon.wait()
        daemon.stdout.close()


@pytest.fixture
def service(address: str) -> Iterator[LoginService]:
    playing = LoginService(address)
    yield playing
    playing.close()


@pytest.fixture
def watch(qapp: QApplication, address: str, service: LoginService) -> Iterator[SuspendWatch]:
    """A watch that holds the inhibitor."""
    watching = SuspendWatch(QDBusConnection.connectToBus(address, address))
    watching.start()
    yield watching
    watching.release()
    QDBusConnection.disconnectFromBus(address)


def test_the_computer_waits_until_the_window_has_locked(
    qtbot: QtBot, watch: SuspendWatch, service: LoginService
) -> None:
    qtbot.waitUntil(lambda: bool(service.asked))
    assert service.asked == [("sleep", "MedBot", "The vault is being locked", "delay")]
    qtbot.wait(200)
    with qtbot.waitSignal(watch.suspending):
        service.say_sleep(True)
    assert service.is_held_up()
    watch.release()
    qtbot.waitUntil(lambda: not service.is_held_up())


def test_waking_up_says_nothing(qtbot: QtBot, watch: SuspendWatch, service: LoginService) -> None:
    qtbot.waitUntil(lambda: bool(service.asked))
    with qtbot.assertNotEmitted(watch.suspending, wait=300):
        service.say_sleep(False)


def test_after_the_lock_nothing_is_heard_of_sleep_any_more(
    qtbot: QtBot, watch: SuspendWatch, service: LoginService
) -> None:
    qtbot.waitUntil(lambda: bool(service.asked))
    watch.release()
    with qtbot.assertNotEmitted(watch.suspending, wait=300):
        service.say_sleep(True)


def test_an_inhibitor_that_comes_after_the_lock_is_given_back(
    qtbot: QtBot, watch: SuspendWatch, service: LoginService
) -> None:
    watch.release()
    qtbot.waitUntil(lambda: bool(service.asked))
    qtbot.waitUntil(lambda: not service.is_held_up())


def test_without_a_bus_nothing_fails(qapp: QApplication) -> None:
    watching = SuspendWatch(QDBusConnection("nowhere"))
    watching.start()
    watching.release()

"""The guard: no connection and no look-up leaves this machine, whoever tries. It stays for good, so each runs apart."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

PRELUDE = """
import asyncio, contextlib, http.client, os, socket, sys, tempfile, threading, urllib.request
from medbot_desktop.errors import NetworkRefusedError
from medbot_desktop.network import address_allowed, install_guard, network_allowed
install_guard()
def refused(step):
    try:
        step()
    except NetworkRefusedError:
        return True
    except OSError as error:
        return isinstance(error.__cause__ or error.__context__, NetworkRefusedError)
    return False
def outcome(step):
    try:
        step()
    except NetworkRefusedError:
        return "refused"
    except OSError:
        return "tried"
    return "done"
def connect(address, family=socket.AF_INET):
    with socket.socket(family) as connection:
        connection.settimeout(0.2)
        connection.connect(address)
def send(address, family=socket.AF_INET):
    with socket.socket(family, socket.SOCK_DGRAM) as connection:
        connection.sendto(b"x", address)
"""


def guarded(code: str) -> str:
    """What a Python process under the guard prints."""
    ended = subprocess.run(
        [sys.executable, "-c", PRELUDE + textwrap.dedent(code)], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


@pytest.mark.parametrize("address", ["192.0.2.1", "8.8.8.8", "10.0.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"])
def test_a_connection_to_another_machine_is_refused(address: str) -> None:
    assert guarded(f"print(outcome(lambda: connect(({address!r}, 80))), outcome(lambda: send(({address!r}, 53))))") == (
        "refused refused"
    )


@pytest.mark.parametrize("address", ["2001:db8::1", "fe80::1", "::ffff:192.0.2.1"])
def test_a_connection_to_another_machine_by_ipv6_is_refused(address: str) -> None:
    assert guarded(f"print(outcome(lambda: connect(({address!r}, 80, 0, 0), socket.AF_INET6)))") == "refused"


@pytest.mark.parametrize(
    "look_up",
    [
        "socket.getaddrinfo('example.org', 80)",
        "socket.gethostbyname('example.org')",
        "socket.gethostbyname_ex('example.org')",
        "socket.gethostbyaddr('192.0.2.1')",
        "socket.getnameinfo(('192.0.2.1', 80), 0)",
        "socket.create_connection(('example.org', 80), 1)",
        "http.client.HTTPConnection('example.org').connect()",
        "urllib.request.urlopen('https://example.org', timeout=1)",
        "asyncio.run(asyncio.open_connection('192.0.2.1', 80))",
    ],
)
def test_looking_up_or_opening_another_machine_is_refused(look_up: str) -> None:
    assert guarded(f"print(refused(lambda: {look_up}))") == "True"


def test_this_machine_can_be_reached() -> None:
    code = """
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        print(outcome(lambda: connect(("127.0.0.1", port))), outcome(lambda: connect(("localhost", port))))
    """
    assert guarded(code) == "done done"


def test_a_unix_socket_can_be_reached() -> None:
    code = """
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as server:
        server.bind(folder + "/s")
        server.listen()
        print(outcome(lambda: connect(folder + "/s", socket.AF_UNIX)))
    """
    assert guarded(code) == "done"


def test_only_the_steps_inside_network_allowed_may_leave() -> None:
    code = """
    with network_allowed():
        inside = outcome(lambda: connect(("192.0.2.1", 80)))
    print(inside, outcome(lambda: connect(("192.0.2.1", 80))))
    """
    assert guarded(code) == "tried refused"


def test_allowing_one_thread_allows_no_other() -> None:
    code = """
    found = []
    with network_allowed():
        thread = threading.Thread(target=lambda: found.append(outcome(lambda: connect(("192.0.2.1", 80)))))
        thread.start()
        thread.join()
    print(*found)
    """
    assert guarded(code) == "refused"


def test_an_allowed_address_opens_that_address_and_port_and_nothing_else() -> None:
    code = """
    with address_allowed("192.0.2.1", 443):
        inside = [
            outcome(lambda: connect(("192.0.2.1", 443))),
            outcome(lambda: connect(("192.0.2.1", 80))),
            outcome(lambda: connect(("192.0.2.2", 443))),
            outcome(lambda: send(("192.0.2.1", 443))),
            refused(lambda: socket.getaddrinfo("example.org", 443)),
        ]
    print(*inside, outcome(lambda: connect(("192.0.2.1", 443))))
    """
    assert guarded(code) == "tried refused refused refused True refused"


def test_an_allowed_name_may_be_looked_up_and_no_other() -> None:
    code = """
    with address_allowed("models.clinic.invalid", 443):
        inside = [refused(lambda: socket.getaddrinfo(name, 443)) for name in ("models.clinic.invalid", "example.org")]
    print(*inside, refused(lambda: socket.getaddrinfo("models.clinic.invalid", 443)))
    """
    assert guarded(code) == "False True True"


def test_the_guard_cannot_be_taken_off() -> None:
    code = """
    import importlib, medbot_desktop.network as network
    network._installed = False
    socket.socket.connect = socket.SocketType.connect
    sys.addaudithook(lambda *event: None)
    print(outcome(lambda: connect(("192.0.2.1", 80))))
    importlib.reload(socket)
    print(outcome(lambda: connect(("192.0.2.1", 80))))
    """
    assert guarded(code).split() == ["refused", "refused"]


def test_installing_it_twice_changes_nothing() -> None:
    assert guarded("install_guard(); print(outcome(lambda: connect(('192.0.2.1', 80))))") == "refused"


def test_the_refusal_is_a_sentence_with_a_hint() -> None:
    code = """
    try:
        connect(("192.0.2.1", 80))
    except NetworkRefusedError as error:
        print(error.message, error.hint)
    """
    said = guarded(code)
    assert said.startswith("A connection to another machine was refused")
    assert "models sync" in said
    assert "192.0.2.1" not in said

from __future__ import annotations

import subprocess
import sys

import pytest

from medbot_desktop.errors import ModelError
from medbot_desktop.inference.server_address import ServerAddress


@pytest.mark.parametrize(
    ("url", "listed", "path"),
    [
        ("https://models.clinic.lan:8443/v1", "models.clinic.lan:8443", "/v1"),
        ("https://Models.Clinic.lan:8443", "models.clinic.lan:8443", "/v1"),
        ("https://10.1.2.3/api/v1/", "10.1.2.3:443", "/api/v1"),
        ("https://[fd00::1]:8443", "[fd00::1]:8443", "/v1"),
        ("http://127.0.0.1:8000/v1", "127.0.0.1:8000", "/v1"),
        ("http://localhost:11434/v1", " localhost:11434 ", "/v1"),
    ],
)
def test_a_server_that_is_listed_can_be_used(url: str, listed: str, path: str) -> None:
    assert ServerAddress.parse(url, ["other.lan:1", listed]).path == path


@pytest.mark.parametrize("listed", [[], ["models.clinic.lan"], ["models.clinic.lan:443"], ["clinic.lan:8443"]])
def test_a_server_that_is_not_listed_is_refused(listed: list[str]) -> None:
    with pytest.raises(ModelError, match="not among the servers that an administrator allowed"):
        ServerAddress.parse("https://models.clinic.lan:8443/v1", listed)


@pytest.mark.parametrize("host", ["10.1.2.3", "models.clinic.lan", "localhost.clinic.lan"])
def test_another_computer_is_not_asked_without_encryption(host: str) -> None:
    with pytest.raises(ModelError, match="without encryption"):
        ServerAddress.parse(f"http://{host}:8000", [f"{host}:8000"])


@pytest.mark.parametrize(
    "url",
    [
        "",
        "models.lan:8443",
        "ftp://models.lan",
        "https://",
        "https://user:word@models.lan",
        "https://models.lan/v1?to=elsewhere",
        "https://models.lan/v1#x",
        "https://models.lan:99999",
        "https://models.lan:port",
        "https://mödels.lan",
        "https://models.lan/v1\r\nHost: x",
        "https://[fd00::1",
        "file:///etc/passwd",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ModelError, match=r"is none|not among"):
        ServerAddress.parse(url, ["models.lan:443"])


@pytest.mark.parametrize(
    "host", ["192.0.2.1", "8.8.8.8", "169.254.169.254", "::ffff:8.8.8.8", "2001:db8::1", "0.0.0.0"]
)
def test_an_address_outside_the_clinic_is_never_reached(host: str) -> None:
    named = f"[{host}]" if ":" in host else host
    with pytest.raises(ModelError, match="not on the clinic's own network"):
        ServerAddress.parse(f"https://{named}:8443", [f"{named}:8443"]).connect(1)


def test_under_the_guard_the_server_is_reached_and_nothing_else() -> None:
    code = """
import socket
from medbot_desktop.errors import ModelError, NetworkRefusedError
from medbot_desktop.inference.server_address import ServerAddress
from medbot_desktop.network import install_guard
install_guard()
def outcome(step):
    try:
        step()
    except NetworkRefusedError:
        return "refused"
    except (OSError, ModelError):
        return "tried"
    return "done"
server = ServerAddress.parse("https://10.255.255.1:9", ["10.255.255.1:9"])
print(outcome(lambda: server.connect(0.2)))
print(outcome(lambda: socket.create_connection(("10.255.255.1", 9), 0.2)))
with socket.create_server(("127.0.0.1", 0)) as here:
    port = here.getsockname()[1]
    print(outcome(lambda: ServerAddress.parse(f"http://127.0.0.1:{port}", [f"127.0.0.1:{port}"]).connect(1)))
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert ended.stdout.split() == ["tried", "refused", "done"], ended.stderr

"""Keep every connection on this machine: a guard that cannot be taken off once it is installed."""

from __future__ import annotations

import ipaddress
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from medbot_desktop.errors import NetworkRefusedError

_allowed: ContextVar[bool] = ContextVar("network_allowed", default=False)
_address_allowed: ContextVar[tuple[str, int] | None] = ContextVar("address_allowed", default=None)
_installed = False

# The interpreter raises these audit events before anything leaves the process.
_CONNECTING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_ONE_ADDRESS = frozenset({"socket.connect", "socket.getaddrinfo"})
_RESOLVING = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"})


def install_guard() -> None:
    """Refuse, from now on and for good, every connection that is not to this machine.

    An audit hook sees each connect, datagram and name look-up of the process, whichever library makes it
    through Python, and cannot be removed. Calling this twice installs it once.
    """
    global _installed
    if not _installed:
        sys.addaudithook(_refuse)
        _installed = True


@contextmanager
def network_allowed() -> Iterator[None]:
    """Let the enclosed steps of this thread reach other machines; only ``models sync`` uses it."""
    token = _allowed.set(True)
    try:
        yield
    finally:
        _allowed.reset(token)


@contextmanager
def address_allowed(host: str, port: int) -> Iterator[None]:
    """Let the enclosed steps of this thread look up one name, or connect to one address, and nothing else.

    Args:
        host: a name to look up, or an address to connect to, as it will be given to the system.
        port: the port.
    """
    token = _address_allowed.set((host, port))
    try:
        yield
    finally:
        _address_allowed.reset(token)


def _refuse(event: str, args: tuple[object, ...]) -> None:
    if event in _CONNECTING:
        connection, address = args[0], args[1]
        if isinstance(connection, socket.socket) and connection.family not in (socket.AF_INET, socket.AF_INET6):
            return
        host, port = address[:2] if isinstance(address, tuple) else (address, None)
    elif event in _RESOLVING:
        host, port = args[0][:2] if isinstance(args[0], tuple) else (args[0], args[1] if len(args) > 1 else None)
    else:
        return
    if host is None or _allowed.get() or _is_this_machine(host):
        return
    if event in _ONE_ADDRESS and (host, port) == _address_allowed.get():
        return
    raise NetworkRefusedError(
        "A connection to another machine was refused, because MedBot works without a network.",
        hint="Only `medbot models sync` may fetch anything, and it says what.",
    )


def _is_this_machine(host: object) -> bool:
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    if name in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False

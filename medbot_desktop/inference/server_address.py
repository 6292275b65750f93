"""Say which server of the clinic may be asked, and open a connection to it and to nothing else."""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from medbot_desktop.errors import ModelError
from medbot_desktop.network import address_allowed

_CLINIC_NETWORKS = tuple(
    map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "127.0.0.0/8", "::1/128"))
)
"""Private addresses (RFC 1918, RFC 4193) and this computer; link-local ones are no clinic's servers."""

_SETTINGS_HINT = "Correct server_url, server_allowed and the other server settings in settings.toml."
_LONGEST_KEY = 4_096


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """A server on the clinic's own network that an administrator allowed.

    Attributes:
        host: name or address.
        port: the port.
        path: what comes before ``/chat/completions``.
        is_encrypted: whether it is spoken to by TLS; only this computer may be without.
        ca_file: the clinic's own certificate authority, which alone is trusted then; None: the system's.
        key_file: holds the key that the server asks for; None: it asks for none.
    """

    host: str
    port: int
    path: str
    is_encrypted: bool
    ca_file: Path | None = None
    key_file: Path | None = None

    @classmethod
    def parse(
        cls, url: str, allowed: Sequence[str], ca_file: Path | None = None, key_file: Path | None = None
    ) -> ServerAddress:
        """Check what the settings say.

        Args:
            url: e.g. ``https://models.clinic.lan:8443/v1``; without a path, ``/v1`` is meant.
            allowed: the servers that may be asked, each as ``host:port``.
            ca_file: as above.
            key_file: as above.

        Raises:
            ModelError: the address is none, is not allowed, is a public one, or would carry words of patients without
                encryption.
        """
        parts, port = _split(url)
        host = parts.hostname or ""
        is_encrypted = parts.scheme == "https"
        port = port or (443 if is_encrypted else 80)
        if _listed(host, port) not in {entry.strip().lower() for entry in allowed}:
            raise ModelError(
                f"The server {host} on port {port} is not among the servers that an administrator allowed.",
                "Add it as host:port to server_allowed in settings.toml.",
            )
        if not is_encrypted and not _is_this_computer(host):
            raise ModelError(
                f"The server {host} would be asked without encryption, which only this computer may be.",
                "Use an address that begins with https://.",
            )
        if _is_address(host) and not _is_of_the_clinic(host):
            raise _not_of_the_clinic(host)
        path = parts.path.rstrip("/") or "/v1"
        return cls(host, port, path, is_encrypted, ca_file, key_file)

    def connect(self, timeout: float) -> http.client.HTTPConnection:
        """Open a connection.

        Args:
            timeout: seconds that each step may take.

        Raises:
            ModelError: the name leads out of the clinic's network, or the server's certificate is not to be trusted.
            OSError: it cannot be reached.
        """
        connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        plain = self._reach(timeout)
        try:
            connection.sock = self._encrypt(plain) if self.is_encrypted else plain
        except ssl.SSLCertVerificationError as error:
            plain.close()
            raise ModelError(
                f"The certificate of the server {self.host} is not one that this computer trusts.",
                "Give the clinic's certificate authority as server_ca_file, or renew the server's certificate.",
            ) from error
        except (OSError, ModelError):
            plain.close()
            raise
        return connection

    def headers(self) -> dict[str, str]:
        """What each request begins with, the key among it.

        Raises:
            ModelError: the key cannot be read or is none.
        """
        headers = {"Accept-Encoding": "identity", "Content-Type": "application/json", "Connection": "close"}
        if self.key_file is not None:
            headers["Authorization"] = f"Bearer {_key(self.key_file)}"
        return headers

    def _reach(self, timeout: float) -> socket.socket:
        with address_allowed(self.host, self.port):
            found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(item[4][0]) for item in found))
        if not addresses or not all(_is_of_the_clinic(address) for address in addresses):
            raise _not_of_the_clinic(self.host)
        refused: OSError = OSError()
        for address in addresses:
            try:
                with address_allowed(address, self.port):
                    return socket.create_connection((address, self.port), timeout)
            except OSError as error:
                refused = error
        raise refused

    def _encrypt(self, plain: socket.socket) -> ssl.SSLSocket:
        try:
            context = ssl.create_default_context(cafile=str(self.ca_file) if self.ca_file else None)
        except (OSError, ssl.SSLError) as error:
            name = self.ca_file.name if self.ca_file else ""
            raise ModelError(f"The certificate authority {name} cannot be read.", _SETTINGS_HINT) from error
        return context.wrap_socket(plain, server_hostname=self.host)


def _split(url: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    odd = parts.username or parts.password or parts.query or parts.fragment
    # A name in other letters can look like another one, so names are given as the network knows them.
    is_plain = re.fullmatch(r"[A-Za-z0-9._:-]+", parts.hostname or "") and re.fullmatch(r"[A-Za-z0-9_./-]*", parts.path)
    if parts.scheme not in ("http", "https") or odd or not is_plain:
        raise ModelError("The server's address in the settings is none.", "Write it like https://models.lan:8443/v1.")
    return parts, port


def _listed(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _not_of_the_clinic(host: str) -> ModelError:
    return ModelError(
        f"The server {host} is not on the clinic's own network.",
        "Only private addresses (10., 172.16. to 172.31., 192.168., fc00::) and this computer can be used.",
    )


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_this_computer(host: str) -> bool:
    return ipaddress.ip_address(host).is_loopback if _is_address(host) else host == "localhost"


def _is_of_the_clinic(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return any((mapped or address) in network for network in _CLINIC_NETWORKS)


def _key(path: Path) -> str:
    try:
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError("The server's key file cannot be read.", _SETTINGS_HINT) from error
    if not key or len(key) > _LONGEST_KEY or not key.isprintable() or " " in key:
        raise ModelError("The server's key file holds no key.", "It holds the key on one line, and nothing else.")
    return key

"""Read and write keyslots.json, and tell a damaged file from a wrong passphrase."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from medbot_desktop.errors import VaultError

_VERSION = 1
_LARGEST_FILE = 1 << 20
_HINT = "Put a sound copy of keyslots.json back, or restore a backup with `medbot vault restore`."

Hex = Annotated[str, Field(pattern=r"^[0-9a-f]*$")]


class SlotEntry(BaseModel):
    """One slot; ``name`` is a keyed hash, ``wrapped`` the nonce and the sealed data key, 60 bytes in base 64."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    account_id: str
    kind: Literal["passphrase", "recovery", "keyring"]
    name: Hex
    salt: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    wrapped: Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]{80}$")]


class Cost(BaseModel):
    """Bounds of what a file may ask of this computer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    memory_kib: int = Field(ge=64 * 1024, le=1024 * 1024)
    passes: int = Field(ge=3, le=100)
    lanes: int = Field(ge=1, le=64)


class KeyslotFile(BaseModel):
    """All that keyslots.json holds, but for its version and checksum."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    vault_id: Hex
    database_salt: Hex
    name_salt: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    cost: dict[str, int]
    slots: tuple[SlotEntry, ...] = ()


def dumped(content: KeyslotFile) -> bytes:
    """The bytes of a file with this content."""
    fields = {"version": _VERSION, **content.model_dump(mode="json")}
    return (json.dumps(fields | {"checksum": _checksum(fields)}, indent=2) + "\n").encode()


def parsed(file: Path) -> KeyslotFile:
    """The content of a file.

    Raises:
        VaultError: it is missing, cannot be read, is damaged or was edited, or comes from a newer version.
    """
    try:
        if file.stat().st_size > _LARGEST_FILE:
            raise _damaged()
        return content_of(file.read_bytes())
    except FileNotFoundError as error:
        raise VaultError("The keyslot file of the vault is missing.", hint=_HINT) from error
    except OSError as error:
        raise VaultError(
            f"The keyslot file cannot be read: {error.strerror}.", hint="Check the folder and its permissions."
        ) from error


def content_of(file: bytes) -> KeyslotFile:
    """What the bytes of a keyslot file say.

    Raises:
        VaultError: they are damaged or come from a newer version.
    """
    try:
        return _content(json.loads(file))
    except (ValueError, RecursionError) as error:
        raise _damaged() from error


def _content(fields: object) -> KeyslotFile:
    if not isinstance(fields, dict):
        raise _damaged()
    if isinstance(fields.get("version"), int) and fields["version"] > _VERSION:
        raise VaultError(
            "The keyslot file was written by a newer version of MedBot.", hint="Install that version or a newer one."
        )
    if fields.pop("checksum", None) != _checksum(fields) or fields.pop("version", None) != _VERSION:
        raise _damaged()
    Cost.model_validate(fields.get("cost"))
    return KeyslotFile.model_validate(fields)


def _checksum(fields: dict[str, object]) -> str:
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def _damaged() -> VaultError:
    return VaultError("The keyslot file of the vault is damaged or was edited.", hint=_HINT)

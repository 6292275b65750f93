"""Wrap the data key once for each account: whoever knows a passphrase, the recovery key or a kiosk's key unwraps it.

Argon2id (RFC 9106) makes a key of the secret, and AES-256-GCM wraps the data key with it. What else a slot says is
authenticated with the wrapped key, so a slot cannot be edited or moved to another vault. A name is kept only as a hash.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from medbot_desktop.errors import PassphraseError, VaultError
from medbot_desktop.text import name_key
from medbot_desktop.vault.atomic_file import write_atomically
from medbot_desktop.vault.data_key import KEY_BYTES, DataKey
from medbot_desktop.vault.database import SALT_BYTES, file_salt
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.keyslot_file import KeyslotFile, SlotEntry, dumped, parsed
from medbot_desktop.vault.passphrase import normalise
from medbot_desktop.vault.recovery_key import parse_recovery_key

_SLOT_SALT_BYTES = 16
_NONCE_BYTES = 12
_MOST_MEMORY_KIB = 256 * 1024
_LEAST_SECONDS = 0.5
_DEFAULT_NAME = "admin"


class SlotKind(StrEnum):
    """What opens a slot."""

    PASSPHRASE = "passphrase"
    RECOVERY = "recovery"
    KEYRING = "keyring"


@dataclass(frozen=True, slots=True)
class KeyCost:
    """The cost of Argon2id.

    Attributes:
        memory_kib: memory in KiB.
        passes: how often it is gone through.
        lanes: how many threads do it.
    """

    memory_kib: int
    passes: int
    lanes: int


LEAST_COST = KeyCost(memory_kib=64 * 1024, passes=3, lanes=2)
"""The least that a vault may be made with; two lanes, for a computer with two cores."""


@dataclass(frozen=True, slots=True)
class Unlocked:
    """What a secret has opened."""

    account_id: str
    kind: SlotKind
    key: DataKey


def tune_cost() -> KeyCost:
    """The cost at which deriving a key takes 0.5 to 1 second on this computer; measured, never below `LEAST_COST`.

    Memory grows first, to at most 256 MiB, since it is what makes guessing on special hardware dear; then the passes.
    """
    cost = LEAST_COST
    while _seconds(cost) < _LEAST_SECONDS:
        if 2 * cost.memory_kib <= _MOST_MEMORY_KIB:
            cost = KeyCost(2 * cost.memory_kib, cost.passes, cost.lanes)
        else:
            cost = KeyCost(cost.memory_kib, cost.passes + 1, cost.lanes)
    return cost


class Keyslots:
    """The keyslots of one vault; made by `new` or `read`.

    Attributes:
        vault_id: identifies the vault for good, also when its data key changes.
    """

    def __init__(self, content: KeyslotFile) -> None:
        self._content = content

    @classmethod
    def new(cls, cost: KeyCost) -> Keyslots:
        """The keyslots of a new vault, with no slot yet."""
        return cls(
            KeyslotFile(
                vault_id=secrets.token_hex(16), database_salt="", name_salt=secrets.token_hex(16), cost=asdict(cost)
            )
        )

    @classmethod
    def read(cls, folder: VaultFolder) -> Keyslots:
        """Read the keyslots of a vault; where a write was cut off, the file before it.

        Raises:
            VaultError: there are none, or they are damaged, of another vault or of a newer version.
        """
        previous, is_newest = folder.previous_keyslots, True
        try:
            found = parsed(folder.keyslots)
        except VaultError:
            if not previous.exists():
                raise
            found, is_newest = parsed(previous), False
        keyslots = cls(found)
        salt = file_salt(folder.database)
        if salt and salt.hex() != found.database_salt:
            raise VaultError(
                "The keyslot file belongs to another vault than the database beside it.",
                hint="Put this vault's own keyslots.json back, or restore a backup with `medbot vault restore`.",
            )
        if is_newest:
            _forget(previous)
        return keyslots

    @property
    def vault_id(self) -> str:
        """The identifier of the vault."""
        return self._content.vault_id

    @property
    def cost(self) -> KeyCost:
        """The cost of a derivation."""
        return KeyCost(**self._content.cost)

    def bind(self, database_salt: bytes) -> None:
        """Say to which database these keyslots belong, by the salt at its start."""
        if len(database_salt) != SALT_BYTES:
            raise ValueError(f"A database's salt has {SALT_BYTES} bytes.")
        self._content = self._content.model_copy(update={"database_salt": database_salt.hex()})

    def account_ids(self, kind: SlotKind | None = None) -> set[str]:
        """The accounts that have a slot, or one of a kind."""
        return {slot.account_id for slot in self._content.slots if kind is None or slot.kind == kind}

    def add(
        self, account_id: str, account_name: str, secret: str, key: DataKey, kind: SlotKind = SlotKind.PASSPHRASE
    ) -> None:
        """Wrap the key for an account, in place of its slot of that kind; call `write` to keep it."""
        salt, nonce = secrets.token_bytes(_SLOT_SALT_BYTES), secrets.token_bytes(_NONCE_BYTES)
        wrapping = self._derived(_canonical(secret, kind), salt)
        wrapped = nonce + AESGCM(wrapping).encrypt(nonce, key.raw, self._bound(account_id, kind, salt))
        entry = SlotEntry(
            account_id=account_id,
            kind=kind.value,
            name=self._name(account_name),
            salt=salt.hex(),
            wrapped=base64.b64encode(wrapped).decode(),
        )
        others = [other for other in self._content.slots if (other.account_id, other.kind) != (account_id, kind.value)]
        self._content = self._content.model_copy(update={"slots": (*others, entry)})

    def remove(self, account_id: str) -> None:
        """Forget every slot of an account; call `write` to keep it so."""
        left = tuple(slot for slot in self._content.slots if slot.account_id != account_id)
        self._content = self._content.model_copy(update={"slots": left})

    def has(self, kind: SlotKind) -> bool:
        """Whether anything of that kind opens the vault."""
        return any(slot.kind == kind.value for slot in self._content.slots)

    def slot_id(self, account_name: str | None, kind: SlotKind = SlotKind.PASSPHRASE) -> str:
        """A name for what somebody tries to open, under which wrong tries are counted; it tells no account's name."""
        slot = self._slot(account_name, kind)
        return f"{kind.value}:{slot.account_id}" if slot else f"{kind.value}:{self._name(account_name or '')}"

    def unlock(self, account_name: str | None, secret: str, kind: SlotKind = SlotKind.PASSPHRASE) -> Unlocked:
        """Unwrap the data key.

        Args:
            account_name: whose slot; None: the only one of that kind, or the one of ``admin``. The recovery key and
                the kiosk's key have one slot each, and need no name.
            secret: the passphrase, the recovery key as typed, or the kiosk's key.
            kind: which of them it is.

        Raises:
            PassphraseError: it does not open that slot, or there is none; both take as long.
        """
        try:
            canonical = _canonical(secret, kind)
        except UnicodeEncodeError:
            canonical = b""
        slot = self._slot(account_name, kind)
        salt = bytes.fromhex(slot.salt) if slot else bytes(_SLOT_SALT_BYTES)
        wrapping = self._derived(canonical, salt)
        if slot is not None:
            wrapped = base64.b64decode(slot.wrapped)
            bound = self._bound(slot.account_id, kind, salt)
            try:
                key = AESGCM(wrapping).decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], bound)
                return Unlocked(slot.account_id, kind, DataKey(key))
            except InvalidTag:
                pass
        what = "recovery key" if kind is SlotKind.RECOVERY else "passphrase"
        hint = "Try again." if kind is SlotKind.RECOVERY else "Try again, or use the recovery key."
        raise PassphraseError(f"That {what} does not open this vault.", hint=hint)

    def write(self, folder: VaultFolder) -> None:
        """Write the file; the one before is kept until the new one has been read back, and then removed.

        Raises:
            DiskFullError: there is no room; the file before holds.
            VaultError: it cannot be written, or does not read back as it was written; the file before holds.
        """
        previous = folder.previous_keyslots
        before = _sound(folder.keyslots)
        if before is not None:  # a damaged file must not take the place of the sound one before it
            write_atomically(previous, before)
        write_atomically(folder.keyslots, dumped(self._content))
        if parsed(folder.keyslots) != self._content:
            if before is not None:
                write_atomically(folder.keyslots, before)
            raise VaultError("The keyslot file could not be written soundly.", hint="Check the disk.")
        _forget(previous)

    def _slot(self, account_name: str | None, kind: SlotKind) -> SlotEntry | None:
        slots = [slot for slot in self._content.slots if slot.kind == kind.value]
        if len(slots) == 1 and (account_name is None or kind is not SlotKind.PASSPHRASE):
            return slots[0]
        name = self._name(account_name if account_name is not None else _DEFAULT_NAME)
        return next((slot for slot in slots if hmac.compare_digest(slot.name, name)), None)

    def _name(self, name: str) -> str:
        key = bytes.fromhex(self._content.name_salt)
        return hashlib.blake2b(name_key(name).encode("utf-8", "replace"), key=key, digest_size=16).hexdigest()

    def _bound(self, account_id: str, kind: SlotKind, salt: bytes) -> bytes:
        """What is authenticated together with a wrapped key."""
        cost = self.cost
        fields = (self.vault_id, account_id, kind.value, salt.hex(), cost.memory_kib, cost.passes, cost.lanes)
        return "\n".join(map(str, fields)).encode()

    def _derived(self, secret: bytes, salt: bytes) -> bytes:
        return derive(secret, salt, self.cost)


def derive(secret: bytes, salt: bytes, cost: KeyCost) -> bytes:
    """A key of 32 bytes from a secret, by Argon2id."""
    return hash_secret_raw(
        secret, salt, time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=cost.lanes, hash_len=KEY_BYTES,
        type=Type.ID,
    )  # fmt: skip


def _sound(file: Path) -> bytes | None:
    """The bytes of a keyslot file that can be read, else None."""
    try:
        return dumped(parsed(file))
    except VaultError:
        return None


def _forget(previous: Path) -> None:
    """Remove the file before, which may still open with a passphrase that was changed since."""
    with suppress(OSError):  # the next reading removes it
        previous.unlink()


def _canonical(secret: str, kind: SlotKind) -> bytes:
    return (parse_recovery_key(secret) if kind is SlotKind.RECOVERY else normalise(secret)).encode()


def _seconds(cost: KeyCost) -> float:
    begun = time.perf_counter()
    derive(b"a secret", bytes(16), cost)
    return time.perf_counter() - begun

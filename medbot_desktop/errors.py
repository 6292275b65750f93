"""Say what went wrong in one sentence that a person can read, and what to do next."""


class MedBotError(Exception):
    """A failure that a person will read.

    Args:
        message: one clear sentence, without anybody's private words in it.
        hint: what to do next, one sentence; empty where nothing can be done.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InputError(MedBotError):
    """What the person typed or passed cannot be used."""


class TooLongError(InputError):
    """A message is longer than what is read at once."""


class ModelError(MedBotError):
    """A model file is missing, damaged or refused, or its process failed."""


class LibraryError(MedBotError):
    """A document of a library cannot be read."""


class VaultError(MedBotError):
    """The encrypted store cannot be opened, read or written."""


class PassphraseError(VaultError):
    """A passphrase or recovery key does not open the vault, or may not be used as one.

    Args:
        message: one clear sentence.
        hint: what to do next.
        wait_seconds: how long no further try is taken, after too many wrong ones.
    """

    def __init__(self, message: str, hint: str = "", wait_seconds: float = 0.0) -> None:
        super().__init__(message, hint)
        self.wait_seconds = wait_seconds


class MustChangeError(PassphraseError):
    """The passphrase was given by somebody else for one use, and its owner must choose another one first."""


class PermissionRefusedError(VaultError):
    """The role of this account does not allow what was asked for."""


class NetworkRefusedError(MedBotError):
    """Something tried to reach another machine while the network is off."""


class DiskFullError(MedBotError):
    """There is no room left to write what was asked for."""

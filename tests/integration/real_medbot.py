"""The real program on a home folder with a vault, where no terminal is and at a real terminal."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.opening import Credentials, OpenedVault, open_vault

ROOT = Path(__file__).resolve().parents[2]
PASSPHRASE = "correct horse battery staple"
"""The administrator's."""

PATIENCE_S = 60


@dataclass(frozen=True, slots=True)
class Medbot:
    """The program, working on one home folder."""

    home: Path

    @property
    def vault(self) -> VaultFolder:
        return VaultFolder(self.home / "vault")

    def environment(self, passphrase: str | None) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MEDBOT_")}
        given = {} if passphrase is None else {"MEDBOT_PASSPHRASE": passphrase}
        return {**kept, **given, "MEDBOT_HOME": str(self.home), "COLUMNS": "200"}

    def run(
        self, *arguments: str, passphrase: str | None = PASSPHRASE, typed: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, where no terminal is."""
        return subprocess.run(
            _argv(arguments), cwd=ROOT, env=self.environment(passphrase), input=typed, capture_output=True,
            encoding="utf-8", timeout=PATIENCE_S, check=False, start_new_session=True,
        )  # fmt: skip

    def output(self, *arguments: str, typed: str = "") -> str:
        """What a command that works prints."""
        ended = self.run(*arguments, typed=typed)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def refusal(self, *arguments: str, passphrase: str | None = PASSPHRASE) -> str:
        """The one line with a sentence and a hint that a command prints which cannot do its work."""
        ended = self.run(*arguments, passphrase=passphrase)
        assert (ended.returncode, ended.stdout) == (1, ""), ended.stderr
        assert ended.stderr.count("\n") == 1
        assert ". " in ended.stderr, "There is no hint."
        assert "inside MedBot" not in ended.stderr
        return ended.stderr

    @contextmanager
    def opened(self) -> Iterator[OpenedVault]:
        """The vault, opened by the test's own process."""
        opened = open_vault(self.vault, Credentials("admin", PASSPHRASE))
        yield opened
        opened.close()


class AtTerminal:
    """Somebody at a real terminal in which a command runs."""

    def __init__(self, medbot: Medbot, *arguments: str) -> None:
        self._screen, line = os.openpty()
        self.process = subprocess.Popen(
            _argv(arguments), cwd=ROOT, env=medbot.environment(None), preexec_fn=partial(os.login_tty, line)
        )
        os.close(line)
        self.seen = ""

    def answer(self, prompt: str, typed: str) -> None:
        """Wait for a prompt and type a line."""
        self.read_until(prompt)
        self.seen = ""
        os.write(self._screen, typed.encode() + b"\n")

    def press_ctrl_c(self) -> None:
        os.write(self._screen, b"\x03")

    def read_until(self, words: str) -> None:
        """Read what is shown until some words are."""
        until = time.monotonic() + PATIENCE_S
        while words not in self.seen:
            assert time.monotonic() < until, f"Instead of {words!r} there is: {self.seen}"
            assert self._read(), f"Instead of {words!r} there was: {self.seen}"

    def end(self) -> int:
        """Read to the end; the exit status."""
        while self._read():
            pass
        os.close(self._screen)
        return self.process.wait(PATIENCE_S)

    def stop(self) -> None:
        """End the command where a test failed in the middle of it."""
        self.process.kill()
        self.process.wait()

    def _read(self) -> bool:
        ready, _, _ = select.select([self._screen], [], [], PATIENCE_S)
        try:
            read = os.read(self._screen, 4096) if ready else b""
        except OSError:  # how Linux tells that the other side has closed the terminal
            read = b""
        self.seen += read.decode("utf-8", "replace").replace("\r\n", "\n")
        return bool(read)


def _argv(arguments: tuple[str, ...]) -> list[str]:
    return [sys.executable, "-m", "medbot_desktop", *arguments]

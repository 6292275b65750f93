"""Show that a long step is alive: its name, how far it is, and how long it has taken."""

from __future__ import annotations

import collections
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from build import SetupError

_QUIET_SECONDS = 15
"""How long a log that is no terminal waits for the next line about the same step."""

_KEPT_LINES = 40

_INTERRUPTING = (signal.SIGINT, signal.SIGTERM)


def say(text: str, end: str = "\n") -> None:
    """Tell the person something about setting up; the output proper is left to the program that is started."""
    print(text, end=end, file=sys.stderr, flush=True)


def follow(
    command: Sequence[str],
    title: str,
    note: Callable[[str], str | None] = lambda _line: None,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Run a command to its end while one line tells its title, how far it is and the time it has taken.

    The command and whatever it starts are ended together when this step is interrupted.

    Args:
        command: the program and its arguments.
        title: what the step does, without a full stop.
        note: says, from one line of the command's output, how far it is; None where the line tells nothing.
        environment: the command's environment; None: this process's own.

    Raises:
        SetupError: the command failed; the last lines of its output are printed before.
    """
    with contextlib.ExitStack() as ending:
        with _signals_held():
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                env=environment,
                start_new_session=True,
            )
            ending.callback(_end, process)
        output = _Output(process, note)
        line = _StatusLine(title)
        try:
            while output.is_alive():
                line.show(output.newest_note)
                output.join(timeout=0.5)
            process.wait()
        except BaseException:
            line.close("stopped")
            raise
    if process.returncode != 0:
        line.close("failed")
        say("\n".join(f"    {text}" for text in output.last_lines))
        raise SetupError(f"This step failed: {title}.", hint="The lines above are the last that it said.")
    line.close("done")


@contextlib.contextmanager
def _signals_held() -> Iterator[None]:
    """Hold back what would interrupt, so that nothing is started without somebody who ends it; it comes afterwards."""
    held: list[int] = []
    before = {number: signal.signal(number, lambda number, _frame: held.append(number)) for number in _INTERRUPTING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for came in held:
            signal.raise_signal(came)


class _Output(threading.Thread):
    """Reads what a process says, so that it never waits for its reader."""

    def __init__(self, process: subprocess.Popen[str], note: Callable[[str], str | None]) -> None:
        super().__init__(daemon=True)
        self.last_lines: collections.deque[str] = collections.deque(maxlen=_KEPT_LINES)
        self.newest_note = ""
        self._process = process
        self._note = note
        self.start()

    def run(self) -> None:
        for text in self._process.stdout or ():
            self.last_lines.append(text.rstrip())
            self.newest_note = self._note(text) or self.newest_note


class _StatusLine:
    """One line that is written over in a terminal; in a log, a new line now and then."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._began = time.monotonic()
        self._printed = -float(_QUIET_SECONDS)
        self._terminal = sys.stderr.isatty()

    def show(self, note: str) -> None:
        elapsed = time.monotonic() - self._began
        if not self._terminal and elapsed - self._printed < _QUIET_SECONDS:
            return
        self._printed = elapsed
        self._write(note, end="" if self._terminal else "\n")

    def close(self, note: str) -> None:
        self._write(note, end="\n")

    def _write(self, note: str, end: str) -> None:
        minutes, seconds = divmod(int(time.monotonic() - self._began), 60)
        text = f"  {self._title}: {note or 'working'} ({minutes}:{seconds:02})"
        say(f"\r\x1b[K{text}" if self._terminal else text, end=end)


def _end(process: subprocess.Popen[str]) -> None:
    """End a process and its children, if they still run."""
    if process.poll() is not None:
        return
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)
    else:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()

"""Run, test and check MedBot from a fresh checkout with one command: ``python3 dev.py run``.

Needs Python 3.11 with pip and, once, a C++ compiler. Everything else it fetches, checks by hash and keeps in ``.venv``.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence

from build import SetupError
from build.display import drawing_environment, has_display
from build.environment import DEVELOP, FINETUNE, ROOT, RUN, Environment
from build.locks import renew_locks
from build.models import models_ready
from build.progress import say
from build.source_wheels import llama_for

ENVIRONMENT = Environment(ROOT / ".venv")
FINETUNING = Environment(ROOT / ".venv-finetune")

CHECKS = {
    "ruff": ("ruff", "check"),
    "ruff format": ("ruff", "format", "--check"),
    "mypy": ("mypy",),
    "import-linter": ("lint-imports", "--no-logo"),
}

WITHOUT_MODELS = ("models", "doctor", "--version", "--help")
"""What ``medbot`` can do while its models are missing."""


def run(arguments: Sequence[str]) -> int:
    """Open the window, or pass the arguments on: run -- ask "..."."""
    ENVIRONMENT.prepare(RUN)
    command = list(arguments)
    if not command and not has_display():
        say("There is no display, so MedBot opens in this terminal.")
        command = ["chat"]
    if not command or command[0] not in WITHOUT_MODELS:
        _sync_missing_models()
    program = [str(ENVIRONMENT.python), "-P", "-m", "medbot_desktop", *command]
    if os.name == "posix":
        os.execv(program[0], program)  # signals and the terminal are the program's own from here
    return _wait(program, dict(os.environ))


def test(arguments: Sequence[str]) -> int:
    """Run the tests on two cores; with --all also the slow ones. What else is given goes to pytest."""
    chosen = [argument for argument in arguments if argument != "--all"]
    selection = [] if "--all" in arguments else ["-m", "not slow and not network"]
    return _draw("-m", "pytest", "-n", "2", "--dist", "loadfile", *selection, *chosen)


def lint(_arguments: Sequence[str]) -> int:
    """Check style, format, types and layers, and say which of them failed."""
    ENVIRONMENT.prepare(DEVELOP)
    failed = []
    for name, (program, *options) in CHECKS.items():
        print(f"== {name}", flush=True)
        if _wait([str(ENVIRONMENT.scripts / program), *options], dict(os.environ)) != 0:
            failed.append(name)
    print(f"Failed: {', '.join(failed)}." if failed else "All checks passed.", flush=True)
    return 1 if failed else 0


def bench(arguments: Sequence[str]) -> int:
    """Measure speed and memory, and print the tables."""
    return _draw("-m", "tests.benchmarks", *arguments)


def screenshots(arguments: Sequence[str]) -> int:
    """Draw every page in every theme and two sizes into screenshots/."""
    return _draw("-m", "medbot_desktop.ui.screenshots", *arguments)


def build(arguments: Sequence[str]) -> int:
    """Bundle the program with all that it needs into dist/medbot/."""
    ENVIRONMENT.prepare(DEVELOP)
    _sync_models()  # the library may have changed since its vectors were made
    folders = ["--distpath", str(ROOT / "dist"), "--workpath", str(ROOT / "dist/.work")]
    options = ["--noconfirm", "--log-level", "WARN", *folders, *arguments]
    return _python("-m", "PyInstaller", *options, str(ROOT / "build/medbot.spec"))


def gpu(arguments: Sequence[str]) -> int:
    """Compile llama.cpp for a graphics card and install it: gpu cuda, rocm, vulkan or metal; gpu cpu takes it back."""
    if len(arguments) != 1:
        raise SetupError("Say which graphics card to compile for.", hint="For instance: python3 dev.py gpu cuda")
    package = llama_for(arguments[0])  # a wrong name costs nothing
    ENVIRONMENT.prepare(RUN)
    ENVIRONMENT.install(package)
    return _python("-P", "-m", "medbot_desktop", "doctor")


def finetune(arguments: Sequence[str]) -> int:
    """Teach the small text model the items of a JSON-lines file, in an environment of its own; --help says how."""
    FINETUNING.prepare(FINETUNE)
    return _wait([str(FINETUNING.python), "-P", "-m", "build.finetune", *arguments], dict(os.environ))


def lock(_arguments: Sequence[str]) -> int:
    """Renew the locks in build/requirements/ with the newest versions that pyproject.toml allows."""
    ENVIRONMENT.prepare(DEVELOP)
    renew_locks(ENVIRONMENT.scripts / "uv")
    return 0


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    command.__name__: command for command in (run, test, lint, bench, screenshots, build, finetune, gpu, lock)
}


def main(arguments: Sequence[str]) -> int:
    """Carry out one command.

    Returns:
        The exit status: 0 done, 1 failed, 2 no such command, 130 stopped by a person.
    """
    name, rest = (arguments[0], list(arguments[1:])) if arguments else ("", [])
    if name not in COMMANDS:
        print(_usage(), file=sys.stdout if name in ("-h", "--help") else sys.stderr)
        return 0 if name in ("-h", "--help") else 2
    try:
        return COMMANDS[name](rest[1:] if rest[:1] == ["--"] else rest)
    except SetupError as error:
        say(f"{error.message} {error.hint}".strip())
        return 1
    except KeyboardInterrupt:
        say("\nStopped. Nothing half-done was kept; the same command begins again.")
        return 130


def _usage() -> str:
    lines = [f"  {name:12} {command.__doc__}" for name, command in COMMANDS.items()]
    return "\n".join(["usage: python3 dev.py COMMAND [ARGUMENT ...]", "", *lines])


def _sync_missing_models() -> None:
    if not models_ready(ROOT):
        _sync_models()


def _sync_models() -> None:
    """Fetch the default models that are missing, and prepare the library with them."""
    command = [str(ENVIRONMENT.python), "-P", "-m", "medbot_desktop", "models", "sync"]
    if subprocess.run(command, stdout=sys.stderr, check=False).returncode != 0:
        raise SetupError("The models could not be fetched.", hint="What stood in the way is said above.")


def _draw(*arguments: str) -> int:
    """Run a Python program that opens windows, with all that it needs."""
    ENVIRONMENT.prepare(DEVELOP)
    _sync_missing_models()
    with drawing_environment() as environment:
        return _wait([str(ENVIRONMENT.python), *arguments], environment)


def _python(*arguments: str) -> int:
    return _wait([str(ENVIRONMENT.python), *arguments], dict(os.environ))


def _wait(command: Sequence[str], environment: dict[str, str]) -> int:
    """Run a program in the checkout; Ctrl-C reaches it too, and it may finish what it has to say."""
    with subprocess.Popen(command, cwd=ROOT, env=environment) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.wait()
            raise


def end_with_what_was_started() -> None:
    """From now on leave a terminated process as an interrupted one, so that nothing it started outlives it."""
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _leave)


def _leave(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    end_with_what_was_started()
    sys.exit(main(sys.argv[1:]))

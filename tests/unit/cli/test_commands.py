"""A command loads what it needs, and the help names all of them."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = {"numpy", "onnxruntime", "sqlalchemy", "medbot_desktop.workspace", "PySide6"}
LOADED = """
import json, sys
sys.argv = ["medbot", *sys.argv[1:]]
from medbot_desktop.__main__ import main
try:
    main()
finally:
    print("\\n" + json.dumps(sorted(sys.modules)))
"""


def output_and_modules(*arguments: str) -> tuple[str, set[str]]:
    """What a real start of the program prints, and what it has loaded at its end."""
    done = subprocess.run([sys.executable, "-c", LOADED, *arguments], capture_output=True, text=True, check=False)
    *printed, modules = done.stdout.splitlines()
    return "\n".join(printed), set(json.loads(modules))


@pytest.mark.parametrize(
    ("arguments", "unneeded"),
    [
        (("--version",), HEAVY),
        (("medicines", "--help"), HEAVY),
        (("vault", "--help"), {"onnxruntime", "medbot_desktop.workspace", "PySide6"}),
    ],
)
def test_a_command_waits_for_nothing_that_another_one_needs(arguments: tuple[str, ...], unneeded: set[str]) -> None:
    _, loaded = output_and_modules(*arguments)
    assert "medbot_desktop.cli.main" in loaded
    assert loaded & unneeded == set()


def test_the_help_names_every_command_with_what_it_does_and_a_mistyped_one_is_told_its_neighbour() -> None:
    printed, _ = output_and_modules("--help")
    for name, meaning in (("ask", "Ask one question"), ("eval", "Judge the rules"), ("vault", "The encrypted vault")):
        assert any(line.strip("│| ").startswith(name) and meaning in line for line in printed.splitlines()), name
    mistyped = subprocess.run(
        [sys.executable, "-m", "medbot_desktop", "librery"], capture_output=True, text=True, check=False
    )
    assert mistyped.returncode == 2
    assert "Did you mean 'library'?" in mistyped.stderr

"""The task runner: what is locked, what it says when a machine lacks something, and what an interruption leaves."""

from __future__ import annotations

import ast
import dataclasses
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from importlib import metadata
from pathlib import Path

import psutil
import pytest

from build import SetupError
from build.environment import DEVELOP, FINETUNE, REQUIREMENTS, ROOT, RUN, TORCH, TORCH_CPU, pip_command
from build.locks import SOURCE_PACKAGES
from build.models import models_ready
from build.progress import follow
from build.source_wheels import llama_for, source_packages, wheels, wheels_folder
from build.system_libraries import install, missing_compiler

LOCKS = (RUN, DEVELOP, "source", "compile", FINETUNE, TORCH, TORCH_CPU)
PINNED = re.compile(r"^[a-z0-9-]+==[0-9a-z.]+( ; [^\\]+)? \\\n(    --hash=sha256:[0-9a-f]{64}( \\)?\n)+", re.MULTILINE)

SLEEPING_STEP = """
import dev
from build.progress import follow
dev.end_with_what_was_started()
follow(["sh", "-c", "sleep 60 & wait"], "Sleeping")
"""
STEP_INTERRUPTED_AS_IT_STARTS = """
import os, signal, subprocess, time
import dev
from build.progress import follow
class Interrupted(subprocess.Popen):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        os.write(1, b"%d" % self.pid)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.2)
subprocess.Popen = Interrupted
dev.end_with_what_was_started()
follow(["sleep", "60"], "Sleeping")
"""
NO_NETWORK = """
import os, sys
def refuse(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo"):
        os.write(2, f"{event} {arguments}".encode())
        os._exit(9)
sys.addaudithook(refuse)
"""
COMPILING_RUN = """
from build.environment import pip_command
from build.source_wheels import source_packages, wheels
wheels(source_packages()[:1], pip_command())
"""


def locked(name: str) -> dict[str, str]:
    text = (REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==([0-9a-z.]+)", text, flags=re.MULTILINE))


def dev(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "dev.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload]


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_nothing_but_exact_versions_with_their_hashes(name: str) -> None:
    text = (REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8")
    assert PINNED.sub("", text) == ""
    assert text


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_package_index(name: str) -> None:
    assert "://" not in (REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8")


def test_the_locks_hold_every_dependency_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {re.split(r"[><=]", line)[0].lower() for line in project["dependencies"]}
    assert needed <= locked(RUN).keys() | locked("source").keys()
    for_development = {line.partition("[")[0] for line in project["optional-dependencies"]["dev"]}
    assert for_development <= {*locked(DEVELOP), *locked("source"), "types-PyYAML"}


def test_the_locks_of_the_recipe_hold_the_extra_and_pytorch_in_one_version() -> None:
    extra = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"][
        FINETUNE
    ]
    assert {re.split("[><=]", line)[0] for line in extra} <= locked(FINETUNE).keys() | locked(TORCH).keys()
    assert locked(TORCH_CPU) == {"torch": locked(TORCH)["torch"]}
    assert "torch" not in locked(FINETUNE)


def test_the_program_imports_only_what_people_who_run_it_install() -> None:
    installed = locked(RUN).keys() | locked("source").keys()
    providers = metadata.packages_distributions()
    for file in (ROOT / "medbot_desktop").rglob("*.py"):
        for module in _imported(file) - sys.stdlib_module_names - {"medbot_desktop"}:
            names = {re.sub(r"[-_.]+", "-", name).lower() for name in providers.get(module, [module])}
            assert names & installed, f"{file.relative_to(ROOT)} imports {module}"


def _imported(file: Path) -> set[str]:
    """The top-level modules that a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def test_developing_uses_the_versions_that_people_run() -> None:
    assert locked(RUN).items() <= locked(DEVELOP).items()


def test_only_the_packages_without_wheels_are_compiled() -> None:
    assert set(locked("source")) == set(SOURCE_PACKAGES) == {package.name for package in source_packages()}


def test_without_a_command_dev_says_what_it_can_do() -> None:
    done = dev()
    assert done.returncode == 2
    for command in ("run", "test", "lint", "bench", "screenshots", "build", "finetune", "lock"):
        assert f"\n  {command} " in done.stderr


def test_another_python_gets_one_clear_sentence() -> None:
    pretend = "import sys; sys.version_info = (3, 12, 1); sys.argv = ['dev.py', 'run']; import dev"
    done = subprocess.run([sys.executable, "-c", pretend], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("MedBot needs Python 3.11, and this is Python 3.12.")
    assert "Traceback" not in done.stderr


def test_without_a_compiler_setting_up_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    install(missing_compiler())
    assert "apt-get install -y g++" in capsys.readouterr().err
    with pytest.raises(SetupError, match=r"no C\+\+ compiler"):
        wheels(source_packages(), pip_command())


def test_a_step_that_fails_shows_what_it_said_last(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SetupError, match="This step failed: Counting"):
        follow([sys.executable, "-c", "print('one'); print('two'); raise SystemExit(3)"], "Counting")
    assert capfd.readouterr().err.splitlines()[-2:] == ["    one", "    two"]


def test_a_long_step_says_how_far_it_is(capfd: pytest.CaptureFixture[str]) -> None:
    follow([sys.executable, "-c", "print('[7/9] c++ a.cpp')"], "Compiling")
    assert re.search(r"Compiling: done \(0:0\d\)", capfd.readouterr().err)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_step_ends_all_that_it_started(number: signal.Signals) -> None:
    process = subprocess.Popen([sys.executable, "-c", SLEEPING_STEP], cwd=ROOT, stderr=subprocess.DEVNULL)
    started = _descendants(process.pid, count=2)
    process.send_signal(number)
    process.wait(timeout=20)
    _, alive = psutil.wait_procs(started, timeout=20)
    assert not alive


def test_a_step_that_is_interrupted_as_it_starts_ends_as_well() -> None:
    command = [sys.executable, "-c", STEP_INTERRUPTED_AS_IT_STARTS]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=50, check=False)
    assert ended.returncode == 128 + signal.SIGTERM
    assert not psutil.pid_exists(int(ended.stdout))


def _descendants(pid: int, count: int) -> list[psutil.Process]:
    for _ in range(200):
        found = psutil.Process(pid).children(recursive=True)
        if len(found) >= count:
            return found
        time.sleep(0.05)
    raise AssertionError("The step did not start.")


def test_a_model_file_that_is_cut_short_counts_as_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDBOT_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("MEDBOT_MODELS", raising=False)
    library = tmp_path / "resources/library"
    library.mkdir(parents=True)
    for name in ("vectors.npz", "passages.json"):
        (library / name).touch()
    weights = tmp_path / "models/small/small.gguf"
    weights.parent.mkdir(parents=True)
    entry = '[[model]]\nname = "small"\ndefault = true\n[[model.files]]\nname = "small.gguf"\nsize = 4\n'
    (tmp_path / "models/catalogue.toml").write_text(entry, encoding="utf-8")
    assert not models_ready(tmp_path)
    weights.write_bytes(b"GGU")
    assert not models_ready(tmp_path)
    weights.write_bytes(b"GGUF")
    assert models_ready(tmp_path)


def test_a_second_run_needs_no_network(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(NO_NETWORK, encoding="utf-8")
    done = dev("run", "--", "--version", env=os.environ | {"PYTHONPATH": str(tmp_path)})
    assert done.returncode == 0, done.stderr
    assert "0.1.0" in done.stdout
    assert "Setting MedBot up" not in done.stderr


def test_medbot_can_be_called_from_any_folder(tmp_path: Path) -> None:
    launcher = ROOT / ".venv" / ("Scripts/medbot.cmd" if os.name == "nt" else "bin/medbot")
    done = subprocess.run([launcher, "--version"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "0.1.0" in done.stdout


@pytest.mark.parametrize(
    ("room", "line"),
    [
        ("inference", "from medbot_desktop.knowledge import library"),
        ("triage", "from medbot_desktop.generation import composer"),
        ("knowledge", "from PySide6 import QtCore"),
    ],
    ids=["above", "beside", "Qt"],
)
def test_an_import_that_the_design_forbids_fails_the_checks(room: str, line: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "medbot_desktop", tmp_path / "medbot_desktop", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "medbot_desktop" / room / "trespass.py").write_text(f"{line}\n", encoding="utf-8")
    command = [Path(sys.executable).parent / "lint-imports", "--no-cache"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"medbot_desktop.{room}.trespass ->" in done.stdout


@pytest.mark.slow
@pytest.mark.network
def test_a_killed_compilation_leaves_no_half_wheel_and_the_next_one_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    command = [sys.executable, "-u", "-c", COMPILING_RUN]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True)
    for line in process.stderr or ():
        if "Compiling hnswlib" in line:
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not list(wheels_folder().glob("hnswlib-*"))
    subprocess.run(command, cwd=ROOT, check=True)
    (wheel,) = wheels(source_packages()[:1], pip_command())
    assert wheel.parent.parent == wheels_folder()


@pytest.mark.network
def test_a_source_package_with_another_hash_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    package = source_packages()[0]
    wrong = re.sub("sha256:[0-9a-f]{64}", f"sha256:{'0' * 64}", package.requirement)
    with pytest.raises(SetupError, match="Fetching the source of hnswlib"):
        wheels([dataclasses.replace(package, requirement=wrong)], pip_command())
    assert not list(wheels_folder().iterdir())


@pytest.mark.parametrize(("backend", "flag"), [("cuda", "GGML_CUDA"), ("vulkan", "GGML_VULKAN"), ("rocm", "GGML_HIP")])
def test_llama_cpp_for_a_graphics_card_is_the_locked_one_with_a_flag(backend: str, flag: str) -> None:
    plain, card = llama_for("cpu"), llama_for(backend)
    assert card.requirement == plain.requirement
    assert card.cache_name != plain.cache_name
    assert f"-D{flag}=ON" in card.environment["CMAKE_ARGS"]
    assert "GGML_NATIVE=OFF" in card.environment["CMAKE_ARGS"]


def test_a_graphics_card_that_nobody_knows_is_refused() -> None:
    with pytest.raises(SetupError, match="no backend 'quantum'"):
        llama_for("quantum")

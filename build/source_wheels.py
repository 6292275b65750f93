"""Compile, once for each user, the packages that exist only as source: llama-cpp-python and hnswlib."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shlex
import shutil
import sys
import sysconfig
import tempfile
import time
import venv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from build import SetupError
from build.progress import follow
from build.system_libraries import missing_compiler

_REQUIREMENTS = Path(__file__).parent / "requirements"
_LLAMA_OPTIONS = Path(__file__).parent / "llama_cpp.cmake"
_NINJA_STEP = re.compile(r"\[(\d+/\d+)\]")
_DAY = 24 * 3600

# A wheel is cached and bundled, so it must run on other machines than the one that compiled it. Without these flags
# both packages take every instruction of this processor. AVX2, FMA and F16C are in every PC processor since 2015
# (llama.cpp's own floor when it is not told to look); `medbot doctor` says where they are missing.
_PORTABLE_X86 = ["-mavx2", "-mfma", "-mf16c"]
_LLAMA_FLAGS = "-DGGML_NATIVE=OFF -DLLAVA_BUILD=OFF"
_GPU_FLAGS = {
    "cpu": "",
    "cuda": "-DGGML_CUDA=ON",
    "rocm": "-DGGML_HIP=ON",
    "vulkan": "-DGGML_VULKAN=ON",
    "metal": "-DGGML_METAL=ON",
}
_INCLUDE = "-DCMAKE_PROJECT_llama_cpp_INCLUDE"


@dataclass(frozen=True, slots=True)
class SourcePackage:
    """A locked package without wheels.

    Attributes:
        name: the name on the package index.
        requirement: its line of the lock: version and hash of the source package.
        minutes: how long compiling takes, in words.
        flags: everything that steers the compiler, for the cache's key.
        environment: the variables by which the package's build takes the flags.
    """

    name: str
    requirement: str
    minutes: str
    flags: str
    environment: Mapping[str, str]

    @property
    def cache_name(self) -> str:
        """Name of the folder of this wheel: another version, Python, system or flag is another wheel."""
        version = self.requirement.partition("==")[2].split()[0]
        digest = hashlib.sha256(f"{self.requirement}\n{self.flags}".encode()).hexdigest()[:12]
        tag = f"cp{sys.version_info.major}{sys.version_info.minor}-{sysconfig.get_platform()}"
        return f"{self.name}-{version}-{tag}-{digest}"


def source_packages() -> list[SourcePackage]:
    """The packages of ``source.txt``, with how each is compiled here."""
    locked = _locked(_REQUIREMENTS / "source.txt")
    x86 = platform.machine() in ("x86_64", "AMD64") and sys.platform != "win32"
    hnswlib_flags = " ".join(["-g0", *(_PORTABLE_X86 if x86 else [])])
    return [
        SourcePackage(
            "hnswlib",
            locked["hnswlib"],
            "about half a minute",
            flags=hnswlib_flags,
            environment={"HNSWLIB_NO_NATIVE": "1", "CXXFLAGS": hnswlib_flags},
        ),
        SourcePackage(
            "llama-cpp-python",
            locked["llama-cpp-python"],
            "3 to 4 minutes on two cores",
            flags=_LLAMA_FLAGS + _LLAMA_OPTIONS.read_text(encoding="utf-8"),
            environment={"CMAKE_ARGS": shlex.join([*_LLAMA_FLAGS.split(), f"{_INCLUDE}={_LLAMA_OPTIONS.as_posix()}"])},
        ),
    ]


def llama_for(backend: str) -> SourcePackage:
    """llama-cpp-python for a graphics card; the same version and source as the processor's.

    Args:
        backend: ``cuda``, ``rocm``, ``vulkan``, ``metal``, or ``cpu`` for none.

    Raises:
        SetupError: there is no such backend.
    """
    if backend not in _GPU_FLAGS:
        raise SetupError(f"There is no backend {backend!r}.", hint=f"Choose one of: {', '.join(_GPU_FLAGS)}.")
    (plain,) = (package for package in source_packages() if package.name == "llama-cpp-python")
    flag = _GPU_FLAGS[backend]
    if not flag:
        return plain
    return replace(
        plain,
        minutes="10 minutes to half an hour",
        flags=f"{plain.flags} {flag}",
        environment={"CMAKE_ARGS": f"{plain.environment['CMAKE_ARGS']} {flag}"},
    )


def all_compiled() -> bool:
    """Whether this user's cache holds the wheels of all source packages."""
    return all(_cached(wheels_folder(), package) for package in source_packages())


def wheels(packages: Sequence[SourcePackage], pip: Sequence[str]) -> list[Path]:
    """Return the wheels of source packages, compiling those that this user's cache does not hold.

    Args:
        packages: what to compile, from ``source_packages``.
        pip: the command that runs pip, up to its own arguments.

    Raises:
        SetupError: there is no C++ compiler, or compiling fails.
    """
    cache = wheels_folder()
    missing = [package for package in packages if not _cached(cache, package)]
    if missing:
        if missing_compiler():
            raise SetupError(
                "Two packages must be compiled, and there is no C++ compiler or no Python.h.",
                hint="Install them, then try again.",
            )
        _compile(missing, cache, pip)
    return [wheel for package in packages for wheel in _cached(cache, package)]


def wheels_folder() -> Path:
    """The folder of this user's cache that keeps compiled wheels."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library/Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "medbot/wheels"


def _locked(lock: Path) -> dict[str, str]:
    """The lines of a lock by the name of their package."""
    blocks = re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8").strip())
    return {block.partition("==")[0]: block for block in blocks}


def _cached(cache: Path, package: SourcePackage) -> list[Path]:
    return sorted((cache / package.cache_name).glob("*.whl"))


def _compile(packages: Sequence[SourcePackage], cache: Path, pip: Sequence[str]) -> None:
    """Compile beside the cache and move what is whole into it, so that a killed run leaves no half wheel."""
    cache.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(cache)
    with tempfile.TemporaryDirectory(prefix="compiling-", dir=cache, ignore_cleanup_errors=True) as name:
        bench = _Workbench(Path(name), pip)
        for package in packages:
            wheel = bench.compile(package)
            try:
                wheel.parent.replace(cache / package.cache_name)
            except OSError:
                if not _cached(cache, package):  # else another run was faster
                    raise


class _Workbench:
    """A throw-away folder with the pinned tools that compile."""

    def __init__(self, folder: Path, pip: Sequence[str]) -> None:
        self._folder = folder
        tools = folder / "tools"
        venv.create(tools, with_pip=False, symlinks=os.name == "posix")
        scripts = tools / ("Scripts" if os.name == "nt" else "bin")
        self._pip = [*pip, "--python", str(tools)]
        self._environment = os.environ | {"PATH": f"{scripts}{os.pathsep}{os.environ.get('PATH', '')}"}
        # Whatever the compilers leave lying about goes with the folder.
        (folder / "tmp").mkdir()
        self._environment |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder / "tmp"))
        lock = str(_REQUIREMENTS / "compile.txt")
        command = [*self._pip, "install", "--no-deps", "--only-binary=:all:", "--require-hashes", "-r", lock]
        follow(command, "Fetching the pinned tools that compile", environment=self._environment)

    def compile(self, package: SourcePackage) -> Path:
        """Fetch the source package, check its hash, and return the wheel, alone in a folder."""
        requirement = self._folder / f"{package.name}.txt"
        requirement.write_text(f"{package.requirement}\n", encoding="utf-8")
        source, built = self._folder / "source" / package.name, self._folder / "wheels" / package.name
        alone = ["--no-deps", "--no-build-isolation"]
        checked = ["--no-binary=:all:", "--require-hashes", "-r", str(requirement)]
        follow(
            [*self._pip, "download", *alone, *checked, "-d", str(source)],
            f"Fetching the source of {package.name}",
            environment=self._environment,
        )
        (archive,) = source.iterdir()
        # The cache of pip does not know the flags: a wheel in it may have been compiled for one processor only.
        follow(
            [*self._pip, "wheel", "-v", "--no-cache-dir", "--no-index", *alone, "-w", str(built), str(archive)],
            f"Compiling {package.name}, {package.minutes}",
            note=_ninja_step,
            environment=self._environment | dict(package.environment),
        )
        (wheel,) = built.glob("*.whl")
        return wheel


def _ninja_step(line: str) -> str | None:
    step = _NINJA_STEP.search(line[:40])
    return f"step {step[1].replace('/', ' of ')}" if step else None


def _remove_leftovers(cache: Path) -> None:
    """Remove the folders of runs that were killed; a younger one may still be at work."""
    for folder in cache.glob("compiling-*"):
        if time.time() - folder.stat().st_mtime > _DAY:
            shutil.rmtree(folder, ignore_errors=True)

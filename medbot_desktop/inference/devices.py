"""Say what this computer can compute with: processor features, cores, memory, and whether a graphics card can help."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil

# What the speed of llama.cpp on x86 rests on; ARM processors of the last ten years have what it needs (NEON).
X86_FEATURES = ("avx2", "fma", "f16c")
ARM_FEATURES = ("neon",)

# IsProcessorFeaturePresent of winnt.h; Windows has no number for FMA and F16C, which every AVX2 processor has.
_WINDOWS_AVX2 = 40
_LEAST_THREADS = 2


@dataclass(frozen=True, slots=True)
class Memory:
    """Working memory in bytes."""

    total: int
    available: int


@dataclass(frozen=True, slots=True)
class Processor:
    """The processor.

    Attributes:
        architecture: as the system calls it, e.g. ``x86_64``.
        cores: physical cores.
        threads: logical cores that this process may use.
        features: instruction sets that matter here and are there.
        missing: instruction sets that matter here and are not there, or could not be found out.
    """

    architecture: str
    cores: int
    threads: int
    features: tuple[str, ...]
    missing: tuple[str, ...]


def memory() -> Memory:
    """The working memory as it is now."""
    now = psutil.virtual_memory()
    return Memory(total=now.total, available=now.available)


def usable_threads() -> int:
    """Logical cores that this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def worker_threads() -> int:
    """Threads to compute with when nobody chose: one for each physical core that may be used, and two at least.

    A virtual machine often calls its two cores threads of one: a single thread would leave half of the computer unused.
    """
    return min(max(psutil.cpu_count(logical=False) or 1, _LEAST_THREADS), usable_threads())


def processor() -> Processor:
    """The processor, with the instruction sets that the speed of the models rests on."""
    architecture = platform.machine().lower()
    wanted = ARM_FEATURES if architecture in ("arm64", "aarch64") else X86_FEATURES
    flags = _flags(architecture)
    return Processor(
        architecture=architecture,
        cores=psutil.cpu_count(logical=False) or 1,
        threads=usable_threads(),
        features=tuple(name for name in wanted if name in flags),
        missing=tuple(name for name in wanted if name not in flags),
    )


def gpu_offload() -> bool:
    """Whether the llama.cpp that is installed was built to use a graphics card."""
    import llama_cpp

    return bool(llama_cpp.llama_supports_gpu_offload())


def _flags(architecture: str) -> frozenset[str]:
    """Names of instruction sets as Linux writes them, in lower case."""
    if architecture in ("arm64", "aarch64"):
        return frozenset(ARM_FEATURES)  # part of every 64-bit ARM processor
    if sys.platform == "linux":
        return _linux_flags(Path("/proc/cpuinfo"))
    if sys.platform == "darwin":
        names = ("machdep.cpu.features", "machdep.cpu.leaf7_features")
        answer = subprocess.run(["/usr/sbin/sysctl", "-n", *names], capture_output=True, text=True, check=False)
        return frozenset(answer.stdout.lower().split())
    if sys.platform == "win32":
        import ctypes

        has_avx2 = ctypes.windll.kernel32.IsProcessorFeaturePresent(_WINDOWS_AVX2)
        return frozenset(X86_FEATURES) if has_avx2 else frozenset()
    return frozenset()


def _linux_flags(cpuinfo: Path) -> frozenset[str]:
    for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
        if line.startswith("flags"):
            return frozenset(line.partition(":")[2].lower().split())
    return frozenset()

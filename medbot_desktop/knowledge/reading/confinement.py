"""Shut a process in before it opens a document: whatever the document makes of it, it can do little.

What holds where:

- Linux: system calls for sockets, for other processes and for every change of a file are refused to all code in the
  process (``document_syscalls``); memory, processor time, open files and the size of files are limited by the system;
  the process ends with the thread that started it.
- macOS: Python code is refused the same by an audit hook, which cannot be removed; native code is not. Processor
  time, open files, processes and the size of files are limited by the system; memory is watched by the parent.
- Windows: the audit hook, and a job object that limits memory and allows no second process.

Everywhere the process ends when its parent has ended, has no terminal, no log, no core dump, nothing of the environment
that its parent was started in, and the lowest priority; where somebody waits for it, one just below that of the window.
"""

from __future__ import annotations

import ctypes
import logging
import multiprocessing
import os
import signal
import sys
import threading

from medbot_desktop.knowledge.reading.messages import Limits
from medbot_desktop.network import install_guard

_LOWEST, _BELOW_WINDOW = 19, 5
_PEACE_SECONDS = 60  # of processor time, before the first document sets a limit of its own
_ADDRESSES = 8  # times the memory: libraries and mapped files take addresses, and no memory
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_REFUSED = frozenset(
    "socket.__new__ subprocess.Popen pty.spawn _winapi.CreateProcess os.exec os.fork os.forkpty os.posix_spawn "
    "os.spawn os.startfile os.startfile/2 os.system os.remove os.rename os.rmdir os.mkdir os.link os.symlink "
    "os.truncate os.chmod os.chown os.utime os.setxattr os.removexattr os.chflags os.killpg ftplib.connect "
    "winreg.SetValue winreg.CreateKey winreg.DeleteKey winreg.DeleteValue".split()
)
# One thread: the arrays here are small, and each further thread takes memory for itself.
_ENVIRONMENT = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}
_WINDOWS_NEEDS = ("SYSTEMROOT", "WINDIR", "PATH")


def confine(limits: Limits) -> None:
    """Take from this process all that it does not need to read a document.

    Args:
        limits: what the reading may cost.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.disable(logging.CRITICAL)
    sys.dont_write_bytecode = True
    _forget_environment()
    _leave_terminal()
    _end_with_parent()
    _enter_job(limits)
    _limit(limits)
    install_guard()
    sys.addaudithook(_refuse)
    if sys.platform == "linux":
        from medbot_desktop.knowledge.reading.syscalls import refuse_system_calls

        refuse_system_calls()


def allow_processor_time(seconds: float) -> None:
    """Have the system end this process once it has worked so much longer; Windows knows no such limit.

    Args:
        seconds: of processor time, from now on.
    """
    if sys.platform != "win32":
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        until = int(used.ru_utime + used.ru_stime + seconds) + 1
        _, most = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (until if most == resource.RLIM_INFINITY else min(until, most), most))


def _forget_environment() -> None:
    """Overwrite the values of the inherited environment, where the system shows it, and drop it."""
    if sys.platform == "linux":
        pointers = ctypes.POINTER(ctypes.c_void_p).in_dll(ctypes.CDLL(None), "environ")
        place = 0
        while pointers and pointers[place]:
            variable = ctypes.string_at(pointers[place])
            name, _, value = variable.partition(b"=")
            ctypes.memset(pointers[place] + len(name) + 1, 0, len(value))
            place += 1
    kept = {name: os.environ[name] for name in _WINDOWS_NEEDS if sys.platform == "win32" and name in os.environ}
    os.environ.clear()
    os.environ.update(kept | _ENVIRONMENT)


def _leave_terminal() -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
    os.close(nowhere)
    if sys.platform != "win32":
        os.setsid()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, name="parent", daemon=True).start()
    if sys.platform == "linux":
        from medbot_desktop.knowledge.reading.syscalls import die_with_parent

        die_with_parent(signal.SIGKILL)
        if os.getppid() != parent.pid:  # it was gone before it could be watched
            os._exit(1)


def _limit(limits: Limits) -> None:
    """Have the system hold this process to its limits; Windows does so by the job."""
    if sys.platform != "win32":
        import resource

        os.nice(_BELOW_WINDOW if limits.is_awaited else _LOWEST)
        wanted = {
            resource.RLIMIT_CORE: 0,  # a core dump would write the document to the disk
            resource.RLIMIT_FSIZE: 0,
            resource.RLIMIT_NOFILE: limits.open_files,
            resource.RLIMIT_DATA: limits.memory_bytes,
        }
        if sys.platform == "linux":
            wanted[resource.RLIMIT_AS] = limits.memory_bytes * _ADDRESSES
        else:
            wanted[resource.RLIMIT_NPROC] = 1  # counted for the whole account, so that none can be added
        for name, most in wanted.items():
            _, hard = resource.getrlimit(name)
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(name, (most, most))
        allow_processor_time(_PEACE_SECONDS)


def _refuse(event: str, args: tuple[object, ...]) -> None:
    if event == "open":
        flags = args[2]
        if not isinstance(flags, int) or not flags & _WRITES:
            return
    elif event == "os.kill":
        if args[0] == os.getpid():
            return
    elif event not in _REFUSED:
        return
    raise PermissionError(f"A process that reads documents has no use for {event}.")


def _enter_job(limits: Limits) -> None:
    """On Windows, put this process into a job of its own, which ends with it."""
    if sys.platform == "win32":
        import psutil

        awaited, lowest = psutil.BELOW_NORMAL_PRIORITY_CLASS, psutil.IDLE_PRIORITY_CLASS
        psutil.Process().nice(awaited if limits.is_awaited else lowest)
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.SetErrorMode(_NO_DIALOGS)
        kernel.CreateJobObjectW.restype = ctypes.c_void_p
        kernel.GetCurrentProcess.restype = ctypes.c_void_p
        job = ctypes.c_void_p(kernel.CreateJobObjectW(None, None))
        facts = _JobLimits(
            flags=_ONE_PROCESS | _PROCESS_MEMORY | _END_ON_ERROR, processes=1, process_memory=limits.memory_bytes
        )
        kernel.SetInformationJobObject(job, _EXTENDED_LIMITS, ctypes.byref(facts), ctypes.sizeof(facts))
        kernel.AssignProcessToJobObject(job, ctypes.c_void_p(kernel.GetCurrentProcess()))


_NO_DIALOGS = 0x8003
_EXTENDED_LIMITS = 9
_ONE_PROCESS, _PROCESS_MEMORY, _END_ON_ERROR = 0x8, 0x100, 0x400


class _JobLimits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION."""

    _fields_ = (
        ("process_time", ctypes.c_int64),
        ("job_time", ctypes.c_int64),
        ("flags", ctypes.c_uint32),
        ("least_working_set", ctypes.c_size_t),
        ("most_working_set", ctypes.c_size_t),
        ("processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority", ctypes.c_uint32),
        ("scheduling", ctypes.c_uint32),
        ("io", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("peak_process_memory", ctypes.c_size_t),
        ("peak_job_memory", ctypes.c_size_t),
    )

"""Have Linux itself refuse what a process that reads documents has no use for, whatever code runs in it.

The filter is one of seccomp. It holds for native code as well, for every thread, and until the process ends.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Sequence

_KILL, _ALLOW, _REFUSE = 0x8000_0000, 0x7FFF_0000, 0x0005_0000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER_AT, _MACHINE_AT, _ARGUMENTS_AT = 0, 4, 16
_OTHER_NUMBERING = 0x4000_0000  # of x86-64: the same calls once more, under other numbers
_THREAD = 0x0001_0000  # CLONE_THREAD
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_SET_FILTER, _ALL_THREADS, _NO_NEW_PRIVILEGES = 1, 1, 38
_SET_PARENT_DEATH_SIGNAL = 1

_MACHINES = {"x86_64": 0xC000_003E, "aarch64": 0xC000_00B7}

# The numbers of system calls on x86-64 and on 64-bit ARM; None: there is no such call.
_REFUSED = {
    # the network, and the ring in which calls are made that no filter sees
    "socket": (41, 198), "socketpair": (53, 199), "io_uring_setup": (425, 425),
    # other programs, and other processes
    "fork": (57, None), "vfork": (58, None), "execve": (59, 221), "execveat": (322, 281), "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240), "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424), "ptrace": (101, 117),
    "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    # files
    "creat": (85, None), "unlink": (87, None), "unlinkat": (263, 35), "rmdir": (84, None), "mkdir": (83, None),
    "mkdirat": (258, 34), "rename": (82, None), "renameat": (264, 38), "renameat2": (316, 276), "link": (86, None),
    "linkat": (265, 37), "symlink": (88, None), "symlinkat": (266, 36), "truncate": (76, 45), "ftruncate": (77, 46),
    "fallocate": (285, 47), "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "chown": (92, None), "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54), "mknod": (133, None),
    "mknodat": (259, 33), "utime": (132, None), "utimes": (235, None), "futimesat": (261, None),
    "utimensat": (280, 88), "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7),
    "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
    # memory that no limit counts
    "memfd_create": (319, 279), "shmget": (29, 194),
    # the system
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "setns": (308, 268),
    "unshare": (272, 97), "bpf": (321, 280), "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218),
    "userfaultfd": (323, 282), "perf_event_open": (298, 241),
}  # fmt: skip
# Their arguments lie in memory, where the filter cannot look: the C library falls back on the older calls.
_UNKNOWN = {"clone3": (435, 435), "openat2": (437, 437)}
_CLONE, _OPEN, _OPENAT = (56, 220), (2, None), (257, 56)
_KILL_PROCESS, _KILL_THREAD, _SET_LIMITS = (62, 129), (234, 131), (302, 261)
_SECCOMP = (317, 277)

_Instruction = tuple[int, int, int, int]


def die_with_parent(signal: int) -> None:
    """Have the system end this process with a signal as soon as the thread that started it is gone."""
    _c_library().prctl(_SET_PARENT_DEATH_SIGNAL, signal, 0, 0, 0)


def refuse_system_calls() -> bool:
    """Refuse sockets, other processes and every change of a file, for good.

    Returns:
        Whether the filter holds; it does not on a processor that is not known here, and where the system has none.
    """
    machine = platform.machine()
    if machine not in _MACHINES:
        return False
    column = list(_MACHINES).index(machine)
    program = b"".join(struct.pack("=HBBI", *instruction) for instruction in _filter(column, _MACHINES[machine]))
    instructions = ctypes.create_string_buffer(program, len(program))
    described = struct.pack("@HP", len(program) // 8, ctypes.addressof(instructions))
    library = _c_library()
    library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    return bool(library.syscall(_SECCOMP[column], _SET_FILTER, _ALL_THREADS, described) == 0)


def _c_library() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _filter(column: int, machine: int) -> Sequence[_Instruction]:
    """The program that looks at each system call."""
    refuse, own = _REFUSE | errno.EPERM, os.getpid()
    program = [(_LOAD, 0, 0, _MACHINE_AT), (_EQUAL, 1, 0, machine), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, _NUMBER_AT)]
    program += [(_AT_LEAST, 0, 1, _OTHER_NUMBERING), (_RETURN, 0, 0, refuse)]
    for calls, answer in ((_REFUSED, refuse), (_UNKNOWN, _REFUSE | errno.ENOSYS)):
        for numbers in calls.values():
            number = numbers[column]
            if number is not None:
                program += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, answer)]
    # A thread may be started, but no process; a file may be opened, but not to be written to; a signal may be sent to
    # this process, and limits set for it, but for no other one.
    for numbers, argument, test, value, is_needed in (
        (_CLONE, 0, _ANY_BIT, _THREAD, True),
        (_OPEN, 1, _ANY_BIT, _WRITES, False),
        (_OPENAT, 2, _ANY_BIT, _WRITES, False),
        (_KILL_PROCESS, 0, _EQUAL, own, True),
        (_KILL_THREAD, 0, _EQUAL, own, True),
        (_SET_LIMITS, 0, _EQUAL, 0, True),
    ):
        number = numbers[column]
        if number is not None:
            program += [
                (_EQUAL, 0, 4, number),
                (_LOAD, 0, 0, _ARGUMENTS_AT + 8 * argument),
                (test, int(is_needed), int(not is_needed), value),
                (_RETURN, 0, 0, refuse),
                (_RETURN, 0, 0, _ALLOW),
            ]
    return [*program, (_RETURN, 0, 0, _ALLOW)]

"""Overwrite memory that is free again, so that text that was decrypted does not outlive the lock.

What is promised, and what is not. Python gives memory back without clearing it, and tells nobody where a text was
copied to. So after everything that held decrypted text has been let go, this claims the free memory of the program's
own allocators (Python's small blocks, and the C library's free lists) as blocks of zeros, and lets it go again. A text
in a block that is still used by something else, in memory that the system has already taken back to hand to others
(which the system clears), in the swap file or in a hibernation image is out of reach.
"""

from __future__ import annotations

import ctypes
import functools
import gc
import sys

_SMALL_STEP = 16
_SMALLEST = 48
_LARGEST_SMALL = 512
_BYTES_OF_A_CLASS = 6 << 20
_LARGE_SIZES = tuple((1 << 10) << shift for shift in range(11))
"""Blocks of 1 KiB to 1 MiB, claimed from the largest to the smallest."""
_MOST_LARGE = 256 << 20
_ONE_ARENA = -8
"""``M_ARENA_MAX`` of ``mallopt`` (glibc, malloc.h)."""


def use_one_heap() -> None:
    """Let all threads share one heap, so that one thread can overwrite what another one has freed; Linux only."""
    if sys.platform == "linux":
        _libc().mallopt(_ONE_ARENA, 1)


def scrub() -> None:
    """Drop the program's caches, collect what nothing refers to, and overwrite the memory that is free then."""
    _drop_caches()
    gc.collect()
    _overwrite_large()
    _overwrite_small()
    if sys.platform == "linux":
        _libc().malloc_trim(0)


def _drop_caches() -> None:
    """Empty every cache of a function of this program."""
    for found in gc.get_objects():
        if isinstance(found, functools._lru_cache_wrapper) and found.__module__.startswith("medbot_desktop"):
            found.cache_clear()


def _overwrite_small() -> None:
    """Claim the free blocks of each size of Python's own allocator, and a part of what it has in reserve."""
    head = sys.getsizeof(b"")
    for size in range(_SMALLEST, _LARGEST_SMALL + 1, _SMALL_STEP):
        claimed = [bytes(size - head) for _ in range(_BYTES_OF_A_CLASS // size)]
        del claimed


def _overwrite_large() -> None:
    """Claim the free memory of the C library, as much as it says that it has."""
    claimed: list[bytes] = []
    left = min(_free_bytes(), _MOST_LARGE)
    for size in reversed(_LARGE_SIZES):
        share = left // 2 if size > _LARGE_SIZES[0] else left
        for _ in range(share // size + 1):
            claimed.append(bytes(size - sys.getsizeof(b"")))
            left -= size
        left = max(left, 0)
    del claimed


class _MallocInfo(ctypes.Structure):
    """``struct mallinfo2`` (glibc, malloc.h)."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()
    )


def _free_bytes() -> int:
    """Bytes in the C library's free lists; a guess where it does not tell."""
    if sys.platform == "linux":
        libc = _libc()
        if hasattr(libc, "mallinfo2"):
            libc.mallinfo2.restype = _MallocInfo
            return int(libc.mallinfo2().fordblks)
    return 64 << 20


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None)

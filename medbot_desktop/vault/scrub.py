"""Overwrite memory that is free again, so that text that was decrypted does not outlive the lock.

What is promised, and what is not. Python gives memory back without clearing it, and tells nobody where a text was
copied to. So after everything that held decrypted text has been let go, this claims the free memory of the program's
own allocators (Python's small blocks everywhere, the heap of the C library on Linux), fills it with zeros, and lets it
go again. A text in a block that is still used by something else, in memory that the system has already taken back to
hand to others (which the system clears), in the swap file or in a hibernation image is out of reach.
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
_HEAP_SIZES = (*((1 << 20) >> step for step in (0, 2, 4, 5, 6, 7, 8)), 3072, 2048, 1536, *range(1024, 8, -16))
_BYTES_OF_A_BATCH = 1 << 18
_LEAST_BATCH, _LARGEST_BATCH = 8, 512
_LARGEST_OF_A_THREAD, _BLOCKS_OF_A_THREAD = 1_048, 16
"""What glibc keeps for a thread: 7 blocks of each size up to 1,032 bytes, 16 from version 2.42 on (malloc.c)."""
_ONE_ARENA, _PERTURB = -8, -6
"""``M_ARENA_MAX`` and ``M_PERTURB`` of ``mallopt`` (glibc, malloc.h)."""
_FREED = 0xFF
"""What freed bytes are filled with; bytes that are handed out get its complement, zero."""
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
"""Loaded once: each loading makes classes, which take the place of freed text and hide it from what overwrites it."""


def guard_heap() -> None:
    """Prepare the heap of the C library for texts that must not outlive the lock; Linux only.

    All threads share one heap, so that one thread can overwrite what another one has freed. The C library overwrites
    larger blocks (over 1,032 bytes, e.g. pages of the database) itself when they are freed: one that is handed out
    again at once, and not filled, would keep what was in it for as long as it is used.
    """
    if _LIBC is not None:
        _LIBC.mallopt(_ONE_ARENA, 1)
        _LIBC.mallopt(_PERTURB, _FREED)


def give_back() -> None:
    """Give the system the memory that is free, e.g. after much was loaded; Linux only."""
    if _LIBC is not None:
        _LIBC.malloc_trim(0)


def scrub() -> None:
    """Drop the program's caches, collect what nothing refers to, and overwrite the memory that is free then."""
    _drop_caches()
    gc.collect()
    _overwrite_small()
    if _LIBC is not None and hasattr(_LIBC, "mallinfo2"):
        _overwrite_heap(_LIBC)
        give_back()


def scrub_thread() -> None:
    """Overwrite the few free blocks that the C library keeps for the thread that calls this; Linux only, and quick."""
    libc = _LIBC
    if libc is not None:
        libc.malloc.restype = ctypes.c_void_p
        libc.free.argtypes = (ctypes.c_void_p,)
        for size in range(_SMALL_STEP // 2, _LARGEST_OF_A_THREAD, _SMALL_STEP):
            claimed = [block for _ in range(_BLOCKS_OF_A_THREAD) if (block := libc.malloc(size))]
            for block in claimed:
                ctypes.memset(block, 0, size)
                libc.free(block)


def _drop_caches() -> None:
    """Empty every cache of a function of this program, but for those that hold nothing else than what ships."""
    gc.unfreeze()  # what was set aside is not among the objects
    for found in gc.get_objects():
        is_ours = isinstance(found, functools._lru_cache_wrapper) and found.__module__.startswith("medbot_desktop")
        if is_ours and not getattr(found, "is_of_resources", False):
            found.cache_clear()


def _overwrite_small() -> None:
    """Claim the free blocks of each size of Python's own allocator, and a part of what it has in reserve."""
    head = sys.getsizeof(b"")
    for size in range(_SMALLEST, _LARGEST_SMALL + 1, _SMALL_STEP):
        claimed = [bytes(size - head) for _ in range(_BYTES_OF_A_CLASS // size)]
        del claimed


def _overwrite_heap(libc: ctypes.CDLL) -> None:
    """Claim the free blocks of the C library's heap, from the largest sizes to the smallest, and fill them with zeros.

    What Qt and SQLite free lies there. A size is done when the heap serves it from new memory instead, so no more is
    claimed than lies free, and a little beyond it.
    """
    libc.malloc.restype = ctypes.c_void_p
    libc.free.argtypes = (ctypes.c_void_p,)
    claimed: list[int] = []
    libc.malloc_trim(0)
    for size in _HEAP_SIZES:
        count = max(_LEAST_BATCH, min(_LARGEST_BATCH, _BYTES_OF_A_BATCH // size))
        free = _listed_bytes(libc)
        while True:
            for _ in range(count):
                block = libc.malloc(size)
                if block:
                    ctypes.memset(block, 0, size)
                    claimed.append(block)
            before, free = free, _listed_bytes(libc)
            if before - free < count * size // 2:
                break
    for block in claimed:
        libc.free(block)


class _MallocInfo(ctypes.Structure):
    """``struct mallinfo2`` (glibc, malloc.h)."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()
    )


def _listed_bytes(libc: ctypes.CDLL) -> int:
    """Bytes in the heap's free lists, without the free end of the heap."""
    libc.mallinfo2.restype = _MallocInfo
    found = libc.mallinfo2()
    return int(found.fordblks) - int(found.keepcost)

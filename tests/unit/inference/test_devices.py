from __future__ import annotations

import os

from medbot_desktop.inference import devices


def test_this_processor_is_described() -> None:
    found = devices.processor()
    assert found.cores >= 1
    assert 1 <= found.threads <= (os.cpu_count() or 1)
    assert {*found.features, *found.missing} in ({*devices.X86_FEATURES}, {*devices.ARM_FEATURES})


def test_memory_is_told_in_bytes() -> None:
    now = devices.memory()
    assert 2**28 < now.available <= now.total


def test_work_is_spread_over_no_more_threads_than_may_be_used() -> None:
    assert 1 <= devices.worker_threads() <= devices.usable_threads()


def test_llama_cpp_says_whether_it_can_use_a_graphics_card() -> None:
    assert devices.gpu_offload() in (True, False)

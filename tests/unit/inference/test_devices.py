from __future__ import annotations

import os

import pytest

from medbot_desktop.inference import devices


def test_this_processor_is_described() -> None:
    found = devices.processor()
    assert found.cores >= 1
    assert 1 <= found.threads <= (os.cpu_count() or 1)
    assert {*found.features, *found.missing} in ({*devices.X86_FEATURES}, {*devices.ARM_FEATURES})


def test_memory_is_told_in_bytes() -> None:
    now = devices.memory()
    assert 2**28 < now.available <= now.total


@pytest.mark.parametrize(("physical", "usable", "threads"), [(8, 16, 8), (8, 4, 4), (1, 2, 2), (None, 2, 2), (1, 1, 1)])
def test_work_is_spread_over_the_cores_that_may_be_used(
    monkeypatch: pytest.MonkeyPatch, physical: int | None, usable: int, threads: int
) -> None:
    monkeypatch.setattr(devices.psutil, "cpu_count", lambda logical: physical)
    monkeypatch.setattr(devices, "usable_threads", lambda: usable)
    assert devices.worker_threads() == threads


def test_llama_cpp_says_whether_it_can_use_a_graphics_card() -> None:
    assert devices.gpu_offload() in (True, False)

from __future__ import annotations

import ctypes
from types import SimpleNamespace

import pytest

from medbot_desktop.inference import offload
from medbot_desktop.inference.offload import Card, Placement, Weight, fewer, place, weigh
from medbot_desktop.inference.store import ModelStore

GB = 10**9
MODEL = Weight(size=4 * GB, layers=33, context=GB)


def card(free: int, total: int = 8 * GB) -> Card:
    return Card("CUDA", "GeForce RTX 4060", free, total)


def test_without_a_card_the_processor_runs_it_all() -> None:
    assert place(MODEL, []) == Placement(
        0, "The processor runs the whole model: llama.cpp reports no graphics card it can use."
    )


def test_a_card_with_room_takes_every_layer() -> None:
    placement = place(MODEL, [card(free=7 * GB)])
    assert placement.layers == 33
    assert "GeForce RTX 4060 (CUDA)" in placement.why


def test_a_card_with_half_the_room_takes_about_half_the_layers() -> None:
    placement = place(MODEL, [card(free=3_300_000_000)])
    assert placement.layers == 2_500_000_000 * 33 // (5 * GB)
    assert placement.why.startswith("16 of 33 layers run on the graphics card: it needs 5.0 GB")


def test_a_full_card_takes_nothing() -> None:
    assert place(MODEL, [card(free=200_000_000)]).layers == 0


def test_two_cards_share_a_model_that_neither_could_hold() -> None:
    assert place(MODEL, [card(free=4 * GB)]).layers < 33
    assert place(MODEL, [card(free=4 * GB), card(free=4 * GB)]).layers == 33


@pytest.mark.parametrize(("wanted", "layers"), [(0, 0), (10, 10), (99, 33)])
def test_the_setting_goes_before_the_memory(wanted: int, layers: int) -> None:
    placement = place(MODEL, [card(free=0)], wanted)
    assert placement.layers == layers
    assert "The setting gpu_layers" in placement.why


def test_a_setting_cannot_make_up_a_card() -> None:
    assert place(MODEL, [], wanted=20).layers == 0


@pytest.mark.parametrize(("layers", "tries"), [(33, [33, 16, 8, 4, 2, 1, 0]), (1, [1, 0]), (0, [0])])
def test_what_does_not_fit_is_tried_by_halves_and_then_on_the_processor(layers: int, tries: list[int]) -> None:
    assert list(fewer(layers)) == tries


def test_the_weight_of_a_real_model_is_in_its_header(models: ModelStore) -> None:
    gguf = models.file("smollm2-135m-instruct-q4_1", "SmolLM2-135M-Instruct.Q4_1.gguf")
    # 30 blocks keep, for each token, keys and values of 3 heads of 64 numbers in two bytes.
    assert weigh(gguf, 2048) == Weight(gguf.stat().st_size, 31, 30 * 2048 * 2 * 3 * 64 * 2)


def test_this_runtime_reports_its_cards() -> None:
    assert all(card.total > 0 for card in offload.graphics_cards())


def report(*devices: tuple[int, bytes, bytes, int, int]) -> SimpleNamespace:
    """ggml's functions as ctypes has them, with these devices: kind, backend, name, free, total."""

    def memory(number: int, free: ctypes._Pointer[ctypes.c_size_t], total: ctypes._Pointer[ctypes.c_size_t]) -> None:
        free[0], total[0] = devices[number - 1][3:]

    handle, size = ctypes.c_void_p, ctypes.POINTER(ctypes.c_size_t)
    return SimpleNamespace(
        ggml_backend_dev_count=ctypes.CFUNCTYPE(ctypes.c_size_t)(lambda: len(devices)),
        ggml_backend_dev_get=ctypes.CFUNCTYPE(handle, ctypes.c_size_t)(lambda number: number + 1),
        ggml_backend_dev_type=ctypes.CFUNCTYPE(ctypes.c_int, handle)(lambda number: devices[number - 1][0]),
        ggml_backend_dev_description=lambda number: devices[number - 1][2],
        ggml_backend_dev_backend_reg=ctypes.CFUNCTYPE(handle, handle)(lambda number: number),
        ggml_backend_reg_name=lambda number: devices[number - 1][1],
        ggml_backend_dev_memory=ctypes.CFUNCTYPE(None, handle, size, size)(memory),
    )


def test_cards_are_told_from_processors_and_accelerators() -> None:
    library = report(
        (0, b"CPU", b"AMD Ryzen 5", 8 * GB, 16 * GB),
        (1, b"CUDA", b"NVIDIA GeForce RTX 4060", 7 * GB, 8 * GB),
        (2, b"Vulkan", b"Intel Arc Graphics", 3 * GB, 4 * GB),
        (3, b"BLAS", b"OpenBLAS", 0, 0),
    )
    # The functions that return texts are plain ones here: what ctypes gives for c_char_p is bytes either way.
    assert list(offload._reported([library])) == [
        Card("CUDA", "NVIDIA GeForce RTX 4060", 7 * GB, 8 * GB),
        Card("Vulkan", "Intel Arc Graphics", 3 * GB, 4 * GB),
    ]
